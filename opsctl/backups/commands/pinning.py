"""opsctl backup pin | unpin"""

from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _

app = room_app()

Ref = Annotated[str, Argument(metavar="REF", help=_("BAK-2026-0042, or 42 for this year's."))]


@verb(
    app,
    "pin",
    help=_("Keep every copy of a run, whatever its policy says, until it is unpinned."),
    examples=('opsctl backup pin 42 --reason "before the migration"',),
    writes=True,
)
def pin(ref: Ref, reason: Annotated[str, Option("--reason", metavar="TEXT", help=_("Why it is kept."))]) -> None:
    """Pin and show."""
    from opsctl.backups.service import pinning
    from opsctl.backups.views import pinning as views

    context = current()
    context.emit(views.pinned(context.perform(pinning.pin, word=ref, reason=reason)))


@verb(
    app,
    "unpin",
    help=_("Let a run be pruned again, as its policy says."),
    examples=('opsctl backup unpin 42 --reason "the migration is done"',),
    writes=True,
)
def unpin(
    ref: Ref, reason: Annotated[str, Option("--reason", metavar="TEXT", help=_("Why it need not be kept."))]
) -> None:
    """Unpin and show."""
    from opsctl.backups.service import pinning
    from opsctl.backups.views import pinning as views

    context = current()
    context.emit(views.pinned(context.perform(pinning.unpin, word=ref, reason=reason)))

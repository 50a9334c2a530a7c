"""opsctl today"""

import shlex
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from typer import Option

from opsctl.cli.context import Context, current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import show_moment

if TYPE_CHECKING:
    from opsctl.core.report import Report

app = room_app()

_SHIFT = timedelta(hours=12)


@verb(
    app,
    "today",
    help=_("What is due to you, what is open and whose clock runs; with --handover what the next shift has to know."),
    examples=("opsctl today", "opsctl today --handover -o night.md", "opsctl today --handover --since 20:00"),
    writes=False,
)
def today(
    handover: Annotated[bool, Option("--handover", help=_("What the next shift has to know."))] = False,
    since: Annotated[
        str | None, Option("--since", metavar="TIME", help=_("When the shift began; 12 hours ago if not given."))
    ] = None,
) -> None:
    """Ask every room for its part, and show them."""
    from opsctl.desk import views

    context = current()
    begun = _begun(context, handover, since)
    if handover:
        _hand_over(context, begun)
        return
    context.emit(views.today(context.now, parts_of(context)))


def parts_of(context: Context) -> "dict[str, Report]":
    """What every room has to say of today, under its noun."""
    return {room.noun: room.load(room.today)(context) for room in context.rooms() if room.today}


def _hand_over(context: Context, begun: datetime) -> None:
    from opsctl.desk import views
    from opsctl.ledger import service as ledger

    parts = {room.noun: room.load(room.handover)(context, begun) for room in context.rooms() if room.handover}
    head = context.read(ledger.head)
    context.emit(views.handover(begun, context.now, context.zone, (head.seq, head.hash), parts))


def _begun(context: Context, handover: bool, since: str | None) -> datetime:
    """When the shift began. Raise InvalidInput where it is asked for without a hand-over, or lies ahead."""
    if since is None:
        return context.now - _SHIFT
    if not handover:
        raise InvalidInput(
            _("--since is for a hand-over."),
            _("Use: {command}").format(command=f"opsctl today --handover --since {shlex.quote(since)}"),
        )
    begun = context.moment(since) or context.now
    if begun > context.now:
        raise InvalidInput(
            _("A shift that begins at {moment} is still to come.").format(moment=show_moment(begun, context.zone)),
            _("Name the time when this shift began."),
        )
    return begun

"""opsctl person retire: a verb of persons that reaches into every room."""

from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _

app = room_app()


@verb(
    app,
    "retire",
    help=_("Retire a person. What they own goes to another first: assets, incidents, and whoever reports to them."),
    examples=("opsctl person retire li --to wang", "opsctl person retire li --at 2026-09-30"),
    writes=True,
)
def retire(
    who: Annotated[str, Argument(metavar="PERSON", help=_("A handle, a login, or a whole name."))],
    to: Annotated[str | None, Option("--to", metavar="PERSON", help=_("Who takes over what they own."))] = None,
    at: Annotated[str | None, Option("--at", metavar="TIME", help=_("When; now if not given."))] = None,
) -> None:
    """Parse, retire, say so."""
    from opsctl.desk import views
    from opsctl.desk.service import retiring as service

    context = current()
    holdings = [
        service.Holding(room.noun, room.load(room.owned), room.load(room.hand_over))
        for room in context.rooms()
        if room.owned and room.hand_over
    ]
    begun = [(room.noun, room.load(room.begun)) for room in context.rooms() if room.begun]
    done = context.perform(service.retire, person=who, to=to, at=context.moment(at), holdings=holdings, begun=begun)
    left = done.person
    context.emit(views.retired(left.handle, left.name, left.retired_at, done.to, done.moved, done.begun))

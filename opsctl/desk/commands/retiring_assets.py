"""opsctl asset retire: a verb of assets that tells what is left in every room."""

from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _

app = room_app()


@verb(
    app,
    "retire",
    help=_("Take an asset out of service; its figures end there. What is still open about it is told and stays."),
    examples=("opsctl asset retire erp --at 2026-09-30",),
    writes=True,
)
def retire(
    name: Annotated[str, Argument(metavar="ASSET", help=_("A handle, or a whole title in either language."))],
    at: Annotated[str | None, Option("--at", metavar="TIME", help=_("When; now if not given."))] = None,
) -> None:
    """Parse, retire, say so and what is left."""
    from opsctl.assets.service import assets
    from opsctl.desk import views
    from opsctl.desk.service import retiring as service

    context = current()
    retired = context.perform(assets.retire, asset=name, at=context.moment(at))
    rooms = [(room.noun, room.load(room.left)) for room in context.rooms() if room.left]
    # Only once it is written are the occurrences cancelled that come after it.
    left, cancelled = context.read(service.left_of, asset=retired, now=context.now, rooms=rooms)
    context.emit(views.retired_asset(retired, left, cancelled, context.zone))

"""opsctl today"""

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _

app = room_app()


@verb(
    app,
    "today",
    help=_("What is in hand now, the most urgent first, and what its clocks say."),
    examples=("opsctl today", "opsctl today --json"),
    writes=False,
)
def today() -> None:
    """Ask every room for its part, and show them."""
    from opsctl.desk import views

    context = current()
    parts = {room.noun: room.load(room.today)(context) for room in context.rooms() if room.today is not None}
    context.emit(views.today(context.now, parts))

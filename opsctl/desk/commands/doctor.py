"""opsctl doctor"""

from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _

app = room_app()


@verb(
    app,
    "doctor",
    help=_("Whether opsctl works here: host file, database, clock, zone, programs, and what cron will see."),
    examples=("opsctl doctor",),
    writes=False,
)
def doctor() -> None:
    """Not there yet."""

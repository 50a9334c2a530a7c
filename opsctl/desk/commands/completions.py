"""opsctl completions"""

from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _

app = room_app()


@verb(
    app,
    "completions",
    help=_("The completion script of a shell, which completes names, options and records with TAB."),
    examples=("opsctl completions bash",),
    writes=False,
)
def completions() -> None:
    """Not there yet."""

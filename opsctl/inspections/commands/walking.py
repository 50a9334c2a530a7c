"""opsctl inspect start | sheet"""

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.inspections.commands.parameters import Asset, Name

app = room_app()


@verb(
    app,
    "start",
    help=_(
        "Walk a round item by item: 1 ok, 2 warn, 3 fail, 0 n/a, or the reading. Every answer is saved at once; run it"
        " again to go on where it stopped, also what a colleague began."
    ),
    examples=("opsctl inspect start", "opsctl inspect start core-network --asset core-sw-1"),
    writes=True,
    attention=_("the round stays open"),
)
def start(checklist: Name = None, asset: Asset = None) -> None:
    """Parse, then walk."""
    context = current()
    instead = _("Log the round whole: opsctl inspect log CHECKLIST -F FILE   see: opsctl inspect log --help")
    if context.option("no_input") or _is_for_programs():
        raise InvalidInput(_("Walking a round asks for every item."), instead)
    from opsctl.cli.asking import Asking
    from opsctl.inspections.commands.walk import walk

    asking = Asking(context)
    if not asking.has_more():
        raise InvalidInput(_("There is nobody to ask, and nothing comes through the pipe."), instead)
    walk(context, asking, checklist, asset)


def _is_for_programs() -> bool:
    from opsctl.cli.output import wanted_format
    from opsctl.render.formats import Format

    return wanted_format(current()) is Format.JSON

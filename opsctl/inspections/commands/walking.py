"""opsctl inspect start | sheet"""

from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.inspections.commands.parameters import Asset, Name

if TYPE_CHECKING:
    from opsctl.cli.context import Context

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


@verb(
    app,
    "sheet",
    help=_(
        "Print the form of a checklist, or of every asset on a route: as a sheet to fill in and log, or with"
        " -o FILE.html as a page for paper."
    ),
    examples=(
        "opsctl inspect sheet core-network --asset core-sw-1 > round.txt",
        "opsctl inspect sheet core-network -o round.html",
    ),
    writes=False,
)
def sheet(
    checklist: Annotated[str, Argument(metavar="CHECKLIST", help=_("A checklist or route, by name or whole title."))],
    asset: Asset = None,
    blank: Annotated[bool, Option("--blank", help=_("Without who walks it and when."))] = False,
) -> None:
    """Parse, read, print."""
    from opsctl.cli.output import write_lines
    from opsctl.inspections.service.forms import forms
    from opsctl.inspections.views import forms as views

    context = current()
    form = _form_of(context)
    found = context.read(forms, now=context.now, me=context.me, checklist=checklist, asset=asset, blank=blank)
    if form == "json":
        context.emit(views.listed(found))
    else:
        write_lines(context, (views.page(found) if form == "html" else views.sheet(found),))


def _form_of(context: "Context") -> str:
    """Whether a page, a sheet or data is wanted. Raise InvalidInput for what no form can be."""
    asked = "json" if context.chosen.get("json") else context.chosen.get("format")
    output = context.chosen.get("output")
    if asked is None and output is not None and output != "-":
        asked = {".html": "html", ".htm": "html", ".json": "json", ".txt": "plain"}.get(
            PurePath(output).suffix.lower(), PurePath(output).suffix
        )
    if asked in (None, "html", "json", "plain", "table"):
        return asked or "plain"
    raise InvalidInput(
        _("A form cannot be printed as {word!r}.").format(word=asked[:40]),
        _("Use -o FILE.html for paper, -o FILE.txt for a sheet, or --json."),
    )

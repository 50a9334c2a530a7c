"""opsctl asset add | list | show | edit | retire"""

from typing import Annotated

from typer import Argument, Option

from opsctl.assets.terms import ADDED, EDITED, RETIRED
from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _
from opsctl.core.typed import read_handle, read_title

app = room_app()

Name = Annotated[str, Argument(metavar="ASSET", help=_("A handle, or a whole title in either language."))]
Title = Annotated[str | None, Option("--title", metavar="TEXT", help=_("The long name."))]
TitleZh = Annotated[str | None, Option("--title-zh", metavar="TEXT", help=_("The long name in Chinese."))]
KindOf = Annotated[str | None, Option("--kind", metavar="WORD", help=_("What it is: switch, server, service …"))]


def _title(text: str | None) -> str | None:
    return None if text is None else read_title(text)


@verb(
    app,
    "add",
    help=_("Add an asset."),
    examples=('opsctl asset add erp --title "ERP login" --title-zh "ERP 登录" --kind service',),
    writes=True,
)
def add(
    handle: Annotated[str, Argument(metavar="HANDLE", help=_("A short name to type: letters, digits, . _ -"))],
    title: Title = None,
    title_zh: TitleZh = None,
    kind: KindOf = None,
) -> None:
    """Parse, add, say so."""
    from opsctl.assets.service import assets as service
    from opsctl.assets.views import assets as views

    context = current()
    added = context.perform(
        service.add,
        handle=read_handle(handle),
        title=_title(title),
        title_zh=_title(title_zh),
        kind=_title(kind),
    )
    context.emit(views.changed(added, ADDED))


@verb(app, "list", help=_("List the assets."), examples=("opsctl asset list --all",), writes=False)
def list_(everything: Annotated[bool, Option("--all", help=_("The retired ones too."))] = False) -> None:
    """Read and show."""
    from opsctl.assets.service import assets as service
    from opsctl.assets.views import assets as views

    context = current()
    context.emit(views.listed(context.read(service.list_assets, retired=everything)))


@verb(app, "show", help=_("Show one asset."), examples=("opsctl asset show erp",), writes=False)
def show(name: Name) -> None:
    """Read and show."""
    from opsctl.assets.service import assets as service
    from opsctl.assets.views import assets as views

    context = current()
    context.emit(views.shown(context.read(service.find, word=name)))


@verb(
    app,
    "edit",
    help=_("Change an asset's title or kind; the ledger keeps the old one."),
    examples=('opsctl asset edit erp --title "ERP, new login"',),
    writes=True,
)
def edit(name: Name, title: Title = None, title_zh: TitleZh = None, kind: KindOf = None) -> None:
    """Parse, change, say so."""
    from opsctl.assets.service import assets as service
    from opsctl.assets.views import assets as views

    context = current()
    edited = context.perform(
        service.edit, asset=name, title=_title(title), title_zh=_title(title_zh), kind=_title(kind)
    )
    context.emit(views.changed(edited, EDITED))


@verb(
    app,
    "retire",
    help=_("Take an asset out of service; its figures end there."),
    examples=("opsctl asset retire erp --at 2026-09-30",),
    writes=True,
)
def retire(
    name: Name, at: Annotated[str | None, Option("--at", metavar="TIME", help=_("When; now if not given."))] = None
) -> None:
    """Parse, retire, say so."""
    from opsctl.assets.service import assets as service
    from opsctl.assets.views import assets as views

    context = current()
    retired = context.perform(service.retire, asset=name, at=context.moment(at))
    context.emit(views.changed(retired, RETIRED))

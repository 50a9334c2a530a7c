"""opsctl customer add | list | show | edit | import"""

from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.cli.importing import DryRun, File, Intake, Map, Rejects, import_file
from opsctl.core.texts import _
from opsctl.core.typed import read_given, read_handle
from opsctl.people.terms import CUSTOMER_ADDED, CUSTOMER_EDITED

app = room_app()

Which = Annotated[str, Argument(metavar="CUSTOMER", help=_("A code, or a whole name in either language."))]
Name = Annotated[str | None, Option("--name", metavar="TEXT", help=_("The name."))]
NameZh = Annotated[str | None, Option("--name-zh", metavar="TEXT", help=_("The name in Chinese."))]
Zone = Annotated[str | None, Option("--zone", metavar="ZONE", help=_("The zone in which they live: Asia/Shanghai."))]


@verb(
    app,
    "add",
    help=_("Add a customer."),
    examples=('opsctl customer add acme --name "Acme Ltd" --name-zh 甲公司 --zone Asia/Shanghai',),
    writes=True,
)
def add(
    code: Annotated[str, Argument(metavar="CODE", help=_("A short name to type: letters, digits, . _ -"))],
    name: Name = None,
    name_zh: NameZh = None,
    zone: Zone = None,
) -> None:
    """Parse, add, say so."""
    from opsctl.people.service import customers as service
    from opsctl.people.views import customers as views

    context = current()
    texts = read_given({"name": name, "name_zh": name_zh, "zone": zone})
    added = context.perform(service.add, code=read_handle(code), texts=texts)
    context.emit(views.changed(added, CUSTOMER_ADDED))


@verb(app, "list", help=_("List the customers."), examples=("opsctl customer list",), writes=False)
def list_() -> None:
    """Read and show."""
    from opsctl.people.service import customers as service
    from opsctl.people.views import customers as views

    context = current()
    context.emit(views.listed(context.read(service.list_customers)))


@verb(app, "show", help=_("Show one customer."), examples=("opsctl customer show acme",), writes=False)
def show(which: Which) -> None:
    """Read and show."""
    from opsctl.people.service import customers as service
    from opsctl.people.views import customers as views

    context = current()
    context.emit(views.shown(context.read(service.find, word=which)))


@verb(
    app,
    "edit",
    help=_("Change a customer; - takes a value away. The ledger keeps the old one."),
    examples=("opsctl customer edit acme --zone Europe/Rome",),
    writes=True,
)
def edit(which: Which, name: Name = None, name_zh: NameZh = None, zone: Zone = None) -> None:
    """Parse, change, say so."""
    from opsctl.people.service import customers as service
    from opsctl.people.views import customers as views

    context = current()
    texts = read_given({"name": name, "name_zh": name_zh, "zone": zone})
    context.emit(views.changed(context.perform(service.edit, customer=which, texts=texts), CUSTOMER_EDITED))


@verb(
    app,
    "import",
    help=_(
        "Import customers: CSV, JSON or JSON lines, told by content. The same again changes nothing, an empty cell"
        " leaves a value as it is, - takes it away."
    ),
    examples=("opsctl customer import customers.csv --dry-run",),
    writes=True,
    attention=_("imported, but some records were rejected"),
)
def import_(file: File, map_file: Map = None, dry_run: DryRun = False, rejects: Rejects = None) -> None:
    """Import and report."""
    from opsctl.people.service import imports as service

    context = current()
    intake = Intake(
        "customer.import", "code", service.CUSTOMER_FIELDS, service.plan_customers, service.import_customers
    )
    context.emit(import_file(context, intake, file, map_file, dry_run=dry_run, rejects=rejects))

"""opsctl asset add | list | show | edit | import"""

from typing import Annotated, Any

from typer import Argument, Option

from opsctl.assets.terms import ADDED, EDITED, Classification, Criticality
from opsctl.cli.context import Context, current
from opsctl.cli.groups import room_app, verb
from opsctl.cli.importing import DryRun, File, Intake, Map, Rejects, import_file
from opsctl.cli.usage import read_word
from opsctl.core.texts import _
from opsctl.core.typed import mend, read_given, read_handle

app = room_app()

Name = Annotated[str, Argument(metavar="ASSET", help=_("A handle, or a whole title in either language."))]
Title = Annotated[str | None, Option("--title", metavar="TEXT", help=_("The long name."))]
TitleZh = Annotated[str | None, Option("--title-zh", metavar="TEXT", help=_("The long name in Chinese."))]
KindOf = Annotated[str | None, Option("--kind", metavar="WORD", help=_("What it is: switch, server, service …"))]
Customer = Annotated[str | None, Option("--customer", metavar="CUSTOMER", help=_("For whom it is operated."))]
Owner = Annotated[str | None, Option("--owner", metavar="PERSON", help=_("Who answers for it."))]
Critical = Annotated[
    str | None,
    Option("--criticality", metavar="key|important|ordinary", help=_("How much hangs on it.")),
]
Classified = Annotated[
    str | None,
    Option(
        "--classification",
        metavar="CLASS",
        help=_("How far the data on it may go: public, internal, confidential or secret."),
    ),
]
Hours = Annotated[
    str | None,
    Option("--service-hours", metavar="CALENDAR", help=_("A calendar of the rulebook; always if not given.")),
]
From = Annotated[
    str | None,
    Option("--in-service-from", metavar="TIME", help=_("Since when it is operated; its figures begin there.")),
]
RetiredFrom = Annotated[
    str | None, Option("--retired-from", metavar="TIME", help=_("Since when it is not operated any more."))
]


def _given(context: Context, given: dict[str, str | None]) -> dict[str, Any]:
    """What was given, read; `clear` names what `-` takes away."""
    said: dict[str, Any] = read_given(given)
    for name, words, option in (
        ("criticality", Criticality, "--criticality"),
        ("classification", Classification, "--classification"),
    ):
        if said.get(name) is not None:
            said[name] = words(read_word(mend(said[name]), [word.value for word in words], option))
    for name in ("in_service_from", "retired_at"):
        if said.get(name) is not None:
            said[name] = context.moment(said[name])
    return {name: value for name, value in said.items() if value is not None} | {
        "clear": [name for name, value in said.items() if value is None]
    }


@verb(
    app,
    "add",
    help=_("Add an asset."),
    examples=(
        'opsctl asset add erp --title "ERP login" --title-zh "ERP 登录" --kind service',
        "opsctl asset add core-sw-1 --kind switch --owner wang --criticality key --in-service-from 2026-01-01",
    ),
    writes=True,
)
def add(
    handle: Annotated[str, Argument(metavar="HANDLE", help=_("A short name to type: letters, digits, . _ -"))],
    title: Title = None,
    title_zh: TitleZh = None,
    kind: KindOf = None,
    customer: Customer = None,
    owner: Owner = None,
    criticality: Critical = None,
    classification: Classified = None,
    service_hours: Hours = None,
    in_service_from: From = None,
    retired_from: RetiredFrom = None,
) -> None:
    """Parse, add, say so."""
    from opsctl.assets.service import assets as service
    from opsctl.assets.views import assets as views

    context = current()
    texts = {"title": title, "title_zh": title_zh, "kind": kind, "customer": customer, "owner": owner}
    words = {"criticality": criticality, "classification": classification, "service_hours": service_hours}
    given = _given(context, {**texts, **words, "in_service_from": in_service_from, "retired_at": retired_from})
    given.pop("clear")
    context.emit(views.changed(context.perform(service.add, handle=read_handle(handle), **given), ADDED))


@verb(
    app,
    "list",
    help=_("List the assets."),
    examples=("opsctl asset list --all", "opsctl asset list --owner me --criticality key"),
    writes=False,
)
def list_(
    everything: Annotated[bool, Option("--all", help=_("The retired ones too."))] = False,
    customer: Annotated[str | None, Option("--customer", metavar="CUSTOMER", help=_("Only this customer's."))] = None,
    owner: Annotated[
        str | None, Option("--owner", metavar="PERSON", help=_("Only those of this person; me for your own."))
    ] = None,
    kind: Annotated[str | None, Option("--kind", metavar="WORD", help=_("Only those of this kind."))] = None,
    criticality: Annotated[
        Criticality | None,
        Option("--criticality", metavar="key|important|ordinary", help=_("Only those on which so much hangs.")),
    ] = None,
) -> None:
    """Read and show."""
    from opsctl.assets.service import assets as service
    from opsctl.assets.views import assets as views

    context = current()
    found = context.read(
        service.list_assets,
        retired=everything,
        customer=customer,
        owner=owner,
        kind=kind,
        criticality=criticality,
        me=context.me,
    )
    filtered = any((customer, owner, kind, criticality))
    context.emit(views.listed(found, filtered=filtered))


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
    help=_("Change what is known of an asset; - takes a value away. The ledger keeps the old one."),
    examples=('opsctl asset edit erp --title "ERP, new login"', "opsctl asset edit erp --owner - --criticality key"),
    writes=True,
)
def edit(
    name: Name,
    title: Title = None,
    title_zh: TitleZh = None,
    kind: KindOf = None,
    customer: Customer = None,
    owner: Owner = None,
    criticality: Critical = None,
    classification: Classified = None,
    service_hours: Hours = None,
    in_service_from: From = None,
    retired_from: RetiredFrom = None,
) -> None:
    """Parse, change, say so."""
    from opsctl.assets.service import assets as service
    from opsctl.assets.views import assets as views

    context = current()
    texts = {"title": title, "title_zh": title_zh, "kind": kind, "customer": customer, "owner": owner}
    words = {"criticality": criticality, "classification": classification, "service_hours": service_hours}
    given = _given(context, {**texts, **words, "in_service_from": in_service_from, "retired_at": retired_from})
    context.emit(views.changed(context.perform(service.edit, asset=name, **given), EDITED))


@verb(
    app,
    "import",
    help=_(
        "Import assets: CSV, JSON or JSON lines, told by content. The same again changes nothing, an empty cell"
        " leaves a value as it is, - takes it away."
    ),
    examples=("opsctl asset import assets.csv --dry-run", "opsctl asset import cmdb.csv --map cmdb.toml"),
    writes=True,
    attention=_("imported, but some records were rejected"),
)
def import_(file: File, map_file: Map = None, dry_run: DryRun = False, rejects: Rejects = None) -> None:
    """Import and report."""
    from opsctl.assets.service import imports as service

    context = current()
    intake = Intake("asset.import", "handle", service.FIELDS, service.plan, service.import_assets)
    context.emit(import_file(context, intake, file, map_file, dry_run=dry_run, rejects=rejects))

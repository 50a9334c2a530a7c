"""opsctl demo"""

import tempfile
from pathlib import Path

from opsctl.cli.context import Context, current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.desk import rules, views
from opsctl.desk.terms import ASSETS, HISTORY, HISTORY_MAP, ZONE

app = room_app()


@verb(
    app,
    "demo",
    help=_("A small invented company in a database of its own: its incidents and last month's report."),
    examples=("opsctl demo", "opsctl demo --lang zh"),
    writes=True,
)
def demo() -> None:
    """Make the company, then show its newest incidents and its report."""
    from opsctl.core.periods import read_period
    from opsctl.core.report import choose_columns
    from opsctl.incidents.service import read as incidents
    from opsctl.incidents.views import lists as incident_views
    from opsctl.kpis import service as kpis
    from opsctl.kpis import views as kpi_views
    from opsctl.kpis.terms import By

    context = current()
    folder = _own_database(context)
    months = _fill(context)
    listed = context.read(incidents.list_incidents, now=context.now, limit=10)
    period = read_period("last-month", zone=ZONE, now=context.now)
    found = context.read(kpis.report, now=context.now, period=period, by=By.ASSET)
    table = incident_views.listed(listed.cases, len(listed.cases), context.now)
    table = choose_columns(table, incident_views.columns_for(None, breaching=False))
    context.emit(views.demo(str(context.address), str(folder), months, table, kpi_views.report(found)))


def _own_database(context: Context) -> Path:
    """A new database in a new folder, never the one that is in use."""
    from opsctl.desk.service import database as service

    if "db" in context.chosen:
        raise InvalidInput(_("The demo makes a database of its own."), _("Leave out --db."))
    folder = Path(tempfile.mkdtemp(prefix="opsctl-demo-"))
    context.use(f"sqlite:///{folder / 'demo.db'}")
    service.init(context.address, zone=ZONE, by=context.signature())
    return folder


def _fill(context: Context) -> int:
    """Add the assets, import the history as any team would, and return by how many months it was moved."""
    from opsctl.assets.service import assets
    from opsctl.desk.service import database as service
    from opsctl.exchange.intake import records_of
    from opsctl.exchange.mapping import apply_map
    from opsctl.exchange.maps import load_map
    from opsctl.exchange.readers import read_records
    from opsctl.incidents.service import imports

    for asset in ASSETS:
        context.perform(assets.add, **asset)
    import_map = load_map(service.sample(HISTORY_MAP), fields=imports.FIELDS)
    document = read_records(service.sample(HISTORY), name=HISTORY, key=import_map.key)
    mapped = apply_map(document, import_map, imports.FIELDS, zone=ZONE)
    months = rules.months_to_move(context.now, ZONE)
    records = [{**one, "values": rules.moved(one["values"], months, ZONE)} for one in records_of(mapped)]
    context.perform(imports.import_block, source=import_map.source, records=records)
    return months

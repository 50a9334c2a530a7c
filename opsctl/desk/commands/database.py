"""opsctl db status | upgrade"""

from dataclasses import asdict

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.texts import _

app = room_app()


@verb(
    app,
    "status",
    help=_("Which database this is, its zone and schema, and whether the guards of its ledger stand."),
    examples=("opsctl db status", "opsctl db status --json"),
    writes=False,
)
def status() -> None:
    """Read and show."""
    from opsctl.desk import views
    from opsctl.desk.service import database as service

    context = current()
    context.emit(views.status(asdict(context.read(service.status, store=context.store))))


@verb(
    app,
    "upgrade",
    help=_("Bring the schema up to date with this opsctl. Nothing else ever changes it."),
    examples=("opsctl db upgrade",),
    writes=True,
)
def upgrade() -> None:
    """Upgrade and say so, and what is still wanted where the older schema had no rulebook."""
    from opsctl.desk import views
    from opsctl.desk.service import database as service
    from opsctl.rulebook.service import looking

    context = current()
    before, after = service.upgrade(context.store)
    ruled = bool(context.read(looking.list_versions, at=context.now))
    context.emit(views.upgraded(before, after, ruled, context.address.backend == "postgresql"))

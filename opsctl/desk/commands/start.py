"""opsctl init"""

from typing import Annotated

from typer import Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core import times
from opsctl.core.machine import machine_zone
from opsctl.core.texts import _
from opsctl.desk import views

app = room_app()


@verb(
    app,
    "init",
    help=_("Make a database. Its zone rules periods and reference years, and is never changed."),
    examples=("opsctl init --zone Asia/Shanghai", "opsctl init --db service=opsctl --zone Europe/Rome"),
    writes=True,
)
def init(
    zone: Annotated[str | None, Option("--zone", metavar="ZONE", help=_("Its zone; this host's if not given."))] = None,
) -> None:
    """Choose the zone, make the database, say so."""
    from opsctl.desk.service import database as service

    context = current()
    name = times.read_zone(zone or context.host_file.timezone or machine_zone()).key
    made = service.init(context.address, zone=name, by=context.signature())
    context.emit(views.made(made.address, made.zone, made.new, made.rules))

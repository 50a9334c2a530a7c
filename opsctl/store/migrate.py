"""Making a database and bringing its schema up to date. Never done silently: only by `init` and `db upgrade`."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text
from sqlmodel import Session

from opsctl.core.chain import Signature
from opsctl.core.errors import Conflict
from opsctl.core.texts import _
from opsctl.store import faults
from opsctl.store.address import Address
from opsctl.store.engine import SCHEMA_VERSION, Store, driver_of
from opsctl.store.settings import ZONE
from opsctl.store.tables import Setting
from opsctl.store.unit import in_session


def create(
    address: Address, *, zone: str, work: Callable[[Session], None] | None = None, by: Signature | None = None
) -> bool:
    """Make the database with that zone and return True; False if it is there already with the same zone.

    `work` is done by `by` in the same transaction, as the first thing in the new ledger. Raise Conflict if it is there
    with another zone, Unavailable if it cannot be written.
    """
    driver = driver_of(address)
    store = Store(address)
    try:
        with store.faults_in_words(new=True):
            driver.prepare(address.target)
    except PermissionError:
        raise faults.read_only() from None
    except OSError as error:
        raise faults.unreachable(str(address), str(error.strerror)) from None
    with store.faults_in_words(new=True), store.write_engine.connect() as connection, connection.begin():
        if schema_version(connection) is not None:
            found = connection.execute(text("SELECT value FROM setting WHERE name = 'zone'")).scalar_one()
            if found == zone:
                return False
            raise Conflict(
                _("{address} has the zone {found} already; a database keeps its zone.").format(
                    address=address, found=found
                ),
                _("Use --tz to read it in another zone, or name another database with --db."),
            )
        _run(connection)
        with Session(connection) as session:
            session.add(Setting(name=ZONE, value=zone))
            session.flush()
        if work is not None and by is not None:
            in_session(store, connection, work, by)
    store.close()
    return True


def upgrade(store: Store) -> tuple[str, str]:
    """Bring the schema up to date in one transaction and return the versions before and after."""
    with store.faults_in_words(), store.write_engine.connect() as connection, connection.begin():
        before = schema_version(connection)
        if before is None:
            raise faults.not_initialised(str(store.address))
        if before > SCHEMA_VERSION:
            raise faults.newer_schema(before, SCHEMA_VERSION)
        if before < SCHEMA_VERSION:
            _run(connection)
    return before, SCHEMA_VERSION


def schema_version(connection: Connection) -> str | None:
    """The version of the schema that is there, None where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _run(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "opsctl:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

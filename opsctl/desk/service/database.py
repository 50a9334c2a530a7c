"""Making a database and looking at it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from opsctl.core.chain import Signature, record_digest
from opsctl.desk.terms import DATABASE, MADE
from opsctl.ledger import service as ledger
from opsctl.ledger.service import Search
from opsctl.rulebook.service import applying
from opsctl.rulebook.terms import DEFAULT_BOOK
from opsctl.store import migrate
from opsctl.store.address import Address
from opsctl.store.engine import SCHEMA_VERSION, Store
from opsctl.store.settings import DEMO, ZONE, settings_of, zone_of
from opsctl.store.tables import Setting
from opsctl.store.unit import signature_of


@dataclass(frozen=True)
class Made:
    """A database that `init` was asked for; `new` is False where it was there already."""

    address: str
    zone: str
    new: bool
    rules: str | None
    """The rulebook that was applied; None where the database was there."""


@dataclass(frozen=True)
class Status:
    """What `db status` tells. `guards_missing` are triggers of the ledger that do not stand."""

    address: str
    backend: str
    zone: str
    schema: str
    schema_known: str
    ledger_rows: int
    ledger_head: str
    guards_missing: tuple[str, ...]


def init(
    address: Address,
    *,
    zone: str,
    by: Signature,
    demo: bool = False,
    also: Callable[[Session], object] = lambda _session: None,
) -> Made:
    """Make the database, if it is not there with that zone already.

    Its zone is the first fact in its ledger, the rulebook that opsctl brings along the second, what `also` does the
    next. That of a `demo` is marked as such, and then only a host file with the demo's clock opens it.
    """
    applied: list[str] = []

    def note(session: Session) -> None:
        if demo:
            session.add(Setting(name=DEMO, value=by.now.isoformat()))
            session.flush()
        record = _record(session)
        ledger.append(session, kind=MADE, subject=DATABASE, facts=record, record=record)
        text, actor = applying.default_text(zone), signature_of(session).actor
        found = applying.apply(session, now=by.now, actor=actor, text=text, file=DEFAULT_BOOK)
        applied.append(found.head.reference)
        also(session)

    new = migrate.create(address, zone=zone, work=note, by=by)
    return Made(str(address), zone, new, applied[0] if applied else None)


def records(session: Session) -> Iterator[tuple[str, str]]:
    """The database itself as a record: its zone moves every month's edge, so nobody may change it unseen."""
    if list(ledger.rows(session, Search(subject=DATABASE), limit=1)):
        yield DATABASE, record_digest(_record(session))


def _record(session: Session) -> dict[str, str]:
    settings = settings_of(session)
    return {name: settings[name] for name in (ZONE, DEMO) if name in settings}


def status(session: Session, *, store: Store) -> Status:
    """What this database is, and whether the guards of its ledger stand."""
    head = ledger.head(session)
    standing = store.driver.guards(session.connection())
    return Status(
        address=str(store.address),
        backend=store.address.backend.value,
        zone=zone_of(session),
        schema=SCHEMA_VERSION,
        schema_known=SCHEMA_VERSION,
        ledger_rows=head.seq,
        ledger_head=head.hash,
        guards_missing=tuple(name for name in store.driver.LEDGER_GUARDS if name not in standing),
    )


def upgrade(store: Store) -> tuple[str, str]:
    """Bring the schema up to date; the versions before and after."""
    return migrate.upgrade(store)


def sample(name: str) -> Path:
    """A file of `sample-data`: beside the package in a checkout, inside it once installed."""
    package = Path(__file__).parent.parent.parent
    installed = package / "sample_data" / name
    return installed if installed.exists() else package.parent / "sample-data" / name

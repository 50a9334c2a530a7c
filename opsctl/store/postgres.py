"""PostgreSQL through psycopg 3: the shared database. The login is the actor, and the server keeps the ledger."""

import threading
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, StaticPool

from opsctl.core.chain import Entry, Head, Signature
from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.texts import _
from opsctl.store import faults
from opsctl.store.address import Address

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 2.0
LOCK_MILLISECONDS = 4000
LEDGER_GUARDS = (
    "ledger_no_change", "ledger_no_truncate", "ledger_facts_blank_only", "ledger_facts_no_truncate",
    "ledger_head_forward_only", "ledger_head_no_truncate",
)  # fmt: skip


class Dialect(PGDialect_psycopg):
    """SQLAlchemy's own, which asks nothing when it connects: that took six round trips, or nine with hstore.

    What it would ask, the server has told with the first answer already.
    """

    supports_statement_cache = True

    def _get_server_version_info(self, connection: Connection) -> tuple[int, int]:
        return divmod(_driver_of(connection).info.server_version, 10_000)

    def _get_default_schema_name(self, connection: Connection) -> str:
        return "public"  # only reflection would want to know, and we reflect nothing

    def get_default_isolation_level(self, dbapi_conn: Any) -> IsolationLevel:
        return "READ COMMITTED"  # each engine sets its own

    def _set_backslash_escapes(self, connection: Connection) -> None:
        self._backslash_escapes = _driver_of(connection).info.parameter_status("standard_conforming_strings") == "off"


registry.register("postgresql.opsctl", __name__, Dialect.__name__)


def write_engine(target: str) -> Engine:
    """An engine for short writes: READ COMMITTED, since the head of the ledger serialises the writers."""
    return _engine(target, isolation_level="READ COMMITTED", poolclass=NullPool)


def read_engine(target: str) -> Engine:
    """An engine that cannot write and whose every transaction sees one snapshot."""
    engine = _engine(target, isolation_level="REPEATABLE READ", poolclass=StaticPool)
    return engine.execution_options(postgresql_readonly=True)


def _engine(target: str, **settings: Any) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise InvalidInput(
            _("PostgreSQL needs psycopg, which is not installed."), _("Install it with: pip install 'opsctl[postgres]'")
        ) from None
    return create_engine(
        "postgresql+opsctl://",
        creator=lambda: _connect(target),
        use_native_hstore=False,
        **settings,
    )


def _connect(target: str) -> "psycopg.Connection[Any]":
    """Connect within `CONNECT_SECONDS` by our own clock: a dead resolver or a silent server outlasts libpq's."""
    import psycopg

    answer: list[psycopg.Connection[Any] | psycopg.Error | ValueError] = []

    def connect() -> None:
        try:
            options = f"-c lock_timeout={LOCK_MILLISECONDS} -c client_encoding=UTF8"
            answer.append(psycopg.connect(target, options=options, application_name="opsctl", connect_timeout=10))
        except (psycopg.Error, ValueError) as error:  # the latter of an address that no server can be asked for
            answer.append(error)

    waiting = threading.Thread(target=connect, daemon=True)
    waiting.start()
    waiting.join(CONNECT_SECONDS)
    if not answer:
        raise faults.unreachable(target, _("no answer within {seconds:g} s").format(seconds=CONNECT_SECONDS))
    if isinstance(answer[0], (psycopg.Error, ValueError)):
        raise faults.unreachable(target, _reason(answer[0]))
    return answer[0]


def _reason(error: BaseException) -> str:
    """What happened, on one line: the lines below it ask questions, and one with a colon only announces them."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines if not line.endswith(":")), type(error).__name__)


def prepare(target: str) -> None:
    """See that the database, which its administrator made with createdb, can hold every letter.

    Raise Unavailable if it is in another encoding than UTF-8, or cannot be reached.
    """
    connection = _connect(target)
    encoding = connection.info.parameter_status("server_encoding")
    connection.close()
    if encoding != "UTF8":
        raise faults.wrong_encoding(target, str(encoding))


def exists(target: str) -> bool:
    """Whether it is worth asking: always, only the server knows."""
    return True


def actor(connection: Connection, named: str) -> str:
    """Who acts: the login of the session, whatever name was given."""
    return _driver_of(connection).info.user


def _driver_of(connection: Connection) -> "psycopg.Connection[Any]":
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def append(connection: Connection, entries: list[Entry], by: Signature) -> Head:
    """Hand the whole queue to the server, which numbers, stamps and chains the rows, and return the new head."""
    found = connection.execute(
        text(
            "SELECT new_seq, new_hash FROM ledger_append(CAST(:request AS text), CAST(:host AS text),"
            " CAST(:lines AS int[]), CAST(:happened AS timestamptz[]), CAST(:kinds AS text[]),"
            " CAST(:subjects AS text[]), CAST(:abouts AS text[]), CAST(:topics AS text[]), CAST(:customers AS text[]),"
            " CAST(:facts AS text[]), CAST(:salts AS text[]), CAST(:records AS text[]))"
        ),
        {
            "request": by.request,
            "host": by.host,
            "lines": [entry.line for entry in entries],
            "happened": [entry.happened_at for entry in entries],
            "kinds": [entry.kind for entry in entries],
            "subjects": [entry.subject for entry in entries],
            "abouts": [entry.about for entry in entries],
            "topics": [entry.topic for entry in entries],
            "customers": [entry.customer for entry in entries],
            "facts": [entry.facts for entry in entries],
            "salts": [entry.salt for entry in entries],
            "records": [entry.record_digest for entry in entries],
        },
    ).one()
    return Head(found.new_seq, found.new_hash)


def guards(connection: Connection) -> set[str]:
    """The names of the triggers that stand and are switched on."""
    found = connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"))
    return set(found.scalars())


def is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may end otherwise when it is tried again.

    Serialisation, deadlock, a lock not had in time, and a key that somebody took first: the second try sees their row.
    """
    return _state(error) in {"40001", "40P01", "55P03", "23505"}


def in_words(error: DBAPIError, address: Address) -> OpsctlError | None:
    """The fault that a person can act on; None for one that only our own code can have made."""
    state = _state(error)
    reason = _reason(error.orig) if error.orig else ""
    if state == "23505":
        return faults.refused()
    if is_passing(error):
        return faults.busy()
    if state == "42P01":
        return faults.not_initialised(str(address))
    if state == "25006":
        return faults.read_only()
    if state in {"53100", "53200"}:
        return faults.full()
    if state == "OP001":  # raised by our own guards
        return faults.refused()
    if state == "42501":
        return faults.not_permitted(reason)
    if state.startswith(("08", "57")) or error.connection_invalidated or not state:
        return faults.unreachable(str(address), reason)
    return None


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")

"""What `doctor` looks at in the database: whether it answers, may be written, and knows what is due. Reads only."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from opsctl.core.errors import NotAllowed, OpsctlError, Unavailable
from opsctl.core.times import local_day
from opsctl.desk.rules import doctor as rules
from opsctl.desk.rules.doctor import Details, Finding
from opsctl.desk.service import doctor_file
from opsctl.desk.terms import RELEASED, WRITABLE, Verdict
from opsctl.duties.service import keeping
from opsctl.inspections.rules.plugins import Filling, Why
from opsctl.inspections.service import running
from opsctl.ledger import service as ledger
from opsctl.people.service.identity import identify
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules import standing
from opsctl.rulebook.rules.patrols import patrols_of
from opsctl.rulebook.rules.policies import Policy, policies_of
from opsctl.store import faults
from opsctl.store.address import Backend
from opsctl.store.engine import SCHEMA_VERSION, Store
from opsctl.store.settings import zone_of
from opsctl.store.unit import actor_of

if TYPE_CHECKING:
    from opsctl.cli.context import Context

_SCHEMA = text("SELECT version_num FROM alembic_version")
_NEWEST = text("SELECT recorded_at FROM ledger ORDER BY seq DESC LIMIT 1").columns(recorded_at=UTCDateTime)
_NOW = text("SELECT clock_timestamp()")
_SERVER = text("SELECT current_setting('server_version'), session_user")
_JOURNAL = text("PRAGMA journal_mode")
_NO_WRITE = text("UPDATE setting SET value = value WHERE 0 = 1")
_READ_ONLY = text("SHOW transaction_read_only")
_RIGHTS = text(
    "SELECT relname, has_table_privilege(oid, 'SELECT'), has_table_privilege(oid, 'INSERT')"
    " AND has_table_privilege(oid, 'UPDATE') FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
)
_LOGIN = text(
    "SELECT session_user, (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'ledger'"
    " AND relnamespace = 'public'::regnamespace), current_database(),"
    " (SELECT coalesce(bool_or(has_function_privilege(oid, 'EXECUTE')), false) FROM pg_proc"
    " WHERE proname = 'ledger_append' AND pronamespace = 'public'::regnamespace)"
)
_ASSETS = text("SELECT handle, retired_at IS NOT NULL FROM asset")
_ANYBODY = text("SELECT 1 FROM person LIMIT 1")
_IN_ORDER = ("database", "schema", "writing", "login", "guards", "ledger", "rules", "holidays", "duties", "person")


class Database:
    """The database that is named, and what was read of it: its zone, why checks would be silent, the policies.

    `is_blind` says that the host file, which may name it, cannot be read.
    """

    def __init__(self, context: "Context", *, is_blind: bool) -> None:
        self._context = context
        self._is_blind = is_blind
        self.zone: str | None = None
        self.silent: dict[str, str] | None = None
        self.policies: dict[str, Policy] | None = None
        self._server_now: datetime | None = None
        self._turn: timedelta | None = None
        self._newest: datetime | None = None

    def findings(self) -> Iterator[Finding]:
        """Every finding about it, in the order in which they are shown."""
        if self._is_blind and self.source() == "default":
            yield rules.not_checked("database", "host-file")
            yield from _behind("database", is_server=False)
            return
        details = self._named()
        if details["address"] is None:
            yield Finding("database", Verdict.FAIL, ("address",), details)
            yield from _behind("database", is_server=False)
            return
        is_server = details["backend"] == Backend.POSTGRESQL
        try:
            store = self._context.store
            found = self._answer(store, details)
        except (OpsctlError, OSError) as error:
            yield rules.failed("database", error, details, reason=_why(error, details["address"]))
            yield from doctor_file.findings(self._context.address)
            yield from _behind("database", is_server=is_server)
            return
        yield rules.judged("database", details)
        yield from doctor_file.findings(store.address)
        yield rules.schema(found, SCHEMA_VERSION)
        if found == SCHEMA_VERSION:
            yield from self._inside(store, is_server=is_server)
        else:
            yield from _behind("schema", is_server=is_server)

    def clock(self) -> Finding:
        """This machine's clock; asked for after the rest, for it is compared with what was read there."""
        return rules.clock(self._context.now, self._server_now, self._turn, self._newest, RELEASED)

    def _named(self) -> Details:
        """The address and what names it; with an `error` where none is named."""
        source = self.source()
        try:
            address = self._context.address
            return {"address": str(address), "source": source, "backend": address.backend.value}
        except OpsctlError as error:
            return {"source": source, "address": None, "error": rules.failed("database", error).details["error"]}

    def source(self) -> str | None:
        """What names the database: flag, environment, host-file or default."""
        if self._context.chosen.get("db"):
            return "flag"
        if os.environ.get("OPSCTL_DB"):
            return "environment"
        return "host-file" if self._context.host_file.database else "default"

    def _answer(self, store: Store, details: Details) -> str | None:
        """Ask the database who it is, and note that among the details; the version of its schema."""
        with store.faults_in_words(), store.read_engine.connect() as connection, connection.begin():
            if store.address.backend is Backend.SQLITE:
                details["version"] = f"SQLite {sqlite3.sqlite_version}"
                details["journal"] = connection.execute(_JOURNAL).scalar()
            else:
                self._ask_server(connection, details)
            found: str | None = connection.execute(_SCHEMA).scalar()
            return found

    def _ask_server(self, connection: Connection, details: Details) -> None:
        version, login = connection.execute(_SERVER).one()
        began = time.perf_counter()
        self._server_now = connection.execute(_NOW).scalar_one()
        self._turn = timedelta(seconds=time.perf_counter() - began)
        # At once, for the two clocks are compared.
        self._context.look_at_clock()
        turn = round(self._turn.total_seconds() * 1000, 1)
        details |= {"version": f"PostgreSQL {version.split()[0]}", "login": login, "turn_ms": turn}

    def _inside(self, store: Store, *, is_server: bool) -> Iterator[Finding]:
        yield _guarded("writing", lambda: _writing(store))
        looks: list[tuple[str, Callable[[Session], Finding]]] = [
            ("guards", lambda session: _guards(store, session)),
            ("ledger", self._ledger),
            ("rules", self._rules),
            ("holidays", self._holidays),
            ("duties", self._duties),
            ("person", self._person),
        ]
        if is_server:
            looks.insert(0, ("login", _login))

        def look(session: Session) -> list[Finding]:
            self.zone = zone_of(session)
            found = [_guarded(name, partial(_apart, store, session, one)) for name, one in looks]
            _guarded("checks", partial(_apart, store, session, self._note_silent))
            if self._context.host_file.backups:
                _guarded("backups", partial(_apart, store, session, self._note_policies))
            return found

        try:
            yield from self._context.read(look)
        except OpsctlError as error:  # the demo's database with a clock that is not the demo's, or the other way round
            yield rules.failed("guards", error)
            yield from _behind("guards", is_server=is_server)

    def _ledger(self, session: Session) -> Finding:
        head = ledger.head(session)
        self._newest = session.connection().execute(_NEWEST).scalar()
        return rules.judged("ledger", {"rows": head.seq, "head": head.hash, "newest": self._newest})

    def _rules(self, session: Session) -> Finding:
        found = rulebook.in_force(session, at=self._context.now)
        heads = standing.standing(rulebook.heads_of(session), found.generation)
        return rules.rules_in_force(found.generation, [head.reference for head in heads])

    def _holidays(self, session: Session) -> Finding:
        now = self._context.now
        return rules.holidays(rulebook.in_force(session, at=now).calendars, local_day(now, zone_of(session)))

    def _duties(self, session: Session) -> Finding:
        now, to = self._context.now, keeping.kept_to(session)
        count = len(patrols_of(rulebook.in_force(session, at=now)).duties)
        too_far = to is not None and keeping.is_far_too_far(to, now)
        return rules.duties(count, to, now, is_stale=keeping.is_stale(session, now=now), is_too_far=too_far)

    def _person(self, session: Session) -> Finding:
        context = self._context
        named = context.signature().actor
        login = actor_of(context.store, session, named)
        details = {"name": named, "login": login, "person": None, "is_first": False}
        if named != login and (context.option("as_") or context.host_file.person):
            return rules.judged("person", details, fail=["other-login"])
        if session.connection().execute(_ANYBODY).first() is None:
            return rules.judged("person", {**details, "is_first": True})
        try:
            return rules.judged("person", {**details, "person": identify(session, login)})
        except NotAllowed as error:
            return rules.failed("person", error, details, reason="unknown")

    def _note_silent(self, session: Session) -> Finding:
        """Keep why checks of this host would fill nothing."""
        checks = self._context.host_file.checks
        known = [Filling(one.name, one.asset, *one.fills) for one in checks if one.fills is not None]
        self.silent = {}
        if known:
            plan = running.planned(session, now=self._context.now, me=lambda _session: "", known=known)
            self.silent |= {one.filling.check: one.why.value for one in plan.silent}
        assets = {row[0]: row[1] for row in session.connection().execute(_ASSETS)} if checks else {}
        for one in checks:
            if one.asset not in assets:
                self.silent.setdefault(one.name, Why.NO_ASSET.value)
            elif assets[one.asset]:
                self.silent.setdefault(one.name, Why.RETIRED.value)
        return rules.judged("checks", {})

    def _note_policies(self, session: Session) -> Finding:
        """Keep the policies in force, for this host has backups that run them."""
        self.policies = dict(policies_of(rulebook.in_force(session, at=self._context.now)))
        return rules.judged("backups", {})


def _behind(check: str, *, is_server: bool) -> Iterator[Finding]:
    """What is not looked at because of that check."""
    names = _IN_ORDER if is_server else tuple(name for name in _IN_ORDER if name != "login")
    for name in names[names.index(check) + 1 :] if check in names else names:
        yield rules.not_checked(name, check)


def _guarded(name: str, look: Callable[[], Finding]) -> Finding:
    """The finding, whatever goes wrong on the way to it."""
    try:
        return look()
    except Exception as error:  # what it is stands in the finding: doctor goes on
        return rules.failed(name, error)


def _apart(store: Store, session: Session, look: Callable[[Session], Finding]) -> Finding:
    """Look in a part of the transaction of its own: what a server refuses must not break what comes next."""
    with store.faults_in_words(), session.begin_nested():
        return look(session)


def _why(error: Exception, address: object) -> str:
    if str(error) == faults.not_initialised(str(address)).message:
        return "none"
    if isinstance(error, Unavailable):
        return "unavailable"
    return "not-allowed" if isinstance(error, NotAllowed) else "error"


def _writing(store: Store) -> Finding:
    """Whether a transaction that writes could begin; it is given up at once."""
    is_server, refused = store.address.backend is Backend.POSTGRESQL, False
    try:
        with store.faults_in_words(), store.write_engine.connect() as connection, connection.begin() as transaction:
            if is_server:
                refused = connection.execute(_READ_ONLY).scalar() == "on"
            else:
                # A file that may only be read lets a transaction begin, and refuses its first statement.
                connection.execute(_NO_WRITE)
            transaction.rollback()
    except (OpsctlError, OSError) as error:
        return rules.failed("writing", error, reason="refused")
    return rules.judged("writing", {}, fail=["read-only-server"] if refused else ())


def _guards(store: Store, session: Session) -> Finding:
    there = store.driver.guards(session.connection())
    wanted = store.driver.LEDGER_GUARDS
    return rules.guards([name for name in wanted if name not in there], len(wanted))


def _login(session: Session) -> Finding:
    """What the login of a server may do: which tables it could not read, or not record in."""
    connection = session.connection()
    missing = {"SELECT": [], "INSERT, UPDATE": []}  # type: dict[str, list[str]]
    for name, reads, writes in connection.execute(_RIGHTS):
        missing["SELECT"] += [] if reads else [name]
        missing["INSERT, UPDATE"] += [] if writes or name not in WRITABLE else [name]
    login, owner, database, appends = connection.execute(_LOGIN).one()
    details = {"login": login, "owner": owner, "database": database, "missing": missing, "may_append": appends}
    return rules.login(details)

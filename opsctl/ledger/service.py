"""Appending, reading, verifying, exporting and redacting the ledger."""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, String, func, type_coerce
from sqlalchemy import Row as SqlRow
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from opsctl.core import chain
from opsctl.core.errors import Conflict, NotFound
from opsctl.core.texts import _
from opsctl.core.times import utc_text
from opsctl.core.use_cases import Permission, use_case
from opsctl.ledger import rules
from opsctl.ledger.rules import RawRow, Row
from opsctl.ledger.terms import REDACTED, Fault
from opsctl.store.unit import queue_of, signature_of

# The tables are imported where they are read: most verbs only append, and a quick one should not load them.

_BATCH = 5000
_MOMENTS = {"recorded_at", "happened_at"}
_TEXT_LENGTH = len("2026-10-01 00:00:00.000000")
_NO_MOMENT = datetime.min.replace(tzinfo=UTC)
"""What stands for a moment that cannot be read: it fits no digest."""
Records = Callable[[Session], Iterable[tuple[str, str]]]
"""Gives the reference and digest of every record of a room, as they are now."""
Blank = Callable[[Session, str, list[str]], dict[str, Any] | None]
"""Blanks the named texts in a record and returns its fields after; None where it holds none of them."""


@dataclass(frozen=True)
class Search:
    """Which rows a list or an export wants; None means any.

    `since` and `until` are when it was recorded, `happened_since` and `happened_until` when it happened; all half open.
    Of `kinds`, `subjects` and `abouts` any will do; SQLite takes some thirty thousand at once.
    """

    kind: str | None = None
    subject: str | None = None
    about: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    kinds: Collection[str] | None = None
    subjects: Collection[str] | None = None
    abouts: Collection[str] | None = None
    happened_since: datetime | None = None
    happened_until: datetime | None = None


def append(
    session: Session,
    *,
    kind: str,
    subject: str,
    facts: dict[str, Any],
    record: dict[str, Any] | None = None,
    about: str | None = None,
    topic: str | None = None,
    customer: str | None = None,
    happened_at: datetime | None = None,
) -> None:
    """Queue one fact; it becomes a row when the unit of work ends well.

    `record` is the whole record after the change (with its child rows), from which its digest is taken; None where the
    fact changes no record. `happened_at` is now where it is not given.
    """
    queue = queue_of(session)
    text = chain.canonical({name: value for name, value in facts.items() if value is not None})
    record_digest = None
    if record is not None:
        # Where the record is what happened, as when it is opened or imported, its canonical text is there already.
        record_digest = chain.digest(text) if record is facts else chain.record_digest(record)
    queue.append(
        chain.Entry(
            line=len(queue),
            kind=kind,
            subject=subject,
            happened_at=happened_at or signature_of(session).now,
            facts=text,
            salt=secrets.token_hex(16),
            about=about,
            topic=topic,
            customer=customer,
            record_digest=record_digest,
        )
    )


def head(session: Session) -> chain.Head:
    """The newest row's number and hash."""
    from opsctl.ledger.tables import LedgerHead

    found = session.exec(select(LedgerHead.seq, LedgerHead.hash)).one()
    return chain.Head(*found)


def rows(session: Session, search: Search, *, limit: int | None = None, newest_first: bool = False) -> Iterator[Row]:
    """The rows that the search wants, in order, read in batches."""
    from opsctl.ledger.tables import LedgerRow

    query = _query()
    for column, value in (
        (LedgerRow.kind, search.kind), (LedgerRow.subject, search.subject), (LedgerRow.about, search.about),
        (LedgerRow.actor, search.actor),
    ):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    for column, wanted in (
        (LedgerRow.kind, search.kinds), (LedgerRow.subject, search.subjects), (LedgerRow.about, search.abouts),
    ):  # fmt: skip
        if wanted is not None:
            query = query.where(col(column).in_(sorted(wanted)))
    for moment, since, until in (
        (LedgerRow.recorded_at, search.since, search.until),
        (LedgerRow.happened_at, search.happened_since, search.happened_until),
    ):
        if since is not None:
            query = query.where(moment >= since)
        if until is not None:
            query = query.where(moment < until)
    order = LedgerRow.__table__.c.seq  # type: ignore[attr-defined]
    query = query.order_by(order.desc() if newest_first else order)
    if limit is not None:
        query = query.limit(limit)
    for found in session.connection().execute(query.execution_options(yield_per=_BATCH)):
        yield _row(found)


def _query() -> Any:
    from opsctl.ledger.tables import LedgerFacts, LedgerRow

    table, facts = LedgerRow.__table__, LedgerFacts.__table__  # type: ignore[attr-defined]
    # SQLite keeps a moment as text. It is read as such, since a ledger that was tampered with must still be read.
    columns = [type_coerce(column, String) if column.name in _MOMENTS else column for column in table.c]
    wanted: list[Any] = [*columns, facts.c.facts, facts.c.salt]
    return sql_select(*wanted).join_from(table, facts, isouter=True)


def _row(found: SqlRow[Any]) -> Row:
    seq, recorded_at, happened_at, *others = tuple(found)
    return Row(seq, _moment(recorded_at), _moment(happened_at), *others)


def _moment(stored: Any) -> datetime:
    if isinstance(stored, datetime):
        return stored
    try:
        moment = datetime.fromisoformat(stored)
    except (TypeError, ValueError):
        return _NO_MOMENT
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _raw_rows(session: Session) -> Iterator[RawRow]:
    """Every row as `ChainReader` takes it, in order, read in batches."""
    from opsctl.ledger.tables import LedgerRow

    order = LedgerRow.__table__.c.seq  # type: ignore[attr-defined]
    query = _query().order_by(order).execution_options(yield_per=_BATCH)
    for seq, recorded_at, happened_at, *others in session.connection().execute(query):
        yield seq, _utc_text(recorded_at), _utc_text(happened_at), *others


def _utc_text(stored: Any) -> str:
    """A stored moment as it stands in a row's digest."""
    if isinstance(stored, str) and len(stored) == _TEXT_LENGTH and stored[10] == " ":
        # SQLite keeps the very text, but for two letters. To read the moment and spell it again takes ten times as
        # long, and can only come to the same; where it is no moment at all, neither text fits.
        return f"{stored[:10]}T{stored[11:]}Z"
    return utc_text(_moment(stored))


def one(session: Session, *, seq: int) -> Row:
    """The row with that number. Raise NotFound if the ledger is shorter."""
    from opsctl.ledger.tables import LedgerRow

    found = session.connection().execute(_query().where(LedgerRow.seq == seq)).first()
    if found is None:
        newest = head(session).seq
        raise NotFound(
            _("The ledger has no row {seq}.").format(seq=seq), _("Its newest row is {newest}.").format(newest=newest)
        )
    return _row(found)


def newest_kinds(session: Session, *, subjects: list[str]) -> dict[str, str]:
    """The kind of the newest row of each of these records."""
    from opsctl.ledger.tables import LedgerRow

    last = select(func.max(LedgerRow.seq)).where(col(LedgerRow.subject).in_(subjects)).group_by(LedgerRow.subject)
    found = session.exec(select(LedgerRow.subject, LedgerRow.kind).where(col(LedgerRow.seq).in_(last)))
    return dict(found.all())


def newest(session: Session, *, search: Search, limit: int) -> list[Row]:
    """The newest rows that the search wants, the newest first; 0 is no limit."""
    return list(rows(session, search, limit=limit or None, newest_first=True))


def excerpt(session: Session, *, search: Search) -> Iterator[tuple[Row, bool]]:
    """Every row of the chain, and whether the search wants its content."""
    for row in rows(session, Search()):
        yield row, search.subject in (None, row.subject) and search.about in (None, row.about)


def verify(
    session: Session,
    *,
    kept: str | None,
    standing: Callable[[Connection], set[str]],
    wanted: Iterable[str],
    records: Iterable[Records] | None,
) -> rules.Verdict:
    """Follow the whole chain and say what is not as it was written.

    `kept` is a head from an earlier day; `standing` gives the database's triggers, `wanted` names the guards that must
    be among them. With `records`, each room's records are compared to what the ledger last wrote of them, too.
    """
    guards = standing(session.connection())
    findings = [rules.Finding(Fault.GUARD_MISSING, None, None, name) for name in wanted if name not in guards]
    reader = rules.ChainReader()
    findings += reader.findings(_raw_rows(session), kept)
    findings += rules.check_head(head(session), reader.head)
    count = None
    if records is not None:
        present = [pair for give in records for pair in give(session)]
        findings += rules.compare_records(_written(session), present)
        count = len(present)
    return rules.Verdict(reader.rows, reader.redacted, reader.head, tuple(findings), count)


def _written(session: Session) -> dict[str, str]:
    """The newest record digest that the ledger has of each record."""
    from opsctl.ledger.tables import LedgerRow

    newest_rows = (
        select(func.max(LedgerRow.seq)).where(col(LedgerRow.record_digest).is_not(None)).group_by(LedgerRow.subject)
    )
    found = session.exec(select(LedgerRow.subject, LedgerRow.record_digest).where(col(LedgerRow.seq).in_(newest_rows)))
    return {subject: digest for subject, digest in found.all() if digest is not None}


@use_case(needs=Permission.REDACT, offline=False)
def redact(
    session: Session, *, now: datetime, actor: str, seq: int, reason: str, blank: dict[str, Blank]
) -> "Redaction":
    """Blank the facts of a row and, in its record, the texts that the row held; append that it was done, and why.

    The digests stay, so the chain still verifies. Raise NotFound if there is no such row, Conflict if its facts are
    gone already or it is itself the note of a redaction.
    """
    from opsctl.ledger.tables import LedgerFacts

    row = one(session, seq=seq)
    if row.kind == REDACTED:
        raise Conflict(_("Row {seq} says that another was redacted; it stays.").format(seq=seq), _see(seq))
    if row.facts is None:
        raise Conflict(_("The facts of row {seq} were redacted already.").format(seq=seq), _see(seq))
    texts = rules.texts_of(row.facts)
    facts = session.get_one(LedgerFacts, seq)
    facts.facts = facts.salt = None
    session.add(facts)
    session.flush()
    give = blank.get(rules.prefix_of(row.subject))
    record = give(session, row.subject, texts) if give else None
    append(
        session,
        kind=REDACTED,
        subject=row.subject,
        about=row.about,
        facts={"seq": seq, "kind": row.kind, "reason": reason},
        record=record,
    )
    left = [other.seq for other in rows(session, Search(subject=row.subject)) if rules.holds_any(other.facts, texts)]
    return Redaction(seq, row.subject, record is not None, tuple(left))


@dataclass(frozen=True)
class Redaction:
    """What a redaction did. `left` are other rows of the same record that still hold one of the same texts."""

    seq: int
    subject: str
    record_changed: bool
    left: tuple[int, ...]


def _see(seq: int) -> str:
    return _("See: opsctl ledger show {seq}").format(seq=seq)

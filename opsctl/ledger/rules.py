"""What makes a chain whole. Pure: rows in, findings out."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.core import chain
from opsctl.ledger.terms import REDACTED, WRITTEN, Fault

REFERENCE = re.compile(r"([A-Z]{3})-\d{4}-\d{4,}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the ledger as it was read, with its facts and salt (None when redacted)."""

    seq: int
    recorded_at: datetime
    happened_at: datetime
    actor: str
    host: str
    kind: str
    subject: str
    about: str | None
    topic: str | None
    customer: str | None
    request: str
    line: int
    facts_digest: str
    record_digest: str | None
    row_digest: str
    prev_hash: str
    hash: str
    facts: str | None
    salt: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written: a fault, the row and the record it was found at."""

    fault: Fault
    seq: int | None
    subject: str | None
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """What `verify` found. `redacted` rows still verify; `records` is None where records were not compared."""

    rows: int
    redacted: int
    head: chain.Head
    findings: tuple[Finding, ...]
    records: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether everything that was checked is as it was written."""
        return not self.findings


class ChainReader:
    """Follows a chain row by row; `findings` yields what is wrong with each row, `head` is where it ended."""

    def __init__(self) -> None:
        self.rows = 0
        self._blank: dict[int, str] = {}
        self._told: set[int] = set()
        self.head = chain.Head(0, chain.GENESIS)

    def findings(self, rows: Iterable[Row], kept: str | None = None) -> Iterator[Finding]:
        """Check every row against its own digests and against the row before it, in order of `seq`.

        `kept` is a head from an earlier day; it must be the hash of one of the rows.
        """
        found_kept = kept is None or kept == chain.GENESIS
        for row in rows:
            yield from self._gap(row)
            if row.facts is None or row.salt is None:
                self._blank[row.seq] = row.subject
            elif not _fit(row.salt, row.facts, row.facts_digest):
                yield Finding(Fault.FACTS_CHANGED, row.seq, row.subject)
            if _digest_of(row) != row.row_digest:
                yield Finding(Fault.ROW_CHANGED, row.seq, row.subject)
            if row.prev_hash != self.head.hash or chain.link(row.prev_hash, row.row_digest) != row.hash:
                yield Finding(Fault.LINK_BROKEN, row.seq, row.subject)
            self.rows += 1
            self.head = chain.Head(row.seq, row.hash)
            found_kept = found_kept or row.hash == kept
            if row.kind == REDACTED and row.facts is not None:
                self._told.add(seq_of_redaction(row.facts))
        for seq in sorted(self._blank.keys() - self._told):
            yield Finding(Fault.FACTS_MISSING, seq, self._blank[seq])
        if not found_kept:
            yield Finding(Fault.KEPT_HEAD_UNKNOWN, None, None, kept or "")

    @property
    def redacted(self) -> int:
        """How many rows are without facts because a later row says that they were redacted."""
        return len(self._blank.keys() & self._told)

    def _gap(self, row: Row) -> Iterator[Finding]:
        if row.seq != self.head.seq + 1:
            yield Finding(Fault.GAP, row.seq, row.subject, f"{self.head.seq + 1}–{row.seq - 1}")


def _fit(salt: str, facts: str, digest: str) -> bool:
    try:
        return chain.facts_digest(salt, facts) == digest
    except TypeError:  # SQLite takes bytes where text belongs
        return False


def _digest_of(row: Row) -> str:
    try:
        return chain.row_digest(
            seq=row.seq,
            recorded_at=row.recorded_at,
            happened_at=row.happened_at,
            actor=row.actor,
            host=row.host,
            kind=row.kind,
            subject=row.subject,
            about=row.about,
            topic=row.topic,
            customer=row.customer,
            request=row.request,
            line=row.line,
            facts_digest=row.facts_digest,
            record_digest=row.record_digest,
        )
    except (TypeError, ValueError):
        return ""


def check_head(stored: chain.Head, reached: chain.Head) -> list[Finding]:
    """The finding that the newest rows were removed, or rows added without the head: none where both agree."""
    if stored == reached:
        return []
    return [Finding(Fault.HEAD_DIFFERS, stored.seq, None, f"{stored.seq} ≠ {reached.seq}")]


def compare_records(written: dict[str, str], present: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """The records that are not as the ledger last wrote them down.

    `written` has the newest record digest of each reference; `present` the digest of each record as it is now.
    """
    missing = set(written)
    for reference, digest in present:
        missing.discard(reference)
        if reference not in written:
            yield Finding(Fault.RECORD_UNKNOWN, None, reference)
        elif written[reference] != digest:
            yield Finding(Fault.RECORD_CHANGED, None, reference)
    for reference in sorted(missing):
        yield Finding(Fault.RECORD_MISSING, None, reference)


def read_facts(facts: str | None) -> dict[str, Any]:
    """What a row says; empty where it was redacted, or tampered with until it is no JSON (`verify` names that)."""
    try:
        said = json.loads(facts or "{}")
    except (TypeError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def texts_of(facts: str) -> list[str]:
    """What somebody wrote in these facts: the strings under the keys that hold free text."""
    found: list[str] = []

    def walk(value: Any, written: bool) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(inner, written or name in WRITTEN)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, written)
        elif isinstance(value, str) and written:
            found.append(value)

    walk(read_facts(facts), False)
    return found


def holds_any(facts: str | None, texts: list[str]) -> bool:
    """Whether these facts still hold one of the texts."""
    return facts is not None and not set(texts).isdisjoint(texts_of(facts))


def seq_of_redaction(facts: str) -> int:
    """The row that the note of a redaction speaks of; 0 where it names none."""
    seq = read_facts(facts).get("seq")
    return seq if isinstance(seq, int) else 0


def prefix_of(subject: str) -> str:
    """The prefix of a record's reference: `INC` of `INC-2026-0042`, `person:` of `person:wang`; "" for a handle."""
    found = REFERENCE.fullmatch(subject)
    if found:
        return found[1]
    noun, sign, _handle = subject.partition(":")
    return noun + sign if sign else ""

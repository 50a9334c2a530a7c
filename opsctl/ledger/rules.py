"""What makes a chain whole. Pure: rows in, findings out."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
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


RawRow = Sequence[Any]
"""The same columns in the same order, as they were read: the moments as `utc_text`, nothing else looked at yet."""


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

    def findings(self, rows: Iterable[RawRow], kept: str | None = None) -> Iterator[Finding]:
        """Check every row against its own digests and against the row before it, in order of `seq`.

        `kept` is a head from an earlier day; it must be the hash of one of the rows.
        """
        found_kept = kept is None or kept == chain.GENESIS
        last, before = self.head.seq, self.head.hash
        # Millions of rows pass here: each is taken apart once, and no object is made of it.
        for row in rows:
            (
                seq, _recorded_at, _happened_at, _actor, _host, kind, subject, _about, _topic, _customer, _request,
                _line, facts_digest, _record_digest, row_digest, prev_hash, hash_, facts, salt,
            ) = row  # fmt: skip
            if seq != last + 1:
                yield Finding(Fault.GAP, seq, subject, f"{last + 1}–{seq - 1}")
            if facts is None or salt is None:
                self._blank[seq] = subject
            elif not _fit(salt, facts, facts_digest):
                yield Finding(Fault.FACTS_CHANGED, seq, subject)
            if _digest_of(row) != row_digest:
                yield Finding(Fault.ROW_CHANGED, seq, subject)
            if prev_hash != before or chain.link(prev_hash, row_digest) != hash_:
                yield Finding(Fault.LINK_BROKEN, seq, subject)
            self.rows += 1
            last, before = seq, hash_
            found_kept = found_kept or hash_ == kept
            if kind == REDACTED and facts is not None:
                self._told.add(seq_of_redaction(facts))
        self.head = chain.Head(last, before)
        for seq in sorted(self._blank.keys() - self._told):
            yield Finding(Fault.FACTS_MISSING, seq, self._blank[seq])
        if not found_kept:
            yield Finding(Fault.KEPT_HEAD_UNKNOWN, None, None, kept or "")

    @property
    def redacted(self) -> int:
        """How many rows are without facts because a later row says that they were redacted."""
        return len(self._blank.keys() & self._told)


def _fit(salt: str, facts: str, digest: str) -> bool:
    try:
        return chain.facts_digest(salt, facts) == digest
    except TypeError:  # SQLite takes bytes where text belongs
        return False


def _digest_of(row: RawRow) -> str:
    (
        seq, recorded_at, happened_at, actor, host, kind, subject, about, topic, customer, request, line, facts_digest,
        record_digest, _row_digest, _prev_hash, _hash, _facts, _salt,
    ) = row  # fmt: skip
    try:
        return chain.columns_digest(
            (
                str(seq), recorded_at, happened_at, actor, host, kind, subject, about or "", topic or "",
                customer or "", request, str(line), facts_digest, record_digest or "",
            )
        )  # fmt: skip
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

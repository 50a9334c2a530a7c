"""The arithmetic of the ledger: canonical JSON, the digests of a row, the link from row to row.

    facts_digest  = SHA-256(salt ‖ facts)
    row_digest    = SHA-256(the columns, joined by line feeds, in the order of `row_digest`'s arguments)
    hash          = SHA-256(prev_hash ‖ line feed ‖ row_digest)
    record_digest = SHA-256(canonical JSON of the record's fields that are not null, with its child rows)

All digests are lower-case hexadecimal text, all text is UTF-8. An absent column stands as the empty string and no
column may be empty or hold a line feed, so two different rows never join to the same text. The first row's
`prev_hash` is `GENESIS`. PostgreSQL computes the same in SQL (see the first migration); a test compares them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from opsctl.core.times import utc_text

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact, waiting in the unit of work to become a row of the ledger. `line` counts within the request."""

    line: int
    kind: str
    subject: str
    happened_at: datetime
    facts: str
    salt: str
    about: str | None = None
    topic: str | None = None
    customer: str | None = None
    record_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who writes, from where, under which request id, and when by the writer's clock."""

    now: datetime
    actor: str
    host: str
    request: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row: its number (0 in an empty ledger) and its hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the chain adds to an entry."""

    facts_digest: str
    row_digest: str
    prev_hash: str
    hash: str


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return utc_text(value)
    raise TypeError(f"no canonical JSON for {type(value).__name__}")


# Made once, for it is used on every row.
_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_as_text
).encode


def canonical(value: Any) -> str:
    """Canonical JSON: keys in order, no blanks, no escapes beyond JSON's own, times as `…T…ffffffZ`."""
    return _encode(value)


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8, as hexadecimal."""
    return sha256(text.encode()).hexdigest()


def record_digest(fields: dict[str, Any]) -> str:
    """The digest of a record: its fields that are not None, child rows among them as lists in their order."""
    return digest(canonical({name: value for name, value in fields.items() if value is not None}))


def digest_of_readable(read: Callable[[], dict[str, Any]]) -> str:
    """The digest of the record that `read` gives; empty, which no record has, where what stands there is unreadable."""
    try:
        return record_digest(read())
    except (LookupError, TypeError, ValueError):
        return ""


def facts_digest(salt: str, facts: str) -> str:
    """The digest that still stands for the facts after they were redacted; the salt keeps it from being guessed."""
    return digest(salt + facts)


def row_digest(
    *,
    seq: int,
    recorded_at: datetime,
    happened_at: datetime,
    actor: str,
    host: str,
    kind: str,
    subject: str,
    about: str | None,
    topic: str | None,
    customer: str | None,
    request: str,
    line: int,
    facts_digest: str,
    record_digest: str | None,
) -> str:
    """The digest of one row. Raise ValueError if a column holds a line feed."""
    return columns_digest(
        (
            str(seq), utc_text(recorded_at), utc_text(happened_at), actor, host, kind, subject, about or "",
            topic or "", customer or "", request, str(line), facts_digest, record_digest or "",
        )
    )  # fmt: skip


def columns_digest(columns: tuple[str, ...]) -> str:
    """The digest of a row's columns, as texts in the order of `row_digest`. Raise ValueError as it does."""
    joined = "\n".join(columns)
    if joined.count("\n") != len(columns) - 1:
        raise ValueError("a column of the ledger holds a line feed")
    return digest(joined)


def link(prev_hash: str, row_digest: str) -> str:
    """The hash of a row: what the next row names as its `prev_hash`."""
    return digest(f"{prev_hash}\n{row_digest}")


def seal(entry: Entry, by: Signature, head: Head) -> Sealed:
    """The digests of the entry when it becomes the row after `head`, recorded at the writer's `now`."""
    facts = facts_digest(entry.salt, entry.facts)
    row = row_digest(
        seq=head.seq + 1,
        recorded_at=by.now,
        happened_at=entry.happened_at,
        actor=by.actor,
        host=by.host,
        kind=entry.kind,
        subject=entry.subject,
        about=entry.about,
        topic=entry.topic,
        customer=entry.customer,
        request=by.request,
        line=entry.line,
        facts_digest=facts,
        record_digest=entry.record_digest,
    )
    return Sealed(facts, row, head.hash, link(head.hash, row))

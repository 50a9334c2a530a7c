"""What has to do with an incident although nobody linked it: what is recorded around it, and what came before. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsctl.core.intervals import Interval, total_microseconds
from opsctl.incidents.rules.life import Case
from opsctl.incidents.terms import SpanKind
from opsctl.ledger.rules import Row
from opsctl.reviews.terms import AROUND, EARLIER

MOST_AROUND = 200
"""So many rows around a trouble are shown, those nearest to its beginning."""
MOST_EARLIER = 20
"""So many earlier incidents are shown, the newest."""
_MICROSECOND = timedelta(microseconds=1)
_UNREAD = ("P", "Z", "C")
"""The Unicode categories that make no cause another: punctuation, white space, what cannot be seen."""


@dataclass(frozen=True, slots=True)
class Relative:
    """What is asked of an incident to see whether it is one of those before.

    `cause` is the key of its cause, `counts` whether figures count it.
    """

    reference: str
    asset: str | None
    cause: str
    opened: datetime
    counts: bool
    merged_into: str | None


@dataclass(frozen=True, slots=True)
class Related:
    """An incident that came before, and by what it is related."""

    reference: str
    same_asset: bool
    same_cause: bool


def cause_key(cause: str | None) -> str:
    """What two spellings of one cause have in common: NFKC, case folded, without punctuation and white space.

    Empty where nothing was said.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cause or "").casefold())
    read = "".join(character for character in plain if not unicodedata.category(character).startswith(_UNREAD))
    # What now stands side by side may compose.
    return unicodedata.normalize("NFKC", read)


def causes_of(case: Case) -> frozenset[str]:
    """The keys of the causes that are recorded of a case and of what was merged into it."""
    return frozenset(key for one in case.all if (key := cause_key(one.cause)))


def assets_of(case: Case) -> frozenset[str]:
    """The assets that a case is about, those of what was merged into it among them."""
    return frozenset(one.asset for one in case.all if one.asset is not None)


def lost_seconds(case: Case, now: datetime) -> float | None:
    """How long a case's asset did not serve, in seconds, overlapping outages once, one that lasts until now.

    None where no outage was declared.
    """
    outages = [span for span in case.impacts if span.kind is SpanKind.OUTAGE]
    if not outages:
        return None
    lost = (Interval(span.started, max(span.started, span.ended or now)) for span in outages)
    return total_microseconds(lost) / 1_000_000


def around(case: Case, now: datetime) -> Interval:
    """From AROUND before the trouble began to AROUND after it stopped, or to now with this moment while it lasts."""
    end = now + _MICROSECOND if case.stopped is None else case.stopped + AROUND
    return Interval(case.clock_start - AROUND, max(end, case.clock_start + _MICROSECOND))


def nearest(rows: Iterable[Row], at: datetime, limit: int = MOST_AROUND) -> tuple[tuple[Row, ...], int]:
    """Of the rows those that happened nearest to that moment, in the order of happening, and how many were left out."""
    every = {row.seq: row for row in rows}.values()
    kept = sorted(every, key=lambda row: (abs(row.happened_at - at), row.seq))[:limit]
    return in_order(kept), len(every) - len(kept)


def in_order(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows by when they happened, then by number."""
    return tuple(sorted(rows, key=lambda row: (row.happened_at, row.seq)))


def last_of_each(rows: Iterable[Row]) -> list[Row]:
    """Of the rows of each topic the one that happened last."""
    last: dict[str | None, Row] = {}
    for row in in_order(rows):
        last[row.topic] = row
    return list(last.values())


def earlier_than(
    case: Case, known: Mapping[str, Relative], own: frozenset[str], limit: int = MOST_EARLIER
) -> list[Related]:
    """The incidents of the same asset, or with the same cause, opened before the case and within EARLIER of it.

    The newest first, `limit` at most. `own` are what is reviewed together and are none. A merged one stands for what
    it ended in, which is among the `known`; drills and void ones are left out.
    """
    assets, causes = assets_of(case), causes_of(case)
    found: dict[str, Related] = {}
    for one in known.values():
        same_asset, same_cause = one.asset in assets, one.cause in causes
        if not (same_asset or same_cause) or not case.opened - EARLIER <= one.opened < case.opened:
            continue
        end = _ended_in(one, known)
        if end is None or end.reference in own or not (one.counts and end.counts) or end.opened >= case.opened:
            continue
        before = found.get(end.reference, Related(end.reference, False, False))
        found[end.reference] = Related(
            end.reference, before.same_asset or same_asset, before.same_cause or same_cause
        )
    newest = sorted(found.values(), key=lambda one: (known[one.reference].opened, one.reference), reverse=True)
    return newest[:limit]


def _ended_in(one: Relative, known: Mapping[str, Relative]) -> Relative | None:
    """What it was merged into in the end, itself where it was not; None where that is not known."""
    end: Relative | None = one
    for _step in range(len(known)):
        if end is None or end.merged_into is None:
            return end
        end = known.get(end.merged_into)
    return None


def span_of(stretches: Sequence[Interval]) -> Interval:
    """From the first beginning to the last end of these, one at least."""
    return Interval(min(one.start for one in stretches), max(one.end for one in stretches))

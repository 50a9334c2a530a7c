"""What a record makes of the actions that wait for it, and of those that it had verified. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from opsctl.actions.rules import Action
from opsctl.actions.rules.evidence import Evidence
from opsctl.actions.rules.finding import undone
from opsctl.actions.terms import REOPENED, RETURNED, VERIFIED, Outcome, State
from opsctl.core.times import read_zone


@dataclass(frozen=True, slots=True)
class Watch:
    """For how long evidence is watched: `months` where an action says nothing, on the calendar of `zone`."""

    zone: str
    months: int

    def until(self, action: Action, verified_at: datetime) -> datetime:
        """Until when the evidence of the action is watched that was verified then, in UTC."""
        return months_later(verified_at, action.months or self.months, self.zone)


@dataclass(frozen=True, slots=True)
class Proven:
    """An action after a record spoke: the kind of its ledger row, its facts, and when that happened."""

    before: Action
    action: Action
    kind: str
    facts: dict[str, Any]
    happened_at: datetime


def months_later(moment: datetime, months: int, zone: str) -> datetime:
    """The moment, in UTC, when clocks in `zone` show the same time so many calendar months later.

    31 January and a month is the last of February. A time that the clocks skip is read by the offset before they did,
    of one that they show twice it is the first (RFC 5545, 3.3.5).
    """
    info = read_zone(zone)
    local = moment.astimezone(info)
    count = local.year * 12 + local.month - 1 + months
    day = min(local.day, _days_of(count // 12, count % 12 + 1))
    # Fold 0 is both: the offset before a gap, and the first of two.
    later = local.replace(year=count // 12, month=count % 12 + 1, day=day, fold=0)
    return later.astimezone(UTC)


def _days_of(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def proven(action: Action, found: Evidence, watch: Watch) -> Proven | None:
    """What the record makes of an action that waits for it; None where it says nothing of it.

    Done, it is verified by a record that passed, and open again by one that failed, if that is about a moment when it
    was done. Verified by a record, it is open again by one that failed while that is watched, or by the same one.
    """
    if action.void is not None or action.verify not in found.spellings:
        return None
    if action.state is State.DONE and action.done_at is not None and action.done_at <= found.at:
        return _verified(action, found, watch) if found.passed else _failed(action, found, RETURNED)
    if action.state is State.VERIFIED and not found.passed and _is_watched(action, found):
        return _failed(action, found, REOPENED)
    return None


def withdrawn(
    action: Action,
    sources: Collection[str],
    still: Sequence[Evidence],
    *,
    outcome: Outcome,
    facts: dict[str, Any],
    now: datetime,
) -> Proven | None:
    """The action open again where one of the sources had verified it and does not any more; None where it stays.

    `still` is what those say now; `facts` say in the ledger why they say it no more.
    """
    if action.void is not None or action.state is not State.VERIFIED or action.verified_by not in sources:
        return None
    if any(_verifies(one, action) for one in still):
        return None
    said = {"by": action.verified_by, "evidence": outcome, **facts}
    return Proven(action, undone(action), REOPENED, said, now)


def _verifies(one: Evidence, action: Action) -> bool:
    is_after = action.done_at is not None and action.done_at <= one.at
    return one.passed and is_after and one.source == action.verified_by and action.verify in one.spellings


def _is_watched(action: Action, found: Evidence) -> bool:
    if action.verified_by == found.source:
        return True
    if action.verified_at is None or action.watch_until is None:
        return False
    return action.verified_at <= found.at < action.watch_until


def _verified(action: Action, found: Evidence, watch: Watch) -> Proven:
    after = replace(
        action,
        state=State.VERIFIED,
        verified_by=found.source,
        verified_at=found.at,
        watch_until=watch.until(action, found.at),
    )
    return Proven(action, after, VERIFIED, {"by": found.source}, found.at)


def _failed(action: Action, found: Evidence, kind: str) -> Proven:
    facts = {"by": found.source, "evidence": Outcome.FAILED, "reason": found.reason}
    return Proven(action, undone(action), kind, facts, found.at)

"""Which points of a place are kept, which are deleted, and why: every point gets its reasons. Pure.

Kept are the newest so many, and the newest of so many days, ISO weeks, months and years that have one, by the calendar
of the policy's zone. Only good points count. What has no newer good point that was found listed stays, whatever it is.

That every run looks for its own point (L0, L1) says nothing of its content, so the newest that was proven as far as the
policy asks stays as well; where none ever was, the newest of which somebody read the content (L2 or above).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from opsctl.backups.rules import Copy, Run
from opsctl.backups.rules.standing import is_damaged, is_reliable, proofs_of, proving_check
from opsctl.backups.terms import Level
from opsctl.core.times import local_day
from opsctl.rulebook.rules.policies import Policy, Retention


class Fate(StrEnum):
    """What becomes of a point."""

    KEEP = "keep"
    DELETE = "delete"
    NOT_OURS = "not-ours"


class Why(StrEnum):
    """Why it is kept, deleted, or none of ours."""

    LAST = "last"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    MIN_GOOD = "min-good"
    """Without it there were fewer good ones than the policy wants at least."""
    PINNED = "pinned"
    INCIDENT = "incident"
    """An incident that is not resolved pins it."""
    NEWEST_PROVEN = "newest-proven"
    """At the policy's level; where no point ever was, at L2 or above."""
    FLOOR_PROVEN = "floor-proven"
    """It is one of so many newest proven ones that this host keeps."""
    FLOOR_AGE = "floor-age"
    """It is younger than what this host lets be deleted."""
    NO_NEWER = "no-newer"
    """No good point that was found listed is newer."""
    NOT_ASKED_FOR = "not-asked-for"
    """No rule asks to keep it."""
    NOT_GOOD = "not-good"
    """It is incomplete, or its run failed: it counts for nothing."""
    DAMAGED = "damaged"
    """A check found that it differs."""
    NOT_TAGGED = "not-tagged"
    OTHER_POLICY = "other-policy"
    OTHER_HOST = "other-host"
    NOT_RECORDED = "not-recorded"
    """It has our tags, and no run is recorded that made it."""


FLOORS = frozenset({Why.FLOOR_AGE, Why.FLOOR_PROVEN})


@dataclass(frozen=True, slots=True)
class Listed:
    """A point as the engine lists it: `policy`, `host` and `request` are its tags, None where it has none.

    `hostname` is the machine that made it and `paths` what was backed up, where the engine tells them.
    """

    name: str
    at: datetime
    bytes: int | None = None
    policy: str | None = None
    host: str | None = None
    request: str | None = None
    hostname: str | None = None
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a point and why. `run` is the reference of the run that made it, where one is recorded."""

    name: str
    at: datetime
    fate: Fate
    whys: tuple[Why, ...]
    run: str | None = None
    bytes: int | None = None
    incident: str | None = None

    @property
    def is_held(self) -> bool:
        """Whether only a floor of this host keeps it: the rulebook would have it deleted."""
        return self.fate is Fate.KEEP and bool(self.whys) and FLOORS.issuperset(self.whys)


@dataclass(frozen=True, slots=True)
class Floors:
    """What a host keeps whatever a rulebook says: what is younger than `age`, and the `proven` newest proven ones."""

    age: timedelta = timedelta(0)
    proven: int = 1


@dataclass(frozen=True, slots=True)
class Known:
    """A policy with the generation that says it, and which points and requests are those of recorded runs."""

    policy: Policy
    rules: int
    points: frozenset[str]
    requests: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pruning:
    """What was decided for the points of each place of a job, by the copy's name, and what came of it.

    `gone` has, by place and point, None where it was deleted, else why not; `unasked` why a place could not be asked,
    `unfreed` why the space of what is gone is still taken there.
    """

    policy: Policy
    floors: Floors
    is_dry: bool
    decided: Mapping[str, Sequence[Decided]]
    unasked: Mapping[str, str]
    gone: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    unfreed: Mapping[str, str] = field(default_factory=dict)

    @property
    def held(self) -> int:
        """How many points only the floors of this host keep."""
        return sum(one.is_held for decided in self.decided.values() for one in decided)

    @property
    def deleted(self) -> dict[str, list[str]]:
        """By run, the names of the copies that were deleted."""
        found: dict[str, list[str]] = {}
        for place, decided in self.decided.items():
            points = self.gone.get(place, {})
            for one in decided:
                if one.run is not None and one.name in points and points[one.name] is None:
                    found.setdefault(one.run, []).append(place)
        return found


@dataclass(frozen=True, slots=True)
class _Known:
    """A point of ours with the run that made it and the copy it is."""

    listed: Listed
    run: Run
    copy: Copy
    counts: bool


def decide(
    policy: Policy,
    place: str,
    host: str,
    listed: Sequence[Listed],
    runs: Sequence[Run],
    *,
    at: datetime,
    floors: Floors,
    incidents: Mapping[str, str],
) -> list[Decided]:
    """What becomes of every point that is listed in a place, the newest first.

    `runs` are those of the policy; `incidents` names, by run, the unresolved incident that pins it.
    """
    known: list[_Known] = []
    others: list[Decided] = []
    for one in listed:
        found = _known(policy, place, host, one, runs)
        if isinstance(found, Why):
            others.append(Decided(one.name, one.at, Fate.NOT_OURS, (found,), bytes=one.bytes))
        else:
            known.append(found)
    known.sort(key=lambda one: (one.run.started_at, one.run.reference, one.listed.name), reverse=True)
    whys = _whys(policy, place, known, at, floors, incidents)
    decided = [_decided(one, whys[one.listed.name], incidents) for one in known]
    return sorted((*decided, *others), key=lambda one: (one.at, one.name), reverse=True)


def _known(policy: Policy, place: str, host: str, one: Listed, runs: Sequence[Run]) -> _Known | Why:
    """The point with the run of this policy and host that made it, else why it is none of ours."""
    if one.policy is None or one.host is None or one.request is None:
        return Why.NOT_TAGGED
    if one.policy != policy.name:
        return Why.OTHER_POLICY
    if one.host != host:
        return Why.OTHER_HOST
    run = next((run for run in runs if (run.request, run.policy, run.host) == (one.request, policy.name, host)), None)
    if run is None:
        return Why.NOT_RECORDED
    # A run that was killed knows of no copy, and its engine may have made one.
    copy = next((copy for copy in run.copies if copy.name == place), Copy(place, run.status))
    if copy.point not in (None, one.name):
        return Why.NOT_RECORDED
    there = replace(copy, point=one.name, pruned_at=None)
    is_recorded = copy.point is not None
    return _Known(one, run, there, is_recorded and is_reliable(run, there, policy))


def _whys(
    policy: Policy, place: str, known: Sequence[_Known], at: datetime, floors: Floors, incidents: Mapping[str, str]
) -> dict[str, list[Why]]:
    """Why each point is kept, the newest first; nothing where it is not."""
    kept: dict[str, list[Why]] = {one.listed.name: [] for one in known}
    good = [one for one in known if one.counts]
    for why, chosen in _by_calendar(policy.retention, policy.slots.zone, good):
        kept[chosen.listed.name].append(why)
    for one in known:
        if one.run.pinned_at is not None:
            kept[one.listed.name].append(Why.PINNED)
        if one.run.reference in incidents:
            kept[one.listed.name].append(Why.INCIDENT)
    ever = [one for one in good if proving_check(one.run, place, Level(policy.level)) is not None]
    now_proven = {(one.run, one.copy) for one in proofs_of(policy, [_there(one) for one in good], at)}
    newest = next((one for one in ever if (one.run.reference, place) in now_proven), None)
    for one in ever:
        if one is newest or one is ever[0]:
            kept[one.listed.name].append(Why.NEWEST_PROVEN)
    if not ever:
        read = next((one for one in good if proving_check(one.run, place, Level.L2) is not None), None)
        if read is not None:
            kept[read.listed.name].append(Why.NEWEST_PROVEN)
    # What is kept for lack of anything better is said only of what nothing else keeps.
    _add_where_bare(kept, good[: max(1, policy.retention.min_good)], Why.MIN_GOOD)
    _add_where_bare(kept, ever[: floors.proven], Why.FLOOR_PROVEN)
    _add_where_bare(kept, [one for one in known if at - one.run.started_at < floors.age], Why.FLOOR_AGE)
    found = next((one for one in good if one.run.level_of(place) is not None), None)
    newer = [one for one in known if found is None or one.run.started_at >= found.run.started_at]
    _add_where_bare(kept, newer, Why.NO_NEWER)
    return kept


def _there(one: _Known) -> Run:
    """The run with the copy that is listed, whatever the record says of the others."""
    return replace(one.run, copies=(one.copy,))


def _add_where_bare(kept: dict[str, list[Why]], chosen: Sequence[_Known], why: Why) -> None:
    for one in chosen:
        if not kept[one.listed.name] or (FLOORS.issuperset(kept[one.listed.name]) and why in FLOORS):
            kept[one.listed.name].append(why)


def _by_calendar(wanted: Retention, zone: str, good: Sequence[_Known]) -> list[tuple[Why, _Known]]:
    """The points that the numbers of the policy keep, each with why; `good` has the newest first."""
    rules: tuple[tuple[Why, int, Callable[[date], object]], ...] = (
        (Why.DAILY, wanted.daily, lambda day: day),
        (Why.WEEKLY, wanted.weekly, lambda day: day.isocalendar()[:2]),
        (Why.MONTHLY, wanted.monthly, lambda day: (day.year, day.month)),
        (Why.YEARLY, wanted.yearly, lambda day: day.year),
    )
    days = [local_day(one.run.started_at, zone) for one in good]
    found = [(Why.LAST, one) for one in good[: wanted.last]]
    for why, count, bucket in rules:
        newest: dict[object, _Known] = {}
        for day, one in zip(days, good, strict=True):
            newest.setdefault(bucket(day), one)
        found += [(why, one) for one in list(newest.values())[:count]]
    return found


def _decided(one: _Known, whys: Sequence[Why], incidents: Mapping[str, str]) -> Decided:
    fate = Fate.KEEP if whys else Fate.DELETE
    return Decided(
        name=one.listed.name,
        at=one.run.started_at,
        fate=fate,
        whys=tuple(whys) if whys else (_why_deleted(one),),
        run=one.run.reference,
        bytes=one.listed.bytes,
        incident=incidents.get(one.run.reference),
    )


def _why_deleted(one: _Known) -> Why:
    if one.counts:
        return Why.NOT_ASKED_FOR
    return Why.DAMAGED if is_damaged(one.run, one.copy.name) else Why.NOT_GOOD

"""What occurrences are to be made, changed and cancelled. Pure.

What is past stays as it was, whatever the rules say now, and so does what is open now: else a patrol that is moved
while it may be walked would be due at neither time. Only the asset's own retirement reaches back. What was done or
waived is never touched.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from opsctl.core.times import LAST_YEAR, start_of_day
from opsctl.duties.rules import NOBODY, Key, Occurrence, key_of
from opsctl.duties.rules.schedules import Window, next_due, window_at, windows
from opsctl.duties.terms import Reason, State
from opsctl.rulebook.rules.patrols import Duty, Matching, Route


@dataclass(frozen=True, slots=True)
class Asset:
    """What duties ask of an asset. It is operated from `begins` to `ends`, None where no end is known; aware UTC."""

    handle: str
    begins: datetime
    ends: datetime | None = None
    kind: str | None = None
    criticality: str | None = None
    classification: str | None = None
    customer: str | None = None

    def is_operated(self, at: datetime) -> bool:
        """Whether it is in service at that moment."""
        return self.begins <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The duties of one generation of rules, in force in [begins, ends); None is for good."""

    generation: int
    begins: datetime
    ends: datetime | None
    duties: Mapping[str, Duty]
    routes: Mapping[str, Route]

    def is_in_force(self, at: datetime) -> bool:
        """Whether these are the rules of that moment."""
        return self.begins <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class Known:
    """What there is already.

    `occurrences` has all that lie in the span to be planned, and of duties counted from completion all still due.
    `last_done` says when each of these was last done, by duty and asset; `intervals` after how long each is due again
    by the rules it was made by, by generation and duty.
    """

    occurrences: Mapping[Key, Occurrence]
    last_done: Mapping[tuple[str, str], datetime]
    intervals: Mapping[tuple[int, str], timedelta]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written: new occurrences, or such as are due again; others changed; and cancelled ones."""

    made: tuple[Occurrence, ...]
    changed: tuple[Occurrence, ...]
    cancelled: tuple[Occurrence, ...]

    @property
    def all(self) -> tuple[Occurrence, ...]:
        """Every occurrence as it is from now on."""
        return self.made + self.changed + self.cancelled


def plan(
    stretches: Sequence[Stretch],
    assets: Collection[Asset | None],
    known: Known,
    *,
    now: datetime,
    since: datetime,
    until: datetime,
) -> Plan:
    """What is to be written so that the occurrences in [since, until) are those that the rules ask for.

    `assets` are those that are looked at, with None for duties that are about none; the occurrences of others stay.
    """
    asked = {key_of(one): one for one in _scheduled(stretches, assets, since, until)}
    counted = {key_of(one): one for one in _counted(stretches, assets, known, now, min(since, now))}
    asked |= counted
    # One at a time: what was due in its place does not stay beside it.
    replaced = {(one.duty, one.about) for one in counted.values()}
    handles = {_handle(one): one for one in assets}
    made, changed, cancelled = [], [], []
    for key, one in asked.items():
        found = known.occurrences.get(key)
        if found is None or (found.state is State.CANCELLED and one.due_at >= now):
            made.append(one)
        elif found.state is State.DUE and one.due_at >= now and replace(found, rules=one.rules) != one:
            changed.append(one)
    for key, found in known.occurrences.items():
        if found.state is State.DUE and key not in asked and found.about in handles:
            stays = found.opens_at <= now and (found.duty, found.about) not in replaced
            reason = _reason(found, handles[found.about], stretches, now, stays=stays)
            if reason is not None:
                cancelled.append(replace(found, state=State.CANCELLED, reason=reason.value))
    return Plan(tuple(made), tuple(changed), tuple(cancelled))


def matches(matching: Matching, asset: Asset, routes: Mapping[str, Route]) -> bool:
    """Whether a duty is about the asset: it fits in everything that is said."""
    pairs = (
        (matching.kind, asset.kind),
        (matching.criticality, asset.criticality),
        (matching.classification, asset.classification),
        (matching.customer, asset.customer),
    )
    if any(said is not None and said.casefold() != (found or "").casefold() for said, found in pairs):
        return False
    if matching.handles and asset.handle not in matching.handles:
        return False
    if matching.route is not None:
        route = routes.get(matching.route)
        return route is not None and asset.handle in route.assets
    return True


def first_due(duty: Duty, routes: Mapping[str, Route], assets: Collection[Asset], since: datetime) -> datetime | None:
    """The first moment at or after `since` when a duty with a schedule is due for any asset; None where never."""
    if duty.assets is None:
        return next(iter(next_due(duty, since, 1)), None)
    found = []
    fitting = [one for one in assets if matches(duty.assets, one, routes)]
    for begins in {max(since, one.begins) for one in fitting if one.ends is None or since < one.ends}:
        due_at = next(iter(next_due(duty, begins, 1)), None)
        if due_at is not None and any(one.is_operated(due_at) for one in fitting):
            found.append(due_at)
    return min(found, default=None)


def following(
    duty: Duty, done: Occurrence, *, happened_at: datetime, generation: int, ends: datetime | None
) -> Occurrence | None:
    """The next occurrence of a duty counted from completion; None for one of a schedule, or once the asset has ended.

    `ends` is when the asset is retired, None where it is not.
    """
    if duty.every is None:
        return None
    due_at = _later(happened_at, duty.every, happened_at)
    if due_at is None or (ends is not None and due_at >= ends):
        return None
    return _occurrence(duty, done.about, window_at(duty, due_at, duty.every), generation)


def _scheduled(
    stretches: Iterable[Stretch], assets: Collection[Asset | None], since: datetime, until: datetime
) -> Iterator[Occurrence]:
    for stretch in stretches:
        begins, ends = max(since, stretch.begins), min(until, stretch.ends or until)
        for duty in stretch.duties.values():
            if duty.every is not None or begins >= ends:
                continue
            about = _abouts(duty, stretch, assets)
            for window in windows(duty, begins, ends) if about else ():
                for asset in about:
                    if asset is None or asset.is_operated(window.due_at):
                        yield _occurrence(duty, _handle(asset), window, stretch.generation)


def _counted(
    stretches: Iterable[Stretch], assets: Collection[Asset | None], known: Known, now: datetime, earliest: datetime
) -> Iterator[Occurrence]:
    """What is due of duties counted from completion: one for each asset, by the rules of now."""
    waiting: dict[tuple[str, str], Occurrence] = {}
    for one in sorted(known.occurrences.values(), key=lambda found: found.due_at):
        if one.state is State.DUE:
            waiting.setdefault((one.duty, one.about), one)
    for stretch in stretches:
        for duty in stretch.duties.values() if stretch.is_in_force(now) else ():
            for asset in _abouts(duty, stretch, assets) if duty.every is not None else ():
                if asset is not None and not asset.is_operated(max(now, asset.begins)):
                    continue
                waits = waiting.get((duty.name, _handle(asset)))
                due_at = _counted_due(duty, stretch, asset, waits, known, now, earliest)
                if due_at is not None and (asset is None or asset.is_operated(due_at)):
                    window = window_at(duty, due_at, duty.every or timedelta(0))
                    yield _occurrence(duty, _handle(asset), window, stretch.generation)


def _counted_due(
    duty: Duty,
    stretch: Stretch,
    asset: Asset | None,
    waiting: Occurrence | None,
    known: Known,
    now: datetime,
    earliest: datetime,
) -> datetime | None:
    """When the one is due; None where the one that waits is past, and stays."""
    every = duty.every or timedelta(0)
    if waiting is not None:
        before = known.intervals.get((waiting.rules, duty.name), every)
        if waiting.due_at < now:
            return None
        return waiting.due_at if before == every else _later(waiting.due_at - before, every, now)
    done = known.last_done.get((duty.name, _handle(asset)))
    begun = [start_of_day(duty.start, duty.zone)] if duty.start is not None else []
    begun += [asset.begins] if asset is not None else []
    begins = done or max(begun, default=stretch.begins)
    # What would have been due before anybody asked for it is due at once.
    return _later(begins, every, max(earliest, stretch.begins))


def _later(moment: datetime, length: timedelta, earliest: datetime) -> datetime | None:
    """So much later, but not before the earliest; None beyond what people plan for."""
    try:
        later = max(moment + length, earliest)
        return later if (later + length).year <= LAST_YEAR else None
    except OverflowError:
        return None


def _abouts(duty: Duty, stretch: Stretch, assets: Collection[Asset | None]) -> list[Asset | None]:
    if duty.assets is None:
        return [None] if None in assets else []
    return [one for one in assets if one is not None and matches(duty.assets, one, stretch.routes)]


def _handle(asset: Asset | None) -> str:
    return NOBODY if asset is None else asset.handle


def _reason(
    found: Occurrence, asset: Asset | None, stretches: Iterable[Stretch], now: datetime, *, stays: bool
) -> Reason | None:
    """Why an occurrence that nobody asks for any more is to be cancelled; None where it stays.

    What is past stays; what is open now, and `stays`, does so while its asset is in service.
    """
    if asset is not None and asset.ends is not None and found.due_at >= asset.ends:
        return Reason.RETIRED
    if found.due_at < now or (stays and (asset is None or asset.is_operated(found.due_at))):
        return None
    stretch = next((one for one in stretches if one.is_in_force(found.due_at)), None)
    duty = None if stretch is None else stretch.duties.get(found.duty)
    if asset is None or stretch is None or duty is None or duty.assets is None:
        return Reason.RULES
    if asset.is_operated(found.due_at) and matches(duty.assets, asset, stretch.routes):
        return Reason.RULES
    return Reason.NO_MATCH


def _occurrence(duty: Duty, about: str, window: Window, generation: int) -> Occurrence:
    return Occurrence(
        duty=duty.name,
        about=about,
        due_at=window.due_at,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        kind=duty.kind,
        topic=duty.topic,
        owner=duty.owner,
        clause=duty.clause,
        rules=generation,
    )

"""The clocks against an oracle that looks at one minute after the other and knows no intervals."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.core.calendars import Calendar
from opsctl.incidents.rules.clocks import Clock, ClockState, clocks_of, stamped
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import Response, SpanKind, State
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.terms import Starts
from tests.incidents.records import opened

MINUTE = timedelta(minutes=1)
HORIZON = 13 * 1440
PLACES = {
    "Asia/Shanghai": [date(2026, 9, 29)],
    "Europe/Berlin": [date(2026, 10, 22), date(2026, 3, 26)],
    "America/New_York": [date(2026, 10, 29), date(2026, 3, 5)],
    "Australia/Lord_Howe": [date(2026, 10, 1), date(2026, 4, 2)],
}


@cache
def wall_clocks(zone: str, first: date) -> list[tuple[date, int]]:
    """The date and the minute of the day that the zone's clocks show, a minute at a time."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    shown = [(start + number * MINUTE).astimezone(ZoneInfo(zone)) for number in range(HORIZON)]
    return [(one.date(), one.hour * 60 + one.minute) for one in shown]


def is_working(calendar: Calendar, day: date, minute: int) -> bool:
    if calendar.always:
        return True
    for back in (0, 1):
        begins = day - timedelta(days=back)
        windows = calendar.weekly[begins.weekday()]
        if begins in calendar.closed:
            windows = ()
        elif begins in calendar.open:
            windows = windows or next((one for one in calendar.weekly if one), ())
        elif begins in calendar.holidays:
            windows = ()
        if any(start <= minute + back * 1440 < end for start, end in windows):
            return True
    return False


@dataclass
class Told:
    """What happened, in minutes since the first; `lost` are outages, None where one lasts."""

    zone: str
    first: date
    calendar: Calendar
    limits: Limits
    opened: list[int]
    impact_start: list[int | None]
    detected: list[int | None]
    acks: list[tuple[int, int, bool] | None]
    lost: list[list[tuple[int, int | None]]]
    over: list[tuple[int, int | None]]
    """Each resolution, and the reopening after it."""
    stood: list[tuple[int, int | None, bool | None]]
    now: int

    def moment(self, minute: int) -> datetime:
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC) + minute * MINUTE

    def case(self) -> Case:
        def at(minute: int | None) -> datetime | None:
            return None if minute is None else self.moment(minute)

        found: list[Incident] = []
        for number in range(len(self.opened)):
            base = opened(self.moment(self.opened[number]), reference=f"INC-2026-000{number}").incident
            spans = [base.spans[0]]
            marks = self.acks[number]
            if marks is not None:
                claimed, entered, signed = marks
                spans.append(
                    Span(
                        SpanKind.STATE, State.ACKNOWLEDGED, self.moment(claimed),
                        started_entered=self.moment(entered), response=Response.PERSON, entered_by="wang",
                        approved=signed or None,
                    )
                )  # fmt: skip
            state = State.OPEN if marks is None else State.ACKNOWLEDGED
            for resolved, reopened in self.over if number == 0 else []:
                state = State.RESOLVED
                spans.append(Span(SpanKind.STATE, state, self.moment(resolved)))
                if reopened is not None:
                    state = State.MITIGATED  # so that it is no acknowledgement
                    spans.append(Span(SpanKind.STATE, state, self.moment(reopened)))
            ended = [replace(span, ended=after.started) for span, after in pairwise(spans)]
            spans = [*ended, spans[-1]]
            spans += [Span(SpanKind.OUTAGE, None, self.moment(a), at(b)) for a, b in self.lost[number]]
            if number == 0:
                spans += [
                    Span(SpanKind.PAUSE, None, self.moment(a), at(b), approved=approved)
                    for a, b, approved in self.stood
                ]
            found.append(
                replace(
                    base,
                    state=state,
                    spans=tuple(spans),
                    severity=2,
                    impact_start=at(self.impact_start[number]),
                    detected=at(self.detected[number]),
                )
            )
        return Case(found[0], tuple(found[1:]))


@st.composite
def told(draw: st.DrawFn) -> Told:
    zone = draw(st.sampled_from(sorted(PLACES)))
    first = draw(st.sampled_from(PLACES[zone]))
    edges = [0, 60, 150, 480, 720, 840, 1080, 1320, 1440, 1800]
    windows = st.lists(st.sampled_from(edges), min_size=2, max_size=4, unique=True).map(
        lambda found: tuple(zip(sorted(found)[::2], sorted(found)[1::2], strict=False))
    )
    plain = draw(windows)
    weekly = tuple(
        tuple(one for one in day if one[0] < 1440) for day in [plain] * 5 + [draw(st.just(()) | windows), ()]
    )
    days = st.sets(st.integers(-1, 12).map(lambda more: first + timedelta(days=more)), max_size=4).map(frozenset)
    calendar = Calendar(
        "drawn", zone, always=draw(st.integers(0, 5)) == 0,
        weekly=weekly, open=draw(days), closed=draw(days), holidays=draw(days),
    )  # fmt: skip
    amounts = st.integers(1, 2000).map(lambda minutes: minutes * MINUTE)
    asked = Limits(2, draw(amounts), draw(amounts), draw(st.sampled_from(Starts)), "drawn", False, None)
    count = draw(st.integers(1, 3))
    early = st.integers(0, 2000)
    begun = [draw(early) for _number in range(count)]
    over: list[tuple[int, int | None]] = []
    moment = max(begun)
    for _number in range(draw(st.integers(0, 2))):
        resolved = moment + draw(st.integers(1, 1500))
        moment = resolved + draw(st.integers(0, 900))
        over.append((resolved, moment))
    if draw(st.booleans()):
        over.append((moment + draw(st.integers(1, 1500)), None))
        moment = over[-1][0]
    stood: list[tuple[int, int | None, bool | None]] = []
    at = begun[0]
    for _number in range(draw(st.integers(0, 3))):
        start = at + draw(st.integers(0, 900))
        at = start + draw(st.integers(0, 900))
        stood.append((start, at, draw(st.sampled_from([True, True, None, False]))))
    if draw(st.booleans()):
        stood.append((at + draw(st.integers(0, 900)), None, draw(st.sampled_from([True, None, False]))))
    stretch = st.tuples(st.integers(0, 6000), st.integers(1, 2000)).map(lambda one: (one[0], one[0] + one[1]))
    lost: list[list[tuple[int, int | None]]] = [
        [*draw(st.lists(stretch, max_size=3))] + ([(draw(st.integers(0, 6000)), None)] if draw(st.booleans()) else [])
        for _number in range(count)
    ]
    acks = [
        draw(st.none() | st.tuples(st.integers(0, 2000), st.integers(0, 1500), st.booleans()))
        for _number in range(count)
    ]
    return Told(
        zone=zone,
        first=first,
        calendar=calendar,
        limits=asked,
        opened=begun,
        impact_start=[draw(st.none() | early) for _number in range(count)],
        detected=[draw(st.none() | early) for _number in range(count)],
        acks=[
            None if one is None else (begun[place] + one[0], begun[place] + one[0] + one[1], one[2])
            for place, one in enumerate(acks)
        ],
        lost=lost,
        over=over,
        stood=stood,
        now=10_000,
    )


class Walk:
    """The clock of a case, minute by minute."""

    def __init__(self, facts: Told, working: list[bool], *, restore: bool) -> None:
        self.facts = facts
        self.working = working
        self.down = [False] * HORIZON
        self.lasting = False
        for stretches in facts.lost:
            for start, end in stretches:
                self.lasting = self.lasting or end is None
                for minute in range(start, HORIZON if end is None else end):
                    self.down[minute] = True
        self.still = [False] * HORIZON
        known: list[int] = []
        begins: list[list[int | None]] = [[*facts.opened]]
        if facts.limits.starts is not Starts.OPENED:
            begins.insert(0, facts.detected)
        if facts.limits.starts is Starts.IMPACT:
            begins.insert(0, facts.impact_start)
        for names in begins:
            known = known or [one for one in names if one is not None]
        self.start = min(known)
        if restore:
            self._mark_gaps()
            self.stop = self._restored()
        else:
            counted = [
                claimed if signed else max(claimed, entered) for claimed, entered, signed in filter(None, facts.acks)
            ]
            self.stop = min(counted, default=None)

    def _mark_gaps(self) -> None:
        begins = 0
        for resolved, reopened in self.facts.over:
            if reopened is None:
                break
            for minute in range(resolved, reopened):
                self.still[minute] = not self.down[minute]
            # Back from the resolution to the end of what was resolved, if anything was declared.
            back = resolved
            while back >= begins and not self.down[back]:
                back -= 1
            if back >= begins:
                for minute in range(back + 1, resolved):
                    self.still[minute] = True
            begins = reopened

    def _restored(self) -> int | None:
        reopened = [again for _resolved, again in self.facts.over if again is not None]
        seen = [minute for minute in range(reopened[-1] if reopened else 0, HORIZON) if self.down[minute]]
        if self.lasting:
            return None
        if seen:
            return seen[-1] + 1
        ended = [resolved for resolved, again in self.facts.over if again is None]
        return ended[0] if ended else None

    @property
    def over(self) -> int | None:
        """The minute of the final resolution, for a clock that nothing else stopped."""
        return next((resolved for resolved, again in self.facts.over if again is None), None)

    def counts(self, minute: int, decided: tuple[bool | None, ...]) -> bool:
        """Whether the clock runs in that minute, with these decisions holding it."""
        if not self.working[minute] or self.still[minute]:
            return False
        if self.stop is not None and minute >= self.stop:
            return True
        return not any(
            approved in decided and start <= minute and (end is None or minute < end)
            for start, end, approved in self.facts.stood
        )

    def due(self, decided: tuple[bool | None, ...], limit: int) -> int | None:
        """The minute by which the limit is used up; None beyond the horizon."""
        for minute in range(self.start, HORIZON):
            if self.counts(minute, decided):
                limit -= 1
                if limit == 0:
                    return minute + 1
        return None

    def used(self) -> int:
        end = self.stop if self.stop is not None else self.facts.now if self.over is None else self.over
        return sum(self.counts(minute, (True,)) for minute in range(self.start, max(self.start, end)))


def check(clock_: Clock, walk: Walk, limit: timedelta) -> None:
    facts, minutes = walk.facts, limit // MINUTE
    assert clock_.start == facts.moment(walk.start)
    assert clock_.stopped == (None if walk.stop is None else facts.moment(walk.stop))
    assert clock_.used == walk.used() * 60_000_000
    held = walk.stop is None and any(end is None and approved for _start, end, approved in facts.stood)
    wanted = {}
    for name, decided in (("due", (True,)), ("due_if_approved", (True, None)), ("due_without", ())):
        found = wanted[name] = walk.due(decided, minutes)
        shown = getattr(clock_, name)
        if found is None:
            assert shown is None or shown > facts.moment(HORIZON) - MINUTE
        else:
            assert shown == facts.moment(found)
    due = wanted["due"]
    if walk.stop is not None:
        # What stops beyond the horizon cannot be told without a due.
        if due is not None or walk.stop < HORIZON:
            met = due is None or walk.stop <= due
            assert clock_.state is (ClockState.MET if met else ClockState.MISSED)
            assert clock_.on_time is met
    elif walk.over is not None:
        assert (clock_.state, clock_.on_time) == (ClockState.MISSED, False)
    elif due is not None and due < facts.now:
        assert (clock_.state, clock_.on_time) == (ClockState.OVERDUE, False)
    elif held:
        assert (clock_.state, clock_.on_time) == (ClockState.PAUSED, None)
    else:
        warned = 4 * walk.used() >= 3 * minutes
        assert (clock_.state, clock_.on_time) == (ClockState.WARNING if warned else ClockState.RUNNING, None)


@settings(max_examples=100, deadline=None)
@given(told())
def test_the_clocks_agree_with_a_walk_by_minutes(facts: Told) -> None:
    book = Rules(generation=1, calendars={"drawn": facts.calendar}, limits={2: facts.limits})
    case = facts.case()
    response, restore = clocks_of(case, book, facts.moment(facts.now))
    assert facts.limits.response is not None
    assert facts.limits.restore is not None
    working = [is_working(facts.calendar, *shown) for shown in wall_clocks(facts.zone, facts.first)]
    check(response, Walk(facts, working, restore=False), facts.limits.response)
    check(restore, Walk(facts, working, restore=True), facts.limits.restore)
    marked = stamped(case, book)
    assert (marked.response_due, marked.restore_due) == (response.due, restore.due)
    assert replace(marked, response_due=None, restore_due=None) == case.incident

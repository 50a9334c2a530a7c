"""Histories of incidents as plain numbers of minutes, and the records that they become.

The slow second ways of the tests reckon with these numbers; the program reckons with the records.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import strategies as st

from opsctl.core.void import Void
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.terms import Category, Response, SpanKind, State
from tests.kpis.records import of_states

MINUTE = timedelta(minutes=1)


@dataclass
class History:
    """One incident in minutes since some beginning; `steps` are the states it came into, in order."""

    opened: int
    detected: int | None
    impact_start: int | None
    steps: list[tuple[State, int]]
    impacts: list[tuple[int, int | None]]
    entered: int = 0
    """How much later than it happened the acknowledgement was typed in."""
    countersigned: bool = False
    response: Response = Response.PERSON
    void: bool = False
    drill: bool = False
    corrected: bool = False
    severity: int | None = 3
    category: Category = Category.FAULT
    plan_started: int | None = None
    members: list["History"] = field(default_factory=list)

    @property
    def every(self) -> list["History"]:
        return [self, *self.members]

    def first(self, state: State) -> int | None:
        return next((minute for one, minute in self.steps if one is state), None)

    @property
    def state(self) -> State:
        return self.steps[-1][0]

    @property
    def judged(self) -> int | None:
        """When its acknowledgement counts."""
        minute = self.first(State.ACKNOWLEDGED)
        return None if minute is None else minute + (0 if self.countersigned else self.entered)

    @property
    def over(self) -> int | None:
        """Its final resolution."""
        if self.state not in (State.RESOLVED, State.CLOSED):
            return None
        return [minute for one, minute in self.steps if one is State.RESOLVED][-1]

    @property
    def reopened(self) -> int | None:
        """Its last reopening."""
        found = None
        for (before, _minute), (after, minute) in zip(self.steps, self.steps[1:], strict=False):
            if before in (State.RESOLVED, State.CLOSED) and after is State.ACKNOWLEDGED:
                found = minute
        return found

    @property
    def case_impacts(self) -> list[tuple[int, int | None]]:
        return [impact for one in self.every for impact in one.impacts]

    @property
    def gone(self) -> int | None:
        """When the fault was gone: the last impact since the last reopening ended, else it was resolved."""
        again = self.reopened
        counting = [
            end for start, end in self.case_impacts if again is None or start >= again or end is None or end > again
        ]
        if not counting:
            return self.over
        known = [end for end in counting if end is not None]
        return max(known) if len(known) == len(counting) else None


def record(history: History, first: datetime, number: int) -> Case:
    """The case that the history is, its minutes counted from `first`."""
    incident = _incident(history, first, number)
    members = tuple(
        _merged(_incident(one, first, 100 * number + place), incident.reference)
        for place, one in enumerate(history.members, 1)
    )
    return Case(incident, members)


def _incident(history: History, first: datetime, number: int) -> Incident:
    def moment(minute: int | None) -> datetime | None:
        return None if minute is None else first + minute * MINUTE

    entered = [(state, first + minute * MINUTE) for state, minute in history.steps]
    acknowledged = history.first(State.ACKNOWLEDGED)
    ack: dict[str, object] = {"response": history.response, "entered_by": "li"}
    if history.entered and acknowledged is not None:
        ack["started_entered"] = moment(acknowledged + history.entered)
        if history.countersigned:
            ack |= {"approved": True, "decided_by": "wang"}
    down = [
        Span(SpanKind.OUTAGE, None, first + start * MINUTE, moment(end)) for start, end in history.impacts
    ]
    return of_states(
        number,
        *entered,
        ack=ack,
        spans=down,
        detected=moment(history.detected),
        impact_start=moment(history.impact_start),
        plan_started=moment(history.plan_started),
        severity=history.severity,
        category=history.category,
        drill=history.drill,
        void=Void.TEST if history.void else None,
        corrected_at=moment(history.opened) if history.corrected else None,
    )


def _merged(incident: Incident, target: str) -> Incident:
    last = incident.spans[-1].started
    spans = (*incident.spans, Span(SpanKind.STATE, State.MERGED, last))
    fields = {name: getattr(incident, name) for name in Incident.__dataclass_fields__}
    return Incident(**{**fields, "spans": spans, "state": State.MERGED, "merged_into": target})


def minutes_near(length: int) -> st.SearchStrategy[int]:
    """Moments in and around a period of so many minutes, most of them near its edges."""
    near = st.sampled_from([-60, -1, 0, 1, 60])
    return st.one_of(near, near.map(lambda one: length + one), st.integers(-2000, length + 2000))


@st.composite
def histories(draw: st.DrawFn, length: int, *, merged: bool = True) -> History:
    """Any history in and around a period of that length, with members merged into it perhaps."""
    opened = draw(minutes_near(length))
    gap = st.integers(0, 300)
    steps = [(State.OPEN, opened)]
    minute = opened
    for state in draw(
        st.sampled_from(
            [
                (),
                (State.ACKNOWLEDGED,),
                (State.RESOLVED,),
                (State.ACKNOWLEDGED, State.RESOLVED),
                (State.ACKNOWLEDGED, State.MITIGATED, State.RESOLVED, State.CLOSED),
                (State.ACKNOWLEDGED, State.RESOLVED, State.ACKNOWLEDGED, State.RESOLVED),
                (State.RESOLVED, State.CLOSED, State.ACKNOWLEDGED),
                (State.ACKNOWLEDGED, State.RESOLVED, State.ACKNOWLEDGED, State.RESOLVED, State.CLOSED),
            ]
        )
    ):
        minute += draw(gap)
        steps.append((state, minute))
    before = draw(st.none() | st.integers(-30, 120))
    since = draw(st.none() | st.integers(0, 200))
    impacts = []
    for _one in range(draw(st.integers(0, 3))):
        start = opened + draw(st.integers(-100, 300))
        lasted = draw(st.none() | st.integers(0, 400))
        impacts.append((start, None if lasted is None else start + lasted))
    return History(
        opened=opened,
        detected=None if before is None else opened - before,
        impact_start=None if since is None else opened - since,
        steps=steps,
        impacts=impacts,
        entered=draw(st.sampled_from([0, 0, 1, 90])),
        countersigned=draw(st.booleans()),
        response=draw(st.sampled_from([Response.SELF, Response.PERSON, Response.BATCH, Response.IMPLIED])),
        void=draw(st.sampled_from([False] * 5 + [True])),
        drill=draw(st.sampled_from([False] * 5 + [True])),
        corrected=draw(st.booleans()),
        severity=draw(st.sampled_from([None, 1, 2, 3])),
        category=draw(st.sampled_from([Category.FAULT, Category.SECURITY])),
        plan_started=draw(st.none() | st.integers(0, 500).map(lambda after: opened + after - 20)),
        members=draw(st.lists(histories(length, merged=False), max_size=2)) if merged else [],
    )

"""Adding up the parts of cases, one at a time, to the figures of every scope."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from opsctl.core.numbers import statistics_of
from opsctl.core.periods import Period
from opsctl.incidents.terms import Response
from opsctl.kpis.rules import counts, deadlines, durations
from opsctl.kpis.rules.figures import Excluded, Figure, Met, Number, Ratio, Repeat, Reviewed, Scope, seconds, valued
from opsctl.kpis.rules.judged import Judged, Part
from opsctl.kpis.rules.repeats import Past, repeat_incident
from opsctl.kpis.rules.reviewed import Reviews, review_on_time
from opsctl.kpis.terms import CARRYING, ON_TIME, Name, State, Unit, unit_of
from opsctl.rulebook.rules import Rules

SHOWN_APART = (Response.SELF, Response.BATCH, Response.IMPLIED)


class Tally:
    """One figure of one scope, while it is being added up."""

    def __init__(self, name: Name, scope: Scope) -> None:
        self.name = name
        self.scope = scope
        self.lengths: list[Number] = []
        self.not_own: list[Number] = []
        self.counted: list[str] = []
        self.excluded: list[Excluded] = []
        self.missed: list[str] = []
        self.carried: list[str] = []
        self.good = self.supposed = self.supposed_good = 0
        self.is_open = False
        self.fallbacks: Counter[str] = Counter()
        self.responses: Counter[str] = Counter()
        self.voided = self.corrected = self.late = self.reopened = 0
        self.pending: list[str] = []
        self.reviewed: list[Reviewed] = []
        self.repeats: list[Repeat] = []

    def add(self, case: Judged, part: Part) -> None:
        """Take up the part of a case."""
        if case.void:
            self.voided += 1
            return
        if part.reviewed is not None:
            self.reviewed.append(part.reviewed)
            if part.on_time is None:
                self.pending.append(case.reference)
                return
        self.corrected += case.corrected
        self.late += case.late or (part.reviewed is not None and part.reviewed.late)
        self.reopened += case.reopened
        if part.reason is not None:
            self.excluded.append(Excluded(case.reference, part.reason))
            return
        if self.name in ON_TIME or part.reviewed is not None:
            self._add_verdict(case, part)
            return
        self.counted.append(case.reference)
        if part.repeats is not None:
            self.repeats.append(part.repeats)
        if part.took is None:
            return
        took = seconds(part.took)
        self.lengths.append(took)
        if part.fallback is not None:
            self.fallbacks[part.fallback] += 1
        if self.name is Name.MTTA:
            self.responses[part.response or ""] += 1
            if part.response is not Response.SELF:
                self.not_own.append(took)

    def _add_verdict(self, case: Judged, part: Part) -> None:
        self.is_open = self.is_open or (self.name in ON_TIME and part.on_time != part.if_approved)
        if part.on_time is not None:
            self.counted.append(case.reference)
            if part.on_time:
                self.good += 1
            else:
                self.missed.append(case.reference)
        if part.if_approved is not None:
            self.supposed += 1
            self.supposed_good += part.if_approved

    def figure(self, period: Period, now: datetime) -> Figure:
        """What the parts come to."""
        figure = Figure(
            self.name,
            self.scope,
            State.NOT_APPLICABLE,
            n=len(self.counted),
            counted=tuple(sorted(self.counted)),
            excluded=tuple(sorted(self.excluded, key=lambda one: one.reference)),
            missed=tuple(sorted(self.missed)),
            carried_over=tuple(sorted(self.carried)),
            met=Met(self.voided, self.corrected, self.late, self.reopened),
            fallbacks=tuple(sorted(self.fallbacks.items())),
            pending=tuple(sorted(self.pending)),
            reviewed=tuple(sorted(self.reviewed)),
            repeats=tuple(sorted(self.repeats)),
        )
        if unit_of(self.name) is Unit.COUNT:
            return valued(figure, period, now, value=figure.n)
        if self.name is Name.REPEAT_INCIDENTS:
            return self._share(figure, period, now, len(self.repeats))
        if self.name is Name.REVIEW_ON_TIME:
            found = self._share(figure, period, now, self.good)
            # What is not decided yet was due all the same, and may change the value.
            return replace(found, state=State.PARTIAL) if found.pending else found
        return self._ratio(figure, period, now) if self.name in ON_TIME else self._mean(figure, period, now)

    def _share(self, figure: Figure, period: Period, now: datetime, some: int) -> Figure:
        if figure.n == 0:
            return figure
        return valued(figure, period, now, value=some / figure.n, numerator=some, denominator=figure.n)

    def _ratio(self, figure: Figure, period: Period, now: datetime) -> Figure:
        if self.is_open:
            supposed = self.supposed_good / self.supposed if self.supposed else None
            figure = replace(figure, if_approved=Ratio(supposed, self.supposed_good, self.supposed))
        return self._share(figure, period, now, self.good)

    def _mean(self, figure: Figure, period: Period, now: datetime) -> Figure:
        statistics = statistics_of(self.lengths)
        if self.name is Name.MTTA:
            apart = tuple((str(how), self.responses[how]) for how in SHOWN_APART)
            figure = replace(figure, responses=apart, without_self=statistics_of(self.not_own))
        if statistics is None:
            return figure
        figure = replace(figure, statistics=statistics)
        return valued(figure, period, now, value=statistics.mean, numerator=statistics.total, denominator=statistics.n)


class Tallies:
    """The figures of cases for one period, in every scope that is asked for.

    `scopes_of` says which scopes a case belongs to, none where it is not asked for at all; `rules_of` by which rules
    it is judged. `reviews` are the reviews of incidents, `past` what cases may repeat. Figures come out for `base` even
    where no case belongs to it.
    """

    def __init__(
        self,
        names: Iterable[Name],
        period: Period,
        now: datetime,
        base: Scope,
        scopes_of: Callable[[Judged], list[Scope]],
        rules_of: Callable[[int | None], Rules],
        reviews: Reviews | None = None,
        past: Past | None = None,
    ) -> None:
        self.names = tuple(names)
        self.period = period
        self.now = now
        self.base = base
        self.scopes_of = scopes_of
        self.rules_of = rules_of
        self.reviews = reviews or {}
        self.past = past or Past()
        self.found = {(name, base): Tally(name, base) for name in self.names}
        self.parts = [(name, self._part_of(name)) for name in self.names]
        self.carrying = [name for name in self.names if name in CARRYING]

    def add(self, case: Judged) -> None:
        """Take up every part that the case has in the figures."""
        if case.case.incident.drill:
            return
        parts = [(name, part) for name, part_of in self.parts if (part := part_of(case)) is not None]
        carried = self._carried(case)
        if not parts and not carried:
            return
        for scope in self.scopes_of(case):
            for name, part in parts:
                self._tally(name, scope).add(case, part)
            for name in carried:
                self._tally(name, scope).carried.append(case.reference)

    def _part_of(self, name: Name) -> Callable[[Judged], Part | None]:
        """What a case is to that figure; None where it is nothing."""
        period, now = self.period, self.now
        if name in durations.MEANS:
            mean = durations.MEANS[name]
            return lambda case: mean(case, period)
        if name in ON_TIME:
            return lambda case: deadlines.on_time(name, case, period, now, self.rules_of)
        if name is Name.REVIEW_ON_TIME:
            return lambda case: review_on_time(case, period, now, self.rules_of, self.reviews)
        if name is Name.REPEAT_INCIDENTS:
            return lambda case: repeat_incident(case, period, self.rules_of, self.past)
        if name is Name.PLAN_START_TIME:
            return lambda case: durations.time_to_start_plan(case, period, self._demands_plan)
        return lambda case: counts.major_security_incident(case, period)

    def _carried(self, case: Judged) -> list[Name]:
        end = self.period.end
        if case.void or case.opened >= end:
            return []
        return [name for name in self.carrying if durations.is_carried_over(name, case, end)]

    def figures(self) -> list[Figure]:
        """Every figure, the whole before its parts, these in order of their scope."""
        found = [tally.figure(self.period, self.now) for tally in self.found.values()]
        place = {name: at for at, name in enumerate(self.names)}
        return sorted(found, key=lambda one: (place[one.name], one.scope != self.base, one.scope))

    def _tally(self, name: Name, scope: Scope) -> Tally:
        tally = self.found.get((name, scope))
        if tally is None:
            tally = self.found[name, scope] = Tally(name, scope)
        return tally

    def _demands_plan(self, case: Judged) -> bool:
        incident = case.case.incident
        if incident.severity is None:
            return False
        limits = self.rules_of(incident.rules).limits_of(incident.severity, incident.customer)
        return limits is not None and limits.emergency_plan

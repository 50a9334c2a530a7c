"""Reading the records that figures rest on: each incident once, in blocks, for all figures of a period together."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session

from opsctl.assets.rules import maintenance as maintenance_rules
from opsctl.assets.rules.maintenance import MaintenanceView
from opsctl.assets.service import assets, maintenance
from opsctl.core.intervals import clip
from opsctl.core.periods import Period
from opsctl.incidents.rules.life import Case
from opsctl.incidents.service import figures as incidents
from opsctl.incidents.terms import State
from opsctl.kpis.rules import availability
from opsctl.kpis.rules.availability import Down, Served, down_of
from opsctl.kpis.rules.durations import within
from opsctl.kpis.rules.figures import Figure, Scope, passed_of
from opsctl.kpis.rules.judged import Judged, judged
from opsctl.kpis.rules.scopes import Wanted
from opsctl.kpis.rules.service_time import Hours
from opsctl.kpis.rules.tally import Tallies
from opsctl.kpis.service import analysed
from opsctl.kpis.service.backups import of_backups
from opsctl.kpis.service.planned import planned
from opsctl.kpis.terms import CARRYING, OF_ASSETS, OF_BACKUPS, PLANNED, Name
from opsctl.rulebook import service as rulebook

_MICROSECOND = timedelta(microseconds=1)


@dataclass
class Gathered:
    """The figures of a period, and the acknowledgements and rounds whose claimed time nobody has countersigned."""

    figures: list[Figure] = field(default_factory=list)
    late_acknowledgements: list[str] = field(default_factory=list)
    late_maintenance: list[str] = field(default_factory=list)
    late_rounds: list[str] = field(default_factory=list)


def gather(
    session: Session,
    *,
    now: datetime,
    period: Period,
    names: Sequence[Name],
    wanted: Wanted,
    carrying: bool = True,
) -> Gathered:
    """The named figures for the period, the whole before its parts.

    Without `carrying` what is not over at the end is not looked for: it takes time, and a trend does not show it.
    """
    of_cases = [name for name in names if name not in OF_ASSETS | PLANNED]
    of_assets = [name for name in names if name in OF_ASSETS]
    gathered = Gathered()
    reviewable = analysed.reviewable(session, period) if Name.REVIEW_ON_TIME in names else set()
    downs: list[Down] = []
    with _without_looking_for_circles():
        tallies = Tallies(
            of_cases,
            period,
            now,
            wanted.base,
            wanted.scopes_of,
            lambda generation: rulebook.of_generation(session, generation=generation),
            analysed.reviews_about(session, reviewable),
            analysed.past(session, period, wanted) if Name.REPEAT_INCIDENTS in names else None,
        )
        references = _references(session, names, period, now, carrying) | reviewable
        for read, cases in incidents.cases(session, references):
            if of_assets:
                downs += [down_of(one) for one in read if not one.drill and one.outages]
            for case in cases:
                one = judged(case)
                tallies.add(one)
                if _is_late(one, period) and wanted.scopes_of(one):
                    gathered.late_acknowledgements += _acknowledged_late(case)
    found = tallies.figures()
    if of_assets:
        found += _of_assets(session, now, period, of_assets, wanted, downs, gathered)
    if of_planned := [name for name in names if name in PLANNED - OF_BACKUPS]:
        figures, gathered.late_rounds = planned(session, now=now, period=period, names=of_planned, wanted=wanted)
        found += figures
    if backed_up := [name for name in names if name in OF_BACKUPS]:
        found += of_backups(session, now=now, period=period, names=backed_up, wanted=wanted)
    place = {name: at for at, name in enumerate(names)}
    gathered.figures = sorted(found, key=lambda one: place[one.name])
    return gathered


@contextmanager
def _without_looking_for_circles() -> Iterator[None]:
    """No record refers to itself in circles, and looking for such takes a quarter of the time of a report."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _references(
    session: Session, names: Sequence[Name], period: Period, now: datetime, carrying: bool
) -> set[str]:
    """Every incident that may have a part in one of the figures."""
    since, until = period.start, period.end
    past = max(since, min(until, now))
    found: set[str] = set()
    for question in sorted({question for name in names for question in _QUESTIONS.get(name, ())}):
        match question:
            case _Ask.OUTAGES:
                found |= incidents.outages(session, since=since, until=past)
            case _Ask.RESTORED:
                found |= incidents.restored(session, since=since, until=until)
            case _Ask.ACKNOWLEDGED_LATE:
                found |= incidents.acknowledged_late(session, since=since)
            case _Ask.UNDECIDED:
                found |= incidents.undecided(session, until=now + _MICROSECOND)
            case _Ask.ACKNOWLEDGED | _Ask.MITIGATED | _Ask.RESOLVED | _Ask.CLOSED:
                found |= incidents.entered(session, state=State(question), since=since, until=until)
            case _Ask.RESTORE_DUE | _Ask.RESPONSE_DUE:
                found |= incidents.between(session, field=question, since=since, until=past)
            case _:
                found |= incidents.between(session, field=question, since=since, until=until)
    if carrying and CARRYING.intersection(names):
        found |= incidents.not_over(session, at=until)
    return found


class _Ask(StrEnum):
    """What is asked of the database: instants of incidents by their column, states by their name."""

    OPENED = "opened"
    DETECTED = "detected"
    PLAN_STARTED = "plan_started"
    RESTORE_DUE = "restore_due"
    RESPONSE_DUE = "response_due"
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGED_LATE = "acknowledged-late"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    OUTAGES = "outages"
    RESTORED = "restored"
    UNDECIDED = "undecided"


_ENDED = (_Ask.RESOLVED, _Ask.CLOSED)
_QUESTIONS: dict[Name, tuple[_Ask, ...]] = {
    Name.AVAILABILITY: (_Ask.OUTAGES,),
    Name.MTTD: (_Ask.DETECTED, _Ask.OPENED),
    Name.MTTA: (_Ask.ACKNOWLEDGED, _Ask.ACKNOWLEDGED_LATE, *_ENDED),
    Name.MTTM: (_Ask.MITIGATED,),
    Name.MTTR: (_Ask.RESTORED, *_ENDED),
    Name.MTT_RESOLVE: _ENDED,
    Name.MTBF: (_Ask.OUTAGES,),
    Name.REPAIR_ON_TIME: (_Ask.RESTORE_DUE, _Ask.UNDECIDED),
    Name.RESPONSE_ON_TIME: (_Ask.RESPONSE_DUE, _Ask.UNDECIDED),
    Name.SECURITY_INCIDENTS_MAJOR: (_Ask.OPENED,),
    Name.PLAN_START_TIME: (_Ask.OPENED, _Ask.PLAN_STARTED),
    Name.REPEAT_INCIDENTS: (_Ask.OPENED,),
}


def _is_late(case: Judged, period: Period) -> bool:
    first = case.acknowledgement
    if first is None or case.void or case.case.incident.drill or first.judged == first.started:
        return False
    return within(first.started, period) or within(first.judged, period)


def _acknowledged_late(case: Case) -> list[str]:
    """Whose acknowledgement it is that nobody has countersigned: that of the target, or of one merged into it."""
    return [one.reference for one in case.all if one.acknowledgement == case.acknowledgement][:1]


def _of_assets(
    session: Session,
    now: datetime,
    period: Period,
    names: Sequence[Name],
    wanted: Wanted,
    downs: Sequence[Down],
    gathered: Gathered,
) -> list[Figure]:
    every = [one for one in assets.list_assets(session, retired=True) if wanted.scopes_of_asset(one)]
    hours = Hours(rulebook.history(session))
    of = availability.by_asset(downs)
    # What began before the period may have begun in a maintenance.
    since = min((span.started for one in downs for span in one.outages), default=period.start)
    window = passed_of(period, now)
    planned = _by_asset(maintenance.touching(session, since=min(since, period.start), until=window.end))
    scopes: dict[Scope, list[Served]] = {wanted.base: []}
    for asset in every:
        views = planned.get(asset.handle, [])
        late = [one.reference for one in views if clip(maintenance_rules.late(one), window)]
        gathered.late_maintenance += late
        served = availability.served(
            asset,
            of.get(asset.handle, ()),
            period,
            now,
            hours,
            [stretch for one in views for stretch in maintenance_rules.excluded(one)],
            late,
        )
        for scope in wanted.scopes_of_asset(asset):
            scopes.setdefault(scope, []).append(served)
    without = () if wanted.base else availability.without_asset(downs, period, now)
    # What names no asset is a part of the whole alone. Parts come in the order of their names, after the whole.
    ordered = sorted(scopes.items(), key=lambda one: (one[0] != wanted.base, one[0]))
    reckon = {Name.AVAILABILITY: availability.availability, Name.MTBF: availability.time_between_failures}
    return [
        reckon[name](scope, services, period, now, () if scope else without)
        for name in names
        for scope, services in ordered
    ]


def _by_asset(views: Iterable[MaintenanceView]) -> dict[str, list[MaintenanceView]]:
    found: dict[str, list[MaintenanceView]] = {}
    for one in views:
        found.setdefault(one.asset, []).append(one)
    return found

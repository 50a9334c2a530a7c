"""A report reads the records that matter: its figures are those of all records there are, on each database."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from opsctl.assets.service import assets
from opsctl.core.chain import Signature
from opsctl.core.periods import Period, read_period
from opsctl.incidents.rules.life import Case, Incident, Span
from opsctl.incidents.service import figures as reading
from opsctl.incidents.service import rows
from opsctl.incidents.terms import Category, Response, SpanKind, State
from opsctl.kpis import service
from opsctl.kpis.rules import availability, planned
from opsctl.kpis.rules.figures import Figure, Scope
from opsctl.kpis.rules.judged import judged
from opsctl.kpis.rules.repeats import Occurred, Past
from opsctl.kpis.rules.scopes import Wanted
from opsctl.kpis.rules.service_time import Hours
from opsctl.kpis.rules.tally import Tallies
from opsctl.kpis.terms import PLANNED, WITHOUT_SEVERITY, By, Name
from opsctl.reviews.rules.relatives import causes_of
from opsctl.rulebook.rules import Rules
from opsctl.store import unit
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import Perform, Read
from tests.kpis.histories import MINUTE, History, record

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
FIRST = datetime(2026, 9, 30, 16, tzinfo=UTC)
LENGTH = 31 * 1440
STEPS = (
    (),
    (State.ACKNOWLEDGED,),
    (State.ACKNOWLEDGED, State.MITIGATED),
    (State.RESOLVED,),
    (State.ACKNOWLEDGED, State.RESOLVED),
    (State.ACKNOWLEDGED, State.MITIGATED, State.RESOLVED, State.CLOSED),
    (State.CLOSED,),
    (State.ACKNOWLEDGED, State.RESOLVED, State.ACKNOWLEDGED, State.RESOLVED),
    (State.ACKNOWLEDGED, State.RESOLVED, State.ACKNOWLEDGED),
)
HANDLES = ("erp", "mail", None)
CAUSES = (None, None, "disk full", "Disk full.", "power", "?")


def some_history(chance: random.Random, *, alone: bool = False) -> History:
    """Anything that may have happened before the present, most of it near the edges of October."""
    opened = chance.choice([-60, 0, LENGTH, LENGTH - 30, chance.randrange(-20_000, LENGTH + 3000)])
    minute, steps = opened, [(State.OPEN, opened)]
    for state in chance.choice(STEPS):
        minute += chance.choice([0, 30, 90, 800])
        steps.append((state, minute))
    impacts: list[tuple[int, int | None]] = []
    for _one in range(chance.choice([0, 1, 1, 2])):
        start = opened + chance.randrange(-100, 300)
        impacts.append((start, chance.choice([None, start, start + chance.randrange(1, 1500)])))
    return History(
        opened=opened,
        detected=chance.choice([None, opened - 90, opened]),
        impact_start=chance.choice([None, opened - 120, opened - 10]),
        steps=steps,
        impacts=impacts,
        entered=chance.choice([0, 0, 60, 3000]),
        countersigned=chance.random() < 0.3,
        response=chance.choice([Response.SELF, Response.PERSON, Response.BATCH]),
        void=alone and chance.random() < 0.2,
        drill=alone and chance.random() < 0.2,
        corrected=chance.random() < 0.2,
        severity=chance.choice([None, 1, 2, 3]),
        category=chance.choice([Category.FAULT, Category.SECURITY]),
        plan_started=chance.choice([None, opened + 20]),
    )


def fill(store: Store, perform: Perform, seed: int) -> list[Case]:
    """Write some sixty cases past the use cases, and return them."""
    chance = random.Random(seed)
    for handle in ("erp", "mail"):
        make_asset(perform, handle, title=handle)
    perform(assets.retire, asset="mail", at=FIRST + timedelta(days=20), now=NOW)
    cases = []
    for number in range(1, 61):
        history = some_history(chance, alone=True)
        if not history.void and not history.drill and chance.random() < 0.3:
            history.members = [some_history(chance) for _one in range(chance.choice([1, 2]))]
        case = record(history, FIRST, number)
        own, *members = (varied(one, chance) for one in case.all)
        cases.append(Case(own, tuple(replace(one, response_due=None, restore_due=None) for one in members)))
    # One that was merged into a merged one, which an import may bring.
    chained = next(case for case in cases if len(case.members) == 2)
    first, second = chained.members
    second = replace(second, merged_into=first.reference)
    cases[cases.index(chained)] = Case(chained.incident, (first, second))

    def work(session: Session) -> None:
        for case in cases:
            for incident in case.all:
                rows.add(session, incident)
                session.flush()

    unit.write(store, work, by=Signature(NOW, "li", "host", "test"))
    return cases


def varied(incident: Incident, chance: random.Random) -> Incident:
    """With an asset, a cause, dues and perhaps an undecided pause."""
    due = FIRST + chance.choice([-1, 0, LENGTH - 1, LENGTH, chance.randrange(0, LENGTH)]) * MINUTE
    pause = Span(SpanKind.PAUSE, None, incident.opened, None, entered_by="li")
    return replace(
        incident,
        asset=chance.choice(HANDLES),
        cause=chance.choice(CAUSES),
        response_due=chance.choice([None, due]),
        restore_due=chance.choice([None, due]),
        spans=(*incident.spans, *([pause] if chance.random() < 0.1 else [])),
    )


def brute(read: Read, cases: Sequence[Case], period: Period, wanted: Wanted) -> dict[tuple[Name, Scope], Figure]:
    """The figures of all records there are, without a thought of which may matter."""
    names = [name for name in Name if name not in WITHOUT_SEVERITY]
    past = Past(
        Occurred(case.reference, case.incident.asset, case.opened, causes_of(case))
        for case in cases
        if case.incident.counts and case.incident.asset is not None
    )
    tallies = Tallies(names, period, NOW, wanted.base, wanted.scopes_of, lambda _generation: Rules(), None, past)
    for case in cases:
        tallies.add(judged(case))
    downs = [availability.down_of(one) for case in cases for one in case.all if not one.drill]
    scopes: dict[Scope, list[availability.Served]] = {}
    for one in read(assets.list_assets, retired=True):
        of = availability.by_asset(downs).get(one.handle, ())
        for scope in wanted.scopes_of_asset(one):
            scopes.setdefault(scope, []).append(availability.served(one, of, period, NOW, Hours(())))
    without = availability.without_asset(downs, period, NOW)
    figures = tallies.figures()
    for scope, services in scopes.items():
        for reckon in (availability.availability, availability.time_between_failures):
            figures.append(reckon(scope, services, period, NOW, () if scope else without))
    for name in Name:
        if name in PLANNED:
            figures += planned.figures_of(name, (), period, NOW, wanted.base, wanted.scopes_without_severity)
    return {(one.name, one.scope): one for one in figures}


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_report_reads_every_record_that_matters(store: Store, perform: Perform, read: Read, seed: int) -> None:
    cases = fill(store, perform, seed)
    for name in ("2026-08", "2026-09", "2026-10", "2026-11", "2026-10-01..2026-10-03", "2026"):
        period = read_period(name, zone="Asia/Shanghai", now=NOW)
        for by in (None, By.ASSET, By.SEVERITY):
            found = read(service.report, now=NOW, period=period, by=by).figures
            expected = brute(read, cases, period, Wanted(by=by))
            assert {(one.name, one.scope): one for one in found} == expected
        for one in Name:
            (alone,) = read(service.report, now=NOW, period=period, names=(one,)).figures
            assert alone == brute(read, cases, period, Wanted())[one, ()]


def test_what_is_read_for_figures_is_the_record_without_its_texts(
    store: Store, perform: Perform, read: Read
) -> None:
    cases = fill(store, perform, 5)
    every = {one.reference: one for case in cases for one in case.all}
    found = read(lambda session: reading.load(session, sorted(every)))
    assert {one.reference for one in found} == set(every)
    for one in found:
        whole = every[one.reference]
        spans = tuple(replace(span, entered_by=None, decided_by=None) for span in whole.spans)
        assert one == replace(whole, title="", cause=None, spans=spans)


def test_undecided_things_come_first(store: Store, perform: Perform, read: Read) -> None:
    cases = fill(store, perform, 6)
    period = read_period("2026-10", zone="Asia/Shanghai", now=NOW)
    undecided = read(service.report, now=NOW, period=period).undecided
    assert undecided.pauses == tuple(
        sorted(
            f"{case.reference}/1"
            for case in cases
            if case.incident.counts and any(span.started < period.end for span in case.incident.pauses)
        )
    )
    late = []
    for case in cases:
        first = case.acknowledgement
        if first is None or first.judged == first.started or not case.incident.counts:
            continue
        if any(period.start <= moment < period.end for moment in (first.started, first.judged)):
            late.append(next(one.reference for one in case.all if one.acknowledgement is first))
    assert undecided.acknowledgements == tuple(sorted(late))

"""Figures of backups at their edges: nights of two lengths, the end of a month, a month that runs; and a slow way."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from opsctl.assets.service import assets
from opsctl.backups.terms import Status, Verdict
from opsctl.core.periods import Period, read_period
from opsctl.duties.rules import Occurrence
from opsctl.duties.terms import State as DutyState
from opsctl.kpis import service
from opsctl.kpis.rules.backups import Known, figures
from opsctl.kpis.rules.figures import Figure
from opsctl.kpis.rules.scopes import Wanted
from opsctl.kpis.terms import OF_BACKUPS, By, Name, State
from opsctl.store.engine import Store
from tests.harness import reading
from tests.kpis.backed_up import KEPT, LATER, SHANGHAI, TARGETS, TESTED, Company, copy, policy

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NIGHTLY = policy("erp-db", "30 1 * * *", rpo="26h")


@pytest.fixture
def company(store: Store) -> Company:
    """One asset and no rules yet."""
    made = Company(store)
    made.add("erp", made.at(30, 10, month=9))
    return made


def figure(company: Company, name: Name, period: str, now: datetime = LATER, **given: Any) -> Figure:
    """One figure of the whole."""
    wanted = read_period(period, zone=company.zone, now=now)
    return reading(company.store)(service.report, now=now, period=wanted, names=(name,), **given).figures[0]  # type: ignore[no-any-return]


def test_a_slot_before_midnight_is_of_its_month_although_its_run_ends_in_the_next(company: Company) -> None:
    company.apply(policy("erp-db", "50 23 * * 6,7", rpo="8d"), company.at(30, 10))
    earlier = company.backup("erp-db", company.at(31, 6), recorded=company.at(31, 7))
    company.backup("erp-db", company.at(31, 23, 55), ended=company.at(1, 0, 40, month=11))
    success = figure(company, Name.BACKUP_SUCCESS, "2026-10")
    assert (success.value, success.denominator, success.met_by[0][1]) == (1.0, 1, "BAK-2026-0002")
    # It had not ended as the month ended, so the copy before it was the newest then.
    assert success.aged[0].run == earlier
    assert success.aged[0].age == (18 * HOUR).total_seconds()
    november = figure(company, Name.BACKUP_SUCCESS, "2026-11-01")
    assert (november.denominator, november.aged[0].run) == (1, "BAK-2026-0002")
    assert november.aged[0].age == (24 * HOUR + 5 * MINUTE).total_seconds()


def test_a_night_of_another_length_has_one_slot(store: Store) -> None:
    company = Company(store, "Europe/Berlin")
    company.add("erp", company.at(19, 1))
    company.apply(policy("erp-db", "30 2 * * *", rpo="26h"), company.at(19, 1))
    # Clocks go back on the 25th: 02:30 comes twice, and counts once.
    for day in (19, 20, 21, 22, 23, 24):
        company.backup("erp-db", company.at(day, 2, 31))
    first = datetime(2026, 10, 25, 0, 31, tzinfo=UTC)
    company.backup("erp-db", first)
    week = figure(company, Name.BACKUP_SUCCESS, "2026-W43")
    assert (week.value, week.denominator) == (1.0, 7)
    # From 02:31 in summer time to midnight in winter time.
    rpo = figure(company, Name.RPO_MET, "2026-W43")
    assert (rpo.value, rpo.aged[0].age) == (1.0, (22 * HOUR + 29 * MINUTE).total_seconds())


def test_a_month_that_runs_counts_what_is_decided(company: Company) -> None:
    company.apply(NIGHTLY, company.at(30, 10, month=9))
    for day in (1, 2):
        company.backup("erp-db", company.at(day, 1, 31))
    now = company.at(4, 2)
    found = figure(company, Name.BACKUP_SUCCESS, "2026-10", now)
    # The window of the 4th is open until 03:30; the 3rd is missed.
    assert (found.state, found.value, found.numerator, found.denominator) == (State.PARTIAL, 2 / 3, 2, 3)
    assert len(found.pending) == 28
    assert found.aged[0].age == (48 * HOUR + 29 * MINUTE).total_seconds()
    rpo = figure(company, Name.RPO_MET, "2026-10", now)
    assert (rpo.state, rpo.value) == (State.PARTIAL, 0.0)
    future = figure(company, Name.RPO_MET, "2026-12", now)
    assert (future.state, future.value, future.n) == (State.NOT_APPLICABLE, None, 0)


def test_a_policy_that_was_dropped_leaves_what_was_due_of_it(company: Company) -> None:
    company.apply(NIGHTLY, company.at(30, 10, month=9))
    company.backup("erp-db", company.at(1, 1, 31))
    company.apply(policy("erp-files", "0 4 * * 0", rpo="8d"), company.at(3, 12))
    found = figure(company, Name.BACKUP_SUCCESS, "2026-10")
    # Three nights of one, and four Sundays of the other.
    assert (found.numerator, found.denominator, len(found.excluded)) == (1, 7, 28)
    assert [one.data_set for one in found.aged] == ["erp-files"]
    assert figure(company, Name.RPO_MET, "2026-10").counted == ("erp-files",)
    assert figure(company, Name.RPO_MET, "2026-10-01..2026-10-02").counted == ("erp-db",)


def test_rules_that_begin_with_the_next_month_are_not_those_of_this_one(company: Company) -> None:
    company.apply(NIGHTLY, company.at(30, 10, month=9))
    company.apply("", company.at(1, 0, month=11))
    assert figure(company, Name.RPO_MET, "2026-10").counted == ("erp-db",)
    assert figure(company, Name.RPO_MET, "2026-11").counted == ()


def test_a_data_set_of_a_retired_asset_is_left_out(company: Company) -> None:
    company.apply(NIGHTLY, company.at(30, 10, month=9))
    company.do(assets.retire, company.at(2, 10), asset="erp", at=company.at(2, 9))
    found = figure(company, Name.RPO_MET, "2026-10")
    assert (found.state, found.value) == (State.NOT_APPLICABLE, None)
    assert [(one.reference, one.because) for one in found.excluded] == [("erp-db", "asset-retired")]
    assert figure(company, Name.RPO_MET, "2026-10-01").counted == ("erp-db",)
    tests = figure(company, Name.RESTORE_TEST_PASS, "2026-10")
    assert tests.coverage is not None
    assert (tests.coverage.data_sets, tests.coverage.unnamed) == (0, ())


def test_nothing_is_read_of_backups_where_there_is_nothing_to_back_up(company: Company) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(company.store.read_engine, "before_cursor_execute", note)
    found = [figure(company, name, "2026-10") for name in OF_BACKUPS]
    assert [one.state for one in found] == [State.NOT_APPLICABLE] * 4
    assert [one.coverage for one in found] == [None] * 4
    assert {one for one in asked if "backup" in one or "restore_test" in one} == {"SELECT 1 FROM backup_run LIMIT 1"}


def test_fifty_policies_are_read_in_as_many_statements_as_one(company: Company) -> None:
    counts = []
    for many in (1, 50):
        company.apply("".join(policy(f"erp-{number}", "30 1 * * 1") for number in range(many)), company.at(30, 10))
        run = company.backup("erp-0", company.at(30, 10 + len(counts)))
        company.restore(run, company.at(31, 1 + len(counts)))
        asked: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any, asked: list[str] = asked) -> None:
            asked.append(statement)

        event.listen(company.store.read_engine, "before_cursor_execute", note)
        period = read_period("2026-10", zone=SHANGHAI, now=LATER)
        reading(company.store)(service.report, now=LATER, period=period, names=tuple(OF_BACKUPS))
        event.remove(company.store.read_engine, "before_cursor_execute", note)
        # The older version of the book is read by a statement of its own.
        counts.append(sum("rulebook_version" not in one for one in asked))
    assert counts[0] == counts[1]


def test_tests_that_were_due_and_never_made_miss_the_target(company: Company) -> None:
    company.apply(TARGETS + KEPT, company.at(30, 10, month=9))
    run = company.backup("erp-db", company.at(5, 1, 31))
    company.restore(run, company.at(10, 3), Verdict.COULD_NOT_RUN, reason="no scratch")
    before = figure(company, Name.RESTORE_TEST_PASS, "2026-10", company.at(9, 12))
    # Nothing fell due by then: there is no verdict yet.
    assert (before.state, before.value, before.targets[0].met) == (State.PARTIAL, None, None)
    runs = figure(company, Name.RESTORE_TEST_PASS, "2026-10", company.at(20, 12))
    assert (runs.state, runs.value, runs.targets[0].met) == (State.PARTIAL, None, False)
    over = figure(company, Name.RESTORE_TEST_PASS, "2026-10")
    assert (over.state, over.value, over.targets[0].met) == (State.NOT_APPLICABLE, None, False)
    assert over.coverage is not None
    assert (over.coverage.due, over.coverage.tested, over.coverage.share) == (1, 0, 0.0)


def test_a_restore_that_differs_was_made_and_one_without_an_assertion_did_not_pass(company: Company) -> None:
    company.apply(KEPT, company.at(30, 10, month=9))
    run = company.backup("erp-db", company.at(5, 1, 31))
    differs = company.restore(run, company.at(10, 3), Verdict.DIFFERS, reason="1 file differs")
    blind = company.restore(run, company.at(20, 3), assertions=())
    found = figure(company, Name.RESTORE_TEST_PASS, "2026-10")
    assert (found.numerator, found.denominator, found.missed) == (0, 2, (differs, blind))
    assert found.coverage is not None
    assert (found.coverage.due, found.coverage.tested) == (1, 1)


def test_each_restore_is_judged_by_the_rto_of_its_own_rules(company: Company) -> None:
    tables = policy("erp-db", "30 1 * * 1", TESTED, 'rto = "1h"')
    company.apply(tables, company.at(30, 10, month=9))
    run = company.backup("erp-db", company.at(5, 1, 31))
    quick = company.restore(run, company.at(6, 3), seconds=3600.0)
    slow = company.restore(run, company.at(7, 3), seconds=3600.5)
    company.apply(tables.replace('"1h"', '"2h"'), company.at(8, 10))
    later = company.restore(run, company.at(9, 3), seconds=3600.5)
    found = figure(company, Name.RTO_MET, "2026-10")
    assert (found.counted, found.missed, found.value) == ((quick, slow, later), (slow,), 2 / 3)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_month_of_chance_is_what_its_runs_say(company: Company, seed: int) -> None:
    """Runs at any time: a slot is good where a good one began in its two hours, whatever else was written."""
    chance = random.Random(seed)
    company.apply(NIGHTLY, company.at(30, 10, month=9))
    runs = []
    for day in range(1, 29):
        for _again in range(chance.choice([0, 1, 1, 2])):
            began = company.at(day, 1, 30) + timedelta(minutes=chance.choice([0, 5, 119, 120, 121, 600, 1200]))
            runs.append((began, chance.choice([Status.SUCCESS, Status.SUCCESS, Status.FAILED, Status.INCOMPLETE])))
    for began, status in sorted(runs, key=lambda one: one[0]):
        company.backup("erp-db", began, status)
    found = figure(company, Name.BACKUP_SUCCESS, "2026-10-01..2026-10-28")
    good = [began for began, status in runs if status is Status.SUCCESS]
    slots = [company.at(day, 1, 30) for day in range(1, 29)]
    met = [slot for slot in slots if any(slot <= began <= slot + 2 * HOUR for began in good)]
    assert (found.numerator, found.denominator) == (len(met), 28)
    ended = [began for began in good if began + 10 * MINUTE <= company.at(29)]
    newest = max(ended, default=None)
    assert found.aged[0].at == newest


def slots() -> st.SearchStrategy[list[Occurrence]]:
    """Slots of two data sets in any state, around a period of ten hours."""
    begin = datetime(2026, 10, 1, tzinfo=UTC)

    def made(hour: int, name: str, state: DutyState, late: int, grace: int) -> Occurrence:
        due = begin + hour * HOUR
        met = due + late * MINUTE if state is DutyState.DONE else None
        return Occurrence(
            duty=f"backup:{name}", about=name, due_at=due, opens_at=due - 30 * MINUTE, closes_at=due + grace * MINUTE,
            kind="backup.succeeded", topic=name, owner="role:dba", clause=None, rules=1, state=state,
            met_by=None if met is None else f"BAK-{hour}", met_at=met, judged_at=met,
        )  # fmt: skip

    one = st.builds(
        made, st.integers(0, 9), st.sampled_from(["a", "b"]), st.sampled_from(DutyState), st.integers(-60, 240),
        st.integers(0, 180),
    )  # fmt: skip
    return st.lists(one, max_size=12, unique_by=lambda one: (one.about, one.due_at))


@given(slots(), st.integers(-1, 14))
def test_backup_success_against_a_slow_second_way(occurrences: list[Occurrence], hours: int) -> None:
    begin = datetime(2026, 10, 1, tzinfo=UTC)
    period, now = Period("ten hours", begin, begin + 10 * HOUR, "UTC"), begin + hours * HOUR
    found = figures(
        (Name.BACKUP_SUCCESS,), Known(occurrences), period, now, (), Wanted(by=By.ASSET).scopes_without_severity
    )
    for one in found:
        mine = [each for each in occurrences if not one.scope or ("asset", each.about) in one.scope]
        good = bad = waiting = 0
        for each in mine:
            if each.state is DutyState.DONE and each.met_at is not None:
                in_window = each.opens_at <= each.met_at and not each.met_at > each.closes_at
                good, bad = good + in_window, bad + (not in_window)
            elif each.state is DutyState.DUE:
                is_over = now > each.closes_at
                bad, waiting = bad + is_over, waiting + (not is_over)
        assert (one.numerator or 0, one.denominator or 0, len(one.pending)) == (good, good + bad, waiting)
        assert one.value == (good / (good + bad) if good + bad else None)
        runs = period.is_running(now)
        if good + bad == 0 and waiting == 0:
            assert one.state is State.NOT_APPLICABLE
        else:
            assert one.state is (State.PARTIAL if runs or waiting else State.VALUE)


def test_of_several_copies_one_that_is_good_is_enough(company: Company) -> None:
    company.apply(NIGHTLY, company.at(30, 10, month=9))
    company.backup("erp-db", company.at(1, 1, 31))
    copies = (copy("local", Status.FAILED), copy("offsite"))
    half = company.backup("erp-db", company.at(2, 1, 31), Status.INCOMPLETE, copies=copies)
    found = figure(company, Name.RPO_MET, "2026-10-02")
    assert found.met_by == (("erp-db", half),)


def test_a_run_that_is_told_twice_counts_once(company: Company) -> None:
    company.apply(NIGHTLY, company.at(30, 10, month=9))
    company.backup("erp-db", company.at(1, 1, 31), request="same")
    company.backup("erp-db", company.at(1, 1, 31), request="same")
    found = figure(company, Name.BACKUP_SUCCESS, "2026-10-01")
    assert (found.numerator, found.denominator) == (1, 1)

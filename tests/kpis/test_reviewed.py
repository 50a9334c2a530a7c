"""Which reviews were held in time: by hand, against a plain statement of it, and on each database."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.core.calendars import Calendar
from opsctl.core.periods import Period, read_period
from opsctl.core.void import Void
from opsctl.incidents.rules.life import Case, Incident
from opsctl.incidents.terms import State as IncidentState
from opsctl.kpis import service
from opsctl.kpis.rules.figures import Figure, Reviewed
from opsctl.kpis.rules.reviewed import earliest_resolution, severities
from opsctl.kpis.rules.scopes import Wanted
from opsctl.kpis.rules.tally import Tallies
from opsctl.kpis.terms import By, Name, State
from opsctl.reviews.rules.coverage import Covering
from opsctl.reviews.terms import Kind
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.rules.reviews import review_due
from opsctl.rulebook.terms import Starts
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import CommandLine, Perform, Read
from tests.kpis.records import LATER, as_judged, at, incident, month
from tests.reviews.written import approved, review, write
from tests.rulebook.books import WHOLE, head, make_book

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
OCTOBER = month("2026-10")
NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
OFFICE = Calendar("office", weekly=tuple(((480, 720), (840, 1080)) if day < 5 else () for day in range(7)))


def limits(severity: int, span: str | None, calendar: str = "always") -> Limits:
    return Limits(severity, None, None, Starts.OPENED, calendar, False, span)


RULES = Rules(calendars={"office": OFFICE}, limits={1: limits(1, "3d"), 2: limits(2, "5d"), 3: limits(3, None)})


def fault(number: int, resolved: datetime | None, severity: int | None = 1, **given: Any) -> Incident:
    return incident(number, "erp", opened=at(1) - 30 * DAY, resolved=resolved, severity=severity, **given)


def own(number: int, held: datetime | None, entered: datetime | None = None) -> Covering:
    return Covering(f"REV-2026-{number:04}", Kind.INCIDENT, held, entered or held)


def figure(
    cases: Sequence[Case | Incident], reviews: dict[str, list[Covering]], period: Period = OCTOBER,
    now: datetime = LATER, wanted: Wanted | None = None,
) -> Figure:  # fmt: skip
    wanted = wanted or Wanted()
    names = (Name.REVIEW_ON_TIME,)
    tallies = Tallies(names, period, now, wanted.base, wanted.scopes_of, lambda _generation: RULES, reviews)
    for case in cases:
        tallies.add(as_judged(case))
    return tallies.figures()[0]


def test_a_review_is_in_time_up_to_the_moment_that_it_is_due() -> None:
    faults = [fault(number, at(5)) for number in (1, 2, 3)]
    reviews = {
        "INC-2026-0001": [own(1, at(8))],
        "INC-2026-0002": [own(2, at(8) + SECOND)],
    }
    found = figure(faults, reviews)
    assert (found.state, found.numerator, found.denominator) == (State.VALUE, 1, 3)
    assert found.missed == ("INC-2026-0002", "INC-2026-0003")
    assert found.reviewed == (
        Reviewed("INC-2026-0001", at(8), "REV-2026-0001", at(8), late=False),
        Reviewed("INC-2026-0002", at(8), "REV-2026-0002", at(8) + SECOND, late=False),
        Reviewed("INC-2026-0003", at(8), None, None, late=False),
    )
    assert found.value == 1 / 3


@pytest.mark.parametrize(
    ("resolved", "counts"),
    [
        pytest.param(at(1) - 3 * DAY - SECOND, False, id="due a second before the month"),
        pytest.param(at(1) - 3 * DAY, True, id="due as the month begins"),
        pytest.param(at(28) + DAY - SECOND, True, id="due a second before its end"),
        pytest.param(at(29), False, id="due as the next month begins"),
    ],
)
def test_the_month_is_that_in_which_the_review_was_due(resolved: datetime, counts: bool) -> None:
    assert (figure([fault(1, resolved)], {}).counted != ()) is counts


def test_a_review_that_is_due_later_is_not_decided_yet_even_if_it_was_held() -> None:
    now = at(10)
    faults = [fault(1, at(7)), fault(2, at(6)), fault(3, at(7))]
    found = figure(faults, {"INC-2026-0001": [own(1, at(8))], "INC-2026-0002": [own(2, at(8))]}, now=now)
    assert (found.state, found.value, found.counted) == (State.PARTIAL, 1.0, ("INC-2026-0002",))
    assert found.pending == ("INC-2026-0001", "INC-2026-0003")


def test_nothing_due_is_no_value() -> None:
    assert figure([fault(1, at(5), 3), fault(2, at(5), None), fault(3, None)], {}).state is State.NOT_APPLICABLE
    pending = figure([fault(1, at(5))], {}, now=at(6))
    assert (pending.state, pending.value, pending.pending) == (State.PARTIAL, None, ("INC-2026-0001",))


def test_void_records_and_drills_are_left_out() -> None:
    found = figure([fault(1, at(5), void=Void.TEST), fault(2, at(5), drill=True)], {})
    assert (found.state, found.n, found.met.voided) == (State.NOT_APPLICABLE, 0, 1)
    assert figure([fault(1, at(5), void=Void.TEST)], {}, now=at(6)).met.voided == 0


def test_only_a_review_of_its_own_counts_and_that_of_what_was_merged_into_it() -> None:
    meeting = Covering("REV-2026-0009", Kind.MEETING, at(6), at(6))
    assert figure([fault(1, at(5))], {"INC-2026-0001": [meeting]}).numerator == 0
    member = fault(2, at(5), state=IncidentState.MERGED, merged_into="INC-2026-0001")
    found = figure([Case(fault(1, at(5)), (member,))], {"INC-2026-0002": [own(1, at(6))]})
    assert (found.counted, found.numerator) == (("INC-2026-0001",), 1)


def test_an_entry_past_the_due_is_taken_at_its_word_and_flagged() -> None:
    found = figure([fault(1, at(5))], {"INC-2026-0001": [own(1, at(7), at(20))]})
    assert (found.numerator, found.met.late, found.reviewed[0].late) == (1, 1, True)
    assert figure([fault(1, at(5))], {"INC-2026-0001": [own(1, at(7), at(7) + DAY)]}).met.late == 0


@given(
    st.lists(
        st.tuples(
            st.integers(-8, 40),
            st.sampled_from([1, 2, 3, None]),
            st.sampled_from([False] * 5 + [True]),
            st.lists(st.tuples(st.sampled_from(list(Kind)), st.none() | st.integers(-2, 9)), max_size=3),
        ),
        max_size=8,
    ),
    st.integers(0, 45),
)
@settings(max_examples=200, deadline=None)
def test_a_plain_statement_of_it_says_the_same(
    told: list[tuple[int, int | None, bool, list[tuple[Kind, int | None]]]], today: int
) -> None:
    now = at(1) + today * DAY + SECOND
    faults, reviews = [], {}
    good, bad, pending = set(), set(), set()
    for number, (resolved, severity, void, held) in enumerate(told, 1):
        one = fault(number, at(1) + resolved * DAY, severity, void=Void.TEST if void else None)
        faults.append(one)
        reviews[one.reference] = [
            Covering(f"REV-{number}-{place}", kind, None if after is None else at(1) + (resolved + after) * DAY)
            for place, (kind, after) in enumerate(held)
        ]
        within = {1: 3, 2: 5}.get(severity or 0)
        if within is None or void or not 0 <= resolved + within < 31:
            continue
        if resolved + within > today:
            pending.add(one.reference)
        elif any(kind is Kind.INCIDENT and after is not None and after <= within for kind, after in held):
            good.add(one.reference)
        else:
            bad.add(one.reference)
    found = figure(faults, reviews, now=now)
    assert (set(found.counted), set(found.missed), set(found.pending)) == (good | bad, bad, pending)
    assert found.value == (len(good) / len(good | bad) if good | bad else None)


@given(st.sampled_from(["3d", "5wd", "1wd", "40h", "25wd"]), st.integers(0, 4000), st.booleans())
@settings(max_examples=100, deadline=None)
def test_whatever_is_due_in_the_period_was_resolved_since_the_moment_that_is_looked_back_to(
    span: str, hour: int, holidays: bool
) -> None:
    due = datetime(2026, 3, 1, tzinfo=UTC) + hour * timedelta(hours=1)
    closed = frozenset(date(2026, 4, day) for day in range(1, 21)) if holidays else frozenset()
    rules = Rules(
        calendars={"office": Calendar("office", weekly=OFFICE.weekly, closed=closed)},
        customer_limits={("acme", 2): limits(2, span, "office")},
    )
    assert severities([Rules(), rules]) == [2]
    since = earliest_resolution([Rules(), rules], due)
    for before in (SECOND, DAY, 5 * DAY, 40 * DAY):
        reached = review_due(rules, rules.limits_of(2, "acme"), since - before)
        assert reached is not None
        assert reached < due


def test_where_no_rules_ask_for_reviews_nothing_is_looked_back_to() -> None:
    assert earliest_resolution([Rules()], at(1)) == at(1)
    assert severities([]) == []


@pytest.fixture
def made(store: Store, perform: Perform) -> None:
    """Severity 1 within three days: four faults due in October in Shanghai, two at its edges, and others beyond."""
    make_book(perform, WHOLE)
    make_asset(perform)
    make_asset(perform, "mail", title="Mail")
    first, last = datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC)
    resolved = (first - 3 * DAY - SECOND, first - 3 * DAY, at(9), at(10), last - 3 * DAY - SECOND, last - 3 * DAY)
    write(
        store, NOW,
        *(fault(number, moment, rules=1) for number, moment in enumerate(resolved, 1)),
        fault(7, at(9), 3, rules=1),
        fault(8, at(9), state=IncidentState.MERGED, merged_into="INC-2026-0003"),
        review(1, "INC-2026-0002", at=NOW, held_on=first - DAY, held_entered=NOW),
        review(2, "INC-2026-0008", at=NOW, held_on=at(10), held_entered=at(10)),
        approved(3, "INC-2026-0004", at=at(15)),
        review(4, "INC-2026-0005", at=NOW, held_on=at(30), void=Void.MISTAKE),
    )  # fmt: skip


def test_a_report_reads_what_was_resolved_before_its_month(read: Read, made: None) -> None:
    period = read_period("2026-10", zone="Asia/Shanghai", now=NOW)
    figures = read(service.report, now=NOW, period=period, names=(Name.REVIEW_ON_TIME,), by=By.SEVERITY).figures
    assert [(one.scope, one.numerator, one.denominator) for one in figures] == [
        ((), 2, 4),
        ((("severity", 1),), 2, 4),
    ]
    whole = figures[0]
    assert whole.counted == ("INC-2026-0002", "INC-2026-0003", "INC-2026-0004", "INC-2026-0005")
    assert whole.missed == ("INC-2026-0004", "INC-2026-0005")
    assert [one.review for one in whole.reviewed] == ["REV-2026-0001", "REV-2026-0002", "REV-2026-0003", None]
    # The first was held as September still lasted, and entered in November.
    assert (whole.reviewed[0].late, whole.met.late) == (True, 1)
    (mail,) = read(service.report, now=NOW, period=period, names=(Name.REVIEW_ON_TIME,), asset="mail").figures
    assert mail.state is State.NOT_APPLICABLE


def test_a_review_is_explained_in_the_month_in_which_it_was_due(run_on_store: CommandLine, made: None) -> None:
    run = run_on_store
    told = run("kpi", "explain", "review-on-time", "INC-2026-0004")
    assert told.code == 0
    assert told.out.splitlines()[0].startswith("KPI explained 2026-10")
    assert told.out.endswith(
        "INC-2026-0004: counted, late: REV-2026-0003 was held 2026-10-15 08:00:00+08:00,"
        " and was due 2026-10-13 08:00:00+08:00.\n"
    )
    assert (
        run("kpi", "explain", "review-on-time", "INC-2026-0001").out.splitlines()[0].startswith("KPI explained 2026-09")
    )
    merged = run("kpi", "explain", "review-on-time", "INC-2026-0008").out
    assert "INC-2026-0008 is merged into INC-2026-0003, which is judged in its place." in merged
    assert "INC-2026-0003: counted, on time: REV-2026-0002 was held" in merged
    found = json.loads(run("kpi", "explain", "review-on-time", "INC-2026-0005", "--json").out)["data"]["record"]
    assert (found["counted"], found["on_time"], found["review"]["review"]) == (True, False, None)
    none = run("kpi", "explain", "review-on-time", "INC-2026-0007", "2026-10").out
    assert none.endswith("INC-2026-0007 has no part in this figure.\n")


def test_a_figure_of_reviews_is_explained_down_to_the_reviews(run_on_store: CommandLine, made: None) -> None:
    out = run_on_store("kpi", "explain", "review-on-time", "2026-10", "--format", "csv").out
    rows = {row[0]: row[1:] for row in csv.reader(out.splitlines())}
    day = "2026-10-{}T08:00:00+08:00".format
    assert rows["INC-2026-0002"] == [
        "2026-10-01T00:00:00+08:00", "REV-2026-0001", "2026-09-30T00:00:00+08:00", "counted: on time, entered late",
    ]  # fmt: skip
    assert rows["INC-2026-0003"] == [day(12), "REV-2026-0002", day(10), "counted: on time"]
    assert rows["INC-2026-0004"] == [day(13), "REV-2026-0003", day(15), "counted: late"]
    assert rows["INC-2026-0005"] == ["2026-10-31T23:59:59+08:00", "", "", "counted: not held"]


def test_another_record_than_an_incident_is_refused(run_on_store: CommandLine, made: None) -> None:
    result = run_on_store("kpi", "explain", "review-on-time", "REV-2026-0001")
    assert result.code == 2
    assert "review-on-time judges incidents; REV-2026-0001 is none." in result.err


def test_targets_of_both_are_judged(run_on_store: CommandLine, made: None, tmp_path: Any) -> None:
    book = tmp_path / "more.toml"
    book.write_text(head("more") + '[targets]\nreview-on-time = ">= 50 %"\nrepeat-incidents = "<= 10 %"\n')
    assert run_on_store("rulebook", "apply", str(book), "--since", "2026-10-01").code == 0
    found = json.loads(run_on_store("kpi", "report", "2026-10", "--json").out)["data"]["figures"]
    targets = {one["name"]: one["target"] for one in found if one["target"] is not None}
    assert targets["review-on-time"] == {"op": ">=", "value": 0.5, "met": True}
    # Nothing was opened in October.
    assert targets["repeat-incidents"] == {"op": "<=", "value": 0.1, "met": None}

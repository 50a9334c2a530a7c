"""Actions that are made from what was found: by whom, by when, and once for the same thing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from opsctl.actions.rules import Action, Finding
from opsctl.actions.service import read as actions
from opsctl.actions.service import rows, write
from opsctl.actions.terms import ADDED, SEEN_AGAIN, Gravity, Kind, State
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import read_facts
from opsctl.store.engine import Store
from tests.harness import Perform, Read

FAIL, WARN = Gravity.FAIL, Gravity.WARN
FOUND = datetime(2026, 11, 5, 1, 30, tzinfo=UTC)
"""Half an hour before `now`."""


def finding(topic: str | None = "core/uplink", **given: Any) -> Finding:
    return Finding(
        **{
            "title": "uplink is down", "gravity": FAIL, "found_at": FOUND, "asset": "core-sw-1",
            "source": "INS-2026-0001", "topic": topic, **given,
        }
    )  # fmt: skip


@pytest.fixture
def raise_from(perform_as: Perform, company: None) -> Callable[..., list[tuple[Action, bool]]]:
    """Raise actions as wang, unless told otherwise."""

    def call(*findings: Finding, as_: str = "wang", **given: Any) -> list[tuple[Action, bool]]:
        found: list[tuple[Action, bool]] = perform_as(write.raise_from, as_=as_, findings=findings, **given)
        return found

    return call


Raise = Callable[..., list[tuple[Action, bool]]]


def ledger_of(read: Read, reference: str) -> list[Any]:
    return read(lambda session: list(ledger.rows(session, ledger.Search(subject=reference))))


def set_done(perform_as: Perform, reference: str, at: datetime) -> None:
    """Mark one as done behind the ledger's back, where only the moves of findings are looked at."""

    def change(session: Any, *, now: datetime, actor: str) -> None:
        (action,) = rows.of_references(session, [reference])
        done = replace(action, state=State.DONE, done_by="zhao", done_at=at, result="replaced")
        rows.save(session, [done])

    perform_as(change)


def test_a_finding_becomes_an_action_with_owner_superior_and_deadline(
    raise_from: Raise, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    ((action, new),) = raise_from(finding(impact="building 3"))
    assert new
    assert action == Action(
        reference="ACT-2026-0001",
        title="uplink is down",
        gravity=FAIL,
        state=State.OPEN,
        asset="core-sw-1",
        customer="acme",
        source="INS-2026-0001",
        topic="core/uplink",
        found_at=FOUND,
        impact="building 3",
        told="lead.li",
        owner="zhao",
        deadline=now + timedelta(days=3),
        result=None,
        done_by=None,
        done_at=None,
        verified_by=None,
        verified_at=None,
        incident=None,
        void=None,
        seen=1,
        corrected_at=None,
        recorded_by="wang",
        recorded_at=now,
    )
    (row,) = ledger_of(read, "ACT-2026-0001")
    assert (row.kind, row.about, row.topic, row.customer) == (ADDED, "core-sw-1", "core/uplink", "acme")
    assert row.happened_at == FOUND
    assert read_facts(row.facts)["deadline"] == "2026-11-08T02:00:00.000000Z"
    check_whole()


def test_what_the_finding_says_itself_goes_before_what_is_usual(raise_from: Raise, now: datetime) -> None:
    soon = now + timedelta(hours=2)
    ((action, _new),) = raise_from(finding(owner="lead.li", told="the guard", deadline=soon))
    assert (action.owner, action.told, action.deadline) == ("lead.li", "the guard", soon)


def test_a_warning_has_more_time(raise_from: Raise, now: datetime) -> None:
    ((action, _new),) = raise_from(finding(gravity=WARN))
    assert action.deadline == now + timedelta(days=14)


def test_what_nobody_owns_is_for_whoever_found_it(raise_from: Raise) -> None:
    found = raise_from(finding("erp/disk", asset="erp"), finding("site/fence", asset=None))
    said = [(one.asset, one.owner, one.customer) for one, _new in found]
    assert said == [("erp", "wang", None), (None, "wang", None)]


def test_who_has_no_superior_has_told_nobody(raise_from: Raise) -> None:
    ((action, _new),) = raise_from(finding(), as_="lead.li")
    assert action.told is None


def test_no_findings_are_no_actions(raise_from: Raise, read: Read) -> None:
    assert raise_from() == []
    assert read(lambda session: list(actions.records(session))) == []


def test_the_same_found_again_is_the_same_action(
    raise_from: Raise, read: Read, check_whole: Callable[[], int]
) -> None:
    ((first, _new),) = raise_from(finding())
    again = finding(source="INS-2026-0002", found_at=FOUND + timedelta(minutes=10))
    ((second, new),) = raise_from(again)
    assert not new
    assert second == replace(first, seen=2)
    row = ledger_of(read, first.reference)[-1]
    assert (row.kind, row.happened_at) == (SEEN_AGAIN, again.found_at)
    assert read_facts(row.facts) == {"source": "INS-2026-0002", "title": "uplink is down", "seen": [1, 2]}
    check_whole()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (finding(None), finding(None)),
        (finding(), finding("core/fan")),
        (finding(), finding(asset="erp")),
        (finding(), finding(asset=None)),
    ],
    ids=["without a topic", "another topic", "another asset", "no asset"],
)
def test_another_thing_is_another_action(raise_from: Raise, first: Finding, second: Finding) -> None:
    assert [new for _action, new in raise_from(first) + raise_from(second)] == [True, True]


def test_about_no_asset_it_is_the_same_too(raise_from: Raise) -> None:
    found = raise_from(finding("site/fence", asset=None)) + raise_from(finding("site/fence", asset=None))
    assert [(one.reference, one.seen, new) for one, new in found] == [
        ("ACT-2026-0001", 1, True),
        ("ACT-2026-0001", 2, False),
    ]


def test_twice_in_one_round_the_second_sees_it_again(
    raise_from: Raise, read: Read, check_whole: Callable[[], int]
) -> None:
    found = raise_from(finding(gravity=WARN), finding("core/fan"), finding(gravity=FAIL))
    assert [(one.reference, one.gravity, one.seen, new) for one, new in found] == [
        ("ACT-2026-0001", FAIL, 2, True),
        ("ACT-2026-0002", FAIL, 1, True),
        ("ACT-2026-0001", FAIL, 2, False),
    ]
    assert [row.kind for row in ledger_of(read, "ACT-2026-0001")] == [ADDED, SEEN_AGAIN]
    check_whole()


def test_a_warning_that_fails_is_graver_and_due_earlier(
    raise_from: Raise, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    raise_from(finding(gravity=WARN))
    ((action, _new),) = raise_from(finding(gravity=FAIL))
    assert (action.gravity, action.deadline) == (FAIL, now + timedelta(days=3))
    facts = read_facts(ledger_of(read, action.reference)[-1].facts)
    assert facts["gravity"] == ["warn", "fail"]
    assert facts["deadline"] == ["2026-11-19T02:00:00.000000Z", "2026-11-08T02:00:00.000000Z"]
    check_whole()


def test_a_warning_that_fails_is_named_by_what_failed_and_the_ledger_keeps_both(
    raise_from: Raise, read: Read, check_whole: Callable[[], int]
) -> None:
    raise_from(finding(gravity=WARN, title="Inlet temperature: 28 °C"))
    ((failed, _new),) = raise_from(finding(gravity=FAIL, title="Inlet temperature: 41 °C"))
    assert failed.title == "Inlet temperature: 41 °C"
    facts = read_facts(ledger_of(read, failed.reference)[-1].facts)
    assert facts["title"] == ["Inlet temperature: 28 °C", "Inlet temperature: 41 °C"]
    ((milder, _new),) = raise_from(finding(gravity=WARN, title="Inlet temperature: 29 °C"))
    ((same, _new),) = raise_from(finding(gravity=FAIL, title="Inlet temperature: 40 °C"))
    assert milder.title == same.title == "Inlet temperature: 41 °C"
    check_whole()


def test_a_graver_finding_never_gives_more_time(raise_from: Raise, now: datetime) -> None:
    soon = now + timedelta(hours=5)
    raise_from(finding(gravity=WARN, deadline=soon))
    ((action, _new),) = raise_from(finding(gravity=FAIL))
    assert (action.gravity, action.deadline) == (FAIL, soon)


def test_what_failed_stays_so_when_it_is_only_a_warning_later(raise_from: Raise, now: datetime) -> None:
    raise_from(finding(gravity=FAIL))
    ((action, _new),) = raise_from(finding(gravity=WARN), now=now + timedelta(days=1))
    assert (action.gravity, action.deadline) == (FAIL, now + timedelta(days=3))


def test_what_was_done_and_is_found_again_is_open_again(raise_from: Raise, perform_as: Perform) -> None:
    ((first, _new),) = raise_from(finding())
    set_done(perform_as, first.reference, at=FOUND + timedelta(minutes=5))
    ((again, new),) = raise_from(finding(found_at=FOUND + timedelta(minutes=20)))
    assert (again, new) == (replace(first, seen=2), False)


def test_what_was_done_after_it_was_found_stays_done(raise_from: Raise, perform_as: Perform) -> None:
    ((first, _new),) = raise_from(finding())
    set_done(perform_as, first.reference, at=FOUND + timedelta(minutes=25))
    ((again, _new),) = raise_from(finding(found_at=FOUND + timedelta(minutes=20)))
    assert (again.state, again.done_by, again.result, again.seen) == (State.DONE, "zhao", "replaced", 2)


@pytest.fixture
def asked(store: Store) -> Iterator[list[str]]:
    """The beginnings of the statements that are sent, but for what every write asks: schema, zone, rules, ledger."""
    ours = ("SELECT action.", "SELECT 'asset'", "INSERT INTO reference_counter", "INSERT INTO action", "UPDATE action")
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.extend(word for word in ours if statement.startswith(word))

    event.listen(store.write_engine, "before_cursor_execute", note)
    yield sent
    event.remove(store.write_engine, "before_cursor_execute", note)


def test_thirty_new_findings_take_four_statements(raise_from: Raise, asked: list[str]) -> None:
    raise_from(*(finding(f"core/{number}") for number in range(30)))
    assert asked == ["SELECT action.", "SELECT 'asset'", "INSERT INTO reference_counter", "INSERT INTO action"]


def test_thirty_findings_seen_again_take_three(raise_from: Raise, asked: list[str]) -> None:
    findings = [finding(f"core/{number}") for number in range(30)]
    raise_from(*findings)
    asked.clear()
    assert [(one.seen, new) for one, new in raise_from(*findings)] == [(2, False)] * 30
    assert asked == ["SELECT action.", "SELECT 'asset'", "UPDATE action"]


def test_as_many_findings_as_nobody_walks_are_all_written(
    raise_from: Raise, check_whole: Callable[[], int]
) -> None:
    findings = [finding(f"core/{number}") for number in range(1_201)]
    before = check_whole()
    found = raise_from(*findings)
    assert [one.topic for one, _new in found] == [one.topic for one in findings]
    assert check_whole() == before + 1_201


def test_what_a_review_plans_keeps_its_kind_its_evidence_and_its_months(raise_from: Raise) -> None:
    ((action, new),) = raise_from(
        Finding(
            title="back the audit table up", gravity=WARN, found_at=FOUND, source="REV-2026-0007", owner="zhao",
            deadline=FOUND + timedelta(days=30), kind=Kind.PREVENT, verify="restore-test erp-db", months=6,
        )
    )  # fmt: skip
    assert new
    assert (action.kind, action.verify, action.months) == (Kind.PREVENT, "restore-test erp-db", 6)
    assert (action.source, action.owner, action.deadline) == ("REV-2026-0007", "zhao", FOUND + timedelta(days=30))


def test_what_is_seen_again_takes_over_what_it_did_not_say_of_its_evidence(raise_from: Raise) -> None:
    raise_from(finding())
    ((second, _new),) = raise_from(finding(kind=Kind.DETECT, verify="inspect core/uplink", months=2))
    assert (second.kind, second.verify, second.months) == (Kind.DETECT, "inspect core/uplink", 2)
    ((third, _new),) = raise_from(finding(kind=Kind.PREVENT, verify="inspect core/fans"))
    assert (third.kind, third.verify, third.months) == (Kind.DETECT, "inspect core/uplink", 2)

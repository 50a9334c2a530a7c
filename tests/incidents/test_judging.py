"""How incidents are judged, paused, merged and set right, on each database: rules, people and the whole ledger."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, OpsctlError
from opsctl.core.use_cases import Permission, use_case
from opsctl.core.void import Void
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.rules.results import Corrected, Shown
from opsctl.incidents.service import judging, write
from opsctl.incidents.service import read as query
from opsctl.incidents.terms import Level, State
from opsctl.ledger import service as ledger
from opsctl.people.service import customers, persons
from opsctl.rulebook.service import applying
from opsctl.store.engine import Store
from tests.factories import make_asset, make_incident
from tests.harness import Perform, Read, performing

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
Whole = Callable[[], int]
"""How many records there are, once the whole ledger was compared with them."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """That time of November 2026 in UTC; in the zone of the databases it is eight hours later."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def perform(perform_as: Perform) -> Perform:
    """Write as one person or another."""
    return perform_as


@pytest.fixture
def desk(perform: Perform) -> Perform:
    """The same with the asset erp and the rulebook that is brought along."""
    make_asset(perform)
    apply(perform)
    return perform


def apply(perform: Perform, version: str = "2026.2", **changed: str) -> None:
    """Apply the default rulebook under that version, with words of it changed: `old` to `new`, tables added."""
    text = applying.default_text("Asia/Shanghai").replace('version = "2026.2"', f'version = "{version}"')
    if changed:
        assert changed["old"] in text
        text = text.replace(changed["old"], changed["new"])
    perform(applying.apply, text=text, file="om.toml")


def shown(read: Read, now: datetime, word: str = "1") -> Shown:
    found: Shown = read(query.show, word=word, now=now)
    return found


def incident_of(read: Read, now: datetime, word: str = "1") -> Incident:
    return shown(read, now, word).case.incident


def written(read: Read, reference: str) -> list[tuple[str, str | None]]:
    rows = read(lambda session: list(ledger.rows(session, ledger.Search(subject=reference))))
    return [(row.kind, row.facts) for row in rows]


@pytest.mark.parametrize(
    ("impact", "urgency", "severity", "response", "restore"),
    [
        ("high", "high", 1, at(5, 2, 15), at(5, 6)),
        ("high", "medium", 2, at(5, 2, 30), at(5, 10)),
        # Office hours 08-12 and 14-18: two hours are over at noon, sixteen after 2 + 4 of Thursday, 8 and 2 more.
        ("medium", "medium", 3, at(5, 4), at(9, 2)),
        # A working day has eight hours: 2 + 4 of Thursday and 2; five of them are 6 + 4 × 8 + 2.
        ("low", "low", 4, at(6, 2), at(12, 2)),
    ],
)
def test_an_opening_stamps_severity_and_dues(
    desk: Perform, read: Read, now: datetime, impact: str, urgency: str, severity: int, response: Any, restore: Any
) -> None:
    made = desk(write.open_incident, words="erp x", impact=Level(impact), urgency=Level(urgency), unowned=True)
    found = made.incident
    assert (found.severity, found.rules, found.response_due, found.restore_due) == (severity, 1, response, restore)
    assert [(clock.kind, clock.due) for clock in made.clocks] == [("response", response), ("restore", restore)]
    assert made.wants_plan is (severity < 3)
    assert incident_of(read, now) == found


def test_a_severity_that_is_said_beats_the_matrix(desk: Perform) -> None:
    assert make_incident(desk, severity=1).restore_due == at(5, 6)


def test_an_opening_of_the_past_is_judged_from_then(desk: Perform) -> None:
    made = make_incident(desk, severity=1, at=at(5, 1), unowned=True)
    assert (made.response_due, made.restore_due) == (at(5, 1, 15), at(5, 5))


def test_without_any_rules_nothing_is_due(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    made = make_incident(perform, severity=1)
    assert (made.severity, made.rules, made.response_due, made.restore_due) == (1, None, None, None)
    assert shown(read, now).clocks == ()


def test_an_incident_without_rules_is_judged_by_those_in_force_when_it_is_reclassified(
    perform: Perform, read: Read, check_whole: Whole
) -> None:
    make_asset(perform)
    make_incident(perform)
    apply(perform)
    perform(judging.reclassify, named=["1"], now=at(5, 3))
    found = incident_of(read, at(5, 3))
    assert (found.severity, found.rules, found.restore_due) == (3, 1, at(9, 2))
    assert check_whole() == 3


def test_reclassifying_counts_from_the_same_start_on_the_new_calendar(
    desk: Perform, read: Read, check_whole: Whole
) -> None:
    make_incident(desk, unowned=True)
    desk(judging.reclassify, named=["1"], impact=Level.HIGH, urgency=Level.HIGH, now=at(5, 3))
    found = incident_of(read, at(5, 3))
    assert (found.severity, found.response_due, found.restore_due) == (1, at(5, 2, 15), at(5, 6))
    assert written(read, "INC-2026-0001")[-1] == (
        "incident.reclassified",
        '{"impact":["medium","high"],"severity":[3,1],"urgency":["medium","high"]}',
    )
    check_whole()


def test_new_rules_leave_an_older_incident_alone_until_it_is_reclassified(
    desk: Perform, read: Read, check_whole: Whole
) -> None:
    make_incident(desk, unowned=True)
    make_incident(desk, unowned=True, severity=4)
    apply(
        desk,
        "2026.3",
        old='medium = { high = 2, medium = 3, low = 4 }',
        new='medium = { high = 2, medium = 2, low = 4 }',
    )
    desk(write.acknowledge, named=["1", "2"], now=at(5, 3))
    before = incident_of(read, at(5, 3))
    assert (before.severity, before.rules, before.restore_due) == (3, 1, at(9, 2))
    desk(judging.reclassify, named=["1", "2"], now=at(5, 3))
    # What followed from impact and urgency follows the new matrix; what a person had chosen stays.
    after = [incident_of(read, at(5, 3), word) for word in "12"]
    assert [(one.severity, one.rules, one.restore_due) for one in after] == [(2, 2, at(5, 10)), (4, 2, at(12, 2))]
    check_whole()


def test_a_severity_that_the_rules_do_not_know_is_refused(desk: Perform) -> None:
    make_incident(desk)
    with pytest.raises(InvalidInput) as caught:
        desk(judging.reclassify, named=["1"], severity=7)
    assert (caught.value.message, caught.value.hint) == ("There is no severity 7.", "Use one of: 1, 2, 3, 4.")


def test_a_customer_has_limits_of_its_own(perform: Perform, read: Read, now: datetime) -> None:
    perform(customers.add, code="jia", texts={"name_zh": "甲公司"})
    make_asset(perform, customer="jia")
    make_asset(perform, "mail")
    own = '[[limits.for]]\ncustomer = "jia"\nsev3 = { restore = "90m", calendar = "always" }\n\n[incidents]\n'
    apply(perform, old="[incidents]\n", new=own)
    ours, theirs = make_incident(perform), make_incident(perform, asset="mail")
    assert (ours.customer, ours.response_due, ours.restore_due) == ("jia", None, at(5, 3, 30))
    assert (theirs.customer, theirs.restore_due) == (None, at(9, 2))
    # Of another asset it is another customer's, or nobody's: then it stays whose it was.
    perform(judging.correct, named=["2"], given={"asset": "erp"}, reason="typo")
    moved = incident_of(read, now, "2")
    assert (moved.asset, moved.customer, moved.restore_due) == ("erp", "jia", at(5, 3, 30))
    assert read(query.list_incidents, now=now, customer="甲").total == 2
    with pytest.raises(NotFound):
        read(query.list_incidents, now=now, customer="yi")


def test_nobody_approves_their_own_pause(desk: Perform, read: Read, now: datetime) -> None:
    make_incident(desk)
    desk(judging.pause, named=["1"], reason="waiting for a part")
    with pytest.raises(NotAllowed):
        desk(judging.approve, named=["1/1"])
    with pytest.raises(NotAllowed):
        desk(judging.pause, named=["1"], reason="x", ask="me")
    assert shown(read, now).case.incident.pauses[0].approved is None


def test_the_clock_runs_until_a_pause_is_approved_and_for_ever_where_it_is_refused(
    desk: Perform, read: Read, check_whole: Whole
) -> None:
    make_incident(desk, severity=1)
    desk(judging.pause, named=["1"], reason="waiting for a part", ask="anna", now=at(5, 3))
    assert incident_of(read, at(5, 3)).restore_due == at(5, 6)
    desk(judging.approve, as_="anna", named=["1/1"], now=at(5, 3, 10))
    # While it lasts there is no telling by when.
    assert incident_of(read, at(5, 3, 10)).restore_due is None
    desk(judging.resume, named=["1"], now=at(5, 4))
    assert incident_of(read, at(5, 4)).restore_due == at(5, 7)
    desk(judging.pause, named=["1"], reason="lunch", now=at(5, 4, 30))
    desk(judging.approve, as_="anna", named=["１／２"], approved=False, reason="no", now=at(5, 4, 40))
    assert incident_of(read, at(5, 5)).restore_due == at(5, 7)
    with pytest.raises(Conflict, match="decided by anna already"):
        desk(judging.approve, as_="bo", named=["1/2"], now=at(5, 5))
    # What was refused is over, so that another may be asked for.
    desk(judging.pause, named=["1"], reason="waiting for a part", now=at(5, 5))
    assert [span.ended for span in incident_of(read, at(5, 5)).pauses] == [at(5, 4), at(5, 4, 40), None]
    check_whole()


@pytest.mark.parametrize("word", ["1/0", "1/2", "1/x", "1/", "1/１x", "1/999999999", "1/-1"])
def test_a_pause_that_is_not_there_is_not_approved(desk: Perform, word: str) -> None:
    make_incident(desk)
    desk(judging.pause, named=["1"], reason="waiting")
    with pytest.raises((NotFound, Conflict, InvalidInput)):
        desk(judging.approve, as_="anna", named=[word])


def test_two_pauses_are_approved_in_one_command(desk: Perform, read: Read, check_whole: Whole) -> None:
    make_incident(desk, severity=1)
    for hour in (3, 4):
        desk(judging.pause, named=["1"], reason="waiting", now=at(5, hour))
        desk(judging.resume, named=["1"], now=at(5, hour, 30))
    desk(judging.approve, as_="anna", named=["1/1", "1/2"], now=at(5, 5))
    assert incident_of(read, at(5, 5)).restore_due == at(5, 7)
    check_whole()


def test_pauses_do_not_overlap(desk: Perform) -> None:
    make_incident(desk)
    desk(judging.pause, named=["1"], reason="one", now=at(5, 3))
    with pytest.raises(Conflict, match="is paused since"):
        desk(judging.pause, named=["1"], reason="two", now=at(5, 4))
    desk(judging.resume, named=["1"], now=at(5, 5))
    with pytest.raises(Conflict, match="pauses do not overlap"):
        desk(judging.pause, named=["1"], reason="two", at=at(5, 4), now=at(5, 6))


def test_a_late_acknowledgement_counts_once_somebody_else_countersigned_it(
    desk: Perform, read: Read, check_whole: Whole
) -> None:
    make_incident(desk, severity=1, unowned=True)
    desk(write.acknowledge, named=["1"], at=at(5, 2, 10), now=at(5, 4))
    (response, _restore) = shown(read, at(5, 4)).clocks
    assert (response.stopped, response.on_time) == (at(5, 4), False)
    with pytest.raises(NotAllowed):
        desk(judging.approve, named=["1"], now=at(5, 5))
    desk(judging.approve, as_="anna", named=["1"], now=at(5, 5))
    (response, _restore) = shown(read, at(5, 5)).clocks
    assert (response.stopped, response.on_time) == (at(5, 2, 10), True)
    with pytest.raises(Conflict):
        desk(judging.approve, as_="bo", named=["1"], now=at(5, 5))
    check_whole()


def test_a_redaction_blanks_the_reason_of_a_pause_and_the_name_of_a_plan(
    desk: Perform, read: Read, now: datetime, check_whole: Whole
) -> None:
    make_incident(desk)
    desk(judging.pause, named=["1"], reason="Mr Chen is ill", ask="anna")
    desk(judging.plan, named=["1"], name="call Mr Chen's wife")
    for kind in ("incident.paused", "incident.plan-started"):
        (row,) = read(lambda session, kind=kind: list(ledger.rows(session, ledger.Search(kind=kind))))
        assert desk(ledger.redact, seq=row.seq, reason="health", blank={"INC": write.blank}).record_changed
    found = incident_of(read, now)
    assert (found.pauses[0].reason, found.pauses[0].asked, found.plan) == ("[redacted]", "anna", None)
    check_whole()


def test_merging_takes_the_earliest_and_the_latest_and_splitting_gives_it_back(
    desk: Perform, read: Read, check_whole: Whole
) -> None:
    make_incident(desk, "slow", severity=1, at=at(5, 1), down=at(5, 0, 50))
    make_incident(desk, "slower", severity=1, at=at(5, 0), unowned=True)
    before = [incident_of(read, at(5, 2), word) for word in "12"]
    (case,) = desk(judging.merge, named=["2"], into="1", now=at(5, 3))
    assert (case.opened, case.incident.restore_due) == (at(5, 0), at(5, 4))
    member = incident_of(read, at(5, 3), "2")
    assert (member.state, member.merged_into, member.restore_due) == (State.MERGED, "INC-2026-0001", None)
    assert [kind for kind, _facts in written(read, "INC-2026-0001")][-1] == "incident.merged"
    check_whole()
    (alone,) = desk(judging.split, named=["2"], now=at(5, 4))
    assert alone.incident.state is State.OPEN
    assert [incident_of(read, at(5, 4), word) for word in "12"] == before
    check_whole()


def test_what_was_merged_on_is_taken_out_of_the_case_at_the_end(desk: Perform, read: Read, check_whole: Whole) -> None:
    make_incident(desk, "first", severity=1, at=at(5, 0), unowned=True)
    make_incident(desk, "second", severity=1, at=at(5, 1), unowned=True)
    make_incident(desk, "third", severity=1, unowned=True)
    desk(judging.merge, named=["1"], into="2", now=at(5, 3))
    (case,) = desk(judging.merge, named=["2"], into="3", now=at(5, 3))
    assert (case.incident.restore_due, len(case.members)) == (at(5, 4), 2)
    desk(judging.split, named=["1"], now=at(5, 4))
    found = [incident_of(read, at(5, 4), word) for word in "123"]
    assert [one.restore_due for one in found] == [at(5, 4), None, at(5, 5)]
    assert [one.merged_into for one in found] == [None, "INC-2026-0003", None]
    check_whole()


def test_an_incident_is_not_merged_into_itself_and_its_name_among_others_is_passed_over(desk: Perform) -> None:
    make_incident(desk)
    make_incident(desk)
    with pytest.raises(InvalidInput, match="into itself"):
        desk(judging.merge, named=["1"], into="1")
    (case,) = desk(judging.merge, named=["1", "2"], into="1")
    assert [one.reference for one in case.members] == ["INC-2026-0002"]


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        (judging.assign, {"to": "anna"}),
        (judging.escalate, {"to": "anna"}),
        (judging.reclassify, {"severity": 1}),
        (judging.pause, {"reason": "x"}),
        (judging.plan, {}),
        (judging.correct, {"given": {"title": "x"}, "reason": "x"}),
        (judging.void, {"because": Void.TEST}),
        (write.acknowledge, {}),
        (write.mitigate, {}),
        (write.down, {}),
        (write.restored, {}),
        (write.resolve, {}),
        (write.reopen, {}),
        (write.close, {}),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_merged_incident_is_left_alone(
    desk: Perform, read: Read, now: datetime, check_whole: Whole, verb: Any, given: dict[str, Any]
) -> None:
    make_incident(desk)
    make_incident(desk)
    desk(judging.merge, named=["2"], into="1")
    before = incident_of(read, now, "2")
    with pytest.raises(Conflict, match="is merged"):
        desk(verb, named=["2"], **given)
    assert incident_of(read, now, "2") == before
    check_whole()


@pytest.mark.parametrize(
    ("verb", "given", "move"),
    [(judging.escalate, {"to": "anna"}, "escalate"), (judging.plan, {}, "plan"), (judging.pause, {"reason": "x"}, "")],
    ids=["escalate", "plan", "pause"],
)
def test_what_is_resolved_is_neither_escalated_nor_paused(
    desk: Perform, verb: Any, given: dict[str, Any], move: str
) -> None:
    make_incident(desk)
    desk(write.resolve, named=["1"])
    with pytest.raises(Conflict) as caught:
        desk(verb, named=["1"], **given)
    assert caught.value.message == f"INC-2026-0001 is resolved: {move or 'pause'} is not possible."
    assert caught.value.hint == "Possible now: reopen, close, merge."


def test_void_takes_an_incident_out_and_back(desk: Perform, read: Read, now: datetime, check_whole: Whole) -> None:
    made = make_incident(desk)
    desk(judging.void, named=["1"], because=Void.FALSE_ALARM, reason="probe was broken")
    assert not incident_of(read, now).counts
    with pytest.raises(Conflict, match="is void"):
        desk(write.resolve, named=["1"])
    with pytest.raises(Conflict, match="already"):
        desk(judging.void, named=["1"], because=Void.TEST)
    desk(judging.void, named=["1"], because=None)
    assert incident_of(read, now) == made
    with pytest.raises(Conflict, match="is not void"):
        desk(judging.void, named=["1"], because=None)
    check_whole()


def test_void_needs_a_name_and_does_not_count_as_mine(desk: Perform) -> None:
    make_incident(desk)
    desk(judging.void, named=["1"], because=Void.TEST)
    with pytest.raises(InvalidInput, match="has no unresolved incident"):
        desk(write.acknowledge, named=[])


def test_a_correction_of_a_past_month_keeps_the_old_value_and_names_the_month(
    desk: Perform, read: Read, check_whole: Whole
) -> None:
    before_midnight = datetime(2026, 9, 30, 15, 59, tzinfo=UTC)  # 23:59 in the zone of the databases
    make_incident(desk, down=before_midnight, now=before_midnight + 2 * MINUTE)
    desk(write.resolve, named=["1"], restored=before_midnight + MINUTE, now=before_midnight + 3 * MINUTE)
    given = {"impact_start": before_midnight - HOUR, "restored": before_midnight + 2 * MINUTE}
    found: Corrected = desk(judging.correct, named=["1"], given=given, reason="log of the proxy")
    assert (found.months, found.unchanged) == (("2026-09", "2026-10"), frozenset())
    assert [(span.started, span.ended) for span in found.cases[0].incident.outages] == [
        (before_midnight - HOUR, before_midnight + 2 * MINUTE)
    ]
    assert written(read, "INC-2026-0001")[-1] == (
        "incident.corrected",
        '{"impact_start":["2026-09-30T15:59:00.000000Z","2026-09-30T14:59:00.000000Z"],"reason":"log of the proxy",'
        '"restored":["2026-09-30T16:00:00.000000Z","2026-09-30T16:01:00.000000Z"]}',
    )
    again: Corrected = desk(judging.correct, named=["1"], given=given, reason="once more")
    assert (again.months, again.unchanged) == ((), {"INC-2026-0001"})
    check_whole()


@pytest.mark.parametrize(
    ("given", "months"),
    [
        ({"title": "another", "cause": "disk", "handling": "none"}, ()),
        ({"urgency": Level.HIGH}, ("2026-10",)),
        ({"opened": datetime(2026, 8, 31, 17, 0, tzinfo=UTC)}, ("2026-09", "2026-10")),
        ({"detected": datetime(2026, 10, 31, 17, 0, tzinfo=UTC)}, ("2026-10",)),
    ],
    ids=["words", "urgency", "another month", "the present month does not count"],
)
def test_only_what_figures_read_changes_a_month(desk: Perform, given: dict[str, Any], months: tuple[str, ...]) -> None:
    october = datetime(2026, 10, 31, 15, 0, tzinfo=UTC)
    make_incident(desk, now=october)
    desk(write.resolve, named=["1"], now=october + 3 * HOUR)
    assert desk(judging.correct, named=["1"], given=given, reason="typo").months == months


def test_a_corrected_urgency_leads_to_another_severity(desk: Perform, read: Read, now: datetime) -> None:
    make_incident(desk)
    desk(judging.correct, named=["1"], given={"impact": Level.HIGH, "urgency": Level.HIGH}, reason="typo")
    found = incident_of(read, now)
    assert (found.severity, found.restore_due) == (1, at(5, 6))
    assert '"severity":[3,1]' in str(written(read, "INC-2026-0001")[-1][1])


def test_me_is_whoever_acts(desk: Perform, read: Read, now: datetime) -> None:
    assert make_incident(desk, as_="anna", owner="me").acknowledgement is not None
    assert make_incident(desk, owner="anna").acknowledgement is None
    desk(judging.assign, as_="bo", named=["2"], to="我")
    assert [incident_of(read, now, word).assignee for word in "12"] == ["anna", "bo"]


def test_an_escalation_goes_to_the_superior_of_who_has_it(desk: Perform, read: Read, now: datetime) -> None:
    desk(persons.add, handle="lead.li")
    desk(persons.add, handle="boss")
    make_incident(desk)
    with pytest.raises(InvalidInput, match=r"No superior of lead\.li is known"):
        desk(judging.escalate, named=["1"])
    desk(persons.edit, person="lead.li", texts={"superior": "boss"})
    desk(judging.escalate, named=[])
    found = incident_of(read, now)
    assert (found.escalated_to, found.assignee) == ("boss", "lead.li")
    with pytest.raises(NotFound, match="There is no person 'bos'"):
        desk(judging.escalate, named=["1"], to="bos")


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_of_two_people_who_merge_two_incidents_into_each_other_one_wins(
    store: Store, perform: Perform, read: Read, now: datetime, check_whole: Whole
) -> None:
    make_asset(perform)
    make_incident(perform)
    make_incident(perform)
    together = threading.Barrier(2, timeout=30)
    outcomes: list[Any] = []

    @use_case(needs=Permission.RECORD, offline=False)
    def merge(session: Session, *, now: datetime, actor: str, named: list[str], into: str) -> Any:
        # Both transactions have begun, and seen two open incidents, before either writes.
        query.find(session, word="1", now=now)
        together.wait()
        return judging.merge(session, now=now, actor=actor, named=named, into=into)

    def take(named: str, into: str) -> None:
        try:
            outcomes.append(performing(store, now)(merge, named=[named], into=into)[0].reference)
        except OpsctlError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=take, args=pair) for pair in (("1", "2"), ("2", "1"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    (won,) = [one for one in outcomes if isinstance(one, str)]
    (lost,) = [one for one in outcomes if isinstance(one, OpsctlError)]
    other = "INC-2026-0001" if won == "INC-2026-0002" else "INC-2026-0002"
    assert (type(lost), lost.code, lost.message) == (Conflict, 6, f"{other} is merged into {won}.")
    found = {one.reference: one for one in read(query.list_incidents, now=now).incidents}
    assert (found[won].merged_into, found[other].merged_into) == (None, won)
    assert check_whole() == 3

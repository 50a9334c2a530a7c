"""What the records say of a review, from records that real use cases made, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from opsctl.actions.rules import Finding
from opsctl.actions.service import write as actions
from opsctl.actions.terms import Gravity
from opsctl.core.void import Void
from opsctl.incidents.rules.clocks import ClockState
from opsctl.incidents.service import judging
from opsctl.incidents.service import write as incidents
from opsctl.incidents.terms import Level
from opsctl.ledger.rules import Row
from opsctl.reviews.rules.document import Document
from opsctl.reviews.rules.facts import Facts
from opsctl.reviews.terms import Kind
from tests.harness import Perform
from tests.reviews.records import clock, review_of

Trouble = Callable[..., str]
Gathered = Callable[..., Facts]
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def told(rows: tuple[Row, ...]) -> list[tuple[str, str]]:
    """Kind and record of each row."""
    return [(row.kind, row.subject) for row in rows]


def test_an_incident_is_shown_with_its_clocks_its_rows_and_when_its_review_is_due(
    trouble: Trouble, gathered: Gathered, perform_as: Perform, now: datetime
) -> None:
    one = trouble(clock(10), down=clock(9, 50))
    perform_as(incidents.note, now=clock(12), named=[one], text="it had been slow since nine", at=clock(10, 20))
    facts = gathered(review_of(one))
    (case,) = facts.cases
    assert case.shown.case.reference == one
    assert [clock_.state for clock_ in case.shown.clocks] == [ClockState.MET, ClockState.MET]
    assert told(case.rows) == [("incident.opened", one), ("incident.noted", one), ("incident.resolved", one)]
    assert [row.happened_at for row in case.rows] == [clock(10), clock(10, 20), clock(11)]
    assert case.rows[1].seq > case.rows[2].seq, "the note was typed in last"
    assert case.lost == 70 * 60
    assert (case.due, case.due_written) == (datetime(2026, 11, 7, 11, tzinfo=UTC), "3d")
    assert (case.around, case.around_left, case.earlier) == ((), 0, ())
    assert (facts.zone, facts.gathered_at) == ("Asia/Shanghai", now)
    assert facts.head[0] == max(row.seq for row in case.rows)


def test_a_review_in_working_days_is_due_by_the_calendar_of_reviews(trouble: Trouble, gathered: Gathered) -> None:
    # Resolved on Wednesday 4 November at 19:00 in Shanghai, after work: five whole days end on Wednesday the 11th.
    one = trouble(clock(10), urgency=Level.MEDIUM)
    (case,) = gathered(review_of(one)).cases
    assert (case.due, case.due_written) == (clock(10, day=11), "5wd")


def test_an_ordinary_or_unresolved_fault_is_due_at_no_moment(trouble: Trouble, gathered: Gathered) -> None:
    ordinary = trouble(clock(8), urgency=Level.LOW, asset="web")
    unresolved = trouble(clock(10), lasted=None, down=clock(10))
    first, second = gathered(review_of(ordinary, unresolved)).cases
    assert (first.due, first.due_written) == (None, None)
    assert (second.due, second.due_written) == (None, "3d")
    assert second.lost == 16 * 3600, "from 10:00 of the 4th to 02:00 of the 5th"
    assert first.lost is None
    assert first.shown.restore_points is None
    assert [one.policy for one in second.shown.restore_points or ()] == ["erp-db"]


def test_a_case_has_the_rows_of_what_was_merged_into_it_and_of_its_action_and_counts_lost_time_once(
    trouble: Trouble, gathered: Gathered, perform_as: Perform
) -> None:
    action = perform_as(actions.add, now=clock(8), words="fans are loud", asset="erp", impact="slow").action.reference
    one = trouble(clock(9), lasted=None, words=None, asset=None, origin=action, down=clock(9))
    other = trouble(clock(9, 30), lasted=None, asset="web", down=clock(9, 30))
    perform_as(judging.merge, now=clock(9, 40), named=[other], into=one)
    perform_as(incidents.restored, now=clock(10), named=[one])
    (case,) = gathered(review_of(one)).cases
    assert case.shown.origin == action
    assert [member.reference for member in case.shown.case.members] == [other]
    assert case.lost == 3600, "9:00 to 10:00 and 9:30 to 10:00"
    assert told(case.rows) == [
        ("action.added", action),
        ("incident.opened", one),
        ("incident.noted", one),
        ("action.taken-over", action),
        ("incident.opened", other),
        ("incident.merged", other),
        ("incident.merged", one),
        ("incident.restored", one),
        ("incident.restored", other),
    ]


def test_void_and_merged_subjects_are_shown_as_that_and_due_at_no_moment(
    trouble: Trouble, gathered: Gathered, perform_as: Perform
) -> None:
    void, merged, target = trouble(clock(6)), trouble(clock(7), lasted=None), trouble(clock(7, 10), lasted=None)
    perform_as(judging.void, now=clock(8), named=[void], because=Void.FALSE_ALARM)
    perform_as(judging.merge, now=clock(8), named=[merged], into=target)
    facts = gathered(review_of(merged, void, "INC-2026-0099", "ACT-2026-0099"))
    assert [case.shown.case.reference for case in facts.cases] == [merged, void], "in the order of the review"
    assert [case.due for case in facts.cases] == [None, None]
    assert facts.cases[1].shown.clocks == ()
    assert facts.cases[0].shown.case.incident.merged_into == target
    assert facts.missing == ("INC-2026-0099", "ACT-2026-0099")


def test_a_review_without_subjects_is_gathered_too(company: None, gathered: Gathered) -> None:
    facts = gathered(review_of(kind=Kind.MEETING))
    assert (facts.cases, facts.actions, facts.discussed, facts.assets, facts.missing) == ((), (), (), (), ())
    assert facts.people == (
        ("lead.li", "lead.li"), ("李主任", "lead.li"), ("wang", "wang"), ("w.wang", "wang"), ("zhao", "zhao"),
    )  # fmt: skip


def test_actions_are_those_that_came_from_the_review_and_those_it_names_and_a_meeting_discusses_others(
    trouble: Trouble, gathered: Gathered, perform_as: Perform, reviewed: Any
) -> None:
    def add(words: str, **given: Any) -> str:
        reference: str = perform_as(actions.add, now=clock(12), words=words, **given).action.reference
        return reference

    named, discussed, _other = add("clean the filter", asset="core-sw-1"), add("swap the fan", asset="web"), add("else")
    one = trouble(clock(10))
    document = Document(title="Meeting", actions=(named,))
    review = reviewed(review_of(discussed, one, document=document, kind=Kind.MEETING))
    finding = Finding("watch the disk", Gravity.WARN, clock(13), asset="erp", source=review.reference)
    raised = perform_as(raise_one, now=clock(13), finding=finding)
    facts = gathered(review)
    assert [action.reference for action in facts.actions] == [named, raised]
    assert [action.reference for action in facts.discussed] == [discussed]
    assert [case.shown.case.reference for case in facts.cases] == [one]
    assert facts.missing == ()
    assert facts.assets == (("core-sw-1", "core-sw-1"), ("erp", "ERP login"), ("web", "WEB login"))
    assert facts.customers == (("acme", "Acme"),)


def raise_one(session: Any, *, now: datetime, actor: str, finding: Finding) -> str:
    """Raise one finding, and give the reference of its action."""
    return actions.raise_from(session, now=now, actor=actor, findings=[finding])[0][0].reference


def test_what_changed_after_the_approval_is_told_but_notes_are_not(
    trouble: Trouble, gathered: Gathered, perform_as: Perform
) -> None:
    one = trouble(clock(10))
    approved = gathered(review_of(one)).head[0]
    perform_as(incidents.note, now=clock(13), named=[one], text="asked the supplier")
    perform_as(
        judging.correct, now=clock(14), named=[one], given={"cause": "a full disk"}, reason="found out"
    )
    trouble(clock(15), asset="web")
    assert gathered(review_of(one)).since_approval == ()
    assert told(gathered(review_of(one, approved_seq=approved)).since_approval) == [("incident.corrected", one)]


def test_the_head_grows_and_what_is_gathered_is_that_of_the_moment(
    trouble: Trouble, gathered: Gathered, perform_as: Perform
) -> None:
    one = trouble(clock(10), lasted=None)
    before = gathered(review_of(one))
    perform_as(incidents.resolve, now=clock(11), named=[one], at=clock(11))
    after = gathered(review_of(one))
    assert before.cases[0].due is None
    assert after.cases[0].due == clock(11, day=7)
    assert after.head[0] == before.head[0] + 1


def test_a_period_is_gathered_in_a_number_of_statements_that_does_not_grow(
    trouble: Trouble, gathered: Gathered, counting: Any
) -> None:
    subjects = [trouble(clock(0, day=2) + at * MINUTE, lasted=MINUTE, cause="disk") for at in range(60)]
    needed = []
    for count in (30, 60):
        with counting() as statements:
            facts = gathered(review_of(*subjects[:count], kind=Kind.PERIOD))
        needed.append(len(statements))
        assert [case.shown.case.reference for case in facts.cases] == subjects[:count]
        assert {len(case.rows) for case in facts.cases} == {2}
        assert {(case.around, case.around_left, case.earlier) for case in facts.cases} == {((), 0, ())}
    assert needed[0] == needed[1] <= 20


def test_several_incidents_of_one_story_are_not_told_again_as_what_was_around_or_before(
    trouble: Trouble, gathered: Gathered
) -> None:
    first, second = trouble(clock(8)), trouble(clock(10))
    facts = gathered(review_of(first, second))
    assert [(case.around, case.earlier) for case in facts.cases] == [((), ()), ((), ())]
    alone = gathered(review_of(second)).cases[0]
    assert told(alone.around) == [("incident.opened", first), ("incident.resolved", first)]
    assert [earlier.incident.reference for earlier in alone.earlier] == [first]

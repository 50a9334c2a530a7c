"""Several records of one fault, and taking that back: worked examples."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.core.calendars import Calendar
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.void import Void
from opsctl.incidents.rules import closing, merging, moves, pauses
from opsctl.incidents.rules.clocks import stamped
from opsctl.incidents.rules.life import Case, Incident
from opsctl.incidents.terms import SpanKind, State
from opsctl.rulebook.rules import Limits, Rules
from opsctl.rulebook.terms import Starts
from tests.incidents.records import NOW, ack, changed, clock, opened, reopen, resolve, states

LIMITS = Limits(2, timedelta(hours=1), timedelta(hours=8), Starts.OPENED, "always", False, None)
RULES = Rules(generation=1, calendars={"always": Calendar("always", always=True)}, limits={2: LIMITS})


def named(reference: str, at: datetime, **given: Any) -> Case:
    return opened(at, reference=reference, **given)


TARGET = named("INC-2026-0001", clock(10))
SOURCE = named("INC-2026-0002", clock(9))


def merged(source: Case, target: Case, at: datetime = NOW) -> Case:
    """The target's case with the source, and what the source had, in it."""
    return Case(target.incident, (*target.members, merging.merge(source, target, now=at), *source.members))


def test_a_merged_incident_points_to_the_other_and_keeps_all_that_it_is() -> None:
    after = merging.merge(SOURCE, TARGET, now=clock(11))
    assert (after.state, after.merged_into) == (State.MERGED, "INC-2026-0001")
    assert states(after) == [(State.OPEN, clock(9), clock(11)), (State.MERGED, clock(11), None)]
    assert (after.response_due, after.restore_due) == (None, None)
    back = replace(after, state=State.OPEN, merged_into=None, spans=SOURCE.incident.spans)
    assert back == SOURCE.incident


def test_the_case_has_the_earliest_beginning_and_the_latest_end_of_all() -> None:
    source = ack(named("INC-2026-0002", clock(9), down=clock(8)), clock(9, 5))
    target = ack(named("INC-2026-0001", clock(10), detected=clock(8, 30)), clock(10, 1))
    case = merged(source, target, clock(11))
    assert (case.impact_start, case.detected, case.opened) == (clock(8), clock(8, 30), clock(9))
    assert case.acknowledgement is not None
    assert case.acknowledgement.started == clock(9, 5)
    assert case.restored is None
    after = moves.restored(case, at=clock(12), now=clock(12))
    assert after.restored == after.stopped == clock(12)
    assert after.members[0].restored == clock(12)
    assert after.incident == target.incident


def test_a_target_is_not_resolved_while_a_member_is_down() -> None:
    case = merged(named("INC-2026-0002", clock(9), down=clock(9)), TARGET, clock(11))
    with pytest.raises(Conflict) as caught:
        resolve(case, clock(12))
    assert caught.value.message == "INC-2026-0001 is still down."
    after = resolve(case, clock(12), clock(11, 30))
    assert [one.restored for one in after.all] == [None, clock(11, 30)]
    assert after.restored == clock(11, 30)


def test_what_went_down_last_is_the_earliest_end_of_all() -> None:
    case = merged(
        named("INC-2026-0002", clock(9), down=clock(9, 30), now=clock(10)),
        named("INC-2026-0001", clock(9), down=clock(9)),
    )
    with pytest.raises(InvalidInput) as caught:
        moves.restored(case, at=clock(9, 20), now=NOW)
    assert caught.value.moment == clock(9, 30)
    assert moves.restored(case, at=clock(9, 30), now=NOW).restored == clock(9, 30)


def test_an_acknowledgement_in_time_beats_an_earlier_one_that_was_typed_in_late() -> None:
    claimed = ack(named("INC-2026-0002", clock(9)), clock(9, 1), now=clock(11))
    honest = ack(named("INC-2026-0001", clock(10)), clock(10, 1))
    assert merged(claimed, honest).acknowledgement == honest.acknowledgement


def test_an_incident_is_not_merged_into_itself() -> None:
    with pytest.raises(InvalidInput) as caught:
        merging.merge(SOURCE, SOURCE, now=NOW)
    assert caught.value.message == "INC-2026-0002 cannot be merged into itself."
    assert caught.value.hint == "Name another with --into."


def test_incidents_are_not_merged_in_a_circle() -> None:
    first = Case(merging.merge(SOURCE, TARGET, now=clock(11)))
    with pytest.raises(Conflict) as caught:
        merging.merge(TARGET, first, now=clock(12))
    assert caught.value.message == "INC-2026-0002 is merged into INC-2026-0001."
    # Nor in a larger one: the third into the second, the second into the first, the first into the third.
    third = Case(merging.merge(named("INC-2026-0003", clock(10)), TARGET, now=clock(11)))
    target = Case(merging.merge(TARGET, SOURCE, now=clock(12)))
    for at in (third, target):
        with pytest.raises(Conflict):
            merging.merge(SOURCE, at, now=clock(13))


def closed_case() -> Case:
    return moves.close(resolve(named("INC-2026-0002", clock(9)), clock(10)), at=clock(10), now=clock(10))


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        pytest.param(closed_case(), TARGET, "INC-2026-0002 is closed: merge is not possible.", id="a closed source"),
        pytest.param(TARGET, closed_case(), "INC-2026-0002 is closed: merge is not possible.", id="a closed target"),
        pytest.param(
            changed(SOURCE, void=Void.TEST), TARGET, "INC-2026-0002 is void (test).", id="a void source"
        ),
        pytest.param(
            TARGET, changed(SOURCE, void=Void.TEST), "INC-2026-0002 is void (test).", id="a void target"
        ),
        pytest.param(
            changed(SOURCE, drill=True),
            TARGET,
            "A drill and a real incident are not merged: INC-2026-0002, INC-2026-0001.",
            id="a drill into a real one",
        ),
        pytest.param(
            TARGET,
            changed(SOURCE, drill=True),
            "A drill and a real incident are not merged: INC-2026-0001, INC-2026-0002.",
            id="a real one into a drill",
        ),
        pytest.param(
            SOURCE,
            resolve(TARGET, clock(11)),
            "INC-2026-0002 is unresolved and INC-2026-0001 is resolved.",
            id="an unresolved one would be hidden in a resolved one",
        ),
    ],
)  # fmt: skip
def test_what_is_not_merged(source: Case, target: Case, message: str) -> None:
    with pytest.raises(Conflict) as caught:
        merging.merge(source, target, now=NOW)
    assert caught.value.message == message


def test_a_resolved_one_is_merged_into_an_unresolved_or_a_resolved_one_and_two_drills_are() -> None:
    source = resolve(SOURCE, clock(11))
    for target in (TARGET, resolve(TARGET, clock(12))):
        after = merging.merge(source, target, now=NOW)
        assert (after.state, after.resolved) == (State.MERGED, clock(11))
    assert merging.merge(changed(SOURCE, drill=True), changed(TARGET, drill=True), now=NOW).drill
    assert merging.merge(SOURCE, TARGET, now=NOW).resolved is None


def paused_case(*, running: bool) -> Case:
    case = pauses.pause(SOURCE, at=clock(9, 30), now=clock(9, 30), by="wang", reason="spare part", asked="lead.wang")
    case = pauses.decide(case, number=1, by="lead.wang", now=clock(9, 40), approved=True)
    return case if running else pauses.resume(case, at=clock(9, 50), now=clock(9, 50))


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(SOURCE, id="open"),
        pytest.param(ack(SOURCE, clock(9, 5)), id="acknowledged"),
        pytest.param(moves.mitigate(SOURCE, at=clock(9, 5), now=NOW, by="wang"), id="mitigated"),
        pytest.param(resolve(SOURCE, clock(9, 30)), id="resolved"),
        pytest.param(reopen(resolve(SOURCE, clock(9, 30)), clock(9, 40), declared=True), id="reopened and down"),
        pytest.param(named("INC-2026-0002", clock(9), down=clock(8, 50), weight=300), id="down in part"),
        pytest.param(paused_case(running=True), id="a pause that runs"),
        pytest.param(paused_case(running=False), id="a pause that ended"),
        pytest.param(changed(SOURCE, customer="甲公司", assignee="wang", told=clock(9, 30)), id="with more fields"),
    ],
)
def test_a_split_gives_back_exactly_what_there_was(before: Case) -> None:
    judged = stamped(changed(before, severity=2), RULES)
    after = merging.split(merging.merge(Case(judged), TARGET, now=clock(11)))
    assert stamped(Case(after), RULES) == judged
    # Again, and by way of another incident.
    again = merging.split(merging.merge(Case(after), named("INC-2026-0009", clock(8)), now=clock(12)))
    assert again == after


def test_a_split_keeps_what_happened_while_it_was_merged() -> None:
    source = named("INC-2026-0002", clock(9), down=clock(8))
    case = moves.restored(merged(source, TARGET, clock(11)), at=clock(12), now=clock(12))
    after = merging.split(case.members[0])
    assert (after.state, after.merged_into, after.restored) == (State.OPEN, None, clock(12))
    assert states(after) == [(State.OPEN, clock(9), None)]


def test_members_of_a_member_are_split_one_by_one() -> None:
    first = merging.merge(SOURCE, TARGET, now=clock(11))
    third = named("INC-2026-0003", clock(7))
    whole = merged(Case(TARGET.incident, (first,)), third, clock(12))
    assert [one.reference for one in whole.all] == ["INC-2026-0003", "INC-2026-0001", "INC-2026-0002"]
    assert merging.split(whole.members[0]) == TARGET.incident
    assert first.merged_into == "INC-2026-0001"


@pytest.mark.parametrize("state", [State.OPEN, State.RESOLVED], ids=str)
def test_only_a_merged_incident_is_split(state: State) -> None:
    case = SOURCE if state is State.OPEN else resolve(SOURCE, clock(11))
    with pytest.raises(Conflict) as caught:
        merging.split(case.incident)
    assert caught.value.message == f"INC-2026-0002 is {state}: split is not possible."


def test_merged_records_are_not_made_void_on_either_side() -> None:
    case = merged(SOURCE, TARGET)
    for one, others in ((case, "INC-2026-0002"), (Case(case.members[0]), "INC-2026-0001")):
        with pytest.raises(Conflict) as caught:
            closing.void(one, Void.DUPLICATE)
        assert caught.value.message == f"{one.reference} is merged with {others}."
        assert caught.value.hint == "Split them first: opsctl incident split REF"


def impact_minutes(incident: Incident) -> int:
    spans = [span for span in incident.spans if span.kind is SpanKind.OUTAGE]
    return sum(int(((span.ended or NOW) - span.started).total_seconds()) // 60 for span in spans)


def test_overlapping_outages_of_members_are_kept_apart_for_whoever_unites_them() -> None:
    """Mistake: overlaps counted twice. The records keep both; their union is half an hour, not fifty minutes."""
    one = moves.restored(named("INC-2026-0002", clock(9), down=clock(9)), at=clock(9, 20), now=NOW)
    other = moves.restored(named("INC-2026-0001", clock(9), down=clock(9)), at=clock(9, 30), now=NOW)
    case = merged(one, other)
    assert [impact_minutes(member) for member in case.all] == [30, 20]
    assert (case.impact_start, case.stopped) == (clock(9), clock(9, 30))

"""What may become of a review, by whom, and what it still wants."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.actions.terms import State as ActionState
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed
from opsctl.core.void import Void
from opsctl.reviews.rules import fields, moves
from opsctl.reviews.rules.document import Document, Planned
from opsctl.reviews.rules.moves import MOVES, Missing
from opsctl.reviews.terms import Kind, State
from tests.actions.records import action
from tests.reviews.making import HELD, NOW, WRITTEN, review

VERIFIED = action(ActionState.VERIFIED)


def approve(one: Any, **given: Any) -> Any:
    """The review approved by li, who is head of operation, as the rules want it."""
    values: dict[str, Any] = {
        "by": "li", "also": ("li", "lead.li"), "posts": ("om-head",), "held": ("om-head",), "seq": 7, "now": NOW,
    }  # fmt: skip
    return moves.approve(one, **{**values, **given})


DO = {
    "edit": lambda one: moves.edit(one, replace(WRITTEN, summary="anew"), version=1, now=NOW),
    "submit": lambda one: moves.submit(one, by="wang", now=NOW),
    "approve": approve,
    "return": moves.return_,
    "close": lambda one: moves.close(one, [VERIFIED], by="li", now=NOW, without_actions=False),
    "void": lambda one: moves.void(one, because=Void.DUPLICATE),
}


@pytest.mark.parametrize("move", sorted(MOVES))
@pytest.mark.parametrize("state", list(State))
def test_a_move_is_made_from_its_states_alone(state: State, move: str) -> None:
    if state in MOVES[move]:
        assert DO[move](review(state)) != review(state)
        return
    with pytest.raises(Conflict, match=f"{move} is not possible") as refused:
        DO[move](review(state))
    legal = {word for word, states in MOVES.items() if state in states}
    assert set(refused.value.hint.removeprefix("Possible now: ").removesuffix(".").split(", ")) == legal


@pytest.mark.parametrize("move", sorted(MOVES))
def test_what_is_void_stays_as_it_is(move: str) -> None:
    with pytest.raises(Conflict, match=r"REV-2026-0001 is void \(test\)"):
        DO[move](review(void=Void.TEST))


def test_an_edit_is_a_version_more_and_says_when_it_was_entered_that_it_was_held() -> None:
    before = review(document=replace(WRITTEN, held_on=None))
    after = moves.edit(before, WRITTEN, version=1, now=NOW)
    assert (after.version, after.held_on, after.held_entered) == (2, HELD, NOW)
    later = moves.edit(after, replace(WRITTEN, summary="anew"), version=2, now=NOW + timedelta(hours=1))
    assert (later.version, later.held_entered) == (3, NOW)
    taken_back = moves.edit(later, replace(WRITTEN, held_on=None), version=3, now=NOW)
    assert taken_back.held_entered is None


def test_equal_words_are_no_edit() -> None:
    assert moves.edit(review(), WRITTEN, version=1, now=NOW) == review()


def test_what_was_written_upon_another_version_is_refused() -> None:
    with pytest.raises(Conflict) as refused:
        moves.edit(review(version=3), WRITTEN, version=2, now=NOW, newest=("wang", HELD))
    assert refused.value.message == (
        "REV-2026-0001 was saved since, by wang at {moment}: it is version 3, and yours is of 2."
    )
    assert refused.value.moment == HELD
    assert refused.value.hint == (
        "Take over what that one has (opsctl review edit REV-2026-0001 --print), write version 3 into the first line of"
        " yours, and save it again."
    )


def test_no_review_was_held_tomorrow() -> None:
    with pytest.raises(InvalidInput, match="still to come"):
        moves.edit(review(), replace(WRITTEN, held_on=NOW + timedelta(seconds=1)), version=1, now=NOW)


def test_an_empty_draft_names_all_that_it_wants() -> None:
    empty = review(document=Document(title="x"))
    assert moves.missing_to_submit(empty) == (Missing.SUMMARY, Missing.FACTORS, Missing.ROOT_CAUSE)
    assert moves.missing_to_close(empty, [], without_actions=False) == (
        Missing.SUMMARY, Missing.FACTORS, Missing.ROOT_CAUSE, Missing.HELD_ON, Missing.FACILITATOR,
        Missing.PARTICIPANTS, Missing.ACTIONS,
    )  # fmt: skip
    with pytest.raises(Conflict) as refused:
        DO["submit"](empty)
    assert refused.value.message == (
        "REV-2026-0001 cannot be submitted yet; it wants a summary, contributing factors,"
        ' a root cause, or "Not determined".'
    )
    assert refused.value.hint == "Write it with: opsctl review edit REV-2026-0001"


def test_that_nobody_knows_the_cause_is_an_answer() -> None:
    said = replace(WRITTEN, factors=(), root_cause="", undetermined=True)
    assert moves.missing_to_submit(review(document=said)) == ()


@pytest.mark.parametrize("kind", [Kind.PERIOD, Kind.MEETING])
def test_many_incidents_have_no_single_root_cause(kind: Kind) -> None:
    said = Document(title="x", summary="What we saw.")
    assert moves.missing_to_submit(review(document=said, kind=kind)) == ()


def test_an_action_without_its_owner_keeps_a_review_from_being_submitted() -> None:
    said = replace(WRITTEN, planned=(Planned("add an alert"),))
    assert moves.missing_to_submit(review(document=said)) == (Missing.WHOLE_ACTIONS,)


@pytest.mark.parametrize("author", ["li", "lead.li"])
def test_nobody_approves_what_they_wrote_whatever_name_they_wrote_it_under(author: str) -> None:
    with pytest.raises(NotAllowed, match="li wrote REV-2026-0001 and cannot approve it too"):
        approve(review(State.IN_REVIEW, author=author))
    with pytest.raises(NotAllowed, match="li wrote REV-2026-0001"):
        approve(review(State.IN_REVIEW, submitted_by=author))


@pytest.mark.parametrize(("yours", "newest"), [(2, None), (9, ("wang", HELD))], ids=["nobody", "to-come"])
def test_a_version_that_nobody_saved_blames_nobody(yours: int, newest: tuple[str, datetime] | None) -> None:
    with pytest.raises(Conflict) as refused:
        moves.edit(review(version=3), WRITTEN, version=yours, now=NOW, newest=newest)
    assert refused.value.message == f"REV-2026-0001 is version 3, and yours is of {yours}."


def test_the_post_that_the_rules_name_approves_and_is_kept() -> None:
    with pytest.raises(NotAllowed) as no:
        approve(review(State.IN_REVIEW), posts=("om-head", "technical-head"), held=("quality-head",))
    assert (no.value.message, no.value.hint) == (
        "REV-2026-0001 wants approval by one of the posts om-head, technical-head; li holds none of them.",
        "Who holds them: opsctl person list --post om-head; opsctl person list --post technical-head",
    )
    with pytest.raises(NotAllowed) as no:
        approve(review(State.IN_REVIEW), posts=("om-head",), held=())
    assert (no.value.message, no.value.hint) == (
        "REV-2026-0001 wants approval by the post om-head; li does not hold it.",
        "Who holds it: opsctl person list --post om-head",
    )
    found = approve(review(State.IN_REVIEW), posts=("om-head", "technical-head"), held=("technical-head",))
    assert (found.approved_by, found.approved_post, found.approved_seq) == ("li", "technical-head", 7)


def test_without_such_a_post_anybody_else_approves() -> None:
    assert approve(review(State.IN_REVIEW), posts=(), held=()).approved_post is None


def test_what_was_never_held_is_not_approved() -> None:
    said = replace(WRITTEN, held_on=None, facilitator=None)
    with pytest.raises(Conflict, match="it wants when it was held, who facilitated it"):
        approve(review(State.IN_REVIEW, document=said))


def test_what_is_returned_was_approved_by_nobody() -> None:
    assert moves.return_(review(State.APPROVED)) == review(State.DRAFT)


def test_no_review_is_closed_while_an_action_stands_open() -> None:
    done = action(ActionState.DONE, reference="ACT-2026-0002")
    with pytest.raises(Conflict) as refused:
        moves.close(review(State.APPROVED), [VERIFIED, done], by="li", now=NOW, without_actions=False)
    assert refused.value.message == (
        "REV-2026-0001 cannot be closed yet; it wants that its actions are verified (ACT-2026-0002)."
    )
    assert refused.value.hint == "See: opsctl action list --source REV-2026-0001 --state all"


def test_a_void_action_is_none() -> None:
    gone = action(ActionState.OPEN, void=Void.MISTAKE)
    with pytest.raises(Conflict, match="it wants actions") as refused:
        moves.close(review(State.APPROVED), [gone], by="li", now=NOW, without_actions=False)
    assert refused.value.hint == "Take it back first: opsctl review return REV-2026-0001 --reason TEXT"
    closed = moves.close(review(State.APPROVED), [VERIFIED, gone], by="li", now=NOW, without_actions=False)
    assert (closed.state, closed.closed_by, closed.closed_at) == (State.CLOSED, "li", NOW)


def test_a_review_is_closed_without_actions_where_that_is_said() -> None:
    assert moves.close(review(State.APPROVED), [], by="li", now=NOW, without_actions=True).state is State.CLOSED


def test_the_record_names_what_is_known_and_nothing_else() -> None:
    said = fields(review())
    assert set(said) == {
        "reference", "kind", "state", "author", "recorded_at", "version", "title", "subjects", "content", "held_on",
    }  # fmt: skip
    assert said["content"]["summary"] == "Nobody could log in for half an hour."

"""The moves of an action: which are legal when, who may make them, and what each changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opsctl.actions.rules import Action, corrections, fields, moves
from opsctl.actions.terms import Gravity, State
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed
from opsctl.core.void import Void
from tests.actions.records import DONE_AT, FOUND, NOW, action

OPEN, DONE, VERIFIED = State.OPEN, State.DONE, State.VERIFIED
Move = Callable[[Action], Any]
MOVES: dict[str, Move] = {
    "assign": lambda one: moves.assign(one, to="wang"),
    "done": lambda one: moves.done(one, by="zhao", at=NOW, now=NOW, result=None),
    "verify": lambda one: moves.verify(one, by="li", now=NOW, also=("li",)),
    "return": moves.return_,
    "reopen": moves.reopen,
    "correct": lambda one: corrections.correct(one, {"title": "x"}, now=NOW),
    "void": lambda one: moves.void(one, because=Void.MISTAKE),
    "take over": lambda one: moves.take_over(one, incident="INC-2026-0007"),
}
LEGAL = {
    OPEN: {"assign", "done", "correct", "void", "take over"},
    DONE: {"assign", "verify", "return", "correct", "void", "take over"},
    VERIFIED: {"reopen", "correct", "void"},
}


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("state", State)
def test_a_move_is_possible_in_these_states_and_in_no_other(state: State, name: str) -> None:
    if name in LEGAL[state]:
        MOVES[name](action(state))
    else:
        with pytest.raises(Conflict):
            MOVES[name](action(state))


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("state", State)
def test_what_is_void_stays_as_it_is(state: State, name: str) -> None:
    with pytest.raises(Conflict):
        MOVES[name](action(state, void=Void.TEST))


def test_a_refusal_names_the_moves_that_are_possible() -> None:
    with pytest.raises(Conflict) as again:
        MOVES["done"](action(DONE))
    assert again.value.message == "ACT-2026-0001 is done already."
    assert again.value.hint == "Possible now: assign, verify, return, correct, void."
    with pytest.raises(Conflict) as early:
        MOVES["verify"](action(OPEN))
    assert early.value.message == "ACT-2026-0001 is open: verify is not possible."
    assert early.value.hint == "Possible now: assign, done, correct, void."


def test_each_move_changes_what_it_says_and_nothing_else() -> None:
    assert MOVES["assign"](action()) == action(owner="wang")
    assert moves.done(action(), by="zhao", at=DONE_AT, now=NOW, result="fan replaced") == action(DONE)
    assert MOVES["verify"](action(DONE)) == action(VERIFIED)
    assert MOVES["return"](action(DONE)) == action()
    assert MOVES["reopen"](action(VERIFIED)) == action()
    assert MOVES["void"](action(DONE)) == action(DONE, void=Void.MISTAKE)
    assert MOVES["take over"](action()) == action(incident="INC-2026-0007")


@pytest.mark.parametrize(
    ("done_by", "by", "also"), [("zhao", "zhao", ("zhao",)), ("login7", "zhao", ("zhao", "login7"))]
)
def test_nobody_verifies_what_they_did(done_by: str, by: str, also: tuple[str, ...]) -> None:
    with pytest.raises(NotAllowed):
        moves.verify(action(DONE, done_by=done_by), by=by, now=NOW, also=also)


def test_who_found_it_may_verify_it() -> None:
    assert moves.verify(action(DONE), by="wang", now=NOW, also=("wang",)).verified_by == "wang"


def test_it_is_not_done_before_it_was_found_nor_in_the_future() -> None:
    for at in (FOUND - timedelta(seconds=1), NOW + timedelta(seconds=1)):
        with pytest.raises(InvalidInput):
            moves.done(action(), by="zhao", at=at, now=NOW, result=None)
    assert moves.done(action(), by="zhao", at=FOUND, now=NOW, result=None).done_at == FOUND


def test_an_incident_takes_over_only_what_no_other_has() -> None:
    with pytest.raises(Conflict, match="taken over by INC-2026-0003 already"):
        MOVES["take over"](action(incident="INC-2026-0003"))


def test_overdue_is_what_nobody_verified_by_the_deadline() -> None:
    late = NOW + timedelta(days=3, seconds=1)
    assert [action(state).is_overdue(late) for state in State] == [True, True, False]
    assert not action(void=Void.TEST).is_overdue(late)
    assert not action().is_overdue(NOW + timedelta(days=3))


@pytest.mark.parametrize(
    ("state", "given"),
    [
        (OPEN, {"found_at": NOW + timedelta(seconds=1)}),
        (DONE, {"found_at": DONE_AT + timedelta(seconds=1)}),
        (OPEN, {"result": "x"}),
    ],
    ids=["found in the future", "found after it was done", "the result of nothing"],
)
def test_a_correction_that_cannot_be_is_refused(state: State, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        corrections.correct(action(state), given, now=NOW)


def test_a_correction_says_what_differs_and_when_it_was_made() -> None:
    after, changed = corrections.correct(action(), {"title": "fan is loud", "gravity": Gravity.WARN}, now=NOW)
    assert after == action(gravity=Gravity.WARN, corrected_at=NOW)
    assert changed == {"gravity": [Gravity.FAIL, Gravity.WARN]}
    assert corrections.correct(after, {"gravity": Gravity.WARN}, now=NOW + timedelta(1)) == (after, {})


def test_a_record_leaves_out_what_is_not_known() -> None:
    record = fields(action())
    assert "seen" not in record
    assert "result" not in record
    assert fields(replace(action(), seen=2))["seen"] == 2

"""The moves of an action. Pure: `now` is an argument; each takes an action and gives the action after."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from opsctl.actions.rules import Action
from opsctl.actions.rules.evidence import awaited, read_query
from opsctl.actions.rules.finding import undone
from opsctl.actions.terms import State
from opsctl.core.errors import MOMENT, Conflict, InvalidInput, NotAllowed
from opsctl.core.texts import _, pgettext, series
from opsctl.core.void import Void, void_word

MOVES: dict[str, frozenset[State]] = {
    "assign": frozenset({State.OPEN, State.DONE}),
    "done": frozenset({State.OPEN}),
    "verify": frozenset({State.DONE}),
    "return": frozenset({State.DONE}),
    "reopen": frozenset({State.VERIFIED}),
    "correct": frozenset(State),
    "void": frozenset(State),
}
"""From which states each move is legal; from none once it is void."""


def state_word(state: State) -> str:
    """The state in the reader's language."""
    return {
        State.OPEN: pgettext("action", "open"),
        State.DONE: pgettext("action", "done"),
        State.VERIFIED: pgettext("action", "verified"),
    }[state]


def check_move(action: Action, move: str) -> None:
    """Raise Conflict, naming the legal moves, where this one is not possible as the action stands."""
    if action.void is not None:
        raise Conflict(
            _("{reference} is void ({reason}): {move} is not possible.").format(
                reference=action.reference, reason=void_word(action.void), move=move
            ),
            _('Report it anew: opsctl action add "ASSET what is wrong"'),
        )
    if action.state not in MOVES[move]:
        wanted = {"done": State.DONE, "verify": State.VERIFIED, "return": State.OPEN, "reopen": State.OPEN}
        if wanted.get(move) is action.state:
            message = _("{reference} is {state} already.")
        else:
            message = _("{reference} is {state}: {move} is not possible.")
        legal = series(word for word, states in MOVES.items() if action.state in states)
        raise Conflict(
            message.format(reference=action.reference, state=state_word(action.state), move=move),
            _("Possible now: {moves}.").format(moves=legal),
        )


def check_found(found_at: datetime, now: datetime) -> None:
    """Raise InvalidInput for what would be found only in the future."""
    if found_at > now:
        raise _in_the_future()


def check_deadline(deadline: datetime, now: datetime) -> None:
    """Raise InvalidInput for a deadline of something new that has passed already."""
    if deadline < now:
        raise InvalidInput(
            _("The deadline {moment} has passed already.").format(moment=MOMENT),
            _("Give a time to come, such as 2d or tomorrow 18:00."),
            moment=deadline,
        )


def assign(action: Action, *, to: str) -> Action:
    """The action in that person's hands. Raise Conflict where nobody needs to have it any more."""
    check_move(action, "assign")
    return replace(action, owner=to)


def done(action: Action, *, by: str, at: datetime, now: datetime, result: str | None) -> Action:
    """The action done by that person at that moment; another has to verify it.

    Raise Conflict unless it is open, InvalidInput for a moment to come or before it was found.
    """
    check_move(action, "done")
    if at > now:
        raise _in_the_future()
    if at < action.found_at:
        raise InvalidInput(
            _("{reference} was found only at {moment}.").format(reference=action.reference, moment=MOMENT),
            _("Give a later time with --at."),
            moment=action.found_at,
        )
    return replace(action, state=State.DONE, done_by=by, done_at=at, result=result)


def verify(action: Action, *, by: str, now: datetime, also: Collection[str]) -> Action:
    """The action verified, as somebody else than who did it says; `also` are all names of the one who acts.

    Raise Conflict unless it is done, and where a record verifies it; NotAllowed for one's own.
    """
    check_move(action, "verify")
    if action.verify is not None:
        raise Conflict(
            _("{reference} is verified by a record and by nobody's word.").format(reference=action.reference),
            awaited(read_query(action.verify))
            + "   "
            + _("let a person verify it: opsctl action correct {reference} verify=- --reason TEXT").format(
                reference=action.reference
            ),
        )
    if action.done_by == by or action.done_by in also:
        raise NotAllowed(
            _("{person} did {reference} and cannot verify it too.").format(person=by, reference=action.reference),
            _("Somebody else has to: opsctl action verify {reference}").format(reference=action.reference),
        )
    return replace(action, state=State.VERIFIED, verified_by=by, verified_at=now)


def return_(action: Action) -> Action:
    """The action open again, since it is not right yet. Raise Conflict unless it is done and not verified."""
    check_move(action, "return")
    return undone(action)


def reopen(action: Action) -> Action:
    """The action open again after it was verified. Raise Conflict unless it was."""
    check_move(action, "reopen")
    return undone(action)


def void(action: Action, *, because: Void) -> Action:
    """The action out of every figure. Raise Conflict if it is already."""
    check_move(action, "void")
    return replace(action, void=because)


def take_over(action: Action, *, incident: str) -> Action:
    """The action settled by that incident; it stays open until somebody has done it. Raise Conflict as below."""
    check_untaken(action)
    return replace(action, incident=incident)


def check_untaken(action: Action) -> None:
    """Raise Conflict where no incident can take the action over: it is void or verified, or one has it."""
    if action.incident is not None:
        raise Conflict(
            _("{reference} was taken over by {incident} already.").format(
                reference=action.reference, incident=action.incident
            ),
            _("See: opsctl incident show {incident}").format(incident=action.incident),
        )
    if action.void is not None or action.state is State.VERIFIED:
        state = _("void") if action.void is not None else state_word(action.state)
        raise Conflict(
            _("{reference} is {state}: no incident takes it over.").format(reference=action.reference, state=state),
            _("Open one without --from."),
        )


def _in_the_future() -> InvalidInput:
    return InvalidInput(_("That time is still to come."), _("Give a time that has passed, or leave it out for now."))

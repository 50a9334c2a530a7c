"""States in the reader's language, and the refusals that many moves share."""

from collections.abc import Iterable
from datetime import datetime

from opsctl.core.errors import MOMENT, Conflict, InvalidInput
from opsctl.core.texts import _, pgettext, series
from opsctl.incidents.terms import UNRESOLVED, State

MOVES: dict[str, frozenset[State]] = {
    "ack": frozenset({State.OPEN}),
    "mitigate": frozenset({State.OPEN, State.ACKNOWLEDGED}),
    "down": UNRESOLVED,
    "restored": UNRESOLVED,
    "pause": UNRESOLVED,
    "resume": UNRESOLVED,
    "resolve": UNRESOLVED,
    "reopen": frozenset({State.RESOLVED, State.CLOSED}),
    "close": frozenset({State.RESOLVED}),
    "merge": UNRESOLVED | {State.RESOLVED},
    "split": frozenset({State.MERGED}),
}
"""From which states each move is legal."""


def state_word(state: State) -> str:
    """The state in the reader's language."""
    return {
        State.OPEN: pgettext("state", "open"),
        State.ACKNOWLEDGED: pgettext("state", "acknowledged"),
        State.MITIGATED: pgettext("state", "mitigated"),
        State.RESOLVED: pgettext("state", "resolved"),
        State.CLOSED: pgettext("state", "closed"),
        State.MERGED: pgettext("state", "merged"),
    }[state]


def legal_moves(state: State) -> str:
    """The moves that are legal in that state, as they are typed."""
    return series(move for move, states in MOVES.items() if state in states)


def illegal(reference: str, state: State, move: str, merged_into: str | None = None) -> Conflict:
    """The error for a move that the state does not allow; it lists those it does."""
    if state is State.MERGED and merged_into is not None:
        return Conflict(
            _("{reference} is merged into {target}.").format(reference=reference, target=merged_into),
            _("Do it there, or undo the merging: opsctl incident split {reference}").format(reference=reference),
        )
    wanted = {"ack": State.ACKNOWLEDGED, "mitigate": State.MITIGATED, "resolve": State.RESOLVED, "close": State.CLOSED}
    if wanted.get(move) is state:
        message = _("{reference} is {state} already.")
    else:
        message = _("{reference} is {state}: {move} is not possible.")
    return Conflict(
        message.format(reference=reference, state=state_word(state), move=move),
        _("Possible now: {moves}.").format(moves=legal_moves(state)),
    )


def in_the_future() -> InvalidInput:
    """The error for an instant that has not come yet."""
    return InvalidInput(_("That time is still to come."), _("Give a time that has passed, or leave it out for now."))


def check_instant(reference: str, at: datetime, now: datetime, *starts: datetime) -> None:
    """Refuse a future instant, and one before all of `starts` (the impact's beginning, the opening)."""
    if at > now:
        raise in_the_future()
    start = min(starts)
    if at < start:
        raise InvalidInput(
            _("{reference} began only at {moment}.").format(reference=reference, moment=MOMENT),
            _("Give a later time with --at."),
            moment=start,
        )


def names(references: Iterable[str]) -> str:
    """References in a sentence."""
    return series(references)

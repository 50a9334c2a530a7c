"""Setting right what was recorded wrongly; the ledger keeps the old value. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from opsctl.actions.rules import Action
from opsctl.actions.rules.finding import changes
from opsctl.actions.rules.moves import check_found, check_move
from opsctl.actions.terms import Gravity
from opsctl.core.errors import MOMENT, InvalidInput
from opsctl.core.texts import _

TEXTS = ("impact", "result")
NAMES = ("asset", "owner")
PAST = ("found_at",)
MOMENTS = ("deadline", *PAST)
WORDS = {"gravity": Gravity}
CLEARABLE = ("asset", "impact", "told", "result")
"""What can be taken away again, because it need not be known."""
CORRECTABLE = ("title", "asset", "impact", "told", "owner", "deadline", "found_at", "gravity", "result")


def correct(action: Action, given: dict[str, Any], *, now: datetime) -> tuple[Action, dict[str, list[Any]]]:
    """The action with these fields as given, and what differs from before; an equal value changes nothing.

    Values are words, texts or aware datetimes, None for what is taken away; with the asset comes its customer. Raise
    Conflict while it is void, InvalidInput for a time it cannot have been found at and for the result of nothing.
    """
    check_move(action, "correct")
    after = replace(action, **given)
    check_found(after.found_at, now)
    if action.done_at is not None and after.found_at > action.done_at:
        raise InvalidInput(
            _("{reference} was done at {moment}, so it was found before that.").format(
                reference=action.reference, moment=MOMENT
            ),
            _("Give an earlier time."),
            moment=action.done_at,
        )
    if after.result is not None and after.done_at is None:
        raise InvalidInput(
            _("{reference} is not done yet, so there is no result to correct.").format(reference=action.reference),
            _("Say so with: opsctl action done {reference} --result TEXT").format(reference=action.reference),
        )
    changed = changes(action, after)
    return (replace(after, corrected_at=now) if changed else action), changed

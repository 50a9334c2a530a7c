"""Setting right what was recorded wrongly; the ledger keeps the old value. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from opsctl.actions.rules import Action
from opsctl.actions.rules.evidence import check_months
from opsctl.actions.rules.finding import changes
from opsctl.actions.rules.moves import check_found, check_move
from opsctl.actions.rules.proving import Watch
from opsctl.actions.terms import Gravity, Kind, State
from opsctl.core.errors import MOMENT, Conflict, InvalidInput
from opsctl.core.texts import _

TEXTS = ("impact", "result")
NAMES = ("asset", "owner")
PAST = ("found_at",)
MOMENTS = ("deadline", *PAST)
WORDS: dict[str, type[Gravity] | type[Kind]] = {"gravity": Gravity, "kind": Kind}
NUMBERS = ("months",)
CLEARABLE = ("asset", "impact", "told", "result", "kind", "verify", "months")
"""What can be taken away again, because it need not be known."""
CORRECTABLE = (
    "title", "asset", "impact", "told", "owner", "deadline", "found_at", "gravity", "result", "kind", "verify",
    "months",
)  # fmt: skip


def correct(
    action: Action, given: dict[str, Any], *, now: datetime, watch: Watch | None = None
) -> tuple[Action, dict[str, list[Any]]]:
    """The action with these fields as given, and what differs from before; an equal value changes nothing.

    Values are words, texts, numbers or aware datetimes, None for what is taken away; with the asset comes its customer,
    and with the evidence query go the months. Where these are given, `watch` says how long evidence is watched. Raise
    Conflict while it is void and for another query once it is verified, InvalidInput for a time it cannot have been
    found at, for the result of nothing and for months of nothing.
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
    if "verify" in given or "months" in given:
        after = _proven_by(action, after, given, watch)
    changed = changes(action, after)
    return (replace(after, corrected_at=now) if changed else action), changed


def _proven_by(action: Action, after: Action, given: dict[str, Any], watch: Watch | None) -> Action:
    """The action with its evidence in order: no months without a query, and watched for as long as it says now."""
    if after.verify is None and "months" not in given:
        after = replace(after, months=None)
    check_months(after.months, after.verify)
    if after.verify is None:
        return replace(after, watch_until=None)
    if action.state is State.VERIFIED and after.verify != action.verify:
        raise Conflict(
            _("{reference} is verified: it waits for no other record.").format(reference=action.reference),
            _("Take it up again first: opsctl action reopen {reference} --reason TEXT").format(
                reference=action.reference
            ),
        )
    if watch is None or after.watch_until is None or after.verified_at is None or after.months == action.months:
        return after
    return replace(after, watch_until=watch.until(after, after.verified_at))

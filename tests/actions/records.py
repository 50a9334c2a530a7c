"""Actions made by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from opsctl.actions.rules import Action
from opsctl.actions.terms import Gravity, State

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai, as in the databases of the tests."""
FOUND = NOW - timedelta(hours=3)
DONE_AT = NOW - timedelta(hours=1)


def action(state: State = State.OPEN, **given: Any) -> Action:
    """An action in that state: found three hours ago by wang, done an hour ago by zhao, verified now by li."""
    values: dict[str, Any] = dict.fromkeys(Action.__dataclass_fields__)
    values |= {
        "reference": "ACT-2026-0001", "title": "fan is loud", "gravity": Gravity.FAIL, "state": state,
        "asset": "core-sw-1", "customer": "acme", "found_at": FOUND, "owner": "zhao", "seen": 1,
        "deadline": NOW + timedelta(days=3), "recorded_by": "wang", "recorded_at": FOUND,
    }  # fmt: skip
    if state is not State.OPEN:
        values |= {"done_by": "zhao", "done_at": DONE_AT, "result": "fan replaced"}
    if state is State.VERIFIED:
        values |= {"verified_by": "li", "verified_at": NOW}
    return Action(**{**values, **given})

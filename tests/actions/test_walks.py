"""Any walk of moves and findings, beside the simplest account of where it must end."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.actions.rules import Action, Finding, moves
from opsctl.actions.rules.finding import Known, how_many_new, key_of, raised
from opsctl.actions.terms import Gravity, State
from opsctl.core.errors import Conflict, NotAllowed
from opsctl.core.void import Void
from tests.actions.records import NOW, action

PEOPLE = ("li", "wang", "zhao")
NEXT = {
    ("open", "done"): "done", ("done", "verify"): "verified",
    ("done", "return"): "open", ("verified", "reopen"): "open",
    ("open", "assign"): "open", ("done", "assign"): "done",
    ("open", "void"): "void", ("done", "void"): "void", ("verified", "void"): "void",
}  # fmt: skip
"""Where each move leads; what is not here is refused."""
MADE = ("done", "verify", "return", "reopen", "assign", "void")
STEPS = st.lists(st.tuples(st.sampled_from(MADE), st.sampled_from(PEOPLE)))


def make(one: Action, move: str, person: str) -> Action:
    calls: dict[str, Any] = {
        "done": lambda: moves.done(one, by=person, at=NOW, now=NOW, result=None),
        "verify": lambda: moves.verify(one, by=person, now=NOW, also=(person,)),
        "return": lambda: moves.return_(one),
        "reopen": lambda: moves.reopen(one),
        "assign": lambda: moves.assign(one, to=person),
        "void": lambda: moves.void(one, because=Void.TEST),
    }
    after: Action = calls[move]()
    return after


@given(STEPS)
def test_every_walk_ends_where_the_moves_that_were_possible_led(steps: list[tuple[str, str]]) -> None:
    one, where, doer, owner = action(), "open", None, "zhao"
    for move, person in steps:
        if (where, move) not in NEXT:
            with pytest.raises(Conflict):
                make(one, move, person)
            continue
        if move == "verify" and person == doer:
            with pytest.raises(NotAllowed):
                make(one, move, person)
            continue
        one, where = make(one, move, person), NEXT[where, move]
        doer = {"done": person, "return": None, "reopen": None}.get(move, doer)
        owner = person if move == "assign" else owner
        assert ("void" if one.void else one.state.value) == where
        assert (one.done_by, one.owner) == (doer, owner)
        # What the table holds, too.
        assert (one.state is State.VERIFIED) == (one.verified_by is not None) == (one.verified_at is not None)
        assert one.verified_by is None or one.verified_by != one.done_by
        assert (one.state is State.OPEN) == (one.done_at is None)


FINDINGS = st.lists(
    st.builds(
        Finding,
        title=st.sampled_from(["a", "b"]),
        gravity=st.sampled_from(Gravity),
        found_at=st.integers(0, 5).map(lambda hours: NOW - timedelta(hours=hours)),
        asset=st.sampled_from([None, "erp", "core-sw-1"]),
        topic=st.sampled_from([None, "core/uplink", "core/fan"]),
        deadline=st.none() | st.integers(1, 5).map(lambda days: NOW + timedelta(days=days)),
    ),
    max_size=12,
)
ASSETS = {"core-sw-1": Known("zhao", "acme"), "erp": Known()}
WITHIN = {Gravity.FAIL: timedelta(days=3), Gravity.WARN: timedelta(days=14)}


def raise_(findings: list[Finding], earlier: dict[Any, Action], first: int) -> list[tuple[Action, bool]]:
    references = [f"ACT-{first + number}" for number in range(how_many_new(findings, earlier))]
    done = raised(findings, earlier, ASSETS, references, now=NOW, actor="wang", superior="li", within=WITHIN)
    assert sum(one.before is None for one in done) == len(references)
    return [(one.action, one.before is None) for one in done]


@given(FINDINGS)
def test_findings_together_come_to_what_they_come_to_one_by_one(findings: list[Finding]) -> None:
    standing: dict[Any, Action] = {}
    alone = []
    count = 0
    for finding in findings:
        ((one, new),) = raise_([finding], standing, count)
        count += new
        if key_of(one) is not None:
            standing[key_of(one)] = one
        alone.append((one, new))
    assert raise_(findings, {}, 0) == alone


@given(FINDINGS)
def test_of_the_same_thing_there_is_one_action_as_grave_as_the_gravest(findings: list[Finding]) -> None:
    last = {one.reference: one for one, _new in raise_(findings, {}, 0)}
    for one in last.values():
        if one.topic is not None:
            same = [finding for finding in findings if (finding.topic, finding.asset) == (one.topic, one.asset)]
            assert one.seen == len(same)
            assert (one.gravity is Gravity.FAIL) == any(finding.gravity is Gravity.FAIL for finding in same)
    assert sum(one.seen for one in last.values()) == len(findings)

"""What a finding makes of the actions that are there. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from opsctl.actions.rules import IN_LEDGER, Action, Finding
from opsctl.actions.terms import Gravity, State

Key = tuple[str, str | None]
"""A topic and the asset it is about."""


@dataclass(frozen=True, slots=True)
class Raised:
    """One finding's action as it was right after it: a new one, or one that was seen again from `before`."""

    finding: Finding
    action: Action
    before: Action | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an asset that findings are about."""

    owner: str | None = None
    customer: str | None = None


def key_of(one: Finding | Action) -> Key | None:
    """What makes two findings the same; None where nothing does."""
    return None if one.topic is None else (one.topic, one.asset)


def how_many_new(findings: Sequence[Finding], earlier: Mapping[Key, Action]) -> int:
    """How many of the findings make an action of their own."""
    keys = [key_of(finding) for finding in findings]
    return keys.count(None) + len({key for key in keys if key is not None and key not in earlier})


def raised(
    findings: Sequence[Finding],
    earlier: Mapping[Key, Action],
    assets: Mapping[str, Known],
    references: Sequence[str],
    *,
    now: datetime,
    actor: str,
    superior: str | None,
    within: Mapping[Gravity, timedelta],
) -> list[Raised]:
    """What each finding comes to, in their order; new actions take the references one by one.

    `earlier` are the actions that are open or done by what they are of. Of two findings of the same the first makes
    the action, the second sees it again. `within` is how long each gravity has, from `now`.
    """
    standing: dict[Key, Action] = dict(earlier)
    unused = iter(references)
    done = []
    for finding in findings:
        key = key_of(finding)
        deadline = finding.deadline or now + within[finding.gravity]
        before = None if key is None else standing.get(key)
        if before is None:
            known = assets.get(finding.asset or "", Known())
            action = _new(next(unused), finding, known, now=now, actor=actor, superior=superior, deadline=deadline)
        else:
            action = seen_again(before, finding, deadline)
        if key is not None:
            standing[key] = action
        done.append(Raised(finding, action, before))
    return done


def seen_again(action: Action, finding: Finding, deadline: datetime) -> Action:
    """The action as it is once it was found again: graver if the finding is, with its symptom and the earlier deadline.

    Done it is open again, unless it was done after what was found. What it did not say of its kind and of its evidence
    it takes from the finding.
    """
    after = replace(action, seen=action.seen + 1)
    if finding.gravity is Gravity.FAIL and action.gravity is Gravity.WARN:
        after = replace(after, title=finding.title, gravity=Gravity.FAIL, deadline=min(action.deadline, deadline))
    if action.state is State.DONE and (action.done_at is None or finding.found_at >= action.done_at):
        after = undone(after)
    if after.verify is None:
        after = replace(after, verify=finding.verify, months=finding.months)
    return after if after.kind is not None else replace(after, kind=finding.kind)


def undone(action: Action) -> Action:
    """The action open again, as if nobody had done it; the ledger knows who had."""
    return replace(
        action,
        state=State.OPEN,
        done_by=None,
        done_at=None,
        result=None,
        verified_by=None,
        verified_at=None,
        watch_until=None,
    )


def changes(before: Action, after: Action) -> dict[str, list[Any]]:
    """What differs, by the names of the ledger: the old and the new value."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in Action.__dataclass_fields__)
    return {IN_LEDGER.get(name, name): [old, new] for name, old, new in pairs if old != new}


def _new(
    reference: str,
    finding: Finding,
    known: Known,
    *,
    now: datetime,
    actor: str,
    superior: str | None,
    deadline: datetime,
) -> Action:
    return Action(
        reference=reference,
        title=finding.title,
        gravity=finding.gravity,
        state=State.OPEN,
        asset=finding.asset,
        customer=known.customer,
        source=finding.source,
        topic=finding.topic,
        found_at=finding.found_at,
        impact=finding.impact,
        told=finding.told or superior,
        owner=finding.owner or known.owner or actor,
        deadline=deadline,
        result=None,
        done_by=None,
        done_at=None,
        verified_by=None,
        verified_at=None,
        incident=None,
        void=None,
        seen=1,
        corrected_at=None,
        recorded_by=actor,
        recorded_at=now,
        kind=finding.kind,
        verify=finding.verify,
        months=finding.months,
    )

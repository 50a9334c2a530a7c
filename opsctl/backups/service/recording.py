"""Writing down what hosts did: runs, checks and restore tests. A host may tell the same thing twice."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from opsctl.actions.rules import Action, Finding
from opsctl.actions.rules.evidence import Evidence
from opsctl.actions.service import proving
from opsctl.actions.service import write as actions
from opsctl.actions.terms import Gravity, Proof
from opsctl.assets.service import assets, handles
from opsctl.backups.rules import Check, Run, Test, fields, rank, test_fields
from opsctl.backups.rules.results import Recorded, RecordedTest
from opsctl.backups.rules.wire import from_json
from opsctl.backups.service import rows
from opsctl.backups.terms import (
    CHECKED,
    KIND_OF,
    KIND_OF_TEST,
    RUN_PREFIX,
    SUCCEEDED,
    TEST_PASSED,
    TEST_PREFIX,
    Level,
    Status,
    Verdict,
)  # fmt: skip
from opsctl.core.errors import NotFound
from opsctl.core.texts import _
from opsctl.core.use_cases import Permission, use_case
from opsctl.duties.service import figures as duties
from opsctl.duties.service import meeting
from opsctl.ledger import service as ledger
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.policies import policies_of
from opsctl.store import references


@use_case(needs=Permission.RECORD, offline=True)
def record(session: Session, *, now: datetime, actor: str, run: dict[str, Any]) -> Recorded:
    """Record a run as a host tells it (`wire.to_json` of a Run without its reference); a good one meets its slot.

    Of the same request the second is the first. Raise InvalidInput for what is no run, NotFound for an unknown asset.
    """
    told = from_json(Run, {**run, "reference": "", "person": actor})
    known = session.connection().execute(select(rows.RUNS.c.reference).where(rows.RUNS.c.request == told.request))
    if (reference := known.scalar()) is not None:
        return Recorded(rows.of_references(session, [reference])[0], None, was_there=True)
    policy = policies_of(rulebook.of_generation(session, generation=told.rules)).get(told.policy)
    asset = assets.known_handle(session, word=told.asset)
    one = replace(
        told,
        reference=references.allocate(session, prefix=RUN_PREFIX, now=now)[0],
        asset=asset,
        customer=handles.customer_of(session, handle=asset),
        recorded_at=now,
    )
    rows.add(session, one)
    append(session, one, KIND_OF[one.status], facts=fields(one), happened_at=one.ended_at)
    is_good = one.status is Status.SUCCESS or (
        one.status is Status.INCOMPLETE and policy is not None and policy.incomplete_is_good
    )
    return Recorded(one, _met(session, one) if is_good else None)


def _met(session: Session, run: Run) -> datetime | None:
    """A run counts when it began: that is the moment its data is of. It makes up for no slot before the last one."""
    said: dict[str, Any] = {"kind": SUCCEEDED, "topic": run.policy, "about": run.asset, "happened_at": run.started_at}
    slot = meeting.would_meet(session, **said)
    if slot is None:
        return None
    since = duties.due_between(session, since=slot.due_at, until=run.started_at, kinds={SUCCEEDED})
    if any(one.duty == slot.duty and one.due_at > slot.due_at for one in since):
        return None
    met = meeting.meet(session, **said, judged_at=run.started_at, by=run.reference)
    return None if met is None else met.due_at


@use_case(needs=Permission.RECORD, offline=True)
def record_checks(session: Session, *, now: datetime, actor: str, run: str, checks: list[dict[str, Any]]) -> Run:
    """Add checks to a run (`wire.to_json` of each), and return it as it is then. What differs becomes an action.

    Raise NotFound for an unknown run, InvalidInput for what is no check.
    """
    before = held(session, run)
    told = tuple(from_json(Check, one) for one in checks)
    after = _checked(session, before, told)
    for one in told:
        if one.verdict is Verdict.DIFFERS:
            _raise(session, now, actor, after, after.reference, f"check/{after.policy}/{one.copy}", one.reason)
    return after


def _checked(session: Session, before: Run, checks: tuple[Check, ...]) -> Run:
    after = replace(before, checks=(*before.checks, *checks))
    rows.add_checks(session, before, checks, since=len(before.checks))
    said = [{name: value for name in Check.__dataclass_fields__ if (value := getattr(one, name))} for one in checks]
    append(session, after, CHECKED, facts={"checks": said}, happened_at=checks[-1].checked_at)
    return after


@use_case(needs=Permission.RECORD, offline=True)
def record_test(session: Session, *, now: datetime, actor: str, test: dict[str, Any]) -> RecordedTest:
    """Record a restore test (`wire.to_json` of a Test without its reference) of the run it names.

    One that passes is a check of that copy at its level, and meets its duty where that is the policy's level or above;
    one that differs takes the copy's proof away and becomes an action. Actions that wait for one are verified by that
    which meets its duty, and those that are watched opened again by that which differs. Raise NotFound for an unknown
    run, InvalidInput for what is no test.
    """
    told = from_json(Test, {**test, "reference": "", "person": actor})
    before = held(session, told.run)
    one = replace(
        told,
        reference=references.allocate(session, prefix=TEST_PREFIX, now=now)[0],
        asset=before.asset,
        customer=before.customer,
        policy=before.policy,
        recorded_at=now,
    )
    rows.add_test(session, one)
    ledger.append(
        session,
        kind=KIND_OF_TEST[one.verdict],
        subject=one.reference,
        about=one.asset,
        topic=one.policy,
        customer=one.customer,
        facts=test_fields(one),
        record=test_fields(one),
        happened_at=one.ended_at,
    )
    if one.verdict is Verdict.COULD_NOT_RUN or one.level is None:
        return RecordedTest(one, None)
    check = Check(one.copy, one.level, one.verdict, one.ended_at, one.host, one.reason, one.reference)
    _checked(session, before, (check,))
    if one.verdict is Verdict.PASS:
        policy = policies_of(rulebook.in_force(session, at=now)).get(one.policy)
        if policy is not None and rank(one.level) < rank(Level(policy.level)):
            return RecordedTest(one, None)
        proven = _prove(session, now, actor, one)
        met = meeting.meet(
            session,
            kind=TEST_PASSED,
            topic=one.policy,
            about=one.asset,
            happened_at=one.ended_at,
            judged_at=one.ended_at,
            by=one.reference,
        )
        return RecordedTest(one, None if met is None else met.due_at, proven=proven)
    proven = _prove(session, now, actor, one)
    action = _raise(session, now, actor, before, one.reference, f"restore-test/{one.policy}", one.reason)
    return RecordedTest(one, None, action, proven)


def _prove(session: Session, now: datetime, actor: str, test: Test) -> tuple[Action, ...]:
    """The actions that the restore test verifies or opens again: those that wait for one of its policy."""
    passed = test.verdict is Verdict.PASS
    reason = None if passed else test.reason
    said = Evidence(
        Proof.RESTORE_TEST, test.policy, test.asset, passed, test.reference, test.ended_at, reason
    )
    return tuple(proving.prove(session, now=now, actor=actor, found=[said]))


def _raise(session: Session, now: datetime, actor: str, run: Run, source: str, topic: str, reason: str | None) -> str:
    title = _("The backup {run} of {policy} cannot be relied on: {reason}")
    found = Finding(
        title=title.format(run=run.reference, policy=run.policy, reason=reason or _("it differs"))[:200],
        gravity=Gravity.FAIL,
        found_at=now,
        asset=run.asset,
        source=source,
        topic=topic,
    )
    return actions.raise_from(session, now=now, actor=actor, findings=[found])[0][0].reference


def held(session: Session, reference: str) -> Run:
    """The run of that very reference, which nobody else changes until we are done. Raise NotFound."""
    found = rows.of_references(session, [reference], locked=True)
    if not found:
        raise NotFound(
            _("There is no {reference}.").format(reference=reference[:40]),
            _("List what there is: opsctl backup list"),
        )
    return found[0]


def append(session: Session, run: Run, kind: str, *, facts: dict[str, Any], happened_at: datetime) -> None:
    """Tell the ledger what became of a run."""
    ledger.append(
        session,
        kind=kind,
        subject=run.reference,
        about=run.asset,
        topic=run.policy,
        customer=run.customer,
        facts=facts,
        record=fields(run),
        happened_at=happened_at,
    )

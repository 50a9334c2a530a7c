"""What a host is to run: each policy with its slots and what was there before, read once and then kept by the host."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session

from opsctl.assets.service import handles
from opsctl.backups.rules.plans import Plan, Slot
from opsctl.backups.service import rows
from opsctl.backups.terms import LOOKED_BACK, SUCCEEDED, TEST_PASSED, WITH_POINT, Status, Trigger
from opsctl.core.errors import NotFound
from opsctl.core.texts import _, series
from opsctl.core.times import local_day, start_of_day
from opsctl.core.typed import excerpt, mend, nearest
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import figures as duties
from opsctl.duties.terms import State
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.policies import Policy, policies_of

_BEHIND = timedelta(days=8)
"""Slots of so many days are looked back at: a window is not open longer."""
_AHEAD = timedelta(days=36)


def plans(session: Session, *, now: datetime, names: Collection[str] | None = None) -> list[Plan]:
    """The plans of these policies of the rules in force, or of all, by name; unknown names are left out."""
    rules = rulebook.in_force(session, at=now)
    policies = policies_of(rules)
    wanted = sorted(name for name in policies if names is None or name in names)
    if not wanted:
        return []
    due = duties.due_between(session, since=now - _BEHIND, until=now + _AHEAD, kinds={SUCCEEDED, TEST_PASSED})
    return [_plan(session, now, rules.generation, policies[name], due) for name in wanted]


def known_policy(session: Session, *, word: str, now: datetime) -> Policy:
    """The policy in force that a word names. Raise NotFound, with the nearest, where there is none."""
    policies = policies_of(rulebook.in_force(session, at=now))
    found = mend(word).casefold()
    if found in policies:
        return policies[found]
    near = nearest(word, policies)
    raise NotFound(
        _("There is no backup policy {name}.").format(name=excerpt(word)),
        _("Did you mean {words}?").format(words=series(near))
        if near
        else _("Write it into a rulebook: [backups.{name}]").format(name=excerpt(word)),
    )


def _plan(session: Session, now: datetime, generation: int, policy: Policy, due: list[Occurrence]) -> Plan:
    sizes = _newest(session, policy.name, WITH_POINT)
    good = _newest(session, policy.name, WITH_POINT if policy.incomplete_is_good else {Status.SUCCESS})
    return Plan(
        policy=policy.name,
        asset=policy.asset,
        customer=handles.customer_of(session, handle=policy.asset),
        classification=policy.classification,
        encryption=policy.encryption,
        incomplete_is_good=policy.incomplete_is_good,
        rpo=int(policy.rpo.total_seconds()),
        rto=None if policy.rto is None else int(policy.rto.total_seconds()),
        level=policy.level,
        zone=policy.slots.zone,
        rules=generation,
        slots=_slots(due, SUCCEEDED, policy),
        tests=_slots(due, TEST_PASSED, policy),
        # The incomplete among them, too: else what has become small for good would be an anomaly for good.
        sizes=tuple(size for size, _started in sizes if size is not None),
        good_at=good[0][1] if good else None,
        runs_today=_runs_today(session, policy, now),
        missed=_missed(session, policy.name, now - _BEHIND),
    )


def _slots(due: list[Occurrence], kind: str, policy: Policy) -> tuple[Slot, ...]:
    return tuple(
        Slot(one.due_at, one.opens_at, one.closes_at, one.met_by)
        for one in due
        if one.kind == kind and one.topic == policy.name and one.state in (State.DUE, State.DONE)
    )


def _newest(session: Session, policy: str, statuses: Collection[Status]) -> list[tuple[int | None, datetime]]:
    """The sizes and beginnings of the last runs that ended so, the newest first."""
    columns = rows.RUNS.c
    query = select(columns.bytes, columns.started_at).where(columns.policy == policy)
    query = query.where(columns.status.in_(sorted(statuses)), columns.trigger != Trigger.ADOPTED)
    found = session.connection().execute(query.order_by(columns.started_at.desc()).limit(LOOKED_BACK))
    return [(size, started) for size, started in found]


def _missed(session: Session, policy: str, since: datetime) -> tuple[datetime, ...]:
    """The slots since then that a host has told as missed."""
    columns = rows.RUNS.c
    query = select(columns.slot).where(columns.policy == policy, columns.status == Status.MISSED, columns.slot >= since)
    return tuple(session.connection().execute(query.distinct()).scalars())


def _runs_today(session: Session, policy: Policy, now: datetime) -> int:
    zone = policy.slots.zone
    columns = rows.RUNS.c
    query = select(func.count()).select_from(rows.RUNS).where(columns.policy == policy.name)
    query = query.where(columns.started_at >= start_of_day(local_day(now, zone), zone))
    query = query.where(columns.trigger == Trigger.SCHEDULED, columns.status != Status.MISSED)
    return int(session.connection().execute(query).scalar_one())

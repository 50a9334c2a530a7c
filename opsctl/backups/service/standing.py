"""How the policies in force stand, and what of all that is operated no policy names."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session

from opsctl.assets.rules.assets import AssetView
from opsctl.assets.service import assets
from opsctl.assets.terms import State
from opsctl.backups.rules import Run, Test
from opsctl.backups.rules.standing import Overview, Standing, standing_of
from opsctl.backups.service import planning, rows
from opsctl.backups.tables import CopyRow
from opsctl.backups.terms import WITH_POINT, Status, Trigger, Verdict
from opsctl.core.errors import NotFound
from opsctl.core.texts import _
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.policies import Policy, policies_of

_COPIES: Any = CopyRow.__table__  # type: ignore[attr-defined]
_LATELY = timedelta(days=100)
"""What was pruned is looked at for so long: since when a point is no longer proven."""
_TESTS = 50
"""So many of the last restore tests are looked at."""


def overview(session: Session, *, names: Sequence[str] = (), now: datetime) -> Overview:
    """How the policies of these names stand, or all in force, and in that case the assets that none of them names.

    Raise NotFound for a name that no policy in force has.
    """
    rules = rulebook.in_force(session, at=now)
    policies = policies_of(rules)
    wanted = sorted({planning.known_policy(session, word=word, now=now).name for word in names} or policies)
    standings = tuple(_standings(session, [policies[name] for name in wanted], now))
    if names:
        return Overview(standings)
    named = {policies[name].asset for name in policies}
    operated = [one for one in assets.everything(session) if _is_operated(one, now)]
    return Overview(standings, tuple(one.handle for one in operated if one.handle not in named), len(operated))


def standing(session: Session, *, policy: Policy, now: datetime) -> Standing:
    """How one policy stands."""
    return _standings(session, [policy], now)[0]


def of_name(session: Session, *, word: str, now: datetime) -> Standing:
    """How the policy of that name stands. Raise NotFound where there is none."""
    return standing(session, policy=planning.known_policy(session, word=word, now=now), now=now)


def all_policies(session: Session, *, now: datetime) -> list[Policy]:
    """The policies in force, by name."""
    policies = policies_of(rulebook.in_force(session, at=now))
    return [policies[name] for name in sorted(policies)]


def last_passed(session: Session, *, policy: str, now: datetime) -> tuple[Policy, Run, Test]:
    """The last restore test of a policy that passed, with the run it restored. Raise NotFound where none did."""
    found = planning.known_policy(session, word=policy, now=now)
    columns = rows.TESTS.c
    query = rows.chosen_tests().where(columns.policy == found.name, columns.verdict == Verdict.PASS)
    tests = rows.load_tests(session, query.order_by(columns.ended_at.desc(), columns.reference.desc()).limit(1))
    if not tests:
        raise NotFound(
            _("No restore test of {policy} has passed yet.").format(policy=found.name),
            _("Run one: opsctl backup restore-test {policy}").format(policy=found.name),
        )
    return found, rows.of_references(session, [tests[0].run])[0], tests[0]


def _is_operated(asset: AssetView, now: datetime) -> bool:
    begun = asset.in_service_from is None or asset.in_service_from <= now
    return asset.state is State.IN_SERVICE and begun


def _standings(session: Session, policies: Sequence[Policy], now: datetime) -> list[Standing]:
    """How these policies stand, in their order; as many statements for many as for one."""
    names = [policy.name for policy in policies]
    runs, tests = defaultdict(list), defaultdict(list)
    for run in _runs(session, names, now) if names else ():
        runs[run.policy].append(run)
    for test in _tests(session, names) if names else ():
        tests[test.policy].append(test)
    return [standing_of(policy, runs[policy.name], tests[policy.name], now) for policy in policies]


def _runs(session: Session, policies: Sequence[str], now: datetime) -> list[Run]:
    """What can matter now: what is there, what was begun since the newest good one, and lately; not all of history."""
    columns = rows.RUNS.c
    since = select(columns.policy, func.max(columns.started_at).label("since"))
    good = (columns.status == Status.SUCCESS, columns.trigger != Trigger.ADOPTED)
    newest = since.where(columns.policy.in_(policies), *good).group_by(columns.policy).subquery()
    there = select(_COPIES.c.run).where(
        _COPIES.c.run == columns.reference, _COPIES.c.pruned_at.is_(None), _COPIES.c.status.in_(sorted(WITH_POINT))
    )
    query = rows.chosen().join(newest, newest.c.policy == columns.policy, isouter=True)
    recent = [columns.started_at >= now - _LATELY, columns.started_at >= newest.c.since, newest.c.since.is_(None)]
    query = query.where(columns.policy.in_(policies), or_(there.exists(), *recent))
    return rows.load(session, query.order_by(columns.started_at))


def _tests(session: Session, policies: Sequence[str]) -> list[Test]:
    """The last restore tests of each of these policies."""
    columns = rows.TESTS.c
    place = func.row_number().over(partition_by=columns.policy, order_by=columns.ended_at.desc()).label("place")
    numbered = select(columns.reference, place).where(columns.policy.in_(policies)).subquery()
    wanted = select(numbered.c.reference).where(numbered.c.place <= _TESTS)
    return rows.load_tests(session, rows.chosen_tests().where(columns.reference.in_(wanted)))

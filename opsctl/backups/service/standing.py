"""How the policies in force stand, and what of all that is operated no policy names."""

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
from opsctl.backups.terms import WITH_POINT, Status, Verdict
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
    standings = tuple(standing(session, policy=policies[name], now=now) for name in wanted)
    named = {policies[name].asset for name in policies}
    operated = [] if names else [one for one in assets.everything(session) if _is_operated(one, now)]
    return Overview(standings, tuple(one.handle for one in operated if one.handle not in named), len(operated))


def standing(session: Session, *, policy: Policy, now: datetime) -> Standing:
    """How one policy stands."""
    return standing_of(policy, _runs(session, policy.name, now), _tests(session, policy.name), now)


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


def _runs(session: Session, policy: str, now: datetime) -> list[Run]:
    """What can matter now: what is there, what was begun since the newest good one, and lately; not all of history."""
    columns = rows.RUNS.c
    newest = select(func.max(columns.started_at)).where(columns.policy == policy, columns.status == Status.SUCCESS)
    since = session.connection().execute(newest).scalar()
    there = select(_COPIES.c.run).where(
        _COPIES.c.run == columns.reference, _COPIES.c.pruned_at.is_(None), _COPIES.c.status.in_(sorted(WITH_POINT))
    )
    recent = now - _LATELY if since is None else min(since, now - _LATELY)
    query = rows.chosen().where(columns.policy == policy, or_(there.exists(), columns.started_at >= recent))
    return rows.load(session, query.order_by(columns.started_at))


def _tests(session: Session, policy: str) -> list[Test]:
    columns = rows.TESTS.c
    query = rows.chosen_tests().where(columns.policy == policy)
    return rows.load_tests(session, query.order_by(columns.ended_at.desc()).limit(_TESTS))

"""What figures read of runs and restore tests: many rows at once, and not one of them where there is none."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from opsctl.backups.rules import Run, Test, rank
from opsctl.backups.rules.standing import Standing, standing_of
from opsctl.backups.service import rows
from opsctl.backups.tables import CheckRow, CopyRow, TestRow
from opsctl.backups.terms import LEVELS, TEST_PREFIX, Level, Status, Verdict
from opsctl.rulebook.rules.policies import Policy
from opsctl.store import references

_RUNS = rows.RUNS
_TESTS = rows.TESTS
_COPIES: Any = CopyRow.__table__  # type: ignore[attr-defined]
_CHECKS: Any = CheckRow.__table__  # type: ignore[attr-defined]
_FIRST = 5
"""So many points of a policy are looked at, before all of them are."""


def standings(session: Session, *, policies: Collection[Policy], at: datetime) -> list[Standing]:
    """How each of these policies stood at that moment, by name: its newest good point, and whether one is proven.

    For that few of its runs are read, and no restore test: what else a standing tells is not to be asked of these.
    """
    newest = _ranked(session, [_has_point(one, at) for one in policies], at, most=_FIRST)
    proven = _ranked(session, [_may_be_proven(one, at) for one in policies], at, most=_FIRST)
    found = {one.name: _standing(one, at, newest, proven) for one in policies}
    # Where all of the newest were found to differ, an older one may be good and proven.
    left = [one for one in policies if _is_unsettled(found[one.name], newest, proven)]
    every = _ranked(session, [_has_point(one, at) for one in left], at)
    found |= {one.name: _standing(one, at, every) for one in left}
    return [found[name] for name in sorted(found)]


def _standing(policy: Policy, at: datetime, *known: Mapping[str, Sequence[Run]]) -> Standing:
    runs = {run.reference: run for some in known for run in some.get(policy.name, ())}
    return standing_of(policy, list(runs.values()), (), at)


def _is_unsettled(
    one: Standing, newest: Mapping[str, Sequence[Run]], proven: Mapping[str, Sequence[Run]]
) -> bool:
    """Whether runs that were not looked at may say more."""
    name = one.policy.name
    more_points, more_proofs = (len(known.get(name, ())) == _FIRST for known in (newest, proven))
    return (one.newest is None and more_points) or (one.proof is None and more_proofs)


def tests_between(session: Session, *, since: datetime, until: datetime) -> list[Test]:
    """The restore tests that ended in [since, until], in that order."""
    columns = _TESTS.c
    query = rows.chosen_tests().where(columns.ended_at >= since, columns.ended_at <= until)
    return rows.load_tests(session, query.order_by(columns.ended_at, columns.reference))


def find_test(session: Session, *, word: str, now: datetime) -> Test:
    """The restore test that a word means. Raise NotFound or, with the candidates, InvalidInput."""
    column = col(TestRow.reference)
    reference = references.find(session, column=column, prefix=TEST_PREFIX, word=word, now=now, writing=False)
    return rows.load_tests(session, rows.chosen_tests().where(_TESTS.c.reference == reference))[0]


def measured(session: Session, *, at: datetime) -> set[str]:
    """The policies of which a restore test had restored everything and passed by that moment."""
    columns = _TESTS.c
    query = select(columns.policy).distinct().where(
        columns.verdict == Verdict.PASS,
        columns.level.in_(_from(Level.L5)),
        columns.seconds.is_not(None),
        columns.ended_at <= at,
    )  # fmt: skip
    return set(session.connection().execute(query).scalars())


def tried(
    session: Session, *, since: datetime, until: datetime
) -> dict[tuple[str, datetime], tuple[tuple[str, str], ...]]:
    """The runs of the slots due in [since, until), each with its status, by policy and slot; the earliest first."""
    columns = _RUNS.c
    query = select(columns.policy, columns.slot, columns.reference, columns.status)
    query = query.where(columns.slot >= since, columns.slot < until)
    found: dict[tuple[str, datetime], tuple[tuple[str, str], ...]] = {}
    for policy, slot, reference, status in session.connection().execute(
        query.order_by(columns.started_at, columns.reference)
    ):
        found[policy, slot] = (*found.get((policy, slot), ()), (reference, str(status)))
    return found


def _has_point(policy: Policy, at: datetime) -> Any:
    """Runs of the policy that had left a copy of the kind that counts, and had it still at that moment."""
    statuses = (Status.SUCCESS, Status.INCOMPLETE) if policy.incomplete_is_good else (Status.SUCCESS,)
    copy = select(_COPIES.c.run).where(
        _COPIES.c.run == _RUNS.c.reference,
        _COPIES.c.point.is_not(None),
        _COPIES.c.status.in_(statuses),
        or_(_COPIES.c.pruned_at.is_(None), _COPIES.c.pruned_at > at),
    )
    return and_(_RUNS.c.policy == policy.name, copy.exists())


def _may_be_proven(policy: Policy, at: datetime) -> Any:
    """Those of them that passed a check which proves them at that moment, if nothing took it away since."""
    check = select(_CHECKS.c.run).where(
        _CHECKS.c.run == _RUNS.c.reference,
        _CHECKS.c.verdict == Verdict.PASS,
        _CHECKS.c.level.in_(_from(Level(policy.level))),
        _CHECKS.c.checked_at > at - policy.expires,
        _CHECKS.c.checked_at <= at,
    )
    return and_(_has_point(policy, at), check.exists())


def _ranked(
    session: Session, wanted: Sequence[Any], at: datetime, most: int | None = None
) -> dict[str, list[Run]]:
    """The newest `most` runs that fit and had ended by then, by policy; all of them where None."""
    if not wanted:
        return {}
    columns = _RUNS.c
    newest = (columns.started_at.desc(), columns.ended_at.desc(), columns.reference.desc())
    place = func.row_number().over(partition_by=columns.policy, order_by=newest)
    ranked = select(columns.reference, place.label("place")).where(or_(*wanted), columns.ended_at <= at).subquery()
    chosen = select(ranked.c.reference)
    if most is not None:
        chosen = chosen.where(ranked.c.place <= most)
    found: dict[str, list[Run]] = {}
    for run in rows.load(session, rows.chosen().where(columns.reference.in_(chosen)).order_by(*newest)):
        found.setdefault(run.policy, []).append(run)
    return found


def _from(level: Level) -> tuple[Level, ...]:
    return LEVELS[rank(level) :]

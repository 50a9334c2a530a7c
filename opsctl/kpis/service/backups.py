"""Reading what figures of backups rest on: nothing at all where nothing was ever to be backed up."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlmodel import Session

from opsctl.assets.rules.assets import AssetView
from opsctl.assets.service import assets
from opsctl.core.periods import Period
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import figures as duties
from opsctl.kpis.rules.figures import Figure
from opsctl.kpis.rules.planned import figures_of
from opsctl.kpis.rules.scopes import Wanted
from opsctl.kpis.terms import Name
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules import Rules
from opsctl.rulebook.terms import BY_BACKUP, BY_RESTORE_TEST

if TYPE_CHECKING:  # loaded where something was to be backed up
    from opsctl.backups.rules import Test
    from opsctl.kpis.rules.backups import Known, Slot
    from opsctl.rulebook.rules.policies import Policy

_MICROSECOND = timedelta(microseconds=1)
# Said plainly: a company that backs up nothing by opsctl need not load the classes of these tables.
_ANY_RUN = text("SELECT 1 FROM backup_run LIMIT 1")


def of_backups(
    session: Session, *, now: datetime, period: Period, names: Sequence[Name], wanted: Wanted
) -> list[Figure]:
    """The named figures of what was to be backed up, proven and restored in time in the period."""
    if not _is_anything(session, period):
        base, scopes_of = wanted.base, wanted.scopes_without_severity
        return [one for name in names for one in figures_of(name, (), period, now, base, scopes_of)]
    from opsctl.kpis.rules.backups import figures

    known = _known(session, now, period, names)
    return figures(names, known, period, now, wanted.base, wanted.scopes_without_severity)


def _is_anything(session: Session, period: Period) -> bool:
    """Whether a policy was in force in the period, or there is any run."""
    ruled = (one.patrols.get("backups") for one in _in_force(session, period))
    return any(ruled) or session.connection().execute(_ANY_RUN).first() is not None


def _in_force(session: Session, period: Period) -> list[Rules]:
    """The rules in force as the period begins, and those that came into force in it."""
    begun = [
        one for one in rulebook.history(session) if one.since is not None and period.start < one.since < period.end
    ]
    return [rulebook.in_force(session, at=period.start), *begun]


def _known(session: Session, now: datetime, period: Period, names: Collection[Name]) -> "Known":
    from opsctl.backups.service import figures as backups
    from opsctl.kpis.rules.backups import Known

    at = min(period.end, now)
    occurrences = duties.due_between(
        session, since=period.start, until=period.end, kinds={BY_BACKUP, BY_RESTORE_TEST}
    )
    # A test that was due on the last day may be made after it, and then it is not untested.
    windows = [one for one in occurrences if one.kind == BY_RESTORE_TEST]
    tests = backups.tests_between(
        session,
        since=min(period.start, *(one.opens_at for one in windows)) if windows else period.start,
        until=max(period.end, *(one.closes_at for one in windows)) if windows else period.end,
    )
    every = assets.list_assets(session, retired=True)
    policies = _policies(session, period, now)
    retired = {one.handle for one in every if one.retired_at is not None and one.retired_at <= at}
    return Known(
        occurrences=occurrences,
        tests=tests,
        standings=backups.standings(session, policies=policies, at=at),
        retired={one.name for one in policies if one.asset in retired},
        measured=backups.measured(session, at=at) if Name.RTO_MET in names else (),
        tried=_tried(session, occurrences, now) if Name.BACKUP_SUCCESS in names else {},
        limits=_limits(session, tests),
        unnamed=_unnamed(every, policies, at),
        customers={one.handle: one.customer for one in every},
    )


def _policies(session: Session, period: Period, now: datetime) -> "list[Policy]":
    """Those in force at the end of the period, or now while it runs; none of a period to come."""
    from opsctl.rulebook.rules.policies import policies_of

    if now < period.start:
        return []
    # Rules that begin with the next period are those of the next.
    rules = rulebook.in_force(session, at=min(period.end - _MICROSECOND, now))
    return list(policies_of(rules).values())


def _limits(session: Session, tests: "Iterable[Test]") -> dict[str, timedelta]:
    """The RTO that each restore test is judged by: that of its policy in the rules that it was made by."""
    from opsctl.rulebook.rules.policies import policies_of

    found: dict[str, timedelta] = {}
    for one in tests:
        if one.rules is None:
            rules = rulebook.in_force(session, at=one.ended_at)
        else:
            rules = rulebook.of_generation(session, generation=one.rules)
        policy = policies_of(rules).get(one.policy)
        if policy is not None and policy.rto is not None:
            found[one.reference] = policy.rto
    return found


def _tried(
    session: Session, occurrences: Iterable[Occurrence], now: datetime
) -> "dict[Slot, tuple[tuple[str, str], ...]]":
    """The runs of the slots without a good one in their window."""
    from opsctl.backups.service import figures as backups
    from opsctl.kpis.rules.backups import is_slot_good

    missed = [one.due_at for one in occurrences if one.kind == BY_BACKUP and is_slot_good(one, now) is False]
    return backups.tried(session, since=min(missed), until=max(missed) + _MICROSECOND) if missed else {}


def _unnamed(every: Iterable[AssetView], policies: "Iterable[Policy]", at: datetime) -> list[str]:
    """The assets in service at that moment that no policy names, in order of handle."""
    named = {one.asset for one in policies}
    return sorted(
        one.handle
        for one in every
        if one.handle not in named
        and (one.retired_at is None or one.retired_at > at)
        and (one.in_service_from is None or one.in_service_from <= at)
    )

"""What was to be backed up, proven and restored in time: the figures of backups. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from opsctl.backups.rules import Test, rank
from opsctl.backups.rules.standing import Standing
from opsctl.backups.terms import SUCCEEDED, TEST_PASSED, Level, Verdict
from opsctl.core.periods import Period
from opsctl.duties.rules import Occurrence
from opsctl.duties.terms import Reason as DutyReason
from opsctl.duties.terms import State as DutyState
from opsctl.kpis.rules.data_sets import Aged, Coverage, Timed, Tried
from opsctl.kpis.rules.figures import Figure, Scope
from opsctl.kpis.rules.planned import LEFT_OUT, Due, figures_of
from opsctl.kpis.terms import Name, Reason, State

T = TypeVar("T")
ScopesOf = Callable[[str | None, str | None], list[Scope]]
Slot = tuple[str, datetime]
"""A policy and the moment that its backup was due."""


@dataclass(frozen=True)
class Known:
    """Everything that the figures of backups rest on, for one period as of one moment.

    `occurrences` are the slots and restore tests due in the period, `tests` the restore tests around it, `standings`
    those of the data sets in force at its end. `retired` are those of them whose asset was out of service by then,
    `measured` those of which a whole restore was ever measured. `tried` are the runs that left nothing good, by slot,
    `limits` the RTO of each test, where its policy has one; `unnamed` assets in service that no policy names.
    `customers` says whom an asset serves.
    """

    occurrences: Sequence[Occurrence] = ()
    tests: Sequence[Test] = ()
    standings: Sequence[Standing] = ()
    retired: Collection[str] = ()
    measured: Collection[str] = ()
    tried: Mapping[Slot, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    limits: Mapping[str, timedelta] = field(default_factory=dict)
    unnamed: Sequence[str] = ()
    customers: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def standing(self) -> list[Standing]:
        """The data sets that are to be backed up: those whose asset is in service."""
        return [one for one in self.standings if one.policy.name not in self.retired]


def figures(
    names: Iterable[Name], known: Known, period: Period, now: datetime, base: Scope, scopes_of: ScopesOf
) -> list[Figure]:
    """The named figures of every scope, the whole before its parts."""
    made = {
        Name.BACKUP_SUCCESS: _backup_success,
        Name.RESTORE_TEST_PASS: _restore_test_pass,
        Name.RPO_MET: _rpo_met,
        Name.RTO_MET: _rto_met,
    }
    return [one for name in names for one in made[name](known, period, now, base, scopes_of)]


def is_slot_good(one: Occurrence, now: datetime) -> bool | None:
    """Whether a good run was begun within the window of a slot; None while that may still happen."""
    if one.state is DutyState.DONE:
        return one.is_on_time
    return False if one.is_missed(now) else None


def is_pass(test: Test) -> bool:
    """Whether the test passed and asserted something: a restore that nobody looked at proves nothing."""
    return test.verdict is Verdict.PASS and bool(test.assertions)


def is_executed(test: Test) -> bool:
    """Whether it says anything about the backup."""
    return test.verdict is not Verdict.COULD_NOT_RUN


def is_measure(test: Test) -> bool:
    """Whether its time is the time to recover: it restored everything."""
    return test.level is not None and rank(test.level) >= rank(Level.L5)


def _backup_success(
    known: Known, period: Period, now: datetime, base: Scope, scopes_of: ScopesOf
) -> list[Figure]:
    slots = [one for one in known.occurrences if one.kind == SUCCEEDED]
    dues = [_of_occurrence(known, one, is_slot_good(one, now)) for one in slots]
    tried = {one.reference: known.tried[key] for one in slots if (key := _slot_of(one)) in known.tried}
    aged = _in_scopes(known, base, scopes_of)
    found = figures_of(Name.BACKUP_SUCCESS, dues, period, now, base, scopes_of)
    return [
        replace(
            one,
            aged=aged.get(one.scope, ()),
            tried=tuple(Tried(reference, tried[reference]) for reference in one.missed if reference in tried),
        )
        for one in found
    ]


def _restore_test_pass(
    known: Known, period: Period, now: datetime, base: Scope, scopes_of: ScopesOf
) -> list[Figure]:
    dues = [
        _of_test(known, one, is_pass(one) if is_executed(one) else None) for one in _ended_in(period, known.tests)
    ]
    decided = []
    for one in (one for one in known.occurrences if one.kind == TEST_PASSED):
        # What was due is no test: it stands beside the pass rate, or among what is left out or undecided.
        if one.state in LEFT_OUT or _is_open(known, one, now):
            dues.append(_of_occurrence(known, one, None))
        else:
            decided.append(one)
    found = {one.scope: one for one in figures_of(Name.RESTORE_TEST_PASS, dues, period, now, base, scopes_of)}
    covered = _coverage(known, decided, base, scopes_of)
    for scope in covered.keys() - found.keys():
        found[scope] = Figure(Name.RESTORE_TEST_PASS, scope, State.NOT_APPLICABLE, n=0)
    ordered = sorted(found, key=lambda scope: (scope != base, scope))
    return [_covered(found[scope], covered.get(scope, Coverage()), period, now) for scope in ordered]


def _covered(figure: Figure, coverage: Coverage, period: Period, now: datetime) -> Figure:
    coverage = coverage._replace(executed=figure.n)
    # A test may still be made while the period runs.
    is_open = coverage.is_breach and period.is_running(now)
    return replace(figure, coverage=coverage, state=State.PARTIAL if is_open else figure.state)


def _coverage(
    known: Known, due: Iterable[Occurrence], base: Scope, scopes_of: ScopesOf
) -> dict[Scope, Coverage]:
    """What is covered in each scope, but for the tests that were made."""
    due_of = _by_scope(((one, one.about) for one in due), known, scopes_of)
    sets_of = _by_scope(((one, one.policy.asset) for one in known.standing), known, scopes_of)
    unnamed_of = _by_scope(((one, one) for one in known.unnamed), known, scopes_of)
    found = {}
    for scope in {base} | due_of.keys() | sets_of.keys():
        some, sets = due_of.get(scope, []), sets_of.get(scope, [])
        found[scope] = Coverage(
            data_sets=len(sets),
            proven=sum(one.is_proven for one in sets),
            kept=tuple(sorted(one.reference for one in some if _is_tested(known, one))),
            untested=tuple(sorted(one.reference for one in some if not _is_tested(known, one))),
            unproven=tuple(sorted(one.policy.name for one in sets if not one.is_proven)),
            unnamed=tuple(unnamed_of.get(scope, ())),
        )
    return found


def _rpo_met(known: Known, period: Period, now: datetime, base: Scope, scopes_of: ScopesOf) -> list[Figure]:
    standing = {one.policy.name for one in known.standing}
    dues = []
    for one in known.standings:
        name = one.policy.name
        good = one.rpo_met if name in standing else None
        dues.append(_of_data_set(known, one, good, None if one.newest is None else one.newest.run))
    aged = _in_scopes(known, base, scopes_of)
    found = figures_of(Name.RPO_MET, dues, period, now, base, scopes_of)
    return [replace(one, aged=aged.get(one.scope, ())) for one in found]


def _rto_met(known: Known, period: Period, now: datetime, base: Scope, scopes_of: ScopesOf) -> list[Figure]:
    limits = known.limits
    tests = [one for one in _ended_in(period, known.tests) if one.reference in limits]
    dues = [_timed(known, one, limits[one.reference]) for one in tests]
    counted = {one.policy for one, due in zip(tests, dues, strict=True) if due.good is not None}
    # A data set that was never restored as a whole has no time to show, and no test of it says so already.
    dues += [
        _of_data_set(known, one, False, None)
        for one in known.standing
        if one.policy.rto is not None and one.policy.name not in known.measured and one.policy.name not in counted
    ]
    timed = {one.reference: _time_of(one, limits[one.reference]) for one in tests}
    found = figures_of(Name.RTO_MET, dues, period, now, base, scopes_of)
    return [
        replace(one, timed=tuple(timed[reference] for reference in one.counted if reference in timed)) for one in found
    ]


def _ended_in(period: Period, tests: Iterable[Test]) -> list[Test]:
    return [one for one in tests if period.start <= one.ended_at < period.end]


def _timed(known: Known, test: Test, rto: timedelta) -> Due:
    if not is_executed(test):
        return _of_test(known, test, None)
    if not is_pass(test):
        return _of_test(known, test, False)
    if not is_measure(test):
        return _of_test(known, test, None)._replace(reason=Reason.IN_PART, because=None)
    return _of_test(known, test, test.seconds is not None and test.seconds <= rto.total_seconds())


def _time_of(test: Test, rto: timedelta) -> Timed:
    seconds = test.seconds if is_pass(test) and is_measure(test) else None
    return Timed(test.reference, test.policy, seconds, rto.total_seconds())


def _of_occurrence(known: Known, one: Occurrence, good: bool | None) -> Due:
    is_left_out = one.state in LEFT_OUT
    return Due(
        one.reference,
        one.about or None,
        known.customers.get(one.about),
        good,
        LEFT_OUT.get(one.state),
        one.reason if is_left_out else None,
        one.met_by,
    )


def _of_test(known: Known, test: Test, good: bool | None) -> Due:
    is_left_out = good is None
    return Due(
        test.reference,
        test.asset,
        known.customers.get(test.asset),
        good,
        Reason.COULD_NOT_RUN if is_left_out else None,
        test.reason if is_left_out else None,
        test.run,
    )


def _of_data_set(known: Known, one: Standing, good: bool | None, run: str | None) -> Due:
    is_left_out = good is None
    return Due(
        one.policy.name,
        one.policy.asset,
        known.customers.get(one.policy.asset),
        good,
        Reason.CANCELLED if is_left_out else None,
        DutyReason.RETIRED.value if is_left_out else None,
        run,
    )


def _is_open(known: Known, one: Occurrence, now: datetime) -> bool:
    """Whether a restore test that is due was not made, and may still be made in time."""
    return one.state is DutyState.DUE and not one.is_missed(now) and not _is_tested(known, one)


def _is_tested(known: Known, one: Occurrence) -> bool:
    """Whether it was met, or a test of its policy was made within its window and differs."""
    if one.state is DutyState.DONE:
        return True
    return any(
        test.policy == one.topic and is_executed(test) and one.opens_at <= test.ended_at <= one.closes_at
        for test in known.tests
    )


def _slot_of(one: Occurrence) -> Slot:
    return one.topic or "", one.due_at


def _in_scopes(known: Known, base: Scope, scopes_of: ScopesOf) -> dict[Scope, tuple[Aged, ...]]:
    """The data sets of each scope, the worst first."""
    aged = [_aged(one) for one in known.standing]
    found = _by_scope(((one, one.asset) for one in sorted(aged, key=lambda one: one.order)), known, scopes_of)
    return {base: (), **{scope: tuple(some) for scope, some in found.items()}}


def _aged(one: Standing) -> Aged:
    newest = one.newest
    return Aged(
        one.policy.name,
        one.policy.asset,
        None if newest is None else newest.run,
        None if newest is None else newest.at,
        None if newest is None else newest.age,
        one.policy.rpo.total_seconds(),
        one.is_proven,
    )


def _by_scope(pairs: Iterable[tuple[T, str]], known: Known, scopes_of: ScopesOf) -> dict[Scope, list[T]]:
    """What belongs to each scope, of pairs with the asset that each is about."""
    found: dict[Scope, list[T]] = {}
    for one, asset in pairs:
        for scope in scopes_of(asset or None, known.customers.get(asset)):
            found.setdefault(scope, []).append(one)
    return found

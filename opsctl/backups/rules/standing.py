"""How a policy stands: what would be lost, how long it would take to get it back, and when that was last proven. Pure.

Each copy is judged by its own status: a run whose second copy failed has left a good point in the first place. All of
it is as it was known at the moment asked for: runs, checks and tests that ended later are not seen yet, and a copy
that was pruned later is still there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from opsctl.backups.rules import Check, Copy, Run, Test, rank
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.rulebook.rules.moments import schedule_said
from opsctl.rulebook.rules.policies import Location, Policy


class Breach(StrEnum):
    """What a policy asks for and does not get."""

    NEVER_BACKED_UP = "never-backed-up"
    TOO_OLD = "too-old"
    """The newest good point is older than the RPO."""
    LOCATION_EMPTY = "location-empty"
    """A place of the policy holds no good copy."""
    LOCATION_BEHIND = "location-behind"
    """The newest good copy of a place is older than the RPO."""
    NEVER_PROVEN = "never-proven"
    PROOF_EXPIRED = "proof-expired"
    PROOF_LOST = "proof-lost"
    """What was proven last was found to differ since, or is gone."""
    NEVER_MEASURED = "never-measured"
    """There is an RTO, and no full restore test ever passed."""
    TOO_SLOW = "too-slow"
    """The last full restore took longer than the RTO."""
    TEST_DIFFERED = "test-differed"
    """The last restore test that could run found that the copy cannot be relied on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: what it is about (a location, a run, a test), how many seconds it is, and how many are allowed."""

    breach: Breach
    about: str | None = None
    seconds: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A good copy of a run. `age` is in seconds since the moment that its data is of."""

    run: str
    copy: str
    at: datetime
    age: float
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """The check that proves a point at the policy's level or above, and until when it holds."""

    run: str
    copy: str
    at: datetime
    """The moment that the point's data is of."""
    level: Level
    checked_at: datetime
    expires_at: datetime
    test: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What a location of the policy holds: its newest good copy and its newest proof, None where there is none."""

    location: Location
    newest: Point | None
    proof: Proof | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A policy at one moment. Lengths are in seconds.

    `newest` is the newest good point, `proof` that of the newest point that is proven now, `last_proof` the one that
    held last, whether it still does or not. `unproven_since` is when it ended to hold, or when the oldest good point
    that is known was made where none was ever proven; None where there is a proof, or nothing to be proven.

    `test` is the last restore test, `measured` the last that restored everything and passed; `rto_met` is None where
    the policy has no RTO. `failed` are the runs that left no good point since the newest one, the newest first;
    `unseen` those that were adopted and that nobody has looked at, which count for nothing, the newest first.
    """

    policy: Policy
    at: datetime
    newest: Point | None
    places: tuple[Held, ...]
    proof: Proof | None
    last_proof: Proof | None
    unproven_since: datetime | None
    test: Test | None
    measured: Test | None
    failed: tuple[Run, ...]
    next_slot: datetime | None
    findings: tuple[Finding, ...]
    unseen: tuple[Run, ...] = ()

    @property
    def rpo_met(self) -> bool:
        """Whether the newest good point is young enough; never backed up is not."""
        return self.newest is not None and self.newest.age <= self.policy.rpo.total_seconds()

    @property
    def rto_met(self) -> bool | None:
        """Whether the last full restore was quick enough; never proven is not. None where the policy has no RTO."""
        if self.policy.rto is None:
            return None
        seconds = None if self.measured is None else self.measured.seconds
        return seconds is not None and seconds <= self.policy.rto.total_seconds()

    @property
    def is_proven(self) -> bool:
        """Whether a point is proven at the policy's level, by a check that has not expired."""
        return self.proof is not None

    @property
    def is_in_breach(self) -> bool:
        """Whether anything that the policy asks for is not so."""
        return bool(self.findings)


@dataclass(frozen=True, slots=True)
class Overview:
    """Policies as they stand; the assets in service that no policy names, and how many are in service at all.

    `operated` is None where only some policies were asked for: then nobody looked at the assets.
    """

    standings: tuple[Standing, ...]
    uncovered: tuple[str, ...] = ()
    operated: int | None = None


def is_good(copy: Copy, policy: Policy) -> bool:
    """Whether the copy is there and whole: without some of its files only where the policy says so."""
    if not copy.is_there:
        return False
    return copy.status is Status.SUCCESS or (copy.status is Status.INCOMPLETE and policy.incomplete_is_good)


def is_damaged(run: Run, copy: str) -> bool:
    """Whether a look into the copy found that it differs, and none at that level or above passed since.

    That it is not listed, or of another size, is in its status already.
    """
    worst: Level | None = None
    for one in (one for one in run.checks if one.copy == copy and rank(one.level) >= rank(Level.L2)):
        if one.verdict is Verdict.DIFFERS:
            worst = one.level if worst is None else max(worst, one.level, key=rank)
        elif one.verdict is Verdict.PASS and worst is not None and rank(one.level) >= rank(worst):
            worst = None
    return worst is not None


def is_reliable(run: Run, copy: Copy, policy: Policy) -> bool:
    """Whether the copy is good, was not found damaged, and was looked at where it was adopted."""
    return is_good(copy, policy) and run.counts(copy.name) and not is_damaged(run, copy.name)


def has_good_copy(run: Run, policy: Policy, copy: str | None = None) -> bool:
    """Whether the run left a copy that is reliable and still there, of that name if one is given."""
    return any(is_reliable(run, one, policy) for one in run.copies if copy in (None, one.name))


def is_unseen(run: Run, policy: Policy) -> bool:
    """Whether the run was adopted and has a good copy, but nobody has looked into any."""
    there = [one for one in run.copies if is_good(one, policy) and not is_damaged(run, one.name)]
    return bool(there) and not any(run.counts(one.name) for one in there)


def proving_check(run: Run, copy: str, level: Level) -> Check | None:
    """The newest check that the copy passed at that level or above; None where it passed none.

    A later check of it that differs, at any level, takes away every proof before it.
    """
    return next((one for one in reversed(run.passed(copy)) if rank(one.level) >= rank(level)), None)


def proofs_of(policy: Policy, runs: Sequence[Run], at: datetime) -> list[Proof]:
    """The proof of each good copy that is proven at that moment, the newest point first; of one point the newest."""
    found = [one for one in _proofs(policy, _as_of(policy, runs, at)) if one.expires_at > at]
    return sorted(found, key=lambda one: (one.at, one.checked_at), reverse=True)


def standing_of(policy: Policy, runs: Sequence[Run], tests: Sequence[Test], at: datetime) -> Standing:
    """How the policy stands at that moment, given its runs and restore tests in any order; others are left out."""
    known = _as_of(policy, runs, at)
    done = sorted((one for one in tests if one.policy == policy.name and one.ended_at <= at), key=_ended)
    points = _points(policy, known, at)
    ever = _proofs(policy, known)
    proof = next(iter(proofs_of(policy, known, at)), None)
    last = max(ever, key=lambda one: one.expires_at, default=None)
    told = [one for one in done if one.verdict is not Verdict.COULD_NOT_RUN]
    measured = next((one for one in reversed(told) if _is_measure(one)), None)
    newest = points[0] if points else None
    found = Standing(
        policy=policy,
        at=at,
        newest=newest,
        places=tuple(_held(place, points, proofs_of(policy, known, at)) for place in policy.locations),
        proof=proof,
        last_proof=proof or last,
        unproven_since=None if proof is not None else _unproven_since(policy, known, points, at),
        test=done[-1] if done else None,
        measured=measured,
        failed=_failed(policy, known, newest),
        next_slot=next_slot(policy, at, newest),
        findings=(),
        unseen=tuple(run for run in known if is_unseen(run, policy)),
    )
    return replace(found, findings=(*_lost(found), *_unproven(found, known), *_slow(found, told)))


def next_slot(policy: Policy, at: datetime, newest: Point | None) -> datetime | None:
    """When a backup is due next after that moment; None where nothing is due any more."""
    duty = policy.slots
    if duty.schedule is None:
        return None if duty.every is None or newest is None else newest.at + duty.every
    return schedule_said(duty.schedule, zone=duty.zone, start=duty.start, at=duty.at).after(at)


def _as_of(policy: Policy, runs: Iterable[Run], at: datetime) -> list[Run]:
    """The runs of the policy as they were known at that moment, the newest data first."""
    known = [_seen(run, at) for run in runs if run.policy == policy.name and run.ended_at <= at]
    return sorted(known, key=lambda run: (run.started_at, run.ended_at, run.reference), reverse=True)


def _seen(run: Run, at: datetime) -> Run:
    later = any(one.pruned_at is not None and one.pruned_at > at for one in run.copies)
    if not later and all(one.checked_at <= at for one in run.checks):
        return run
    copies = (
        replace(one, pruned_at=None) if one.pruned_at is not None and one.pruned_at > at else one for one in run.copies
    )
    return replace(run, copies=tuple(copies), checks=tuple(one for one in run.checks if one.checked_at <= at))


def _points(policy: Policy, known: Sequence[Run], at: datetime) -> list[Point]:
    """Every good copy that was not found damaged, the newest data first."""
    return [
        Point(run.reference, copy.name, run.started_at, _seconds(at - run.started_at), run.pinned_at is not None)
        for run in known
        for copy in run.copies
        if is_reliable(run, copy, policy)
    ]


def _proofs(policy: Policy, known: Sequence[Run]) -> list[Proof]:
    """The proof of each good copy that has one, expired or not."""
    level = Level(policy.level)
    pairs = ((run, copy) for run in known for copy in run.copies if is_reliable(run, copy, policy))
    found = ((run, copy, proving_check(run, copy.name, level)) for run, copy in pairs)
    return [_proof(policy, run, copy, check) for run, copy, check in found if check is not None]


def _proof(policy: Policy, run: Run, copy: Copy, check: Check) -> Proof:
    expires = check.checked_at + policy.expires
    return Proof(run.reference, copy.name, run.started_at, check.level, check.checked_at, expires, check.test)


def _held(place: Location, points: Sequence[Point], proofs: Sequence[Proof]) -> Held:
    return Held(
        place,
        next((one for one in points if one.copy == place.name), None),
        next((one for one in proofs if one.copy == place.name), None),
    )


def _unproven_since(policy: Policy, known: Sequence[Run], points: Sequence[Point], at: datetime) -> datetime | None:
    ends = [end for run in known for copy in run.copies for end in _ends_of_proof(policy, run, copy)]
    if ends:
        return min(max(ends), at)
    return points[-1].at if points else None


def _ends_of_proof(policy: Policy, run: Run, copy: Copy) -> list[datetime]:
    """When each proof that the copy ever had ended: it expired, the copy was found to differ, or was pruned."""
    checks = [one for one in run.checks if one.copy == copy.name]
    ends = []
    for place, one in enumerate(checks):
        if one.verdict is not Verdict.PASS or rank(one.level) < rank(Level(policy.level)):
            continue
        taken = (later.checked_at for later in checks[place + 1 :] if later.verdict is Verdict.DIFFERS)
        end = min((one.checked_at + policy.expires, *taken))
        ends.append(end if copy.pruned_at is None else min(end, copy.pruned_at))
    return ends


def _failed(policy: Policy, known: Sequence[Run], newest: Point | None) -> tuple[Run, ...]:
    since = None if newest is None else newest.at
    return tuple(run for run in known if (since is None or run.started_at > since) and not _was_good(run, policy))


def _was_good(run: Run, policy: Policy) -> bool:
    """Whether the run left a good copy, even where it was pruned since."""
    return any(is_good(replace(copy, pruned_at=None), policy) for copy in run.copies)


def _is_measure(test: Test) -> bool:
    """Whether the test restored everything, and passed: only then its time is the time to recover."""
    whole = test.level is not None and rank(test.level) >= rank(Level.L5)
    return test.verdict is Verdict.PASS and test.seconds is not None and whole


def _lost(found: Standing) -> list[Finding]:
    """What would be lost: of the whole policy, and of each of its places."""
    limit = _seconds(found.policy.rpo)
    if found.newest is None:
        return [Finding(Breach.NEVER_BACKED_UP, limit=limit)]
    told = []
    if found.newest.age > limit:
        told.append(Finding(Breach.TOO_OLD, found.newest.run, found.newest.age, limit))
    for one in found.places:
        if one.newest is None:
            told.append(Finding(Breach.LOCATION_EMPTY, one.location.name, limit=limit))
        elif one.newest.age > limit >= found.newest.age:  # of all of them it is said once
            told.append(Finding(Breach.LOCATION_BEHIND, one.location.name, one.newest.age, limit))
    return told


def _unproven(found: Standing, known: Sequence[Run]) -> list[Finding]:
    if found.newest is None or found.proof is not None:
        return []
    since = None if found.unproven_since is None else _seconds(found.at - found.unproven_since)
    if found.last_proof is not None:
        return [Finding(Breach.PROOF_EXPIRED, found.last_proof.run, since)]
    ever = any(_ends_of_proof(found.policy, run, copy) for run in known for copy in run.copies)
    return [Finding(Breach.PROOF_LOST if ever else Breach.NEVER_PROVEN, seconds=since)]


def _slow(found: Standing, told: Sequence[Test]) -> list[Finding]:
    """What restore tests say: that the last one differs, that none was ever measured, or that it took too long."""
    findings = []
    if told and told[-1].verdict is Verdict.DIFFERS:
        findings.append(Finding(Breach.TEST_DIFFERED, told[-1].reference))
    if found.rto_met is False and found.policy.rto is not None:
        limit, measured = _seconds(found.policy.rto), found.measured
        if measured is None:
            findings.append(Finding(Breach.NEVER_MEASURED, limit=limit))
        else:
            findings.append(Finding(Breach.TOO_SLOW, measured.reference, measured.seconds, limit))
    return findings


def _ended(test: Test) -> tuple[datetime, str]:
    return test.ended_at, test.reference


def _seconds(length: timedelta) -> float:
    return length.total_seconds()

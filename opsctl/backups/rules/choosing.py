"""Which run or policy a word names, which point a restore test takes, and which copy of it. Pure."""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from opsctl.backups.rules import Copy, Run, rank
from opsctl.backups.terms import RUN_PREFIX, Level, Status
from opsctl.core.typed import mend

LATEST, RANDOM = "latest", "random"
_RESTORED = rank(Level.L4)
_WHOLE = re.compile(rf"{RUN_PREFIX}-\d{{4}}-\d+", re.ASCII | re.IGNORECASE)
_LIKE_ONE = re.compile(rf"\d+|{RUN_PREFIX}-.*", re.ASCII | re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Choice:
    """The copy of the run that is restored."""

    run: Run
    copy: Copy


def names_run(word: str, policies: Collection[str]) -> bool:
    """Whether a word that may name a run or a policy names a run.

    A whole reference always does; a bare number, or what begins like a reference, where no policy has that name.
    """
    typed = mend(word)
    return bool(_WHOLE.fullmatch(typed) or (typed.casefold() not in policies and _LIKE_ONE.fullmatch(typed)))


def usable(run: Run, places: Collection[str], copy: str | None) -> list[Copy]:
    """The copies of the run that are there and that this host has: in one of `places`, of that name if one is given."""
    return [one for one in run.copies if one.is_there and one.name in places and copy in (None, one.name)]


def with_good_copies(run: Run, *, incomplete_is_good: bool) -> Run:
    """The run with the copies alone that count as good: one copy is none the worse because another failed."""
    statuses = {Status.SUCCESS, Status.INCOMPLETE} if incomplete_is_good else {Status.SUCCESS}
    return replace(run, copies=tuple(one for one in run.copies if one.status in statuses))


def proven_at(run: Run, copy: str) -> datetime | None:
    """When the copy was last restored and found to be what it should be; None for never, or where it was lost since."""
    return max((one.checked_at for one in run.passed(copy) if rank(one.level) >= _RESTORED), default=None)


def choose(
    runs: Sequence[Run],
    places: Sequence[str],
    *,
    point: str,
    copy: str | None,
    incomplete_is_good: bool,
    now: datetime,
    seed: str,
) -> Choice | None:
    """The point that `latest`, `random` or a reference means, and its copy that was proven longest ago; None for none.

    Of `latest` and `random` only good copies are taken, and of what was adopted only what somebody looked at; a
    reference takes any copy that is there.
    """
    whole = {one.reference: one for one in runs}
    if point in (LATEST, RANDOM):
        runs = [_counted(with_good_copies(one, incomplete_is_good=incomplete_is_good)) for one in runs]
    else:
        runs = [one for one in runs if one.reference == point]
    there = sorted((one for one in runs if usable(one, places, copy)), key=_begun, reverse=True)
    if not there:
        return None
    run = there[0] if point != RANDOM else drawn(there, places, copy, now=now, seed=seed)
    return Choice(whole[run.reference], _least_proven(run, places, copy))


def _counted(run: Run) -> Run:
    """The run with those of its copies that may count."""
    return replace(run, copies=tuple(one for one in run.copies if run.counts(one.name)))


def weights(runs: Sequence[Run], places: Sequence[str], copy: str | None, *, now: datetime) -> list[int]:
    """By run: the seconds since one of its copies was last proven, at least 1.

    One that never was weighs as much as if it had been proven when the oldest of them began, or longer ago if another
    was: nothing was proven longer ago than what never was.
    """
    proven = [
        max((at for one in usable(run, places, copy) if (at := proven_at(run, one.name)) is not None), default=None)
        for run in runs
    ]
    ages = [None if at is None else _seconds(at, now) for at in proven]
    longest = max([_seconds(run.started_at, now) for run in runs] + [age for age in ages if age is not None])
    return [longest if age is None else age for age in ages]


def drawn(runs: Sequence[Run], places: Sequence[str], copy: str | None, *, now: datetime, seed: str) -> Run:
    """One of the runs, each as likely as its weight; the same for the same seed."""
    heavy = weights(runs, places, copy, now=now)
    at = int.from_bytes(hashlib.sha256(seed.encode()).digest()) % sum(heavy)
    for run, weight in zip(runs, heavy, strict=True):
        if at < weight:
            return run
        at -= weight
    raise AssertionError("what is below the sum lies below one of its parts")


def _least_proven(run: Run, places: Sequence[str], copy: str | None) -> Copy:
    def order(one: Copy) -> tuple[bool, float, int]:
        at = proven_at(run, one.name)
        return at is not None, 0.0 if at is None else at.timestamp(), places.index(one.name)

    return min(usable(run, places, copy), key=order)


def _begun(run: Run) -> tuple[datetime, str]:
    return run.started_at, run.reference


def _seconds(since: datetime, now: datetime) -> int:
    return max(int((now - since).total_seconds()), 1)

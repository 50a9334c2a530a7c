"""What has to be known before points are deleted, and recording that they were."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from opsctl.backups.rules import Run
from opsctl.backups.rules.pins import pinned_by
from opsctl.backups.service import pinning, planning, rows
from opsctl.backups.service.recording import append, held
from opsctl.backups.terms import PRUNED
from opsctl.core.use_cases import Permission, use_case
from opsctl.rulebook.rules.policies import Policy

_BLOCK = 500


@dataclass(frozen=True, slots=True)
class Prunable:
    """A policy with the runs behind what is listed, and by run the incident that pins it."""

    policy: Policy
    runs: tuple[Run, ...]
    incidents: Mapping[str, str]


def prunable(session: Session, *, word: str, requests: Collection[str], now: datetime) -> Prunable:
    """The policy that a word names, its runs of these requests, and what incidents pin. Raise NotFound."""
    policy = planning.known_policy(session, word=word, now=now)
    runs = [one for one in of_requests(session, requests=requests) if one.policy == policy.name]
    troubles = pinning.troubles(session, assets={one.asset for one in runs} | {policy.asset})
    return Prunable(policy, tuple(runs), pinned_by(policy, runs, troubles))


def of_requests(session: Session, *, requests: Collection[str]) -> list[Run]:
    """The runs of these requests, in any order."""
    wanted = sorted(requests)
    found: list[Run] = []
    for start in range(0, len(wanted), _BLOCK):
        found += rows.load(session, rows.chosen().where(rows.RUNS.c.request.in_(wanted[start : start + _BLOCK])))
    return found


@use_case(needs=Permission.RECORD, offline=True)
def record_pruned(
    session: Session, *, now: datetime, actor: str, pruned: Mapping[str, Sequence[str]], pruned_at: str | None = None
) -> list[Run]:
    """Record that copies of runs are gone, `pruned` having their names by the run's reference; the runs as they are.

    What was recorded before is left as it is. `pruned_at` is ISO 8601, now where nothing is said: a host may tell it
    later. Raise NotFound for an unknown run.
    """
    done = []
    at = now if pruned_at is None else min(datetime.fromisoformat(pruned_at), now)
    for reference in sorted(pruned):
        before = held(session, reference)
        names = [one.name for one in before.copies if one.name in pruned[reference] and one.pruned_at is None]
        copies = tuple(replace(one, pruned_at=at) if one.name in names else one for one in before.copies)
        after = replace(before, copies=copies)
        if names:
            rows.save(session, before, after)
            append(session, after, PRUNED, facts={"copies": names}, happened_at=at)
        done.append(after)
    return done

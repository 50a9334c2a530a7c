"""What a restore test or a look at a copy has to know before it begins."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from opsctl.backups.rules import Run
from opsctl.backups.rules.plans import Plan
from opsctl.backups.service import planning, reading
from opsctl.ledger import service as ledger
from opsctl.rulebook.rules.policies import Policy

_LOOKED_AT = 2000
"""So many of the newest runs are chosen from: a point that is older is named by its reference."""


@dataclass(frozen=True, slots=True)
class Known:
    """A policy in force with its plan and its runs, the newest first. `run` is the one that was named.

    `head` is the number and the hash of the newest row of the ledger.
    """

    policy: Policy
    plan: Plan
    runs: tuple[Run, ...]
    run: Run | None
    head: tuple[int, str]


def known(session: Session, *, now: datetime, policy: str | None = None, reference: str | None = None) -> Known:
    """What is known of a policy, or of the policy of the run that a reference names. Raise NotFound or InvalidInput."""
    run = None if reference is None else reading.find_run(session, word=reference, now=now, writing=True)
    word = policy or ("" if run is None else run.policy)
    found = planning.known_policy(session, word=word, now=now)
    (plan,) = planning.plans(session, now=now, names=[found.name])
    runs = reading.runs_of(session, policy=found.name, limit=_LOOKED_AT)
    if run is not None and all(one.reference != run.reference for one in runs):
        runs.append(run)
    head = ledger.head(session)
    return Known(found, plan, tuple(runs), run, (head.seq, head.hash))

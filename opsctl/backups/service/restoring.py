"""Which point is restored for good, and recording that it was."""

from datetime import datetime

from sqlmodel import Session

from opsctl.backups.rules import Run
from opsctl.backups.rules.choosing import names_run
from opsctl.backups.rules.standing import has_good_copy, is_unseen
from opsctl.backups.service import planning, reading, rows
from opsctl.backups.service.recording import append, held
from opsctl.backups.terms import RESTORED
from opsctl.core.errors import NotFound
from opsctl.core.texts import _
from opsctl.core.typed import excerpt
from opsctl.core.use_cases import Permission, use_case
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.policies import policies_of


def chosen(session: Session, *, word: str, now: datetime, copy: str | None = None) -> Run:
    """The run that a word means: its reference, else the newest good point of the policy of that name.

    With `copy` it is the newest that has a good copy of that name. Raise NotFound where there is no such run or policy,
    or no good point of it; InvalidInput as `find_run` does.
    """
    policies = policies_of(rulebook.in_force(session, at=now))
    if names_run(word, policies):
        return reading.find_run(session, word=word, now=now, writing=True)
    policy = planning.known_policy(session, word=word, now=now)
    columns = rows.RUNS.c
    query = rows.chosen().where(columns.policy == policy.name).order_by(columns.started_at.desc())
    runs = rows.load(session, query)
    for run in runs:
        if has_good_copy(run, policy, copy):
            return run
    told = _("There is no good point of {policy}.").format(policy=policy.name)
    if copy is not None:
        told = _("There is no good point of {policy} in {copy}.").format(policy=policy.name, copy=excerpt(copy))
    unseen = next((run for run in runs if is_unseen(run, policy)), None)
    if unseen is not None:
        hint = _("What was adopted counts once somebody looked at it: opsctl backup verify {reference}")
        raise NotFound(told, hint.format(reference=unseen.reference))
    raise NotFound(told, _("See what there is: opsctl backup list {policy}").format(policy=policy.name))


@use_case(needs=Permission.RECORD, offline=True)
def record_restored(session: Session, *, now: datetime, actor: str, run: str, copy: str, into: str) -> Run:
    """Record that a copy of a run was restored for good. The run; raise NotFound where there is none."""
    found = held(session, run)
    append(session, found, RESTORED, facts={"copy": copy, "into": into}, happened_at=now)
    return found

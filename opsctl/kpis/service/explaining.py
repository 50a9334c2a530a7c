"""One record's part in a figure."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session, col

from opsctl.actions.service import rows as actions
from opsctl.actions.tables import ActionRow
from opsctl.actions.terms import PREFIX as ACTION
from opsctl.backups.rules import Run
from opsctl.backups.terms import RUN_PREFIX as RUN
from opsctl.backups.terms import TEST_PREFIX as TEST
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import mend
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import figures
from opsctl.duties.service import read as duties
from opsctl.incidents.service import read as incidents
from opsctl.incidents.service import rows
from opsctl.incidents.service.cases import case_of, rules_of, targets_of
from opsctl.incidents.terms import PREFIX as INCIDENT
from opsctl.inspections.service import figures as inspections
from opsctl.inspections.service import read as walked
from opsctl.inspections.terms import PREFIX as ROUND
from opsctl.kpis.rules import deadlines
from opsctl.kpis.rules.arithmetic import arithmetic
from opsctl.kpis.rules.judged import judged
from opsctl.kpis.rules.reported import Explained, ExplainedDue
from opsctl.kpis.rules.reviewed import due_of
from opsctl.kpis.service.planned import rounds_of
from opsctl.kpis.terms import OF_ACTIONS, OF_ASSETS, OF_BACKUPS, OF_ROUNDS, ON_TIME, Name
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.terms import BY_BACKUP
from opsctl.store import references

_MICROSECOND = timedelta(microseconds=1)
_PREFIX = re.compile(r"([A-Z]{3})-")


def record(session: Session, *, word: str, name: Name, zone: str, now: datetime) -> Explained | ExplainedDue:
    """The record that is meant, with its clock where the figure judges one.

    Raise NotFound if there is none, InvalidInput if the figure judges records of another kind.
    """
    _check_fits(word, name)
    if name in OF_ACTIONS:
        return _action(session, word, now)
    if name in OF_BACKUPS:
        return _backed_up(session, word, name, now)
    if name in OF_ROUNDS:
        return _occurrence(session, word) if "@" in word else _round(session, word, now)
    incident = incidents.find(session, word=word, now=now)
    target = incident
    if incident.merged_into is not None:
        target = rows.of_references(session, targets_of(session, {incident.reference}))[0]
    case = judged(case_of(session, target))
    found = None
    if name in ON_TIME:
        clock = deadlines.clock_of(name, case, rules_of(session, target), now)
        found = None if clock is None else arithmetic(case, clock, zone, now)
    due = None
    if name is Name.REVIEW_ON_TIME:
        due = due_of(case, lambda generation: rulebook.of_generation(session, generation=generation))
    return Explained(incident, case, found, due)


def _check_fits(word: str, name: Name) -> None:
    typed = mend(word)
    prefix = _PREFIX.match(typed.upper())
    judges = _judged_kinds(name)
    fits = judges.of_occurrences if "@" in typed else prefix is None or prefix[1] in judges.prefixes
    if not fits:
        raise InvalidInput(
            judges.told.format(figure=name, reference=typed[:80]),
            _("Name one such as {reference}, or see all: opsctl kpi explain {figure}").format(
                reference=f"{judges.prefixes[0]}-2026-0042", figure=name
            ),
        )


class _Kinds(NamedTuple):
    """What a figure judges: the prefixes of records, whether occurrences too, and what is said of any other."""

    prefixes: tuple[str, ...]
    of_occurrences: bool
    told: str


def _judged_kinds(name: Name) -> _Kinds:
    if name in OF_ROUNDS:
        return _Kinds((ROUND,), True, _("{figure} judges what was due of rounds; {reference} is none of it."))
    if name in OF_ACTIONS:
        return _Kinds((ACTION,), False, _("{figure} judges actions; {reference} is none."))
    if name is Name.BACKUP_SUCCESS:
        return _Kinds((RUN,), True, _("{figure} judges what was due of backups; {reference} is none of it."))
    if name is Name.RPO_MET:
        return _Kinds((RUN,), False, _("{figure} judges the newest good copies; {reference} is no backup run."))
    if name in OF_BACKUPS:
        of_occurrences = name is Name.RESTORE_TEST_PASS
        return _Kinds((TEST,), of_occurrences, _("{figure} judges restore tests; {reference} is none."))
    return _Kinds((INCIDENT,), False, _("{figure} judges incidents; {reference} is none."))


def _action(session: Session, word: str, now: datetime) -> ExplainedDue:
    column = col(ActionRow.reference)
    reference = references.find(session, column=column, prefix=ACTION, word=word, now=now, writing=False)
    return ExplainedDue(reference, action=actions.of_references(session, [reference])[0])


def _backed_up(session: Session, word: str, name: Name, now: datetime) -> ExplainedDue:
    from opsctl.backups.service import figures as backups
    from opsctl.backups.service import reading

    if "@" in word:
        one = duties.find(session, word=word)
        return ExplainedDue(one.reference, one)
    if name in (Name.RESTORE_TEST_PASS, Name.RTO_MET):
        test = backups.find_test(session, word=word, now=now)
        return ExplainedDue(test.reference, test=test)
    run = reading.find_run(session, word=word, now=now)
    if name is Name.RPO_MET:
        return ExplainedDue(run.reference, run=run)
    met = next(iter(duties.for_record(session, reference=run.reference)), None)
    return ExplainedDue(run.reference, met or _slot(session, run), run=run)


def _slot(session: Session, run: Run) -> Occurrence | None:
    """The slot that a run was begun for, though it did not meet it."""
    if run.slot is None:
        return None
    due = figures.due_between(session, since=run.slot, until=run.slot + _MICROSECOND, kinds={BY_BACKUP})
    return next((one for one in due if one.topic == run.policy), None)


def _round(session: Session, word: str, now: datetime) -> ExplainedDue:
    reference = walked.reference_of(session, word, now, writing=False)
    rounds = inspections.of_references(session, [reference])
    occurrence = next(iter(duties.for_record(session, reference=reference)), None)
    return ExplainedDue(reference, occurrence, rounds.get(reference))


def _occurrence(session: Session, word: str) -> ExplainedDue:
    one = duties.find(session, word=word)
    return ExplainedDue(one.reference, one, rounds_of(session, [one]).get(one.met_by or ""))


def month_of(explained: Explained | ExplainedDue, name: Name, *, zone: str) -> str | None:
    """The month, `2026-10`, in which a record has its part in a figure; None of a round that met no duty.

    For the assets' figures that in which its outage began, else that of the instant which the figure goes by; while
    there is none, that of its resolution, or of its opening.
    """
    if isinstance(explained, ExplainedDue):
        return None if explained.due_at is None else _month(explained.due_at, zone)
    incident, case = explained.incident, explained.case
    first = case.acknowledgement
    by = {
        Name.MTTD: case.detected or case.opened,
        Name.MTTA: None if first is None else first.judged,
        Name.MTTM: case.case.incident.mitigated,
        Name.MTTR: case.stopped,
        Name.REPAIR_ON_TIME: case.case.incident.restore_due,
        Name.RESPONSE_ON_TIME: case.case.incident.response_due,
        Name.SECURITY_INCIDENTS_MAJOR: case.opened,
        Name.PLAN_START_TIME: case.case.incident.plan_started or case.opened,
        Name.REVIEW_ON_TIME: explained.review_due,
        Name.REPEAT_INCIDENTS: case.opened,
    }
    if name in OF_ASSETS and incident.outages:
        moment = incident.outages[0].started
    else:
        moment = by.get(name) or case.ended or case.opened
    return _month(moment, zone)


def _month(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m")

"""One record's part in a figure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from opsctl.incidents.service import read as incidents
from opsctl.incidents.service import rows
from opsctl.incidents.service.cases import case_of, rules_of, targets_of
from opsctl.kpis.rules import deadlines
from opsctl.kpis.rules.arithmetic import arithmetic
from opsctl.kpis.rules.judged import judged
from opsctl.kpis.rules.reported import Explained
from opsctl.kpis.terms import OF_ASSETS, ON_TIME, Name


def record(session: Session, *, word: str, name: Name, zone: str, now: datetime) -> Explained:
    """The record that is meant, with its clock where the figure judges one. Raise NotFound if there is none."""
    incident = incidents.find(session, word=word, now=now)
    target = incident
    if incident.merged_into is not None:
        target = rows.of_references(session, targets_of(session, {incident.reference}))[0]
    case = judged(case_of(session, target))
    found = None
    if name in ON_TIME:
        clock = deadlines.clock_of(name, case, rules_of(session, target), now)
        found = None if clock is None else arithmetic(case, clock, zone, now)
    return Explained(incident, case, found)


def month_of(explained: Explained, name: Name, *, zone: str) -> str:
    """The month, `2026-10`, in which a record has its part in a figure.

    For the assets' figures that in which its outage began, else that of the instant which the figure goes by; while
    there is none, that of its resolution, or of its opening.
    """
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
    }
    if name in OF_ASSETS and incident.outages:
        moment = incident.outages[0].started
    else:
        moment = by.get(name) or case.ended or case.opened
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m")

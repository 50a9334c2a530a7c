"""Figures that count records."""

from opsctl.core.periods import Period
from opsctl.incidents.terms import Category
from opsctl.kpis.rules.durations import within
from opsctl.kpis.rules.judged import Judged, Part

MAJOR = 1


def major_security_incident(case: Judged, period: Period) -> Part | None:
    """Whether a security incident of severity 1 was opened in the period."""
    incident = case.case.incident
    is_major = incident.category is Category.SECURITY and incident.severity == MAJOR
    return Part() if is_major and within(case.opened, period) else None

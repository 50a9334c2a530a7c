"""What a record does to occurrences: it meets one, it is countersigned, it is taken out again."""

from datetime import datetime

from sqlmodel import Session

from opsctl.duties.rules import Occurrence


def meet(
    session: Session,
    *,
    kind: str,
    topic: str | None,
    about: str | None,
    happened_at: datetime,
    judged_at: datetime,
    by: str,
) -> Occurrence | None:
    """Meet an occurrence by the record `by`, and return it as it is now; None where none fits, which is no fault.

    The one of that kind, topic and asset whose window holds `happened_at`, else the nearest earlier one still due,
    which is then late. Of several windows that of the earliest due one. A duty counted from completion gets its next.
    """
    raise NotImplementedError


def would_meet(
    session: Session, *, kind: str, topic: str | None, about: str | None, happened_at: datetime
) -> Occurrence | None:
    """The occurrence that `meet` would meet, for a round that is only begun."""
    raise NotImplementedError


def countersign(session: Session, *, by: str, judged_at: datetime) -> Occurrence | None:
    """Judge the occurrence that the record `by` met by that moment from now on; None where it met none."""
    raise NotImplementedError


def release(session: Session, *, by: str, reason: str) -> Occurrence | None:
    """Make the occurrence that the record `by` met due again; None where it met none."""
    raise NotImplementedError

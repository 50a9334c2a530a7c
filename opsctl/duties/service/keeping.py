"""Keeping occurrences 35 days ahead: part of every write, and next to nothing where nothing is to be done."""

from datetime import UTC, datetime

from sqlmodel import Session

from opsctl.core.use_cases import Permission, use_case
from opsctl.duties.terms import AHEAD, KEPT_TO, RENEWED
from opsctl.rulebook.terms import APPLIED
from opsctl.store.settings import settings_of
from opsctl.store.unit import queue_of

_OF_ASSETS = "asset."


def keep_up(session: Session, *, now: datetime) -> None:
    """Make what is due in the next 35 days, and cancel what no longer is; once a day, and where assets or rules change.

    Called at the end of every write, in its transaction.
    """
    changed = [entry for entry in queue_of(session) if entry.kind.startswith(_OF_ASSETS) or entry.kind == APPLIED]
    if changed or is_stale(session, now=now):
        # Loaded here, for most writes have nothing to renew.
        from opsctl.duties.service import renewing

        # What the use case has only put into the session is to be read by plain statements.
        session.flush()
        ruled = any(entry.kind == APPLIED for entry in changed)
        renewing.renew(session, now=now, assets=[entry.subject for entry in changed], ruled=ruled)


def is_stale(session: Session, *, now: datetime) -> bool:
    """Whether fewer days are planned than there should be."""
    return is_too_near(kept_to(session), now)


def kept_to(session: Session) -> datetime | None:
    """The moment up to which there are occurrences; None before any were made."""
    return kept_to_of(settings_of(session).get(KEPT_TO))


def is_too_near(ends: datetime | None, now: datetime) -> bool:
    """Whether days are missing up to where there should be occurrences."""
    return ends is None or ends - now < RENEWED or is_far_too_far(ends, now)


def is_far_too_far(ends: datetime, now: datetime) -> bool:
    """Whether a clock that was wrong said up to when there are occurrences: nobody plans so far ahead."""
    return ends - now > 2 * AHEAD


@use_case(needs=Permission.RECORD, offline=False)
def keep_up_to_date(session: Session, *, now: datetime, actor: str) -> None:
    """Make what is missing of the next 35 days, for commands that look at what is due."""
    keep_up(session, now=now)


def kept_to_of(value: str | None) -> datetime | None:
    """The moment up to which there are occurrences, as the setting says it; None where it says none."""
    try:
        moment = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

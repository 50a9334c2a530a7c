"""Moments as they stand in the Markdown of a review: always with their offset, so that no zone changes them."""

import re
from datetime import UTC, datetime, timedelta

from opsctl.core.errors import InvalidInput
from opsctl.core.periods import read_deadline
from opsctl.core.texts import _
from opsctl.core.times import FIRST_YEAR, LAST_YEAR, local_day, read_moment, read_zone, start_of_day
from opsctl.core.typed import excerpt

_DIGIT = "[0-9０-９]"
_PART = rf"[:：]?{_DIGIT}{{2}}"
_OFFSET = rf"\s*(?:[zZ]|[-+＋－−]{_DIGIT}{{2}}(?P<minutes>{_PART}(?:{_PART})?)?)(?![0-9０-９A-Za-z])"
STARTS = re.compile(
    rf"{_DIGIT}{{4}}[-/.－／．]{_DIGIT}{{1,2}}[-/.－／．]{_DIGIT}{{1,2}}(?:\s*[tT]\s*|\s+)"
    rf"{_DIGIT}{{1,2}}[:：.]{_DIGIT}{{2}}(?P<seconds>[:：.]{_DIGIT}{{2}}(?:[.,]{_DIGIT}+)?)?"
    rf"(?P<offset>{_OFFSET})?(?![0-9０-９]|[:：.,][0-9０-９])\s*"
)
"""A day and a time in front of other words."""


def written(moment: datetime, zone: str, *, seconds: bool) -> str:
    """The moment in `zone` as `2026-10-12 02:58:00 +08:00`; seconds of zero are left out where not wanted."""
    local = moment.astimezone(read_zone(zone))
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        local = moment.astimezone(UTC)
    text = local.isoformat(" ", "seconds")
    return f"{text[:19] if seconds or local.second else text[:16]} {text[19:]}"


def written_deadline(moment: datetime, zone: str) -> str:
    """The deadline in `zone`: the day alone where it is the last second of one."""
    day = local_day(moment, zone)
    is_end = start_of_day(day + timedelta(days=1), zone) - timedelta(seconds=1) == moment
    if is_end and FIRST_YEAR <= day.year <= LAST_YEAR:
        return day.isoformat()
    return written(moment, zone, seconds=False)


def read_at(text: str, *, zone: str, now: datetime) -> datetime:
    """The moment, in UTC and whole seconds, that was typed. Raise InvalidInput as `read_moment` does."""
    return _kept(read_moment(text, zone=zone, now=now), text)


def read_by(text: str, *, zone: str, now: datetime) -> datetime:
    """The deadline, in UTC and whole seconds, that was typed. Raise InvalidInput as `read_deadline` does."""
    return _kept(read_deadline(text, zone=zone, now=now), text)


def is_kept(moment: datetime) -> bool:
    """Whether the moment can be written in every zone, and read again."""
    return FIRST_YEAR <= moment.astimezone(UTC).year <= LAST_YEAR


def _kept(moment: datetime, text: str) -> datetime:
    if not is_kept(moment):
        raise InvalidInput(_("There is no such time: {text!r}.").format(text=excerpt(text)), _("Check the year."))
    return moment.replace(microsecond=0)

"""What times without a date or a zone can be read by, and what is said of lines that were not understood. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import start_of_day
from opsctl.core.typed import excerpt
from opsctl.reviews.rules.importing.moments import (
    Reckoning,
    Stamp,
    accepted,
    check_clear,
    day_of,
    moment_of,
    read_whole,
)
from opsctl.reviews.rules.results import Problem


@dataclass(slots=True)
class Remarks:
    """What is said of lines, gathered while a text is read."""

    said: dict[Problem, None] = field(default_factory=dict)

    def add(self, line: int, message: str, hint: str = "") -> None:
        """Say that of a line, once."""
        self.said[Problem(line, message, hint)] = None

    def refuse(self, line: int, error: InvalidInput) -> None:
        """Say of a line what an error says."""
        self.add(line, error.message, error.hint)

    def in_order(self) -> tuple[Problem, ...]:
        """All of it, by line; of one line in the order in which it was said."""
        return tuple(sorted(self.said, key=lambda one: one.line))


@dataclass(frozen=True, slots=True)
class Context:
    """What a file and whoever imports it say of its times.

    `zone` is the name that was given for times without one, `stated` what the file says of them, `doubt` what it says
    that may mean several. `day` is its only date, `year` the only year of its dates. No time lies after `now`.
    """

    now: datetime
    zone: str | None = None
    stated: Reckoning = None
    doubt: str | None = None
    day: date | None = None
    year: int | None = None

    @property
    def reckoning(self) -> Reckoning:
        """What a clock without a zone is read in: as the file says, else as was given; None where nobody says."""
        if self.doubt is not None:
            return None
        return self.stated if self.stated is not None else self.zone


def read_when(text: str, context: Context) -> datetime:
    """The moment that the text is, in UTC; a date alone is its first instant.

    Raise InvalidInput for anything else, without a zone, and where more than one moment may be meant.
    """
    stamp = _read(text)
    day = day_of(stamp, None)
    if stamp.clock is not None:
        return moment_of(stamp, day, context.reckoning)
    return _edge(day, stamp, context)


def read_deadline(text: str, context: Context) -> datetime:
    """The deadline that the text is, in UTC; a date alone is the last second of that day.

    Raise InvalidInput as `read_when` does.
    """
    stamp = _read(text)
    day = day_of(stamp, None)
    if stamp.clock is not None:
        return moment_of(stamp, day, context.reckoning)
    return _edge(day + timedelta(days=1), stamp, context) - timedelta(seconds=1)


def dates_of(text: str) -> tuple[date | None, int | None]:
    """The date and the year that a text says that is a date or a moment; None where it is none, or an unclear one."""
    stamp = read_whole(text)
    if stamp is None or stamp.doubt is not None or not stamp.has_date:
        return None, None
    try:
        day = day_of(stamp, None)
        if stamp.clock is not None:
            moment_of(stamp, day, UTC)
    except InvalidInput:
        return None, None
    return day, day.year


def _read(text: str) -> Stamp:
    stamp = read_whole(text)
    if stamp is None or stamp.days_on or not (stamp.has_date or stamp.doubt):
        raise InvalidInput(_("{text!r} is not a date.").format(text=excerpt(text)), accepted())
    check_clear(stamp)
    return stamp


def _edge(day: date, stamp: Stamp, context: Context) -> datetime:
    """The first instant of a day."""
    reckoning = context.reckoning
    if reckoning is None:
        raise InvalidInput(
            _("{time} has no zone: when that day begins and ends is not known.").format(time=stamp.written),
            _("Give --tz, or write the moment with its zone: 2026-10-12 14:32 UTC."),
        )
    if isinstance(reckoning, str):
        return start_of_day(day, reckoning)
    return datetime.combine(day, time(), tzinfo=reckoning).astimezone(UTC)

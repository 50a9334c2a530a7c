"""What an assertion expects, and whether what was found is that. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from opsctl.backups.rules import Asserted
from opsctl.backups.terms import Verdict
from opsctl.core.texts import _
from opsctl.core.times import show_duration, show_moment
from opsctl.core.typed import excerpt

_EXPECTED = re.compile(r"(>=|<=|==|!=|=|<|>)\s*(.+)", re.DOTALL)
_WORD = re.compile(r"\{([a-z_]+)\}")
_SHOWN = 120
AHEAD = timedelta(minutes=5)
"""So far clocks of two machines may differ: a row that is newer than that was not written when the data was read."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected: something beside an operator; `number` is None where it is a text, and `sign` then = or !=."""

    sign: str
    text: str
    number: Decimal | None

    def holds(self, found: str) -> bool:
        """Whether what was found is what is expected; a number is compared as one, whatever its zeros."""
        value = read_number(found)
        if self.number is None or value is None:
            is_same = found == self.text
            return is_same if self.sign == "=" else not is_same and self.sign == "!="
        return {
            "=": value == self.number,
            "!=": value != self.number,
            ">=": value >= self.number,
            "<=": value <= self.number,
            ">": value > self.number,
            "<": value < self.number,
        }[self.sign]


def read_expected(text: str) -> Expected:
    """`>= 1000`, `!= 0`, `== ready`; what has no operator, or compares the order of words, is the text itself."""
    plain = text.strip()
    found = _EXPECTED.fullmatch(plain)
    if found is None:
        return Expected("=", plain, read_number(plain))
    sign, operand = found[1].replace("==", "="), found[2].strip()
    number = read_number(operand)
    if number is None and sign not in ("=", "!="):
        return Expected("=", plain, None)
    return Expected(sign, operand, number)


def read_number(text: str) -> Decimal | None:
    """The number that a text is, exactly; None where it is none, or no finite one."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def judge(what: str, expect: str, found: str) -> Asserted:
    """Whether `found` is what is expected."""
    verdict = Verdict.PASS if read_expected(expect).holds(found.strip()) else Verdict.DIFFERS
    return Asserted(what, expect, excerpt(found.strip(), _SHOWN), verdict)


def not_asked(what: str, expect: str, reason: str) -> Asserted:
    """An assertion that could not be asked: `reason` stands with what was asked, for nothing was found."""
    return Asserted(f"{what} ({excerpt(reason, _SHOWN)})", expect, None, Verdict.COULD_NOT_RUN)


def differs(what: str, expect: str, found: str) -> Asserted:
    """An assertion whose answer is an error, or otherwise not what was expected."""
    return Asserted(what, expect, excerpt(found, _SHOWN), Verdict.DIFFERS)


def scalar(rows: list[tuple[Any, ...]]) -> Any:
    """The first value of the first row of a result; None where there is none."""
    return rows[0][0] if rows and rows[0] else None


def text_of(value: Any) -> str:
    """A value of a database as text, numbers without an exponent."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return str(value)


def moment_of(value: Any) -> datetime | None:
    """The moment that a value of a database is, aware UTC; what has no zone is UTC, a number seconds since 1970.

    None where it is no moment.
    """
    try:
        if isinstance(value, datetime):
            return _aware(value)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        text = text_of(value).strip()
        number = read_number(text)
        if number is not None:
            return datetime.fromtimestamp(float(number), UTC)
        return _aware(datetime.fromisoformat(text))
    except (ValueError, OverflowError, OSError):
        return None


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def judge_age(what: str, within: timedelta, newest: datetime, started_at: datetime, ended_at: datetime) -> Asserted:
    """Whether the newest row is young enough: its age is that at the beginning of the run, not the one of today.

    A row that is newer than the end of the run says nothing: it could not have been there.
    """
    expected = _("at most {time} before the backup").format(time=show_duration(int(within.total_seconds())))
    if newest > ended_at + AHEAD:
        found = _("{moment}, after the backup ended").format(moment=show_moment(newest, "UTC"))
        return Asserted(what, expected, found, Verdict.DIFFERS)
    age = max(started_at - newest, timedelta(0))
    found = _("{time} before the backup").format(time=show_duration(int(age.total_seconds())))
    return Asserted(what, expected, found, Verdict.PASS if age <= within else Verdict.DIFFERS)


def loss_of(newest: datetime, started_at: datetime) -> float:
    """How many seconds before the beginning of the run the newest row lay: lost beyond the age of the point."""
    return max((started_at - newest).total_seconds(), 0.0)


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with `{root}`, `{host}` and the like replaced, each once and none within another's value.

    Raise KeyError with the name of a word that a restored copy may have, and this one has not.
    """

    def replaced(found: re.Match[str]) -> str:
        name = found[1]
        if name in WORDS:
            return words[name]
        return found[0]

    return _WORD.sub(replaced, text)


WORDS = ("root", "host", "port", "database", "socket", "user")
"""What a restored copy may tell an assertion about itself."""

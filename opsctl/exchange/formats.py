"""The formats in which a map's times are written: those of strptime, and seconds or milliseconds since 1970."""

import re
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import itemgetter

EPOCH_FORMATS = ("epoch", "epoch-ms")

Parser = Callable[[str], datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# strptime reads a time without a year as one of 1900.
_YEARS = ("%Y", "%y", "%G", "%c", "%x")
_WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}


def is_whole_date(form: str) -> bool:
    """Whether strptime knows the format, and a time written in it says year, month and day."""
    sample = datetime(2026, 10, 28, 13, 45, 59, tzinfo=UTC)
    try:
        # Newer Pythons warn of formats with a day and no year; one directive twice is an error of its pattern.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = datetime.strptime(sample.strftime(form), form).replace(tzinfo=UTC)
    except (ValueError, re.error, DeprecationWarning):
        return False
    return any(year in form for year in _YEARS) and parsed.date() == sample.date()


def parser(form: str) -> Parser:
    """A function that reads times of this format: aware for epochs and where the format has %z, else naive.

    The function raises ValueError or OverflowError for any other text.
    """
    if form in EPOCH_FORMATS:
        unit = timedelta(seconds=1) if form == "epoch" else timedelta(milliseconds=1)
        return lambda text: _EPOCH + unit * (float(text) if "." in text or "e" in text else int(text))
    return _fixed_parser(form) or _strptime_parser(form)


def _strptime_parser(form: str) -> Parser:
    # Naive on purpose: the caller applies the zone of the file.
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007


def _fixed_parser(form: str) -> Parser | None:
    """What strptime does, several times quicker, for times with all their zeros; None for a format it does not suit.

    The numbers are put into the order of ISO 8601, which is read without a pattern.
    """
    numbers: dict[str, slice] = {}
    literals: list[slice] = []
    expected: list[str] = []
    length = 0
    for piece in filter(None, re.split("(%.)", form)):
        place = slice(length, length + _WIDTHS.get(piece, len(piece)))
        length = place.stop
        if piece in _WIDTHS:
            numbers[piece] = place
        elif "%" in piece:
            return None
        else:
            literals.append(place)
            expected.append(piece)
    needed = list(_WIDTHS)[: len(numbers)]
    if len(numbers) < 3 or len(literals) < 2 or set(needed) != set(numbers):
        return None
    numbers_of = itemgetter(*(numbers[directive] for directive in needed))
    literals_of = itemgetter(*literals)
    literals_expected = tuple(expected)
    iso = {3: "%s-%s-%s", 4: "%s-%s-%sT%s", 5: "%s-%s-%sT%s:%s", 6: "%s-%s-%sT%s:%s:%s"}[len(numbers)]
    by_strptime = _strptime_parser(form)

    def parse(text: str) -> datetime:
        if len(text) == length and literals_of(text) == literals_expected:
            try:
                return datetime.fromisoformat(iso % numbers_of(text))
            except ValueError:
                pass
        return by_strptime(text)

    return parse

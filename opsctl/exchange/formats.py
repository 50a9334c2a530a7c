"""The formats in which a map's times are written: those of strptime, and seconds or milliseconds since 1970."""

import re
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

EPOCH_FORMATS = ("epoch", "epoch-ms")

Parser = Callable[[str], datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# strptime reads a time without a year as one of 1900.
_YEARS = ("%Y", "%y", "%G", "%c", "%x")
_NUMBERS = {"%Y": "([0-9]{4})", **dict.fromkeys(("%m", "%d", "%H", "%M", "%S"), "([0-9]{1,2})")}


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
    return _number_parser(form) or _strptime_parser(form)


def _strptime_parser(form: str) -> Parser:
    # Naive on purpose: the caller applies the zone of the file.
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007


def _number_parser(form: str) -> Parser | None:
    """What strptime does, several times quicker, for times of numbers alone; None for a format it does not suit.

    Numbers need something between them, or nobody could say where an unpadded one ends.
    """
    pieces = [piece for piece in re.split("(%.)", form) if piece]
    names = [piece for piece in pieces if piece in _NUMBERS]
    needed = list(_NUMBERS)[: len(names)]
    rest = [piece for piece in pieces if piece not in _NUMBERS]
    touching = any(one in _NUMBERS and next_one in _NUMBERS for one, next_one in pairwise(pieces))
    if len(names) < 3 or sorted(names) != sorted(needed) or touching or re.search(r"[%\d]", "".join(rest)):
        return None
    matched = re.compile("".join(_NUMBERS.get(piece) or re.escape(piece) for piece in pieces)).fullmatch
    order = [names.index(name) for name in needed]
    by_strptime = _strptime_parser(form)

    def parse(text: str) -> datetime:
        found = matched(text)
        if found is not None:
            numbers = found.groups()
            try:
                # Naive on purpose: the caller applies the zone of the file.
                return datetime(*[int(numbers[place]) for place in order])  # type: ignore[arg-type] # noqa: DTZ001
            except ValueError:
                pass
        return by_strptime(text)

    return parse

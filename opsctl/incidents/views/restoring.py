"""What an asset can be restored to, ready to be shown."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from opsctl.core.changes import joined
from opsctl.core.report import Cell, Kind, Phrase
from opsctl.core.texts import _, between
from opsctl.core.times import show_duration
from opsctl.incidents.rules.restoring import RestorePoint, Tried

_NAMES = re.compile(r"\{(\w+)\}")


def pairs(points: Iterable[RestorePoint]) -> list[tuple[str, Any, Kind]]:
    """One line for each policy: the last proven point, and that the newest restore test differs where it does."""
    # By the kind the reader's zone is asked for: there are moments among the words.
    return [(_("restore point"), _told(one), Kind.MOMENT) for one in points]


def _told(point: RestorePoint) -> Phrase:
    said: list[str | Phrase | Cell] = []
    if point.differed is not None:
        said.append(_phrase(_("{test} of {tested} DIFFERS, {run} cannot be relied on"), point.differed))
    if point.proven is not None:
        sentence = _("{run}, data of {data}, proven at {level} by {test} of {tested}; restored in {took}")
        said.append(_phrase(sentence, point.proven))
    elif point.was_proven:
        said.append(_("no proven point is left: pruned, or found to differ since"))
    else:
        said.append(_("never proven by a restore test"))
    shown = joined(said)
    pieces = shown.pieces if isinstance(shown, Phrase) else (str(shown),)
    return Phrase((point.policy + between(": "), *pieces))


def _phrase(sentence: str, tried: Tried) -> Phrase:
    """The sentence with these values between its words."""
    values: dict[str, str | Cell] = {
        "test": tried.test,
        "run": tried.run,
        "level": tried.level or "–",
        "tested": Cell(tried.tested_at, Kind.MOMENT),
        "data": Cell(tried.data_at, Kind.MOMENT),
        "took": "–" if tried.seconds is None else show_duration(tried.seconds),
    }
    pieces = _NAMES.split(sentence)  # words and names in turns
    return Phrase(tuple(values[piece] if at % 2 else piece for at, piece in enumerate(pieces)))


def data(point: RestorePoint) -> dict[str, Any]:
    """The restore point of a policy for programs; `proven` is null where there is none."""
    return {
        "policy": point.policy,
        "proven": None if point.proven is None else _tried_data(point.proven),
        "was_proven": point.was_proven,
        "differed": None if point.differed is None else _tried_data(point.differed),
    }


def _tried_data(tried: Tried) -> dict[str, str | float | datetime | None]:
    return {
        "run": tried.run,
        "copy": tried.copy,
        "data_at": tried.data_at,
        "test": tried.test,
        "tested_at": tried.tested_at,
        "level": tried.level,
        "restore_seconds": tried.seconds,
    }

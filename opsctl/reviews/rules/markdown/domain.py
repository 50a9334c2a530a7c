"""What a document can hold: the form of every text in it, and any document brought into that form."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from opsctl.core.typed import clean_for_terminal
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned
from opsctl.reviews.rules.markdown.moments import is_kept
from opsctl.rulebook.terms import LONGEST_WATCH

DEEPEST = 20
"""So many levels factors have at most."""
LONGEST_TITLE = 300
_BREAK = re.compile(r"\r\n|\r|\n")


def clean_lines(text: str) -> tuple[list[str], list[int]]:
    """The lines of a text, cleaned and without blanks at their ends; and the places of those that lost signs."""
    lines, changed = [], []
    for place, line in enumerate(_BREAK.split(text.removeprefix("\ufeff"))):
        spaced = line.expandtabs(4)
        cleaned = clean_for_terminal(spaced)
        if cleaned != spaced:
            changed.append(place)
        lines.append(cleaned.rstrip())
    return lines, changed


def tidy(lines: list[str]) -> str:
    """Clean lines as one text, without blanks at its ends."""
    return "\n".join(line.rstrip() for line in lines).strip()


def one_line(text: str) -> str:
    """The text in one clean line with single blanks."""
    return " ".join(clean_for_terminal(text).split())


def body(text: str) -> str:
    """The text as a document holds it: clean lines, no blanks at their ends, nor at its own."""
    return tidy(clean_lines(text)[0])


def normal(document: Document) -> Document:
    """The document as it can be written and read without losing a letter.

    What says nothing is left out, so are marks of a second root cause, rows of a number below 0 and moments that no
    calendar shows; factors that are nested too deeply stand beside their parents. A title is left as long as it is.
    """
    roots = [False]
    written: dict[str, Any] = {name: body(getattr(document, name)) for name in _TEXTS}
    written |= {name: _filled(body(one) for one in getattr(document, name)) for name in _LISTS}
    return replace(
        document,
        **written,
        title=one_line(document.title),
        held_on=_moment(document.held_on),
        facilitator=_line(document.facilitator),
        participants=_filled(one_line(one) for one in document.participants),
        added=_added(document.added),
        hidden=tuple(sorted({seq for seq in document.hidden if 0 <= seq < _MOST_ROW})),
        notes=_notes(document.notes),
        factors=tuple(each for one in document.factors for each in _factors(one, 1, roots)),
        planned=tuple(_planned(one) for one in document.planned if one_line(one.text)),
        actions=tuple(dict.fromkeys(one_line(one).upper() for one in document.actions)),
        own=tuple(Own(one_line(one.heading), body(one.text)) for one in document.own if one_line(one.heading)),
    )


_TEXTS = ("summary", "impact", "root_cause", "detection", "response", "feedback", "internal")
_LISTS = ("went_well", "went_badly", "luck", "lessons")
_MOST_ROW = 10**18


def _filled(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _line(text: str | None) -> str | None:
    return (one_line(text) or None) if text is not None else None


def _moment(moment: datetime | None) -> datetime | None:
    if moment is None or not is_kept(moment):
        return None
    return moment.astimezone(UTC).replace(microsecond=0)


def _added(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    found = [
        Line(at, text, line.internal)
        for line in lines
        if (at := _moment(line.at)) is not None and (text := body(line.text))
    ]
    return tuple(sorted(found, key=lambda line: line.at))


def _notes(notes: tuple[tuple[int, str], ...]) -> tuple[tuple[int, str], ...]:
    found: dict[int, str] = {}
    for seq, text in notes:
        if 0 <= seq < _MOST_ROW and (said := body(text)):
            found[seq] = f"{found[seq]}\n\n{said}" if seq in found else said
    return tuple(sorted(found.items()))


def _factors(factor: Factor, level: int, roots: list[bool]) -> tuple[Factor, ...]:
    text = body(factor.text)
    root = bool(text) and factor.root and not roots[0]
    roots[0] = roots[0] or root
    inner = level + 1 if text else level
    behind = tuple(each for one in factor.behind for each in _factors(one, min(inner, DEEPEST), roots))
    if not text:
        return behind
    if level >= DEEPEST:
        return (replace(factor, text=text, root=root, behind=()), *behind)
    return (replace(factor, text=text, root=root, behind=behind),)


def _planned(planned: Planned) -> Planned:
    return replace(
        planned,
        text=one_line(planned.text),
        owner=_line(planned.owner),
        deadline=_moment(planned.deadline),
        verify=_line(planned.verify),
        months=planned.months if planned.months is not None and 1 <= planned.months <= LONGEST_WATCH else None,
    )

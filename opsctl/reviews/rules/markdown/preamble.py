"""What stands above the first section: which review it is, its title, and who held it when."""

import re
from collections.abc import Sequence

from opsctl.core.texts import LANGUAGES, _
from opsctl.core.typed import excerpt, mend
from opsctl.reviews.rules.markdown import names
from opsctl.reviews.rules.markdown.domain import LONGEST_TITLE, one_line
from opsctl.reviews.rules.markdown.escaping import RawLine
from opsctl.reviews.rules.markdown.gathering import Gathering
from opsctl.reviews.rules.markdown.moments import read_at
from opsctl.reviews.rules.results import Head
from opsctl.reviews.terms import HEADINGS, Heading, Section

_HEAD = re.compile(
    r"\s*<!--\s*opsctl\s+([A-Z]{3}-[A-Z0-9-]{1,40})\s+version\s+([0-9]{1,9})\s+([A-Za-z_]{2,5})"
    r"(?:\s+#([0-9]{1,18}))?\s*-->"
)
_LIKE_HEAD = re.compile(r"\s*<!--\s*opsctl\b")
_TITLE = re.compile(r"#(?!#)\s*(.*)")
_NAME = re.compile(rf"(?:\\[\\{names.SEPARATORS}]|[^{names.SEPARATORS}])+")
_SLASHED = re.compile(rf"\\([\\{names.SEPARATORS}])")


def read_preamble(lines: Sequence[RawLine], found: Gathering) -> Head | None:
    """The head, None where there is none; title and fields become parts of the document."""
    said = [line for line in lines if line.raw]
    head = None
    if said and _LIKE_HEAD.match(said[0].raw):
        head = _head(said.pop(0), found)
    for line in said:
        if (title := _TITLE.fullmatch(line.raw)) and "title" not in found.parts:
            _title(line, title[1], found)
        elif (field := names.FIELD.fullmatch(line.raw)) and (key := names.field_of(field[1])):
            _field(line, key, field[2], found)
        else:
            _not_understood(line, found)
    if not found.parts.get("title"):
        found.wrong(1, _("The review has no title."), _("Put it above everything else: # What happened"))
    return head


def _head(line: RawLine, found: Gathering) -> Head | None:
    head = _HEAD.fullmatch(line.raw)
    if head is None or head[3] not in LANGUAGES:
        found.wrong(
            line.number,
            _("The first line does not say which review this is."),
            _("Leave it as it was: <!-- opsctl REV-2026-0007 version 3 en -->"),
        )
        return None
    return Head(head[1], int(head[2]), head[3], None if head[4] is None else int(head[4]))


def _title(line: RawLine, words: str, found: Gathering) -> None:
    found.parts["title"] = title = one_line(words)
    found.places["title", ()] = line.number
    if len(title) > LONGEST_TITLE:
        found.wrong(
            line.number,
            _("The title has {length} characters, {most} are allowed.").format(length=len(title), most=LONGEST_TITLE),
            _("Shorten it; the summary has room for the rest."),
        )


def _field(line: RawLine, key: Heading, value: str, found: Gathering) -> None:
    name = {names.HELD_ON: "held_on", names.FACILITATOR: "facilitator", names.PARTICIPANTS: "participants"}[key]
    place = name.replace("_", "-"), ()
    if place in found.places:
        message = _("{name} stands here twice.").format(name=names.spoken(key))
        found.wrong(line.number, message, _("Remove one of them."))
        return
    found.places[place] = line.number
    if key is names.PARTICIPANTS:
        parts = (one_line(part) for part in _NAME.findall(value))
        found.parts[name] = tuple(_SLASHED.sub(r"\1", part) for part in parts if part)
    elif key is names.FACILITATOR:
        found.parts[name] = one_line(value) or None
    elif mend(value) not in ("", "-"):
        found.parts[name] = found.moment(line.number, value, read_at)


def _not_understood(line: RawLine, found: Gathering) -> None:
    known = names.listed((names.HELD_ON, names.FACILITATOR, names.PARTICIPANTS))
    found.wrong(
        line.number,
        _("Above the first section this is not understood: {line}").format(line=excerpt(line.raw)),
        _("There stand a title (# …) and {fields}; put everything else below a heading such as ## {heading}.").format(
            fields=known, heading=names.spoken(HEADINGS[Section.SUMMARY])
        ),
    )

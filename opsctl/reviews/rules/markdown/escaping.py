"""Which lines of a text would be taken for something else, and the backslash that keeps them what they are.

A line that looks like a heading, a help comment of ours, a fence without an end, or whatever the section it stands in
has of its own, gets a backslash in front, one more where it begins with some already; reading takes one away. Lines
between two fences stay as they are, but for the headings that a review itself has: a fence without an end must never
swallow a section.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opsctl.reviews.rules.markdown.names import section_of
from opsctl.reviews.terms import Section

_HEADING = re.compile(r" {0,3}##(?!#)\s*(\S.*)")
_OWN = re.compile(r"##\s+(\S.*)")
_FENCE = re.compile(r"\s*(?:[-*+•]\s+)?(`{3,}(?=[^`]*$)|~{3,})")
_HELP = re.compile(r"\s*<!--\s*opsctl\s*:")
_WHOLE_HELP = re.compile(r"\s*<!--\s*opsctl\s*:(?:(?!-->).)*-->")
_CONTENT = re.compile(r"(\s*)(\\*)(.*)", re.DOTALL)

Special = Callable[[int, str], bool]
"""Whether a line of a text, by its place from 0 and without the backslashes in front, is something else there."""


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as it stands in the file, cleaned: its number from 1, whether it is inside a fence, or opens one."""

    number: int
    raw: str
    fenced: bool = False
    opens: bool = False


def never(_place: int, _content: str) -> bool:
    """Nothing is special."""
    return False


def known_heading(raw: str) -> Section | None:
    """The section of a review that begins with that line, else None."""
    found = _HEADING.fullmatch(raw) if "##" in raw[:5] else None
    return section_of(found[1]) if found else None


def own_heading(raw: str) -> str | None:
    """The heading of one's own that the line is, else None."""
    found = _OWN.fullmatch(raw) if raw.startswith("##") and known_heading(raw) is None else None
    return unslashed(found[1], lambda words: section_of(words) is not None) if found else None


def write_heading(words: str) -> str:
    """The line of a heading of one's own, which is none of the review's even where it has the same words."""
    _blanks, slashes, bare = _parts(words)
    return f"## {chr(92) if section_of(bare) else ''}{slashes}{bare}"


def opened_by(raw: str) -> str | None:
    """The fence that the line opens, else None."""
    found = _FENCE.match(raw)
    return found[1] if found else None


def closes(raw: str, fence: str) -> bool:
    """Whether the line closes that fence."""
    run = raw.strip()
    return len(run) >= len(fence) and run == fence[0] * len(run)


def is_help(raw: str) -> bool:
    """Whether the line is a whole help comment of ours."""
    return _WHOLE_HELP.fullmatch(raw) is not None


def begins_help(raw: str) -> bool:
    """Whether the line begins like a help comment of ours."""
    return _HELP.match(raw) is not None


def unslashed(content: str, is_special: Callable[[str], bool]) -> str:
    """The content without the backslash that was put in front of what would be special."""
    blanks, slashes, bare = _parts(content)
    return blanks + slashes[1:] + bare if slashes and is_special(blanks + bare) else content


def plain(line: RawLine, start: int, place: int, special: Special = never) -> str:
    """What was meant by the line from the column `start` on: without the backslash that protects it."""
    before = line.raw[:start]

    def is_special(content: str) -> bool:
        if line.fenced:
            return known_heading(before + content) is not None
        return _is_marked(before + content) or special(place, content)

    return unslashed(line.raw[start:], is_special)


def protected(text: str, first: str = "", indent: str = "", special: Special = never) -> list[str]:
    """The lines of a text as they are written, the first behind `first` and the others behind `indent`."""
    contents = text.split("\n")
    raws = [((indent if place else first) + content).rstrip() for place, content in enumerate(contents)]
    ends = _longest_ends(raws)
    fence: str | None = None
    for place, content in enumerate(contents):
        before = indent if place else first
        blanks, slashes, bare = _parts(content)
        if fence is not None:
            is_special = known_heading(before + blanks + bare) is not None
            fence = None if closes(raws[place], fence) else fence
        else:
            opened = opened_by(raws[place])
            fence = opened if opened and ends[place + 1][opened[0]] >= len(opened) else None
            is_special = fence is None and (_is_marked(before + blanks + bare) or special(place, blanks + bare))
        if is_special:
            raws[place] = f"{before}{blanks}\\{slashes}{bare}"
    return raws


def _is_marked(raw: str) -> bool:
    return (
        known_heading(raw) is not None or own_heading(raw) is not None or begins_help(raw) or opened_by(raw) is not None
    )


def _parts(content: str) -> tuple[str, str, str]:
    """The blanks in front, the backslashes after them, and the rest."""
    found = _CONTENT.fullmatch(content)
    return (found[1], found[2], found[3]) if found else ("", "", content)


def _longest_ends(raws: Sequence[str]) -> list[dict[str, int]]:
    """For each line, and for the end, the longest fence of each kind that could be closed from there on."""
    ends = [{"`": 0, "~": 0}]
    for raw in reversed(raws):
        run, longest = raw.strip(), ends[-1]
        if run[:3] in ("```", "~~~") and closes(run, run[0] * 3):
            longest = {**longest, run[0]: max(longest[run[0]], len(run))}
        ends.append(longest)
    return ends[::-1]

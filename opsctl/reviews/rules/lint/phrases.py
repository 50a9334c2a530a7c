"""How a phrase is told from one that only looks like it: what stands around it, who it speaks of, where it stands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from opsctl.reviews.rules.lint.finding import Advice, LintKind
from opsctl.reviews.rules.lint.subjects import People, subject_after, subject_before

_AROUND = 48
"""So many signs before a phrase are looked at: the time stays in proportion to the text."""
_ALONG = 160


class Who(Enum):
    """Whether a phrase is one only where it speaks of a person."""

    ANYBODY = auto()
    BEFORE = auto()
    """A person or a post stands before it: "the engineer failed to"."""
    AFTER = auto()
    """A person or a post stands behind it: "caused by Wang"."""


class Only(Enum):
    """Where a phrase counts."""

    EVERYWHERE = auto()
    AS_CAUSE = auto()
    """In a text about causes, or in a sentence that says that it is one."""
    NOT_OF_CHANCE = auto()
    """Not under "where luck helped", which is about what did not happen."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase, and what makes it another one: `before` is searched in the signs before it, `after` right behind it.

    `along` has to stand not far from it; `cause_before` and `cause_after` say that it is given as a cause.
    """

    advice: Advice
    pattern: re.Pattern[str]
    before: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None
    along: re.Pattern[str] | None = None
    who: Who = Who.ANYBODY
    only: Only = Only.EVERYWHERE
    cause_before: re.Pattern[str] | None = None
    cause_after: re.Pattern[str] | None = None

    @property
    def kind(self) -> LintKind:
        """What it is marked for."""
        return KINDS[self.advice]


KINDS = {
    Advice.CULPRIT: LintKind.BLAME,
    Advice.JUDGED: LintKind.BLAME,
    Advice.PUNISHED: LintKind.BLAME,
    Advice.ERROR: LintKind.HUMAN_ERROR,
    Advice.COUNTERFACTUAL: LintKind.HINDSIGHT,
    Advice.SELF_EVIDENT: LintKind.HINDSIGHT,
    Advice.UNSEEN: LintKind.HINDSIGHT,
}
_RANKS = {kind: rank for rank, kind in enumerate(LintKind)}


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase that was found, and where in its sentence."""

    advice: Advice
    start: int
    end: int

    @property
    def kind(self) -> LintKind:
        """What it is marked for."""
        return KINDS[self.advice]


def find(
    sentence: str, phrases: Iterable[Phrase], people: People, *, of_causes: bool, of_chance: bool
) -> tuple[Found, ...]:
    """The first phrase of each kind in a folded sentence; of two that overlap the graver one alone."""
    firsts: dict[LintKind, Found] = {}
    for phrase in phrases:
        if of_chance and phrase.only is Only.NOT_OF_CHANCE:
            continue
        for match in phrase.pattern.finditer(sentence):
            found = _judged(sentence, phrase, match, people, of_causes)
            if found is not None:
                known = firsts.get(found.kind)
                if known is None or found.start < known.start:
                    firsts[found.kind] = found
                break
    kept: list[Found] = []
    for found in sorted(firsts.values(), key=lambda one: _RANKS[one.kind]):
        if all(found.end <= other.start or other.end <= found.start for other in kept):
            kept.append(found)
    return tuple(kept)


def _judged(sentence: str, phrase: Phrase, match: re.Match[str], people: People, of_causes: bool) -> Found | None:
    start, end = match.span()
    lead = sentence[max(0, start - _AROUND) : start]
    if phrase.before is not None and phrase.before.search(lead):
        return None
    if phrase.after is not None and phrase.after.match(sentence, end):
        return None
    if phrase.along is not None and not phrase.along.search(sentence[max(0, start - _ALONG) : end + _ALONG]):
        return None
    if phrase.only is Only.AS_CAUSE and not of_causes and not _is_cause(sentence, phrase, lead, end):
        return None
    if phrase.who is Who.BEFORE:
        begin = subject_before(sentence, start, people, match.groupdict().get("doing"))
        return None if begin is None else Found(phrase.advice, begin, end)
    if phrase.who is Who.AFTER:
        stop = subject_after(sentence, end, people)
        return None if stop is None else Found(phrase.advice, start, stop)
    return Found(phrase.advice, start, end)


def _is_cause(sentence: str, phrase: Phrase, lead: str, end: int) -> bool:
    if phrase.cause_before is not None and phrase.cause_before.search(lead):
        return True
    return phrase.cause_after is not None and phrase.cause_after.match(sentence, end) is not None

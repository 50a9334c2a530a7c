"""Whether a planned action can be done, and be seen to be done: who, by when, what for, and a verb that says what."""

import re

from opsctl.core.texts import _, series
from opsctl.reviews.rules.document import Planned
from opsctl.reviews.rules.lint import words
from opsctl.reviews.rules.lint.finding import Finding, LintKind
from opsctl.reviews.rules.lint.sentences import HAN, HIDDEN, Sentence, shortened, whole
from opsctl.reviews.terms import Section

_FEWEST_WORDS = 3
_FEWEST_HAN = 6
_MOST_READ = 4000
_WORD = re.compile(rf"[a-z0-9\u00c0-\u1fff][a-z0-9\u00c0-\u1fff./_'-]*|{HIDDEN}")
_HAN = re.compile(f"[{HAN}]")
_FULL_STOP = re.compile(r"[:;.](?: |$)|[—–]| - ")
_HALF_STOP = re.compile(r"[,()] ?| and (?:then )?| then ")
_MEANS = re.compile(r"(?<![a-z])(?:by|through) (?:[a-z]+ly )?[a-z-]+ing(?![a-z])")


def vague(planned: Planned, line: int | None) -> Finding | None:
    """What is missing in a planned action, in one finding; None where somebody can do it and another see it done."""
    required = ((_("no owner"), planned.owner), (_("no deadline"), planned.deadline), (_("no kind"), planned.kind))
    missing = [word for word, value in required if not value]
    # What another record will prove is clear enough, however it is put.
    phrase = None if planned.verify else vague_words(planned.text)
    if phrase is None and not missing:
        return None
    suggestion = _suggestion(phrase is not None, bool(missing))
    if phrase is not None:
        missing.append(_("nothing that can be seen to be done"))
    return Finding(
        line,
        Section.ACTIONS.value,
        LintKind.VAGUE_ACTION,
        shortened(phrase or planned.text),
        _("A vague action: {missing}.").format(missing=series(missing)),
        suggestion,
    )


def vague_words(text: str) -> str | None:
    """What is vague in the words of an action, as it is written there; None where nothing is."""
    said = whole(text[:_MOST_READ])
    ascii_words = _WORD.findall(said.text)
    han = len(_HAN.findall(said.text))
    if han >= max(2, len(ascii_words)):
        too_short = han + 2 * len(ascii_words) < _FEWEST_HAN
        found = _chinese(said)
    else:
        too_short = len(ascii_words) + han // 2 < _FEWEST_WORDS
        found = _english(said, ascii_words)
    if found is not None:
        return said.words(*found)
    return " ".join(text.split()) if too_short else None


def _suggestion(is_vague: bool, lacks: bool) -> str:
    if not is_vague:
        return _("Name who does it, by when, and whether it prevents, detects, mitigates or changes the process.")
    if not lacks:
        return _("Write what is added, changed or removed, where, and what will show that it is there.")
    return _(
        "Write what is added, changed or removed, where, and what will show that it is there; name who does it,"
        " by when, "
        "and whether it prevents, detects, mitigates or changes the process."
    )


def _english(said: Sentence, listed: list[str]) -> tuple[int, int] | None:
    text = said.text
    empty = words.ENGLISH_EMPTY.match(text)
    weak = empty or words.ENGLISH_WEAK.match(text)
    if weak is None:
        return (0, len(text)) if _has_no_verb(listed) and not words.ENGLISH_AMOUNT.search(text) else None
    rest = text[weak.end() :]
    if _MEANS.search(rest) or any(map(_says_more, _FULL_STOP.split(rest)[1:])):
        return None
    if empty is None and (words.ENGLISH_AMOUNT.search(rest) or any(map(_begins_with_verb, _HALF_STOP.split(rest)[1:]))):
        return None
    return weak.span("words")


def _has_no_verb(listed: list[str]) -> bool:
    if not listed or listed[0] not in words.NO_VERB_FIRST | words.ENGLISH_DETERMINERS:
        return False
    verbs = words.ENGLISH_CONCRETE | words.ENGLISH_AUXILIARIES
    if listed[0] in words.ENGLISH_DETERMINERS:
        return verbs.isdisjoint({*listed[2:], *(word.removesuffix("s") for word in listed[2:])})
    return verbs.isdisjoint(listed[1:])


def _says_more(clause: str) -> bool:
    """Whether a clause behind a colon or a full stop says what is done, not only what is wished for once more."""
    clause = clause.strip()
    if words.ENGLISH_EMPTY.match(clause) or words.ENGLISH_WEAK.match(clause):
        return False
    return len(_WORD.findall(clause)) > _FEWEST_WORDS or _begins_with_verb(clause)


def _begins_with_verb(clause: str) -> bool:
    return (first := _WORD.search(clause)) is not None and first[0] in words.ENGLISH_CONCRETE


def _chinese(said: Sentence) -> tuple[int, int] | None:
    clauses = list(filter(str.strip, words.CHINESE_CUT.split(said.text)))
    if any(map(_is_concrete, clauses)) or _names_parts(said.text):
        return None
    found = words.CHINESE_VAGUE.search(said.text) or words.CHINESE_ADVERBS.search(said.text)
    if found is not None:
        return found.span()
    return None if words.CHINESE_DOING.search(said.text) else (0, len(said.text))


def _is_concrete(clause: str) -> bool:
    if words.CHINESE_RHYTHM.search(clause):
        return True
    wish = words.CHINESE_VAGUE.search(clause)
    done = words.CHINESE_CONCRETE.search(clause if wish is None else clause[: wish.start()])
    return done is not None


def _names_parts(text: str) -> bool:
    """Whether what stands behind a colon says in more than a few words what is meant."""
    behind = text.partition(":")[2]
    return len(_HAN.findall(behind)) > _FEWEST_HAN and words.CHINESE_VAGUE.search(behind) is None

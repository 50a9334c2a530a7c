"""What in the words of a review blames, explains by human error, judges by hindsight, stays vague or names no record.

Small tables of words in English and Chinese, both asked of every sentence: no network and no model. It is meant to be
right rather than complete. Code, addresses and quoted words are not read.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from opsctl.reviews.rules.document import Document
from opsctl.reviews.rules.lint import chinese, english
from opsctl.reviews.rules.lint.actions import vague
from opsctl.reviews.rules.lint.errors import is_only_error
from opsctl.reviews.rules.lint.finding import Advice, Finding, said_of
from opsctl.reviews.rules.lint.finding import LintKind as LintKind
from opsctl.reviews.rules.lint.phrases import Found, Phrase, find
from opsctl.reviews.rules.lint.records import unrecorded
from opsctl.reviews.rules.lint.sentences import Sentence, has_han, sentences, shortened
from opsctl.reviews.rules.lint.subjects import People
from opsctl.reviews.rules.lint.texts import Text, texts_of
from opsctl.reviews.rules.results import Places

_LATIN = re.compile("[a-z]")


def lint(document: Document, places: Places, *, people: Sequence[tuple[str, str]] = ()) -> tuple[Finding, ...]:
    """What is marked in a review, by line; what has no place in the text comes last.

    `people` are the names and handles of persons. Of each kind a sentence is marked once at most.
    """
    known = People.of(people)
    findings: list[Finding] = []
    for text in texts_of(document):
        findings += _of_text(text, places.get((text.section, text.path)), known)
    for place, line in enumerate(document.added):
        findings += _given(unrecorded(line, places.get(("timeline", (place,)))))
    for place, planned in enumerate(document.planned):
        findings += _given(vague(planned, places.get(("actions", (place,)))))
    return tuple(sorted(findings, key=lambda finding: (finding.line is None, finding.line or 0)))


def _given(finding: Finding | None) -> Iterator[Finding]:
    if finding is not None:
        yield finding


def _of_text(text: Text, first: int | None, people: People) -> Iterator[Finding]:
    breaks = [at for at, sign in enumerate(text.text) if sign == "\n"]
    erred = False
    for sentence in sentences(text.text):
        phrases = _phrases(sentence.text, text.planned)
        for found in find(sentence.text, phrases, people, of_causes=text.of_causes, of_chance=text.of_chance):
            line = None if first is None else first + bisect_right(breaks, sentence.place(found.start))
            erred = erred or found.kind is LintKind.HUMAN_ERROR
            yield _finding(text, sentence, found, line)
    if text.lone_person and not erred and is_only_error(text.text, people):
        message, suggestion = said_of(Advice.ERROR)
        yield Finding(first, text.section, LintKind.HUMAN_ERROR, shortened(text.text), message, suggestion)


def _phrases(sentence: str, planned: bool) -> tuple[Phrase, ...]:
    """Those that a sentence may have by its letters. Actions tell what is to be: only blame is marked in them."""
    both = (english.PHRASES if _LATIN.search(sentence) else ()) + (chinese.PHRASES if has_han(sentence) else ())
    return tuple(phrase for phrase in both if phrase.kind is LintKind.BLAME) if planned else both


def _finding(text: Text, sentence: Sentence, found: Found, line: int | None) -> Finding:
    message, suggestion = said_of(found.advice)
    return Finding(line, text.section, found.kind, sentence.words(found.start, found.end), message, suggestion)

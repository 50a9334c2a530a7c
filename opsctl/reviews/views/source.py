"""A review as the Markdown that people edit, and the lines of it that the records fix."""

from collections.abc import Iterator
from contextlib import contextmanager

from opsctl.core import texts
from opsctl.reviews.rules import markdown
from opsctl.reviews.rules.results import ActionLine, FactLine, Head, Known
from opsctl.reviews.views.events import action_lines, fact_lines
from opsctl.reviews.views.hints import hints


def written(known: Known, *, zone: str) -> str:
    """The review in the reader's language, as it is opened in an editor."""
    lines, actions = fixed(known, zone=zone, language=texts.language())
    review = known.review
    head = Head(review.reference, review.version, texts.language())
    known_too = hints(known, zone=zone)
    return markdown.write(review.document, head, lines=lines, actions=actions, zone=zone, hints=known_too)


def fixed(known: Known, *, zone: str, language: str) -> tuple[tuple[FactLine, ...], tuple[ActionLine, ...]]:
    """The lines that the ledger and recorded actions have in a text of that language."""
    with _speaking(language):
        return fact_lines(known.facts, zone=zone), action_lines(known.facts.actions, zone=zone)


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    before = texts.language()
    texts.use_language(language)
    try:
        yield
    finally:
        texts.use_language(before)

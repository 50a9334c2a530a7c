"""The texts of a review that are read, where each stands, and what kind of text it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from opsctl.reviews.rules.document import Document, Factor
from opsctl.reviews.terms import Factor as FactorKind
from opsctl.reviews.terms import Section


@dataclass(frozen=True, slots=True)
class Text:
    """A text, and its place by section and path as `Places` has it.

    `of_causes` where a thing that is named is named as a cause, `of_chance` where the text is about what did not
    happen, `planned` for an action, `lone_person` for a factor of people with nothing behind it.
    """

    section: str
    path: tuple[int, ...]
    text: str
    of_causes: bool = False
    of_chance: bool = False
    planned: bool = False
    lone_person: bool = False


def texts_of(document: Document) -> Iterator[Text]:
    """The texts of a review in the order of its sections. Feedback is left out: it is what others said."""
    yield Text("title", (), document.title, of_causes=True)
    yield Text(Section.SUMMARY.value, (), document.summary, of_causes=True)
    yield Text(Section.IMPACT.value, (), document.impact)
    for place, line in enumerate(document.added):
        yield Text(Section.TIMELINE.value, (place,), line.text)
    for seq, note in document.notes:
        yield Text("notes", (seq,), note)
    yield from _factors(document.factors)
    yield Text(Section.ROOT_CAUSE.value, (), document.root_cause, of_causes=True)
    for section, items in (
        (Section.WENT_WELL, document.went_well),
        (Section.WENT_BADLY, document.went_badly),
        (Section.LUCK, document.luck),
    ):
        for place, item in enumerate(items):
            yield Text(section.value, (place,), item, of_chance=section is Section.LUCK)
    yield Text(Section.DETECTION.value, (), document.detection)
    yield Text(Section.RESPONSE.value, (), document.response)
    for place, lesson in enumerate(document.lessons):
        yield Text(Section.LESSONS.value, (place,), lesson)
    for place, planned in enumerate(document.planned):
        yield Text(Section.ACTIONS.value, (place,), planned.text, planned=True)
    yield Text(Section.INTERNAL.value, (), document.internal)
    for place, own in enumerate(document.own):
        yield Text("own", (place,), own.text)


def _factors(factors: tuple[Factor, ...]) -> Iterator[Text]:
    waiting: list[tuple[tuple[int, ...], Factor]]
    waiting = [((place,), factor) for place, factor in reversed(list(enumerate(factors)))]
    while waiting:
        path, factor = waiting.pop()
        lone = factor.kind is FactorKind.PEOPLE and not factor.behind
        yield Text(Section.FACTORS.value, path, factor.text, of_causes=True, lone_person=lone)
        waiting += [((*path, place), behind) for place, behind in reversed(list(enumerate(factor.behind)))]

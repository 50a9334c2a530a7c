"""What the records say stands below the headings of the text that is edited, and is no part of it."""

from collections.abc import Callable
from datetime import timedelta

from opsctl.reviews.rules import Review, markdown
from opsctl.reviews.rules.facts import Facts
from opsctl.reviews.rules.results import Head, Known
from opsctl.reviews.terms import Section
from opsctl.reviews.views import source
from opsctl.reviews.views.hints import hints
from tests.reviews.making import NOW
from tests.reviews.records import review_of

ZONE = "Asia/Shanghai"


def test_nobody_looks_up_what_the_records_say(
    trouble: Callable[..., str], reviewed: Callable[[Review], Review], gathered: Callable[..., Facts]
) -> None:
    earlier = trouble(NOW - timedelta(days=40), cause="no memory left")
    reference = trouble(NOW - timedelta(days=1), cause="no memory left")
    review = reviewed(review_of(reference))
    found = hints(Known(review, gathered(review)), zone=ZONE)
    assert found[Section.DETECTION][:2] == ("impact start –", "opened 2026-11-04 10:00:00+08:00")
    assert "restored 2026-11-04 11:00:00+08:00" in found[Section.DETECTION]
    assert found[Section.RESPONSE][1].startswith("restore · limit 4 h · used 1 h · due ")
    assert found[Section.FACTORS] == (f"{earlier} · login answers 502 · 2026-09-26 10:00+08:00 · asset, cause",)
    assert Section.ACTIONS not in found, "nothing was promised then"


def test_a_text_with_hints_is_the_same_text(
    trouble: Callable[..., str], reviewed: Callable[[Review], Review], gathered: Callable[..., Facts]
) -> None:
    review = reviewed(review_of(trouble(NOW - timedelta(days=1))))
    known = Known(review, gathered(review))
    read = markdown.read(source.written(known, zone=ZONE), zone=ZONE, now=NOW)
    assert (read.problems, read.document) == ((), review.document)


def test_a_hint_cannot_end_its_comment() -> None:
    head = Head("REV-2026-0001", 1, "en")
    empty = review_of("INC-2026-0001").document
    given = {Section.IMPACT: ("erp --> # gone\nnext",)}
    text = markdown.write(empty, head, lines=(), actions=(), zone=ZONE, hints=given)
    assert "<!-- opsctl: erp → # gone next -->\n" in text
    assert markdown.read(text, zone=ZONE, now=NOW).document == empty

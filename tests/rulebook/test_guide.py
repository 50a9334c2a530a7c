"""docs/rulebook.md is true: what it shows is a book without errors."""

import re
from pathlib import Path

from opsctl.rulebook.rules.book import read_book
from opsctl.rulebook.terms import FIGURES, LATER_TABLES

GUIDE = (Path(__file__).parents[2] / "docs/rulebook.md").read_text(encoding="utf-8")


def test_the_examples_of_the_guide_are_one_valid_book() -> None:
    text = "\n".join(re.findall(r"^```toml\n(.*?)^```$", GUIDE, flags=re.M | re.S))
    book = read_book(text, file="docs/rulebook.md", year=2026, others={})
    assert (book.name, book.errors) == ("company", ())
    assert [one.key for one in book.warnings] == ["calendars.office.holidays"]
    assert list(book.content["customer_limits"]) == ["acme"]


def test_the_guide_names_every_figure_and_every_table_that_is_refused() -> None:
    assert [name for name in FIGURES if f"`{name}`" not in GUIDE] == []
    assert [name for name in LATER_TABLES if f"`[{name}]`" not in GUIDE] == []

"""Rulebooks to apply and to spoil."""

from collections.abc import Mapping
from typing import Any

from opsctl.rulebook.rules.book import Book, read_book
from opsctl.rulebook.service.applying import Applied, apply
from tests.harness import Perform

FILE = "om.toml"
MATRIX = """
[severity]
high = { high = 1, medium = 2, low = 3 }
medium = { high = 2, medium = 3, low = 4 }
low = { high = 3, medium = 4, low = 4 }
"""
OFFICE = """
[calendars.office]
hours = { mon-fri = ["08:00-12:00", "14:00-18:00"] }
"""
LIMITS = """
[limits.sev1]
response = "15m"
restore = "4h"
emergency_plan = true
review_within = "3d"
[limits.sev2]
response = "30m"
restore = "8h"
starts = "detected"
[limits.sev3]
restore = "16h"
calendar = "office"
[limits.sev4]
response = "1wd"
restore = "5wd"
calendar = "office"
"""
WHOLE = MATRIX + OFFICE + LIMITS


def head(name: str = "om", version: str = "1") -> str:
    """The table that every book begins with."""
    return f'[rulebook]\nname = "{name}"\nversion = "{version}"\nzone = "Asia/Shanghai"\n'


def judged(tables: str, others: Mapping[str, Any] | None = None) -> Book:
    """A book with these tables, read in 2026 beside the contents of others."""
    return read_book(head() + tables, file=FILE, year=2026, others=others or {})


def errors(tables: str) -> list[tuple[str, str]]:
    """What is wrong with these tables: the sentence without its file, and the hint."""
    return [(one.message.removeprefix(f"{FILE}: "), one.hint) for one in judged(tables).errors]


def make_book(perform: Perform, tables: str = WHOLE, *, name: str = "om", version: str = "1", **given: Any) -> Applied:
    """The book `om`, version 1, with a matrix, an office and limits, or what is given instead, applied."""
    applied: Applied = perform(apply, text=head(name, version) + tables, file=FILE, **given)
    return applied

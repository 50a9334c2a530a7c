"""A row of values for a range of items. Pure."""

import re

from opsctl.inspections.rules.readings import is_number
from opsctl.inspections.rules.units import is_own, known_unit
from opsctl.inspections.rules.words import leading_state
from opsctl.rulebook.rules.patrols import Item
from opsctl.rulebook.terms import ItemType


def values_of(text: str, items: list[Item]) -> list[str]:
    """The values of a row: a unit behind a blank goes with its number, and commas part them where no blank does."""
    values: list[str] = []
    for word in re.split(r"\s+|、", text):
        plain = word.strip(",，")
        if not plain:
            continue
        unit = items[len(values) - 1].unit if 0 < len(values) <= len(items) else None
        if values and is_number(values[-1]) and (known_unit(plain) or (unit is not None and is_own(unit, plain))):
            values[-1] += plain
        else:
            values.append(plain)
    if len(values) == 1 and len(items) > 1:
        return [value for value in re.split("[,，]", values[0]) if value]
    return values


def is_for_all(answer: str, values: list[str], items: list[Item]) -> bool:
    """Whether a row is one state for all its items, with words or without."""
    if leading_state(answer, digits=False) is None:
        return False
    if len(values) == 1:
        return len(items) > 1
    answers = [leading_state(value, digits=True) is not None or is_number(value) for value in values]
    return not all(answers) and all(item.type is ItemType.STATE for item in items)

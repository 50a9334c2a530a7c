"""What was typed for an item: found, mended, judged. Pure."""

from opsctl.inspections.rules import Answer
from opsctl.rulebook.rules.patrols import Checklist, Item


def find_item(checklist: Checklist, word: str) -> Item:
    """The item of that number (from 1), id, or title in either language, or a part of one that fits a single item.

    Raise NotFound with the nearest.
    """
    raise NotImplementedError


def judge(
    item: Item, typed: str, *, note: str | None = None, impact: str | None = None, told: str | None = None
) -> Answer:
    """The answer that was typed for the item: `ok 正常 1`, `warn 2`, `fail 异常 3`, `n/a 0`, a number, text or choice.

    A number is judged by its ranges: outside of `critical` it failed, outside of `warn` it is a warning. Its unit may
    stand behind it. Raise InvalidInput for what is not understood, for another unit (never converted: °F for °C,
    kPa for MPa) and for a number that cannot be, naming the range and the units.
    """
    raise NotImplementedError

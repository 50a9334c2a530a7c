"""Text that must stay text when a spreadsheet opens it."""

import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


def defused(text: str) -> str:
    """The text as a cell that no spreadsheet runs: behind an apostrophe where it might, else unchanged."""
    return f"'{text}" if would_run(text) else text


def would_run(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula: `=1+1`, `＋1`, ` @SUM(A1)`, or what begins with a tab.

    Full-width and small forms count, since Chinese spreadsheets read `＝` as `=`.
    """
    if text.startswith(("\t", "\r")):
        return True
    for character in text:
        if unicodedata.category(character) not in _INVISIBLE:
            return unicodedata.normalize("NFKC", character)[0] in "=+-@"
    return False

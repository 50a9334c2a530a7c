"""Names in the reader's language."""

from opsctl.core import texts
from opsctl.rulebook.rules import Words


def said(words: Words) -> str:
    """A name in the reader's language."""
    return words.zh if texts.language() == "zh_CN" else words.en

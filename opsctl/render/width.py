"""Columns of the screen, of which a Chinese character takes two. For text that is already clean."""


def display_width(text: str) -> int:
    """How many columns of the screen the text takes."""
    if text.isascii():
        return len(text)  # loading the widths of all characters takes longer than drawing what a quick verb prints
    from wcwidth import wcswidth

    return wcswidth(text)


def padded(text: str, width: int) -> str:
    """The text with blanks behind it, until it takes `width` columns."""
    return text + " " * (width - display_width(text))


def wrapped(text: str, width: int, *, fold: bool, indent: str = "") -> list[str]:
    """The text in lines of at most `width` columns, every line but the first behind `indent`.

    Lines end at blanks and between Chinese characters. A word that is wider than a line is cut into pieces if `fold`
    says so, else it stands out. An empty text is one empty line.
    """
    from wcwidth import wrap

    # Below this nothing can be read, and a wide character behind an indent must still fit.
    room = max(width, len(indent) + 2)
    lines = wrap(text, room, subsequent_indent=indent, break_long_words=fold, break_on_hyphens=False)
    return lines or [""]

"""Tables for a terminal: bold headings, folded words, one block per record where the screen is narrow.

Colour only repeats what the words say.
"""

from typing import Any

from opsctl.core.report import Column, Fields, Kind, Part, Style, Table, Text
from opsctl.core.texts import between
from opsctl.core.typed import clean_for_terminal
from opsctl.render.cells import RIGHT_ALIGNED, show, unpacked
from opsctl.render.text import draw_text
from opsctl.render.width import display_width, padded, wrapped

NARROW = 60
_GAP = 2
_LEAST_WORDS = 12
"""A column of words that would become narrower than this cannot be read; blocks can."""
_LEAST_VALUE = 20
_INDENT = "  "
_COLOURS = {Kind.GOOD: ("green", 32), Kind.DOUBTFUL: ("yellow", 33), Kind.BAD: ("red", 31)}
_WORDS = frozenset({Kind.TEXT, Kind.REFERENCE})
_UNBOUNDED = 1_000_000
"""The screen as rich is told of it, so that it cuts nothing itself."""


def draw_heading(heading: str, style: Style) -> str:
    """The heading in bold where `style` has colour, wrapped at its words."""
    text = clean_for_terminal(heading)
    # No letter is wider than two columns, so a short heading needs no measuring.
    fits = style.width is None or 2 * len(text) <= style.width
    lines = [text] if fits else wrapped(text, style.width or 0, fold=False)
    return "\n".join(_bold(line, style) for line in lines)


def draw(part: Part, style: Style) -> str:
    """The part as lines without a final line feed; empty where there is nothing to show.

    Words wrap at `style.width`; what is no word (references, numbers, times) is never cut. A table becomes one block
    per record below 60 columns, and wherever its columns do not fit side by side.
    """
    match part:
        case Table():
            return _titled(part.title, _table(part, style), style)
        case Fields():
            return _titled(part.title, _fields(part, style), style)
        case Text():
            return draw_text(part)


def _titled(title: str, body: str, style: Style) -> str:
    return f"{_bold(clean_for_terminal(title), style)}\n{body}" if title and body else body


def _bold(text: str, style: Style) -> str:
    return f"\x1b[1m{text}\x1b[0m" if style.colour else text


def _fields(part: Fields, style: Style) -> str:
    pairs = [(clean_for_terminal(label), value, kind) for label, value, kind in part.pairs]
    widest = max((display_width(label) for label, _value, _kind in pairs), default=0) + _GAP
    lines: list[str] = []
    for label, value, kind in pairs:
        shown = show(value, kind, style)
        if style.width is None:
            lines.append(f"{padded(label, widest)}{shown}".rstrip())
        elif style.width < NARROW or style.width - widest < _LEAST_VALUE:
            lines += _entry(label, shown, kind, "", style.width)
        else:
            first, *others = wrapped(shown, style.width - widest, fold=kind is Kind.TEXT)
            lines.append(f"{padded(label, widest)}{first}".rstrip())
            lines += [" " * widest + other for other in others]
    return "\n".join(lines)


def _entry(label: str, shown: str, kind: Kind, indent: str, width: int) -> list[str]:
    """`label: value` behind `indent`, what does not fit on further lines a little deeper."""
    entry = (label + between(": ") + shown).rstrip()
    lines = wrapped(entry, width - len(indent), fold=kind is Kind.TEXT, indent=_INDENT)
    return [indent + line for line in lines]


def _table(table: Table, style: Style) -> str:
    if not table.rows:
        return ""
    titles = [clean_for_terminal(column.title) for column in table.columns]
    rows = [
        [show(value, column.kind, style) for value, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    widths = [max(map(display_width, column)) for column in zip(titles, *rows, strict=True)]
    kinds = [
        [unpacked(value, column.kind)[1] for value, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    if style.width is None:
        return _side_by_side(table.columns, titles, rows, kinds, style)
    level = _level(table.columns, widths, style.width)
    if style.width < NARROW or level < _LEAST_WORDS:
        return _blocks(table, rows, style, style.width)
    of_columns = [column.kind for column in table.columns]
    folded_titles = [_folded(title, kind, kind, level) for title, kind in zip(titles, of_columns, strict=True)]
    folded_rows = [
        [_folded(text, of_column, kind, level) for text, of_column, kind in zip(row, of_columns, its, strict=True)]
        for row, its in zip(rows, kinds, strict=True)
    ]
    return _side_by_side(table.columns, folded_titles, folded_rows, kinds, style)


def _folded(text: str, column_kind: Kind, kind: Kind, level: int) -> str:
    """The cell on several lines where its column holds words; what is no word among them breaks at blanks only."""
    return "\n".join(wrapped(text, level, fold=kind is Kind.TEXT)) if column_kind is Kind.TEXT else text


def _level(columns: tuple[Column, ...], widths: list[int], width: int) -> int:
    """How wide a column of words may be at most, so that all columns fit into `width`; negative if none can be.

    Only words give way, the widest columns first.
    """
    words = [wide for wide, column in zip(widths, columns, strict=True) if column.kind is Kind.TEXT]
    room = width - _GAP * (len(columns) - 1) - (sum(widths) - sum(words))
    if not words:
        return width if room >= 0 else -1
    level = max(words)
    while level >= 0 and sum(min(wide, level) for wide in words) > room:
        level -= 1
    # Columns that fit whole are not too narrow, however short their words.
    return width if level == max(words) else level


def _side_by_side(
    columns: tuple[Column, ...], titles: list[str], rows: list[list[str]], kinds: list[list[Kind]], style: Style
) -> str:
    """The table with a line under its titles. The texts are folded already, so nothing is left to cut."""
    import io

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as Drawing
    from rich.text import Text as Words

    drawing = Drawing(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for column, title in zip(columns, titles, strict=True):
        drawing.add_column(
            Words(title),
            justify="right" if column.kind in RIGHT_ALIGNED else "left",
            no_wrap=True,
            overflow="fold",
        )
    for row, its in zip(rows, kinds, strict=True):
        # Words, unlike strings, are not read for markup and emoji codes.
        drawing.add_row(*(Words(text, _COLOURS.get(kind, ("",))[0]) for text, kind in zip(row, its, strict=True)))
    output = io.StringIO()
    console = Console(
        file=output,
        width=_UNBOUNDED,
        color_system="standard" if style.colour else None,
        force_terminal=style.colour,
        legacy_windows=False,
    )
    console.print(drawing)
    return "\n".join(line.rstrip() for line in output.getvalue().rstrip("\n").split("\n"))


def _blocks(table: Table, rows: list[list[str]], style: Style, width: int) -> str:
    """One block per record: its reference, else its first column, then the other values, each behind its title.

    Words that are not there are left out; a figure or a time without data says so. The numbers of a first column
    stand before the name, and such records, short and many, follow one another without an empty line.
    """
    columns = table.columns
    is_counted = len(columns) > 1 and columns[0].kind is Kind.COUNT
    reference = next((at for at, column in enumerate(columns) if column.kind is Kind.REFERENCE), None)
    lead = int(is_counted and columns[1].kind is Kind.TEXT) if reference is None else reference
    lead = next((at for at, column in enumerate(columns) if column.key == table.lead), lead)
    is_numbered = is_counted and lead == 1
    return ("\n" if is_numbered else "\n\n").join(
        _block(columns, values, row, lead, is_numbered, style, width)
        for values, row in zip(table.rows, rows, strict=True)
    )


def _block(
    columns: tuple[Column, ...],
    values: tuple[Any, ...],
    row: list[str],
    lead: int,
    is_numbered: bool,
    style: Style,
    width: int,
) -> str:
    cells = [unpacked(value, column.kind) for value, column in zip(values, columns, strict=True)]
    name = f"{row[0]} {row[lead]}" if is_numbered else row[lead]
    lines = wrapped(name, width, fold=cells[lead][1] is Kind.TEXT)
    taken = width  # nothing stands beside the name
    for at, (column, (value, kind)) in enumerate(zip(columns, cells, strict=True)):
        if at == lead or (is_numbered and at == 0) or (value is None and kind in _WORDS):
            continue
        entry = _entry(clean_for_terminal(column.title), row[at], kind, _INDENT, width)
        beside = taken + _GAP + display_width(entry[0].strip())
        if len(entry) == 1 and beside <= width:
            lines[-1] += " " * _GAP + _coloured(entry[0].strip(), kind, style)
            taken = beside
        else:
            lines += [_coloured(line, kind, style) for line in entry]
            # Nothing is to look as if it belonged to a value of several lines.
            taken = display_width(entry[0]) if len(entry) == 1 else width
    return "\n".join(lines)


def _coloured(text: str, kind: Kind, style: Style) -> str:
    if style.colour and kind in _COLOURS:
        return f"\x1b[{_COLOURS[kind][1]}m{text}\x1b[0m"
    return text

"""Text for pipes and files: no colour, no lines drawn, nothing cut, two blanks between columns."""

from opsctl.core.report import Fields, Part, Style, Table, Text
from opsctl.core.typed import clean_for_terminal
from opsctl.render.cells import RIGHT_ALIGNED, show
from opsctl.render.width import display_width, padded


def draw_heading(heading: str, style: Style) -> str:
    """The first line of a report; plain text needs no mark for it, whatever the `style`."""
    return clean_for_terminal(heading)


def draw(part: Part, style: Style) -> str:
    """The part as lines without a final line feed; empty where there is nothing to show."""
    match part:
        case Table():
            return _titled(part.title, _table(part, style))
        case Fields():
            return _titled(part.title, _fields(part, style))
        case Text():
            return draw_text(part)


def draw_text(part: Text) -> str:
    """The sentences, one a line, as they are but for what a terminal would obey."""
    return "\n".join(clean_for_terminal(line) for line in part.lines)


def _titled(title: str, body: str) -> str:
    return f"{clean_for_terminal(title)}\n{body}" if title and body else body


def _table(table: Table, style: Style) -> str:
    if not table.rows:
        return ""
    from tabulate import tabulate

    titles = [clean_for_terminal(column.title) for column in table.columns]
    rows = [
        [show(value, column.kind, style) for value, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    drawn = tabulate(
        # As headers the titles would be set apart by two more blanks.
        [titles, *rows],
        tablefmt="plain",
        colalign=["right" if column.kind in RIGHT_ALIGNED else "left" for column in table.columns],
        disable_numparse=True,
    )
    return "\n".join(line.rstrip() for line in drawn.split("\n"))


def _fields(part: Fields, style: Style) -> str:
    pairs = [(clean_for_terminal(label), show(value, kind, style)) for label, value, kind in part.pairs]
    widest = max((display_width(label) for label, _value in pairs), default=0)
    return "\n".join(f"{padded(label, widest)}  {value}".rstrip() for label, value in pairs)

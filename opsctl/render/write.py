"""A report in the format that was asked for."""

from opsctl.core.report import Report, Style
from opsctl.render import markdown, terminal, text
from opsctl.render.envelope import envelope
from opsctl.render.formats import Format
from opsctl.render.tabular import tabular


def render(report: Report, format: Format, style: Style, *, to_file: bool = False) -> str:
    """The report as text with exactly one line feed at its end, or empty where there is nothing to show.

    For people the heading is the first line and one blank line stands between parts. A table without rows is not
    drawn, and where nothing is, neither is the heading: the caller says `table.empty` on stderr. `to_file` adds what
    a file needs and a pipe does not: the byte order mark of a CSV file.
    """
    match format:
        case Format.JSON:
            return envelope(report)
        case Format.CSV:
            return tabular(report, style, to_file=to_file)
        case Format.TABLE:
            heading, draw = terminal.draw_heading, terminal.draw
        case Format.PLAIN:
            heading, draw = text.draw_heading, text.draw
        case Format.MARKDOWN:
            heading, draw = markdown.draw_heading, markdown.draw
    shown = [drawn for part in report.parts if (drawn := draw(part, style))]
    if report.heading and (shown or not report.parts):
        shown.insert(0, heading(report.heading, style))
    return "\n\n".join(shown).rstrip("\n") + "\n" if shown else ""

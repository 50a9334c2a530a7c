"""CSV for spreadsheets and programs. Nothing that somebody typed can run as a formula."""

import csv
import io
from typing import Any

from opsctl.core.report import Fields, Kind, Report, Style, Table
from opsctl.core.spreadsheets import defused
from opsctl.render.cells import plain_value, unpacked

_BYTE_ORDER_MARK = "\ufeff"


def tabular(report: Report, style: Style, *, to_file: bool = False) -> str:
    """The sheet of the report, else its first table, as CSV (RFC 4180, line feeds), under the keys of its columns.

    A table without rows still has its header. A report without a table gives its fields, one a row, under
    `key,value`; one without fields gives an empty text. With `to_file` the text begins with a byte order mark,
    without which spreadsheets take Chinese for another encoding.
    """
    rows = _rows(report, style)
    if not rows:
        return ""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return (_BYTE_ORDER_MARK if to_file else "") + text.getvalue()


def _rows(report: Report, style: Style) -> list[list[str]]:
    for part in (report.sheet, *report.parts):
        if isinstance(part, Table):
            return [
                [column.key for column in part.columns],
                *(
                    [_cell(value, column.kind, style) for value, column in zip(row, part.columns, strict=True)]
                    for row in part.rows
                ),
            ]
    pairs = [
        [_cell(label, Kind.TEXT, style), _cell(value, kind, style)]
        for part in report.parts
        if isinstance(part, Fields)
        for label, value, kind in part.pairs
    ]
    return [["key", "value"], *pairs] if pairs else []


def _cell(value: Any, kind: Kind, style: Style) -> str:
    text = plain_value(value, kind, style)
    value, kind = unpacked(value, kind)
    is_text = kind in (Kind.TEXT, Kind.REFERENCE) and not isinstance(value, int | float)
    return defused(text) if is_text else text

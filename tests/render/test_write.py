import subprocess
import sys

import pytest

from opsctl.core.report import Column, Fields, Kind, Report, Style, Table, Text
from opsctl.render.formats import Format
from opsctl.render.write import render

STYLE = Style("UTC", 100)
PEOPLE = [Format.TABLE, Format.PLAIN, Format.MARKDOWN]
TABLE = Table((Column("notes", "Notes", Kind.COUNT),), ((7,),), title="Counted")
EMPTY = Table(TABLE.columns, (), title="Counted", empty="No note.")
REPORT = Report("any", {"notes": 7}, (Text(("One.", "Two.")), EMPTY, TABLE), heading="Notes of 2026-10")


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        (Format.TABLE, "Notes of 2026-10\n\nOne.\nTwo.\n\nCounted\nNotes\n─────\n    7\n"),
        (Format.PLAIN, "Notes of 2026-10\n\nOne.\nTwo.\n\nCounted\nNotes\n    7\n"),
        (
            Format.MARKDOWN,
            "# Notes of 2026-10\n\nOne.\n\nTwo.\n\n## Counted\n\n|   Notes |\n|--------:|\n|       7 |\n",
        ),
        (Format.CSV, "notes\n"),
        (Format.JSON, '{\n  "opsctl": 1,\n  "kind": "any",\n  "data": {\n    "notes": 7\n  }\n}\n'),
    ],
)
def test_a_report_is_written_in_each_format(format: Format, expected: str) -> None:
    assert render(REPORT, format, STYLE) == expected


@pytest.mark.parametrize("format", PEOPLE)
def test_a_table_without_rows_shows_nothing_not_even_the_heading(format: Format) -> None:
    assert render(Report("any", [], (EMPTY,), heading="Notes"), format, STYLE) == ""


@pytest.mark.parametrize(
    ("format", "expected"), [(Format.TABLE, "Notes\n"), (Format.PLAIN, "Notes\n"), (Format.MARKDOWN, "# Notes\n")]
)
def test_a_heading_alone_is_shown(format: Format, expected: str) -> None:
    assert render(Report("any", [], heading="Notes"), format, STYLE) == expected


@pytest.mark.parametrize("format", [*PEOPLE, Format.CSV])
def test_an_empty_report_is_an_empty_text(format: Format) -> None:
    assert render(Report("any", []), format, STYLE) == ""


def test_only_a_csv_file_gets_a_byte_order_mark() -> None:
    marked = [format for format in Format if render(REPORT, format, STYLE, to_file=True).startswith("\ufeff")]
    assert marked == [Format.CSV]


@pytest.mark.parametrize("format", list(Format))
def test_every_text_ends_in_one_line_feed_and_can_be_encoded(format: Format) -> None:
    fields = Fields((("Path", "/srv/\udce9\n\n", Kind.TEXT), ("Cause", None, Kind.TEXT)))
    drawn = render(Report("any", {"path": "\udce9"}, (fields, Text(("Done.",)))), format, STYLE)
    assert drawn.endswith("\n")
    assert not drawn.endswith("\n\n")
    assert drawn.encode("utf-8")


@pytest.mark.parametrize("format", list(Format))
def test_sentences_are_written_without_loading_what_draws_tables(format: Format) -> None:
    program = (
        "import sys\n"
        "from opsctl.core.report import Report, Style, Text\n"
        "from opsctl.render.formats import Format\n"
        "from opsctl.render.write import render\n"
        "report = Report('any', {}, (Text(('INC-2026-0042 opened.',)),), heading='Done')\n"
        f"render(report, Format({format.value!r}), Style('UTC', 80, True))\n"
        "heavy = {'rich', 'tabulate', 'wcwidth', 'pendulum', 'sqlalchemy', 'pydantic', 'typer'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("[]\n", "")

"""The form of a checklist is printed: as a sheet that can be logged once filled in, and as a page for paper."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from opsctl.inspections.rules.forms import Form
from opsctl.inspections.rules.sheets import read_sheet, sections
from opsctl.inspections.views import forms as views
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Checklist, Item
from opsctl.rulebook.terms import ChecklistKind, ItemType
from tests.harness import CommandLine, Read
from tests.inspections.walks import prepare, round_of

VOID = {"meta"}


class Page(HTMLParser):
    """A page, read strictly: what is opened is closed in its order. `rows` are the cells of the table's rows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data


@pytest.fixture
def prepared(run: CommandLine, tmp_path: Path) -> CommandLine:
    """The command line with something to walk."""
    prepare(run, tmp_path)
    return run


def test_the_page_has_a_row_for_every_item_with_room_for_its_answer(prepared: CommandLine, tmp_path: Path) -> None:
    result = prepared("inspect", "sheet", "core", "--asset", "core-sw-1", "-o", str(tmp_path / "round.html"))
    assert (result.out, result.err, result.code) == ("", "", 0)
    page = Page((tmp_path / "round.html").read_text(encoding="utf-8"))
    assert page.rows == [
        ["No.", "Item", "Unit, range", "Answer", "Remarks"],
        ["1", "Inlet temperature", "18–27 °C", " °C", ""],
        ["Hardware"],
        ["2", "Fans", "", "okwarnfailn/a", ""],
        ["3", "Uplinks", "", "okwarnfailn/a", ""],
    ]
    assert {"core-sw-1 Core switch 1", "2026-11-05", "lead.li", "core", "rounds@1"} <= set(page.words)


def test_the_page_is_for_a4_and_needs_nothing_else(prepared: CommandLine, tmp_path: Path) -> None:
    prepared("inspect", "sheet", "edge", "--lang", "zh", "-o", str(tmp_path / "edge.html"))
    text = (tmp_path / "edge.html").read_text(encoding="utf-8")
    page = Page(text)
    assert {name for name, _value in page.attributes} <= {
        "lang",
        "charset",
        "name",
        "content",
        "class",
        "scope",
        "colspan",
    }
    assert re.search(r"https?:|url\(|@import|<script", text) is None
    for rule in ("size: A4", "display: table-header-group", "tr { break-inside: avoid; }", '"Noto Sans CJK SC"'):
        assert rule in text
    assert ("lang", "zh-CN") in page.attributes
    assert text.count("<section>") == 2  # a sheet of paper for each asset of the route
    assert text.count("<h1>核心网络巡检</h1>") == 2


def test_nothing_in_a_book_can_become_markup() -> None:
    evil = '<script>alert("&")</script>'
    item = Item("a", Words(evil, evil), ItemType.NUMBER, group=Words(evil, evil), unit=evil)
    form = Form(
        Checklist("c", Words(evil, evil), ChecklistKind.INSPECTION, (item,)), evil, evil, evil, None, evil, evil
    )
    text = views.page([form])
    assert "<script" not in text
    assert Page(text).rows[1:] == [[evil], ["1", evil, evil, f" {evil}", ""]]


def test_a_blank_page_leaves_room_for_who_and_when(prepared: CommandLine, tmp_path: Path) -> None:
    prepared("inspect", "sheet", "rack", "--asset", "core-sw-1", "--blank", "-o", str(tmp_path / "rack.html"))
    words = set(Page((tmp_path / "rack.html").read_text(encoding="utf-8")).words)
    assert words.isdisjoint({"lead.li", "2026-11-05", "Number on the seal"})
    assert "core-sw-1 Core switch 1" in words


def test_the_sheet_that_was_printed_is_logged_once_it_is_filled_in(
    run_on_store: CommandLine, read: Read, tmp_path: Path
) -> None:
    prepare(run_on_store, tmp_path)
    printed = run_on_store("inspect", "sheet", "core", "--asset", "core-sw-1")
    assert printed.code == 0
    filled = printed.out.replace("1 temp", "1 temp 24.1").replace("2 fans", "2 fans ok").replace("3 uplink", "3 ok")
    logged = run_on_store("inspect", "log", "core", "--asset", "core-sw-1", "-F", "-", stdin=filled)
    assert logged.code == 0, logged.err
    current = round_of(read, "INS-2026-0001", run_on_store).current
    assert {item: (one.mark.value, one.value) for item, one in current.items()} == {
        "temp": ("ok", "24.1"), "fans": ("ok", None), "uplink": ("ok", None),
    }  # fmt: skip


def test_the_sheet_of_a_route_has_a_part_for_every_asset(prepared: CommandLine) -> None:
    printed = prepared("inspect", "sheet", "edge")
    assert [asset for asset, _line, _text in sections(printed.out)] == ["core-sw-1", "core-sw-2"]
    one = prepared("inspect", "sheet", "edge", "--asset", "core-sw-2")
    assert [asset for asset, _line, _text in sections(one.out)] == [None]


def test_what_is_to_be_read_on_the_spot_stands_on_the_sheet(prepared: CommandLine) -> None:
    printed = prepared("inspect", "sheet", "rack", "--asset", "core-sw-1", "--lang", "zh").out
    assert printed.endswith("\n# 铅封号\nchallenge:\n")
    item = Item("door", Words("Door", "柜门"), ItemType.STATE)
    checklist = Checklist("rack", Words("Rack", "机柜"), ChecklistKind.INSPECTION, (item,))
    assert read_sheet("1 ok\n# 铅封号\nchallenge: A-17\n", checklist).answered == "A-17"


def test_a_form_as_data_names_every_item(prepared: CommandLine) -> None:
    printed = json.loads(prepared("inspect", "sheet", "rack", "--asset", "core-sw-1", "--json").out)
    assert printed["kind"] == "inspection.sheet"
    (form,) = printed["data"]
    assert (form["checklist"], form["asset"], form["rulebook"]) == ("rack", "core-sw-1", "rounds@1")
    assert [(one["number"], one["id"], one["type"]) for one in form["items"]] == [
        (1, "door", "state"), (2, "mode", "choice"), (3, "noticed", "text"), (4, "picture", "photo"),
    ]  # fmt: skip


@pytest.mark.parametrize("options", [("-o", "round.csv"), ("-o", "round"), ("--format", "md")], ids=" ".join)
def test_a_form_is_no_table(prepared: CommandLine, options: tuple[str, str]) -> None:
    result = prepared("inspect", "sheet", "core", *options)
    assert (result.out, result.code) == ("", 2)
    assert "-o FILE.html" in result.err


def test_an_unknown_checklist_is_said_with_the_nearest(prepared: CommandLine) -> None:
    result = prepared("inspect", "sheet", "cor")
    assert result.code == 4
    assert "Did you mean core?" in result.err

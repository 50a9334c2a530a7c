"""The file of rejected rows is whole or absent, private, and runs nothing in a spreadsheet."""

import csv
import os
import stat
from pathlib import Path

import pytest

from opsctl.core.errors import InvalidInput
from opsctl.exchange.documents import Reject
from opsctl.exchange.rejects import rejects_path, write_rejects


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_the_file_stands_beside_its_source() -> None:
    assert rejects_path(Path("in/tickets.csv")) == Path("in/tickets.csv.rejected.csv")
    assert rejects_path("-") == Path("stdin.rejected.csv")


def test_rows_are_written_under_their_columns_and_broken_ones_as_text(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    rejects = [
        Reject(3, "T3", "impact: wrong.", {"no": "T3", "标题": "邮件,\n故障"}),
        Reject(9, None, "too long", "a,b,c"),
    ]
    write_rejects(path, rejects, ("no", "标题"))
    assert path.read_bytes().startswith(b"\xef\xbb\xbfline,key,reason,no,")
    assert _rows(path) == [
        ["line", "key", "reason", "no", "标题", "raw"],
        ["3", "T3", "impact: wrong.", "T3", "邮件,\n故障", ""],
        ["9", "", "too long", "", "", "a,b,c"],
    ]


def test_json_records_are_written_as_json(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_rejects(path, [Reject(1, "1", "no", {"id": 1, "名": ["x", None]})], ())
    assert _rows(path)[1] == ["1", "1", "no", '{"id": 1, "名": ["x", null]}']


def test_half_characters_and_records_nested_too_deeply_are_written_all_the_same(tmp_path: Path) -> None:
    deep: list[object] = []
    for _level in range(100_000):
        deep = [deep]
    path = tmp_path / "out.csv"
    write_rejects(path, [Reject(1, "\ud800", "no", {"a": "\ud800"}), Reject(2, None, "no", {"a": deep})], ())
    assert [row[3] for row in _rows(path)] == ["raw", '{"a": "\\ud800"}', "…"]
    while deep:
        deep = deep[0]  # type: ignore[assignment]


def test_their_columns_keep_their_names_and_ours_give_way(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_rejects(path, [Reject(2, "T1", "no", {"key": "T1", "raw": "r"})], ("key", "raw"))
    assert _rows(path) == [
        ["line", "rejected_key", "reason", "key", "raw", "rejected_raw"],
        ["2", "T1", "no", "T1", "r", ""],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(start: str, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    cell = f"{start}cmd|' /C calc'!A1"
    write_rejects(path, [Reject(2, cell, "no", {cell: cell}), Reject(3, None, "no", cell)], (cell,))
    assert _rows(path)[0][3] == f"'{cell}"
    assert _rows(path)[1] == ["2", f"'{cell}", "no", f"'{cell}", ""]
    assert _rows(path)[2][4] == f"'{cell}"


def test_an_older_file_is_replaced_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    path.chmod(0o644)
    write_rejects(path, [], ("no",))
    assert _rows(path) == [["line", "key", "reason", "no", "raw"]]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


def test_where_it_cannot_be_written_another_file_is_asked_for(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    for path in (tmp_path / "none" / "out.csv", taken):
        with pytest.raises(InvalidInput) as caught:
            write_rejects(path, [], ())
        assert caught.value.message.startswith(f"The rejected rows cannot be written to {path}: ")
        assert caught.value.hint == "Name another file with --rejects FILE."
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]


def test_a_pipe_with_a_name_is_written_into_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_rejects(pipe, [Reject(2, "A-1", "no time", {"n": "1"})], ("n",))
    assert os.read(reader, 1000).decode("utf-8-sig") == "line,key,reason,n,raw\r\n2,A-1,no time,1,\r\n"
    assert pipe.is_fifo()
    os.close(reader)

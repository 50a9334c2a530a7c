"""Files of every shape people have: told by content, read with the line of each record, never a crash."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput, NotFound, OpsctlError
from opsctl.exchange.csv_reader import read_csv
from opsctl.exchange.documents import Document, RawRecord, Reject
from opsctl.exchange.readers import read_records

Read = Callable[..., Document]
ROWS = [RawRecord(2, {"no": "T1", "title": "邮件故障"}), RawRecord(3, {"no": "T2", "title": "ok"})]


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("gb18030", "GB18030")],
)
def test_text_of_every_usual_encoding_is_read(codec: str, encoding: str, read: Read) -> None:
    document = read("no,title\r\nT1,邮件故障\r\nT2,ok\r\n".encode(codec))
    assert (document.kind, document.encoding, document.records) == ("csv", encoding, ROWS)


def test_a_big_endian_tab_separated_unicode_text_is_read(read: Read) -> None:
    document = read(b"\xfe\xff" + "no\ttitle\r\nT1\t邮件故障\r\nT2\tok\r\n".encode("utf-16-be"))
    assert document.records == ROWS


def test_a_guessed_encoding_is_said(read: Read) -> None:
    assert read("no\n邮件".encode("gb18030")).remarks == ("input was read as GB18030, for it is not UTF-8.",)
    assert read("no\n邮件").remarks == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
def test_the_delimiter_is_counted_on_the_header_outside_quotes(delimiter: str, read: Read) -> None:
    head = delimiter.join(["no", '"a,b;c|d,e;f|g\t\t"', "title"])
    document = read(f"{head}\nT1{delimiter}x{delimiter}y\n")
    assert document.columns == ("no", "a,b;c|d,e;f|g", "title")
    assert document.records[0].values["title"] == "y"


def test_a_first_line_that_names_the_delimiter_is_obeyed(read: Read) -> None:
    assert read("sep=;\nno;a,b,c\nT1;x\n").records == [RawRecord(3, {"no": "T1", "a,b,c": "x"})]


def test_line_numbers_are_those_of_the_file_despite_breaks_in_cells_and_blank_rows(read: Read) -> None:
    document = read('\nno,text\nT1,"one\ntwo"\n\n,\nT2,"say ""so"""\n')
    assert document.records == [
        RawRecord(3, {"no": "T1", "text": "one\ntwo"}),
        RawRecord(7, {"no": "T2", "text": 'say "so"'}),
    ]


def test_a_short_row_lacks_its_last_cells_and_a_long_one_is_rejected(read: Read) -> None:
    document = read("a,b\n1\n1,2,\n1,2,3\n")
    assert document.records == [RawRecord(2, {"a": "1"}), RawRecord(3, {"a": "1", "b": "2"})]
    assert document.rejects == [Reject(4, None, "The row has 3 cells, the header 2.", "1,2,3")]


def test_text_behind_a_closing_quote_rejects_its_row_alone(read: Read) -> None:
    document = read('a,b\n"x"y,1\n"x",1\n')
    assert document.rejects == [Reject(2, None, "Text follows a closing quote.", '"x"y,1')]
    assert document.records == [RawRecord(3, {"a": "x", "b": "1"})]


def test_of_two_columns_with_one_name_the_first_counts_and_it_is_said_once(read: Read) -> None:
    document = read("a,b,a,a\n1,2,3,4\n")
    assert document.records == [RawRecord(2, {"a": "1", "b": "2"})]
    assert document.columns == ("a", "b")
    assert document.remarks == ("input has more than one column a; the first of them counts.",)


def test_a_cell_beyond_the_usual_limit_is_read_and_the_limit_stays_as_it_was(read: Read) -> None:
    before = csv.field_size_limit()
    assert read(f"a\n{'x' * 200_000}\n").records[0].values["a"] == "x" * 200_000
    assert csv.field_size_limit() == before


ARRAY = '\n[\n  {"id": 1},\n\n  {"id": 2, "deep": {"a": [1]}}\n]\n'


def test_a_json_array_gives_each_object_with_its_line(read: Read) -> None:
    document = read(ARRAY)
    assert document.kind == "json"
    assert document.records == [RawRecord(3, {"id": 1}), RawRecord(5, {"id": 2, "deep": {"a": [1]}})]


def test_the_one_list_of_objects_in_an_object_is_taken_and_said(read: Read) -> None:
    document = read('{"page": {"n": 1}, "tags": ["x"],\n "incidents": [\n{"id": 1},\n{"id": 2}]}')
    assert document.records == [RawRecord(3, {"id": 1}), RawRecord(4, {"id": 2})]
    assert document.remarks == ("input: the records are those in 'incidents'.",)


def test_a_single_record_that_has_the_key_is_not_taken_for_an_envelope(read: Read) -> None:
    record = {"id": 7, "updates": [{"at": "now"}]}
    assert read(json.dumps(record), key="id").records == [RawRecord(1, record)]
    assert read(json.dumps(record)).records == [RawRecord(1, {"at": "now"})]


def test_an_element_that_is_no_object_is_rejected(read: Read) -> None:
    document = read('[{"id": 1},\n 5]')
    assert document.rejects == [Reject(2, None, "This is JSON, but no object.", "5")]


def test_broken_json_lines_are_rejected_and_the_rest_is_read(read: Read) -> None:
    lines = [json.dumps({"id": number}) for number in range(1, 8001)]
    lines[6999] = '{"id": 7000'
    lines[7] = "[1]"
    document = read("\n".join(lines))
    assert document.kind == "jsonl"
    assert len(document.records) == 7998
    assert document.rejects == [
        Reject(8, None, "This is JSON, but no object.", "[1]"),
        Reject(7000, None, "The JSON breaks at column 12.", '{"id": 7000'),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id":' + "[" * 100_000 + "]" * 100_000 + "}", "The JSON is nested too deeply."),
        ('{"id":' + "9" * 5000 + "}", "A number has too many digits."),
    ],
    ids=["nested-deeply", "many-digits"],
)
def test_hostile_lines_are_rejected(line: str, reason: str, read: Read) -> None:
    document = read('{"id": 1}\n' + line + "\n")
    assert [(reject.line, reject.reason) for reject in document.rejects] == [(2, reason)]


def test_doubled_members_nan_and_line_separators_in_strings_are_read(read: Read) -> None:
    document = read('{"id": 1, "id": 2, "x": NaN}\n{"id": "a\u2028b"}\n')
    assert document.records == [RawRecord(1, {"id": 2, "x": None}), RawRecord(2, {"id": "a\u2028b"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "input is empty."),
        (b"\xef\xbb\xbf \n", "input is empty."),
        (b"a,b\n", "input has a header and no rows."),
        (b"42\n", "input is JSON, but holds one value and no records."),
        (b"[]", "input is JSON and holds no objects."),
        (b"[1, 2]", "input is JSON and holds no objects."),
        (b'{"a": [{"x": 1}], "b": [{"x": 1}]}', "input holds several lists of objects: a, b."),
        (b'[\n {"id": 1},\n {"id": }\n]', "input: the JSON breaks at line 3, column 9."),
        (b'[{"id": 1}]\n]', "input: the JSON breaks at line 2, column 1."),
        (b'[{"id": 1}', "input: the JSON breaks at line 1, column 11."),
        (b"[" * 100_000, "input: the JSON at line 1, column 2 is nested too deeply or has too long a number."),
        (b'a,b\n1,2\n3,"4\n5,6\n', "input: a quote that opens in the row of line 3 is never closed."),
        (b'"a"b,c\n1,2\n', "input: in the header, line 1, text follows a closing quote."),
        (b"PK\x03\x04 a workbook", "input is not a text file."),
        (b"a\x00b", "input is not a text file."),
        (b"\xff\xfea\x00\x00\x00", "input is not a text file."),
        (b"\xff\xfea\x00b", "input is marked as UTF-16 and breaks at byte 4."),
        (b"a,b\n1,\xff\n", "input is neither UTF-8 (it breaks at byte 6) nor GB18030 (at byte 6)."),
    ],
    ids=[
        "empty", "blank", "header-only", "number", "empty-array", "no-objects", "two-lists", "broken-array", "trailing",
        "cut-array", "depth-bomb", "open-quote", "header-quote", "workbook", "nul", "utf-16-nul", "utf-16-cut",
        "no-encoding",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_one_sentence(content: bytes, message: str, read: Read) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(content)
    assert caught.value.message == message
    assert caught.value.hint.endswith(".")


def test_a_missing_file_a_folder_and_a_name_with_a_nul_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"There is no file x\.csv\."):
        read_records(tmp_path / "x.csv", name="x.csv")
    with pytest.raises(InvalidInput, match=r"here is a folder\."):
        read_records(tmp_path, name="here")
    with pytest.raises(InvalidInput, match=r"odd cannot be read: "):
        read_records("a\0b", name="odd")


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("no\n邮件\n".encode())))
    assert read_records("-", name="standard input").records == [RawRecord(2, {"no": "邮件"})]


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any-bytes"
    path.write_bytes(content)
    try:
        document = read_records(path, name="input")
    except OpsctlError as error:
        assert error.message.startswith("input")
    else:
        assert document.records or document.rejects


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3).filter(any), min_size=1, max_size=6))
def test_what_a_csv_writer_wrote_comes_back(rows: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    document = read_csv(stream.getvalue(), name="input", encoding="UTF-8")
    assert [list(record.values.values()) for record in document.records] == rows


ROWS_OF_CSV = "a,b,c,b\r\n1,2,3,4\n5\n\n6,\"x\ny\",7,8\n9,9,9,9,9\n"


def test_only_the_columns_that_are_needed_are_read_and_the_whole_rows_can_be_had_again() -> None:
    document = read_csv(ROWS_OF_CSV, name="input", encoding="UTF-8", only={"c", "b", "none"})
    assert document.columns == ("a", "b", "c")
    assert document.records == [
        RawRecord(2, {"b": "2", "c": "3"}),
        RawRecord(3, {}),
        RawRecord(5, {"b": "x\ny", "c": "7"}),
    ]
    assert [reject.line for reject in document.rejects] == [7]
    assert document.whole is not None
    assert document.whole({5, 3, 99}) == {3: {"a": "5"}, 5: {"a": "6", "b": "x\ny", "c": "7"}}
    assert document.whole(set()) == {}
    assert read_csv(ROWS_OF_CSV, name="input", encoding="UTF-8").whole is None
    # A single column is read like all of them: nothing is gained there.
    assert read_csv("a,b\n1,2\n", name="input", encoding="UTF-8", only={"a"}).records == [
        RawRecord(2, {"a": "1", "b": "2"})
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "dos", "old mac"])
def test_a_file_longer_than_one_piece_keeps_its_lines(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opsctl.exchange.csv_reader._PIECE", 5)
    rows = ["a,b", *(f'{number},"x{end}y"' for number in range(9)), "end,z"]
    document = read_csv(end.join(rows), name="input", encoding="UTF-8")
    assert [record.line for record in document.records] == [*range(2, 20, 2), 20]
    assert document.records[3].values == {"a": "3", "b": f"x{end}y"}
    assert document.records[-1].values == {"a": "end", "b": "z"}


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text()), min_size=1), st.integers(0, 3))
def test_a_json_array_means_what_the_library_says(
    tmp_path_factory: pytest.TempPathFactory, found: list[object], indent: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any-array"
    text = json.dumps(found, indent=indent or None)
    path.write_text(text, encoding="utf-8")
    document = read_records(path, name="input")
    assert [record.values for record in document.records] == found
    assert [record.line for record in document.records] == [text[:offset].count("\n") + 1 for offset in _starts(text)]


def _starts(text: str) -> list[int]:
    """Where each element of the array begins: a brace at depth one, outside strings."""
    depth, quoted, escaped = 0, False, False
    starts: list[int] = []
    for offset, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in "[{":
            if depth == 1:
                starts.append(offset)
            depth += 1
        elif character in "]}":
            depth -= 1
    return starts

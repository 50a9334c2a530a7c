"""A map applied to records: columns, words, times, keys, and a reason for each row that is not taken."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.core.typed import read_body, read_title
from opsctl.exchange.columns import reader
from opsctl.exchange.documents import Document, RawRecord, Reject
from opsctl.exchange.fields import Field, FieldType
from opsctl.exchange.formats import parser
from opsctl.exchange.mapping import Mapped, MappedRecord, apply_map
from opsctl.exchange.maps import load_map
from opsctl.exchange.values import Refused, Times, converter

Apply = Callable[..., Mapped]
OPENED = datetime(2026, 7, 8, 6, 0, tzinfo=UTC)
DIGEST = sha256(b'["T1",{"opened":"2026-07-08T06:00:00+00:00","outage":true,"title":"\xe9\x82\xae\xe4\xbb\xb6"}]')


@pytest.fixture
def apply(tmp_path: Path, fields: dict[str, Field]) -> Apply:
    """Applies a map, its source and key given, to these records: JSON, or rows of a header of CSV."""

    def apply_text(
        columns: str, *theirs: dict[str, Any], head: str = "", zone: str | None = None, header: tuple[str, ...] = ()
    ) -> Mapped:
        path = tmp_path / "m.toml"
        path.write_text(f'source = "s"\nkey = "id"\n{head}\n[columns]\n{columns}', encoding="utf-8")
        records = [RawRecord(line, values) for line, values in enumerate(theirs, start=2)]
        document = Document("csv" if header else "jsonl", "UTF-8", records, [], columns=header)
        return apply_map(document, load_map(path, fields=fields), fields, zone=zone)

    return apply_text


def _reasons(mapped: Mapped) -> list[tuple[int, str | None, str]]:
    return [(reject.line, reject.key, reject.reason) for reject in mapped.rejects]


def _one(mapped: Mapped) -> dict[str, Any]:
    assert mapped.rejects == []
    (record,) = mapped.records
    return record.values


def test_a_record_becomes_our_fields_with_a_digest_of_key_and_values(apply: Apply) -> None:
    mapped = apply(
        'title = "t"\noutage = "d"\nopened = "o"\ncause = "c"',
        {"id": " T1 ", "t": " 邮件 ", "d": "yes", "o": "2026-07-08T14:00:00+08:00", "c": " "},
    )
    values = {"title": "邮件", "outage": True, "opened": OPENED}
    assert mapped == Mapped([MappedRecord(2, "T1", values, DIGEST.hexdigest())], [], 0)
    assert mapped.records[0].values["opened"].tzinfo is UTC


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ('"a"', {"a": "x"}),
        ('["a", "b"]', {"a": "?", "b": "x"}),
        ('["a", "b"]', {"b": "x"}),
        ('"u.1.at"', {"u": [{"at": "y"}, {"at": "x"}]}),
        ('"u.a"', {"u.a": "x", "u": {"a": "y"}}),
        ('["u.5.at", "u.a", "b"]', {"u": [], "b": "x"}),
    ],
    ids=["plain", "null-first", "absent-first", "path", "literal-wins", "path-that-ends"],
)
def test_a_field_is_read_from_its_column(column: str, found: dict[str, Any], apply: Apply) -> None:
    assert _one(apply(f"title = {column}", {"id": "1", **found}, head='null = ["?"]')) == {"title": "x"}


@pytest.mark.parametrize(
    "found", [None, "", "  ", "?", " N/A ", -1], ids=["none", "empty", "blank", "mark", "word", "number"]
)
def test_null_words_are_as_good_as_absent_and_defaults_fill_both(found: object, apply: Apply) -> None:
    head = 'null = ["?", "N/A", "-1"]'
    assert _one(apply('title = "t"', {"id": "1", "t": found}, head=head)) == {}
    filled = apply('title = "t"\n[defaults]\ntitle = "none  given"\nimpact = "low"', {"id": "1", "t": found}, head=head)
    assert _one(filled) == {"title": "none given", "impact": "low"}


def test_a_null_word_counts_only_exactly(apply: Apply) -> None:
    assert _one(apply('title = "t"', {"id": "1", "t": "n/a"}, head='null = ["N/A"]')) == {"title": "n/a"}


WORDS = """
impact = "i"
[values.impact]
"1 - High" = "high"
2 = "medium"
true = "low"
low = "high"
"""


@pytest.mark.parametrize(
    ("word", "ours"),
    [("1 - High", "high"), (2, "medium"), (True, "low"), ("low", "high"), ("medium", "medium"), ("HIGH", "high")],
    ids=["listed", "number", "boolean", "listed-wins", "ours", "ours-in-capitals"],
)
def test_their_words_become_ours(word: object, ours: str, apply: Apply) -> None:
    assert _one(apply(WORDS, {"id": "1", "i": word})) == {"impact": ours}


def test_a_word_that_is_neither_listed_nor_ours_rejects_its_row_alone(apply: Apply) -> None:
    mapped = apply(WORDS, {"id": "1", "i": "1 - high"}, {"id": "2", "i": "low"}, {"id": "3", "i": {"a": 1}})
    assert _reasons(mapped) == [
        (2, "1", "impact: '1 - high' is not one of high, low, medium, 1 - High, 2, true."),
        (4, "3", "impact: This is an object; name one member of it, such as updates.0.at."),
    ]
    assert [record.key for record in mapped.records] == ["2"]


@pytest.mark.parametrize(
    ("word", "flag"),
    [("true", True), ("Yes", True), (1, True), (True, True), ("P1", True), ("FALSE", False), ("no", False), (0, False)],
)
def test_flags_take_the_usual_words_and_those_of_the_map(word: object, flag: bool, apply: Apply) -> None:
    assert _one(apply('outage = "d"\n[values.outage]\nP1 = true', {"id": "1", "d": word})) == {"outage": flag}


def test_a_default_is_ours_and_does_not_pass_through_the_table(apply: Apply) -> None:
    columns = 'impact = "i"\n[defaults]\nimpact = "low"\n[values.impact]\nlow = "high"'
    assert _one(apply(columns, {"id": "1", "i": None})) == {"impact": "low"}


@pytest.mark.parametrize(
    ("found", "forms"),
    [
        ("2026-07-08T06:00:00Z", ""),
        ("2026-07-08 14:00:00+08:00", ""),
        ("2026-07-08 14:00", ""),
        ("20260708T060000Z", ""),
        ("08/07/2026 14:00", '"%d/%m/%Y %H:%M"'),
        ("8/7/2026 14:00", '"%d/%m/%Y %H:%M"'),
        ("07-08-26 02:00 PM", '"%d/%m/%Y %H:%M", "%m-%d-%y %I:%M %p"'),
        ("08/07/2026 08:00 +0200", '"%d/%m/%Y %H:%M %z"'),
        ("202607081400", '"%Y%m%d%H%M"'),
        (1783490400, '"epoch"'),
        ("1783490400.0", '"epoch"'),
        (1783490400000, '"epoch-ms"'),
    ],
)
def test_times_of_every_form_are_understood(found: object, forms: str, apply: Apply) -> None:
    head = f'timezone = "Asia/Shanghai"\ndate_format = [{forms}]'
    assert _one(apply('opened = "o"', {"id": "1", "o": found}, head=head)) == {"opened": OPENED}


def test_the_zone_of_the_map_wins_over_that_of_the_command(apply: Apply) -> None:
    naive = {"id": "1", "o": "2026-07-08 14:00"}
    assert _one(apply('opened = "o"', naive, head='timezone = "Asia/Shanghai"', zone="UTC")) == {"opened": OPENED}
    assert _one(apply('opened = "o"', naive, zone="Asia/Shanghai")) == {"opened": OPENED}


def test_a_naive_time_without_any_zone_is_refused_naming_both_ways_out(apply: Apply) -> None:
    with pytest.raises(InvalidInput) as caught:
        apply('opened = "o"', {"id": "1", "o": "2026-07-08T14:00"})
    assert caught.value.message.endswith(
        "m.toml: timezone is missing, and times such as 2026-07-08 14:00:00 have no zone."
    )
    assert caught.value.hint == "Write timezone into the map, or give --tz ZONE."


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (
            "2026-03-29 02:30",
            "opened: 2026-03-29 02:30 does not exist in Europe/Rome: the clocks skip it. The nearest times are "
            "2026-03-29T01:59+01:00 and 2026-03-29T03:00+02:00.",
        ),
        (
            "2026-10-25 02:30",
            "opened: 2026-10-25 02:30 comes twice in Europe/Rome: the clocks go back. Add the offset: "
            "2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00.",
        ),
        ("31/02/2026", "opened: '31/02/2026' is not a time; what is read: ISO 8601, %d/%m/%Y."),
        ("1712051010305", "opened: '1712051010305' is not a time; what is read: ISO 8601, %d/%m/%Y."),
        (1783490400, "opened: '1783490400' is not a time; what is read: ISO 8601, %d/%m/%Y."),
        (True, "opened: 'true' is not a time; what is read: ISO 8601, %d/%m/%Y."),
        ([1], "opened: 'a list' is not a time; what is read: ISO 8601, %d/%m/%Y."),
        ("0001-01-01T00:00:00Z", "opened: The year 1 is not between 1900 and 9998."),
        ("0001-01-01T00:00:00+01:00", "opened: There is no such time: '0001-01-01T00:00:00+01:00'."),
        ("01/01/0001", "opened: The year 1 is not between 1900 and 9998. Check the year."),
    ],
    ids=["gap", "fold", "no-day", "digits", "number", "boolean", "list", "year-one", "overflow", "naive-year-one"],
)
def test_a_time_that_cannot_be_read_rejects_its_row(found: object, reason: str, apply: Apply) -> None:
    mapped = apply('opened = "o"', {"id": "1", "o": found}, head='date_format = "%d/%m/%Y"', zone="Europe/Rome")
    assert _reasons(mapped) == [(2, "1", reason)]


@pytest.mark.parametrize("found", [10**400, "9" * 5000, 1e300, "1e400", float("inf"), "1." + "9" * 500 + "e99"])
def test_an_epoch_beyond_the_calendar_rejects_its_row(found: object, apply: Apply) -> None:
    mapped = apply('opened = "o"', {"id": "1", "o": found}, head='date_format = ["epoch", "epoch-ms"]')
    assert [reject.key for reject in mapped.rejects] == ["1"]


def test_an_unknown_zone_of_the_command_is_refused(apply: Apply) -> None:
    with pytest.raises(InvalidInput, match="There is no time zone 'Mars'"):
        apply('title = "t"', {"id": "1", "t": "x"}, zone="Mars")


def test_a_default_time_is_read_like_any_other_and_a_wrong_one_refused(apply: Apply) -> None:
    columns = 'title = "t"\n[defaults]\nopened = "{}"'
    assert _one(apply(columns.format("2026-07-08 14:00"), {"id": "1", "t": None}, zone="Asia/Shanghai")) == {
        "opened": OPENED
    }
    with pytest.raises(InvalidInput) as caught:
        apply(columns.format("soon"), {"id": "1", "t": None})
    assert caught.value.message.endswith("m.toml: defaults.opened is 'soon'.")


def test_keys_are_texts_and_rows_without_one_are_rejected(apply: Apply) -> None:
    mapped = apply(
        'title = "t"', *({"id": key, "t": "x"} for key in (42, " ", None, [1], "a\nb", "x" * 201, "\ud800")), {"t": "x"}
    )
    assert [record.key for record in mapped.records] == ["42"]
    assert _reasons(mapped) == [
        (3, None, "The key is missing: id is empty."),
        (4, None, "The key is missing: id is empty."),
        (5, None, "This is a list; name one member of it, such as updates.0.at."),
        (6, None, "The key 'a b' holds a control character."),
        (7, None, "The key has 201 characters, 200 are allowed."),
        (8, None, "The key '' holds a control character."),
        (9, None, "The key is missing: id is empty."),
    ]


def test_the_same_row_again_is_counted_and_another_with_its_key_rejected(apply: Apply) -> None:
    row = {"id": "1", "t": "x"}
    mapped = apply('title = "t"', row, {**row, "more": 1}, {"id": "1", "t": "y"}, {"id": 1, "t": " x"})
    assert (len(mapped.records), mapped.same) == (1, 2)
    assert _reasons(mapped) == [(4, "1", "An earlier row has the same key and other values.")]


def test_rejects_of_the_file_and_of_the_map_come_in_the_order_of_lines(
    read: Callable[..., Document], tmp_path: Path, fields: dict[str, Field]
) -> None:
    path = tmp_path / "m.toml"
    path.write_text('source = "s"\nkey = "id"\n[columns]\nimpact = "i"', encoding="utf-8")
    document = read("id,i\n1,bad\n2,low,x\n3,bad\n")
    mapped = apply_map(document, load_map(path, fields=fields), fields, zone=None)
    assert [(reject.line, reject.raw) for reject in mapped.rejects] == [
        (2, {"id": "1", "i": "bad"}),
        (3, "2,low,x"),
        (4, {"id": "3", "i": "bad"}),
    ]
    assert document.rejects == [Reject(3, None, "The row has 3 cells, the header 2.", "2,low,x")]


@pytest.mark.parametrize("header", [(), ("id", "resolved_at", "opened_at")], ids=["json", "csv"])
def test_a_column_that_no_record_has_is_refused_with_those_there_are(header: tuple[str, ...], apply: Apply) -> None:
    row = {"id": "1", "resolved_at": "", "opened_at": ""}
    with pytest.raises(InvalidInput) as caught:
        apply('opened = ["opend_at", "at.0"]', row, header=header)
    assert caught.value.message.endswith("m.toml: columns.opened: no record has the column 'opend_at', 'at.0'.")
    assert caught.value.hint == "The columns are: opened_at, id, resolved_at."


def test_a_column_that_one_record_or_one_of_a_list_has_is_enough(apply: Apply) -> None:
    mapped = apply('title = ["none", "t"]\ncause = "c.0"', {"id": "1", "t": "x"}, {"id": "2", "c": ["y"]})
    assert [record.values for record in mapped.records] == [{"title": "x"}, {"cause": "y"}]


def test_a_key_column_that_no_record_has_is_refused(apply: Apply) -> None:
    with pytest.raises(InvalidInput, match=r"key: no record has the column 'id'\.") as caught:
        apply('title = "t"', {f"c{number:02}": 1 for number in range(30)} | {"t": "x"})
    assert caught.value.hint.endswith("c17, c18, c19 ….")


@given(st.text(max_size=400))
def test_texts_are_what_the_typed_kit_makes_of_them(text: str) -> None:
    found = reader(("t",), ())({"t": text})
    for kind, read_text in ((FieldType.TEXT, read_title), (FieldType.BODY, read_body)):
        try:
            expected = None if found is None else read_text(found)
        except InvalidInput:
            expected = "refused"
        try:
            convert = converter(Field("f", kind), {}, Times((), None, "m.toml"))
            assert expected == (None if found is None else convert(found))
        except Refused:
            assert expected == "refused"


FORMS = ["%d/%m/%Y %H:%M", "%Y/%m/%d", "%Y年%m月%d日 %H时%M分%S秒", "%Y%m%d %H", "%m/%d/%y", "%d.%m.%Y %M"]


SINCE_1000 = st.datetimes(min_value=datetime(1000, 1, 1))  # noqa: DTZ001  # strftime pads no year before that


@given(st.sampled_from(FORMS), SINCE_1000, st.booleans(), st.text("0129/ 年+_", max_size=3), st.integers(0, 30))
def test_the_quick_reading_of_a_format_is_that_of_strptime(
    form: str, moment: datetime, padded: bool, noise: str, place: int
) -> None:
    text = moment.strftime(form)
    text = text if padded else text.replace("/0", "/").lstrip("0")
    text = text[:place] + noise + text[place + len(noise) :]
    outcomes: list[object] = []
    for read in (parser(form), lambda text: datetime.strptime(text, form)):  # noqa: DTZ007
        try:
            outcomes.append(read(text))
        except ValueError:
            outcomes.append("refused")
    assert outcomes[0] == outcomes[1]


def test_the_digest_does_not_depend_on_the_order_of_columns(apply: Apply) -> None:
    row = {"id": "1", "a": "x", "b": "y"}
    first = apply('title = "a"\ncause = "b"', row).records[0]
    second = apply('cause = "b"\ntitle = "a"', row).records[0]
    assert first.digest == second.digest
    assert first.digest == sha256(b'["1",{"cause":"y","title":"x"}]').hexdigest()

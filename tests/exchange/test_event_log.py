"""Event logs: rows of one key become one record, with an episode for each time that it was opened again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import InvalidInput
from opsctl.exchange.documents import Document, RawRecord
from opsctl.exchange.event_log import Event, episodes_of, others_of, settle, whole_rows
from opsctl.exchange.fields import Field
from opsctl.exchange.mapping import Mapped, apply_map
from opsctl.exchange.maps import ImportMap, load_map
from opsctl.exchange.readers import read_records

MAP = """
source = "s"
key = "id"
timezone = "UTC"
null = ["?"]
[columns]
title = "t"
opened = "o"
resolved = "r"
impact = "i"
[defaults]
urgency = "low"
[event_log]
time = "at"
activity = "state"
acknowledged = ["Active", "In Work"]
mitigated = "Workaround"
restored = ["Up"]
resolved = ["Resolved"]
closed = ["Closed"]
"""
HEADER = "id,at,state,t,o,r,i,more"


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, 8, hour, minute, tzinfo=UTC)


@pytest.fixture
def load(tmp_path: Path, fields: dict[str, Field]) -> Callable[[str], ImportMap]:
    def load_text(text: str) -> ImportMap:
        path = tmp_path / "m.toml"
        path.write_text(text, encoding="utf-8")
        return load_map(path, fields=fields)

    return load_text


@pytest.fixture
def take(
    tmp_path: Path, load: Callable[[str], ImportMap], fields: dict[str, Field]
) -> Callable[..., tuple[Mapped, Document]]:
    """Maps a CSV of these rows, of which each time is HH:MM of one day."""

    def take_rows(*rows: str, text: str = MAP, header: str = HEADER) -> tuple[Mapped, Document]:
        path = tmp_path / "log.csv"
        days = [",".join(f"2026-07-08T{cell}" if cell[2:3] == ":" else cell for cell in row.split(",")) for row in rows]
        path.write_text("\n".join([header, *days]) + "\n", encoding="utf-8")
        import_map = load(text)
        document = read_records(path, name="log.csv", key=import_map.key, only=import_map.needed)
        return apply_map(document, import_map, fields, zone=None), document

    return take_rows


Take = Callable[..., tuple[Mapped, Document]]


def one(mapped: Mapped) -> tuple[dict[str, Any], tuple[dict[str, datetime], ...]]:
    assert mapped.rejects == []
    (record,) = mapped.records
    return record.values, record.episodes


def test_rows_of_one_key_are_one_record_with_the_first_occurrence_of_each_activity(take: Take) -> None:
    mapped, _document = take(
        "A,09:00,New,slow,,,low,",
        "A,09:10,Active,slow,,,low,",
        "B,09:11,New,other,,,,",
        "A,09:20,Active,very slow,,,high,",
        "A,10:00,Resolved,?,,,,",
        "A,10:30,Resolved,,,,,",
        "A,12:00,Closed,,,,,",
    )
    assert [(record.line, record.key, record.episodes) for record in mapped.records] == [(2, "A", ()), (4, "B", ())]
    assert mapped.records[0].values == {
        "title": "very slow",
        "impact": "high",
        "urgency": "low",
        "opened": at(9),
        "acknowledged": at(9, 10),
        "resolved": at(10),
        "closed": at(12),
    }
    assert mapped.records[1].values == {"title": "other", "urgency": "low", "opened": at(9, 11)}
    assert (mapped.rejects, mapped.others, mapped.same) == ([], [], 0)


def test_rows_are_taken_by_their_time_and_those_of_one_time_in_the_order_of_the_file(take: Take) -> None:
    values, episodes = one(
        take(
            "A,12:00,Closed,last,,,,", "A,09:00,New,first,,,,", "A,10:00,Active,,,,,", "A,10:00,Resolved,,,,,"
        )[0]
    )  # fmt: skip
    assert values["title"] == "last"
    assert (values["opened"], values["acknowledged"], values["resolved"]) == (at(9), at(10), at(10))
    assert episodes == ()
    # The other way round, somebody went on after the resolution.
    values, episodes = one(take("A,10:00,Resolved,,,,,", "A,10:00,Active,,,,,")[0])
    assert episodes == ({"resolved": at(10)}, {"reopened": at(10), "acknowledged": at(10)})
    assert "resolved" not in values


def test_a_column_says_the_opening_where_there_is_one_and_else_the_first_row(take: Take) -> None:
    assert one(take("A,09:00,New,,08:45,,,", "A,09:30,Active,,08:40,,,")[0])[0]["opened"] == at(8, 40)
    assert one(take("A,09:30,Active,,?,,,", "A,09:00,New,,,,,")[0])[0]["opened"] == at(9)


def test_an_activity_wins_over_the_column_of_its_instant_and_without_it_the_column_counts(take: Take) -> None:
    assert one(take("A,09:00,New,,,11:00,,", "A,10:00,Resolved,,,11:00,,")[0])[0]["resolved"] == at(10)
    assert one(take("A,09:00,New,,,11:00,,", "A,10:00,Active,,,11:30,,")[0])[0]["resolved"] == at(11, 30)
    # It was resolved and opened again: what the column still says of the first time is no resolution now.
    values, _episodes = one(take("A,10:00,Resolved,,,10:00,,", "A,11:00,Active,,,10:00,,")[0])
    assert "resolved" not in values


def test_an_activity_behind_a_resolution_opens_again_whatever_it_says(take: Take) -> None:
    values, episodes = one(
        take(
            "A,09:00,New,,,,,",
            "A,09:10,Active,,,,,",
            "A,09:30,Up,,,,,",
            "A,10:00,Resolved,,,,,",
            "A,10:05,Closed,,,,,",
            "A,10:06,Resolved,,,,,",
            "A,11:00,Waiting,,,,,",
            "A,11:30,In Work,,,,,",
            "A,12:00,Resolved,,,,,",
            "A,13:00,Up,,,,,",
            "A,14:00,Resolved,,,,,",
            "A,15:00,Closed,,,,,",
        )[0]
    )
    assert episodes == (
        {"acknowledged": at(9, 10), "restored": at(9, 30), "resolved": at(10), "closed": at(10, 5)},
        {"reopened": at(11), "acknowledged": at(11, 30), "resolved": at(12)},
        {"reopened": at(13), "restored": at(13), "resolved": at(14), "closed": at(15)},
    )
    assert values == {
        "urgency": "low",
        "opened": at(9),
        "acknowledged": at(9, 10),
        "restored": at(13),
        "resolved": at(14),
        "closed": at(15),
    }


def test_an_activity_behind_a_closing_without_a_resolution_opens_again_too(take: Take) -> None:
    _values, episodes = one(take("A,09:00,Closed,,,,,", "A,10:00,Active,,,,,")[0])
    assert episodes == ({"closed": at(9)}, {"reopened": at(10), "acknowledged": at(10)})


def test_nobody_is_said_to_have_acknowledged_what_was_only_resolved_and_opened_again(take: Take) -> None:
    values, episodes = one(take("A,09:00,New,,,,,", "A,10:00,Resolved,,,,,", "A,11:00,New,,,,,")[0])
    assert "acknowledged" not in values
    assert episodes == ({"resolved": at(10)}, {"reopened": at(11)})


@pytest.mark.parametrize(
    ("column", "episode"),
    [(at(9), 0), (at(10, 30), 0), (at(11), 1), (at(11, 30), 1)],
    ids=["in the first", "between", "at the reopening", "in the second"],
)
def test_what_a_column_says_belongs_to_the_episode_into_which_it_falls(column: datetime, episode: int) -> None:
    episodes: list[dict[str, datetime]] = [{"resolved": at(10)}, {"reopened": at(11), "resolved": at(12)}]
    values: dict[str, Any] = {"restored": column, "title": "x"}
    settle(values, episodes)
    assert [one.get("restored") for one in episodes] == [column if place == episode else None for place in (0, 1)]
    assert values == {"title": "x", "resolved": at(12), **({"restored": column} if episode else {})}


def test_what_is_not_in_the_map_is_counted_and_named(take: Take) -> None:
    mapped, _document = take("A,09:00,New,,,,,", "B,09:00,New,,,,,", "A,09:10,active,,,,,", "A,10:00,Resolved,,,,,")
    assert mapped.remarks == ("Activities that are not in the map: New (2), active (1)",)
    assert "acknowledged" not in mapped.records[0].values
    assert take("A,10:00,Resolved,,,,,")[0].remarks == ()


def test_of_many_words_that_are_not_in_the_map_the_most_frequent_are_named(take: Take) -> None:
    mapped, _document = take(*(f"A,09:00,w{number:02},,,,," for number in range(25)), "A,09:00,w24,,,,,")
    (remark,) = mapped.remarks
    assert remark.startswith("Activities that are not in the map: w24 (2), w00 (1), w01 (1), ")
    assert remark.endswith(", w18 (1), …")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,soon,Active,y,,,,2", "'soon' is not a time; what is read: ISO 8601."),
        ("A,,Active,y,,,,2", "at is empty."),
        ("A,10:00,?,y,,,,2", "state is empty."),
        ("A,10:00,Active,y,,,hih,2", "impact: 'hih' is not one of high, low, medium."),
        ("A,10:00,Active,y,soon,,,2", "opened: 'soon' is not a time; what is read: ISO 8601."),
    ],
    ids=["time", "no time", "no activity", "word", "instant"],
)
def test_a_record_with_a_row_that_cannot_be_read_is_rejected_with_all_its_rows(
    row: str, reason: str, take: Take
) -> None:
    mapped, _document = take("A,09:00,New,x,,,,1", row, "B,09:00,New,b,,,,", "A,11:00,Resolved,z,,,,3")
    assert [record.key for record in mapped.records] == ["B"]
    (reject,) = mapped.rejects
    assert (reject.line, reject.key, reject.reason) == (3, "A", reason)
    assert [(other.line, other.key, other.reason) for other in mapped.others] == [
        (2, "A", "Line 3 of the same record is rejected."),
        (5, "A", "Line 3 of the same record is rejected."),
    ]
    # The rows are there whole, with columns that the map does not need.
    assert isinstance(reject.raw, dict)
    assert (reject.raw["more"], reject.raw["t"]) == ("2", "y")
    assert [other.raw["more"] for other in mapped.others if isinstance(other.raw, dict)] == ["1", "3"]


def test_each_row_that_cannot_be_read_says_why_and_a_word_that_a_later_row_replaces_is_not_read(take: Take) -> None:
    mapped, _document = take("A,soon,New,,,,,", "A,09:00,,,,,,", "A,10:00,Active,,,,,")
    assert [(one.line, one.reason) for one in (*mapped.rejects, *mapped.others)] == [
        (2, "'soon' is not a time; what is read: ISO 8601."),
        (3, "state is empty."),
        (4, "Line 2 of the same record is rejected."),
    ]
    assert one(take("A,09:00,New,,,,hih,", "A,10:00,Active,,,,high,")[0])[0]["impact"] == "high"


def test_a_row_without_a_key_and_one_of_too_many_cells_are_rejected_alone(take: Take) -> None:
    mapped, _document = take("A,09:00,New,,,,,", ",09:10,Active,,,,,7", "A,10:00,Active,,,,,,,9")
    assert [(one.line, one.key, one.reason) for one in mapped.rejects] == [
        (3, None, "The key is missing: id is empty."),
        (4, None, "The row has 10 cells, the header 8."),
    ]
    assert mapped.rejects[0].raw["more"] == "7"  # type: ignore[index]
    assert [record.key for record in mapped.records] == ["A"]


def test_the_other_rows_of_a_record_that_is_refused_later_can_be_had(
    take: Take, load: Callable[[str], ImportMap]
) -> None:
    _mapped, document = take("A,09:00,New,x,,,,1", "B,09:00,New,,,,,", ",09:30,New,,,,,", "A,10:00,Active,,,,,2")
    others = whole_rows(document, others_of(document, load(MAP), {"A", "none"}))
    assert [(one.line, one.key, one.reason) for one in others] == [(5, "A", "Line 2 of the same record is rejected.")]
    assert others[0].raw["more"] == "2"  # type: ignore[index]
    assert others_of(document, load(MAP), set()) == []


def test_json_is_a_log_too_also_on_one_line(load: Callable[[str], ImportMap], fields: dict[str, Field]) -> None:
    rows = [
        {"id": 1, "at": "2026-07-08T09:00", "state": "New", "t": "x", "o": None, "r": None, "i": None},
        {"id": 1, "at": 5, "state": "Active"},
        {"id": 1, "at": "2026-07-08T10:00", "state": ["Resolved"]},
        {"id": 2, "at": "2026-07-08T10:00", "state": True},
    ]
    document = Document("json", "UTF-8", [RawRecord(1, row) for row in rows], [])
    mapped = apply_map(document, load(MAP.replace('"Up"', '"true"')), fields, zone=None)
    assert [(one.key, one.values["restored"]) for one in mapped.records] == [("2", at(10))]
    assert [(one.line, one.raw) for one in mapped.rejects] == [(1, rows[1])]
    assert [(one.reason, one.raw) for one in mapped.others] == [
        ("Line 1 of the same record is rejected.", rows[0]),
        ("This is a list; name one member of it, such as updates.0.at.", rows[2]),
    ]


def test_the_digest_is_that_of_what_is_meant_and_changes_with_an_episode(take: Take) -> None:
    rows = ["A,09:00,Active,x,,,,", "A,10:00,Resolved,x,,,,"]
    first, again, more, other = (
        take(*each)[0].records[0].digest
        for each in (
            rows,
            [rows[1], rows[0], "A,10:30,Resolved,x,,,,"],
            [*rows, "A,11:00,Active,x,,,,", "A,12:00,Resolved,x,,,,"],
            [*rows, "A,11:30,Active,x,,,,", "A,12:00,Resolved,x,,,,"],
        )
    )
    assert first == again
    assert len({first, more, other}) == 3


@pytest.mark.parametrize(
    ("text", "header", "place", "columns"),
    [
        (MAP, "id,when,state,t,o,r,i", "event_log.time", "'at'"),
        (MAP, "id,at,status,t,o,r,i", "event_log.activity", "'state'"),
        (
            MAP.replace('"state"', '["state", "status"]'),
            "id,at,stat,t,o,r,i",
            "event_log.activity",
            "'state', 'status'",
        ),
    ],
    ids=["time", "activity", "list"],
)
def test_a_column_of_the_log_that_is_not_there_is_refused(
    text: str, header: str, place: str, columns: str, take: Take
) -> None:
    with pytest.raises(InvalidInput) as caught:
        take("A,09:00,New,,,,", text=text, header=header)
    assert caught.value.message.endswith(f"m.toml: {place}: no record has the column {columns}.")


def test_a_log_without_columns_of_ours_has_its_activities_alone(take: Take) -> None:
    start, log = MAP.split("[columns]")[0], MAP[MAP.index("[event_log]") :]
    values, _episodes = one(take("A,09:00,Active", "A,10:00,Closed", text=start + log, header="id,at,state")[0])
    assert values == {"opened": at(9), "acknowledged": at(9), "closed": at(10)}


WORDS = ("New", "Active", "Workaround", "Up", "Resolved", "Closed", "Found")
INSTANT = {
    "Active": "acknowledged", "Workaround": "mitigated", "Up": "restored", "Resolved": "resolved", "Closed": "closed",
    "Found": "detected",
}  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(WORDS)), min_size=1, max_size=14))
def test_any_sequence_of_activities_is_what_the_rules_say(steps: list[tuple[int, str]]) -> None:
    ordered = sorted(steps, key=lambda step: step[0])
    events: list[Event] = [
        (at(0) + timedelta(hours=hour), INSTANT.get(word), place) for place, (hour, word) in enumerate(ordered)
    ]
    episodes = episodes_of(events)
    values: dict[str, Any] = {}
    settle(values, episodes)
    # The slow way: where a row opens again is said by the rows before it alone.
    starts = [0]
    for place, (_hour, word) in enumerate(ordered):
        before = [earlier for _at, earlier in ordered[starts[-1] : place]]
        if word not in ("Resolved", "Closed") and ("Resolved" in before or "Closed" in before):
            starts.append(place)
    assert len(episodes) == len(starts)
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(ordered)], strict=True)):
        part = ordered[start:end]
        expected = {
            instant: at(0) + timedelta(hours=min(hour for hour, said in part if said == word))
            for word, instant in INSTANT.items()
            if word in [said for _hour, said in part]
        }
        if number:
            expected["reopened"] = at(0) + timedelta(hours=ordered[start][0])
        assert episodes[number] == expected
    for word, instant in INSTANT.items():
        asked = ordered if instant in ("acknowledged", "detected") else ordered[starts[-1] :]
        hours = [hour for hour, said in asked if said == word]
        assert values.get(instant) == (at(0) + timedelta(hours=min(hours)) if hours else None)

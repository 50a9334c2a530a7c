"""Maps are checked whole, and every error names the file, the key, what was found and what is allowed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from opsctl.core.errors import InvalidInput, NotFound
from opsctl.exchange.fields import Field
from opsctl.exchange.maps import EventLog, ImportMap, load_map

Load = Callable[[str | bytes], ImportMap]

WHOLE = """
source = "servicenow"
key = "number"
timezone = "Asia/Shanghai"
date_format = ["%d/%m/%Y %H:%M", "epoch"]
null = ["?", "N/A"]
[columns]
title = ["short_description", "number"]
opened = "updates.0.at"
[defaults]
asset = "github"
outage = true
opened = 2026-10-01T00:00:00Z
[values.impact]
"1 - High " = "high"
[values.outage]
P1 = true
P2 = "no"
"""
START = 'source = "jira"\nkey = "number"\n'
BASE = START + '[columns]\ntitle = "t"\n'
FIELDS = (
    "title, asset, customer, category, impact, urgency, severity, outage, impact_start, detected, opened, "
    "acknowledged, mitigated, restored, resolved, closed, entered_at, cause, handling, result, assignee"
)


@pytest.fixture
def load(tmp_path: Path, fields: dict[str, Field], monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.chdir(tmp_path)

    def load_text(content: str | bytes) -> ImportMap:
        Path("m.toml").write_bytes(content.encode() if isinstance(content, str) else content)
        return load_map(Path("m.toml"), fields=fields)

    return load_text


def test_a_whole_map_is_read(load: Load) -> None:
    assert load(WHOLE) == ImportMap(
        file="m.toml",
        source="servicenow",
        key="number",
        timezone="Asia/Shanghai",
        date_format=("%d/%m/%Y %H:%M", "epoch"),
        null=("?", "N/A"),
        columns={"title": ("short_description", "number"), "opened": ("updates.0.at",)},
        defaults={"asset": "github", "outage": True, "opened": "2026-10-01T00:00:00+00:00"},
        values={"impact": {"1 - High": "high"}, "outage": {"P1": True, "P2": False}},
    )


def test_an_event_log_has_columns_for_time_and_activity_and_words_for_each_instant(load: Load) -> None:
    text = BASE + '[event_log]\ntime = "at"\nactivity = ["a", "b"]\n'
    read = load(text + 'resolved = [" Resolved ", "Fixed", "Fixed"]\nimpact_start = "Alert"\nclosed = []')
    assert read.event_log == EventLog(
        ("at",), ("a", "b"), {"Resolved": "resolved", "Fixed": "resolved", "Alert": "impact_start"}
    )
    assert read.needed == {"number", "t", "at", "a", "b"}
    assert load(START + '[event_log]\ntime = "at"\nactivity = "a"').columns == {}
    assert load(BASE).event_log is None


def test_a_room_whose_records_have_no_instants_knows_no_event_log(tmp_path: Path, fields: dict[str, Field]) -> None:
    path = tmp_path / "m.toml"
    path.write_text(BASE + '[event_log]\ntime = "at"\nactivity = "a"')
    with pytest.raises(InvalidInput) as caught:
        load_map(path, fields={"title": fields["title"]})
    assert caught.value.message.endswith("m.toml: event_log is not known.")
    assert caught.value.hint == "Allowed: source, key, timezone, date_format, null, columns, defaults, values."


def test_a_word_that_is_a_number_may_be_written_as_one(load: Load) -> None:
    read = load(BASE + '[defaults]\nseverity = 3\n[values.severity]\n"1 - Critical" = 1\nP2 = "2"')
    assert (read.defaults, read.values) == ({"severity": "3"}, {"severity": {"1 - Critical": "1", "P2": "2"}})


def test_what_may_be_left_out_is_empty_and_a_mark_at_the_start_is_no_fault(load: Load) -> None:
    read = load(b"\xef\xbb\xbf" + BASE.encode())
    assert (read.timezone, read.date_format, read.null, read.defaults, read.values) == (None, (), (), {}, {})


@pytest.mark.parametrize(
    "form",
    ["%d/%m/%Y %H:%M", "%m/%d/%y %I:%M %p", "%Y-%m-%d %H:%M:%S %z", "%d %b %Y", "%Y年%m月%d日", "%c", "epoch-ms"],
)
def test_formats_that_hold_a_whole_date_are_allowed(form: str, load: Load) -> None:
    assert load(f'date_format = "{form}"\n' + BASE).date_format == (form,)


MUST_TIME = "It must be a strptime format of a whole date such as %d/%m/%Y %H:%M, or epoch, epoch-ms."
TOP = "Allowed: source, key, timezone, date_format, null, columns, defaults, values, event_log."
LOG = BASE + '[event_log]\ntime = "at"\nactivity = "a"\n'
IN_LOG = "Allowed: time, activity, impact_start, detected, opened, acknowledged, mitigated, restored, resolved, closed."
LEVELS = "Allowed: high, low, medium."
NAMES = "It must be the name of a column in quotes, or a list of such names."


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        ("a = ", "m.toml is not TOML: Invalid value (at end of document).", "Mend it there; texts stand in quotes."),
        (b'source = "\xff"', "m.toml is not UTF-8: it breaks at byte 10.", "Save it as UTF-8."),
        (BASE + "event_log = 1", "m.toml: columns.event_log is not known.", f"Allowed: {FIELDS}."),
        ("event_log = 1\n" + BASE, "m.toml: event_log is 1.", "It must be a table."),
        (BASE + '[event_log]\nactivity = "a"', "m.toml: event_log.time is missing.", NAMES),
        (BASE + '[event_log]\ntime = "a"', "m.toml: event_log.activity is missing.", NAMES),
        (BASE + '[event_log]\ntime = 5\nactivity = "a"', "m.toml: event_log.time is 5.", NAMES),
        (BASE + '[event_log]\ntime = "at"\nactivity = ""', "m.toml: event_log.activity is ''.", NAMES),
        (
            LOG + 'resloved = ["Resolved"]',
            "m.toml: event_log.resloved is not known.",
            f"Did you mean resolved, restored? {IN_LOG}",
        ),
        (LOG + 'entered_at = ["Entered"]', "m.toml: event_log.entered_at is not known.", IN_LOG),
        (LOG + "resolved = 5", "m.toml: event_log.resolved is 5.", "It must be a text, or a list of texts."),
        (LOG + "resolved = [5]", "m.toml: event_log.resolved is [5].", "It must be a text, or a list of texts."),
        (
            LOG + 'resolved = ["a", " "]',
            "m.toml: event_log.resolved is ['a', ' '].",
            "It must be a list of activities, none empty.",
        ),
        (
            LOG + 'closed = ["Done "]\nresolved = ["Fixed", "Done"]',
            "m.toml: event_log.closed is ['Done '].",
            "'Done' is listed in event_log.resolved already; one activity says one instant.",
        ),
        (
            LOG + '[defaults]\nopened = "2026-10-01T00:00Z"',
            "m.toml: defaults.opened is '2026-10-01T00:00Z'.",
            "It must be left out: the first row of an event log is the opening.",
        ),
        ('time_zone = "UTC"\n' + BASE, "m.toml: time_zone is not known.", "Did you mean timezone? " + TOP),
        ("zzz = 1\n" + BASE, "m.toml: zzz is not known.", TOP),
        ('key = "a"\n[columns]\ntitle = "t"', "m.toml: source is missing.", 'It must be a text such as "servicenow".'),
        ('source = "a"\n[columns]\ntitle = "t"', "m.toml: key is missing.", 'It must be a text such as "number".'),
        ("source = 5\n" + BASE[16:], "m.toml: source is 5.", 'It must be a text such as "servicenow".'),
        ('source = " "\n' + BASE[16:], "m.toml: source is ' '.", 'It must be a text such as "servicenow".'),
        (
            'timezone = "Asia/Shangha"\n' + BASE,
            "m.toml: timezone is 'Asia/Shangha'.",
            "Did you mean Asia/Shanghai, ",
        ),
        ("timezone = 8\n" + BASE, "m.toml: timezone is 8.", 'It must be a text such as "Asia/Shanghai".'),
        ('date_format = "%d/%m/%Y %Q"\n' + BASE, "m.toml: date_format is '%d/%m/%Y %Q'.", MUST_TIME),
        ('date_format = ["%d/%m %H:%M"]\n' + BASE, "m.toml: date_format is '%d/%m %H:%M'.", MUST_TIME),
        ('date_format = "%Y-%m"\n' + BASE, "m.toml: date_format is '%Y-%m'.", MUST_TIME),
        ('date_format = "%Y-%m-%d %"\n' + BASE, "m.toml: date_format is '%Y-%m-%d %'.", MUST_TIME),
        ('date_format = "%d/%m/%Y %d"\n' + BASE, "m.toml: date_format is '%d/%m/%Y %d'.", MUST_TIME),
        ('date_format = "iso"\n' + BASE, "m.toml: date_format is 'iso'.", MUST_TIME),
        ("date_format = 5\n" + BASE, "m.toml: date_format is 5.", "It must be a text, or a list of texts."),
        ("null = [0]\n" + BASE, "m.toml: null is [0].", "It must be a text, or a list of texts."),
        (START, "m.toml: columns is missing.", "It must be a table with one line for each field, such as title"),
        (START + "columns = 1", "m.toml: columns is 1.", "It must be a table."),
        (BASE + 'impct = "x"', "m.toml: columns.impct is not known.", f"Did you mean impact? Allowed: {FIELDS}."),
        (BASE + "asset = 5", "m.toml: columns.asset is 5.", NAMES),
        (BASE + "asset = []", "m.toml: columns.asset is [].", NAMES),
        (BASE + 'asset = ["a", 1]', "m.toml: columns.asset is ['a', 1].", NAMES),
        (BASE + 'asset = ""', "m.toml: columns.asset is ''.", NAMES),
        (BASE + "[defaults]\nzz = 1", "m.toml: defaults.zz is not known.", f"Allowed: {FIELDS}."),
        (
            BASE + '[defaults]\nimpact = "hih"',
            "m.toml: defaults.impact is 'hih'.",
            "Did you mean high? Allowed: high, low, medium.",
        ),
        (BASE + "[defaults]\nimpact = 2", "m.toml: defaults.impact is 2.", LEVELS),
        (BASE + "[defaults]\nimpact = [1]", "m.toml: defaults.impact is [1].", LEVELS),
        (BASE + '[defaults]\noutage = "down"', "m.toml: defaults.outage is 'down'.", "It must be true or false."),
        (BASE + "[defaults]\nasset = true", "m.toml: defaults.asset is true.", "It must be a text."),
        (BASE + "[defaults]\nopened = 5", "m.toml: defaults.opened is 5.", "It must be a time in quotes."),
        (BASE + "[values]\nimpact = 1", "m.toml: values.impact is 1.", "It must be a table of their words and ours."),
        (
            BASE + '[values.impact]\n"1 - High" = "hgh"',
            "m.toml: values.impact.\"1 - High\" is 'hgh'.",
            "Did you mean high? Allowed: high, low, medium.",
        ),
        (BASE + "[values.outage]\nx = 2", 'm.toml: values.outage."x" is 2.', "It must be true or false."),
        (
            BASE + '[values.opened]\nx = "y"',
            "m.toml: values.opened is {'x': 'y'}.",
            "It must be left out: a time has no words; see date_format and null.",
        ),
    ],
)
def test_each_fault_is_named_with_what_is_allowed(content: str | bytes, message: str, hint: str, load: Load) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(content)
    assert caught.value.message == message
    assert caught.value.hint.startswith(hint)


def test_a_missing_map_and_a_nested_one_are_refused(load: Load, fields: dict[str, Field]) -> None:
    with pytest.raises(NotFound, match=r"There is no file none\.toml\."):
        load_map(Path("none.toml"), fields=fields)
    with pytest.raises(InvalidInput, match=r"m\.toml is nested too deeply\."):
        load("a = " + "[" * 50_000)

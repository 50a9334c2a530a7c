"""What is made of what was looked at: verdicts and reasons."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsctl.core.calendars import Calendar
from opsctl.core.errors import Unavailable
from opsctl.desk.rules import doctor as rules
from opsctl.desk.rules.doctor import Finding, data_of, read_finding
from opsctl.desk.service.doctor_file import file_system
from opsctl.desk.terms import MEBIBYTE, WRITABLE, Verdict
from opsctl.schema import metadata

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def of(found: Finding) -> tuple[str, tuple[str, ...]]:
    return found.verdict.value, found.reasons


@pytest.mark.parametrize(
    ("free", "entries", "wanted"),
    [
        pytest.param(0, 9, ("fail", ("full",)), id="nothing"),
        pytest.param(4 * MEBIBYTE - 1, 9, ("fail", ("full",)), id="too-little"),
        pytest.param(4 * MEBIBYTE, 9, ("warn", ("little-room",)), id="little"),
        pytest.param(100 * MEBIBYTE, 9, ("ok", ()), id="enough"),
        pytest.param(100 * MEBIBYTE, 0, ("fail", ("full",)), id="no-entries"),
        pytest.param(100 * MEBIBYTE, None, ("ok", ()), id="entries-not-counted"),
    ],
)
def test_room_on_the_disk(free: int, entries: int | None, wanted: object) -> None:
    assert of(rules.disk({"free": free, "entries_free": entries})) == wanted


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        pytest.param({}, ("ok", ()), id="sound"),
        pytest.param({"file_system": "nfs4"}, ("warn", ("network-file-system",)), id="network"),
        pytest.param({"mode": "0602"}, ("warn", ("open-to-all",)), id="open"),
        pytest.param({"mode": "0660"}, ("ok", ()), id="a-group-may-share-it"),
        pytest.param(
            {"is_read_only_disk": True, "file_writable": False, "folder_writable": False},
            ("fail", ("read-only-disk",)),
            id="read-only",
        ),
        pytest.param(
            {"folder_writable": False, "mode": "0666"},
            ("fail", ("folder-not-writable", "open-to-all")),
            id="the-worst-counts",
        ),
    ],
)
def test_the_file_of_a_database(changed: dict[str, Any], wanted: object) -> None:
    sound = {
        "mode": "0600",
        "file_system": "ext4",
        "is_read_only_disk": False,
        "file_writable": True,
        "folder_writable": True,
    }
    assert of(rules.database_file({**sound, **changed})) == wanted


@pytest.mark.parametrize(
    ("known", "today", "wanted", "unknown"),
    [
        pytest.param((2001, 2027), date(2026, 12, 31), ("ok", ()), {}, id="both"),
        pytest.param((2001, 2026), date(2026, 11, 30), ("ok", ()), {"office": [2027]}, id="not-announced-yet"),
        pytest.param((2001, 2026), date(2026, 12, 1), ("warn", ("unknown",)), {"office": [2027]}, id="late"),
        pytest.param((2001, 2025), date(2026, 1, 1), ("warn", ("unknown",)), {"office": [2026, 2027]}, id="this-year"),
        pytest.param((1, 0), date(2026, 1, 1), ("warn", ("unknown",)), {"office": [2026, 2027]}, id="never"),
        pytest.param(None, date(2026, 12, 1), ("ok", ()), {}, id="none-wanted"),
    ],
)
def test_holidays(known: tuple[int, int] | None, today: date, wanted: object, unknown: object) -> None:
    found = rules.holidays({"office": Calendar("office", known_years=known), "always": Calendar("always")}, today)
    assert (of(found), found.details["unknown"]) == (wanted, unknown)


def test_duties_are_planned_behind_or_much_too_far() -> None:
    to = NOW + timedelta(days=20)
    assert of(rules.duties(0, None, NOW, is_stale=True, is_too_far=False)) == ("ok", ())
    assert of(rules.duties(2, None, NOW, is_stale=True, is_too_far=False)) == ("warn", ("behind",))
    assert of(rules.duties(2, to, NOW, is_stale=True, is_too_far=False)) == ("warn", ("behind",))
    assert of(rules.duties(2, to, NOW, is_stale=True, is_too_far=True)) == ("warn", ("too-far",))
    assert rules.duties(2, to, NOW, is_stale=False, is_too_far=False).details["days"] == 20


@pytest.mark.parametrize(
    ("server", "turn", "newest", "wanted"),
    [
        pytest.param(timedelta(0), 0, timedelta(0), ("ok", ()), id="alike"),
        pytest.param(timedelta(seconds=5), 0, None, ("ok", ()), id="nearly"),
        pytest.param(timedelta(seconds=6), 0, None, ("fail", ("apart",)), id="ahead"),
        pytest.param(timedelta(seconds=-6), 0, None, ("fail", ("apart",)), id="behind"),
        pytest.param(timedelta(seconds=6), 2, None, ("ok", ()), id="the-answer-took-long"),
        pytest.param(None, 0, timedelta(seconds=6), ("warn", ("ledger-ahead",)), id="ledger"),
        pytest.param(None, 0, timedelta(seconds=5), ("ok", ()), id="ledger-nearly"),
        pytest.param(None, 0, None, ("not-checked", ("database",)), id="nothing-to-compare"),
    ],
)
def test_clocks(server: timedelta | None, turn: int, newest: timedelta | None, wanted: object) -> None:
    found = rules.clock(
        NOW,
        None if server is None else NOW + server,
        timedelta(seconds=turn),
        None if newest is None else NOW + newest,
        LONG_AGO,
    )
    assert of(found) == wanted


def test_the_system_is_believed_only_if_it_says_yes_or_no() -> None:
    assert [of(rules.clock_sync(said))[0] for said in ("yes", "no", None, "", "maybe")] == [
        "ok", "warn", "not-checked", "not-checked", "not-checked",
    ]  # fmt: skip


@pytest.mark.parametrize(("encoding", "verdict"), [("utf-8", "ok"), ("UTF8", "ok"), ("utf_8", "ok"), ("gbk", "warn")])
def test_only_utf_8_shows_every_letter(encoding: str, verdict: str) -> None:
    assert rules.language({"encoding": encoding}).verdict.value == verdict


def test_a_finding_comes_back_as_it_was_written() -> None:
    one = rules.failed("database", Unavailable("It is away.", "Wait."), {"address": "service=x"}, reason="unavailable")
    assert read_finding(data_of(one)) == one
    assert one.details["error"] == {"kind": "Unavailable", "message": "It is away.", "hint": "Wait.", "code": 7}
    with pytest.raises(ValueError, match="maybe"):
        read_finding({"name": "x", "state": "maybe", "reasons": [], "details": {}})


def test_what_is_not_known_in_cron_is_no_difference() -> None:
    here = [Finding("database", Verdict.OK, (), {"address": "service=x"}), Finding("zones", Verdict.OK, (), {})]
    found = {one.name: one for one in rules.compared(here, [])}
    assert found["cron-database"].verdict is Verdict.NOT_CHECKED
    assert found["cron-host-file"].verdict is Verdict.OK


def test_every_table_that_is_recorded_in_is_asked_for() -> None:
    """A new table has to be granted to those who record, or be one that nobody writes to directly."""
    kept_by_the_server = {"alembic_version", "ledger", "ledger_facts", "ledger_head", "rulebook_version"}
    assert set(WRITABLE) == set(metadata.tables) - kept_by_the_server


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"22 21 0:5 / {tmp_path}/a\\040b rw shared:1 - nfs4 host:/x rw\n"
        f"23 21 0:5 / {tmp_path}/a\\040b/inner rw - tmpfs tmpfs rw\n"
        "broken line\n"
    )
    assert file_system(tmp_path / "a b/opsctl.db", mounts) == "nfs4"
    assert file_system(tmp_path / "a b/inner/x.db", mounts) == "tmpfs"
    assert file_system(tmp_path / "a bc/x.db", mounts) == "ext4"
    assert file_system(tmp_path, tmp_path / "none") is None

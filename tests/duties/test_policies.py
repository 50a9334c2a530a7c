"""The duties that follow from policies of backups: planned, met, missed and cancelled as all others."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsctl.assets.service import assets
from opsctl.core.errors import Conflict
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import meeting
from opsctl.duties.service import read as reading
from opsctl.duties.terms import Reason, State
from tests.duties.duties import BOOK, DAY, HOUR
from tests.duties.test_keeping import There
from tests.harness import CommandLine, Perform, Read
from tests.rulebook.patrol_books import duty, policy

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
"""10:00 on 2 November 2026 in Shanghai, a Monday."""
SLOT = datetime(2026, 11, 2, 17, 30, tzinfo=UTC)
"""01:30 of the next day in Shanghai."""
TEST = datetime(2026, 11, 6, 18, tzinfo=UTC)
"""02:00 of the first Saturday there."""
RULE = 'restore_test = { rule = "FREQ=MONTHLY;BYDAY=1SA", at = "02:00", early = "2d" }'
POLICY = policy('early = "10m"', 'grace = "3h"', 'title = { en = "ERP database", zh = "ERP 数据库" }', RULE)
RUN = {"kind": "backup.succeeded", "topic": "erp-db", "about": "erp"}
RESTORED = {**RUN, "kind": "restore_test.passed"}


@pytest.fixture
def ruled(do: Callable[..., Any], apply: Callable[..., Any], check_whole: Callable[[], int]) -> Iterator[None]:
    """Two assets, of which one has a policy: a backup every night at half past one, a restore test once a month."""
    do(assets.add, handle="erp", kind="system", now=NOW)
    do(assets.add, handle="crm", kind="system", now=NOW)
    apply(POLICY, now=NOW)
    yield
    assert check_whole() > 0


@pytest.fixture
def meet(perform_as: Perform) -> Callable[..., Occurrence | None]:
    """Meet an occurrence by a record that was entered when it happened."""

    def run(at: datetime, by: str, **given: Any) -> Any:
        from opsctl.core.use_cases import Permission, use_case

        @use_case(needs=Permission.RECORD, offline=False)
        def work(session: Any, *, now: datetime, actor: str) -> Any:
            return meeting.meet(session, happened_at=at, judged_at=at, by=by, **{**RUN, **given})

        return perform_as(work, now=at)

    return run


@pytest.mark.usefixtures("ruled")
def test_the_slots_and_the_tests_of_a_policy_are_planned(there: There) -> None:
    found = there(NOW, NOW + 8 * DAY)
    slots = [one for one in found if one.duty == "backup:erp-db"]
    assert [one.due_at for one in slots] == [SLOT + number * DAY for number in range(8)]
    assert {(one.about, one.kind, one.topic, one.owner, one.clause) for one in slots} == {
        ("erp", "backup.succeeded", "erp-db", "role:dba", "OM-3.3d")
    }
    assert {(one.due_at - one.opens_at, one.closes_at - one.due_at) for one in slots} == {(10 * MINUTE, 3 * HOUR)}
    (test,) = [one for one in found if one.duty == "restore-test:erp-db"]
    assert (test.due_at, test.about, test.kind, test.topic) == (TEST, "erp", "restore_test.passed", "erp-db")
    # The next first Saturday is 5 December: 28 days later, and a tenth of that is 2 days, 19 hours and 12 minutes.
    assert test.closes_at - TEST == 2 * DAY + 19 * HOUR + 12 * MINUTE
    assert test.opens_at == TEST - 2 * DAY


@pytest.mark.usefixtures("ruled")
def test_a_backup_that_succeeded_meets_its_slot(meet: Callable[..., Any], there: There) -> None:
    met = meet(SLOT + MINUTE, "BAK-2026-0001")
    assert (met.duty, met.due_at, met.state, met.is_on_time) == ("backup:erp-db", SLOT, State.DONE, True)
    # Another one of the same night, and one by another policy or of another asset, meet nothing.
    assert meet(SLOT + HOUR, "BAK-2026-0002") is None
    assert meet(SLOT + DAY, "BAK-2026-0003", topic="crm-db") is None
    assert meet(SLOT + DAY, "BAK-2026-0004", about="crm") is None
    late = meet(SLOT + DAY + 4 * HOUR, "BAK-2026-0005")
    assert (late.due_at, late.is_on_time) == (SLOT + DAY, False)
    standing = {one.due_at: one.met_by for one in there(SLOT, SLOT + 3 * DAY) if one.duty == "backup:erp-db"}
    assert standing == {SLOT: "BAK-2026-0001", SLOT + DAY: "BAK-2026-0005", SLOT + 2 * DAY: None}


@pytest.mark.usefixtures("ruled")
def test_a_restore_test_that_passed_meets_its_own_and_no_slot(meet: Callable[..., Any]) -> None:
    met = meet(TEST - DAY, "RST-2026-0001", **RESTORED)
    assert (met.duty, met.due_at, met.is_on_time) == ("restore-test:erp-db", TEST, True)
    assert meet(TEST - DAY, "RST-2026-0002", kind="restore_test.differed") is None


@pytest.mark.usefixtures("ruled")
def test_what_was_not_backed_up_is_missed(there: There, keep_up: Callable[[datetime], None]) -> None:
    keep_up(NOW + 40 * DAY)
    slots = [one for one in there(NOW, NOW + 40 * DAY) if one.duty == "backup:erp-db"]
    assert len(slots) == 40
    assert [one.is_missed(NOW + 40 * DAY) for one in slots] == [True] * 40


@pytest.mark.usefixtures("ruled")
def test_a_policy_that_is_dropped_cancels_what_was_due(apply: Callable[..., Any], there: There) -> None:
    later = SLOT + 2 * DAY - HOUR
    apply("", version="2", now=later)
    found = {(one.duty, one.due_at): (one.state, one.reason) for one in there(NOW, NOW + 10 * DAY)}
    # What is past stays as it was.
    assert found["backup:erp-db", SLOT] == (State.DUE, None)
    assert found["backup:erp-db", SLOT + DAY] == (State.DUE, None)
    gone = (State.CANCELLED, Reason.RULES.value)
    assert {state for (_duty, due_at), state in found.items() if due_at > later} == {gone}


@pytest.mark.usefixtures("ruled")
def test_a_policy_that_moves_to_another_asset_takes_its_occurrences_along(
    apply: Callable[..., Any], there: There
) -> None:
    apply(POLICY.replace('asset = "erp"', 'asset = "crm"'), version="2", now=NOW + HOUR)
    due = [one for one in there(NOW, NOW + 20 * DAY) if one.state is State.DUE]
    assert {one.about for one in due} == {"crm"}
    assert len([one for one in due if one.duty == "backup:erp-db"]) == 20


@pytest.mark.usefixtures("ruled")
def test_a_test_that_is_no_longer_asked_for_is_cancelled_and_the_slots_stay(
    apply: Callable[..., Any], there: There
) -> None:
    apply(POLICY.replace(RULE, ""), version="2", now=NOW + HOUR)
    states = {(one.duty, one.state) for one in there(NOW, NOW + 20 * DAY)}
    assert states == {("backup:erp-db", State.DUE), ("restore-test:erp-db", State.CANCELLED)}


@pytest.mark.usefixtures("ruled")
def test_a_duty_of_another_book_keeps_a_policy_in_force(apply: Callable[..., Any], do: Callable[..., Any]) -> None:
    from opsctl.rulebook.service import applying

    text = BOOK.format(version="1").replace('"om"', '"other"').partition("[checklists")[0]
    text += duty('schedule = "@monthly"', 'evidence = { kind = "backup.succeeded", policy = "erp-db" }')
    do(applying.apply, text=text, file="other.toml", now=NOW + HOUR)
    with pytest.raises(Conflict, match=r"duties.d of the book other counts on the backup erp-db"):
        apply("", version="2", now=NOW + 2 * HOUR)


@pytest.mark.usefixtures("ruled")
def test_an_asset_without_its_policy_has_nothing_due(read: Read) -> None:
    listed = read(reading.list_occurrences, now=NOW, about="crm")
    assert listed.total == 0


@pytest.fixture
def typed(run: CommandLine, tmp_path: Path) -> CommandLine:
    """The same on the command line."""
    book = tmp_path / "om.toml"
    book.write_text(BOOK.format(version="1") + POLICY, encoding="utf-8")
    run.now = NOW
    assert run("asset", "add", "erp", "--kind", "system").code == 0
    assert run("rulebook", "apply", str(book)).code == 0
    return run


@pytest.mark.parametrize("word", ["backup:erp-db", "Backup:ERP-DB", "backup：erp-db", "duty:backup:erp-db"])
def test_a_duty_of_a_policy_is_shown_however_its_name_is_typed(typed: CommandLine, word: str) -> None:
    shown = json.loads(typed("duty", "show", word, "--json").out)["data"]
    assert (shown["duty"], shown["kind"], shown["topic"]) == ("backup:erp-db", "backup.succeeded", "erp-db")
    assert shown["coming"][0]["reference"] == "backup:erp-db/erp@2026-11-02T17:30Z"


def test_one_slot_is_shown_by_its_reference(typed: CommandLine) -> None:
    shown = json.loads(typed("duty", "show", "backup:erp-db/erp@2026-11-02T17:30Z", "--json").out)["data"]
    assert (shown["duty"], shown["asset"], shown["state"]) == ("backup:erp-db", "erp", "due")


def test_duties_of_policies_are_listed_with_their_titles_in_both_languages(typed: CommandLine) -> None:
    titles = {one["duty"]: one["title"] for one in json.loads(typed("duty", "list", "--json").out)["data"]}
    assert titles == {
        "backup:erp-db": {"en": "Backup of ERP database", "zh": "ERP 数据库的备份"},
        "restore-test:erp-db": {"en": "Restore test of ERP database", "zh": "ERP 数据库的恢复测试"},
    }
    assert "Backup of ERP database" in typed("duty", "list").out
    assert "ERP 数据库的恢复测试" in typed("--lang", "zh", "duty", "show", "restore-test:erp-db").out


def test_the_next_moments_of_a_slot_are_told(typed: CommandLine) -> None:
    assert typed("duty", "preview", "backup:erp-db", "--next", "2").out == (
        "backup:erp-db · Asia/Shanghai\n"
        "\n"
        "local time              UTC\n"
        "2026-11-03 01:30+08:00  2026-11-02 17:30+00:00\n"
        "2026-11-04 01:30+08:00  2026-11-03 17:30+00:00\n"
    )


def test_the_name_of_the_policy_alone_brings_its_duties_to_mind(typed: CommandLine) -> None:
    done = typed("duty", "show", "erp-db")
    assert done.code != 0
    assert "Did you mean backup:erp-db, restore-test:erp-db?" in done.err

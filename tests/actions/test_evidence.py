"""Evidence queries: how they are read and spelled, how long they are watched, what a record makes of an action."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.actions.rules import Action, corrections, fields, moves
from opsctl.actions.rules.evidence import Evidence, Query, awaited, check_months, read_query, spelled
from opsctl.actions.rules.proving import Watch, months_later, proven, withdrawn
from opsctl.actions.terms import Outcome, Proof, State
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.void import Void
from tests.actions.records import DONE_AT, NOW, action

RESTORE, INSPECT = Proof.RESTORE_TEST, Proof.INSPECT
SHANGHAI = "Asia/Shanghai"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
QUERY = "inspect core-network/uplink"
WATCH = Watch(SHANGHAI, 3)
ZONES = ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "America/Sao_Paulo", "UTC")


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("restore-test erp-db", Query(RESTORE, "erp-db")),
        ("restore-test:erp-db", Query(RESTORE, "erp-db")),
        ("  Restore_Test :  ERP-DB ", Query(RESTORE, "erp-db")),
        ("restore test erp-db", Query(RESTORE, "erp-db")),
        ("ＲＥＳＴＯＲＥ－ＴＥＳＴ：ｅｒｐ－ｄｂ", Query(RESTORE, "erp-db")),
        ("恢复测试　erp-db", Query(RESTORE, "erp-db")),
        ("恢复测试：数据库", Query(RESTORE, "数据库")),
        ("inspect core-network/uplink", Query(INSPECT, "core-network/uplink")),
        ("inspection: Core-Network / Uplink", Query(INSPECT, "core-network/uplink")),
        ("inspect core-network/uplink core-sw-1", Query(INSPECT, "core-network/uplink", "core-sw-1")),
        ("inspect core-network/uplink@CORE-SW-1", Query(INSPECT, "core-network/uplink", "core-sw-1")),
        ("巡检：机房／门 room-1", Query(INSPECT, "机房/门", "room-1")),
    ],
)
def test_a_query_is_read_however_it_is_typed(typed: str, query: Query) -> None:
    assert read_query(typed) == query


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("", None),
        ("erp-db", None),
        ("restore-test", None),
        ("restore-test erp-db web-db", None),
        ("restore-test erp/db", None),
        ("restore-test INS-2026-0001", None),
        ("inspect core-network", None),
        ("inspect core-network/", None),
        ("inspect /uplink", None),
        ("inspect core-network/uplink core-sw-1 core-sw-2", None),
        ("inspect a/b/c", None),
        ("inspekt core-network/uplink", "inspect"),
        ("restor-test:erp-db", "restore-test"),
        ("restore-test \x1b[31merp-db;", None),
        ("restore-test " + "x" * 65, None),
        ("restore-test " + "x" * 10**6, None),
    ],
)
def test_what_names_no_record_is_refused_with_the_forms(typed: str, near: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_query(typed)
    forms = "Say restore-test POLICY, or inspect CHECKLIST/ITEM [ASSET]."
    assert refused.value.hint == (forms if near is None else f"Did you mean {near}? {forms}")
    assert "\x1b" not in refused.value.message
    assert len(refused.value.message) < 150


NAMES = st.from_regex(r"[a-z门网][a-z0-9._库-]{0,10}", fullmatch=True)


@given(
    st.one_of(
        st.builds(Query, st.just(RESTORE), NAMES),
        st.builds(
            lambda checklist, item, asset: Query(INSPECT, f"{checklist}/{item}", asset),
            NAMES, NAMES, st.none() | NAMES,
        ),
    )
)  # fmt: skip
def test_what_is_kept_is_read_back(query: Query) -> None:
    assert read_query(spelled(query)) == query
    found = Evidence(query.kind, query.topic, query.about, passed=True, source="X", at=NOW)
    assert spelled(query) in found.spellings


def test_a_record_answers_the_queries_of_its_asset_and_of_any() -> None:
    found = Evidence(INSPECT, "core-network/uplink", "core-sw-1", passed=True, source="INS-2026-0001", at=NOW)
    assert found.spellings == (QUERY, f"{QUERY} core-sw-1")
    of_none = Evidence(INSPECT, "core-network/uplink", None, passed=True, source="INS-2026-0001", at=NOW)
    assert of_none.spellings == (QUERY,)
    test = Evidence(RESTORE, "erp-db", "erp", passed=True, source="RST-2026-0001", at=NOW)
    assert test.spellings == ("restore-test erp-db",)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            Query(RESTORE, "erp-db"),
            "It is verified by the next restore test of erp-db that passes: opsctl backup restore-test erp-db",
        ),
        (
            Query(INSPECT, "room/door", "room-1"),
            "It is verified by the next round of room of room-1 in which door is ok:"
            " opsctl inspect log room --asset room-1",
        ),
        (
            Query(INSPECT, "room/door"),
            "It is verified by the next round of room, of whatever asset, in which door is ok: opsctl inspect log room",
        ),
    ],
    ids=["a restore test", "an item of an asset", "an item"],
)
def test_what_is_waited_for_is_said_with_the_command_that_makes_it(query: Query, told: str) -> None:
    assert awaited(query) == told


def slowly_later(moment: datetime, months: int, zone: str) -> datetime:
    """The same by walking: month after month to the day, then minute after minute to the time on the clocks."""
    info = ZoneInfo(zone)
    local = moment.astimezone(info)
    year, month = local.year, local.month
    for _step in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    first = date(year, month, 1)
    days = [first + timedelta(days=count) for count in range(31)]
    day = [one for one in days if one.month == month and one.day <= local.day][-1]
    wanted = datetime.combine(day, local.time())
    around = wanted.replace(tzinfo=UTC) - 30 * HOUR
    shown = [(around + step * MINUTE, (around + step * MINUTE).astimezone(info)) for step in range(60 * 60)]
    same = [utc for utc, clock in shown if clock.replace(tzinfo=None) == wanted]
    if same:
        return same[0]
    # The clocks skip it: as long after the last minute that they show before, as it is on paper.
    utc, clock = [one for one in shown if one[1].replace(tzinfo=None) < wanted][-1]
    return utc + (wanted - clock.replace(tzinfo=None))


@given(
    st.integers(0, 11 * 365 * 24 * 60).map(lambda minutes: datetime(2019, 1, 1, tzinfo=UTC) + minutes * MINUTE),
    st.integers(1, 36),
    st.sampled_from(ZONES),
)
@settings(max_examples=60, deadline=None)
def test_months_later_is_the_same_time_on_the_clocks(moment: datetime, months: int, zone: str) -> None:
    assert months_later(moment, months, zone) == slowly_later(moment, months, zone)


@pytest.mark.parametrize(
    ("local", "months", "zone", "later"),
    [
        ("2027-01-31 10:00+08:00", 1, SHANGHAI, "2027-02-28 10:00+08:00"),
        ("2028-01-31 10:00+08:00", 1, SHANGHAI, "2028-02-29 10:00+08:00"),
        ("2028-02-29 10:00+08:00", 12, SHANGHAI, "2029-02-28 10:00+08:00"),
        ("2026-12-31 23:59+08:00", 2, SHANGHAI, "2027-02-28 23:59+08:00"),
        ("2026-11-05 10:00+08:00", 36, SHANGHAI, "2029-11-05 10:00+08:00"),
        ("2026-01-08 10:00-05:00", 6, "America/New_York", "2026-07-08 10:00-04:00"),
        # Skipped on 8 March 2026, and shown twice on 1 November 2026.
        ("2026-02-08 02:30-05:00", 1, "America/New_York", "2026-03-08 03:30-04:00"),
        ("2026-10-01 01:30-04:00", 1, "America/New_York", "2026-11-01 01:30-04:00"),
    ],
    ids=["a short month", "a leap year", "its end", "over new year", "the longest", "summer", "skipped", "twice"],
)
def test_months_are_those_of_the_calendar(local: str, months: int, zone: str, later: str) -> None:
    assert months_later(datetime.fromisoformat(local), months, zone) == datetime.fromisoformat(later)


def found(passed: bool, at: datetime = NOW, **given: Any) -> Evidence:
    plain: dict[str, Any] = {"kind": INSPECT, "topic": "core-network/uplink", "about": "core-sw-1"}
    return Evidence(**{**plain, "passed": passed, "source": "INS-2026-0002", "at": at, **given})


def watched(**given: Any) -> Action:
    """An action that a record verified now, and whose evidence is watched for a day."""
    said = {"verify": QUERY, "verified_by": "INS-2026-0001", "watch_until": NOW + 24 * HOUR}
    return action(State.VERIFIED, **{**said, **given})


def done(**given: Any) -> Action:
    return action(State.DONE, **{"verify": QUERY, **given})


@pytest.mark.parametrize(
    ("one", "record", "kind"),
    [
        (done(), found(True), "action.verified"),
        (done(), found(True, DONE_AT), "action.verified"),
        (done(), found(True, DONE_AT - MINUTE), None),
        (done(), found(False), "action.returned"),
        (done(), found(False, DONE_AT - MINUTE), None),
        (done(verify=None), found(True), None),
        (done(verify=f"{QUERY} core-sw-2"), found(True), None),
        (done(void=Void.TEST), found(True), None),
        (action(verify=QUERY), found(True), None),
        (action(verify=QUERY), found(False), None),
        (watched(), found(True), None),
        (watched(), found(False), "action.reopened"),
        (watched(), found(False, NOW - MINUTE), None),
        (watched(), found(False, NOW - MINUTE, source="INS-2026-0001"), "action.reopened"),
        (watched(), found(False, NOW + 24 * HOUR - MINUTE), "action.reopened"),
        (watched(), found(False, NOW + 24 * HOUR), None),
        (watched(void=Void.TEST), found(False), None),
        (watched(verified_by="li", watch_until=None), found(False), None),
    ],
)
def test_what_a_record_makes_of_an_action(one: Action, record: Evidence, kind: str | None) -> None:
    after = proven(one, record, WATCH)
    assert (None if after is None else after.kind) == kind


def test_an_action_that_a_record_verified_says_by_which_and_until_when_it_is_watched() -> None:
    after = proven(done(), found(True), WATCH)
    assert after is not None
    assert (after.action.state, after.action.verified_by, after.action.verified_at) == (
        State.VERIFIED, "INS-2026-0002", NOW
    )  # fmt: skip
    assert after.action.watch_until == datetime(2027, 2, 5, 2, 0, tzinfo=UTC)
    longer = proven(done(months=6), found(True), WATCH)
    assert longer is not None
    assert longer.action.watch_until == datetime(2027, 5, 5, 2, 0, tzinfo=UTC)


def test_an_action_that_is_open_again_has_nothing_left_of_before_but_its_query() -> None:
    after = proven(watched(months=6), found(False, reason="CRC errors"), WATCH)
    assert after is not None
    assert after.action == action(verify=QUERY, months=6)
    assert after.facts == {"by": "INS-2026-0002", "evidence": "failed", "reason": "CRC errors"}


@pytest.mark.parametrize(
    ("still", "stays"),
    [
        ((), False),
        ((found(True, DONE_AT, source="INS-2026-0001"),), True),
        ((found(True, DONE_AT - MINUTE, source="INS-2026-0001"),), False),
        ((found(False, source="INS-2026-0001"),), False),
        ((found(True),), False),
    ],
    ids=["void", "still ok", "ok before it was done", "failed", "another record"],
)
def test_what_no_record_verifies_any_more_is_open_again(still: tuple[Evidence, ...], stays: bool) -> None:
    said: dict[str, Any] = {"outcome": Outcome.VOID, "facts": {}, "now": NOW}
    after = withdrawn(watched(), ["INS-2026-0001"], still, **said)
    assert (after is None) == stays
    assert withdrawn(watched(), ["INS-2026-0003"], still, **said) is None
    assert withdrawn(done(), ["INS-2026-0001"], still, **said) is None


def test_nobody_verifies_what_a_record_verifies() -> None:
    with pytest.raises(Conflict) as refused:
        moves.verify(done(), by="li", now=NOW, also=("li",))
    assert "verify=- --reason TEXT" in str(refused.value.hint)
    assert moves.verify(done(verify=None), by="li", now=NOW, also=("li",)).state is State.VERIFIED


@pytest.mark.parametrize(("months", "verify"), [(0, QUERY), (37, QUERY), (6, None)], ids=["none", "many", "no query"])
def test_months_that_cannot_be_are_refused(months: int, verify: str | None) -> None:
    with pytest.raises(InvalidInput):
        check_months(months, verify)
    with pytest.raises(InvalidInput):
        corrections.correct(action(verify=verify), {"months": months}, now=NOW, watch=WATCH)


def test_a_query_that_is_taken_away_takes_its_months_and_its_watch_along() -> None:
    after, changed = corrections.correct(watched(months=6), {"verify": None}, now=NOW)
    assert (after.verify, after.months, after.watch_until, after.state) == (None, None, None, State.VERIFIED)
    assert set(changed) == {"verify", "months", "watch_until"}


def test_other_months_are_counted_from_when_it_was_verified() -> None:
    after, _changed = corrections.correct(watched(), {"months": 1}, now=NOW + HOUR, watch=WATCH)
    assert after.watch_until == datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
    again, _changed = corrections.correct(after, {"months": None}, now=NOW + HOUR, watch=WATCH)
    assert again.watch_until == datetime(2027, 2, 5, 2, 0, tzinfo=UTC)


def test_what_is_verified_waits_for_no_other_record() -> None:
    for one in (watched(), action(State.VERIFIED)):
        with pytest.raises(Conflict):
            corrections.correct(one, {"verify": "restore-test erp-db"}, now=NOW)
    after, _changed = corrections.correct(done(), {"verify": "restore-test erp-db"}, now=NOW)
    assert after.verify == "restore-test erp-db"


def test_the_ledger_keeps_the_new_fields_where_they_say_something() -> None:
    assert {"kind", "verify", "months", "watch_until"}.isdisjoint(fields(action()))
    assert fields(watched(months=6))["watch_until"] == NOW + 24 * HOUR

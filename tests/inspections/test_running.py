"""Checks of a host answer the items that a machine fills: what is run, recorded, left to people, and said."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.actions.service import read as actions
from opsctl.assets.service import assets
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from opsctl.duties.service import keeping
from opsctl.inspections.rules import Answer, evidence
from opsctl.inspections.rules.plugins import Filling, Silent, Why
from opsctl.inspections.service import judging, logging, rows, running, walking
from opsctl.inspections.service import read as rounds
from opsctl.inspections.terms import Flag, Grade, Mark, Source, State
from opsctl.ledger import service as ledger
from opsctl.rulebook.service import applying
from tests.harness import LOGIN, Perform, Read

BOOK = """
[rulebook]
name = "checks"
version = "{version}"
zone = "Asia/Shanghai"

[checklists.room]
title = {{ en = "Server room", zh = "机房" }}
{challenge}
[[checklists.room.items]]
id = "disk"
title = {{ en = "Disk", zh = "磁盘" }}
type = "number"
unit = "%"
warn = "70"
critical = "90"
possible = "0:100"
filled_by = "machine"
[[checklists.room.items]]
id = "link"
title = {{ en = "Uplink", zh = "上行" }}
type = "state"
filled_by = "machine"
mandatory = true
[[checklists.room.items]]
id = "door"
title = {{ en = "Door", zh = "门" }}
type = "state"
[[checklists.room.items]]
id = "noise"
title = {{ en = "Noise", zh = "噪声" }}
type = "text"
mandatory = false
{more}

[checklists.auto]
title = {{ en = "By itself", zh = "自动" }}
[[checklists.auto.items]]
id = "disk"
title = {{ en = "Disk", zh = "磁盘" }}
type = "number"
unit = "%"
warn = "70"
filled_by = "machine"
mandatory = true
[[checklists.auto.items]]
id = "release"
title = {{ en = "Release", zh = "版本" }}
type = "text"
filled_by = "machine"

[routes.both]
title = {{ en = "Both", zh = "两处" }}
checklist = "auto"
assets = ["room-1", "room-2"]

[duties.auto-check]
clause = "OM-3.3a"
schedule = "0 9 * * *"
owner = "role:engineer"
assets = {{ kind = "room" }}
evidence = {{ kind = "inspection.completed", checklist = "auto" }}
early = "2h"
grace = "2h"
"""


def book(version: str = "1", more: str = "", challenge: str = "") -> str:
    return BOOK.format(version=version, more=more, challenge=challenge)


def ended(check: str, item: str, out: str = "", code: int = 0, **more: Any) -> dict[str, Any]:
    """How a check ended, as it is given to the use case."""
    return {"check": check, "item": item, "out": out, "err": "", "code": code, "cut": False, "late": False, **more}


DISK = ended("root-disk", "disk", "DISK OK|disk=41%")
LINK = ended("uplink", "link", "LINK OK - 10 Gbit/s")


@pytest.fixture
def ruled(perform_as: Perform, now: datetime) -> datetime:
    """Two rooms with checklists since two days, and what is due."""
    before = now - timedelta(days=2)
    perform_as(applying.apply, now=before, text=book(), file="checks.toml")
    for handle in ("room-1", "room-2"):
        perform_as(assets.add, now=before, handle=handle, title=handle.upper(), kind="room")
    perform_as(keeping.keep_up_to_date, now=now)
    return now


@pytest.fixture
def record(perform_as: Perform, ruled: datetime) -> Callable[..., Any]:
    """Record what checks of the first room said, or of what is given instead; as the account of the host."""

    def run(*results: dict[str, Any], **given: Any) -> Any:
        usual = {"checklist": "room", "asset": "room-1", "as_": "cron"}
        return perform_as(running.record, results=list(results), **{**usual, **given})

    return run


def last_row(read: Read, kind: str) -> dict[str, Any]:
    """The facts of the newest ledger row of that kind."""
    (row,) = read(ledger.newest, search=ledger.Search(kind=kind), limit=1)
    facts: dict[str, Any] = json.loads(row.facts)
    return facts


def readings(one: Any) -> list[tuple[Any, ...]]:
    return [(each.item, each.mark.value, each.value, each.note, each.source.value, each.by) for each in one.readings]


def test_a_round_that_people_have_a_part_in_is_begun_and_stays_open(
    record: Callable[..., Any], read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    found = record(DISK, LINK)
    one = found.finished.round
    assert (one.reference, one.state, one.person, one.started_at) == ("INS-2026-0001", State.OPEN, "cron", now)
    assert readings(one) == [
        ("disk", "ok", "41", None, "machine", "cron"),
        ("link", "ok", None, "LINK OK - 10 Gbit/s", "machine", "cron"),
    ]
    assert [item.id for item in found.finished.missing] == ["door"]
    assert [(filling, answer.item) for filling, answer in found.answered] == [
        (Filling("root-disk", "room-1", "room", "disk"), "disk"),
        (Filling("uplink", "room-1", "room", "link"), "link"),
    ]
    assert (found.silent, found.finished.actions) == ((), ())
    assert read(rows.of_references, references=["INS-2026-0001"]) == [one]
    facts = last_row(read, "inspection.started")
    assert (facts["host"], facts["checks"], facts["by"]) == ("host-1", ["root-disk", "uplink"], "cron")
    assert facts["answers"] == [
        {"item": "disk", "mark": "ok", "value": "41", "source": "machine"},
        {"item": "link", "mark": "ok", "note": "LINK OK - 10 Gbit/s", "source": "machine"},
    ]
    check_whole()


def test_what_a_machine_fills_alone_is_done_and_meets_what_is_due(
    record: Callable[..., Any], read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    found = record(DISK, checklist="auto").finished
    assert (found.round.state, found.round.done_at, found.missing, found.round.flags) == (State.DONE, now, (), ())
    assert found.occurrence.reference == "auto-check/room-1@2026-11-05T01:00Z"
    assert found.occurrence.is_on_time
    assert evidence.grade(found.round) is Grade.MACHINE
    assert last_row(read, "inspection.completed")["occurrence"] == found.occurrence.reference
    check_whole()


def test_a_newer_reading_of_the_machine_counts_and_the_old_one_stays(
    record: Callable[..., Any], read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    record(DISK)
    later = now + timedelta(minutes=10)
    one = record(ended("root-disk", "disk", "DISK WARNING|disk=75%", 1), now=later).finished.round
    assert one.reference == "INS-2026-0001"
    assert [(each.value, each.mark, each.at) for each in one.readings] == [
        ("41", Mark.OK, now),
        ("75", Mark.WARN, later),
    ]
    assert last_row(read, "inspection.answered")["checks"] == ["root-disk"]
    check_whole()


def test_what_fails_is_an_action_in_the_words_of_the_check_once(
    record: Callable[..., Any], read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    full = ended("root-disk", "disk", "DISK CRITICAL - 3 % free|disk=97%", 2)
    down = ended("uplink", "link", "LINK WARNING - flaps", 1)
    found = record(full, down)
    assert [(one.title, one.gravity, one.topic, one.asset, new) for one, new in found.finished.actions] == [
        ("Disk: 97 %, DISK CRITICAL - 3 % free", "fail", "room/disk", "room-1", True),
        ("Uplink: LINK WARNING - flaps", "warn", "room/link", "room-1", True),
    ]
    assert record(full, down, now=now + timedelta(minutes=10)).finished.actions == ()
    assert len(read(actions.of_source, source="INS-2026-0001")) == 2
    check_whole()


def test_a_check_that_says_nothing_answers_nothing_and_the_others_do(
    record: Callable[..., Any], check_whole: Callable[[], int]
) -> None:
    found = record(ended("root-disk", "disk", "", code=None, late=True), LINK)
    assert readings(found.finished.round) == [("link", "ok", None, "LINK OK - 10 Gbit/s", "machine", "cron")]
    assert found.silent == (Silent(Filling("root-disk", "room-1", "room", "disk"), Why.LATE),)
    check_whole()


def test_where_no_check_answers_nothing_is_recorded(record: Callable[..., Any], read: Read, now: datetime) -> None:
    before = read(ledger.head)
    found = record(ended("root-disk", "disk", "DISK|disk=7MB"), ended("uplink", "link", refused="Permission denied"))
    assert (found.finished, found.answered) == (None, ())
    assert [(one.why, one.about) for one in found.silent] == [
        (Why.UNIT, ("MB", "%")),
        (Why.NOT_RUN, ("Permission denied",)),
    ]
    assert read(ledger.head) == before
    assert read(rounds.list_rounds, now=now).rounds == ()


@pytest.mark.parametrize(
    ("item", "why"), [("nope", Why.NO_ITEM), ("door", Why.BY_PEOPLE)], ids=["not-there", "of-people"]
)
def test_a_check_answers_no_item_but_those_that_a_machine_fills(
    record: Callable[..., Any], item: str, why: Why
) -> None:
    found = record(ended("any", item, "fine"))
    assert (found.finished, [one.why for one in found.silent]) == (None, [why])


def test_the_open_round_keeps_its_version_of_the_checklist(
    record: Callable[..., Any], perform_as: Perform, now: datetime
) -> None:
    record(DISK)
    fan = '[[checklists.room.items]]\nid = "fan"\ntitle = "Fan"\ntype = "state"\nfilled_by = "machine"'
    perform_as(applying.apply, now=now, text=book("2", fan), file="checks.toml")
    later = now + timedelta(hours=1)
    found = record(ended("fan", "fan", "fine"), LINK, now=later)
    assert [one.why for one in found.silent] == [Why.NO_ITEM]
    assert found.finished.round.rules == 1
    assert record(ended("fan", "fan", "fine"), asset="room-2", now=later).finished.round.rules == 2


def test_a_person_goes_on_and_their_walk_begins_with_them(
    record: Callable[..., Any], perform_as: Perform, now: datetime, check_whole: Callable[[], int]
) -> None:
    record(DISK, LINK)
    later = now + timedelta(hours=1)
    found = perform_as(walking.begin, checklist="room", asset="room-1", now=later)
    assert (found.resumed, found.taken_from, found.round.person, found.round.started_at) == (True, None, LOGIN, later)
    perform_as(
        walking.answer, now=later, reference="INS-2026-0001", answers=[{"item": "door", "mark": "ok", "value": None}]
    )
    one = perform_as(walking.finish, now=later + timedelta(minutes=1), reference="INS-2026-0001").round
    assert (one.state, one.flags, evidence.grade(one)) == (State.DONE, (), Grade.SELF_DECLARED)
    check_whole()


def test_a_sheet_goes_on_without_a_sign_of_the_armchair(
    record: Callable[..., Any], perform_as: Perform, now: datetime, check_whole: Callable[[], int]
) -> None:
    record(DISK, LINK)
    record(DISK, LINK, asset="room-2")
    walked = {"checklist": "room", "items": ["noise=none", "door=ok"]}
    first, second = now + timedelta(minutes=60), now + timedelta(minutes=70)
    perform_as(logging.log, now=first, started=first - timedelta(minutes=5), asset="room-1", **walked)
    (found,) = perform_as(logging.log, now=second, started=first, asset="room-2", **walked)
    one = found.round
    assert (one.state, one.person, one.started_at, one.flags) == (State.DONE, LOGIN, first, ())
    check_whole()


def test_the_machine_ends_a_round_that_waited_for_it(
    record: Callable[..., Any], perform_as: Perform, now: datetime, check_whole: Callable[[], int]
) -> None:
    (logged,) = perform_as(logging.log, checklist="room", asset="room-1", items=["door=ok", "noise=none"])
    assert [item.id for item in logged.missing] == ["link"]
    later = now + timedelta(minutes=10)
    one = record(LINK, now=later).finished.round
    assert (one.state, one.person, one.done_at, one.flags) == (State.DONE, LOGIN, later, ())
    assert evidence.grade(one) is Grade.SELF_DECLARED
    check_whole()


def test_the_machine_ends_no_round_under_the_hands_of_who_walks_it(
    record: Callable[..., Any], perform_as: Perform, now: datetime
) -> None:
    record(LINK)
    perform_as(walking.begin, checklist="room", asset="room-1")
    perform_as(walking.answer, reference="INS-2026-0001", answers=[{"item": "door", "mark": "ok"}])
    found = record(DISK, now=now + timedelta(minutes=1)).finished
    assert (found.round.state, found.missing) == (State.OPEN, ())
    perform_as(walking.answer, reference="INS-2026-0001", answers=[{"item": "noise", "mark": "ok", "value": "none"}])
    one = perform_as(walking.finish, now=now + timedelta(minutes=2), reference="INS-2026-0001").round
    assert (one.state, list(one.current)) == (State.DONE, ["link", "door", "disk", "noise"])


def test_rounds_of_the_machine_are_no_walks_of_the_person_it_runs_as(
    record: Callable[..., Any], perform_as: Perform, now: datetime
) -> None:
    """Else a check that runs in the middle of a walk, under the same name, would overlap with it."""
    begun = now - timedelta(minutes=30)
    record(DISK, checklist="auto", asset="room-2", now=now - timedelta(minutes=10), as_=LOGIN)
    record(LINK, as_=LOGIN, now=now - timedelta(minutes=5))
    (found,) = perform_as(logging.log, checklist="room", asset="room-1", items=["door=ok"], started=begun)
    assert (found.round.started_at, found.round.flags) == (begun, ())
    perform_as(logging.log, checklist="room", asset="room-2", items=["door=ok", "link=ok"], started=begun)
    last = record(DISK, checklist="auto", asset="room-2", now=now, as_=LOGIN).finished.round
    assert last.flags == ()


def test_nobody_at_a_desk_is_asked_what_stands_on_the_spot(
    record: Callable[..., Any], perform_as: Perform, now: datetime
) -> None:
    asked = 'challenge = [{ ask = { en = "Seal", zh = "铅封号" }, answer = "4711" }]'
    perform_as(applying.apply, now=now, text=book("2", challenge=asked), file="checks.toml")
    later = now + timedelta(minutes=1)
    record(LINK, now=later)
    record(LINK, now=later, asset="room-2")
    (unasked,) = perform_as(logging.log, now=later, checklist="room", asset="room-1", items=["door=ok"])
    assert (unasked.round.asked, unasked.round.flags) == (None, ())
    (wrong,) = perform_as(logging.log, now=later, checklist="room", asset="room-2", items=["door=ok"], answered="1")
    assert [one.flag for one in wrong.round.flags] == [Flag.CHALLENGE]


def test_no_person_passes_for_a_machine(record: Callable[..., Any], perform_as: Perform, now: datetime) -> None:
    record(DISK)
    smuggled = {"item": "door", "mark": "ok", "source": "machine"}
    with pytest.raises(InvalidInput, match=r"door was not answered by a machine\.") as refused:
        perform_as(walking.answer, reference="INS-2026-0001", answers=[smuggled])
    assert refused.value.hint == "What a machine answers is recorded by: opsctl inspect run"
    with pytest.raises(InvalidInput):
        walking.answer_of({"item": "door", "mark": "ok", "source": Source.MACHINE})
    assert walking.answer_of({"item": "door", "mark": "ok", "source": None}) == Answer("door", Mark.OK)
    typed = ["disk=41", "link=ok", "door=ok"]
    (logged,) = perform_as(logging.log, checklist="room", asset="room-2", items=typed)
    assert {each.source for each in logged.round.readings} == {Source.TYPED}
    done = record(DISK, checklist="auto").finished.round
    corrected = perform_as(judging.correct, reference=done.reference, given=["disk=42"], reason="misread").round
    assert corrected.current["disk"].source is Source.TYPED
    assert evidence.grade(corrected) is Grade.SELF_DECLARED


def test_a_retired_asset_and_a_stranger_are_refused(
    record: Callable[..., Any], perform_as: Perform, now: datetime
) -> None:
    perform_as(assets.retire, asset="room-2", at=now)
    with pytest.raises(Conflict, match="room-2 is retired"):
        record(DISK, asset="room-2")
    with pytest.raises(NotFound, match="room-9"):
        record(DISK, asset="room-9")


KNOWN = [
    Filling("a", "room-1", "room", "disk"),
    Filling("b", "room-1", "auto", "disk"),
    Filling("c", "room-2", "auto", "disk"),
]


@pytest.mark.parametrize(
    ("asked", "checks"),
    [
        ({}, ["a", "b", "c"]),
        ({"checklist": "room"}, ["a"]),
        ({"checklist": "By itself"}, ["b", "c"]),
        ({"checklist": "两处"}, ["b", "c"]),
        ({"asset": "ROOM-1"}, ["a", "b"]),
        ({"checklist": "both", "asset": "room-2"}, ["c"]),
    ],
    ids=["all", "checklist", "title", "route", "asset", "both"],
)
def test_checks_are_chosen_by_checklist_route_and_asset(
    read: Read, ruled: datetime, asked: dict[str, str], checks: list[str]
) -> None:
    found = read(running.planned, now=ruled, me=lambda _session: "cron", known=KNOWN, **asked)
    assert [one.check for one in found.runs] == checks
    assert found.silent == ()


@pytest.mark.parametrize(
    ("asked", "known", "message"),
    [
        ({"checklist": "rooom"}, KNOWN, "There is no checklist or route 'rooom'."),
        ({"asset": "room-9"}, KNOWN, "There is no asset 'room-9'."),
        ({}, [], "No check of this host fills an item."),
        ({"checklist": "room", "asset": "room-2"}, KNOWN, "No check of this host fills an item of room."),
    ],
    ids=["checklist", "asset", "none", "none-of-it"],
)
def test_what_is_not_there_is_said(
    read: Read, ruled: datetime, asked: dict[str, str], known: list[Filling], message: str
) -> None:
    with pytest.raises(NotFound) as missing:
        read(running.planned, now=ruled, me=lambda _session: "cron", known=known, **asked)
    assert missing.value.message == message


def test_checks_that_can_answer_nothing_need_not_run(read: Read, perform_as: Perform, ruled: datetime) -> None:
    perform_as(assets.retire, asset="room-2", at=ruled)
    known = [
        Filling("a", "room-1", "nope", "disk"),
        Filling("b", "room-1", "room", "nope"),
        Filling("c", "room-1", "room", "door"),
        Filling("d", "room-1", "auto", "release"),
        Filling("e", "room-9", "room", "disk"),
        Filling("f", "room-2", "room", "disk"),
        Filling("g", "room-1", "room", "disk"),
    ]
    found = read(running.planned, now=ruled, me=lambda _session: "cron", known=known)
    assert found.runs == (known[6],)
    assert [(one.filling.check, one.why, one.about) for one in found.silent] == [
        ("a", Why.NO_CHECKLIST, ()),
        ("b", Why.NO_ITEM, ()),
        ("c", Why.BY_PEOPLE, ()),
        ("d", Why.TYPE, ("text",)),
        ("e", Why.NO_ASSET, ()),
        ("f", Why.RETIRED, ()),
    ]


def test_nothing_is_planned_for_who_may_not_record_it(read: Read, ruled: datetime) -> None:
    def nobody(_session: object) -> str:
        raise NotAllowed("Nobody here has that login.")

    with pytest.raises(NotAllowed):
        read(running.planned, now=ruled, me=nobody, known=KNOWN)

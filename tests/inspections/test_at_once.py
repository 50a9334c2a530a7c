"""Several people at the same round in the same moment, each over a connection of their own."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.core.errors import Conflict, OpsctlError
from opsctl.core.void import Void
from opsctl.duties.service import read as duties
from opsctl.inspections.service import judging, logging, rows, walking
from opsctl.inspections.service import read as rounds
from opsctl.inspections.terms import State
from opsctl.store.engine import Store
from tests.harness import Read
from tests.inspections.people import as_person

Together = Callable[..., list[Any]]
ROUND = {"checklist": "core-network", "asset": "core-sw-1"}
TODAY = "core-network-patrol/core-sw-1@2026-11-05T01:00Z"
BEFORE = "core-network-patrol/core-sw-1@2026-11-04T01:00Z"
TIMES = range(4)
"""What happens at once is different every time."""


@pytest.fixture
def together(store: Store, patrolled: datetime) -> Together:
    """Do these at once, each as (person, use case, arguments); gives what each returned, or how it was refused."""

    def run(*moves: tuple[str, Callable[..., Any], dict[str, Any]], now: datetime = patrolled) -> list[Any]:
        ready = threading.Barrier(len(moves))
        found: list[Any] = [None] * len(moves)

        def move(place: int) -> None:
            person, use_case, given = moves[place]
            ready.wait()
            try:
                found[place] = as_person(store, person, now, use_case, **given)
            except OpsctlError as error:
                found[place] = error

        threads = [threading.Thread(target=move, args=(place,)) for place in range(len(moves))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    return run


def met(read: Read, reference: str) -> list[str]:
    return [one.reference for one in read(duties.for_record, reference=reference)]


@pytest.mark.parametrize("_time", TIMES)
def test_two_who_log_the_same_round_make_two_that_meet_different_days(
    together: Together, read: Read, check_whole: Callable[[], int], _time: int
) -> None:
    given = {**ROUND, "items": ["temp=21"], "rest": True}
    found = together(("wang", logging.log, given), ("zhao", logging.log, given))
    references = sorted(one[0].round.reference for one in found)
    assert references == ["INS-2026-0001", "INS-2026-0002"]
    assert sorted(met(read, one)[0] for one in references) == [BEFORE, TODAY]
    check_whole()


@pytest.mark.parametrize("_time", TIMES)
def test_one_line_sent_twice_at_once_is_one_round(together: Together, read: Read, now: datetime, _time: int) -> None:
    given = {**ROUND, "items": ["temp=21"], "rest": True}
    found = together(("wang", logging.log, given), ("wang", logging.log, given))
    refused = [one for one in found if isinstance(one, OpsctlError)]
    assert [(type(one), one.message) for one in refused] == [
        (Conflict, "This round was logged already: INS-2026-0001.")
    ]
    assert read(rounds.list_rounds, now=now).total == 1


@pytest.mark.parametrize("_time", TIMES)
def test_two_who_begin_at_once_walk_one_round(together: Together, read: Read, now: datetime, _time: int) -> None:
    found = together(("wang", walking.begin, ROUND), ("zhao", walking.begin, ROUND))
    assert [one.round.reference for one in found] == ["INS-2026-0001"] * 2
    assert sorted(one.resumed for one in found) == [False, True]
    assert read(rounds.list_rounds, now=now).total == 1


@pytest.mark.parametrize("_time", TIMES)
def test_parts_that_are_logged_at_once_are_one_round(
    together: Together, read: Read, check_whole: Callable[[], int], _time: int
) -> None:
    together(
        ("wang", logging.log, {**ROUND, "items": ["temp=21"]}),
        ("zhao", logging.log, {**ROUND, "items": ["fans=ok"]}),
        ("sun", logging.log, {**ROUND, "items": ["uplink=3 CRC errors"]}),
    )
    one = read(rows.of_references, references=["INS-2026-0001"])[0]
    assert one.state is State.DONE
    assert {item: each.by for item, each in one.current.items()} == {"temp": "wang", "fans": "zhao", "uplink": "sun"}
    assert met(read, "INS-2026-0001") == [TODAY]
    check_whole()


@pytest.mark.parametrize("_time", TIMES)
def test_a_round_that_is_made_void_while_another_countersigns_meets_nothing(
    together: Together, read: Read, store: Store, now: datetime, check_whole: Callable[[], int], _time: int
) -> None:
    as_person(store, "wang", now, logging.log, **ROUND, items=["temp=21"], rest=True)
    voided, signed = together(
        ("zhao", judging.void, {"named": ["1"], "because": Void.MISTAKE}),
        ("sun", judging.countersign, {"named": ["1"]}),
        now=now + timedelta(hours=3),
    )
    one = read(rows.of_references, references=["INS-2026-0001"])[0]
    assert (voided[0].round.void, one.void, met(read, "INS-2026-0001")) == (Void.MISTAKE, Void.MISTAKE, [])
    assert one.countersigned_by == (None if isinstance(signed, Conflict) else "sun")
    check_whole()


@pytest.mark.parametrize("_time", TIMES)
def test_two_rounds_that_are_made_void_at_once_do_not_take_each_others_place(
    together: Together, read: Read, store: Store, now: datetime, check_whole: Callable[[], int], _time: int
) -> None:
    for minutes in (0, 10):
        given = {**ROUND, "items": [f"temp=21.{minutes}"], "rest": True}
        as_person(store, "wang", now + timedelta(minutes=minutes), logging.log, **given)
    found = together(
        ("zhao", judging.void, {"named": ["1"], "because": Void.TEST}),
        ("sun", judging.void, {"named": ["2"], "because": Void.TEST}),
        now=now + timedelta(hours=1),
    )
    assert [one[0].round.void for one in found] == [Void.TEST] * 2
    assert [met(read, f"INS-2026-000{number}") for number in (1, 2)] == [[], []]
    check_whole()


@pytest.mark.parametrize("_time", TIMES)
def test_a_correction_and_a_countersign_at_once_leave_no_countersign_of_a_time_that_nobody_saw(
    together: Together, read: Read, store: Store, now: datetime, check_whole: Callable[[], int], _time: int
) -> None:
    as_person(store, "wang", now, logging.log, **ROUND, items=["temp=21"], rest=True)
    together(
        ("wang", judging.correct, {"reference": "1", "given": ["done=08:30"], "reason": "typo"}),
        ("sun", judging.countersign, {"named": ["1"]}),
        now=now + timedelta(hours=3),
    )
    one = read(rows.of_references, references=["INS-2026-0001"])[0]
    (occurrence,) = read(duties.for_record, reference="INS-2026-0001")
    assert occurrence.met_at == one.done_at == datetime.fromisoformat("2026-11-05T00:30:00+00:00")
    # Whoever came last: a countersign after the correction confirms the new time, one before it is gone.
    assert occurrence.judged_at == (one.done_at if one.countersigned_by else one.entered_at)
    check_whole()

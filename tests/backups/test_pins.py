"""Points that are kept whatever their policy says: pinned by a person, or by an incident while it is not resolved."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from opsctl.backups.rules import Run
from opsctl.backups.rules.pins import Told, Trouble, is_unresolved, pinned_by
from opsctl.backups.service import pinning, pruning
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.core.errors import Conflict, InvalidInput, NotFound
from opsctl.core.void import Void
from opsctl.incidents.service import judging
from opsctl.incidents.service import write as incidents
from opsctl.ledger import service as ledger
from opsctl.ledger.service import Search
from tests.backups.making import DAY, HOUR, NIGHT, POLICY, check, copy, run
from tests.backups.policies import policy
from tests.harness import Read

BEFORE = NIGHT - 30 * DAY
NOW = NIGHT + 8 * HOUR
Made = Callable[..., Any]


def night(before: int, *, proven: str | None = None, **given: Any) -> Run:
    """The run of so many nights ago, perhaps with that copy proven."""
    checks = (check(proven, Level.L5, NIGHT),) if proven else ()
    return run(reference=f"BAK-n{before}", started_at=NIGHT - before * DAY, checks=checks, **given)


def trouble(before: float, number: int = 1) -> Trouble:
    return Trouble(f"INC-2026-{number:04d}", "erp", NIGHT - before * DAY)


# Whether an incident is resolved, from the kinds of its rows.


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("incident.opened", {})], True),
        ([("incident.opened", {"drill": True})], False),
        ([("incident.opened", {}), ("incident.resolved", {})], False),
        ([("incident.opened", {}), ("incident.resolved", {}), ("incident.closed", {})], False),
        ([("incident.opened", {}), ("incident.resolved", {}), ("incident.reopened", {})], True),
        ([("incident.opened", {}), ("incident.merged", {"into": "INC-2026-0009"})], False),
        ([("incident.opened", {}), ("incident.merged", {"with": ["INC-2026-0009"]})], True),
        ([("incident.opened", {}), ("incident.merged", {"into": "x"}), ("incident.split", {"from": "x"})], True),
        ([("incident.opened", {}), ("incident.voided", {})], False),
        ([("incident.opened", {}), ("incident.voided", {}), ("incident.unvoided", {})], True),
        ([("incident.imported", {"state": "acknowledged"})], True),
        ([("incident.imported", {"state": "closed"})], False),
        ([("incident.imported", {"state": "open"}), ("incident.import-updated", {"state": "resolved"})], False),
        ([], False),
    ],
    ids=lambda value: "" if isinstance(value, bool) else ",".join(kind.partition(".")[2] for kind, _facts in value),
)
def test_an_incident_is_resolved_as_its_rows_say(rows: list[tuple[str, dict[str, Any]]], expected: bool) -> None:
    assert is_unresolved([Told(kind, facts) for kind, facts in rows]) is expected


# Which points it pins.


def test_it_pins_the_newest_proven_point_of_each_place_and_the_one_from_before_it_began() -> None:
    runs = [night(0), night(1, proven="local"), night(3, proven="local"), night(4, proven="offsite"), night(5)]
    assert pinned_by(policy(), runs, [trouble(2)]) == {
        "BAK-n1": "INC-2026-0001", "BAK-n3": "INC-2026-0001", "BAK-n4": "INC-2026-0001",
    }  # fmt: skip


def test_where_nothing_was_proven_the_newest_good_points_stand_in() -> None:
    bad = night(1, status=Status.FAILED, copies=(copy("local", status=Status.FAILED, point=None),))
    assert pinned_by(policy(), [night(0), bad, night(2), night(3)], [trouble(1)]) == {
        "BAK-n0": "INC-2026-0001", "BAK-n2": "INC-2026-0001",
    }  # fmt: skip


def test_what_was_found_to_differ_is_not_what_an_incident_pins() -> None:
    damaged = run(
        reference="BAK-bad", started_at=NIGHT, checks=(check("local", Level.L5, NIGHT, Verdict.DIFFERS),),
        copies=(copy("local"),),
    )  # fmt: skip
    assert pinned_by(policy(), [damaged, night(1, proven="local", copies=(copy("local"),))], [trouble(-1)]) == {
        "BAK-n1": "INC-2026-0001"
    }


def test_the_incident_that_began_first_is_named_and_other_assets_are_not_touched() -> None:
    runs = [night(1, proven="local", copies=(copy("local"),))]
    assert pinned_by(policy(), runs, [trouble(0, 2), trouble(0.5, 3)]) == {"BAK-n1": "INC-2026-0003"}
    assert pinned_by(policy(), runs, [Trouble("INC-2026-0004", "web", NIGHT)]) == {}


# Recorded, on both databases.


@pytest.fixture
def _ruled(ruled: Made) -> None:
    ruled(POLICY, now=BEFORE)


def kinds(read: Read, subject: str) -> list[str]:
    return read(lambda session: [row.kind for row in ledger.rows(session, Search(subject=subject))])  # type: ignore[no-any-return]


@pytest.mark.usefixtures("_ruled")
def test_a_pin_and_its_end_are_recorded_with_their_reasons(
    record: Made, do: Made, read: Read, check_whole: Callable[[], int]
) -> None:
    record(run())
    found = do(pinning.pin, word="1", reason="before the migration", now=NOW)
    assert (found.pinned_by, found.pinned_at, found.pin_reason) == ("lead.li", NOW, "before the migration")
    with pytest.raises(Conflict, match=r"BAK-2026-0001 is pinned already, by lead\.li: before the migration"):
        do(pinning.pin, word="1", reason="again", now=NOW)
    check_whole()
    after = do(pinning.unpin, word="BAK-2026-0001", reason="done", now=NOW + HOUR)
    assert (after.pinned_by, after.pinned_at, after.pin_reason) == (None, None, None)
    with pytest.raises(Conflict, match=r"BAK-2026-0001 is not pinned\."):
        do(pinning.unpin, word="1", reason="again", now=NOW)
    assert kinds(read, "BAK-2026-0001") == ["backup.succeeded", "backup.pinned", "backup.unpinned"]
    check_whole()


@pytest.mark.usefixtures("_ruled")
def test_what_cannot_be_pinned_is_refused(record: Made, do: Made) -> None:
    record(run(status=Status.FAILED, copies=(copy("local", status=Status.FAILED, point=None),)))
    with pytest.raises(Conflict, match=r"BAK-2026-0001 has no copy that could be kept\."):
        do(pinning.pin, word="1", reason="why", now=NOW)
    with pytest.raises(NotFound):
        do(pinning.pin, word="BAK-2026-0099", reason="why", now=NOW)
    record(run(request="another"))
    with pytest.raises(InvalidInput, match=r"The text is empty\."):
        do(pinning.pin, word="2", reason=" \t", now=NOW)


def pins(read: Read, now: datetime) -> dict[str, str]:
    """What incidents pin, of all runs there are."""
    return dict(read(pruning.prunable, word="erp-db", requests={"a", "b"}, now=now).incidents)


@pytest.mark.usefixtures("_ruled")
def test_an_incident_pins_while_it_is_not_resolved_and_again_when_it_is_reopened(
    record: Made, do: Made, read: Read
) -> None:
    proven = (check("local", Level.L5, NIGHT),)
    record(run(request="a", started_at=NIGHT - 3 * DAY, copies=(copy("local"),), checks=proven))
    record(run(request="b", started_at=NIGHT - DAY, copies=(copy("local"),), checks=proven))
    assert pins(read, NOW) == {}
    do(incidents.open_incident, words="login answers 502", asset="erp", at=NIGHT - 2 * DAY, now=NOW)
    assert pins(read, NOW) == {"BAK-2026-0001": "INC-2026-0001", "BAK-2026-0002": "INC-2026-0001"}
    do(incidents.resolve, named=["1"], cause="a full disk", handling="emptied", result="it serves", now=NOW + HOUR)
    do(incidents.note, named=["1"], text="what was written afterwards reopens nothing", now=NOW + HOUR)
    assert pins(read, NOW + 2 * HOUR) == {}
    do(incidents.reopen, named=["1"], reason="again", now=NOW + 2 * HOUR)
    assert set(pins(read, NOW + 3 * HOUR)) == {"BAK-2026-0001", "BAK-2026-0002"}
    do(judging.void, named=["1"], because=Void.FALSE_ALARM, now=NOW + 3 * HOUR)
    assert pins(read, NOW + 4 * HOUR) == {}


@pytest.mark.usefixtures("_ruled")
def test_drills_and_incidents_of_other_assets_pin_nothing(record: Made, do: Made, read: Read) -> None:
    record(run(request="a", checks=(check("local", Level.L5, NIGHT),)))
    do(incidents.open_incident, words="a drill", asset="erp", drill=True, now=NOW)
    do(incidents.open_incident, words="web is slow", asset="web", now=NOW)
    assert pins(read, NOW) == {}

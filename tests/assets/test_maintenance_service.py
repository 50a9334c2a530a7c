"""The use cases of maintenance on both databases: what is stored, chained, refused and found."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from opsctl.assets.rules import maintenance as rules
from opsctl.assets.rules.maintenance import MaintenanceView, Standing, Window
from opsctl.assets.service import maintenance
from opsctl.core.chain import Signature
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from opsctl.core.intervals import Interval
from opsctl.ledger import service as ledger
from opsctl.ledger.service import Search
from opsctl.ledger.terms import Fault
from opsctl.store import unit
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import LOGIN, Perform, Read
from tests.ledger.tampering import tamper_with

HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 11, 5, 14, 0, tzinfo=UTC)
"""22:00 in the zone of the databases, twelve hours after `now`."""


@pytest.fixture
def perform(store: Store, now: datetime) -> Perform:
    """Write to the store of the test as one person or another, whose login is the same on PostgreSQL."""

    def run_use_case(use_case: Callable[..., Any], *, as_: str = LOGIN, **arguments: Any) -> Any:
        moment = arguments.pop("now", now)
        by = Signature(moment, as_, "host-1", str(uuid.uuid4()))
        return unit.write(store, lambda session: use_case(session, now=moment, actor=as_, **arguments), by=by)

    return run_use_case


def make_maintenance(perform: Perform, asset: str = "erp", **given: Any) -> MaintenanceView:
    """New disks of the asset, which must be there, tonight for four hours, or what is given instead."""
    planned: MaintenanceView = perform(
        maintenance.plan, **{"asset": asset, "title": "new disks", "starts": NIGHT, "ends": NIGHT + 4 * HOUR, **given}
    )
    return planned


@pytest.fixture
def planned(perform: Perform) -> MaintenanceView:
    """New disks of erp, planned by lead.li."""
    make_asset(perform)
    return make_maintenance(perform)


def written(read: Read, reference: str = "MNT-2026-0001") -> list[tuple[str, str | None, str | None]]:
    found = read(lambda session: list(ledger.rows(session, Search(subject=reference))))
    return [(row.kind, row.about, row.facts) for row in found]


def deep(store: Store, read: Read) -> list[tuple[Fault, str | None]]:
    """What `ledger verify --deep` finds about maintenance."""
    verdict = read(
        ledger.verify,
        kept=None,
        standing=store.driver.guards,
        wanted=store.driver.LEDGER_GUARDS,
        records=[maintenance.records],
    )
    # The assets were not among the records.
    return [(one.fault, one.subject) for one in verdict.findings if (one.subject or "MNT").startswith("MNT")]


def test_what_was_planned_is_found_as_it_was_planned(planned: MaintenanceView, read: Read, now: datetime) -> None:
    window = Window(NIGHT, NIGHT + 4 * HOUR, "lead.li", now)
    assert planned == MaintenanceView("MNT-2026-0001", "erp", "new disks", None, None, now, (window,))
    assert read(maintenance.find, word="1", now=now) == planned
    assert written(read) == [
        (
            "maintenance.planned",
            "erp",
            '{"asset":"erp","recorded_at":"2026-11-05T02:00:00.000000Z","reference":"MNT-2026-0001",'
            '"title":"new disks","windows":[{"ends":"2026-11-05T18:00:00.000000Z",'
            '"planned_at":"2026-11-05T02:00:00.000000Z","planned_by":"lead.li",'
            '"starts":"2026-11-05T14:00:00.000000Z"}]}',
        )
    ]


def test_the_whole_life_is_chained_and_the_records_fit_their_digests(
    planned: MaintenanceView, store: Store, perform: Perform, read: Read, now: datetime
) -> None:
    perform(maintenance.approve, as_="anna", named=["1"])
    perform(maintenance.extend, named="1", to=NIGHT + 6 * HOUR, now=NIGHT + 3 * HOUR)
    perform(maintenance.approve, as_="anna", named=["MNT-2026-0001"], now=NIGHT + 5 * HOUR)
    ended = perform(
        maintenance.cancel, named="mnt-2026-1", reason="done early", at=NIGHT + 5 * HOUR, now=NIGHT + 7 * HOUR
    )
    assert written(read)[1:] == [
        ("maintenance.approved", "erp", '{"windows":[0]}'),
        (
            "maintenance.extended",
            "erp",
            '{"ends":"2026-11-05T20:00:00.000000Z","starts":"2026-11-05T18:00:00.000000Z","window":1}',
        ),
        ("maintenance.approved", "erp", '{"late":[1],"windows":[1]}'),
        ("maintenance.cancelled", "erp", '{"at":"2026-11-05T19:00:00.000000Z","reason":"done early"}'),
    ]
    assert read(maintenance.find, word="1", now=now) == ended
    assert rules.excluded(ended) == [Interval(NIGHT, NIGHT + 4 * HOUR)]
    assert rules.late(ended) == [Interval(NIGHT + 4 * HOUR, NIGHT + 5 * HOUR)]
    assert deep(store, read) == []
    assert read(ledger.one, seq=6).happened_at == NIGHT + 5 * HOUR


def test_maintenance_may_be_planned_after_the_fact_and_is_then_never_excluded(perform: Perform, now: datetime) -> None:
    make_asset(perform)
    make_maintenance(perform, starts=now - 8 * HOUR, ends=now - 4 * HOUR)
    approved = perform(maintenance.approve, as_="anna", named=["1"])[0]
    assert rules.excluded(approved) == []
    assert rules.late(approved) == [Interval(now - 8 * HOUR, now - 4 * HOUR)]


@pytest.mark.usefixtures("planned")
def test_nobody_approves_their_own_and_nothing_of_the_batch_is_then_done(perform: Perform, read: Read) -> None:
    make_maintenance(perform, as_="anna")
    with pytest.raises(NotAllowed, match=r"MNT-2026-0001 was planned by lead\.li"):
        perform(maintenance.approve, named=["2", "1"])
    assert [len(written(read, f"MNT-2026-000{number}")) for number in (1, 2)] == [1, 1]
    both = perform(maintenance.approve, as_="wang", named=["2", "1", "2"])
    assert [one.reference for one in both] == ["MNT-2026-0002", "MNT-2026-0001"]
    with pytest.raises(Conflict, match="MNT-2026-0002 is approved already"):
        perform(maintenance.approve, as_="wang", named=["2"])


@pytest.mark.usefixtures("planned")
@pytest.mark.parametrize(
    "change",
    [
        "approved_by = planned_by, approved_at = planned_at",
        "approved_by = 'anna'",
        "approved_at = planned_at",
        "ends = starts",
    ],
    ids=["four eyes", "nobody knows when", "nobody knows who", "no length"],
)
def test_the_table_itself_refuses_what_the_rules_refuse(store: Store, change: str) -> None:
    with store.write_engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text(f"UPDATE maintenance_window SET {change}"))


@pytest.mark.usefixtures("planned")
def test_what_is_not_there_is_not_found_and_a_write_takes_no_part_of_a_reference(
    perform: Perform, read: Read, now: datetime
) -> None:
    with pytest.raises(NotFound, match="There is no asset 'erpp'"):
        make_maintenance(perform, "erpp")
    for word in ("2", "MNT-2026", "INC-2026-0001", ""):
        with pytest.raises(NotFound):
            perform(maintenance.approve, as_="anna", named=[word])
    assert read(maintenance.find, word="MNT-2026", now=now).reference == "MNT-2026-0001"


def test_a_refused_plan_uses_up_no_number(planned: MaintenanceView, perform: Perform) -> None:
    with pytest.raises(InvalidInput):
        make_maintenance(perform, starts=NIGHT, ends=NIGHT)
    assert make_maintenance(perform).reference == "MNT-2026-0002"


def test_what_touches_a_period_comes_whole_in_order_and_in_two_queries(
    store: Store, perform: Perform, read: Read
) -> None:
    for handle in ("erp", "crm"):
        make_asset(perform, handle)
    make_maintenance(perform)
    make_maintenance(perform, "crm", starts=NIGHT - 2 * HOUR, ends=NIGHT)
    make_maintenance(perform, starts=NIGHT - 2 * HOUR, ends=NIGHT - HOUR)
    make_maintenance(perform, starts=NIGHT + 24 * HOUR, ends=NIGHT + 25 * HOUR)
    perform(maintenance.extend, named="3", to=NIGHT + HOUR)

    def touching(since: datetime | None, until: datetime | None, assets: list[str] | None = None) -> list[str]:
        with counted(store) as statements:
            found = read(maintenance.touching, since=since, until=until, assets=assets)
        assert len([one for one in statements if "maintenance" in one]) == 2
        return [f"{one.reference[-1]}:{len(one.windows)}" for one in found]

    assert touching(None, None) == ["2:1", "3:2", "1:1", "4:1"]
    assert touching(NIGHT, NIGHT + HOUR) == ["3:2", "1:1"]
    assert touching(NIGHT - HOUR, NIGHT) == ["2:1", "3:2"]
    assert touching(NIGHT + 4 * HOUR, NIGHT + 24 * HOUR) == []
    assert touching(None, NIGHT - HOUR, ["crm"]) == ["2:1"]
    assert touching(None, None, ["hr"]) == touching(None, None, []) == []


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The statements that are executed on the store's reading engine meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(store.read_engine, "before_cursor_execute", note)
    yield statements
    event.remove(store.read_engine, "before_cursor_execute", note)


def test_a_list_has_what_begins_last_first_and_only_what_is_wanted(perform: Perform, read: Read, now: datetime) -> None:
    for handle in ("erp", "crm"):
        make_asset(perform, handle)
    for number, start in enumerate((-5, -1, 1, 2, 3)):
        begins = now + timedelta(hours=start)
        make_maintenance(perform, "crm" if number == 4 else "erp", starts=begins, ends=begins + 2 * HOUR)
    perform(maintenance.approve, as_="anna", named=["2", "3"])
    perform(maintenance.cancel, named="4", reason="no parts")

    def listed(**given: Any) -> str:
        found = read(maintenance.list_maintenance, now=now, **given)
        return " ".join([*(one.reference[-1] for one in found.maintenance), f"of {found.total}"])

    assert listed() == "5 4 3 2 1 of 5"
    assert listed(limit=2) == "5 4 of 5"
    assert listed(state=Standing.PLANNED) == "5 1 of 2"
    assert listed(state=Standing.APPROVED) == "3 2 of 2"
    assert listed(state=Standing.LATE) == "2 1 of 2"
    assert listed(state=Standing.CANCELLED) == "4 of 1"
    assert listed(state=Standing.RUNNING) == "2 of 1"
    assert listed(state=Standing.COMING) == "5 3 of 2"
    assert listed(asset="crm") == "5 of 1"
    assert listed(since=now, until=now + 2 * HOUR) == "3 2 of 2"


@pytest.mark.usefixtures("planned")
def test_a_change_behind_the_ledger_is_found(store: Store, read: Read) -> None:
    assert deep(store, read) == []
    tamper_with(store, "UPDATE maintenance_window SET approved_by = 'anna', approved_at = planned_at")
    assert deep(store, read) == [(Fault.RECORD_CHANGED, "MNT-2026-0001")]


def test_a_record_that_cannot_be_read_hides_no_other(
    planned: MaintenanceView, store: Store, perform: Perform, read: Read
) -> None:
    make_maintenance(perform)
    if store.address.backend != "sqlite":
        pytest.skip("PostgreSQL keeps no moment that is none")
    tamper_with(store, "UPDATE maintenance SET recorded_at = 'nonsense' WHERE reference = 'MNT-2026-0001'")
    assert deep(store, read) == [(Fault.RECORD_CHANGED, "MNT-2026-0001")]


def test_title_and_reason_are_blanked_when_they_are_redacted(
    planned: MaintenanceView, store: Store, perform: Perform, read: Read, now: datetime
) -> None:
    perform(maintenance.cancel, named="1", reason="secret")
    for seq in (2, 3):
        perform(ledger.redact, seq=seq, reason="a password was pasted", blank={"MNT": maintenance.blank})
    found = read(maintenance.find, word="1", now=now)
    assert (found.title, found.cancel_reason) == ("[redacted]", "[redacted]")
    assert deep(store, read) == []

"""Patches through their use cases, on each database: what is stored, chained, refused, handed over and found."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from opsctl.assets.service import assets
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, OpsctlError
from opsctl.core.void import Void
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row, read_facts
from opsctl.ledger.terms import BLANK
from opsctl.maintenance.rules.patches import Patch
from opsctl.maintenance.service import patches, work
from opsctl.maintenance.terms import Backup, Outcome, PatchState, Wanted
from opsctl.store.engine import Store
from tests.harness import Perform, Read, performing

pytestmark = pytest.mark.usefixtures("company")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REF = "PAT-2026-0001"
CVE = "CVE-2026-1234"


def add(perform_as: Perform, *named: str, **given: Any) -> list[Patch]:
    """Add, as wang, what the vendor says of SNMP for the switch; or what is given instead."""
    known: dict[str, Any] = {"title": "denial of service in SNMP", "as_": "wang"}
    added: list[Patch] = perform_as(patches.add, named=list(named) or ["core-sw-1"], **{**known, **given})
    return added


def me(_session: Any) -> str:
    return "wang"


def rows_of(read: Read, reference: str) -> list[Row]:
    return read(lambda session: list(ledger.rows(session, ledger.Search(subject=reference))))


def found(read: Read, now: datetime, word: str = REF) -> Patch:
    patch: Patch = read(patches.show, word=word, now=now)[0]
    return patch


def listed(read: Read, now: datetime, **given: Any) -> list[str]:
    return [one.reference[-1] for one in read(patches.list_patches, now=now, me=me, **given).patches]


def test_each_asset_gets_a_patch_of_its_own(
    perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    added = add(perform_as, "erp", "core-sw-1", "ERP", advisory=CVE, published=now - DAY, owner="me")
    assert [(one.reference, one.asset, one.customer) for one in added] == [
        (REF, "erp", None),
        ("PAT-2026-0002", "core-sw-1", "acme"),
    ]
    first = found(read, now)
    assert first == added[0]
    assert (first.state, first.owner, first.advisory, first.published_at) == (PatchState.OPEN, "wang", CVE, now - DAY)
    (row,) = rows_of(read, "PAT-2026-0002")
    assert (row.kind, row.about, row.customer) == ("patch.added", "core-sw-1", "acme")
    assert check_whole() == 6 + 2


def test_the_same_advisory_stands_once_for_an_asset(perform_as: Perform, read: Read, now: datetime) -> None:
    add(perform_as, "erp", advisory=CVE)
    with pytest.raises(Conflict) as refused:
        add(perform_as, "core-sw-1", "erp", advisory="cve-2026-1234")
    assert refused.value.message == f"cve-2026-1234 is on record for erp already: {REF}."
    assert refused.value.hint == f"See: opsctl patch show {REF}"
    assert listed(read, now) == ["1"], "all or none"
    add(perform_as, "core-sw-1", advisory=CVE)
    perform_as(patches.void, named=["1"], because=Void.MISTAKE)
    assert add(perform_as, "erp", advisory=CVE)[0].reference == "PAT-2026-0003"
    add(perform_as, "erp")
    add(perform_as, "erp")


def test_of_several_who_add_the_same_advisory_at_once_one_does(store: Store, read: Read, now: datetime) -> None:
    together = threading.Barrier(4, timeout=30)
    outcomes: list[Any] = []

    def write() -> None:
        together.wait()
        try:
            outcomes.append(performing(store, now)(patches.add, named=["erp"], title="SNMP flaw", advisory=CVE))
        except OpsctlError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=write) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    failed = [one for one in outcomes if isinstance(one, OpsctlError)]
    assert [(type(one), one.message) for one in failed] == [
        (Conflict, f"{CVE} is on record for erp already: {REF}.")
    ] * 3
    assert listed(read, now) == ["1"]


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"named": "core-sw"}, NotFound, "There is no asset 'core-sw'."),
        ({"named": "old"}, Conflict, "old was retired at"),
        ({"owner": "nobody"}, NotFound, "There is no person 'nobody'."),
        ({"published": HOUR}, InvalidInput, "That time is still to come."),
    ],
    ids=["unknown asset", "retired asset", "unknown person", "published tomorrow"],
)
def test_what_cannot_be_is_not_added(
    perform_as: Perform, read: Read, now: datetime, given: dict[str, Any], error: type[OpsctlError], said: str
) -> None:
    given = dict(given)
    named = given.pop("named", "erp")
    with pytest.raises(error) as refused:
        add(perform_as, named, **{name: now + v if isinstance(v, timedelta) else v for name, v in given.items()})
    assert refused.value.message.startswith(said)
    assert listed(read, now, state=Wanted.ALL) == []


def test_a_patch_is_decided_deferred_and_installed_by_a_maintenance(
    perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    add(perform_as)
    (decided,) = perform_as(patches.decide, named=["1"], install_by=now + DAY, owner="wang")
    assert (decided.state, decided.due_at, decided.owner) == (PatchState.DECIDED, now + DAY, "wang")
    (deferred,) = perform_as(patches.defer, named=["1"], until=now + 9 * DAY, reason="no window", as_="wang")
    assert (deferred.state, deferred.due_at, deferred.reason) == (PatchState.DEFERRED, now + 9 * DAY, "no window")
    assert (deferred.decided_by, deferred.decided_at) == ("wang", now)
    later = now + 2 * DAY
    (done,) = perform_as(
        patches.install,
        named=["1"],
        backup=Backup.TAKEN,
        procedure="OP-7",
        at=later - HOUR,
        now=later,
        as_="wang",
    )
    patch, logged = found(read, later), done.logged.work
    assert patch == done.patch
    assert (patch.state, patch.installed_by, patch.installed_at, patch.work) == (
        PatchState.INSTALLED, "wang", later - HOUR, "WRK-2026-0001",
    )  # fmt: skip
    assert (logged.reference, logged.asset, logged.customer, logged.title, logged.topic) == (
        "WRK-2026-0001", "core-sw-1", "acme", "denial of service in SNMP", "patch",
    )  # fmt: skip
    assert (logged.backup, logged.procedure, logged.outcome) == (Backup.TAKEN, "OP-7", Outcome.DONE)
    assert (logged.person, logged.done_at, logged.entered_at) == ("wang", later - HOUR, later)
    assert [row.kind for row in rows_of(read, REF)] == [
        "patch.added", "patch.decided", "patch.deferred", "patch.installed",
    ]  # fmt: skip
    assert [row.kind for row in rows_of(read, "WRK-2026-0001")] == ["maintenance.completed"]
    assert read(work.show, word="1", now=later).patches == (REF,)
    check_whole()


def test_the_maintenance_of_an_installed_patch_is_taken_out_after_it(
    perform_as: Perform, now: datetime, check_whole: Callable[[], int]
) -> None:
    add(perform_as)
    perform_as(patches.install, named=["1"], backup=Backup.NOT_APPLICABLE)
    with pytest.raises(Conflict, match="By WRK-2026-0001 PAT-2026-0001 was installed"):
        perform_as(work.void, named=["1"], because=Void.MISTAKE)
    perform_as(patches.void, named=["1"], because=Void.MISTAKE)
    perform_as(work.void, named=["1"], because=Void.MISTAKE)
    check_whole()


def test_several_are_moved_all_or_none(perform_as: Perform, read: Read, now: datetime) -> None:
    add(perform_as, "erp", "core-sw-1")
    done = perform_as(patches.install, named=["2"], backup=Backup.TAKEN)
    assert [one.patch.reference for one in done] == ["PAT-2026-0002"]
    with pytest.raises(Conflict) as refused:
        perform_as(patches.decide, named=["1", "2"], install_by=now + DAY)
    assert refused.value.message == "PAT-2026-0002 is installed: decide --install-by is not possible."
    assert refused.value.hint == "Possible now: void."
    assert found(read, now).state is PatchState.OPEN
    (off,) = perform_as(patches.decide, named=["1", "1"], reason="SNMP is off")
    assert (off.state, off.reason) == (PatchState.NOT_APPLICABLE, "SNMP is off")


@pytest.mark.parametrize(
    ("at", "error", "said"),
    [(HOUR, InvalidInput, "still to come"), (-HOUR, Conflict, "erp was retired at")],
    ids=["future", "after its asset was retired"],
)
def test_an_installation_that_cannot_be_leaves_nothing_behind(
    perform_as: Perform, read: Read, now: datetime, at: timedelta, error: type[OpsctlError], said: str
) -> None:
    add(perform_as, "erp")
    perform_as(assets.retire, asset="erp", at=now - DAY)
    with pytest.raises(error, match=said):
        perform_as(patches.install, named=["1"], backup=Backup.TAKEN, at=now + at)
    assert found(read, now).state is PatchState.OPEN
    assert read(work.list_work).total == 0


def test_a_list_has_what_is_not_settled_unless_a_state_is_wanted(
    perform_as: Perform, read: Read, now: datetime
) -> None:
    add(perform_as, "erp", title="one")
    for number in range(2, 8):
        add(perform_as, "core-sw-1", title=str(number), advisory=f"A-{number}", owner="wang" if number < 4 else None)
    perform_as(patches.decide, named=["2"], install_by=now + 2 * DAY)
    perform_as(patches.defer, named=["3"], until=now + DAY, reason="no window")
    perform_as(patches.install, named=["4"], backup=Backup.TAKEN)
    perform_as(patches.decide, named=["5"], reason="off")
    perform_as(patches.void, named=["6"], because=Void.TEST)
    assert listed(read, now) == ["3", "2", "1", "7"], "what is due first leads"
    assert listed(read, now, state=Wanted.OPEN) == ["1", "7"]
    assert listed(read, now, state=Wanted.DECIDED) == ["2"]
    assert listed(read, now, state=Wanted.DEFERRED) == ["3"]
    assert listed(read, now, state=Wanted.INSTALLED) == ["4"]
    assert listed(read, now, state=Wanted.NOT_APPLICABLE) == ["5"]
    assert listed(read, now, state=Wanted.OVERDUE) == []
    assert listed(read, now + DAY + HOUR, state=Wanted.OVERDUE) == ["3"]
    assert sorted(listed(read, now, state=Wanted.ALL)) == ["1", "2", "3", "4", "5", "6", "7"]
    assert listed(read, now, asset="erp") == ["1"]
    assert listed(read, now, owner="me") == ["3", "2"]
    assert listed(read, now, advisory="a-7") == ["7"]
    limited = read(patches.list_patches, now=now, me=me, limit=3)
    assert (len(limited.patches), limited.total) == (3, 4)


def test_today_has_mine_and_nobodys_that_are_over_or_undecided_for_a_week(
    perform_as: Perform, read: Read, now: datetime
) -> None:
    add(perform_as, owner="wang", title="1")
    add(perform_as, title="2")
    add(perform_as, owner="lead.li", title="3")
    add(perform_as, owner="wang", title="4")
    add(perform_as, owner="wang", title="5")
    perform_as(patches.decide, named=["4"], install_by=now + DAY)
    perform_as(patches.decide, named=["5"], install_by=now + 30 * DAY)

    def waiting(at: datetime, who: Callable[[Any], str] = me) -> list[str]:
        return [one.reference[-1] for one in read(patches.waiting, now=at, me=who)]

    def stranger(_session: Any) -> str:
        raise NotAllowed("Nobody here has that login.")

    assert waiting(now + 7 * DAY - HOUR) == ["4"]
    assert waiting(now + 7 * DAY) == ["4", "1", "2"]
    assert waiting(now + 7 * DAY, lambda _session: "lead.li") == ["2", "3"]
    assert waiting(now + 7 * DAY, stranger) == ["2"]


def test_what_a_person_has_goes_to_another(
    perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    add(perform_as, owner="wang", title="1")
    add(perform_as, owner="lead.li", title="2")
    add(perform_as, owner="wang", title="3")
    perform_as(patches.decide, named=["3"], reason="off")
    assert read(patches.owned, person="wang") == [(REF, "1")]
    assert perform_as(patches.hand_over, person="wang", to="lead.li") == [REF]
    assert found(read, now).owner == "lead.li"
    row = rows_of(read, REF)[-1]
    assert (row.kind, read_facts(str(row.facts))) == ("patch.assigned", {"owner": ["wang", "lead.li"]})
    assert read(patches.owned, person="wang") == []
    check_whole()


def test_what_was_written_can_be_redacted(
    perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    add(perform_as, title="account of Ms Chen")
    perform_as(patches.decide, named=["1"], reason="Ms Chen left")
    for row in rows_of(read, REF):
        perform_as(ledger.redact, seq=row.seq, reason="private", blank={"PAT": patches.blank})
    patch = found(read, now)
    assert (patch.title, patch.reason) == (BLANK, BLANK)
    check_whole()


@pytest.mark.parametrize("change", ["state = 'lost'", "state = 'installed'", "void = 'bored'"])
def test_the_table_refuses_what_no_patch_may_say(perform_as: Perform, store: Store, change: str) -> None:
    add(perform_as)

    def tamper(session: Any, *, now: datetime, actor: str) -> None:
        session.connection().execute(text(f"UPDATE patch SET {change}"))

    with pytest.raises(IntegrityError):
        perform_as(tamper)

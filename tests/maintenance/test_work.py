"""Maintenance through its use cases, on each database: what is stored, chained, refused, led to and found."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from opsctl.actions.service import read as actions
from opsctl.actions.terms import Gravity
from opsctl.assets.service import assets, maintenance
from opsctl.core.errors import Conflict, InvalidInput, NotFound, OpsctlError
from opsctl.core.void import Void
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row, read_facts
from opsctl.ledger.terms import BLANK
from opsctl.maintenance.rules.results import Logged
from opsctl.maintenance.rules.work import Work
from opsctl.maintenance.service import work
from opsctl.maintenance.terms import Backup, Outcome
from opsctl.store.engine import Store
from tests.harness import Perform, Read

pytestmark = pytest.mark.usefixtures("company")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REF = "WRK-2026-0001"


def log(perform_as: Perform, asset: str = "core-sw-1", **given: Any) -> Logged:
    """Log, as wang, that the filters of the switch were cleaned, its configuration saved; or what is given instead."""
    known: dict[str, Any] = {"title": "filters cleaned", "backup": Backup.TAKEN, "as_": "wang"}
    logged: Logged = perform_as(work.log, asset=asset, **{**known, **given})
    return logged


def rows_of(read: Read, reference: str) -> list[Row]:
    return read(lambda session: list(ledger.rows(session, ledger.Search(subject=reference))))


def found(read: Read, now: datetime, word: str = REF) -> Work:
    shown: Work = read(work.show, word=word, now=now).logged.work
    return shown


def test_a_record_is_read_back_as_it_was_logged(
    perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    given = {
        "topic": "cleaning", "procedure": "OP-12", "result": "as new", "outcome": Outcome.REPAIRED,
        "started": now - 2 * HOUR, "at": now - HOUR,
    }  # fmt: skip
    logged = log(perform_as, **given)
    assert logged.work == Work(
        reference=REF,
        asset="core-sw-1",
        customer="acme",
        title="filters cleaned",
        topic="cleaning",
        procedure="OP-12",
        backup=Backup.TAKEN,
        outcome=Outcome.REPAIRED,
        result="as new",
        window=None,
        person="wang",
        started_at=now - 2 * HOUR,
        done_at=now - HOUR,
        entered_at=now,
        void=None,
        corrected_at=None,
        recorded_at=now,
    )
    assert (logged.met, logged.next_due, logged.action) == (None, None, None)
    assert found(read, now) == logged.work
    (row,) = rows_of(read, REF)
    assert (row.kind, row.about, row.topic, row.customer, row.happened_at) == (
        "maintenance.completed", "core-sw-1", "cleaning", "acme", now - HOUR,
    )  # fmt: skip
    assert read_facts(str(row.facts))["procedure"] == "OP-12"
    # Two persons, a customer, three assets, this.
    assert check_whole() == 7


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.REPAIRED, Outcome.REPLACED])
def test_what_is_over_makes_no_action(perform_as: Perform, read: Read, now: datetime, outcome: Outcome) -> None:
    assert log(perform_as, outcome=outcome, result="as new").action is None
    assert read(actions.list_actions, now=now).total == 0


def test_what_is_to_be_watched_is_an_action_once(
    perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    watched = {"outcome": Outcome.WATCHED, "result": "one fan is loud", "topic": "cleaning"}
    first = log(perform_as, at=now - HOUR, **watched)
    assert first.action is not None
    assert first.is_new
    action = first.action
    assert (action.title, action.gravity, action.asset, action.owner) == (
        "one fan is loud", Gravity.WARN, "core-sw-1", "wang",
    )  # fmt: skip
    assert (action.source, action.topic, action.found_at) == (REF, "work/cleaning", now - HOUR)
    again = log(perform_as, **watched)
    assert again.action is not None
    assert (again.action.reference, again.is_new) == (action.reference, False)
    other = log(perform_as, **{**watched, "topic": None})
    assert other.action is not None
    assert (other.action.reference != action.reference, other.is_new) == (True, True)
    assert read(work.show, word="1", now=now).actions == (action.reference,)
    assert check_whole() == 6 + 3 + 2


def test_a_window_of_the_asset_is_linked_and_anothers_refused(perform_as: Perform, read: Read, now: datetime) -> None:
    for asset in ("core-sw-1", "erp"):
        perform_as(maintenance.plan, asset=asset, title="night", starts=now - 2 * HOUR, ends=now)
    assert log(perform_as, window="1").work.window == "MNT-2026-0001"
    with pytest.raises(InvalidInput) as refused:
        log(perform_as, window="MNT-2026-0002")
    assert refused.value.message == "MNT-2026-0002 is a maintenance of erp, not of core-sw-1."
    assert refused.value.hint == "List its own: opsctl maintenance list --asset core-sw-1"
    with pytest.raises(NotFound, match="There is no MNT-2026-0009"):
        log(perform_as, window="MNT-2026-0009")


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"asset": "core-sw"}, NotFound, "There is no asset 'core-sw'."),
        ({"at": HOUR}, InvalidInput, "That time is still to come."),
        ({"started": HOUR, "at": -HOUR}, InvalidInput, "That time is still to come."),
        ({"started": -HOUR, "at": -2 * HOUR}, InvalidInput, "The maintenance would have ended at"),
        ({"outcome": Outcome.WATCHED}, InvalidInput, "Nothing says what is to be watched."),
        ({"asset": "old", "at": -DAY}, Conflict, "old was retired at"),
    ],
    ids=["unknown asset", "future", "begun in the future", "wrong order", "watched without a word", "after retiring"],
)
def test_what_cannot_be_is_refused_and_nothing_is_left_behind(
    perform_as: Perform, read: Read, now: datetime, given: dict[str, Any], error: type[OpsctlError], said: str
) -> None:
    moments = {name: now + value for name, value in given.items() if isinstance(value, timedelta)}
    with pytest.raises(error) as refused:
        log(perform_as, **{**given, **moments})
    assert refused.value.message.startswith(said)
    assert read(work.list_work).total == 0
    if error is NotFound:
        assert refused.value.hint == "Did you mean core-sw-1?"


def test_what_was_done_before_the_asset_was_retired_is_logged(perform_as: Perform, now: datetime) -> None:
    assert log(perform_as, "old", at=now - 3 * DAY).work.asset == "old"
    assert log(perform_as, "old", at=now - 2 * DAY).work.asset == "old"


def test_a_correction_keeps_the_old_value_in_the_ledger(
    perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    log(perform_as)
    given = {"procedure": "OP-12", "backup": Backup.NOT_TAKEN, "title": "filters cleaned", "done_at": now - HOUR}
    later = now + HOUR
    (done,) = perform_as(work.correct, named=["1"], given=given, reason="log of the switch", now=later)
    assert set(done.changed) == {"procedure", "backup", "done_at"}
    after = found(read, later)
    assert after == done.logged.work
    assert (after.procedure, after.backup, after.done_at) == ("OP-12", Backup.NOT_TAKEN, now - HOUR)
    assert (after.entered_at, after.corrected_at, after.recorded_at) == (later, later, now)
    row = rows_of(read, REF)[-1]
    assert (row.kind, row.actor) == ("maintenance.corrected", row.actor)
    facts = read_facts(str(row.facts))
    assert (facts["reason"], facts["procedure"], facts["backup"]) == (
        "log of the switch", [None, "OP-12"], ["taken", "not-taken"],
    )  # fmt: skip
    assert "title" not in facts
    (same,) = perform_as(work.correct, named=["1"], given=given, reason="again", now=later)
    assert same.changed == ()
    assert len(rows_of(read, REF)) == 2
    check_whole()


def test_a_correction_may_say_that_it_is_to_be_watched(perform_as: Perform, read: Read, now: datetime) -> None:
    log(perform_as)
    given = {"outcome": Outcome.WATCHED}
    with pytest.raises(InvalidInput, match="Nothing says what is to be watched"):
        perform_as(work.correct, named=["1"], given=given, reason="noise")
    (done,) = perform_as(work.correct, named=["1"], given={**given, "result": "one fan is loud"}, reason="noise")
    assert done.logged.action is not None
    assert read(work.show, word="1", now=now).actions == (done.logged.action.reference,)
    (again,) = perform_as(work.correct, named=["1"], given={"result": "two fans are loud"}, reason="noise")
    assert again.logged.action is None
    assert read(actions.list_actions, now=now).total == 1


def test_a_correction_is_held_to_what_is_refused_at_logging(perform_as: Perform, now: datetime) -> None:
    perform_as(maintenance.plan, asset="erp", title="night", starts=now - 2 * HOUR, ends=now)
    log(perform_as, started=now - HOUR)
    for given, said in (
        ({"done_at": now + HOUR}, "still to come"),
        ({"done_at": now - 2 * HOUR}, "before it began"),
        ({"window": "MNT-2026-0001"}, "not of core-sw-1"),
    ):
        with pytest.raises(InvalidInput, match=said):
            perform_as(work.correct, named=["1"], given=given, reason="typo")
    log(perform_as, "old", at=now - 3 * DAY)
    with pytest.raises(Conflict, match="old was retired"):
        perform_as(work.correct, named=["2"], given={"done_at": now - DAY}, reason="typo")


def test_the_title_is_mended_though_the_asset_was_retired_before(perform_as: Perform, now: datetime) -> None:
    log(perform_as, "erp")
    perform_as(assets.retire, asset="erp", at=now - HOUR)
    (done,) = perform_as(work.correct, named=["1"], given={"title": "disks changed"}, reason="typo")
    assert done.changed == ("title",)


def test_what_is_void_says_what_came_of_it(
    perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    action = log(perform_as, outcome=Outcome.WATCHED, result="one fan is loud").action
    assert action is not None
    log(perform_as, "erp")
    first, second = perform_as(work.void, named=["2", "1", "2"], because=Void.MISTAKE, reason="another switch")
    assert (first.work.reference, first.work.void, first.actions) == (REF, Void.MISTAKE, (action.reference,))
    assert (second.work.reference, second.released, second.actions) == ("WRK-2026-0002", None, ())
    assert found(read, now).void is Void.MISTAKE
    assert read_facts(str(rows_of(read, REF)[-1].facts)) == {"because": "mistake", "reason": "another switch"}
    with pytest.raises(Conflict, match="WRK-2026-0001 is void"):
        perform_as(work.void, named=["1"], because=Void.TEST)
    check_whole()


def test_a_list_has_what_fits_the_newest_first(perform_as: Perform, read: Read, now: datetime) -> None:
    log(perform_as, at=now - 3 * DAY, topic="cleaning")
    log(perform_as, "erp", at=now - DAY)
    log(perform_as, at=now - 2 * DAY, outcome=Outcome.REPLACED)

    def listed(**given: Any) -> list[str]:
        return [one.reference[-1] for one in read(work.list_work, **given).work]

    assert listed() == ["2", "3", "1"]
    assert listed(asset="core") == ["3", "1"]
    assert listed(outcome=Outcome.REPLACED) == ["3"]
    assert listed(topic="cleaning") == ["1"]
    assert listed(since=now - 2 * DAY) == ["2", "3"]
    assert listed(until=now - 2 * DAY) == ["1"]
    limited = read(work.list_work, limit=2)
    assert ([one.reference[-1] for one in limited.work], limited.total) == (["2", "3"], 3)


def test_what_was_written_can_be_redacted(
    perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    log(perform_as, title="password reset for Ms Chen", procedure="OP-12", result="Ms Chen is content")
    seq = rows_of(read, REF)[0].seq
    perform_as(ledger.redact, seq=seq, reason="private", blank={"WRK": work.blank})
    after = found(read, now)
    assert (after.title, after.procedure, after.result) == (BLANK, BLANK, BLANK)
    check_whole()


def test_nothing_is_blanked_that_was_not_written(perform_as: Perform, store: Store, read: Read, now: datetime) -> None:
    log(perform_as)

    def blanked(session: Any, *, now: datetime, actor: str) -> Any:
        return [work.blank(session, reference, ["other"]) for reference in (REF, "WRK-2026-0009")]

    assert perform_as(blanked) == [None, None]
    assert found(read, now).title == "filters cleaned"


@pytest.mark.parametrize(
    "change",
    ["backup = 'perhaps'", "outcome = 'broken'", "void = 'bored'", "started_at = '2027-01-01 00:00:00+00:00'"],
)
def test_the_table_refuses_what_no_record_may_say(perform_as: Perform, store: Store, change: str) -> None:
    log(perform_as)

    def tamper(session: Any, *, now: datetime, actor: str) -> None:
        session.connection().execute(text(f"UPDATE maintenance_work SET {change}"))

    with pytest.raises(IntegrityError):
        perform_as(tamper)

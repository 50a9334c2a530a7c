"""Incidents through their use cases, on each database."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from opsctl.assets.service import assets
from opsctl.core import chain
from opsctl.core.errors import Conflict, InvalidInput, NotFound, OpsctlError
from opsctl.core.use_cases import Permission, use_case
from opsctl.incidents.rules import life
from opsctl.incidents.rules.life import Case, Span
from opsctl.incidents.service import read as query
from opsctl.incidents.service import write
from opsctl.incidents.terms import Level, Response, SpanKind, State
from opsctl.ledger import service as ledger
from opsctl.main import rooms
from opsctl.store.engine import Store
from tests.factories import make_asset, make_incident
from tests.harness import Perform, Read, performing

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def names_of(incidents: Any) -> list[str]:
    return [one.reference for one in incidents]


def kinds_about(read: Read, reference: str) -> list[str]:
    return read(lambda session: [row.kind for row in ledger.rows(session, ledger.Search(subject=reference))])


def check_ledger(store: Store, read: Read) -> int:
    """How many records there are; every one of them, and the whole chain, must be as the ledger wrote it."""
    verdict = read(
        ledger.verify,
        kept=None,
        standing=store.driver.guards,
        wanted=store.driver.LEDGER_GUARDS,
        records=[room.load(room.records) for room in rooms() if room.records],
    )
    assert verdict.findings == ()
    return verdict.records


@pytest.mark.parametrize(
    ("words", "named", "handle", "title"),
    [
        ("erp login 502", None, "erp", "login 502"),
        ("ERP login 502", None, "erp", "login 502"),
        ("ｅｒｐ 登录报 502", None, "erp", "登录报 502"),
        ("login 502", "erp", "erp", "login 502"),
        ("mail is slow", "ERP login", "erp", "mail is slow"),
        ("收不到", "邮件", "mail", "收不到"),
        ("erp", "mail", "mail", "erp"),
        ("邮件 收不到", None, None, "邮件 收不到"),
        ("erpp login", None, None, "erpp login"),
        ("zzz", None, None, "zzz"),
    ],
    ids=[
        "first word",
        "capitals",
        "full width",
        "--asset",
        "--asset with a title",
        "--asset with a Chinese title",
        "one word",
        "a title as first word is no handle",
        "a slip of the finger",
        "one word that names nothing",
    ],
)
def test_the_asset_is_the_first_word_or_named(
    perform: Perform, words: str, named: str | None, handle: str | None, title: str
) -> None:
    make_asset(perform)
    make_asset(perform, "mail", title="Mail", title_zh="邮件")
    incident = perform(write.open_incident, words=words, asset=named).incident
    assert (incident.reference, incident.asset, incident.title) == ("INC-2026-0001", handle, title)


@pytest.mark.parametrize(
    ("words", "named", "kind", "message", "hint"),
    [
        ("login erp", "er", NotFound, "There is no asset 'er'.", "Did you mean erp?"),
        (
            "is down",
            "zzz",
            NotFound,
            "There is no asset 'zzz'.",
            "List them with: opsctl asset list   or add it with: opsctl asset add HANDLE",
        ),
        (
            "erp",
            None,
            InvalidInput,
            "What is wrong with erp?",
            'Say it after the asset: opsctl incident open erp "login answers 502"',
        ),
    ],
    ids=["a part is not enough to write", "none near", "no title"],
)
def test_an_asset_that_is_named_has_to_be_there_and_a_title_is_needed(
    perform: Perform, words: str, named: str | None, kind: type[OpsctlError], message: str, hint: str
) -> None:
    make_asset(perform)
    with pytest.raises(kind) as caught:
        perform(write.open_incident, words=words, asset=named)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_what_the_first_word_may_have_meant_is_offered(perform: Perform) -> None:
    make_asset(perform)
    assert perform(write.open_incident, words="erpp login").near == ("erp",)
    assert perform(write.open_incident, words="erp login").near == ()


def test_an_incident_is_read_back_as_it_was_opened(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    made = make_incident(perform, at=now - HOUR, down=now - 2 * HOUR, impact=Level.HIGH, urgency=Level.LOW)
    assert read(query.find, word="1", now=now) == made
    assert made.spans == (
        Span(SpanKind.STATE, State.OPEN, now - HOUR, now - HOUR),
        Span(SpanKind.OUTAGE, None, now - 2 * HOUR, started_entered=now),
        Span(
            SpanKind.STATE,
            State.ACKNOWLEDGED,
            now - HOUR,
            started_entered=now,
            response=Response.SELF,
            entered_by=made.assignee,
        ),
    )
    assert (made.impact, made.urgency, made.recorded_at) == (Level.HIGH, Level.LOW, now)


def test_spans_survive_the_way_through_every_state(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    make_incident(perform, at=now - 5 * HOUR, down=now - 6 * HOUR, unowned=True)
    perform(write.acknowledge, named=["1"], at=now - 4 * HOUR)
    perform(write.mitigate, named=["1"], at=now - 3 * HOUR)
    perform(write.resolve, named=["1"], at=now - HOUR, restored=now - 2 * HOUR, cause="certificate expired")
    (closed,) = perform(write.close, named=["1"], handling="renewed", result="informed")
    found = read(query.find, word="INC-2026-0001", now=now)
    assert Case(found) == closed

    def state(which: State, started: int, ended: int | None, **more: Any) -> Span:
        until = None if ended is None else now - ended * HOUR
        return Span(SpanKind.STATE, which, now - started * HOUR, until, **more)

    assert found.spans == (
        state(State.OPEN, 5, 4),
        Span(SpanKind.OUTAGE, None, now - 6 * HOUR, now - 2 * HOUR, started_entered=now, ended_entered=now),
        state(State.ACKNOWLEDGED, 4, 3, started_entered=now, response=Response.PERSON, entered_by=found.assignee),
        state(State.MITIGATED, 3, 1, started_entered=now),
        state(State.RESOLVED, 1, 0, started_entered=now),
        state(State.CLOSED, 0, None, started_entered=now),
    )
    assert (found.cause, found.handling, found.result) == ("certificate expired", "renewed", "informed")


def test_the_reference_has_the_year_of_recording_in_the_zone_of_the_database(perform: Perform) -> None:
    make_asset(perform)
    before_midnight = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
    assert make_incident(perform, now=before_midnight).reference == "INC-2026-0001"
    assert make_incident(perform, now=before_midnight + timedelta(seconds=1)).reference == "INC-2027-0001"
    late = make_incident(perform, now=before_midnight + HOUR, at=before_midnight)
    assert late.reference == "INC-2027-0002"


def test_a_number_is_not_used_up_by_a_unit_that_fails(perform: Perform, now: datetime) -> None:
    make_asset(perform)
    with pytest.raises(InvalidInput):
        make_incident(perform, at=now + HOUR)
    assert make_incident(perform).reference == "INC-2026-0001"


def test_a_bare_number_is_this_years_else_the_only_one(perform: Perform, now: datetime) -> None:
    make_asset(perform)
    last_year = now - timedelta(days=365)
    for _one in range(2):
        make_incident(perform, now=last_year, unowned=True)
    make_incident(perform, unowned=True)
    assert names_of(perform(write.acknowledge, named=["1"])) == ["INC-2026-0001"]
    assert names_of(perform(write.acknowledge, named=["2"])) == ["INC-2025-0002"]
    with pytest.raises(NotFound) as caught:
        perform(write.acknowledge, named=["3"])
    assert caught.value.message == "There is no 3."


def test_a_bare_number_of_two_earlier_years_is_ambiguous(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    for years in (1, 2):
        make_incident(perform, now=now - years * timedelta(days=365))
    with pytest.raises(InvalidInput) as caught:
        perform(write.acknowledge, named=["1"])
    assert caught.value.message == "1 may mean several: INC-2024-0001, INC-2025-0001"
    assert read(query.find, word="INC-2024", now=now).reference == "INC-2024-0001"
    with pytest.raises(NotFound):
        perform(write.acknowledge, named=["INC-2024"])


@pytest.mark.parametrize("second", ["1", "9"], ids=["in another state", "not there"])
def test_several_references_are_changed_all_or_none(perform: Perform, read: Read, now: datetime, second: str) -> None:
    make_asset(perform)
    for _one in range(3):
        make_incident(perform, unowned=True)
    perform(write.acknowledge, named=["1"])
    with pytest.raises((Conflict, NotFound)):
        perform(write.acknowledge, named=["2", "3", second])
    assert [read(query.find, word=word, now=now).state for word in "123"] == ["acknowledged", "open", "open"]
    assert kinds_about(read, "INC-2026-0002") == ["incident.opened"]


def test_several_references_are_changed_in_the_order_named_and_each_once(perform: Perform, read: Read) -> None:
    make_asset(perform)
    for _one in range(3):
        make_incident(perform, unowned=True)
    done = perform(write.acknowledge, named=["3", "INC-2026-0001", "1"])
    assert names_of(done) == ["INC-2026-0003", "INC-2026-0001"]
    assert kinds_about(read, "INC-2026-0001") == ["incident.opened", "incident.acknowledged"]


def test_a_note_goes_into_each_timeline_and_changes_no_record(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    make_incident(perform)
    make_incident(perform)
    before = read(query.find, word="2", now=now)
    noted = perform(write.note, named=["1", "2"], text="app3 fails")
    assert names_of(noted) == ["INC-2026-0001", "INC-2026-0002"]
    assert read(query.find, word="2", now=now) == before
    _incident, rows = read(query.timeline, word="2", now=now)
    assert [(row.kind, row.record_digest is None) for row in rows] == [
        ("incident.opened", False),
        ("incident.noted", True),
    ]
    assert rows[1].facts == '{"text":"app3 fails"}'


def test_a_timeline_goes_by_when_things_happened_and_then_by_row(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    make_incident(perform, at=now - 2 * HOUR, now=now - 2 * HOUR, unowned=True)
    perform(write.acknowledge, named=["1"], at=now - HOUR, now=now - HOUR)
    perform(write.note, named=["1"], text="second, said late", at=now - 90 * MINUTE)
    perform(write.note, named=["1"], text="fourth", at=now - HOUR)
    incident, rows = read(query.timeline, word="1", now=now)
    assert incident.reference == "INC-2026-0001"
    assert [(row.kind, row.happened_at, row.seq) for row in rows] == [
        ("incident.opened", now - 2 * HOUR, 2),
        ("incident.noted", now - 90 * MINUTE, 4),
        ("incident.acknowledged", now - HOUR, 3),
        ("incident.noted", now - HOUR, 5),
    ]


def test_what_a_redaction_names_is_blanked_in_the_record(
    perform: Perform, read: Read, store: Store, now: datetime
) -> None:
    make_asset(perform)
    make_incident(perform, "password is hunter2")
    perform(write.resolve, named=["1"], cause="password is hunter2", result="changed")
    done = perform(ledger.redact, seq=2, reason="a password", blank={"INC": write.blank})
    found = read(query.list_incidents, now=now).incidents[0]
    assert (found.title, found.cause, found.result) == ("[redacted]", None, "changed")
    assert (done.record_changed, done.left) == (True, (3,))
    assert check_ledger(store, read) == 2


def test_blanking_leaves_a_record_alone_that_holds_none_of_the_texts(perform: Perform, read: Read) -> None:
    make_asset(perform)
    make_incident(perform)
    assert read(write.blank, reference="INC-2026-0001", texts=["something else"]) is None
    assert read(write.blank, reference="INC-2026-0099", texts=["login answers 502"]) is None


def test_every_verb_leaves_records_and_ledger_in_step(
    perform: Perform, read: Read, store: Store, now: datetime
) -> None:
    make_asset(perform)

    def digests() -> dict[str, str]:
        return dict(read(lambda session: list(query.records(session))))

    steps = [
        (write.open_incident, {"words": "erp is slow", "unowned": True}),
        (write.acknowledge, {"named": ["1"]}),
        (write.note, {"named": ["1"], "text": "looking"}),
        (write.resolve, {"named": ["1"], "cause": "disk full"}),
        (write.close, {"named": ["1"], "handling": "emptied it", "result": "told the customer"}),
    ]
    for step, arguments in steps:
        perform(step, **arguments)
        incident = read(query.list_incidents, now=now).incidents[0]
        assert digests() == {"INC-2026-0001": chain.record_digest(life.fields(incident))}
        assert check_ledger(store, read) == 2
    assert kinds_about(read, "INC-2026-0001") == [
        "incident.opened",
        "incident.acknowledged",
        "incident.noted",
        "incident.resolved",
        "incident.closed",
    ]


def test_the_ledger_names_the_asset_and_when_it_happened(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    make_incident(perform, at=now - HOUR, unowned=True)
    perform(write.resolve, named=["1"], at=now - MINUTE)
    rows = read(lambda session: list(ledger.rows(session, ledger.Search(about="erp"))))
    assert [(row.kind, row.subject, row.happened_at) for row in rows] == [
        ("asset.added", "erp", now),
        ("incident.opened", "INC-2026-0001", now - HOUR),
        ("incident.resolved", "INC-2026-0001", now - MINUTE),
    ]
    # Nobody had acknowledged it, so the resolution says that it was the first response.
    assert '"implied_response":true' in str(rows[2].facts)


def test_numbers_beyond_9999_are_sorted_as_numbers(perform: Perform, read: Read, store: Store, now: datetime) -> None:
    make_asset(perform)
    make_incident(perform, now=now - timedelta(days=365))
    make_incident(perform)
    # What 9,997 more incidents would have left behind.
    with store.write_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE reference_counter SET last = 9998 WHERE year = 2026")
    for _one in range(2):
        make_incident(perform, unowned=True)
    wanted = ["INC-2025-0001", "INC-2026-0001", "INC-2026-9999", "INC-2026-10000"]
    assert names_of(read(query.list_incidents, now=now, sort="reference").incidents) == wanted
    assert names_of(read(query.list_incidents, now=now, sort="-reference").incidents) == wanted[::-1]
    assert names_of(perform(write.acknowledge, named=["10000"])) == ["INC-2026-10000"]


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_of_two_sessions_that_acknowledge_at_once_one_is_told_so(
    store: Store, perform: Perform, read: Read, now: datetime
) -> None:
    make_asset(perform)
    make_incident(perform, unowned=True)
    together = threading.Barrier(2, timeout=30)
    outcomes: list[Any] = []

    @use_case(needs=Permission.RECORD, offline=False)
    def acknowledge(session: Session, *, now: datetime, actor: str) -> list[Case]:
        # Neither writes before both transactions have begun and seen the incident open.
        query.find(session, word="1", now=now)
        together.wait()
        session.expunge_all()
        return write.acknowledge(session, now=now, actor=actor, named=["1"])

    def take(name: str) -> None:
        try:
            outcomes.append(performing(store, now)(acknowledge, as_=name))
        except OpsctlError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=take, args=(name,)) for name in ("anna", "bo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    failed = [one for one in outcomes if isinstance(one, OpsctlError)]
    assert len(outcomes) == 2
    assert [(type(one), one.message) for one in failed] == [(Conflict, "INC-2026-0001 is acknowledged already.")]
    assert kinds_about(read, "INC-2026-0001") == ["incident.opened", "incident.acknowledged"]
    assert check_ledger(store, read) == 2


def test_incidents_of_a_retired_asset_are_still_taken(perform: Perform, now: datetime) -> None:
    make_asset(perform)
    perform(assets.retire, asset="erp", at=now - HOUR)
    assert make_incident(perform).asset == "erp"

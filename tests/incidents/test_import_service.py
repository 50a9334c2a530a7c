"""Imports through their use case, on each database: new, the same again, changed there, changed here."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.assets.service import assets
from opsctl.core import chain
from opsctl.exchange.intake import Record, Refused
from opsctl.incidents.rules import life
from opsctl.incidents.service import imports, write
from opsctl.incidents.service import read as query
from opsctl.incidents.terms import Category, SpanKind, State
from opsctl.ledger import service as ledger
from opsctl.main import rooms
from opsctl.people.service import customers
from opsctl.store.engine import Store
from tests.factories import make_asset, make_incident
from tests.harness import Perform, Read

HOUR = timedelta(hours=1)


def record(line: int, now: datetime, **values: Any) -> Record:
    """The record TK-`line`, opened ten hours ago; its digest is that of what it says."""
    values = {"title": f"ticket {line}", "asset": "erp", "opened": now - 10 * HOUR, **values}
    said = {name: value for name, value in values.items() if value is not None}
    return {"line": line, "key": f"TK-{line}", "digest": chain.record_digest(said), "values": said}


def counts(block: imports.Block) -> tuple[int, int, int, int]:
    """New, updated, unchanged, refused."""
    return len(block.new), len(block.updated), block.unchanged, len(block.refused)


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


def test_new_records_get_references_in_the_order_of_the_file(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    make_incident(perform)
    records = [record(line, now, opened=now - line * HOUR) for line in (4, 2, 9)]
    done = perform(imports.import_block, source="old-tickets", records=records)
    assert [(one.reference, one.source_key) for one in done.new] == [
        ("INC-2026-0002", "TK-4"),
        ("INC-2026-0003", "TK-2"),
        ("INC-2026-0004", "TK-9"),
    ]
    found = read(query.list_incidents, now=now, sort="reference").incidents[1:]
    assert found == done.new


def test_the_ledger_has_an_imported_row_for_each_record(
    perform: Perform, read: Read, store: Store, now: datetime
) -> None:
    make_asset(perform)
    done = perform(imports.import_block, source="old-tickets", records=[record(1, now), record(2, now)])
    rows = read(lambda session: list(ledger.rows(session, ledger.Search(kind="incident.imported"))))
    assert [(row.subject, row.about, row.happened_at) for row in rows] == [
        ("INC-2026-0001", "erp", now - 10 * HOUR),
        ("INC-2026-0002", "erp", now - 10 * HOUR),
    ]
    assert [row.record_digest for row in rows] == [chain.record_digest(life.fields(one)) for one in done.new]
    assert check_ledger(store, read) == 3


def test_the_same_records_again_change_nothing(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    records = [record(1, now), record(2, now)]
    perform(imports.import_block, source="old-tickets", records=records)
    head = read(ledger.head)
    again = perform(imports.import_block, source="old-tickets", records=records, now=now + HOUR)
    assert counts(again) == (0, 0, 2, 0)
    assert read(ledger.head) == head


def test_the_same_key_of_another_source_is_another_record(perform: Perform, now: datetime) -> None:
    make_asset(perform)
    perform(imports.import_block, source="old-tickets", records=[record(1, now)])
    other = perform(imports.import_block, source="monitoring", records=[record(1, now)])
    assert [one.reference for one in other.new] == ["INC-2026-0002"]


def test_what_changed_there_and_not_here_is_updated(perform: Perform, read: Read, store: Store, now: datetime) -> None:
    make_asset(perform)
    perform(imports.import_block, source="old-tickets", records=[record(1, now, outage=True), record(2, now)])
    changed = record(1, now, outage=True, resolved=now - HOUR, cause="disk full", acknowledged=now - 9 * HOUR)
    done = perform(imports.import_block, source="old-tickets", records=[changed, record(2, now)], now=now + HOUR)
    assert counts(done) == (0, 1, 1, 0)
    found = read(query.find, word="1", now=now)
    assert found == done.updated[0]
    assert (found.state, found.cause, found.recorded_at) == (State.RESOLVED, "disk full", now)
    assert [(span.kind, span.state, span.ended) for span in found.spans] == [
        (SpanKind.STATE, State.OPEN, now - 9 * HOUR),
        (SpanKind.STATE, State.ACKNOWLEDGED, now - HOUR),
        (SpanKind.STATE, State.RESOLVED, None),
        (SpanKind.OUTAGE, None, now - HOUR),
    ]
    assert kinds_about(read, "INC-2026-0001") == ["incident.imported", "incident.import-updated"]
    assert kinds_about(read, "INC-2026-0002") == ["incident.imported"]
    assert check_ledger(store, read) == 3


def test_an_update_may_take_spans_and_texts_away(perform: Perform, read: Read, store: Store, now: datetime) -> None:
    make_asset(perform)
    long = record(1, now, outage=True, acknowledged=now - 9 * HOUR, resolved=now - HOUR, cause="disk full")
    perform(imports.import_block, source="old-tickets", records=[long])
    perform(imports.import_block, source="old-tickets", records=[record(1, now)])
    found = read(query.find, word="1", now=now)
    assert (found.state, found.cause, len(found.spans), found.impacts) == (State.OPEN, None, 1, ())
    perform(imports.import_block, source="old-tickets", records=[long])
    assert read(query.find, word="1", now=now).resolved == now - HOUR
    assert kinds_about(read, "INC-2026-0001") == ["incident.imported", *["incident.import-updated"] * 2]
    assert check_ledger(store, read) == 2


@pytest.mark.parametrize(
    "verb",
    [(write.acknowledge, {}), (write.note, {"text": "looked at it"}), (write.resolve, {})],
    ids=["acknowledged", "noted", "resolved"],
)
def test_what_changed_there_and_here_is_refused(
    perform: Perform, read: Read, now: datetime, verb: tuple[Any, dict[str, Any]]
) -> None:
    make_asset(perform)
    perform(imports.import_block, source="old-tickets", records=[record(1, now), record(2, now)])
    perform(verb[0], named=["1"], **verb[1])
    before = read(query.find, word="1", now=now)
    changed = [record(1, now, cause="disk full"), record(2, now, cause="disk full")]
    done = perform(imports.import_block, source="old-tickets", records=changed)
    assert done.refused == (Refused(1, "TK-1", "changed in the file, but INC-2026-0001 was changed here since"),)
    assert counts(done) == (0, 1, 0, 1)
    assert read(query.find, word="1", now=now) == before
    same = perform(imports.import_block, source="old-tickets", records=[record(1, now)])
    assert counts(same) == (0, 0, 1, 0)


def test_an_unknown_asset_is_refused_with_the_nearest(perform: Perform, now: datetime) -> None:
    make_asset(perform)
    records = [
        record(1, now, asset="erpp"),
        record(2, now, asset="zzz"),
        record(3, now, asset="ERP login"),
        record(4, now, asset="ERP"),
        record(5, now, asset=None),
        record(6, now, asset="ERP logn"),
    ]
    done = perform(imports.import_block, source="old-tickets", records=records)
    assert done.refused == (
        Refused(1, "TK-1", "there is no asset 'erpp'; nearest: erp"),
        Refused(2, "TK-2", "there is no asset 'zzz'"),
        Refused(6, "TK-6", "there is no asset 'ERP logn'; nearest: erp"),
    )
    assert [(one.source_key, one.asset) for one in done.new] == [("TK-3", "erp"), ("TK-4", "erp"), ("TK-5", None)]
    assert done.incomplete == 1


def test_an_unknown_customer_is_refused_with_the_nearest_and_without_one_that_of_the_asset_counts(
    perform: Perform, read: Read, now: datetime
) -> None:
    perform(customers.add, code="acme", texts={"name": "Acme Works", "name_zh": "甲公司"})
    perform(customers.add, code="other")
    make_asset(perform, customer="acme")
    records = [
        record(1, now, customer="acmee"),
        record(2, now, customer="zzz"),
        record(3, now),
        record(4, now, customer="甲公司", asset=None),
        record(5, now, customer="OTHER"),
        record(6, now, asset=None),
    ]
    done = perform(imports.import_block, source="old-tickets", records=records)
    assert done.refused == (
        Refused(1, "TK-1", "there is no customer 'acmee'; nearest: acme"),
        Refused(2, "TK-2", "there is no customer 'zzz'"),
    )
    assert [(one.source_key, one.customer) for one in done.new] == [
        ("TK-3", "acme"),
        ("TK-4", "acme"),
        ("TK-5", "other"),
        ("TK-6", None),
    ]
    rows = read(lambda session: list(ledger.rows(session, ledger.Search(kind="incident.imported"))))
    assert [row.customer for row in rows] == ["acme", "acme", "other", None]


def test_category_severity_and_whoever_had_it_are_kept_as_they_were_said(
    perform: Perform, read: Read, store: Store, now: datetime
) -> None:
    make_asset(perform)
    said = record(1, now, category="security", severity="2", assignee="Resolver 12")
    perform(imports.import_block, source="old-tickets", records=[said, record(2, now)])
    first, second = (read(query.find, word=word, now=now) for word in ("1", "2"))
    assert (first.category, first.severity, first.assignee) == (Category.SECURITY, 2, "Resolver 12")
    assert (second.category, second.severity, second.assignee) == (Category.FAULT, None, None)
    assert check_ledger(store, read) == 3


def test_a_record_that_was_opened_again_keeps_every_episode_and_a_longer_log_updates_it(
    perform: Perform, read: Read, store: Store, now: datetime
) -> None:
    make_asset(perform)
    at = [now - 10 * HOUR + number * HOUR for number in range(8)]
    first = record(1, now, opened=at[0], acknowledged=at[1], resolved=at[2])
    perform(imports.import_block, source="log", records=[first])
    longer = {
        **record(1, now, opened=at[0], acknowledged=at[1], resolved=at[4], closed=at[5]),
        "episodes": [
            {"acknowledged": at[1], "resolved": at[2]},
            {"reopened": at[3], "resolved": at[4], "closed": at[5]},
        ],
        "digest": "longer",
    }
    done = perform(imports.import_block, source="log", records=[longer])
    assert counts(done) == (0, 1, 0, 0)
    found = read(query.find, word="1", now=now)
    assert found == done.updated[0]
    assert [(span.state, span.started, span.ended) for span in found.spans] == [
        (State.OPEN, at[0], at[1]),
        (State.ACKNOWLEDGED, at[1], at[2]),
        (State.RESOLVED, at[2], at[3]),
        (State.ACKNOWLEDGED, at[3], at[4]),
        (State.RESOLVED, at[4], at[5]),
        (State.CLOSED, at[5], None),
    ]
    assert (found.acknowledged, found.resolved, found.reopenings) == (at[1], at[4], (at[3],))
    assert counts(perform(imports.import_block, source="log", records=[longer])) == (0, 0, 1, 0)
    assert check_ledger(store, read) == 2


def test_refused_records_use_up_no_numbers(perform: Perform, now: datetime) -> None:
    make_asset(perform)
    records = [record(1, now, asset="zzz"), record(2, now, opened=now + HOUR), record(3, now)]
    done = perform(imports.import_block, source="old-tickets", records=records)
    assert [one.reference for one in done.new] == ["INC-2026-0001"]
    assert [one.line for one in done.refused] == [1, 2]


def test_a_plan_writes_nothing_and_says_what_an_import_would_do(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    perform(imports.import_block, source="old-tickets", records=[record(1, now), record(2, now)])
    head = read(ledger.head)
    records = [record(1, now), record(2, now, cause="x"), record(3, now), record(4, now, asset="zzz")]
    planned = read(imports.plan, now=now, source="old-tickets", records=records)
    assert counts(planned) == (1, 1, 1, 1)
    assert planned.new[0].reference == ""
    assert (read(ledger.head), read(query.list_incidents, now=now).total) == (head, 2)


def test_those_without_an_asset_come_first_in_the_order_of_assets(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    perform(imports.import_block, source="old-tickets", records=[record(1, now), record(2, now, asset=None)])
    for sort, named in (("asset", [None, "erp"]), ("-asset", ["erp", None])):
        found = read(query.list_incidents, now=now, sort=sort).incidents
        assert [one.asset for one in found] == named


def test_titles_are_matched_in_both_languages_and_a_retired_asset_is_known(perform: Perform, now: datetime) -> None:
    make_asset(perform, title_zh="ERP 登录")
    perform(assets.retire, asset="erp")
    done = perform(imports.import_block, source="old-tickets", records=[record(1, now, asset="ERP 登录")])
    assert [one.asset for one in done.new] == ["erp"]

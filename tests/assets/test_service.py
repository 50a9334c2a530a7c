from datetime import datetime, timedelta

import pytest

from opsctl.assets.rules.assets import AssetView
from opsctl.assets.service import assets
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.ledger.service import Search
from tests.factories import make_asset
from tests.harness import Perform, Read


def facts_of(read: Read) -> list[tuple[str, str, str | None]]:
    rows: list[Row] = read(lambda session: list(ledger.rows(session, Search())))
    return [(row.kind, row.subject, row.facts) for row in rows]


def test_an_asset_is_as_it_was_added(perform: Perform, read: Read, now: datetime) -> None:
    added = make_asset(perform, "erp", title="ERP login", title_zh="ERP 登录", kind="service")
    assert added == AssetView("erp", "ERP login", "ERP 登录", "service", None, now)
    assert read(assets.find, word="erp") == added
    assert facts_of(read) == [
        (
            "asset.added",
            "erp",
            '{"handle":"erp","kind":"service","recorded_at":"2026-11-05T02:00:00.000000Z",'
            '"title":"ERP login","title_zh":"ERP 登录"}',
        )
    ]


def test_a_title_that_is_not_given_is_the_handle(perform: Perform) -> None:
    assert make_asset(perform, "erp", title=None).title == "erp"


def test_a_handle_is_taken_once(perform: Perform, read: Read) -> None:
    make_asset(perform)
    with pytest.raises(Conflict, match=r"There is an asset erp already\.") as taken:
        make_asset(perform, title="Another")
    assert taken.value.hint == "Change it with: opsctl asset edit erp"
    assert read(assets.find, word="erp").title == "ERP login"


def test_an_edit_keeps_the_old_values_in_the_ledger(perform: Perform, read: Read) -> None:
    make_asset(perform)
    edited = perform(assets.edit, asset="erp", title="ERP portal", kind="service")
    assert (edited.title, edited.title_zh, edited.kind) == ("ERP portal", None, "service")
    assert facts_of(read)[1:] == [
        ("asset.edited", "erp", '{"kind":[null,"service"],"title":["ERP login","ERP portal"]}')
    ]


def test_an_edit_to_what_it_is_already_changes_and_records_nothing(perform: Perform, read: Read) -> None:
    before = make_asset(perform)
    assert perform(assets.edit, asset="erp", title="ERP login") == before
    assert read(ledger.head).seq == 1


def test_an_edit_of_nothing_is_wrong_usage(perform: Perform) -> None:
    make_asset(perform)
    with pytest.raises(InvalidInput, match=r"Nothing to change was given\."):
        perform(assets.edit, asset="erp")


def test_an_asset_is_retired_once(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    retired = perform(assets.retire, asset="erp")
    assert (retired.retired_at, retired.state) == (now, "retired")
    with pytest.raises(Conflict, match=r"erp is retired already\."):
        perform(assets.retire, asset="erp")
    assert facts_of(read)[1:] == [("asset.retired", "erp", '{"retired_at":"2026-11-05T02:00:00.000000Z"}')]


def test_an_asset_may_have_been_retired_earlier(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    earlier = now - timedelta(days=30)
    assert perform(assets.retire, asset="erp", at=earlier).retired_at == earlier
    row = read(ledger.one, seq=2)
    assert row.happened_at == earlier
    assert row.recorded_at > earlier


def test_an_asset_is_not_retired_in_the_future(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    with pytest.raises(InvalidInput, match=r"An asset cannot be retired in the future\."):
        perform(assets.retire, asset="erp", at=now + timedelta(seconds=1))
    assert read(assets.find, word="erp").retired_at is None


def test_retired_assets_are_listed_when_they_are_asked_for(perform: Perform, read: Read) -> None:
    for handle in ("erp", "crm", "hr"):
        make_asset(perform, handle)
    perform(assets.retire, asset="crm")
    assert [asset.handle for asset in read(assets.list_assets)] == ["erp", "hr"]
    assert [asset.handle for asset in read(assets.list_assets, retired=True)] == ["crm", "erp", "hr"]

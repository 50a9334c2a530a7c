"""Whose an asset is, for whom, how critical: said, found by, handed over; old digests still fit."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsctl.assets.rules.assets import AssetView, fields
from opsctl.assets.service import assets
from opsctl.assets.terms import Classification, Criticality
from opsctl.core.errors import Conflict, InvalidInput, NotFound
from opsctl.desk.service import retiring
from opsctl.desk.service.retiring import Holding
from opsctl.ledger import service as ledger
from opsctl.people.service import customers, persons
from opsctl.rulebook.service import applying as rulebooks
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import CommandLine, Perform, Read, login_of

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


@pytest.fixture
def people(perform: Perform, store: Store) -> None:
    perform(persons.add, handle="wang", texts={"name": "王芳", "login": login_of(store)})
    perform(persons.add, handle="li")
    perform(customers.add, code="acme", texts={"name_zh": "甲公司"})


def test_the_digest_of_an_asset_without_the_new_fields_is_taken_of_what_it_always_was() -> None:
    assert fields(AssetView("erp", "ERP", None, None, None, NOW)) == {
        "handle": "erp",
        "title": "ERP",
        "title_zh": None,
        "kind": None,
        "retired_at": None,
        "recorded_at": "2026-11-05T02:00:00.000000Z",
    }


def test_an_asset_has_customer_owner_words_and_times(
    people: None, perform: Perform, read: Read, store: Store, now: datetime
) -> None:
    added = make_asset(
        perform,
        customer="甲公司",
        owner="王芳",
        criticality=Criticality.KEY,
        classification=Classification.SECRET,
        service_hours="Always",
        in_service_from=now - timedelta(days=30),
    )
    assert (added.customer, added.owner, added.service_hours) == ("acme", "wang", "always")
    assert read(assets.find, word="erp") == added
    (row,) = read(lambda session: list(ledger.rows(session, ledger.Search(kind="asset.added"))))
    assert (row.about, row.customer) == ("erp", "acme")
    edited = perform(assets.edit, asset="erp", owner="li", clear=["customer", "in_service_from"])
    assert (edited.owner, edited.customer, edited.in_service_from) == ("li", None, None)
    whole = read(
        ledger.verify,
        kept=None,
        standing=store.driver.guards,
        wanted=store.driver.LEDGER_GUARDS,
        records=[assets.records, persons.records, customers.records],
    )
    assert (whole.findings, whole.records) == ((), 4)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"customer": "acne"}, "There is no customer 'acne'", id="customer"),
        pytest.param({"owner": "wagn"}, "There is no person 'wagn'", id="owner"),
    ],
)
def test_what_an_asset_points_to_must_be_recorded(
    people: None, perform: Perform, given: dict[str, str], said: str
) -> None:
    with pytest.raises(NotFound, match=said):
        make_asset(perform, **given)


def test_an_owner_must_be_recorded_even_while_nobody_is(perform: Perform) -> None:
    with pytest.raises(NotFound, match="There is no person 'wang'"):
        make_asset(perform, owner="wang")


BOOK = """
[rulebook]
name = "om"
version = "1"
zone = "Asia/Shanghai"
[calendars.office]
hours = { mon-fri = ["08:00-12:00", "14:00-18:00"] }
"""


def test_service_hours_are_a_calendar_of_the_rules_in_force(perform: Perform) -> None:
    assert make_asset(perform, "early", service_hours="offic").service_hours == "offic"
    perform(rulebooks.apply, text=BOOK, file="om.toml")
    assert make_asset(perform, "erp", service_hours="ＯＦＦＩＣＥ").service_hours == "office"
    assert perform(assets.edit, asset="erp", service_hours="always").service_hours == "always"
    with pytest.raises(NotFound, match="There is no calendar 'offic' in the rules in force") as missing:
        perform(assets.edit, asset="erp", service_hours="offic")
    assert missing.value.hint == "Did you mean office?"
    with pytest.raises(NotFound) as missing:
        perform(assets.edit, asset="erp", service_hours="zzz")
    assert missing.value.hint == "Did you mean always, office?"


def test_an_asset_is_not_retired_before_it_is_in_service(perform: Perform, now: datetime) -> None:
    with pytest.raises(InvalidInput, match="erp would be retired before it is in service"):
        make_asset(perform, in_service_from=now, retired_at=now - timedelta(days=1))
    make_asset(perform, in_service_from=now - timedelta(days=1))
    with pytest.raises(InvalidInput, match="erp would be retired before it is in service"):
        perform(assets.retire, asset="erp", at=now - timedelta(days=2))
    with pytest.raises(InvalidInput, match="An asset cannot be retired in the future"):
        perform(assets.edit, asset="erp", retired_at=now + timedelta(days=1))
    with pytest.raises(InvalidInput, match="An asset needs a title"):
        perform(assets.edit, asset="erp", clear=["title"])


def test_what_a_person_owns_goes_to_another(people: None, perform: Perform, read: Read, now: datetime) -> None:
    for handle in ("erp", "mail", "old"):
        make_asset(perform, handle, title=handle, owner="li")
    perform(assets.retire, asset="old")
    assert read(assets.owned, person="li") == [("erp", "erp"), ("mail", "mail")]
    holdings = [Holding("asset", assets.owned, assets.hand_over)]
    perform(retiring.retire, person="li", to="wang", holdings=holdings)
    owners = {one.handle: one.owner for one in read(assets.list_assets, retired=True)}
    assert owners == {"erp": "wang", "mail": "wang", "old": "li"}
    with pytest.raises(Conflict, match=r"li is retired\."):
        perform(assets.edit, asset="erp", owner="li")


@pytest.fixture
def three(run: CommandLine) -> CommandLine:
    run("person", "add", "wang", "--login", "lead.li", "--name", "王芳")
    run("customer", "add", "acme", "--name", "Acme")
    run("asset", "add", "erp", "--owner", "wang", "--criticality", "key", "--kind", "service")
    run("asset", "add", "mail", "--customer", "acme", "--criticality", "ordinary", "--kind", "service")
    run("asset", "add", "old", "--in-service-from", "2020-01-01", "--retired-from", "2021-01-01")
    return run


@pytest.mark.parametrize(
    ("words", "handles"),
    [
        pytest.param(("--owner", "me"), "erp\n", id="my-own"),
        pytest.param(("--owner", "芳"), "erp\n", id="part-of-a-name"),
        pytest.param(("--customer", "Acme"), "mail\n", id="customer"),
        pytest.param(("--kind", "service"), "erp\nmail\n", id="kind"),
        pytest.param(("--criticality", "key"), "erp\n", id="criticality"),
        pytest.param(("--criticality", "important"), "", id="none"),
        pytest.param(("--all",), "erp\nmail\nold\n", id="retired-too"),
    ],
)
def test_a_list_is_of_what_is_asked_for(three: CommandLine, words: tuple[str, ...], handles: str) -> None:
    assert three("asset", "list", "-q", *words).out == handles


def test_a_dash_takes_a_value_away(three: CommandLine) -> None:
    assert three("asset", "edit", "erp", "--owner", "-", "--criticality", "－", "--in-service-from", "-").code == 0
    assert three("asset", "edit", "old", "--retired-from", "-").code == 0
    shown = json.loads(three("asset", "list", "--json").out)["data"]
    assert [(one["handle"], one["owner"], one["criticality"], one["state"]) for one in shown] == [
        ("erp", None, None, "in-service"),
        ("mail", None, "ordinary", "in-service"),
        ("old", None, None, "in-service"),
    ]


def test_an_import_finds_people_and_customers_by_name_and_rejects_the_rest(three: CommandLine, tmp_path: Path) -> None:
    rows = [
        "Handle,title,criticality,customer,owner,in service from,retired_from,service-hours",
        "db-1,数据库,KEY,Acme,王芳,2026-01-01,,always",
        "erp,,-,,,,,",
        "db-2,,urgent,,,,,",
        "db-3,,,acne,,,,",
        "db-4,,,,nobody,,,",
        "db-5,,,,,2026-01-01,2025-01-01,",
        "db-6,,,,,someday,,",
        "DB-1,x,,,,,,",
        "mail,-,,,,,,",
    ]
    (tmp_path / "a.csv").write_text("\n".join(rows), encoding="utf-8")
    done = three("asset", "import", str(tmp_path / "a.csv"), "--json")
    data = json.loads(done.out)["data"]
    assert (done.code, data["new"], data["updated"], data["unchanged"]) == (3, ["db-1"], ["erp"], 0)
    assert [(one["line"], one["reason"]) for one in data["rejected"]] == [
        (4, "criticality cannot be 'urgent'. Use one of: key, important, ordinary."),
        (5, "There is no customer 'acne'. Did you mean acme?"),
        (
            6,
            "There is no person 'nobody'."
            " List them with: opsctl person list   or add one with: opsctl person add HANDLE",
        ),
        (7, "db-5 would be retired before it is in service. Check --in-service-from and --retired-from."),
        (8, "in_service_from: 'someday' is not a time; what is read: ISO 8601."),
        (9, "An earlier row is db-1 already."),
        (10, "An asset needs a title. Give another one."),
    ]
    shown = json.loads(three("asset", "show", "db-1", "--json").out)["data"]
    assert (shown["owner"], shown["customer"], shown["criticality"], shown["in_service_from"]) == (
        "wang",
        "acme",
        "key",
        "2025-12-31T16:00:00Z",
    )
    again = three("asset", "import", str(tmp_path / "a.csv"), "--json")
    assert json.loads(again.out)["data"]["unchanged"] == 2
    assert three("ledger", "verify", "--deep").code == 0

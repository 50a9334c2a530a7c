"""Retiring a person: nothing is left without an owner, nobody without a superior, and somebody stays to write."""

import json
from datetime import datetime, timedelta

import pytest

from opsctl.core.errors import Conflict, InvalidInput, NotFound
from opsctl.desk.service.retiring import Holding, retire
from opsctl.ledger import service as ledger
from opsctl.people.rules import PostHeld
from opsctl.people.service import persons
from opsctl.store.engine import Store
from tests.harness import CommandLine, Perform, Read, login_of

PEOPLE = [Holding("person", persons.owned, persons.hand_over)]


@pytest.fixture
def chain(perform: Perform, store: Store) -> None:
    """Wang, who acts; below her li; below him mei and zhang, and bo below mei."""
    perform(persons.add, handle="wang", texts={"login": login_of(store)})
    for handle, superior in (("li", "wang"), ("mei", "li"), ("zhang", "li"), ("bo", "mei")):
        perform(persons.add, handle=handle, texts={"superior": superior})


def superiors(read: Read) -> dict[str, str | None]:
    return {one.handle: one.superior for one in read(persons.everybody) if one.retired_at is None}


def test_posts_end_with_the_person(chain: None, perform: Perform, read: Read, now: datetime) -> None:
    perform(persons.edit, person="bo", posts=["duty"], since=now - timedelta(days=9))
    at = now - timedelta(days=2)
    done = perform(retire, person="bo", at=at, holdings=PEOPLE)
    assert (done.to, done.moved) == (None, ())
    found = read(persons.find, word="bo")
    assert (found.retired_at, found.posts) == (at, (PostHeld("duty", now - timedelta(days=9), at),))
    row = read(lambda session: list(ledger.rows(session, ledger.Search(subject="person:bo")))[-1])
    assert (row.kind, row.happened_at) == ("person.retired", at)


def test_whoever_is_below_goes_to_the_successor_who_follows_upwards(
    chain: None, perform: Perform, read: Read, store: Store
) -> None:
    done = perform(retire, person="li", to="mei", holdings=PEOPLE)
    assert (done.to, done.moved) == ("mei", (("person", "zhang"),))
    assert superiors(read) == {"wang": None, "mei": "wang", "zhang": "mei", "bo": "mei"}
    whole = read(
        ledger.verify,
        kept=None,
        standing=store.driver.guards,
        wanted=store.driver.LEDGER_GUARDS,
        records=[persons.records],
    )
    assert (whole.findings, whole.records) == ((), 5)


def test_a_successor_below_one_of_those_who_move_would_make_a_circle(chain: None, perform: Perform, read: Read) -> None:
    before = superiors(read)
    with pytest.raises(Conflict, match="in a circle: mei → bo → mei"):
        perform(retire, person="li", to="bo", holdings=PEOPLE)
    assert superiors(read) == before


def test_nothing_moves_unless_somebody_takes_it(chain: None, perform: Perform, read: Read) -> None:
    with pytest.raises(Conflict, match="li still has 2 things: person mei, person zhang") as refused:
        perform(retire, person="li", holdings=PEOPLE)
    assert refused.value.hint == "Say who takes over: opsctl person retire li --to PERSON"
    assert read(persons.find, word="li").retired_at is None


def test_who_takes_over_is_another_who_is_there(chain: None, perform: Perform) -> None:
    perform(retire, person="bo", holdings=PEOPLE)
    with pytest.raises(Conflict, match=r"bo is retired\."):
        perform(retire, person="li", to="bo", holdings=PEOPLE)
    with pytest.raises(InvalidInput, match="Nobody takes over from themselves"):
        perform(retire, person="li", to="li", holdings=PEOPLE)
    with pytest.raises(NotFound, match="There is no person 'nobody'"):
        perform(retire, person="li", to="nobody", holdings=PEOPLE)
    with pytest.raises(Conflict, match="bo is retired already"):
        perform(retire, person="bo", holdings=PEOPLE)


def test_nobody_is_retired_in_the_future_and_the_last_one_never(
    chain: None, perform: Perform, read: Read, now: datetime
) -> None:
    with pytest.raises(InvalidInput, match="A person cannot be retired in the future"):
        perform(retire, person="bo", at=now + timedelta(days=1), holdings=PEOPLE)
    for handle in ("bo", "mei", "zhang", "li"):
        perform(retire, person=handle, holdings=PEOPLE)
    with pytest.raises(Conflict, match="wang is the last one; nobody could write afterwards"):
        perform(retire, person="wang", holdings=PEOPLE)
    assert superiors(read) == {"wang": None}


@pytest.fixture
def company(run: CommandLine) -> CommandLine:
    run("person", "add", "wang", "--login", "lead.li")
    run("person", "add", "li", "--name", "李雷")
    run("person", "add", "mei", "--superior", "li")
    run("asset", "add", "erp", "--owner", "li")
    return run


def test_the_command_walks_every_room(company: CommandLine) -> None:
    refused = company("person", "retire", "李雷")
    assert (refused.out, refused.code) == ("", 6)
    assert refused.err == (
        "opsctl: li still has 2 things: asset erp, person mei."
        " Say who takes over: opsctl person retire li --to PERSON\n"
    )
    done = company("person", "retire", "li", "--to", "wang", "--at", "2026-11-01")
    assert (done.out, done.err, done.code) == ("li retired: 李雷\nTo wang went: asset erp, person mei\n", "", 0)
    assert json.loads(company("asset", "show", "erp", "--json").out)["data"]["owner"] == "wang"
    assert company("person", "list", "-q").out == "mei\nwang\n"
    assert company("person", "list", "-q", "--all").out == "li\nmei\nwang\n"
    assert company("ledger", "verify", "--deep").code == 0


def test_a_retirement_for_programs(company: CommandLine) -> None:
    done = company("person", "retire", "li", "--to", "wang", "--json")
    assert json.loads(done.out) == {
        "opsctl": 1,
        "kind": "person.retired",
        "data": {
            "handle": "li",
            "name": "李雷",
            "retired_at": "2026-11-05T02:00:00Z",
            "to": "wang",
            "moved": [{"noun": "asset", "reference": "erp"}, {"noun": "person", "reference": "mei"}],
            "begun": [],
        },
    }

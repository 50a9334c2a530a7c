"""Adding, editing and finding persons, on both databases."""

from datetime import datetime, timedelta

import pytest

from opsctl.core.errors import Conflict, InvalidInput, NotFound
from opsctl.ledger import service as ledger
from opsctl.people.rules import PersonView, PostHeld
from opsctl.people.service import persons
from opsctl.store.engine import Store
from tests.harness import Perform, Read

DAY = timedelta(days=1)


def facts(read: Read) -> list[tuple[str, str, str | None]]:
    rows = read(lambda session: list(ledger.rows(session, ledger.Search())))
    return [(row.kind, row.subject, row.facts) for row in rows]


def check_ledger(store: Store, read: Read) -> None:
    verdict = read(
        ledger.verify,
        kept=None,
        standing=store.driver.guards,
        wanted=store.driver.LEDGER_GUARDS,
        records=[persons.records],
    )
    assert verdict.is_whole, verdict.findings


def test_a_person_is_as_they_were_added(
    wang: PersonView, perform: Perform, read: Read, now: datetime, store: Store
) -> None:
    added = perform(
        persons.add,
        handle="li",
        texts={"name": "李雷", "superior": "王芳", "team": "二班", "phone": "138", "login": "LiLei"},
        posts=["duty"],
    )
    assert added == PersonView(
        "li", "李雷", now, login="lilei", team="二班", superior="wang", phone="138", posts=(PostHeld("duty"),)
    )
    assert read(persons.find, word="li") == added
    assert facts(read)[1] == (
        "person.added",
        "person:li",
        '{"handle":"li","login":"lilei","name":"李雷","phone":"138","posts":[{"post":"duty"}],'
        '"recorded_at":"2026-11-05T02:00:00.000000Z","superior":"wang","team":"二班"}',
    )
    check_ledger(store, read)


def test_posts_begin_and_end_and_stay_in_the_record(
    wang: PersonView, perform: Perform, read: Read, now: datetime, store: Store
) -> None:
    perform(persons.edit, person="wang", posts=["head"], since=now - 9 * DAY)
    perform(persons.edit, person="wang", end_posts=["head"], at=now - DAY, posts=["duty"])
    assert read(persons.find, word="wang").posts == (
        PostHeld("head", now - 9 * DAY, now - DAY),
        PostHeld("duty", now),
    )
    check_ledger(store, read)


def test_an_edit_keeps_the_old_values_in_the_ledger(wang: PersonView, perform: Perform, read: Read) -> None:
    perform(persons.edit, person="王芳", texts={"phone": "139"})
    perform(persons.edit, person="wang", texts={"phone": None})
    assert [row[2] for row in facts(read)[1:]] == ['{"phone":[null,"139"]}', '{"phone":["139",null]}']


def test_an_edit_to_what_is_so_already_writes_nothing(wang: PersonView, perform: Perform, read: Read) -> None:
    assert perform(persons.edit, person="wang", texts={"name": "王芳"}) == wang
    assert read(ledger.head).seq == 1


def test_a_person_keeps_a_name(wang: PersonView, perform: Perform) -> None:
    with pytest.raises(InvalidInput, match="A person needs a name"):
        perform(persons.edit, person="wang", texts={"name": None})
    with pytest.raises(InvalidInput, match="Nothing to change was given"):
        perform(persons.edit, person="wang")


def test_superiors_never_go_in_a_circle(wang: PersonView, perform: Perform, read: Read) -> None:
    perform(persons.add, handle="li", texts={"superior": "wang"})
    perform(persons.add, handle="mei", texts={"superior": "li"})
    with pytest.raises(Conflict, match="in a circle: wang → mei → li → wang"):
        perform(persons.edit, person="wang", texts={"superior": "mei"})
    with pytest.raises(Conflict, match="in a circle: li → li"):
        perform(persons.edit, person="li", texts={"superior": "li"})
    assert (read(persons.superior_of, handle="mei"), read(persons.superior_of, handle="wang")) == ("li", None)


def test_an_unknown_superior_offers_the_nearest(wang: PersonView, perform: Perform) -> None:
    with pytest.raises(NotFound, match="There is no person 'wagn'") as missing:
        perform(persons.add, handle="li", texts={"superior": "wagn"})
    assert missing.value.hint == "Did you mean wang?"


@pytest.mark.parametrize(
    ("handle", "login", "said"),
    [
        pytest.param("mei", "LI.LEI", "The login li.lei means li already", id="login-in-capitals"),
        pytest.param("mei", "li", "The login li means li already", id="handle-as-login"),
        pytest.param("li.lei", None, "The handle li.lei is the login of li", id="login-as-handle"),
        pytest.param("li", None, "There is a person li already", id="handle"),
    ],
)
def test_a_name_that_acts_is_taken_once(
    wang: PersonView, perform: Perform, handle: str, login: str | None, said: str
) -> None:
    perform(persons.add, handle="li", texts={"login": "li.lei"})
    with pytest.raises(Conflict, match=said):
        perform(persons.add, handle=handle, texts={} if login is None else {"login": login})


@pytest.mark.parametrize("handle", ["me", "我"])
def test_nobody_is_called_me(wang: PersonView, perform: Perform, handle: str) -> None:
    with pytest.raises(InvalidInput, match=f"{handle} stands for whoever asks"):
        perform(persons.add, handle=handle)


@pytest.mark.parametrize("word", ["li", "ＬＩ", "LiLei", "李雷", "雷"])
def test_a_person_is_found_by_every_name(wang: PersonView, perform: Perform, read: Read, word: str) -> None:
    perform(persons.add, handle="li", texts={"name": "李雷", "login": "lilei"})
    assert read(persons.find, word=word).handle == "li"


def test_to_write_a_whole_name_is_needed(wang: PersonView, perform: Perform, read: Read) -> None:
    perform(persons.add, handle="li", texts={"name": "李雷"})
    assert read(persons.known_handle, word="李雷") == "li"
    with pytest.raises(NotFound, match="There is no person '雷'"):
        read(persons.known_handle, word="雷")


def test_while_nobody_is_recorded_every_name_stands_for_itself(read: Read) -> None:
    assert read(persons.known_handle, word=" 王  师傅\x1b[2J ") == "王 师傅"
    assert read(persons.resolve, word="王师傅", me=lambda _session: "root") == "王师傅"
    with pytest.raises(NotFound):
        read(persons.recorded_handle, word="王师傅")


@pytest.mark.parametrize(("word", "handle"), [("me", "wang"), ("我", "wang"), ("ＭＥ", "wang"), ("雷", "li")])
def test_me_is_whoever_asks(wang: PersonView, perform: Perform, read: Read, word: str, handle: str) -> None:
    perform(persons.add, handle="li", texts={"name": "李雷"})
    assert read(persons.resolve, word=word, me=lambda _session: "wang") == handle


def test_whom_to_call_comes_in_the_order_asked_for(wang: PersonView, perform: Perform, read: Read) -> None:
    perform(persons.add, handle="li", texts={"phone": "138"})
    found = read(persons.contacts, handles=["li", "nobody", "wang", "li"])
    assert [(one.handle, one.phone) for one in found] == [("li", "138"), ("wang", None)]


def test_lists_are_of_a_team_or_of_a_post(wang: PersonView, perform: Perform, read: Read, now: datetime) -> None:
    perform(persons.add, handle="li", texts={"team": "二班"}, posts=["duty"], until=now)
    perform(persons.add, handle="mei", texts={"team": "二班"}, posts=["duty"])
    assert [one.handle for one in read(persons.list_persons, now=now, team="二班")] == ["li", "mei"]
    assert [one.handle for one in read(persons.list_persons, now=now, post="duty")] == ["mei"]


def test_a_redaction_blanks_name_and_phone(wang: PersonView, perform: Perform, read: Read, store: Store) -> None:
    perform(persons.add, handle="li", texts={"name": "李雷", "phone": "138", "team": "二班"})
    done = perform(ledger.redact, seq=2, reason="asked for", blank={"person:": persons.blank})
    assert (done.subject, done.record_changed) == ("person:li", True)
    found = read(persons.find, word="li")
    assert (found.name, found.phone, found.team) == ("[redacted]", None, "二班")
    check_ledger(store, read)

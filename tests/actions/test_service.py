"""Actions in the database: their moves by several people, four eyes, handing over, lists, and the ledger."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from opsctl.actions import terms
from opsctl.actions.rules import Action, Finding
from opsctl.actions.service import figures, rows, write
from opsctl.actions.service.read import list_actions, of_source, waiting_for
from opsctl.actions.terms import Gravity, State, Wanted
from opsctl.assets.service import assets
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, OpsctlError
from opsctl.core.void import Void
from opsctl.desk.service import retiring
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import read_facts
from opsctl.main import rooms
from opsctl.people.service import persons
from opsctl.rulebook.service import applying
from opsctl.store.engine import Store
from tests.harness import Perform, Read

pytestmark = pytest.mark.usefixtures("company")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def add(perform_as: Perform) -> Callable[..., Action]:
    """Add an action as wang, unless told otherwise."""

    def call(words: str = "core-sw-1 fan is loud", **given: Any) -> Action:
        found: Action = perform_as(write.add, words=words, **{"as_": "wang", **given}).action
        return found

    return call


Add = Callable[..., Action]


def kinds(read_: Read, reference: str) -> list[tuple[str, str, dict[str, Any]]]:
    found = read_(lambda session: list(ledger.rows(session, ledger.Search(subject=reference))))
    return [(row.kind, row.actor, read_facts(row.facts)) for row in found]


def of(read_: Read, reference: str) -> Action:
    found: list[Action] = read_(rows.of_references, references=[reference])
    return found[0]


def test_from_found_to_verified_and_back_every_move_stands_in_the_ledger(
    add: Add, perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    first = add(at=now - 2 * HOUR)
    one = [first.reference]
    perform_as(write.assign, as_="lead.li", named=one, to="wang")
    perform_as(write.done, as_="wang", named=one, result="tightened", at=now - HOUR)
    perform_as(write.return_, as_="zhao", named=one, reason="still loud")
    perform_as(write.done, as_="wang", named=one, result="replaced")
    (verified,) = perform_as(write.verify, as_="zhao", named=one)
    assert verified == replace(
        first, owner="wang", state=State.VERIFIED, done_by="wang", done_at=now, result="replaced",
        verified_by="zhao", verified_at=now,
    )  # fmt: skip
    (again,) = perform_as(write.reopen, as_="zhao", named=one, reason="loud again")
    assert again == replace(first, owner="wang")
    (gone,) = perform_as(write.void, as_="zhao", named=one, because=Void.DUPLICATE, reason="see 2")
    assert gone == of(read, first.reference) == replace(first, owner="wang", void=Void.DUPLICATE)
    assert [(kind, facts) for kind, _actor, facts in kinds(read, first.reference)][1:] == [
        (terms.ASSIGNED, {"from": "zhao", "to": "wang"}),
        (terms.DONE, {"at": "2026-11-05T01:00:00.000000Z", "result": "tightened"}),
        (terms.RETURNED, {"reason": "still loud"}),
        (terms.DONE, {"at": "2026-11-05T02:00:00.000000Z", "result": "replaced"}),
        (terms.VERIFIED, {}),
        (terms.REOPENED, {"reason": "loud again"}),
        (terms.VOIDED, {"because": "duplicate", "reason": "see 2"}),
    ]
    check_whole()


def test_anybody_may_report_and_the_first_word_is_the_asset(add: Add, now: datetime) -> None:
    first = add("core-sw-1 fan is loud", as_="zhao", gravity=Gravity.WARN)
    assert (first.asset, first.title, first.owner, first.customer) == ("core-sw-1", "fan is loud", "zhao", "acme")
    assert (first.deadline, first.told) == (now + 14 * DAY, "lead.li")
    assert (first.source, first.topic) == (None, None)


def test_what_names_no_asset_is_about_none_and_the_nearest_is_offered(perform_as: Perform) -> None:
    found = perform_as(write.add, as_="wang", words="core-sw1 fan is loud")
    assert (found.action.asset, found.action.title) == (None, "core-sw1 fan is loud")
    assert found.near == ("core-sw-1",)


@pytest.mark.parametrize(
    ("told", "stored"), [(None, "lead.li"), ("zhao", "zhao"), ("the guard", "the guard"), ("me", "wang")]
)
def test_who_was_told_is_a_person_or_words(add: Add, told: str | None, stored: str) -> None:
    assert add(told=told).told == stored


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"words": "erp"}, InvalidInput),
        ({"asset": "nothing"}, NotFound),
        ({"owner": "nobody"}, NotFound),
        ({"deadline": timedelta(seconds=-1)}, InvalidInput),
        ({"at": timedelta(seconds=1)}, InvalidInput),
    ],
    ids=["an asset alone", "no such asset", "no such owner", "a deadline that has passed", "found in the future"],
)
def test_what_cannot_be_is_not_added(
    add: Add, now: datetime, given: dict[str, Any], error: type[OpsctlError], read: Read
) -> None:
    moved = {name: now + value if isinstance(value, timedelta) else value for name, value in given.items()}
    with pytest.raises(error):
        add(**moved)
    assert read(lambda session: len(list(rows.load(session, rows.chosen())))) == 0


def test_what_was_reported_by_hand_is_never_the_same_as_before(add: Add) -> None:
    assert [add().reference, add().reference] == ["ACT-2026-0001", "ACT-2026-0002"]


def test_a_list_of_moves_is_all_or_none(add: Add, perform_as: Perform, read: Read) -> None:
    first, second = add(), add()
    perform_as(write.done, as_="zhao", named=[second.reference])
    with pytest.raises(Conflict):
        perform_as(write.done, as_="zhao", named=[first.reference, second.reference])
    assert of(read, first.reference) == first


def test_who_did_one_of_them_verifies_none_of_them(add: Add, perform_as: Perform, read: Read) -> None:
    first, second = add().reference, add().reference
    perform_as(write.done, as_="zhao", named=[first])
    perform_as(write.done, as_="wang", named=[second])
    with pytest.raises(NotAllowed):
        perform_as(write.verify, as_="zhao", named=[first, second])
    assert [of(read, one).state for one in (first, second)] == [State.DONE, State.DONE]


def test_what_somebody_did_under_their_login_they_do_not_verify_as_a_person(add: Add, perform_as: Perform) -> None:
    reference = add().reference
    perform_as(write.done, as_="w7", named=[reference])
    perform_as(persons.edit, person="wang", texts={"login": "w7"})
    with pytest.raises(NotAllowed):
        perform_as(write.verify, as_="wang", named=[reference])


@pytest.mark.parametrize(
    "change",
    [
        "state = 'verified', verified_by = 'zhao', verified_at = recorded_at",
        "state = 'verified'",
        "state = 'verified', verified_by = 'wang'",
        "verified_by = 'wang', verified_at = recorded_at",
        "state = 'closed'",
        "gravity = 'bad'",
        "void = 'because'",
    ],
    ids=["by who did it", "by nobody", "at no time", "verified but not so", "state", "gravity", "void"],
)
def test_the_table_refuses_it_too(add: Add, perform_as: Perform, store: Store, change: str) -> None:
    perform_as(write.done, as_="zhao", named=[add().reference])
    with pytest.raises(IntegrityError), store.write_engine.begin() as connection:
        connection.execute(text(f"UPDATE action SET {change}"))


def test_two_who_verify_at_once_do_it_once(add: Add, perform_as: Perform, read: Read) -> None:
    reference = add().reference
    perform_as(write.done, as_="zhao", named=[reference])
    ended: list[str] = []
    start = threading.Barrier(2)

    def verify(person: str) -> None:
        start.wait()
        try:
            perform_as(write.verify, as_=person, named=[reference])
            ended.append("verified")
        except Conflict:
            ended.append("refused")

    both = [threading.Thread(target=verify, args=(person,)) for person in ("wang", "lead.li")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(ended) == ["refused", "verified"]
    assert [kind for kind, _actor, _facts in kinds(read, reference)].count(terms.VERIFIED) == 1


def test_a_correction_brings_the_assets_customer_along(
    add: Add, perform_as: Perform, read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    first = add()
    given = {"asset": "erp", "told": "the guard", "owner": "me", "deadline": now - DAY}
    done = perform_as(write.correct, as_="lead.li", named=[first.reference], given=given, reason="wrong rack")
    after = replace(
        first, asset="erp", customer=None, told="the guard", owner="lead.li", deadline=now - DAY, corrected_at=now
    )
    assert (done.actions, done.unchanged) == ((after,), frozenset())
    kind, _actor, facts = kinds(read, first.reference)[-1]
    assert (kind, facts["reason"], facts["asset"], facts["customer"]) == (
        terms.CORRECTED, "wrong rack", ["core-sw-1", "erp"], ["acme", None],
    )  # fmt: skip
    same = perform_as(write.correct, as_="lead.li", named=["1"], given={"asset": "erp"}, reason="again")
    assert same.unchanged == {first.reference}
    assert len(kinds(read, first.reference)) == 2
    none = perform_as(write.correct, as_="lead.li", named=["1"], given={"asset": None}, reason="none at all")
    assert none.actions[0].asset is None
    check_whole()


def test_what_leaves_with_a_person_goes_to_another(
    add: Add, perform_as: Perform, read: Read, check_whole: Callable[[], int]
) -> None:
    kept = add(owner="lead.li")
    open_, done_, verified, gone = (add(owner="zhao") for _one in range(4))
    perform_as(write.done, as_="wang", named=[done_.reference, verified.reference])
    perform_as(write.verify, as_="zhao", named=[verified.reference])
    perform_as(write.void, as_="zhao", named=[gone.reference], because=Void.TEST)
    holdings = [
        retiring.Holding(room.noun, room.load(room.owned), room.load(room.hand_over))
        for room in rooms()
        if room.owned and room.hand_over
    ]
    with pytest.raises(Conflict, match="action ACT-2026-0002"):
        perform_as(retiring.retire, as_="lead.li", person="zhao", holdings=holdings)
    retired = perform_as(retiring.retire, as_="lead.li", person="zhao", holdings=holdings, to="wang")
    assert ("action", open_.reference) in retired.moved
    owners = [of(read, one.reference).owner for one in (kept, open_, done_, verified, gone)]
    assert owners == ["lead.li", "wang", "wang", "zhao", "zhao"]
    assert kinds(read, open_.reference)[-1] == (
        terms.ASSIGNED, kinds(read, open_.reference)[-1][1], {"from": "zhao", "to": "wang"},
    )  # fmt: skip
    check_whole()


def test_words_are_blanked_wherever_they_stand(
    add: Add, perform_as: Perform, read: Read, check_whole: Callable[[], int]
) -> None:
    first = add("core-sw-1 password is 1234", impact="everybody", told="the guard")
    seq = read(lambda session: list(ledger.rows(session, ledger.Search(subject=first.reference))))[0].seq
    perform_as(ledger.redact, seq=seq, reason="a password", blank={"ACT": write.blank})
    after = of(read, first.reference)
    assert (after.title, after.impact, after.told, after.owner) == ("[redacted]", None, None, "zhao")
    check_whole()


def test_lists_have_what_fits_in_the_order_of_deadlines(
    add: Add, perform_as: Perform, read: Read, now: datetime
) -> None:
    late = add("erp a", deadline=now + HOUR, owner="wang")
    soon = add("core-sw-1 b", deadline=now + 2 * HOUR)
    done_ = add("door c", deadline=now + 3 * HOUR)
    verified = add("door d")
    gone = add("door e")
    perform_as(write.done, as_="zhao", named=[done_.reference, verified.reference])
    perform_as(write.verify, as_="wang", named=[verified.reference])
    perform_as(write.void, as_="wang", named=[gone.reference], because=Void.TEST)
    names = {late.reference: "late", soon.reference: "soon", done_.reference: "done", verified.reference: "verified"}

    def listed(**given: Any) -> list[str]:
        found = read(list_actions, now=now + HOUR + timedelta(seconds=1), **given)
        assert found.total == len(found.actions)
        return [names.get(one.reference, "void") for one in found.actions]

    assert listed() == ["late", "soon", "done"]
    assert listed(state=Wanted.OPEN) == ["late", "soon"]
    assert listed(state=Wanted.DONE) == ["done"]
    assert listed(state=Wanted.VERIFIED) == ["verified"]
    assert listed(state=Wanted.OVERDUE) == ["late"]
    assert sorted(listed(state=Wanted.ALL)) == ["done", "late", "soon", "verified", "void"]
    assert listed(owner="zhao") == ["soon"]
    assert listed(asset="erp") == ["late"]
    assert listed(customer="acme") == ["soon"]
    assert listed(since=now, until=now + HOUR, sort="-deadline") == ["done", "soon", "late"]
    assert listed(until=now) == []
    first = read(list_actions, now=now, limit=1)
    assert ([one.reference for one in first.actions], first.total) == ([late.reference], 3)


def test_a_list_of_a_records_actions(perform_as: Perform, read: Read, now: datetime) -> None:
    given: dict[str, Any] = {"title": "x", "gravity": Gravity.FAIL, "found_at": now}
    findings = [Finding(source="INS-2026-0001", **given), Finding(source="INS-2026-0002", **given)]
    perform_as(write.raise_from, as_="wang", findings=findings)
    found = read(list_actions, now=now, source="ins-2026-0002")
    assert [one.reference for one in found.actions] == ["ACT-2026-0002"]
    assert [one.reference for one in read(of_source, source="INS-2026-0001")] == ["ACT-2026-0001"]


def test_today_is_what_i_have_to_do_soon_and_what_i_may_verify(
    add: Add, perform_as: Perform, read: Read, now: datetime
) -> None:
    add("erp soon", owner="wang", deadline=now + 3 * DAY - timedelta(seconds=1))
    add("erp later", owner="wang", deadline=now + 3 * DAY)
    add("erp another's", owner="lead.li")
    add("erp reported by wang, done by lead.li", owner="lead.li")
    add("core-sw-1 of zhao, done by lead.li", as_="lead.li")
    add("erp of nobody, reported and done by lead.li", as_="lead.li")
    add("erp done by wang", owner="wang", as_="zhao", deadline=now + HOUR)
    add("erp void", owner="wang", deadline=now + HOUR)
    perform_as(write.done, as_="lead.li", named=["4", "5", "6"])
    perform_as(write.done, as_="wang", named=["7"])
    perform_as(write.void, as_="wang", named=["8"], because=Void.TEST)

    def waiting(person: str, limit: int = 8) -> tuple[list[str], list[str]]:
        found = read(waiting_for, me=person, now=now, limit=limit)
        return [one.title for one in found.due.actions], sorted(one.title for one in found.verify.actions)

    assert waiting("wang") == (
        ["soon"],
        ["of nobody, reported and done by lead.li", "reported by wang, done by lead.li"],
    )
    assert waiting("zhao") == (
        [],
        ["done by wang", "of nobody, reported and done by lead.li", "of zhao, done by lead.li"],
    )
    assert waiting("lead.li") == ([], [])
    cut = read(waiting_for, me="zhao", now=now, limit=1)
    assert (len(cut.verify.actions), cut.verify.total) == (1, 3)


def test_today_has_at_once_what_is_open_again_until_its_owner_did_something(
    add: Add, perform_as: Perform, read: Read, now: datetime
) -> None:
    for number in range(1, 6):
        add(f"erp {number}", owner="zhao", deadline=now + (10 + number) * DAY)
    add("erp soon", owner="zhao", deadline=now + HOUR)
    perform_as(write.done, as_="zhao", named=["1", "2", "3", "4"])
    perform_as(write.return_, as_="wang", named=["1", "2", "3", "4"], reason="it is loud again")

    def waiting() -> tuple[list[str], int, list[str]]:
        found = read(waiting_for, me="zhao", now=now, limit=8)
        return [one.title for one in found.due.actions], found.due.total, sorted(found.again)

    again = [f"ACT-2026-000{number}" for number in (1, 2, 3, 4)]
    assert waiting() == (["1", "2", "3", "soon"], 5, again)
    assert read(waiting_for, me="wang", now=now, limit=8).due.total == 0
    perform_as(write.done, as_="zhao", named=["1"])
    assert waiting() == (["2", "3", "4", "soon"], 4, again[1:])


def test_figures_get_what_is_due_in_a_period_void_or_not(
    add: Add, perform_as: Perform, read: Read, now: datetime
) -> None:
    for hours in (1, 2, 3):
        add(deadline=now + hours * HOUR)
    perform_as(write.void, as_="wang", named=["2"], because=Void.TEST)
    found = read(figures.due_between, since=now + HOUR, until=now + 3 * HOUR)
    assert [(one.reference, one.void) for one in found] == [("ACT-2026-0001", None), ("ACT-2026-0002", Void.TEST)]


def test_the_rules_in_force_say_how_long_there_is(add: Add, perform_as: Perform, now: datetime) -> None:
    book = '[rulebook]\nname = "site"\nversion = "1"\n[actions]\nfail = "12h"\nwarn = "5d"\n'
    perform_as(applying.apply, text=book, file="site.toml")
    assert add().deadline == now + 12 * HOUR
    assert add(gravity=Gravity.WARN).deadline == now + 5 * DAY


def test_what_an_asset_that_was_retired_left_is_still_to_be_done(add: Add, perform_as: Perform, now: datetime) -> None:
    perform_as(assets.retire, asset="erp", at=now)
    assert add("erp take out the cables").asset == "erp"

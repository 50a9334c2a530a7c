"""Reviews from their start to their closing, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from opsctl.actions.service import read as actions
from opsctl.actions.service import write as acting
from opsctl.actions.terms import Kind as ActionKind
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from opsctl.core.periods import read_period
from opsctl.core.void import Void
from opsctl.incidents.service import judging
from opsctl.incidents.terms import Level
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import read_facts
from opsctl.ledger.service import Search
from opsctl.people.service import persons
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.document import Document, Factor, Planned, to_json
from opsctl.reviews.service import deciding, editing, rows, starting
from opsctl.reviews.service import read as reviews
from opsctl.reviews.terms import Factor as FactorKind
from opsctl.reviews.terms import Kind, State, Wanted
from tests.harness import Perform, Read
from tests.reviews.making import NOW

Trouble = Callable[..., str]
SAID = Document(
    title="erp login",
    facilitator="lead.li",
    participants=("lead.li", "wang"),
    summary="Nobody could log in for an hour.",
    factors=(Factor(FactorKind.PROCESS, "no alert looks at the memory of app3", root=True),),
    root_cause="Nothing watches memory.",
)


@pytest.fixture
def save(perform_as: Perform) -> Callable[..., Any]:
    """Save a document by wang upon the version that is there, or another."""

    def run(review: Review, document: Document, *, version: int | None = None, as_: str = "wang", **given: Any) -> Any:
        return perform_as(
            editing.save,
            as_=as_,
            reference=review.reference,
            version=version or review.version,
            content=to_json(document),
            title=document.title,
            held_on=document.held_on,
            **given,
        )

    return run


@pytest.fixture
def started(perform_as: Perform, trouble: Trouble, now: datetime) -> Review:
    """Wang's review of an incident of yesterday."""
    reference = trouble(now - timedelta(days=1), cause="no memory left")
    return perform_as(starting.start, as_="wang", named=[reference])  # type: ignore[no-any-return]


def test_a_review_begins_with_what_the_incident_says(started: Review, check_whole: Callable[[], int]) -> None:
    assert (started.reference, started.state, started.kind) == ("REV-2026-0001", State.DRAFT, Kind.INCIDENT)
    assert started.subjects == ("INC-2026-0001",)
    assert (started.author, started.asset, started.customer, started.version) == ("wang", "erp", None, 1)
    assert started.document == Document(
        title="login answers 502",
        participants=("wang",),
        root_cause="no memory left",
        response="started it again",
    )
    check_whole()


def test_a_second_review_of_an_incident_is_refused_with_the_first(started: Review, perform_as: Perform) -> None:
    with pytest.raises(Conflict, match="INC-2026-0001 has a review already: REV-2026-0001 · login answers 502") as no:
        perform_as(starting.start, as_="zhao", named=["INC-2026-0001"])
    assert no.value.hint == "Go on with it: opsctl review edit REV-2026-0001"


def test_a_void_review_is_no_first_one(started: Review, perform_as: Perform) -> None:
    perform_as(deciding.void, reference="REV-2026-0001", because=Void.MISTAKE)
    assert perform_as(starting.start, as_="zhao", named=["INC-2026-0001"]).reference == "REV-2026-0002"


def test_a_merged_incident_stands_for_its_target(perform_as: Perform, trouble: Trouble, now: datetime) -> None:
    first = trouble(now - timedelta(hours=3), lasted=None)
    second = trouble(now - timedelta(hours=2), lasted=None)
    perform_as(judging.merge, as_="wang", named=[second], into=first)
    assert perform_as(starting.start, named=[second]).subjects == (first,)


def test_what_was_merged_brings_its_review_with_it(perform_as: Perform, trouble: Trouble, now: datetime) -> None:
    first, second, third = (trouble(now - timedelta(hours=ago), lasted=None) for ago in (5, 4, 3))
    assert perform_as(starting.start, as_="wang", named=[first, third]).subjects == (first, third)
    perform_as(judging.merge, as_="wang", named=[third], into=second)
    with pytest.raises(Conflict) as no:
        perform_as(starting.start, as_="wang", named=[second])
    assert no.value.message == (
        f"{third}, which was merged into {second}, has a review already: REV-2026-0001 · login answers 502"
    )
    assert no.value.hint == "Go on with it: opsctl review edit REV-2026-0001"
    with pytest.raises(Conflict, match=f"{third}, which was merged into {second}"):
        perform_as(starting.start, as_="wang", named=[third])
    with pytest.raises(Conflict, match=f"{third}, which was merged into {second}"):
        perform_as(
            starting.take_in, as_="wang", named=[second], content={}, title="x", held_on=None, source="x.md"
        )  # fmt: skip


def test_a_review_of_the_incident_itself_is_named_before_one_of_what_was_merged_into_it(
    perform_as: Perform, trouble: Trouble, read: Read, now: datetime
) -> None:
    first, second = (trouble(now - timedelta(hours=ago), lasted=None) for ago in (4, 3))
    perform_as(starting.start, as_="wang", named=[second])
    perform_as(starting.start, as_="wang", named=[first])
    perform_as(judging.merge, as_="wang", named=[second], into=first)
    with pytest.raises(Conflict, match=f"{first} has a review already: REV-2026-0002"):
        perform_as(starting.start, as_="wang", named=[second])
    assert read(reviews.find, word=first, now=now).reference == "REV-2026-0002"
    assert read(reviews.find, word=second, now=now).reference == "REV-2026-0001"


def test_only_a_meeting_takes_actions(perform_as: Perform, trouble: Trouble, now: datetime) -> None:
    incident = trouble(now - timedelta(hours=3))
    perform_as(acting.add, as_="wang", words="erp disk nearly full")
    with pytest.raises(InvalidInput) as no:
        perform_as(starting.start, as_="wang", named=[incident, "act-2026-0001"])
    assert no.value.message == "ACT-2026-0001 is an action, and only a meeting takes actions."
    assert no.value.hint == 'Like: opsctl review start --meeting "October quality meeting" ACT-2026-0001'


def test_a_void_incident_has_nothing_to_review(perform_as: Perform, trouble: Trouble, now: datetime) -> None:
    reference = trouble(now - timedelta(hours=3))
    perform_as(judging.void, named=[reference], because=Void.TEST)
    with pytest.raises(Conflict, match=f"{reference} is void and counts nowhere"):
        perform_as(starting.start, named=[reference])


def test_several_incidents_of_one_asset_are_one_story(perform_as: Perform, trouble: Trouble, now: datetime) -> None:
    both = [trouble(now - timedelta(hours=9)), trouble(now - timedelta(hours=5))]
    review = perform_as(starting.start, named=[*both, both[0]], title="A bad night")
    assert (review.subjects, review.title, review.asset) == (tuple(both), "A bad night", "erp")
    with pytest.raises(Conflict, match=f"{both[1]} has a review already"):
        perform_as(starting.start, named=[both[1]])


def test_a_period_gathers_the_ordinary_faults_that_nothing_covers(
    perform_as: Perform, trouble: Trouble, now: datetime
) -> None:
    ordinary = [
        trouble(now - timedelta(days=day), impact=Level.LOW, urgency=Level.LOW, words=f"disk {day}") for day in (9, 8)
    ]
    trouble(now - timedelta(days=7))  # severity 1 wants its own
    of = read_period("2026-10", zone="Asia/Shanghai", now=now)
    review = perform_as(starting.start_period, name=of.name, since=of.start, until=of.end)
    assert (review.kind, review.subjects, review.period) == (Kind.PERIOD, tuple(ordinary), "2026-10")
    assert (review.since, review.until, review.title) == (of.start, of.end, "Ordinary faults of 2026-10")
    empty = read_period("2026-09", zone="Asia/Shanghai", now=now)
    with pytest.raises(Conflict, match="No ordinary fault of 2026-09 is without a review"):
        perform_as(starting.start_period, name=empty.name, since=empty.start, until=empty.end)


def test_what_stands_in_a_periodic_review_that_is_still_to_be_held_is_not_gathered_again(
    perform_as: Perform, trouble: Trouble, now: datetime
) -> None:
    of = read_period("2026-10", zone="Asia/Shanghai", now=now)
    given = {"name": of.name, "since": of.start, "until": of.end}
    ordinary = {"impact": Level.LOW, "urgency": Level.LOW}
    old = [trouble(now - timedelta(days=days), words=f"disk {days}", **ordinary) for days in (9, 8)]
    perform_as(starting.start_period, as_="wang", **given)
    with pytest.raises(Conflict) as no:
        perform_as(starting.start_period, as_="zhao", **given)
    assert no.value.message == (
        "The ordinary faults of 2026-10 are in a review already: REV-2026-0001 · Ordinary faults of 2026-10"
    )
    assert no.value.hint == "Go on with it: opsctl review edit REV-2026-0001"
    new = trouble(now - timedelta(days=7), words="disk 7", **ordinary)
    assert perform_as(starting.start_period, as_="zhao", **given).subjects == (new,)
    perform_as(deciding.void, reference="REV-2026-0001", because=Void.MISTAKE)
    assert perform_as(starting.start_period, as_="zhao", **given).subjects == tuple(old)


def test_a_meeting_takes_incidents_and_actions_in_their_order(
    perform_as: Perform, trouble: Trouble, now: datetime
) -> None:
    incident = trouble(now - timedelta(days=1))
    action = perform_as(acting.add, as_="wang", words="erp disk nearly full").action.reference
    review = perform_as(starting.start_meeting, named=[action, incident, action], title="October")
    assert (review.kind, review.subjects) == (Kind.MEETING, (action, incident))
    perform_as(starting.start, named=[incident])  # its own review is another thing
    assert perform_as(starting.start_meeting, named=[], title="November").subjects == ()
    with pytest.raises(NotFound):
        perform_as(starting.start_meeting, named=["ACT-2026-0099"], title="x")


def test_what_is_saved_is_there_with_its_row(
    started: Review, save: Callable[..., Any], read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    found = save(started, SAID)
    assert (found.review.version, found.review.document, found.changed, found.raised) == (2, SAID, True, ())
    (row,) = read(lambda session: list(ledger.rows(session, Search(kind="review.edited"))))
    facts = read_facts(str(row.facts))
    assert facts["version"] == 2
    assert facts["title"] == ["login answers 502", "erp login"]
    assert facts["content"]["summary"] == "Nobody could log in for an hour."
    assert "response" in facts["content"], "what was taken away is named, too"
    same = save(found.review, SAID)
    assert (same.review.version, same.changed) == (2, False)
    check_whole()


def test_of_two_who_edit_at_once_the_second_is_refused(started: Review, save: Callable[..., Any], read: Read) -> None:
    save(started, SAID)
    with pytest.raises(Conflict, match="it is version 2, and yours is of 1"):
        save(started, replace(SAID, summary="mine"), as_="zhao")
    assert read(read_one, word="1").document == SAID


def read_one(session: Any, word: str) -> Review:
    """The review as it stands."""
    return reviews.find(session, word=word, now=NOW)


def test_a_whole_action_is_recorded_and_an_unfinished_one_waits(
    started: Review, save: Callable[..., Any], read: Read, now: datetime, check_whole: Callable[[], int]
) -> None:
    deadline = now + timedelta(days=9)
    whole = Planned("Alert on memory of app3", "zhao", deadline, ActionKind.DETECT)
    found = save(started, replace(SAID, planned=(whole, Planned("Look at web, too"))))
    assert found.review.document.planned == (Planned("Look at web, too"),)
    assert found.review.document.actions == ("ACT-2026-0001",)
    action = read(actions.find, word="1", now=now)
    assert (action.title, action.owner, action.deadline, action.kind) == (
        "Alert on memory of app3", "zhao", deadline, ActionKind.DETECT,
    )  # fmt: skip
    assert (action.source, action.asset, action.recorded_by) == ("REV-2026-0001", "erp", "wang")
    check_whole()


@pytest.mark.parametrize(
    ("given", "kind", "told"),
    [
        ({"owner": "nobody"}, NotFound, "nobody"),
        ({"deadline": NOW - timedelta(days=1)}, InvalidInput, "has passed"),
        ({"verify": "restore-test no-such"}, NotFound, "no-such"),
        ({"verify": "look at it"}, InvalidInput, "look at it"),
    ],
    ids=["owner", "deadline", "policy", "query"],
)
def test_an_action_that_cannot_be_recorded_leaves_nothing(
    started: Review, save: Callable[..., Any], read: Read, now: datetime, given: Any, kind: Any, told: str
) -> None:
    action = Planned("Alert on memory", "zhao", now + timedelta(days=9), ActionKind.DETECT)
    with pytest.raises(kind, match=told):
        save(started, replace(SAID, planned=(action, replace(action, **given))))
    assert read(actions.list_actions, now=now).total == 0
    assert read(read_one, word="1") == started


def test_the_actor_is_me(started: Review, save: Callable[..., Any], read: Read, now: datetime) -> None:
    save(started, replace(SAID, planned=(Planned("x y z", "me", now + timedelta(days=1), ActionKind.PREVENT),)))
    assert read(actions.find, word="1", now=now).owner == "wang"


def test_a_link_to_an_action_that_is_not_there_is_refused(started: Review, save: Callable[..., Any]) -> None:
    with pytest.raises(NotFound, match="ACT-2026-0077"):
        save(started, replace(SAID, actions=("ACT-2026-0077",)))


def test_a_review_goes_from_draft_to_closed_and_keeps_who_did_what(
    started: Review, save: Callable[..., Any], perform_as: Perform, now: datetime, check_whole: Callable[[], int]
) -> None:
    plan = Planned("Alert on memory", "wang", now + timedelta(days=9), ActionKind.DETECT)
    save(started, replace(SAID, held_on=now, planned=(plan,)))
    name = {"reference": "REV-2026-0001"}
    assert perform_as(deciding.submit, as_="wang", **name).submitted_by == "wang"
    with pytest.raises(NotAllowed, match="wang wrote REV-2026-0001"):
        perform_as(deciding.approve, as_="wang", **name)
    with pytest.raises(NotAllowed, match="by the post om-head; zhao does not hold it"):
        perform_as(deciding.approve, as_="zhao", **name)
    perform_as(persons.edit, person="zhao", texts={}, posts=["om-head"])
    approved = perform_as(deciding.approve, as_="zhao", **name)
    assert (approved.state, approved.approved_by, approved.approved_post) == (State.APPROVED, "zhao", "om-head")
    with pytest.raises(Conflict, match=r"that its actions are verified \(ACT-2026-0001\)"):
        perform_as(deciding.close, as_="wang", **name)
    perform_as(acting.done, as_="wang", named=["1"])
    perform_as(acting.verify, as_="zhao", named=["1"])
    assert perform_as(deciding.close, as_="wang", **name).state is State.CLOSED
    with pytest.raises(Conflict, match="REV-2026-0001 is closed: edit is not possible"):
        save(replace(started, version=2), replace(SAID, summary="x"))
    check_whole()


def test_what_is_returned_can_be_written_on(
    started: Review, save: Callable[..., Any], perform_as: Perform, now: datetime
) -> None:
    save(started, replace(SAID, held_on=now))
    perform_as(deciding.submit, as_="wang", reference="1")
    found = perform_as(deciding.return_, as_="zhao", reference="1", reason="more")
    assert (found.state, found.submitted_by) == (State.DRAFT, None)
    assert save(found, replace(SAID, summary="More.")).review.version == 3


def test_the_reviews_of_who_leaves_go_to_another(started: Review, perform_as: Perform, read: Read) -> None:
    assert read(reviews.owned, person="wang") == [("REV-2026-0001", "login answers 502")]
    assert perform_as(deciding.hand_over, person="wang", to="zhao") == ["REV-2026-0001"]
    assert read(reviews.owned, person="wang") == []
    assert read(reviews.owned, person="zhao") == [("REV-2026-0001", "login answers 502")]


def test_a_review_is_found_by_its_incident_too(started: Review, read: Read, now: datetime) -> None:
    assert read(reviews.find, word="inc-2026-0001", now=now).reference == "REV-2026-0001"
    assert read(reviews.find, word="inc", now=now).reference == "REV-2026-0001", "the only incident"
    for word, writing in (("INC-2026-0099", False), ("inc", True)):
        with pytest.raises(NotFound) as no:
            read(reviews.find, word=word, now=now, writing=writing)
        assert no.value.message == f"There is no {word}."
        assert no.value.hint == "A reference looks like INC-2026-0042; a bare number is this year's."
    assert read(reviews.list_reviews, state=Wanted.DRAFT).total == 1
    assert read(reviews.list_reviews, state=Wanted.CLOSED).total == 0


def test_an_incident_without_a_review_of_its_own_says_where_it_stands(
    perform_as: Perform, trouble: Trouble, read: Read, now: datetime
) -> None:
    alone, gathered, void = (trouble(now - timedelta(days=days)) for days in (9, 8, 7))
    merged = trouble(now - timedelta(hours=5), lasted=None)
    into = trouble(now - timedelta(hours=6), lasted=None)
    perform_as(judging.void, named=[void], because=Void.TEST)
    for title in ("October", "November"):
        perform_as(starting.start_meeting, named=[gathered, merged], title=title)
    perform_as(judging.merge, as_="wang", named=[merged], into=into)

    def told(word: str) -> tuple[str, str]:
        with pytest.raises(NotFound) as no:
            read(reviews.find, word=word, now=now)
        return no.value.message, no.value.hint

    assert told(alone.lower()) == (f"{alone} has no review.", f"Begin it: opsctl review start {alone}")
    both = "it is in REV-2026-0001, REV-2026-0002."
    for one in (gathered, into, merged):
        assert told(one) == (f"{one} has no review of its own; {both}", "See: opsctl review show REV-2026-0001")
    assert told(void) == (
        f"{void} is void and counts nowhere: nothing is to be reviewed.", f"See: opsctl incident show {void}"
    )  # fmt: skip


def test_a_list_of_an_asset_has_what_is_about_several(
    perform_as: Perform, trouble: Trouble, read: Read, now: datetime
) -> None:
    of_erp, of_web = trouble(now - timedelta(days=2)), trouble(now - timedelta(days=1), asset="web")
    action = perform_as(acting.add, as_="wang", words="core-sw-1 disk nearly full").action
    assert action.asset == "core-sw-1"
    perform_as(starting.start, named=[of_erp, of_web])
    perform_as(starting.start_meeting, named=[of_web, action.reference], title="November")
    perform_as(starting.start_meeting, named=[], title="December")

    def of_asset(asset: str) -> list[str]:
        found = read(reviews.list_reviews, asset=asset)
        assert found.total == len(found.reviews)
        return sorted(one.reference for one in found.reviews)

    assert of_asset("erp") == ["REV-2026-0001"]
    assert of_asset("web") == ["REV-2026-0001", "REV-2026-0002"]
    assert of_asset("core-sw-1") == ["REV-2026-0002"]


def test_a_text_that_was_redacted_is_gone_from_the_review(
    started: Review, save: Callable[..., Any], perform_as: Perform, read: Read, check_whole: Callable[[], int]
) -> None:
    save(started, replace(SAID, internal="the password is 1234"))
    (row,) = read(lambda session: list(ledger.rows(session, Search(kind="review.edited"))))
    perform_as(ledger.redact, seq=row.seq, reason="password", blank={"REV": rows.blank})
    kept = read(read_one, word="1").document
    assert kept.internal == "[redacted]"
    assert kept.factors[0].kind is FactorKind.PROCESS, "words of ours are no texts"
    check_whole()

"""Applying books and reading what is in force, on both databases."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from opsctl.core.chain import digest
from opsctl.core.errors import Conflict, InvalidInput, NotFound
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.ledger.service import Search
from opsctl.rulebook import service
from opsctl.rulebook.rules import ALWAYS, Rules
from opsctl.rulebook.rules.standing import Difference
from opsctl.rulebook.service import applying, looking
from opsctl.rulebook.service.looking import Given
from opsctl.store.engine import Store
from tests.harness import Perform, Read
from tests.rulebook.books import FILE, LIMITS, MATRIX, OFFICE, WHOLE, head, make_book

HOUR = timedelta(hours=1)
LATER = WHOLE.replace('restore = "4h"', 'restore = "3h"')
TARGETS = "[targets]\navailability = '>= 99 %'\n"


def restore(rules: Rules) -> timedelta | None:
    limits = rules.limits_of(1)
    return None if limits is None else limits.restore


def in_force(read: Read, at: datetime) -> Rules:
    rules: Rules = read(service.in_force, at=at)
    return rules


def versions(read: Read, at: datetime) -> list[tuple[str, bool]]:
    return [(one.head.reference, one.in_force) for one in read(looking.list_versions, at=at)]


def test_before_any_book_there_are_no_rules(read: Read, now: datetime) -> None:
    rules = in_force(read, now)
    assert rules == Rules()
    assert (rules.severity_of("high", "high"), rules.limits_of(1), rules.calendar_of(None)) == (None, None, ALWAYS)
    assert read(service.of_generation, generation=None) == Rules()
    assert read(service.history) == []


def test_the_first_book_is_in_force_always_and_the_next_from_now_on(
    perform: Perform, read: Read, now: datetime
) -> None:
    make_book(perform)
    make_book(perform, LATER, version="2", now=now + HOUR)
    assert restore(in_force(read, datetime(1999, 1, 1, tzinfo=UTC))) == 4 * HOUR
    assert restore(in_force(read, now + HOUR - timedelta(seconds=1))) == 4 * HOUR
    assert restore(in_force(read, now + HOUR)) == 3 * HOUR
    assert restore(read(service.of_generation, generation=1)) == 4 * HOUR
    history = read(service.history)
    assert [(rules.generation, rules.since, restore(rules)) for rules in history] == [
        (1, None, 4 * HOUR),
        (2, now + HOUR, 3 * HOUR),
    ]


def test_what_is_in_force_says_all_that_the_book_says(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform)
    rules = in_force(read, now)
    assert (rules.severity_of("high", "high"), rules.severity_of("low", "low")) == (1, 4)
    assert list(rules.calendars) == ["office"]
    office = rules.calendar_of("office")
    assert office.reaches(now, 8 * 3600 * 1_000_000) == now + timedelta(days=1)  # a Thursday, 10:00
    with pytest.raises(KeyError):
        rules.calendar_of("night")


def test_asking_twice_reads_once(perform: Perform, store: Store, read: Read, now: datetime) -> None:
    make_book(perform)
    assert read(lambda session: service.in_force(session, at=now) is service.in_force(session, at=now))
    assert read(lambda session: service.of_generation(session, generation=1) is service.in_force(session, at=now))


def test_a_unit_of_work_sees_what_it_applied(store: Store, perform: Perform, now: datetime) -> None:
    make_book(perform)

    def after(session: object, **given: object) -> timedelta | None:
        service.in_force(session, at=now)  # type: ignore[arg-type]
        applying.apply(session, text=head(version="2") + LATER, file=FILE, now=now, actor="x")  # type: ignore[arg-type]
        return restore(service.in_force(session, at=now))  # type: ignore[arg-type]

    after.__use_case__ = applying.apply.__use_case__  # type: ignore[attr-defined]
    assert perform(after) == 3 * HOUR


def test_a_version_is_a_row_and_a_line_of_the_ledger(perform: Perform, read: Read, now: datetime) -> None:
    applied = make_book(perform)
    assert (applied.new, applied.head.generation, applied.head.since) == (True, 1, None)
    (row,) = read(lambda session: list(ledger.rows(session, Search())))
    assert isinstance(row, Row)
    assert (row.kind, row.subject) == ("rulebook.applied", "rulebook:om@1")
    assert row.actor == applied.head.applied_by
    facts = json.loads(row.facts or "")
    assert facts.pop("content_digest") != facts["text_digest"]
    assert facts == {
        "generation": 1,
        "name": "om",
        "version": "1",
        "applied_by": row.actor,
        "recorded_at": "2026-11-05T02:00:00.000000Z",
        "text_digest": digest(head() + WHOLE),
    }
    assert read(lambda session: list(looking.records(session))) == [("rulebook:om@1", row.record_digest)]


@pytest.mark.parametrize("column", ["text", "content", "version", "applied_by", "since"])
def test_whoever_changes_a_version_behind_our_back_is_seen(
    perform: Perform, read: Read, store: Store, column: str
) -> None:
    make_book(perform)
    (before,) = read(lambda session: list(looking.records(session)))
    with store.write_engine.connect() as connection, connection.begin():
        value = "2026-01-01 00:00:00+00:00" if column == "since" else "{}"
        connection.execute(text(f"UPDATE rulebook_version SET {column} = :value"), {"value": value})
    (after,) = read(lambda session: list(looking.records(session)))
    assert after != before


def test_the_same_version_with_the_same_text_changes_nothing(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform)
    again = make_book(perform, now=now + HOUR)
    assert (again.new, again.head.generation) == (False, 1)
    assert read(ledger.head).seq == 1
    assert versions(read, now) == [("om@1", True)]


def test_the_same_version_with_another_text_is_refused(perform: Perform, read: Read) -> None:
    make_book(perform)
    with pytest.raises(Conflict, match=r"There is a version 1 of the book om already, with another text\.") as refused:
        make_book(perform, WHOLE + "# a remark\n")
    assert refused.value.hint == "Raise the version. What differs: opsctl rulebook diff FILE om@1"
    assert len(read(service.history)) == 1


def test_an_old_version_does_not_come_back_unseen(perform: Perform) -> None:
    make_book(perform)
    make_book(perform, LATER, version="2")
    with pytest.raises(Conflict, match=r"om@1 was in force before and is no longer\.") as refused:
        make_book(perform)
    assert refused.value.hint == "To have it again, give it a new version."


def test_a_book_with_errors_is_refused_whole(perform: Perform, read: Read) -> None:
    with pytest.raises(InvalidInput, match=r"om\.toml: severity\.high\.high is 7\.") as refused:
        make_book(perform, MATRIX.replace("high = 1", "high = 7") + "[limits.sev9]")
    assert refused.value.hint == "It must be a severity from 1 to 4. All 2 errors: opsctl rulebook validate FILE"
    assert read(service.history) == []
    assert read(ledger.head).seq == 0


def test_several_books_are_in_force_together(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform, OFFICE, name="calendars")
    make_book(perform, MATRIX + LIMITS, name="company", now=now + HOUR)
    make_book(perform, TARGETS, name="goals", now=now + 2 * HOUR)
    rules = in_force(read, now + 2 * HOUR)
    assert (rules.generation, list(rules.calendars), restore(rules)) == (3, ["office"], 4 * HOUR)
    assert [target.figure for target in rules.targets] == ["availability"]
    fourth = rules.limits_of(4)
    assert fourth is not None
    assert fourth.restore == 40 * HOUR
    assert versions(read, now + HOUR) == [("calendars@1", True), ("company@1", True), ("goals@1", False)]


def test_a_name_stands_in_one_book_in_force_only(perform: Perform, read: Read) -> None:
    make_book(perform, OFFICE)
    with pytest.raises(Conflict, match=r"calendars\.office stands in the books other and om\.") as refused:
        make_book(perform, OFFICE, name="other")
    assert refused.value.hint == "Take it out of one of them, or end the other: --replaces om"
    assert len(read(service.history)) == 1


def test_a_book_that_replaces_another_ends_it_in_the_same_step(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform, WHOLE + TARGETS)
    make_book(perform, LATER, name="company", replaces="OM", now=now + HOUR)
    rules = in_force(read, now + HOUR)
    assert (restore(rules), rules.targets) == (3 * HOUR, ())
    assert versions(read, now + HOUR) == [("om@1", False), ("company@1", True)]
    assert [target.figure for target in in_force(read, now).targets] == ["availability"]
    (head,) = [one.head for one in read(looking.list_versions, at=now) if one.head.name == "company"]
    assert head.replaces == "om"


def test_only_a_book_in_force_can_be_replaced_and_never_by_itself(perform: Perform) -> None:
    make_book(perform)
    with pytest.raises(NotFound, match=r"No book 'omm' is in force\.") as unknown:
        make_book(perform, TARGETS, name="goals", replaces="omm")
    assert unknown.value.hint == "Did you mean om?"
    with pytest.raises(InvalidInput, match=r"The book om cannot replace itself\."):
        make_book(perform, LATER, version="2", replaces="om")


def test_a_calendar_stays_as_long_as_another_book_counts_on_it(perform: Perform) -> None:
    make_book(perform, OFFICE, name="calendars")
    make_book(perform, MATRIX + LIMITS, name="company")
    with pytest.raises(Conflict, match=r"limits\.sev3 of the book company counts on the calendar office\.") as refused:
        make_book(perform, TARGETS, name="calendars", version="2")
    assert refused.value.hint == "Keep calendars.office in om.toml, or apply a new version of company first."
    with pytest.raises(Conflict, match="counts on the calendar office"):
        make_book(perform, TARGETS, name="goals", replaces="calendars")


def test_a_book_may_be_in_force_from_another_time_on(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform, since=now - 48 * HOUR)
    make_book(perform, LATER, version="2", since=now - 24 * HOUR)
    assert in_force(read, now - 49 * HOUR) == Rules()
    assert restore(in_force(read, now - 25 * HOUR)) == 4 * HOUR
    assert restore(in_force(read, now - 24 * HOUR)) == 3 * HOUR


def test_nothing_is_put_before_the_newest_rules(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform)
    make_book(perform, LATER, version="2", since=now + 24 * HOUR)
    assert restore(in_force(read, now)) == 4 * HOUR
    for since in (None, now + 23 * HOUR):
        with pytest.raises(Conflict) as refused:
            make_book(perform, WHOLE, version="3", since=since)
        assert refused.value.message == "om@2 is in force from {moment} on; nothing can be put before it."
        assert refused.value.moment == now + 24 * HOUR
    make_book(perform, WHOLE, version="3", since=now + 24 * HOUR)
    assert restore(in_force(read, now + 24 * HOUR)) == 4 * HOUR


def test_holidays_are_kept_as_dates(perform: Perform, read: Read, store: Store, now: datetime) -> None:
    make_book(perform, OFFICE + 'holidays = "CN"')
    with store.read_engine.connect() as connection:
        stored = json.loads(connection.execute(text("SELECT content FROM rulebook_version")).scalar_one())
    assert "2026-10-01" in stored["calendars"]["office"]["holidays"]["off"]
    assert "2026-10-10" in stored["calendars"]["office"]["holidays"]["work"]
    office = in_force(read, now).calendar_of("office")
    assert office.known_years == (2001, 2026)
    # 30 September, 17:00; the holidays end on the 7th, and the first hours of the 8th are the next.
    assert office.reaches(datetime(2026, 9, 30, 9, tzinfo=UTC), 2 * 3600 * 1_000_000) == datetime(
        2026, 10, 8, 1, tzinfo=UTC
    )


def test_a_version_is_shown_by_its_name(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform)
    make_book(perform, LATER, version="2")
    make_book(perform, TARGETS, name="goals")
    assert restore(read(looking.show, at=now, word="om").rules) == 3 * HOUR
    assert restore(read(looking.show, at=now, word="OM@1").rules) == 4 * HOUR
    everything = read(looking.show, at=now)
    assert [head.reference for head in everything.heads] == ["om@2", "goals@1"]
    assert read(looking.toml, at=now, word="om@1") == head() + WHOLE
    with pytest.raises(InvalidInput, match=r"2 books are in force\."):
        read(looking.toml, at=now)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        pytest.param("omm", "Did you mean om?", id="a name"),
        pytest.param("om@3", "Did you mean om@1?", id="a version"),
        pytest.param("x" * 500, "See them with: opsctl rulebook list", id="anything"),
    ],
)
def test_a_version_that_there_is_not_is_named(
    perform: Perform, read: Read, now: datetime, word: str, hint: str
) -> None:
    make_book(perform)
    with pytest.raises(NotFound) as unknown:
        read(looking.show, at=now, word=word)
    assert unknown.value.hint == hint


def test_a_generation_that_there_is_not_is_named(read: Read) -> None:
    with pytest.raises(NotFound, match=r"There are no rules of generation 7\."):
        read(service.of_generation, generation=7)


def test_two_versions_are_compared_field_by_field_and_not_line_by_line(
    perform: Perform, read: Read, now: datetime
) -> None:
    make_book(perform, WHOLE + TARGETS)
    other = "# the same, said otherwise\n" + OFFICE.replace('"14:00-18:00"', '"13:00-17:00"') + MATRIX + LIMITS
    make_book(perform, other.replace('restore = "4h"', 'restore = "3h"'), version="2")
    expected = [
        Difference("calendars.office.hours.mon", "08:00-12:00, 14:00-18:00", "08:00-12:00, 13:00-17:00"),
        Difference("limits.sev1.restore", "4h", "3h"),
        Difference("rulebook.version", "1", "2"),
        Difference("targets.availability", ">= 99 %", None),
    ]
    one, two, found = read(looking.diff, now=now, first="om@1", second="om@2")
    assert (one, two) == ("om@1", "om@2")
    assert [each for each in found if each.key[-4:] not in (".tue", ".wed", ".thu", ".fri")] == expected
    assert read(looking.diff, now=now, first="om@1") == ("om@1", "om@2", found)
    given = Given("new.toml", head(version="3") + WHOLE)
    one, two, found = read(looking.diff, now=now, first=given)
    assert (one, two) == ("om@2", "new.toml")
    assert Difference("limits.sev1.restore", "3h", "4h") in found


def test_a_file_is_judged_beside_what_is_in_force(perform: Perform, read: Read, now: datetime) -> None:
    make_book(perform, OFFICE, name="calendars")
    book = read(applying.validate, now=now, text=head() + WHOLE, file=FILE)
    assert (book.errors, book.clashes) == ((), (("calendars.office", "calendars"),))
    alone = applying.validate(None, now=now, text=head() + MATRIX + LIMITS, file=FILE)
    assert [one.key for one in alone.errors] == ["limits.sev3.calendar", "limits.sev4.calendar"]

"""How good a round is as evidence, and the signs of one from the armchair."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.void import Void
from opsctl.inspections.rules import Flagged, Reading, Round
from opsctl.inspections.rules.evidence import Walk, challenge_for, flags_of, grade
from opsctl.inspections.terms import Flag, Grade, Mark, Source, State
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Challenge, Checklist, Item
from opsctl.rulebook.terms import ChecklistKind, ItemType

NINE = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)
NUMBERS = ("a", "b", "c", "d")
PLAIN = Checklist(
    "climate",
    Words("Climate", "环境"),
    ChecklistKind.INSPECTION,
    (
        *(Item(id, Words(id, id), ItemType.NUMBER) for id in NUMBERS),
        Item("fixed", Words("Fixed", "定值"), ItemType.NUMBER, steady=True),
        Item("fans", Words("Fans", "风扇"), ItemType.STATE),
    ),
)
LONG = replace(PLAIN, takes=timedelta(minutes=20))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def reading(item: str, value: str | None = None, *, after: float = 0, **given: object) -> Reading:
    """A reading that a person typed so many seconds after nine."""
    plain = Reading(item, Mark.OK, value, None, Source.TYPED, None, None, "wang", NINE + timedelta(seconds=after))
    return replace(plain, **given)  # type: ignore[arg-type]


def walked(reference: str = "INS-2026-0010", *readings: Reading, lasts: float = 30, **given: object) -> Round:
    """A round of `lasts` minutes from nine, entered as it was done."""
    plain = Round(
        reference=reference,
        checklist="climate",
        asset="erp",
        customer=None,
        route=None,
        state=State.DONE,
        rules=1,
        person="wang",
        started_at=NINE,
        recorded_at=NINE,
        done_at=NINE + minutes(lasts),
        entered_at=NINE + minutes(lasts),
        readings=readings,
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def read_as(*values: str, reference: str = "INS-2026-0010", **given: object) -> Round:
    """A round with these values of the numbers, a minute apart."""
    answers = [reading(item, value, after=60 * n) for n, (item, value) in enumerate(zip(NUMBERS, values, strict=False))]
    return walked(reference, *answers, **given)  # type: ignore[arg-type]


def past(*values: str, ago: int = 1, **given: object) -> Round:
    """A round of so many days ago."""
    return read_as(
        *values,
        reference=f"INS-2026-{10 - ago:04}",
        **{"started_at": NINE - timedelta(days=ago), "done_at": NINE - timedelta(days=ago) + minutes(5), **given},
    )


def flags(
    one: Round,
    checklist: Checklist = PLAIN,
    *,
    earlier: tuple[Round, ...] = (),
    same_person: tuple[Walk, ...] = (),
    at_once: bool = True,
) -> tuple[Flagged, ...]:
    return flags_of(one, checklist, earlier=earlier, same_person=same_person, at_once=at_once)


PHOTO = {"file": "panel.jpg", "digest": "ab"}


@pytest.mark.parametrize(
    ("readings", "countersigned", "expected"),
    [
        ([{"source": Source.MACHINE}], False, Grade.MACHINE),
        ([{"source": Source.MACHINE}, PHOTO], False, Grade.PHOTO),
        ([PHOTO, PHOTO], True, Grade.PHOTO),
        ([PHOTO, {}], True, Grade.COUNTERSIGNED),
        ([PHOTO, {"source": Source.MACHINE}, {}], False, Grade.SELF_DECLARED),
        ([{"source": Source.EXCEPTION}], False, Grade.SELF_DECLARED),
        ([], False, Grade.SELF_DECLARED),
        ([], True, Grade.COUNTERSIGNED),
    ],
)
def test_a_round_is_as_good_as_its_weakest_reading(
    readings: list[dict[str, object]], countersigned: bool, expected: Grade
) -> None:
    answers = [reading(item, "1", **given) for item, given in zip(NUMBERS, readings, strict=False)]
    one = walked("INS-2026-0010", *answers, countersigned_by="zhao" if countersigned else None)
    assert grade(one) is expected


def test_a_reading_that_was_replaced_weakens_nothing() -> None:
    one = walked("INS-2026-0010", reading("a", "1"), reading("a", "2", **PHOTO))
    assert grade(one) is Grade.PHOTO


@pytest.mark.parametrize(
    ("seconds", "too_fast"),
    [([], False), ([0], False), ([0, 1.9], True), ([0, 2], False), ([0, 1, 3.9], True), ([0, 0, 4], False)],
    ids=["nothing typed", "one answer", "two in less than 2 s", "two in 2 s", "three in less than 4 s", "three in 4 s"],
)
def test_nobody_looks_and_types_in_less_than_two_seconds(seconds: list[float], too_fast: bool) -> None:
    answers = [reading(item, str(n), after=at) for n, (item, at) in enumerate(zip(NUMBERS, seconds, strict=False))]
    found = flags(walked("INS-2026-0010", *answers), at_once=False)
    assert found == ((Flagged(Flag.PACE),) if too_fast else ())


def test_answers_by_exception_and_of_machines_are_no_typing() -> None:
    answers = (
        reading("a", "1", after=0),
        reading("fans", after=0.1, source=Source.EXCEPTION),
        reading("b", "2", after=0.1, source=Source.MACHINE),
        reading("c", "2", after=3),
    )
    assert flags(walked("INS-2026-0010", *answers), at_once=False) == ()


@pytest.mark.parametrize(("after", "found"), [(1199, (Flagged(Flag.PACE),)), (1200, ())])
def test_a_walk_that_ends_before_the_book_allows_is_too_fast(after: float, found: tuple[Flagged, ...]) -> None:
    one = walked("INS-2026-0010", reading("a", "1", after=600), reading("b", "2", after=after))
    assert flags(one, LONG, at_once=False) == found


@pytest.mark.parametrize(
    ("ended", "found"),
    [(20, ()), (19.9, (Flagged(Flag.PACE, ("INS-2026-0009",)),)), (0, ())],
    ids=["long enough before", "too short before", "logged together, as on a route"],
)
def test_a_round_logged_whole_is_held_against_the_one_before_it(ended: float, found: tuple[Flagged, ...]) -> None:
    one = walked(lasts=0)
    moment = NINE - minutes(ended)
    walks = (Walk("INS-2026-0009", moment, moment), Walk("INS-2026-0008", NINE - minutes(90), NINE - minutes(90)))
    assert flags(one, LONG, same_person=walks) == found
    assert flags(one, PLAIN, same_person=walks) == ()


@pytest.mark.parametrize(
    ("now", "last", "copied"),
    [
        (("1", "2", "3"), ("1", "2", "3"), True),
        (("1", "2", "3"), ("1.0", "2.00", "3"), True),
        (("1", "2", "3"), ("1", "2", "3", "4"), True),
        (("1", "2", "3"), ("1", "2", "4"), False),
        (("1", "2", "3", "4"), ("1", "2", "3"), False),
        (("1", "2"), ("1", "2"), False),
    ],
    ids=["all", "by value", "fewer than last time", "one differs", "one is new", "two may well be alike"],
)
def test_numbers_that_are_all_those_of_the_last_round_look_copied(
    now: tuple[str, ...], last: tuple[str, ...], copied: bool
) -> None:
    found = flags(read_as(*now), earlier=(past(*last), past("9", "9", "9", ago=2)))
    assert found == ((Flagged(Flag.COPIED, ("INS-2026-0009",)),) if copied else ())


def test_readings_of_machines_and_steady_ones_are_not_copied() -> None:
    steady = reading("fixed", "220")
    one = replace(read_as("1", "2"), readings=(*read_as("1", "2").readings, steady))
    last = replace(past("1", "2"), readings=(*past("1", "2").readings, steady))
    assert flags(one, earlier=(last,)) == ()
    machine = tuple(replace(each, source=Source.MACHINE) for each in read_as("1", "2", "3").readings)
    assert flags(replace(one, readings=machine), earlier=(past("1", "2", "3"),)) == ()


def test_a_void_round_is_not_the_last_one() -> None:
    earlier = (past("1", "2", "3", void=Void.TEST), past("4", "5", "6", ago=2))
    assert flags(read_as("1", "2", "3"), earlier=earlier) == ()


@pytest.mark.parametrize(("alike", "about"), [(4, None), (5, ("b",)), (8, ("b",))])
def test_a_number_that_is_the_same_six_rounds_long_shows_no_variance(alike: int, about: tuple[str, ...] | None) -> None:
    earlier = tuple(past(str(ago), "7.0", ago=ago) for ago in range(1, alike + 1))
    assert flags(read_as("50", "7"), earlier=earlier) == (() if about is None else (Flagged(Flag.NO_VARIANCE, about),))


def test_one_other_value_among_six_is_variance() -> None:
    earlier = tuple(past("1", "7" if ago != 5 else "8", ago=ago) for ago in range(1, 9))
    assert flags(read_as("2", "7"), earlier=earlier) == ()


@pytest.mark.parametrize(("late", "about"), [(60, None), (60.5, "60"), (150, "150")])
def test_what_is_entered_more_than_an_hour_later_is_late(late: float, about: str | None) -> None:
    one = walked(entered_at=NINE + minutes(30 + late))
    assert flags(one) == (() if about is None else (Flagged(Flag.LATE_ENTRY, (about,)),))


def test_a_round_within_another_of_the_same_person_overlaps_it() -> None:
    walks = (
        Walk("INS-2026-0007", NINE - minutes(30), NINE),
        Walk("INS-2026-0008", NINE - minutes(10), NINE + minutes(1)),
        Walk("INS-2026-0009", NINE + minutes(10), NINE + minutes(20)),
        Walk("INS-2026-0010", NINE, NINE + minutes(30)),
    )
    assert flags(walked(), same_person=walks) == (Flagged(Flag.OVERLAP, ("INS-2026-0008", "INS-2026-0009")),)


def test_a_round_that_ended_before_the_last_of_its_asset_overlaps_it() -> None:
    later = past("1", done_at=NINE + minutes(31))
    assert flags(walked(), earlier=(later,)) == (Flagged(Flag.OVERLAP, ("INS-2026-0009",)),)
    assert flags(walked(), earlier=(past("1", done_at=NINE + minutes(30)),)) == ()


def half_minutes(start: int, lasts: int) -> set[float]:
    return {half / 2 for half in range(40) if start < half / 2 < start + lasts} or {float(start)}


@given(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8), st.integers(0, 8))
def test_rounds_overlap_where_they_share_a_moment(start: int, lasts: int, other: int, other_lasts: int) -> None:
    """Half minutes strictly inside of both, one by one; a round without length is its only moment, and two are none."""
    one = walked(started_at=NINE + minutes(start), done_at=NINE + minutes(start + lasts))
    walk = Walk("INS-2026-0009", NINE + minutes(other), NINE + minutes(other + other_lasts))
    shared = bool(half_minutes(start, lasts) & half_minutes(other, other_lasts)) and lasts + other_lasts > 0
    found = flags(replace(one, entered_at=one.done_at), same_person=(walk,))
    assert (Flag.OVERLAP in [flagged.flag for flagged in found]) is shared


ASKING = replace(
    PLAIN,
    challenges=(
        Challenge(Words("Serial number of the UPS", "UPS 序列号"), "SN 47-11a"),
        Challenge(Words("Which lamp is lit?", "哪个灯亮?")),
    ),
)


@pytest.mark.parametrize(
    ("asked", "answered", "flagged"),
    [
        (None, None, False),
        (0, "SN 47-11a", False),
        (0, "sn47-11A", False),
        (0, "ＳＮ　４７－１１ａ", False),
        (0, "SN 47-12a", True),
        (0, None, True),
        (0, "  ", True),
        (1, "the green one", False),
        (1, None, True),
        (7, "anything", False),
    ],
    ids=["none", "same", "case and blanks", "width", "other", "left out", "blank", "unjudged", "unjudged, out", "gone"],
)
def test_a_challenge_that_is_left_out_or_wrong_is_flagged(
    asked: int | None, answered: str | None, flagged: bool
) -> None:
    found = flags(walked(asked=asked, answered=answered), ASKING)
    assert found == ((Flagged(Flag.CHALLENGE),) if flagged else ())


def test_flags_come_in_the_order_of_their_words() -> None:
    one = read_as("1", "2", "3", asked=0, lasts=0, entered_at=NINE + minutes(90))
    walks = (
        Walk("INS-2026-0001", NINE - minutes(5), NINE - minutes(1)),
        Walk("INS-2026-0002", NINE - minutes(2), NINE + minutes(1)),
    )
    found = flags(
        one,
        replace(ASKING, takes=minutes(20)),
        earlier=tuple(past("1", "2", "3", ago=n) for n in range(1, 7)),
        same_person=walks,
    )
    assert [flagged.flag for flagged in found] == list(Flag)


def test_a_challenge_is_chosen_by_the_reference_and_never_by_another() -> None:
    chosen = [challenge_for(ASKING, f"INS-2026-{number:04}") for number in range(200)]
    assert chosen == [challenge_for(ASKING, f"INS-2026-{number:04}") for number in range(200)]
    assert 60 < sum(one == 0 for one in chosen) < 140
    assert set(chosen) == {0, 1}
    assert challenge_for(PLAIN, "INS-2026-0001") is None

"""What is to be made, changed and cancelled, case by case."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from opsctl.duties.rules import Occurrence, key_of
from opsctl.duties.rules.plans import Asset, Known, Plan, Stretch, following, matches, plan
from opsctl.duties.terms import Reason, State
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Matching, Route
from tests.duties.duties import DAY, HOUR, duty, stretch, switch

NOW = datetime(2026, 11, 5, 2, tzinfo=UTC)
"""10:00 in Shanghai; the patrol of today was due an hour ago."""
TODAY = datetime(2026, 11, 5, 1, tzinfo=UTC)
SW = switch("sw-1")


def occurrence(due_at: datetime, about: str = "sw-1", **given: Any) -> Occurrence:
    """One of the patrol, as the rules of generation 1 make it."""
    plain = Occurrence(
        duty="patrol",
        about=about,
        due_at=due_at,
        opens_at=due_at - 2 * HOUR,
        closes_at=due_at + 2 * HOUR,
        kind="inspection.completed",
        topic="core",
        owner="role:engineer",
        clause="OM-3.3a",
        rules=1,
    )
    return replace(plain, **given)


def planned(
    stretches: Iterable[Stretch],
    assets: Iterable[Asset | None] = (SW, None),
    there: Iterable[Occurrence] = (),
    *,
    since: datetime = NOW,
    days: float = 3,
    last_done: dict[tuple[str, str], datetime] | None = None,
    intervals: dict[tuple[int, str], timedelta] | None = None,
) -> Plan:
    known = Known({key_of(one): one for one in there}, last_done or {}, intervals or {})
    return plan(list(stretches), list(assets), known, now=NOW, since=since, until=since + days * DAY)


def short(occurrences: Iterable[Occurrence]) -> list[tuple[str, str]]:
    return [(one.about, one.due_at.strftime("%m-%d %H:%M")) for one in occurrences]


def test_one_is_made_for_each_asset_that_fits_and_for_none_where_there_is_no_asset() -> None:
    rules = stretch(duty(), duty(name="report", assets=None, topic=None))
    found = planned([rules], [SW, switch("sw-2"), switch("ups", kind="power"), None], days=1)
    assert [key_of(one) for one in found.made] == [
        ("patrol", "sw-1", TODAY + DAY),
        ("patrol", "sw-2", TODAY + DAY),
        ("report", "", TODAY + DAY),
    ]
    assert found.made[0] == occurrence(TODAY + DAY)
    assert found.changed == found.cancelled == ()


@pytest.mark.parametrize(
    ("matching", "expected"),
    [
        (Matching(), True),
        (Matching(kind="Switch"), True),
        (Matching(kind="server"), False),
        (Matching(kind="switch", criticality="key"), True),
        (Matching(criticality="ordinary"), False),
        (Matching(classification="secret"), False),
        (Matching(customer="om"), True),
        (Matching(customer="other"), False),
        (Matching(handles=("sw-1", "sw-9")), True),
        (Matching(handles=("sw-9",)), False),
        (Matching(route="dc1"), True),
        (Matching(route="dc2"), False),
        (Matching(route="gone"), False),
        (Matching(kind="switch", route="dc2"), False),
    ],
)
def test_an_asset_fits_in_everything_that_is_said(matching: Matching, expected: bool) -> None:
    words = Words("Route", "路线")
    routes = {name: Route(name, words, "core", (handle,)) for name, handle in (("dc1", "sw-1"), ("dc2", "sw-2"))}
    assert matches(matching, switch("sw-1", criticality="key", customer="om"), routes) is expected


def test_an_asset_has_occurrences_from_its_beginning_to_its_end() -> None:
    asset = switch("sw-1", begins=TODAY + DAY, ends=TODAY + 3 * DAY)
    assert short(planned([stretch(duty())], [asset], days=5).made) == [("sw-1", "11-06 01:00"), ("sw-1", "11-07 01:00")]


def test_every_generation_has_its_own_stretch() -> None:
    old = stretch(duty(), ends=TODAY + 2 * DAY)
    new = stretch(duty("0 10 * * *", owner="post:head"), generation=2, begins=TODAY + 2 * DAY)
    found = planned([old, new], days=3).made
    assert short(found) == [("sw-1", "11-06 01:00"), ("sw-1", "11-07 02:00")]
    assert [(one.rules, one.owner) for one in found] == [(1, "role:engineer"), (2, "post:head")]


def test_a_long_silence_is_made_up_for() -> None:
    found = planned([stretch(duty(), begins=NOW - 100 * DAY)], since=NOW - 200 * DAY, days=201).made
    assert len(found) == 101
    assert (found[0].due_at, found[-1].due_at) == (TODAY - 99 * DAY, TODAY + DAY)


def test_what_is_there_is_left_alone() -> None:
    there = [occurrence(TODAY + DAY), occurrence(TODAY + 2 * DAY, rules=7)]
    assert planned([stretch(duty())], there=there, days=2).all == ()


def test_new_rules_cancel_what_is_not_yet_due_and_nothing_that_is_past() -> None:
    past, done = occurrence(TODAY), occurrence(TODAY + DAY, state=State.DONE, met_by="INS-1")
    waived, ahead = occurrence(TODAY + 2 * DAY, state=State.WAIVED), occurrence(TODAY + 3 * DAY)
    found = planned([stretch(generation=2)], there=[past, done, waived, ahead])
    assert found == Plan((), (), (replace(ahead, state=State.CANCELLED, reason=Reason.RULES),))


def test_another_hour_cancels_the_old_one_and_makes_the_new() -> None:
    found = planned([stretch(duty("0 10 * * *"), generation=2)], there=[occurrence(TODAY + DAY)], days=1)
    assert short(found.made) == [("sw-1", "11-05 02:00")]
    assert [one.reason for one in found.cancelled] == [Reason.RULES]


def test_other_words_for_the_same_hour_change_it_in_place() -> None:
    there = occurrence(TODAY + DAY)
    found = planned([stretch(duty(grace=4 * HOUR), generation=2)], there=[there, occurrence(TODAY)], days=1)
    assert found == Plan((), (replace(there, closes_at=there.due_at + 4 * HOUR, rules=2),), ())


OPEN = NOW + HOUR
"""Due in an hour, and open since one ago."""


def test_what_is_open_stays_although_new_rules_no_longer_ask_for_it() -> None:
    there = [occurrence(OPEN), occurrence(OPEN + HOUR), occurrence(OPEN + HOUR + timedelta(seconds=1))]
    # Moved to 09:00, which is over: without what is open there would be none today.
    found = planned([stretch(duty("0 9 * * *"), generation=2)], there=there, days=1)
    assert (short(found.made), short(found.cancelled)) == ([("sw-1", "11-06 01:00")], [("sw-1", "11-05 04:00")])
    dropped = planned([stretch(generation=2)], there=[*there, occurrence(OPEN, "")])
    assert short(dropped.cancelled) == [("sw-1", "11-05 04:00")]


@pytest.mark.parametrize(
    ("asset", "reason"),
    [
        (switch("sw-1", kind="server"), None),
        (switch("sw-1", ends=NOW), Reason.RETIRED),
        (switch("sw-1", ends=OPEN), Reason.RETIRED),
        (switch("sw-1", begins=OPEN + HOUR), Reason.NO_MATCH),
    ],
)
def test_what_is_open_stays_while_its_asset_is_in_service(asset: Asset, reason: Reason | None) -> None:
    found = planned([stretch(duty())], [asset], [occurrence(OPEN)], days=0.5)
    assert [one.reason for one in found.cancelled] == ([] if reason is None else [reason])


def test_what_is_open_of_a_duty_counted_from_completion_gives_way_to_its_new_one() -> None:
    there = occurrence(OPEN)
    found = planned([counted(every=60 * DAY)], there=[there], intervals={(1, "patrol"): 30 * DAY})
    assert [one.due_at for one in found.made] == [OPEN + 30 * DAY]
    assert [one.due_at for one in found.cancelled] == [OPEN]
    assert planned([stretch(generation=2)], there=[there]).all == ()


@pytest.mark.parametrize(
    ("asset", "reason"),
    [
        (switch("sw-1", ends=NOW), Reason.RETIRED),
        (switch("sw-1", kind="server"), Reason.NO_MATCH),
        (switch("sw-1", begins=NOW + 90 * DAY), Reason.NO_MATCH),
    ],
)
def test_what_no_longer_is_about_the_asset_is_cancelled_with_the_reason(asset: Asset, reason: Reason) -> None:
    there = [occurrence(TODAY), occurrence(TODAY + DAY)]
    found = planned([stretch(duty())], [asset], there, days=2)
    assert found == Plan((), (), (replace(there[1], state=State.CANCELLED, reason=reason),))


def test_a_retirement_in_the_past_reaches_back_to_its_day() -> None:
    there = [occurrence(TODAY - 2 * DAY), occurrence(TODAY - DAY), occurrence(TODAY)]
    found = planned([stretch(duty())], [switch("sw-1", ends=TODAY - DAY)], there)
    assert short(found.cancelled) == [("sw-1", "11-04 01:00"), ("sw-1", "11-05 01:00")]


def test_occurrences_of_assets_that_are_not_looked_at_stay() -> None:
    assert planned([stretch()], [switch("sw-2")], [occurrence(TODAY + DAY), occurrence(TODAY + DAY, "")]).all == ()


def test_what_was_cancelled_and_is_asked_for_again_is_due_again() -> None:
    cancelled = {"state": State.CANCELLED, "reason": Reason.NO_MATCH.value}
    there = [occurrence(TODAY - HOUR, **cancelled), occurrence(TODAY + DAY, **cancelled)]
    assert planned([stretch(duty())], there=there, days=1) == Plan((occurrence(TODAY + DAY),), (), ())


def counted(**given: Any) -> Stretch:
    return stretch(duty(None, **{"every": 30 * DAY, **given}), begins=NOW - 10 * DAY)


@pytest.mark.parametrize(
    ("begins", "start", "expected"),
    [
        # Its asset began five days ago, and the duty ten: thirty days after the asset.
        (NOW - 5 * DAY, None, NOW + 25 * DAY),
        # The later of the asset and the start of the duty, which is 16:00 UTC of the day before.
        (NOW - 5 * DAY, date(2026, 11, 4), datetime(2026, 12, 3, 16, tzinfo=UTC)),
        (NOW - 1 * DAY, date(2026, 1, 1), NOW + 29 * DAY),
        # It would have been due before anybody asked for it: at once.
        (NOW - 99 * DAY, None, NOW),
        # In service one day only.
        (NOW + 9 * DAY, None, NOW + 39 * DAY),
    ],
)
def test_a_duty_counted_from_completion_begins_with_its_asset(
    begins: datetime, start: date | None, expected: datetime
) -> None:
    (made,) = planned([counted(start=start)], [switch("sw-1", begins=begins)]).made
    assert (made.due_at, made.closes_at) == (expected, expected + 2 * HOUR)


def test_about_no_asset_it_begins_with_its_rules() -> None:
    assert [one.due_at for one in planned([counted(assets=None)]).made] == [NOW + 20 * DAY]


def test_it_goes_on_from_when_it_was_last_done() -> None:
    found = planned([counted()], last_done={("patrol", "sw-1"): NOW - 3 * DAY}).made
    assert [(one.due_at, one.closes_at - one.due_at) for one in found] == [(NOW + 27 * DAY, 2 * HOUR)]
    tenth = planned([counted(grace=None)], last_done={("patrol", "sw-1"): NOW - 3 * DAY}).made
    assert [one.closes_at - one.due_at for one in tenth] == [3 * DAY]


def test_one_at_a_time_is_due_also_where_it_was_missed() -> None:
    for due_at in (NOW - 3 * DAY, NOW + 3 * DAY):
        assert planned([counted()], there=[occurrence(due_at)], intervals={(1, "patrol"): 30 * DAY}).all == ()


def test_another_interval_moves_the_one_that_is_not_yet_due() -> None:
    there = occurrence(NOW + 20 * DAY)
    found = planned([counted(every=60 * DAY)], there=[there], intervals={(1, "patrol"): 30 * DAY})
    assert [one.due_at for one in found.made] == [NOW + 50 * DAY]
    assert [one.due_at for one in found.cancelled] == [NOW + 20 * DAY]
    sooner = planned([counted(every=5 * DAY)], there=[there], intervals={(1, "patrol"): 30 * DAY})
    assert [one.due_at for one in sooner.made] == [NOW]


def test_an_interval_longer_than_time_itself_is_never_due() -> None:
    assert planned([counted(every=timedelta(days=999_999_999))]).all == ()


@pytest.mark.parametrize(
    ("given", "ends", "expected"),
    [
        ({"every": 30 * DAY}, None, NOW + 30 * DAY),
        ({"every": 30 * DAY}, NOW + 30 * DAY, None),
        ({"every": 30 * DAY}, NOW + 31 * DAY, NOW + 30 * DAY),
        ({"schedule": "0 9 * * *"}, None, None),
        ({"every": timedelta(days=999_999_999)}, None, None),
    ],
)
def test_the_next_is_counted_from_when_it_was_done(
    given: dict[str, Any], ends: datetime | None, expected: datetime | None
) -> None:
    told = duty(**{"schedule": None, **given})
    found = following(told, occurrence(TODAY), happened_at=NOW, generation=3, ends=ends)
    assert (None if found is None else (found.due_at, found.about, found.rules)) == (
        None if expected is None else (expected, "sw-1", 3)
    )

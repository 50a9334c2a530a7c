"""Which stretches of a maintenance leave the service time, and what may be done with it when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.assets.rules import maintenance as rules
from opsctl.assets.rules.maintenance import MaintenanceView, Standing, Window
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed
from opsctl.core.intervals import Interval, subtract, total_microseconds

MIDNIGHT = datetime(2026, 12, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minutes: int) -> datetime:
    """So many minutes after the midnight at which the maintenance of these tests begins."""
    return MIDNIGHT + minutes * MINUTE


def planned(*bounds: int, by: str = "li") -> MaintenanceView:
    """A maintenance whose windows lie between the bounds, planned by one person a day before."""
    windows = tuple(Window(at(start), at(end), by, at(-1440)) for start, end in pairwise(bounds))
    return MaintenanceView("MNT-2026-0001", "erp", "new disks", None, None, at(-1440), windows)


def approved(view: MaintenanceView, *minutes: int | None) -> MaintenanceView:
    """The maintenance with each window approved by wang at that minute, or not at all."""
    windows = tuple(
        window if minute is None else replace(window, approved_by="wang", approved_at=at(minute))
        for window, minute in zip(view.windows, minutes, strict=True)
    )
    return replace(view, windows=windows)


def between(start: int, end: int) -> Interval:
    return Interval(at(start), at(end))


@pytest.mark.parametrize(
    ("view", "excluded", "late"),
    [
        (approved(planned(0, 120), -30), [between(0, 120)], []),
        (approved(planned(0, 120), 0), [between(0, 120)], []),
        (approved(planned(0, 120), 1), [], [between(0, 120)]),
        (approved(planned(0, 120), 500), [], [between(0, 120)]),
        (planned(0, 120), [], [between(0, 120)]),
        (approved(planned(0, 120, 240), -30, 100), [between(0, 120), between(120, 240)], []),
        (approved(planned(0, 120, 240), -30, 121), [between(0, 120)], [between(120, 240)]),
        (approved(planned(0, 120, 240), 30, 100), [between(120, 240)], [between(0, 120)]),
        (replace(approved(planned(0, 120), -30), cancelled_at=at(50)), [between(0, 50)], []),
        (replace(approved(planned(0, 120), -30), cancelled_at=at(0)), [], []),
        (replace(approved(planned(0, 120), -30), cancelled_at=at(-10)), [], []),
        (replace(planned(0, 120), cancelled_at=at(50)), [], [between(0, 50)]),
        (replace(approved(planned(0, 120, 240), -30, -30), cancelled_at=at(60)), [between(0, 60)], []),
        (
            replace(approved(planned(0, 120, 240), -30, None), cancelled_at=at(130)),
            [between(0, 120)],
            [between(120, 130)],
        ),
    ],
    ids=[
        "approved before",
        "approved at the very moment",
        "approved a minute late",
        "approved after it ended",
        "never approved",
        "extension approved before it began",
        "extension approved late",
        "only the extension in time",
        "ended early",
        "cancelled as it began",
        "cancelled before",
        "ended early without approval",
        "ended before the extension",
        "ended within an extension nobody approved",
    ],
)
def test_only_what_was_approved_before_it_began_leaves_the_service_time(
    view: MaintenanceView, excluded: list[Interval], late: list[Interval]
) -> None:
    assert rules.excluded(view) == excluded
    assert rules.late(view) == late


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    approvals=st.lists(st.none() | st.integers(-20, 180), min_size=4, max_size=4),
    cancelled=st.none() | st.integers(-20, 180),
)
def test_minute_by_minute_the_same_stretches_come_out(
    lengths: list[int], approvals: list[int | None], cancelled: int | None
) -> None:
    bounds = [sum(lengths[:count]) for count in range(len(lengths) + 1)]
    view = approved(planned(*bounds), *approvals[: len(lengths)])
    view = replace(view, cancelled_at=None if cancelled is None else at(cancelled))
    out: set[int] = set()
    stays: set[int] = set()
    for minute in range(bounds[-1]):
        if cancelled is not None and minute >= cancelled:
            continue
        number = next(place for place, end in enumerate(bounds[1:]) if minute < end)
        approval = approvals[number]
        (out if approval is not None and approval <= bounds[number] else stays).add(minute)
    for found, minutes in ((rules.excluded(view), out), (rules.late(view), stays)):
        assert {minute for minute in range(-20, 200) for one in found if one.start <= at(minute) < one.end} == minutes
        assert total_microseconds(found) == len(minutes) * 60_000_000
    assert subtract(rules.excluded(view), rules.late(view)) == subtract(rules.excluded(view), [])


@pytest.mark.parametrize(
    ("view", "minute", "standings"),
    [
        (planned(0, 60), -1, {"planned", "coming"}),
        (planned(0, 60), 0, {"planned", "late", "running"}),
        (planned(0, 60), 60, {"planned", "late"}),
        (approved(planned(0, 60), -5), -1, {"approved", "coming"}),
        (approved(planned(0, 60), -5), 59, {"approved", "running"}),
        (approved(planned(0, 60), -5), 60, {"approved"}),
        (approved(planned(0, 60), 5), 30, {"approved", "late", "running"}),
        (approved(planned(0, 60, 90), -5, None), 30, {"planned", "running"}),
        (approved(planned(0, 60, 90), -5, None), 60, {"planned", "late", "running"}),
        (replace(planned(0, 60), cancelled_at=at(-1)), 30, {"cancelled"}),
        (replace(planned(0, 60), cancelled_at=at(10)), 30, {"cancelled", "late"}),
        (replace(approved(planned(0, 60, 90), -5, None), cancelled_at=at(10)), 70, {"cancelled"}),
    ],
)
def test_several_things_may_be_true_of_a_maintenance_at_once(
    view: MaintenanceView, minute: int, standings: set[str]
) -> None:
    assert rules.standings(view, at(minute)) == {Standing(word) for word in standings}


def test_a_maintenance_has_to_end_after_it_begins() -> None:
    for end in (0, -1):
        with pytest.raises(InvalidInput, match="has to end after it begins"):
            rules.plan(reference="", asset="erp", title="x", starts=at(0), ends=at(end), actor="li", now=at(-60))


def test_nobody_approves_what_they_planned_but_everything_else() -> None:
    view = rules.extend(planned(0, 60, by="li"), to=at(90), actor="wang", now=at(-10))
    by_wang = rules.approve(view, actor="wang", now=at(-5))
    assert [window.approved_by for window in by_wang.windows] == ["wang", None]
    with pytest.raises(NotAllowed, match="MNT-2026-0001 was planned by wang, who cannot approve it") as refused:
        rules.approve(by_wang, actor="wang", now=at(-4))
    assert refused.value.hint == "Any other person may: ask one to run: opsctl maintenance approve MNT-2026-0001"
    by_both = rules.approve(by_wang, actor="li", now=at(-3))
    assert [(window.approved_by, window.approved_at) for window in by_both.windows] == [
        ("wang", at(-5)),
        ("li", at(-3)),
    ]
    with pytest.raises(Conflict, match="is approved already"):
        rules.approve(by_both, actor="zhao", now=at(-2))


def test_an_extension_begins_where_the_maintenance_ends() -> None:
    view = rules.extend(approved(planned(0, 60), -5), to=at(90), actor="li", now=at(50))
    assert view.windows[1] == Window(at(60), at(90), "li", at(50))
    for minute in (59, 60):
        with pytest.raises(InvalidInput, match="lasts to") as refused:
            rules.extend(planned(0, 60), to=at(minute), actor="li", now=at(10))
        assert refused.value.hint.endswith("opsctl maintenance cancel MNT-2026-0001 --reason TEXT")
        assert refused.value.moment == at(60)


@pytest.mark.parametrize(
    ("cancelled", "now", "error", "words"),
    [
        (61, 60, InvalidInput, "still to come"),
        (60, 60, Conflict, "cannot be cancelled any more"),
        (500, 500, Conflict, "cannot be cancelled any more"),
        (-1441, 0, InvalidInput, "cannot be cancelled before"),
    ],
    ids=["in the future", "as it ends", "long after", "before it was planned"],
)
def test_a_maintenance_is_not_cancelled_at_an_impossible_moment(
    cancelled: int, now: int, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        rules.cancel(planned(0, 60), at=at(cancelled), reason="x", now=at(now))


def test_what_was_cancelled_stays_so() -> None:
    view = rules.cancel(planned(0, 60), at=at(-10), reason="no parts", now=at(-10))
    assert (view.cancelled_at, view.cancel_reason) == (at(-10), "no parts")
    with pytest.raises(Conflict, match="was cancelled at"):
        rules.approve(view, actor="wang", now=at(-5))
    with pytest.raises(Conflict, match="was cancelled at"):
        rules.extend(view, to=at(90), actor="li", now=at(-5))
    with pytest.raises(Conflict, match="was cancelled at"):
        rules.cancel(view, at=at(-5), reason="again", now=at(-5))


def test_the_record_leaves_out_what_is_not_known() -> None:
    assert rules.fields(planned(0, 60)) == {
        "reference": "MNT-2026-0001",
        "asset": "erp",
        "title": "new disks",
        "recorded_at": "2026-12-01T00:00:00.000000Z",
        "windows": [
            {
                "starts": "2026-12-02T00:00:00.000000Z",
                "ends": "2026-12-02T01:00:00.000000Z",
                "planned_by": "li",
                "planned_at": "2026-12-01T00:00:00.000000Z",
            }
        ],
    }
    record = rules.fields(replace(approved(planned(0, 60), 5), cancelled_at=at(10), cancel_reason="no parts"))
    assert (record["cancelled_at"], record["cancel_reason"]) == ("2026-12-02T00:10:00.000000Z", "no parts")
    assert record["windows"][0]["approved_by"] == "wang"
    assert record["windows"][0]["approved_at"] == "2026-12-02T00:05:00.000000Z"

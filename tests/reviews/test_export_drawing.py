"""The axis of time, and labels that have room of their own whatever happened when."""

import re
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opsctl.reviews.views.export.blocks import Bar, Drawing, Mark, Pattern
from opsctl.reviews.views.export.drawing import SIZE, WIDTHS, draw
from opsctl.reviews.views.export.scale import lanes, scale_of, text_width, ticks
from tests.reviews.exporting import at
from tests.reviews.test_export_prose import elements

MOMENTS = st.integers(0, 40 * 86400).map(lambda seconds: at(1, "00:00") + timedelta(seconds=seconds))
WORDS = st.text("abcWM 0:–影响开始", min_size=1, max_size=90)


def test_moments_stand_evenly_on_the_axis() -> None:
    scale = scale_of([at(1, "00:00"), at(1, "10:00")], 0, 1080)
    # Four hundredths of ten hours, 24 minutes, are left free on either side: 648 minutes on 1080 units.
    assert [scale.x(at(1, clock)) for clock in ("00:00", "05:00", "10:00")] == [40.0, 540.0, 1040.0]


def test_one_moment_alone_has_an_axis_too() -> None:
    scale = scale_of([at(1, "10:00")], 0, 600)
    assert scale.end - scale.start == timedelta(minutes=1)
    assert scale.x(at(1, "10:00")) == 300.0


@pytest.mark.parametrize(
    ("start", "end", "zone", "told"),
    [
        (at(2, "18:58"), at(2, "20:26"), "Asia/Shanghai",
         [("2026-10-03", "03:00"), ("", "03:15"), ("", "03:30"), ("", "03:45"), ("", "04:00"), ("", "04:15")]),
        (at(2, "10:00:00"), at(2, "10:00:30"), "UTC",
         [("2026-10-02", "09:59:50"), ("", "10:00:00"), ("", "10:00:10"), ("", "10:00:20"), ("", "10:00:30"),
          ("", "10:00:40")]),
        (at(1, "00:00"), at(4, "00:00"), "UTC",
         [("2026-10-01", "00:00"), ("", "12:00"), ("2026-10-02", "00:00"), ("", "12:00"),
          ("2026-10-03", "00:00"), ("", "12:00"), ("2026-10-04", "00:00")]),
        (at(2, "18:58"), datetime(2026, 11, 20, tzinfo=UTC), "UTC",
         [("2026", "10-05"), ("", "10-12"), ("", "10-19"), ("", "10-26"), ("", "11-02"), ("", "11-09"),
          ("", "11-16")]),
    ],
    ids=["hours", "seconds", "days", "weeks"],
)  # fmt: skip
def test_ticks_are_whole_by_the_clocks_of_the_zone(
    start: datetime, end: datetime, zone: str, told: list[tuple[str, str]]
) -> None:
    found = ticks(scale_of([start, end], 0, 700), zone, 80)
    assert [(tick.day, tick.text) for tick in found] == told


@given(MOMENTS, MOMENTS, st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo"]))
def test_ticks_leave_room_between_them(one: datetime, other: datetime, zone: str) -> None:
    places = [tick.x for tick in ticks(scale_of([one, other], 8, 884), zone, 90)]
    assert places == sorted(places)
    # Where the clocks change, midnights are an hour less than a day apart.
    assert all(after - before >= 85 for before, after in pairwise(places))


def test_years_have_few_ticks() -> None:
    places = ticks(scale_of([at(1, "00:00"), at(1, "00:00") + timedelta(days=30 * 365)], 8, 884), "UTC", 90)
    assert 2 <= len(places) <= 10


def test_labels_stand_above_those_that_come_after_them() -> None:
    # Three labels of 100 at 0, 10 and 20, and one at 200 that has the first lane to itself.
    extents = [(0.0, 100.0), (10.0, 110.0), (20.0, 120.0), (200.0, 300.0)]
    assert lanes(extents, [0, 10, 20, 200], 8) == [2, 1, 0, 0]


def test_of_two_at_the_same_place_the_first_stands_on_top() -> None:
    assert lanes([(0.0, 100.0), (0.0, 90.0)], [0, 0], 8) == [1, 0]


@given(st.lists(st.tuples(st.integers(0, 800), st.integers(1, 300)), max_size=12))
def test_no_two_labels_of_one_lane_touch(given_: list[tuple[int, int]]) -> None:
    extents = [(float(left), float(left + long)) for left, long in given_]
    chosen = lanes(extents, [left for left, _right in extents], 8)
    for (one, lane), (other, another) in combinations(zip(extents, chosen, strict=True), 2):
        assert lane != another or one[1] + 8 <= other[0] or other[1] + 8 <= one[0]


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Each label's left, top, right and bottom by the widths that the drawing reckons with."""
    found = re.findall(r'<text class="\w+" x="([\d.-]+)" y="([\d.-]+)"[^>]*>([^<]*)</text>', svg)
    return [
        (float(x), float(y) - SIZE, float(x) + text_width(text, SIZE), float(y) + 3)
        for x, y, text in ((x, y, text.replace("&amp;", "&")) for x, y, text in found)
    ]


@given(
    st.lists(st.builds(Mark, MOMENTS, WORDS), max_size=10),
    st.lists(st.tuples(MOMENTS, MOMENTS, WORDS, st.sampled_from(Pattern), st.booleans()), max_size=5),
    st.sampled_from(sorted(WIDTHS)),
)
def test_no_two_labels_overlap_and_none_leaves_the_drawing(
    marks: list[Mark], spans: list[tuple[datetime, datetime, str, Pattern, bool]], form: str
) -> None:
    assume(marks or spans)
    bars = tuple(Bar(min(a, b), max(a, b), words, pattern, open_) for a, b, words, pattern, open_ in spans)
    svg = draw(Drawing("t", "d", bars, tuple(sorted(marks, key=lambda mark: mark.at)), "Asia/Shanghai"), form)
    found = boxes(svg)
    assert len(found) >= len(marks) + len(bars)
    for one, other in combinations(found, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] + 2 or other[3] <= one[1] + 2
        assert apart, (one, other)
    width, height = map(float, re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
    assert all(left >= 0 and top >= -3 and right <= width and bottom <= height for left, top, right, bottom in found)


def test_a_moment_beside_a_month_is_still_seen() -> None:
    bars = (
        Bar(at(1, "00:00"), at(1, "00:00:30"), "outage", Pattern.OUTAGE),
        Bar(at(1, "00:00"), at(31, "00:00"), "impact", Pattern.IMPACT),
    )
    svg = draw(Drawing("t", "d", bars, (), "UTC"), "broad")
    widths = [float(width) for width in re.findall(r'<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="14"', svg)]
    assert widths[0] == 4.0 and widths[1] > 800


def test_what_lasts_has_an_open_end_and_says_so() -> None:
    svg = draw(
        Drawing("t", "d", (Bar(at(1, "00:00"), at(1, "05:00"), "outage", Pattern.OUTAGE, True),), (), "UTC"), "broad"
    )
    assert "00:00:00 – it lasts" in svg and re.search(r'l8 7-8 7z"', svg)


def test_each_kind_of_bar_has_a_pattern_of_its_own() -> None:
    bars = tuple(Bar(at(1, "00:00"), at(1, "05:00"), kind, kind) for kind in Pattern)
    svg = draw(Drawing("t", "d", bars, (), "UTC"), "slim")
    assert re.findall(r'fill="url\(#([\w-]+)\)"', svg) == [f"slim-{kind}" for kind in Pattern]
    assert len(set(re.findall(r"<rect width=\"8\" height=\"8\" fill=\"#fff\"/>(.*?)</pattern>", svg))) == 4


def test_a_drawing_is_told_to_who_cannot_see_it() -> None:
    svg = draw(Drawing("Course <1>", "outage & more", (), (Mark(at(1, "00:00"), "o"),), "UTC"), "broad")
    assert "<title>Course &lt;1&gt;</title>\n<desc>outage &amp; more</desc>" in svg
    assert 'role="img" aria-label="Course &lt;1&gt;"' in svg
    assert elements(svg)[0][0] == "svg"


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw(Drawing("t", "d", (), (), "UTC"), "broad") == ""

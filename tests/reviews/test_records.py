"""A review as a terminal shows it, from a review made by hand."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opsctl.core.report import Fields, Part, Report, Style, Table, Text
from opsctl.core.void import Void
from opsctl.incidents.terms import State as IncidentState
from opsctl.ledger.rules import Row
from opsctl.render import terminal
from opsctl.render.width import display_width
from opsctl.reviews.rules.facts import Returned, by_handle, returned_of
from opsctl.reviews.views import records
from tests.reviews.exporting import NOW, ZONE, at, case, chinese, earlier, incident, known, row


def titled(report: Report, title: str) -> Part:
    """The part under that title."""
    for part in report.parts:
        if (part.lines[0] if isinstance(part, Text) else part.title) == title:  # type: ignore[union-attr]
            return part
    raise AssertionError(title)


def table(report: Report, title: str) -> Table:
    """The table under that title."""
    part = titled(report, title)
    assert isinstance(part, Table)
    return part


def lines(report: Report, title: str) -> tuple[str, ...]:
    """The lines below that title."""
    part = titled(report, title)
    assert isinstance(part, Text)
    return part.lines[1:]


def step(seq: int, kind: str, **given: Any) -> Row:
    """A row of the ledger about the review itself."""
    return row(seq, at(4, f"0{seq % 10}:00"), f"review.{kind}", subject="REV-2026-0003", **given)


def test_the_timeline_has_a_line_for_each_day_notes_below_and_says_what_is_late_added_or_left_out() -> None:
    shown = lines(records.shown(known(), NOW), "Timeline")
    # 18:40 to 20:25 by UTC on the 2nd is past two in the morning of the 3rd in Shanghai.
    assert shown[0] == "2026-10-03"
    assert sum(line.startswith("2026-") for line in shown) == 1
    assert shown[1:5] == (
        "02:40:00+08:00  A mailing to all customers was started.",
        "    + added by the review, not in the ledger",
        "02:50:00+08:00  Li Na was on the train.",
        "    + added by the review, not in the ledger",
    )
    note = shown.index("    The disk was watched, but nobody was paged *by wang*.")
    assert shown[note - 1].startswith("03:08:00+08:00  ")
    late = shown.index("    † entered later: 2026-10-03 05:05:00+08:00")
    assert shown[late - 1].startswith("04:20:05+08:00  ")
    assert not any("nothing to see here" in line for line in shown)
    report = records.shown(known(), NOW)
    assert Text(("1 line of the record is left out here.",)) in report.parts


def test_times_and_clocks_of_a_single_incident_stand_against_their_limits() -> None:
    report = records.shown(known(), NOW)
    times = titled(report, "Times")
    assert isinstance(times, Fields)
    said = {name: value for name, value, _kind in times.pairs}
    assert said["impact start"] == "2026-10-03 02:58:00+08:00"
    assert said["did not serve"] == "43 min"
    verdicts = [cells[-1] for cells in table(report, "Clocks against their limits").rows]
    assert [verdict[0] for verdict in verdicts] == ["✓", "✗"]


def test_moments_are_of_the_readers_zone() -> None:
    assert lines(records.shown(known(), NOW, "UTC"), "Timeline")[:2] == (
        "2026-10-02", "18:40:00+00:00  A mailing to all customers was started.",
    )  # fmt: skip


def test_of_what_happened_around_the_nearest_twelve_are_shown_and_the_rest_is_counted() -> None:
    # The trouble began at 18:58: one row every ten minutes from 15:00 on, 15:00 to 18:10 are 20.
    rows = tuple(
        row(number, at(2, "15:00") + timedelta(minutes=10 * number), "backup.failed", subject=f"BAK-2026-{number:04d}")
        for number in range(20)
    )
    report = records.shown(known(cases=(case(around=rows, around_left=5),)), NOW)
    found = [cells[2] for cells in table(report, "Around the same time").rows]
    assert found == [f"BAK-2026-{number:04d}" for number in range(8, 20)]
    more = "13 more lines around the same time: opsctl review export REV-2026-0003"
    assert Text((more,)) in report.parts


def test_of_a_long_timeline_the_first_lines_are_shown_and_the_rest_is_counted() -> None:
    rows = tuple(row(number, at(2, "19:00") + timedelta(seconds=number), "incident.noted") for number in range(63))
    report = records.shown(known(chinese(), cases=(case(rows=rows),)), NOW)
    # Two lines were added by hand, before the first row.
    shown = [line for line in lines(report, "Timeline") if line[2] == ":"]
    assert len(shown) == 60
    assert Text(("5 more lines of the timeline: opsctl review export REV-2026-0003",)) in report.parts
    assert report.sheet is not None
    assert len(report.sheet.rows) == 65


def test_nothing_is_counted_where_everything_around_is_shown() -> None:
    report = records.shown(known(), NOW)
    assert len(table(report, "Around the same time").rows) == 2
    assert not any(isinstance(part, Text) and "more line" in part.lines[0] for part in report.parts)


def test_earlier_incidents_and_planned_actions_with_owner_and_deadline_are_shown() -> None:
    report = records.shown(known(), NOW)
    (before,) = earlier()
    assert [cells[0] for cells in table(report, "Earlier incidents").rows] == [before.incident.reference]
    planned = table(report, "Actions").rows[-1]
    assert planned[1:4] == ("look at the disks of every new server", "wang", "2026-10-30 18:00+08:00")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"void": Void.DUPLICATE}, "INC-2026-0042 counts in no figure: void: duplicate."),
        (
            {"state": IncidentState.MERGED, "merged_into": "INC-2026-0041"},
            "INC-2026-0042 was merged into INC-2026-0041: that is what counts.",
        ),
    ],
    ids=["void", "merged"],
)
def test_an_incident_that_counts_no_more_is_told(given: dict[str, Any], told: str) -> None:
    one = case()
    own = replace(one.shown.case, incident=incident(**given))
    changed = replace(one, shown=replace(one.shown, case=own))
    assert Text((told,)) in records.shown(known(cases=(changed,)), NOW).parts
    assert Text((told,)) not in records.shown(known(), NOW).parts


def test_the_history_names_each_step_the_edits_once_and_why_it_was_returned() -> None:
    steps = (
        step(1, "started"), step(2, "submitted"), step(3, "returned", actor="li.na", facts={"reason": "too short"}),
        step(4, "edited"), step(5, "handed-over", facts={"from": "wang", "to": "li.na"}),
    )  # fmt: skip
    report = records.shown(known(given={"version": 4}, steps=steps), NOW)
    rows = table(report, "What became of the review").rows
    assert [(cells[0], cells[1], cells[3]) for cells in rows] == [
        ("started", "wang", None), ("submitted", "wang", None), ("returned", "li.na", "too short"),
        ("edited, the last of 3 times", "wang", None), ("handed over", "wang", "wang → li.na"),
    ]  # fmt: skip
    assert report.data["returned"] == {"by": "li.na", "reason": "too short", "at": at(4, "03:00")}


def test_a_return_stands_until_the_next_submission_and_has_no_reason_once_that_is_redacted() -> None:
    back = step(3, "returned", actor="li.na", facts={"reason": "too short"})
    assert returned_of([step(1, "started")]) is None
    assert returned_of([step(2, "submitted"), back]) == Returned("li.na", "too short", at(4, "03:00"))
    assert returned_of([back, step(4, "submitted")]) is None
    assert returned_of([replace(back, facts=None)]) == Returned("li.na", None, at(4, "03:00"))
    assert returned_of([replace(back, facts='{"reason": 7}')]) == Returned("li.na", None, at(4, "03:00"))


def test_a_login_becomes_its_handle_and_a_handle_stays_whoever_else_is_called_so() -> None:
    people = (("wang", "wang"), ("root", "wang"), ("zhao", "zhao"), ("wang", "zhao"))
    found = by_handle([step(1, "started", actor=actor) for actor in ("root", "wang", "nobody")], people)
    assert [one.actor for one in found] == ["wang", "wang", "nobody"]


def test_as_a_sheet_a_review_is_its_timeline_with_added_lines_among_the_rows() -> None:
    sheet = records.shown(known(), NOW).sheet
    assert sheet is not None
    assert [column.key for column in sheet.columns] == [
        "happened", "row", "reference", "event", "actor", "late", "note",
    ]  # fmt: skip
    assert [cells[1] for cells in sheet.rows] == [None, None, 1101, 1102, 1103, 1104, 1106, 1107, 1108]
    assert [cells[5] for cells in sheet.rows if cells[5] is not None] == [at(2, "21:05")]


@pytest.mark.parametrize("width", [100, 46])
@pytest.mark.parametrize("document", [None, chinese()], ids=["English", "Chinese"])
def test_tables_and_fields_fit_the_terminal(width: int, document: Any) -> None:
    for part in records.shown(known(document), NOW).parts:
        if not isinstance(part, Text):
            drawn = terminal.draw(part, Style(ZONE, width))
            assert max(map(display_width, drawn.splitlines())) <= width

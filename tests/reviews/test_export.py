"""What an export says, in Markdown and as data: its order, its doubts, its marks."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opsctl import __version__
from opsctl.core import texts
from opsctl.core.void import Void
from opsctl.incidents.terms import State as IncidentState
from opsctl.render.cells import json_value
from opsctl.reviews.rules.document import Document, Factor, Line
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience, Kind, State
from opsctl.reviews.terms import Factor as FactorKind
from opsctl.reviews.views import export
from tests.reviews import exporting
from tests.reviews.exporting import ZONE, action, approved, at, case, incident, known, row


def markdown(one: Known, audience: Audience = Audience.INTERNAL) -> str:
    """The review as Markdown in the zone of the company."""
    return export.as_markdown(one, zone=ZONE, audience=audience)


def data(one: Known, audience: Audience = Audience.INTERNAL) -> Any:
    """The review as a program reads it from JSON."""
    return json.loads(json.dumps(json_value(export.as_data(one, audience=audience))))


def section(text: str, title: str) -> str:
    """What stands under a heading."""
    found = re.search(rf"^## {title}\n\n(.*?)(?=^## |^---$)", text, re.M | re.S)
    assert found is not None, text
    return found[1]


def test_everything_stands_in_its_order() -> None:
    assert re.findall(r"^## (.*)$", markdown(known()), re.M) == [
        "Summary", "Impact", "Clocks against their limits", "Timeline", "Around the same time", "Contributing factors",
        "Root cause", "What went well", "What went badly", "Where luck helped", "Detection", "Response", "Lessons",
        "Actions", "Earlier incidents", "Feedback", "Costs", "Internal notes", "Meeting",
    ]  # fmt: skip


def test_a_customer_reads_neither_internal_notes_nor_who_met() -> None:
    headings = re.findall(r"^## (.*)$", markdown(known(), Audience.CUSTOMER), re.M)
    assert headings[-3:] == ["Earlier incidents", "Feedback", "Costs"]


def test_a_section_without_words_is_left_out() -> None:
    bare = markdown(known(Document("bare"), cases=(case(earlier=(), around=()),), actions=()))
    headings = ["Impact", "Clocks against their limits", "Timeline", "Root cause"]
    assert re.findall(r"^## (.*)$", bare, re.M) == headings
    assert section(bare, "Root cause") == "Not written yet.\n\n"


def test_a_draft_says_so_first() -> None:
    lines = markdown(known()).split("\n")
    assert lines[0] == "# DRAFT · Mail refused logins for 43 minutes"
    assert lines[2] == "> **DRAFT: nobody has approved this review yet.**"


def test_what_is_in_review_says_so_first() -> None:
    assert markdown(known(given={"state": State.IN_REVIEW})).startswith("# IN REVIEW · Mail refused")


def test_a_void_review_says_so_first() -> None:
    told = markdown(known(given={"void": Void.MISTAKE}))
    assert told.startswith("# VOID · Mail refused") and "> **void: mistake**" in told


def test_an_approved_review_names_who_approved_it_and_the_post() -> None:
    told = markdown(approved(known()))
    assert told.startswith("# Mail refused logins")
    assert "> **Approved on 2026-10-05 16:00+08:00 by li.na, post operations lead.**" in told


def test_a_customer_reads_the_post_that_approved_it() -> None:
    told = markdown(approved(known()), Audience.CUSTOMER)
    assert "> **Approved on 2026-10-05 16:00+08:00 by the post operations lead.**" in told


def test_a_closed_review_says_when() -> None:
    one = approved(known())
    closed = replace(one.review, state=State.CLOSED, closed_by="li.na", closed_at=at(20, "01:00"))
    assert "> **Closed on 2026-10-20 09:00+08:00.**" in markdown(replace(one, review=closed))


def test_what_changed_since_the_approval_is_told_with_its_row() -> None:
    corrected = row(1203, at(5, "09:00"), "incident.corrected", facts={"cause": ["disk full", "disk slow"]})
    one = approved(known(since_approval=(corrected,)))
    told = "Changed since approval: corrected · cause: disk full → disk slow · by wang (row 1203)"
    assert f"> **{told}**" in markdown(one)


def test_an_incident_that_is_not_resolved_is_doubted() -> None:
    open_ = incident(state=IncidentState.MITIGATED, spans=incident().spans[:3])
    told = markdown(known(cases=(case(incident=open_, lost=None),)))
    assert "> **INC-2026-0042 is not resolved yet: what is said here may change.**" in told
    assert "- **Resolved**: –\n" in told and "- **Did not serve**: –\n" in told


def test_the_facts_are_those_of_the_records() -> None:
    told = markdown(known())
    for line in (
        "- **Incident**: INC-2026-0042 · mail refuses logins",
        "- **Asset**: mail (Mail gateway)",
        "- **Customer**: acme (Acme Ltd)",
        "- **Severity**: 1 · critical",
        "- **Impact start**: 2026-10-03 02:58:00+08:00",
        "- **Restored**: 2026-10-03 04:20:05+08:00",
        "- **Resolved**: 2026-10-03 04:25:30+08:00",
        "- **Lasted**: 1 h 22 min 5 s",  # 18:58 to 20:20:05
        "- **Did not serve**: 43 min",
        "- **Review due**: 2026-10-06 04:25+08:00 (3d)",
        "- **Held on**: 2026-10-05 14:00+08:00",
    ):
        assert line + "\n" in told


def test_a_clock_says_by_word_and_sign_whether_it_was_met() -> None:
    rows = section(markdown(known()), "Clocks against their limits").split("\n")[2:4]
    assert rows == [
        "| response | 15 min | 6 min 10 s | 2026-10-03 03:15+08:00 | ✓ in time |",
        "| restore | 4 h | 4 h 9 min 35 s | 2026-10-03 07:00+08:00 | ✗ late |",
    ]


def test_the_timeline_marks_late_entries_and_added_lines_and_leaves_out_hidden_rows() -> None:
    told = section(markdown(known()), "Timeline")
    assert "restored · by wang · row 1107 · *† entered later: 2026-10-03 05:05:00+08:00*\n" in told
    assert "02:40:00+08:00** *+ added by the review, not in the ledger* · A mailing to all customers" in told
    assert "row 1105" not in told and "nothing to see here" not in told
    assert told.endswith("\n\n1 line of the record is left out here.\n\n")
    assert "mitigated · by li.na · row 1106\n\n  > Half of the load was shed.\n" in told


def test_a_quarter_of_an_hour_is_not_late_yet() -> None:
    rows = tuple(
        row(seq, at(2, "19:00"), "incident.acknowledged", recorded=at(2, "19:00") + later)
        for seq, later in ((1, timedelta(minutes=15)), (2, timedelta(minutes=15, seconds=1)))
    )
    told = section(markdown(known(Document("t"), cases=(case(rows=rows),))), "Timeline")
    assert [("†" in line) for line in told.split("\n") if line.startswith("- ")] == [False, True]


def test_lines_stand_by_when_they_happened_and_rows_before_what_was_added_to_the_same_moment() -> None:
    rows = (row(7, at(2, "19:05"), "incident.resolved"), row(8, at(2, "19:00"), "incident.opened"))
    document = Document("t", added=(Line(at(2, "19:00"), "beside"), Line(at(2, "19:10"), "after")))
    told = section(markdown(known(document, cases=(case(rows=rows),))), "Timeline")
    words = [re.split(r" · |\*\* ", line)[1] for line in told.split("\n") if line.startswith("- ")]
    assert [word.split(" ")[0] for word in words] == ["opened", "*+", "resolved", "*+"]


def test_the_factors_are_a_tree_and_the_whys_its_path() -> None:
    told = section(markdown(known()), "Contributing factors")
    assert told == (
        "- **technical**: Logins wait for the queue\n"
        "  - **technical**: The queue shares a disk with the logs\n"
        "    - **process** ◆ **root cause**: New servers get no review of their disks\n"
        "  - **supplier**: The library does not say that it waits\n"
        "- **environment**: A mailing of 2 million letters that night\n\n"
        "### Why, and why that\n\n"
        "1. **technical**: Logins wait for the queue\n"
        "2. **technical**: The queue shares a disk with the logs\n"
        "3. **process** ◆ **root cause**: New servers get no review of their disks\n\n"
    )


def test_a_root_cause_that_nobody_knows_is_said_to_be_unknown() -> None:
    document = replace(exporting.english(), undetermined=True, root_cause="We read all logs.")
    assert section(markdown(known(document)), "Root cause") == "Not determined\n\nWe read all logs.\n\n"


def test_without_words_of_its_own_the_root_cause_is_the_marked_factor() -> None:
    document = Document("t", factors=(Factor(FactorKind.PROCESS, "no review of disks", root=True),))
    assert section(markdown(known(document)), "Root cause") == "no review of disks\n\n"


def test_many_incidents_want_no_single_root_cause() -> None:
    told = markdown(known(Document("t"), given={"kind": Kind.PERIOD, "period": "2026-10"}))
    assert "Root cause" not in told and "- **Period**: 2026-10\n" in told


def test_an_action_says_who_until_when_and_by_what_it_is_proven() -> None:
    rows = section(markdown(known()), "Actions").split("\n")[2:5]
    assert rows == [
        "| ACT-2026-0040 | move the queue to its own disk | li.na | 2026-10-20 18:00+08:00 | verified"
        " | ✓ inspection:mail/queue-disk, 2026-10-04 17:00+08:00 |",
        "| ACT-2026-0041 | page at 90 % of any disk of mail | li.na | 2026-10-20 18:00+08:00 | open | – |",
        "| – | look at the disks of every new server | wang | 2026-10-30 18:00+08:00"
        " | not recorded as an action yet | – |",
    ]


def test_an_open_action_with_an_evidence_query_says_for_what_it_waits() -> None:
    waiting = action("ACT-2026-0041", "t", verify="inspection:mail/login")
    told = section(markdown(known(Document("t"), actions=(waiting,))), "Actions")
    assert "| open | waits for inspection:mail/login |" in told


def test_a_promise_that_was_not_kept_is_told() -> None:
    told = section(markdown(known()), "Earlier incidents")
    # 26 August to 6 October is 41 days.
    assert "INC-2026-0017 promised this 41 days ago, still open: ACT-2026-0031 warn at 80 % of the queue disk" in told
    assert "| INC-2026-0017 | mail queue grows | 2026-08-25 11:00+08:00 | asset, cause | REV-2026-0001 |" in told


def test_what_a_meeting_discussed_has_a_table_of_its_own() -> None:
    one = known(
        Document("t"), given={"kind": Kind.MEETING}, cases=(), actions=(), discussed=(action("ACT-2026-0009", "x"),)
    )
    assert "### Actions discussed" in section(markdown(one), "Actions")


def test_several_incidents_have_a_row_each_and_lines_name_theirs() -> None:
    second = incident(reference="INC-2026-0043", title="fans")
    other = case(incident=second, rows=(row(1200, at(3, "19:00"), "incident.opened", subject="INC-2026-0043"),))
    told = markdown(known(cases=(case(), other)))
    assert "| INC-2026-0042 | mail refuses logins | mail | 1 · critical |" in told
    assert "| INC-2026-0043 | fans | mail | 1 · critical |" in told
    assert "** INC-2026-0043 · opened" in told
    assert "- **Did not serve, together**: 1 h 26 min\n" in told  # twice 43 minutes


def test_the_last_line_is_by_which_ledger_it_was_made() -> None:
    assert markdown(known()).endswith(
        "\n\n---\n\nREV-2026-0003 · ledger row 1207,"
        " 5f1d7c3e9b20a4468d1c0e7f3a9b5c2d4e6f8091a2b3c4d5e6f708192a3b4c5d · made 2026-10-06 10:00+08:00"
        f" · opsctl {__version__}\n"
    )


def test_data_has_what_the_words_have() -> None:
    found = data(known())
    assert (found["reference"], found["state"], found["draft"], found["version"]) == ("REV-2026-0003", "draft", True, 4)
    (one,) = found["incidents"]
    assert (one["lasted"], one["lost"], one["review_due"]) == (4925, 2580, "2026-10-05T20:25:30Z")
    assert [(clock["clock"], clock["used"], clock["on_time"]) for clock in one["clocks"]] == [
        ("response", 370, True),
        ("restore", 14975, False),
    ]
    assert [one["row"] for one in found["timeline"]["rows"]] == [1101, 1102, 1103, 1104, 1106, 1107, 1108]
    assert [one["row"] for one in found["timeline"]["rows"] if one["late"]] == [1107]
    assert found["timeline"]["left_out"] == 1
    assert found["earlier"][0]["promised"][0]["reference"] == "ACT-2026-0031"
    assert found["ledger"] == {"row": 1207, "hash": exporting.HEAD[1]}
    assert found["document"]["internal"] == "Talk to wang about the shift plan."


def test_data_for_a_customer_leaves_the_names_of_fields_for_persons_out() -> None:
    def keys(value: Any) -> Iterator[str]:
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from keys(inner)
        yield from value if isinstance(value, dict) else ()

    named = {
        "author",
        "actor",
        "owner",
        "assignee",
        "participants",
        "facilitator",
        "internal",
        "verified_by",
        "promised",
    }
    assert named.isdisjoint(keys(data(known(), Audience.CUSTOMER)))
    assert named - set(keys(data(known()))) == set()


def test_the_words_are_in_the_language_of_the_reader() -> None:
    texts.use_language("zh_CN")
    try:
        told = markdown(known(exporting.chinese()))
    finally:
        texts.use_language("en")
    headings = re.findall(r"^## (.*)$", told, re.M)
    assert {"概述", "影响", "时间线", "促成因素", "根本原因", "改进措施"} <= set(headings)


@pytest.mark.parametrize("audience", list(Audience))
def test_nothing_is_said_of_a_review_without_any_record(audience: Audience) -> None:
    bare = known(Document("bare"), given={"asset": None, "customer": None, "subjects": ()}, cases=(), actions=())
    assert export.as_markdown(bare, zone=ZONE, audience=audience).startswith("# DRAFT · bare\n")
    assert "<svg" not in export.as_page(bare, zone=ZONE, audience=audience)


@pytest.mark.parametrize("audience", list(Audience))
def test_moments_inside_words_are_in_the_zone_of_the_database(audience: Audience) -> None:
    """Nine in the morning by UTC is five in the afternoon in Shanghai."""
    corrected = row(
        1109, at(2, "20:30"), "incident.corrected", facts={"detected": ["2026-10-02T09:00:00Z", "2026-10-02T09:05:00Z"]}
    )
    found = data(known(cases=(case(rows=(corrected,)),)), audience)
    (told,) = found["timeline"]["rows"]
    assert "2026-10-02 17:00:00+08:00" in told["words"]

"""Post-mortems in the styles of several tools, with all that comes of each: worked out by hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsctl.actions.terms import Kind
from opsctl.reviews.rules.document import Document, Factor, Line, Own, Planned
from opsctl.reviews.rules.importing import read_foreign
from opsctl.reviews.rules.results import Foreign
from opsctl.reviews.terms import Factor as FactorKind

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FOLDER = Path(__file__).parent / "postmortems"


def read(name: str, zone: str | None = None) -> Foreign:
    """The example as it is read, with everything of it taken."""
    read = read_foreign((FOLDER / f"{name}.md").read_text(encoding="utf-8"), zone=zone, now=NOW)
    assert read.problems == ()
    return read


def at(utc: str) -> datetime:
    """`2026-10-12 14:32` in UTC."""
    return datetime.fromisoformat(utc).replace(tzinfo=UTC)


def said(read: Foreign) -> list[tuple[int, str]]:
    """What was not understood, without the next steps."""
    return [(one.line, one.message) for one in read.not_understood]


DONE_THERE = "Actions that are done there are not planned again; they are kept as text."


def test_the_layout_of_the_book_with_bold_labels_in_front() -> None:
    found = read("sre_book")
    assert found.document == Document(
        title="Search index served stale results (incident #465)",
        summary="For 41 minutes the search of the shop answered from an index that was a day old.",
        impact="About 1,900 searches showed articles that were sold out.\nNo order was lost.",
        added=(
            Line(at("2026-10-12 12:04"), "Deploy of the shop begins"),
            Line(at("2026-10-12 12:10"), "INCIDENT BEGINS: the index job reads an empty list"),
            Line(at("2026-10-12 12:31"), "A customer calls"),
            Line(at("2026-10-12 12:42"), "wang opens the incident"),
            Line(at("2026-10-12 12:51"), "INCIDENT ENDS: the new index is served"),
        ),
        root_cause="The job that builds the index read its list of shards from a file that a deploy had truncated.",
        went_well=(
            "The support desk passed the call on at once",
            "Building the index by hand is written down,\nand took nine minutes",
        ),
        went_badly=("Nothing watched the age of the index",),
        luck=("It was a holiday, with half the usual traffic",),
        detection="A customer called; no alert fired.",
        response="The file was written again and the index built by hand.",
        planned=(
            Planned(
                "Write the list of shards to a second file and rename it (Bug: OPS-11)",
                owner="wang",
                kind=Kind.PREVENT,
            ),
            Planned("Alert when the index is older than two hours (Bug: OPS-12)", owner="li", kind=Kind.DETECT),
            Planned("Tell the support desk how old the index is (Type: other; Owner: li, wang; Bug: OPS-13)"),
        ),
        internal=(
            "### Front matter\n\n"
            "**Date:** 2026-10-12\n**Authors:** wang, li\n**Status:** Complete, action items in progress"
            "\n\n### Actions done, as written\n\n"
            "| Action Item | Type | Owner | Bug |\n|---|---|---|---|\n"
            "| Build the index by hand | mitigate | wang | n/a **DONE** |"
        ),
        own=(
            Own("Trigger", "A deploy of the shop at noon, which wrote that file anew while the job was reading it."),
            Own("Supporting information", "- Graph of the index's age: https://graphs.example.com/index-age"),
        ),
    )
    assert found.incident == "#465"
    assert said(found) == [
        (26, DONE_THERE),
        (27, "“li, wang” is not the handle of one person; it stays in the action's text."),
        (27, "“other” is no kind of action; it stays in the action's text."),
    ]


def test_a_summary_of_a_status_page_goes_past_midnight_by_the_dates_of_its_headings() -> None:
    found = read("status_page")
    assert found.document == Document(
        title="Large runners did not pick up jobs",
        summary="From 12:20 UTC on 1 December to 01:05 UTC on 2 December 2024, larger hosted runners were slow to "
        "start jobs, or never did.",
        added=(
            Line(at("2024-12-01 23:18"), "Investigating: reports of trouble come in."),
            Line(at("2024-12-01 23:24"), "Update: large runners do not pick up jobs."),
            Line(at("2024-12-01 23:43"), "Update: the search for the cause goes on."),
            Line(at("2024-12-02 00:14"), "Update: still looking into large hosted runners."),
            Line(at("2024-12-02 00:57"), "Update: a mitigation is in place, measurements improve."),
            Line(at("2024-12-02 01:05"), "Resolved."),
        ),
        root_cause="Background jobs that provision virtual machines had failed.",
        planned=(Planned("Alert on failed provisioning jobs", kind=Kind.DETECT),),
        internal="### Actions done, as written\n\n- [x] Apply the mitigation",
        own=(Own("Who was affected", "On average 8% of the workflows that asked for a large runner."),),
    )
    assert found.incident is None
    assert said(found) == [
        (7, "The heading “Who was affected” is not known; what stands below it is kept under it."),
        (32, DONE_THERE),
    ]


def test_a_chinese_review_is_read_in_the_zone_that_is_given() -> None:
    found = read("fupan", "Asia/Shanghai")
    assert found.document == Document(
        title="支付网关超时故障复盘",
        held_on=at("2026-10-20 06:00"),
        facilitator="王芳",
        participants=("王芳", "李雷", "韩梅梅"),
        summary="10 月 12 日下午，支付网关**大面积超时**，持续 42 分钟。",
        impact="约 1200 笔订单支付失败，涉及客户 3 家。",
        added=(
            Line(at("2026-10-12 06:32"), "监控告警：网关响应超过 5 秒"),
            Line(at("2026-10-12 06:40"), "李雷重启网关节点，\n无效"),
            Line(at("2026-10-12 07:05"), "扩大连接池"),
            Line(at("2026-10-12 07:10"), "恢复正常"),
            Line(at("2026-10-13 01:30"), "与客户沟通"),
        ),
        factors=(
            Factor(
                FactorKind.PROCESS,
                "上线前没有压测",
                behind=(Factor(FactorKind.TECHNICAL, "压测环境与生产不一致"),),
            ),
        ),
        root_cause="连接池上限为 50，促销期间并发超过 300。",
        went_well=("告警及时", "沟通顺畅"),
        went_badly=("值班手册没有扩容步骤",),
        luck=("当天不是周末。",),
        lessons=("促销前要压测。",),
        planned=(
            Planned("增加连接数监控", owner="lilei", deadline=at("2026-11-01 15:59:59"), kind=Kind.DETECT),
            Planned("编写扩容手册，完成时间：下周", owner="hanmeimei"),
            Planned("促销前压测", owner="wangfang", kind=Kind.PREVENT),
        ),
        internal=(
            "### Front matter\n\n"
            "```yaml\n故障等级: SEV-2\n日期: 2026-10-12\n开始时间: 2026-10-12 14:28\n"
            "发现时间: 2026-10-12 14:32\n恢复时间: 2026-10-12 15:10\n```"
            "\n\n### Actions done, as written\n\n"
            "- [x] 连接池上限调到 500"
        ),
        own=(
            Own("五、触发原因", "促销短信提前发送。"),
            Own("Contributing factors (as written)", "- 没有人关注连接数"),
            Own("附录", "压测报告见共享盘。"),
        ),
    )
    assert found.incident == "INC-2026-0042"
    assert said(found) == [
        (45, "Contributing factors without a kind are kept as text."),
        (67, "'下周' is not a date."),
        (69, DONE_THERE),
    ]


def test_without_a_zone_no_local_time_of_it_is_read_and_each_is_named() -> None:
    found = read("fupan")
    assert found.document.added == ()
    assert found.document.held_on is None
    assert [one.deadline for one in found.document.planned] == [None, None, None]
    front, _mark, below = found.document.internal.partition("\n\n### Timeline (as written)\n\n")
    assert front.startswith("### Front matter\n\n") and "复盘时间: 2026-10-20 14:00" in front
    assert below.startswith("- 14:32 监控告警")
    assert found.document.planned[0] == Planned("增加连接数监控 (截止：2026-11-01)", owner="lilei", kind=Kind.DETECT)
    lines = [line for line, message in said(found) if "has no zone" in message]
    assert lines == [8, 9, 10, 11, 26, 27, 29, 30, 31, 66]


def test_tables_of_entries_of_times_and_of_actions() -> None:
    found = read("tables", "Europe/Berlin")
    assert found.document == Document(
        title="Storage array lost a controller",
        held_on=at("2026-09-10 08:00"),
        facilitator="Ines Roth",
        summary="One of two controllers failed; writes were slow until it was replaced.",
        added=(
            Line(at("2026-09-03 00:12"), "Controller B resets (Who: array)"),
            Line(at("2026-09-03 00:15"), "Latency alert (Who: monitoring)"),
            Line(at("2026-09-03 00:31"), "Failover to controller A (Who: roth)"),
            Line(at("2026-09-03 02:40"), "Controller B replaced | tested (Who: vendor)"),
        ),
        root_cause="A memory module with a known fault.",
        planned=(
            # The last second of 1 October in Berlin.
            Planned(
                "Replace the modules of the same series",
                owner="roth",
                deadline=at("2026-10-01 21:59:59"),
                kind=Kind.PREVENT,
            ),
            Planned(
                "Order a spare controller (Owner: procurement team; Due date: Q4; Status: in progress)",
                kind=Kind.MITIGATE,
            ),
        ),
        internal=(
            "### Front matter\n\n"
            "- Incident: PRB0041234\n- Severity: 2\n- Started: 2026-09-03 02:12+02:00\n"
            "- Detected: 2026-09-03 02:15+02:00\n- Resolved: 2026-09-03 04:40+02:00"
            "\n\n### Timeline (as written)\n\n"
            "| Date | Time (UTC+02:00) | Event | Who |\n|:---|:---|---|---|\n"
            "| | soon after | Vendor called | roth |"
            "\n\n### Actions done, as written\n\n"
            "| # | Action | Owner | Due date | Type | Status |\n|---|---|---|---|---|---|\n"
            "| 3 | Replace controller B | vendor | 2026-09-03 | - | closed |"
            "\n\n### Actions (as written)\n\n"
            "| # | Action | Owner | Due date | Type | Status |\n|---|---|---|---|---|---|\n"
            "| 4 | Subscribe to recalls | roth | 2026-10-15 | process | | surplus |"
        ),
        own=(Own("Analysis", "Words that explain.\n\n### Other remarks\n\nThe vendor had recalled it."),),
    )
    assert found.incident == "PRB0041234"
    assert said(found) == [
        (24, "The timeline has a line that begins with no time: soon after Vendor called roth"),
        (27, "The heading “Analysis” is not known; what stands below it is kept under it."),
        (41, "What is no list and no table of actions is kept as text."),
        (44, "“procurement team” is not the handle of one person; it stays in the action's text."),
        (44, "'Q4' is not a date."),
        (45, DONE_THERE),
        (46, "The row does not fit the header of the table; it is kept as text."),
    ]


def test_underlined_headings_lines_of_times_and_a_cause_that_nobody_knows() -> None:
    found = read("setext", "Europe/Berlin")
    assert found.document == Document(
        title="Certificate of the mail gateway expired",
        summary="Mail from outside bounced for two hours.",
        impact="Some 400 mails were late.\nNone was lost.",
        added=(
            Line(at("2026-08-19 06:00"), "The certificate expires"),
            Line(at("2026-08-19 07:48:10"), "First complaint\nand a second one right after"),
            Line(at("2026-08-19 08:01"), "New certificate"),
        ),
        root_cause="We looked for the reminder and found none.",
        undetermined=True,
        planned=(
            Planned("Renew certificates by a job; Ticket: MAIL-7", owner="chen", deadline=at("2026-09-30 21:59:59")),
            Planned("watch the dates of all certificates", owner="zhou", deadline=at("2026-10-15 21:59:59")),
        ),
        internal="### Timeline (as written)\n\nA line of prose between 08:01 and now.",
    )
    assert said(found) == [
        (24, "The timeline has a line that begins with no time: A line of prose between 08:01 and now.")
    ]


def test_without_headings_all_of_it_is_the_summary() -> None:
    found = read("no_headings")
    assert found.document == Document(
        title="",
        summary="On 5 May 2026 the printer in the warehouse stopped for an hour.\n\nSomebody had pulled the plug at "
        "09:10 and put it back at 10:05.\n- nobody was told\n- nobody was hurt",
    )
    assert said(found) == [
        (1, "The file has no title."),
        (1, "There are no headings that are known; all of the text is taken as the summary."),
    ]


def test_broken_dates_are_reported_with_their_lines_and_what_is_accepted() -> None:
    found = read("broken_dates", "Europe/Berlin")
    assert found.document == Document(
        title="Backup server: disk full",
        added=(Line(at("2026-02-27 04:10"), "Old backups pruned"),),
        internal=(
            "### Front matter\n\n"
            "```yaml\ndate: 2026-02-30\nstarted: 12/10/2026 03:00\ndetected: yesterday\n"
            "resolved: 2026-02-27 05:61 UTC\nheld: 2027-01-01 10:00 UTC\nincident: the big one\n"
            "team: storage   # who was on call\n```"
            "\n\n### Timeline (as written)\n\n"
            "- 2026-02-30 03:00 UTC Disk at 90 percent\n- 02/27 03:20 Disk full\n"
            "- 2026-02-27 25:00 UTC Backups stop\n- 2062-02-27 04:20 UTC Backups run\n"
            "- 2026-02-27 Report written\n- Feb 27 04:30 UTC Mail sent"
        ),
    )
    assert found.incident is None
    assert said(found) == [
        (3, "There is no such time: '2026-02-30'."),
        (4, "12/10/2026 03:00: 12/10/2026 can mean more than one time."),
        (5, "'yesterday' is not a date."),
        (6, "There is no such time: '2026-02-27 05:61 UTC'."),
        (7, "The review was held in the future: 2027-01-01 10:00 UTC."),
        (8, "“the big one” is not the reference of an incident; it is kept as text."),
        (14, "There is no such time: '2026-02-30 03:00 UTC'."),
        (15, "02/27 03:20: 02/27 can mean more than one time."),
        (16, "There is no such time: '2026-02-27 25:00 UTC'."),
        (18, "2062-02-27 04:20 UTC lies in the future."),
        (19, "2026-02-27 has no time of day."),
        (20, "Feb 27 04:30 UTC has no year."),
    ]
    accepted = "Write it as 2026-10-12, or as 2026-10-12 14:32 UTC with its zone or offset."
    assert [one.hint for one in found.not_understood if one.line in (3, 5, 6, 14, 16)] == [accepted] * 5


def test_times_out_of_order_are_reported_and_a_clock_that_goes_back_is_not_read() -> None:
    found = read("out_of_order", "Asia/Shanghai")
    assert found.document == Document(
        title="Router rebooted twice",
        impact="The branch was cut off from 14:50 to 14:20.",
        added=(
            Line(at("2026-06-30 22:00"), "Maintenance announced"),
            Line(at("2026-07-01 14:20"), "First reboot"),
            Line(at("2026-07-01 14:35"), "Provider called"),
            Line(at("2026-07-01 14:50"), "Second reboot"),
            Line(at("2026-07-01 15:05"), "2026-07-01 15:05 to 15:20 UTC Firmware replaced"),
        ),
        internal=(
            "### Timeline (as written)\n\n* 14:30 UTC Engineer on site\n* 2026-07-01 14:40–14:36 UTC Firmware checked"
        ),
    )
    assert said(found) == [
        (5, "From 14:50 to 14:20 ends before it starts."),
        (10, "2026-07-01 14:20 UTC is earlier than 2026-07-01 14:50 UTC in line 9: the lines are sorted."),
        (12, "14:30 UTC is earlier than 14:35 UTC in line 11: out of order, or another day."),
        (13, "2026-07-01 14:40–14:36 UTC ends before it starts."),
        (16, "“Timeline” is the same section as in line 7; both are joined."),
    ]


NIGHT = {
    "- 23:50 Batch starts",
    "- 23:58 CST Lock noticed",
    "- 00:10 Batch killed",
    "- 2026-03-29 02:30 Batch started again",
    "- about 04:30 UTC Figures checked",
}


@pytest.mark.parametrize(
    ("zone", "read_lines", "kept", "owner_text", "deadline", "messages"),
    [
        pytest.param(
            None,
            (Line(at("2026-03-29 02:00"), "Batch done"),),
            NIGHT,
            "Alert on locks — due 2026-04-15",
            None,
            [
                (4, "23:50 has no zone."),
                (5, "23:58 CST: CST can mean more than one time."),
                (6, "00:10 has no zone."),
                (7, "2026-03-29 02:30 has no zone."),
                (9, "about 04:30 UTC has no date, and the line that has one is in another zone."),
                (13, "2026-04-15 has no zone: when that day begins and ends is not known."),
            ],
            id="no zone",
        ),
        pytest.param(
            "Europe/Berlin",
            (Line(at("2026-03-28 22:50"), "Batch starts"), Line(at("2026-03-29 02:00"), "Batch done")),
            NIGHT - {"- 23:50 Batch starts"},
            "Alert on locks",
            at("2026-04-15 21:59:59"),
            [
                (5, "23:58 CST: CST can mean more than one time."),
                (6, "00:10 is earlier than 23:50 in line 4: out of order, or another day."),
                (7, "2026-03-29 02:30 does not exist in Europe/Berlin: the clocks skip it."),
                (9, "about 04:30 UTC has no date, and the line that has one is in another zone."),
            ],
            id="a zone that skips an hour",
        ),
    ],
)
def test_missing_zones_are_reported_line_by_line(
    zone: str | None,
    read_lines: tuple[Line, ...],
    kept: set[str],
    owner_text: str,
    deadline: datetime | None,
    messages: list[tuple[int, str]],
) -> None:
    found = read("no_zones", zone)
    assert found.document.title == "Night batch hung, 2026-03-28"
    assert found.document.added == read_lines
    assert found.document.planned == (Planned(owner_text, owner="anna", deadline=deadline),)
    heading, _empty, *lines = found.document.internal.splitlines()
    assert heading == "### Timeline (as written)"
    assert set(lines) == kept
    assert found.document.own == ()
    assert said(found) == messages


def test_html_images_and_code_stay_text_and_headings_in_them_are_none() -> None:
    found = read("html_images")
    assert found.document == Document(
        title="Web shop <b>down</b>",
        summary="<!-- template 7 -->\n\n<details>\n<summary>Summary</summary>\nThe shop was down.\n</details>",
        impact='![graph of orders](orders.png "orders")\n\n<script>alert("x")</script>',
        added=(Line(at("2026-04-02 14:32"), '<img src="down.png"> Shop down'),),
        root_cause="See [the ticket](javascript:alert(1)) and `## Impact`.",
        internal=(
            "### Timeline (as written)\n\n"
            "<table><tr><td>14:32</td><td>down</td></tr></table>\n\n```\n2026-04-02 14:33 UTC a line of a log\n"
            "## Impact\n```\n\n> 2026-04-02 14:34 UTC quoted"
        ),
    )
    not_read = "Code, quotations and HTML in a timeline are not read; they are kept as text."
    assert said(found) == [
        (1, "There is no summary; what stands before the first heading is taken as one."),
        (17, not_read),
        (21, not_read),
        (26, not_read),
    ]


def test_toml_in_front_says_the_zone_and_the_date_of_bare_clocks() -> None:
    found = read("toml_front")
    assert found.document == Document(
        title="DNS resolver answered slowly",
        participants=("Ana", "Bo"),
        summary="Every tenth answer took more than a second.",
        added=(Line(at("2026-05-11 07:10"), "Alert"), Line(at("2026-05-11 07:25"), "Cache flushed")),
        went_well=("The alert.",),
        lessons=("Watch the cache",),
        internal=(
            "### Front matter\n\n"
            '```toml\ndate = 2026-05-11\nid = "PD-77"\nparticipants = ["Ana", "Bo"]\ntimezone = "Europe/Berlin"\n'
            '[service]\nname = "resolver"\n```'
        ),
    )
    assert found.incident == "PD-77"
    assert said(found) == [(8, "“service name” is not known in front matter; it is kept as text.")]


def test_nights_are_passed_only_where_the_text_says_so() -> None:
    found = read("nights", "UTC")
    assert found.document == Document(
        title="2026-10-24 Clock change (INC-2026-0007)",
        # The file says Europe/Berlin, which goes before the zone that is given: +02:00 until 03:00 on the 25th.
        added=(
            Line(at("2026-10-24 21:50"), "Job starts"),
            Line(at("2026-10-24 21:55"), "Operator looks"),
            Line(at("2026-10-24 23:59"), "Job waits still"),
            Line(at("2026-10-25 02:05"), "Job repeated"),
            Line(at("2026-10-26 07:00"), "Report"),
        ),
        internal=(
            "### Timeline (as written)\n\n"
            "- 00:10 Job waits\n\nNext day\n\n- 02:30 Job fails\n\n### Day 3\n\n- 09:00 Meeting"
        ),
    )
    assert found.incident == "INC-2026-0007"
    assert said(found) == [
        (8, "00:10 is earlier than 23:50 in line 7: out of order, or another day."),
        (14, "2026-10-25 02:30 comes twice in Europe/Berlin: the clocks go back."),
        (19, "09:00 has no date."),
    ]


def test_headings_in_two_languages_at_once_and_a_section_that_comes_twice() -> None:
    found = read("bilingual")
    assert found.document == Document(
        title="🔥 数据库主从延迟 / Replication lag",
        summary="从库延迟 20 分钟。\n\n补充说明。",
        added=(Line(at("2026-05-06 02:00"), "发现延迟"), Line(at("2026-05-06 02:20"), "恢复")),
        root_cause="长事务。",
        feedback="客户表示理解。",
        internal="与供应商的合同有争议。",
    )
    assert said(found) == [(20, "“概述” is the same section as in line 3; both are joined.")]

"""The log of the ticket tool that the company used until opsctl came: October 2025 to March 2026, none in February."""

import csv
import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from troubles import BANK, Trouble, group_of

COLUMNS = (
    "工单号", "时间", "动作", "标题", "系统", "影响", "紧急", "类别", "停机", "故障开始", "发现时间", "原因", "处理",
    "结果", "处理人",
)  # fmt: skip
MONTHS = {(2025, 10): 22, (2025, 11): 20, (2025, 12): 23, (2026, 1): 20, (2026, 3): 21}
"""How many tickets were opened in which month, beside those of FIXED. In February nothing might be changed."""
FREEZE = datetime(2026, 1, 31, 18, 0)  # noqa: DTZ001
CAME = datetime(2026, 4, 1, 8)  # noqa: DTZ001
"""By the clocks of Shanghai, as all times of the log."""
_PEOPLE = {
    "service": ("冯洁", "唐玥", "邓博", "韩雪"),
    "switch": ("沈国", "朱明"),
    "firewall": ("钱铎", "杨帆"),
    "server": ("赵磊", "吴昊"),
    "storage": ("孙倩",),
    "facility": ("罗刚", "谢芳", "郑宏"),
    "paris": ("Claire Martin", "Hugo Bernard"),
    "security": ("潘青",),
}


@dataclass(frozen=True)
class Row:
    """One row of the log: when (as sorted, and as written), which ticket, and its cells."""

    at: datetime
    ticket: str
    cells: Mapping[str, str]


FIXED: tuple[tuple[str, str, str, dict[str, str], str, tuple[tuple[str, str], ...]], ...] = (
    # Two tickets about one outage: they overlap from 15:00 to 15:30.
    (
        "erp", "service", "全部用户无法登录，提示数据库连接失败",
        {"影响": "高", "紧急": "高", "停机": "是", "故障开始": "2025/10/14 14:00", "发现时间": "2025/10/14 14:02",
         "原因": "存储链路抖动，数据库实例挂起", "处理": "切换到第二条链路，重启实例", "结果": "登录恢复，更换光纤跳线"},
        "冯洁",
        (("2025/10/14 14:05", "新建"), ("2025/10/14 14:09", "受理"), ("2025/10/14 14:50", "缓解"),
         ("2025/10/14 15:30", "恢复"), ("2025/10/14 16:10", "解决"), ("2025/10/16 09:30", "关闭")),
    ),
    (
        "erp", "service", "财务模块无法过账",
        {"影响": "高", "紧急": "中", "停机": "是", "故障开始": "2025/10/14 15:00", "发现时间": "2025/10/14 15:04",
         "原因": "同一次数据库故障", "处理": "随实例重启恢复，补过账 37 笔", "结果": "过账正常"},
        "唐玥",
        (("2025/10/14 15:06", "新建"), ("2025/10/14 15:15", "受理"), ("2025/10/14 16:20", "恢复"),
         ("2025/10/14 16:40", "解决"), ("2025/10/16 09:31", "关闭")),
    ),
    # Opened again by the old tool: two episodes.
    (
        "mail", "service", "外发邮件被退回",
        {"影响": "中", "紧急": "高", "停机": "是", "故障开始": "2025/12/03 09:20", "发现时间": "2025/12/03 09:35",
         "原因": "出口地址进入黑名单，根因是一台终端中毒群发", "处理": "申请移出黑名单；第二次隔离中毒终端", "结果": "外发正常，未再被列入"},
        "吴昊",
        (("2025/12/03 09:40", "新建"), ("2025/12/03 09:48", "受理"), ("2025/12/03 11:30", "恢复"),
         ("2025/12/03 11:40", "解决"), ("2025/12/04 10:05", "重新打开"), ("2025/12/04 14:20", "恢复"),
         ("2025/12/04 14:30", "解决"), ("2025/12/08 09:00", "关闭")),
    ),
    # So quick that its outage has no length.
    (
        "core-sw-1", "switch", "主备引擎切换",
        {"影响": "高", "紧急": "低", "停机": "是", "故障开始": "2025/11/19 02:10", "发现时间": "2025/11/19 02:10",
         "原因": "主用引擎看门狗复位", "处理": "收集日志，主用引擎返修", "结果": "切换无丢包"},
        "沈国",
        (("2025/11/19 02:10", "恢复"), ("2025/11/19 02:14", "新建"), ("2025/11/19 02:16", "受理"),
         ("2025/11/19 03:00", "解决"), ("2025/11/21 10:00", "关闭")),
    ),
    # The night on which the clocks of Paris skipped from 02:00 to 03:00: 01:40 to 03:25 is 45 minutes.
    (
        "paris-erp", "paris", "ERP of the branch unreachable in the night of the time change",
        {"影响": "中", "紧急": "中", "停机": "是", "故障开始": "2026-03-29T01:40+01:00", "发现时间": "2026-03-29T01:45+01:00",
         "原因": "Scheduler ran the 02:30 job at once and restarted the gateway", "处理": "Stopped the job, restarted the gateway",
         "结果": "Job moved to 04:30, after every time change"},
        "Claire Martin",
        (("2026-03-29T01:52+01:00", "新建"), ("2026-03-29T03:05+02:00", "受理"), ("2026-03-29T03:25+02:00", "恢复"),
         ("2026-03-29T03:40+02:00", "解决"), ("2026-03-30T10:00+02:00", "关闭")),
    ),
    # Closed by the tool, which never knew when it was resolved, and acknowledged by nobody.
    (
        "acc-sw-0", "switch", "三楼两个端口不通",
        {"影响": "低", "紧急": "低", "停机": "否", "发现时间": "2026/01/08 10:10", "原因": "端口老化", "处理": "改接其他端口", "结果": "已通"},
        "-",
        (("2026/01/08 10:20", "新建"), ("2026/01/19 23:59", "关闭")),
    ),
    # Its system is none that the company operates.
    (
        "其他", "service", "访客二维码打不开",
        {"影响": "低", "紧急": "中", "停机": "否", "发现时间": "2025/11/06 08:45", "原因": "第三方小程序停服", "处理": "改用纸质登记", "结果": "对方次日恢复"},
        "陆欣",
        (("2025/11/06 08:50", "新建"), ("2025/11/06 09:02", "受理"), ("2025/11/07 09:30", "恢复"),
         ("2025/11/07 09:40", "解决"), ("2025/11/10 09:00", "关闭")),
    ),
)  # fmt: skip
"""Asset, group, title, cells of the first and last row, who had it, and what happened when."""


def log_text(assets: Mapping[str, str], seed: int) -> str:
    """The whole log as CSV, its rows in the order in which they were written; `assets` are kinds by handle."""
    chance = random.Random(f"{seed}/tickets")
    tickets = [_fixed(*one) for one in FIXED]
    bags: dict[str, list[Trouble]] = {}
    for month, count in MONTHS.items():
        tickets += [_drawn(chance, month, assets, bags) for _number in range(count)]
    tickets.sort(key=lambda rows: min(row.at for row in rows if row.cells["动作"] == "新建"))
    rows = [
        Row(row.at, f"GD{4101 + number}", {"工单号": f"GD{4101 + number}", **row.cells})
        for number, ticket in enumerate(tickets)
        for row in ticket
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(row.cells for row in sorted(rows, key=lambda row: (row.at, row.ticket)))
    return out.getvalue()


def _fixed(
    asset: str, _group: str, title: str, cells: dict[str, str], person: str, events: tuple[tuple[str, str], ...]
) -> list[Row]:
    said = {"标题": title, "系统": asset, "类别": "故障", **cells}
    return _rows(said, person, [(_moment(at), at, what) for at, what in events])


def _moment(written: str) -> datetime:
    """The wall clock of Shanghai."""
    if "/" in written:
        return datetime.strptime(written, "%Y/%m/%d %H:%M")  # noqa: DTZ007
    aware = datetime.fromisoformat(written)
    return (aware - (aware.utcoffset() or timedelta()) + timedelta(hours=8)).replace(tzinfo=None)


def _rows(said: dict[str, str], person: str, events: list[tuple[datetime, str, str]]) -> list[Row]:
    """The rows of a ticket: how it began stands in the first, how it ended in the last."""
    ends = {name: said[name] for name in ("原因", "处理", "结果") if name in said}
    begins = {name: text for name, text in said.items() if name not in ends}
    last = max(at for at, _written, what in events if what in ("解决", "关闭") or len(events) == 1)
    rows = []
    for at, written, what in events:
        cells = {"时间": written, "动作": what}
        if what == "新建":
            cells |= begins
        if what in ("受理", "重新打开"):
            cells["处理人"] = person
        if at == last:
            cells |= ends
        rows.append(Row(at, "", cells))
    return rows


def _drawn(
    chance: random.Random, month: tuple[int, int], assets: Mapping[str, str], bags: dict[str, list[Trouble]]
) -> list[Row]:
    handle = chance.choice(_weighted(assets))
    group = "security" if chance.random() < 0.06 else group_of(handle, assets[handle])
    trouble = _draw(chance, bags, group)
    handle = handle if not trouble.on or handle in trouble.on else chance.choice(trouble.on)
    impact, urgency = chance.choice(("中中",) * 8 + ("中高", "中高", "高中", "低中", "低中", "低低", "中低", "中低", "高高"))
    is_down = group in ("service", "paris", "switch", "firewall", "storage") and impact != "低" and chance.random() < 0.45
    began = _began(chance, month)
    detected = began + timedelta(minutes=chance.choice((1, 2, 3, 5, 8, 12, 20, 45)))
    opened = detected + timedelta(minutes=chance.randint(1, 9))
    acknowledged = opened + timedelta(minutes=chance.choice((4, 6, 9, 12, 15, 22, 28, 40, 75, 130)))
    quick = {"高": (25, 170), "中": (40, 420), "低": (90, 1500)}[impact]
    restored = acknowledged + timedelta(minutes=chance.randint(*quick))
    resolved = restored + timedelta(minutes=chance.choice((5, 10, 15, 30, 60)))
    closed = resolved + timedelta(days=chance.randint(1, 4), minutes=chance.randint(0, 240))
    if began < FREEZE:
        resolved, closed = min(resolved, FREEZE), min(closed, FREEZE)
        restored, acknowledged = min(restored, resolved), min(acknowledged, resolved)
    events = [(opened, "新建"), (acknowledged, "受理"), (restored, "恢复"), (resolved, "解决"), (closed, "关闭")]
    luck = chance.random()
    if luck < 0.25:
        events.insert(2, (acknowledged + (restored - acknowledged) / 2, "缓解"))
    elif luck < 0.33:
        events.insert(2, (acknowledged + timedelta(minutes=3), "等待"))
    elif luck < 0.38:
        del events[1]  # nobody took it up before it was solved
    elif luck < 0.43:
        del events[2]  # nobody wrote down when it was back
    said = {
        "标题": trouble.title, "系统": handle, "影响": impact, "紧急": urgency,
        "类别": "安全" if group == "security" else "故障", "停机": "是" if is_down else "否",
        "故障开始": "-" if chance.random() < 0.15 and not is_down else _written(began),
        "发现时间": "-" if chance.random() < 0.1 else _written(detected),
        "原因": trouble.cause, "处理": trouble.handling, "结果": trouble.result,
    }  # fmt: skip
    whole = [(at.replace(second=0, microsecond=0), what) for at, what in events if at <= CAME]
    return _rows(said, chance.choice(_PEOPLE[group]), [(at, _written(at), what) for at, what in whole])


def _weighted(assets: Mapping[str, str]) -> list[str]:
    """Services fail more often than what is bolted to the floor."""
    often = {"service": 4, "server": 2, "switch": 2, "firewall": 2, "storage": 2}
    return [handle for handle, kind in assets.items() if kind in often for _time in range(often[kind])] + [
        handle for handle, kind in assets.items() if kind not in often
    ]


def _draw(chance: random.Random, bags: dict[str, list[Trouble]], group: str) -> Trouble:
    """The next trouble of the group; none comes again before all have come."""
    if not bags.get(group):
        bags[group] = chance.sample(BANK[group], len(BANK[group]))
    return bags[group].pop()


def _began(chance: random.Random, month: tuple[int, int]) -> datetime:
    """Mostly in the daytime of a day that leaves time to end it within the month."""
    days = (date(month[0] + month[1] // 12, month[1] % 12 + 1, 1) - date(*month, 1)).days - 2
    day = chance.randint(1, days if month != (2026, 1) else 27)
    hour = chance.choice((*range(8, 19), *range(8, 19), *range(24)))
    return datetime(*month, day, hour, chance.randint(0, 59))  # noqa: DTZ001


def _written(moment: datetime) -> str:
    return moment.strftime("%Y/%m/%d %H:%M")

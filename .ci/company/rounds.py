"""The rounds: who walks what when, what they read there, and what they find."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from findings import LAST, Findings
from life import ZONE, Life, local, minutes, wall

from opsctl.duties.rules import Occurrence
from opsctl.duties.service import read as duties
from opsctl.inspections.rules.results import Finished
from opsctl.inspections.terms import COMPLETED

SHIFT = ("chen.yu", "li.na", "liu.yang", "ma.chao", "huang.ting", "guo.rui")
WALKERS = {
    "edge-check": ("zhu.ming", "qian.duo"),
    "ups-check": ("luo.gang", "xie.fang"),
    "paris-check": ("claire.martin", "hugo.bernard"),
    "room-safety": ("wang.wei", "zhang.li"),
    "records-check": ("du.heng",),
    "power-drill": ("wang.wei",),
}
MISSED = {4: 0.05, 5: 0.05, 6: 0.035, 7: 0.035, 8: 0.035, 9: 0.025, 10: 0.006, 11: 0.01}
LATE = {4: 0.07, 5: 0.06, 6: 0.05, 7: 0.05, 8: 0.04, 9: 0.03, 10: 0.012, 11: 0.02}
"""Of every round by month: the company learns."""
AWAY = (("room-b", local("08-10 00:00"), local("08-17 00:00")),)
"""A week in which nobody walked: everybody thought that the other shift would, while the floor was being laid."""
SPACED = {"room-patrol": 12, "room-safety": 35, "edge-check": 9, "ups-check": 11}
LAST_MORNING = local("11-16 00:00")
WRONG = {
    "room-patrol": (
        ("cooling=warn {ac}异响", 5), ("cooling=warn {ac}滤网压差偏高", 4), ("!leak: 空调下方地面有水迹", 3),
        ("!door: 门禁读卡无反应，门可直接推开", 3), ("!fire: 主机显示 1 个探头故障", 2),
    ),
    "network-patrol": (
        ("fans=warn 风扇转速偏高", 3), ("!supplies: 2 号电源模块指示灯灭", 2),
        ("!uplink: 光模块收光 -14.8 dBm，误码增长", 2),
    ),
    "edge-check": (("signatures=warn 特征库停在上周", 4), ("!logs: 日志服务器两天没有收到日志", 2)),
    "ups-check": (("alarms=warn 面板提示电池自检到期", 2), ("!batteries: 7 号电池轻微鼓包", 1)),
    "backup-check": (("!offsite: 异地副本昨夜未完成", 2),),
    "paris-check": (("ups=warn battery test overdue", 1), ("!vpn: tunnel flaps every ten minutes", 1)),
    "room-safety": (
        ("lights=warn 东侧应急灯不亮", 2), ("cabling=warn B3 机柜标签脱落", 2),
        ("extinguishers=warn 两具灭火器压力偏低", 1),
    ),
}  # fmt: skip
"""What may be wrong, by checklist, and how likely it is among that: `item=warn words`, or `!item: words` for failed."""
WRONG_SHARE = {"backup-check": 0.012, "room-safety": 0.3, "edge-check": 0.04, "ups-check": 0.05, "room-patrol": 0.026}


class Rounds:
    """Plans the rounds of each day as the duties have it, and walks them."""

    def __init__(self, life: Life, findings: Findings) -> None:
        self.life = life
        self.findings = findings
        self.chance = life.chance("rounds")
        self.free_at: dict[str, datetime] = {}
        self.signed = 0
        self.next_door: dict[str, datetime] = {}
        self.last: dict[tuple[str, str], list[str]] = {}
        self.special: dict[tuple[str, str, str], Callable[[Occurrence], None]] = {}
        """By checklist, asset and day: what is done instead."""

    def begin(self) -> None:
        """Plan every day just after midnight, the first once the rules are there."""
        starts = [local("04-01 08:45"), *(local("04-02 00:05") + timedelta(days=day) for day in range(229))]
        for start, end in zip(starts, [*starts[1:], starts[-1] + timedelta(days=1)], strict=True):
            self.life.at(start, partial(self._plan, start, end))

    def _plan(self, start: datetime, end: datetime) -> None:
        found = self.life.read(duties.list_occurrences, now=start, since=start, until=end + timedelta(days=3))
        for one in found.occurrences:
            ahead = timedelta(days=2) if one.topic == "room-safety" else timedelta()
            if one.kind == COMPLETED and start <= one.due_at - ahead < end:
                self._arrange(one, ahead)

    def _arrange(self, one: Occurrence, ahead: timedelta) -> None:
        day = one.due_at.astimezone(ZoneInfo(ZONE))
        topic = str(one.topic or "edge-check")
        instead = self.special.get((topic, one.about, f"{day:%m-%d}"))
        if instead is not None:
            instead(one)
            return
        if any(one.about == about and since <= one.due_at < until for about, since, until in AWAY):
            return
        if one.due_at > LAST_MORNING and topic in ("room-patrol", "network-patrol"):
            return  # what is left to the reader
        rare = topic in ("room-safety", "records-check", "power-drill")
        if not rare and self.chance.random() < MISSED[day.month]:
            return
        ordinal = day.toordinal() + (3 if topic in ("network-patrol", "backup-check") else 0)
        among = WALKERS.get(topic, SHIFT)
        person = among[(ordinal // (7 if topic in WALKERS else 1)) % len(among)]
        done = self._when(one, topic)
        if not rare and self.chance.random() < LATE[day.month]:
            done = one.closes_at + minutes(self.chance.randint(12, 150))
        hurried = one.about == "room-b" and topic == "room-patrol" and self.chance.random() < 0.03
        if hurried:  # it was seen through the door
            done = self.next_door.get(f"{day:%m-%d}", done) + minutes(2)
        elif one.about == "room-a":
            self.next_door[f"{day:%m-%d}"] = done
        self.life.at(done, partial(self._walk, one, topic, person, hurried))

    def _when(self, one: Occurrence, topic: str) -> datetime:
        if topic == "room-safety":
            days_before = timedelta(days=self.chance.choice((0, 1, 2)))
            return one.due_at - days_before - minutes(self.chance.randint(0, 240))
        window = one.closes_at - one.opens_at
        if window > timedelta(hours=12):
            return one.due_at + minutes(self.chance.randint(-90, 60))
        share = min(0.85, max(0.06, self.chance.gauss(0.42, 0.14)))
        return one.opens_at + minutes(window.total_seconds() / 60 * share)

    def _walk(self, one: Occurrence, topic: str, person: str, hurried: bool) -> None:
        luck = self.chance.random()
        free = self.free_at.get(person, self.life.now)
        if self.life.now < free and not hurried:
            self.life.at(free, partial(self._walk, one, topic, person, False))
            return
        gap = SPACED.get(topic, 6) + self.chance.randint(0, 4)
        self.free_at[person] = self.life.now + minutes(gap)
        if luck < 0.02 and not hurried and topic not in ("records-check", "power-drill"):
            self._type_later(one, topic, person)
            return
        walked = self.life.now - minutes(self.chance.choice((0, 0, 0, 2, 4, 7))) if luck < 0.3 and not hurried else None
        done = self.log(one, topic, person, walked)
        if 0.02 <= luck < 0.026:
            self._correct(done.round.reference, topic, person)
        elif 0.026 <= luck < 0.03:
            self._void(one, done.round.reference, topic, person)
        if topic == "room-safety":
            leader = "zhang.li" if person == "wang.wei" else "wang.wei"
            self.life.at(self.life.now + minutes(1000), partial(self._sign, leader, done.round.reference))

    def _type_later(self, one: Occurrence, topic: str, person: str) -> None:
        """It was walked now and is typed in hours later; of every three, two are countersigned by the shift leader."""
        walked = self.life.now
        leader = "wang.wei" if person in SHIFT[::2] else "zhang.li"

        def enter() -> None:
            done = self.log(one, topic, person, walked)
            self.signed += 1
            if self.signed % 3 and person != leader:
                self.life.at(self.life.now + minutes(900), partial(self._sign, leader, done.round.reference))

        self.life.at(max(walked + minutes(100), one.closes_at + minutes(20)), enter)

    def _sign(self, leader: str, reference: str) -> None:
        self.life.do(leader, "inspect.countersign", named=[reference])

    def _correct(self, reference: str, topic: str, person: str) -> None:
        given = {"room-patrol": "humidity=48.5", "network-patrol": "cpu=35", "ups-check": "load=55"}.get(topic)
        if given is None:
            return
        self.life.at(
            self.life.now + minutes(25),
            lambda: self.life.do(person, "inspect.correct", reference=reference, given=[given], reason="抄错一位数"),
        )

    def _void(self, one: Occurrence, reference: str, topic: str, person: str) -> None:
        """The readings were those of another room: out, and logged anew."""

        def anew() -> None:
            self.life.do(person, "inspect.void", named=[reference], because="mistake")
            self.log(one, topic, person, None, wrong="")

        self.life.at(self.life.now + minutes(9), anew)

    def log(
        self, one: Occurrence, topic: str, person: str, walked: datetime | None, wrong: str | None = None,
        started: datetime | None = None,
    ) -> Finished:  # fmt: skip
        """Log the round whole, with what was read and found at that time; give what came of it."""
        at = self.life.now if walked is None else walked
        items, fails = self.readings(topic, one.about, at), []
        if topic == "ups-check" and self.chance.random() < 0.03:
            items = self.last.get((topic, one.about), items)  # from the desk, off the last sheet
        self.last[topic, one.about] = items[:]
        said = wrong if wrong is not None else self._wrong(topic, at)
        if said:
            said = said.format(ac="3 号空调" if one.about == "room-a" else "空调")
            (fails.append(said[1:]) if said.startswith("!") else items.append(said))
        answered = None
        if topic == "room-safety":
            answered = "3361" if (one.about, at.month) == ("room-b", 7) else "3316"
        route = "network-edge" if topic == "edge-check" else topic
        done = self.life.do(
            person,
            "inspect.log",
            checklist=route,
            asset=one.about or None,
            items=items,
            fails=fails or None,
            rest=True,
            at=None if walked is None else wall(walked),
            started=None if started is None else wall(started),
            answered=answered,
        )[0]
        for action, is_new in done.actions:
            if is_new:
                self.findings.found(action)
        return done  # type: ignore[no-any-return]

    def _wrong(self, topic: str, at: datetime) -> str | None:
        known = WRONG.get(topic)
        if known is None or self.chance.random() >= WRONG_SHARE.get(topic, 0.02) or at > LAST:
            return None
        return self.chance.choices([words for words, _weight in known], [weight for _words, weight in known])[0]

    def readings(self, topic: str, about: str, at: datetime) -> list[str]:
        """What is read at that time, as it is typed."""
        chance = self.chance
        day = at.timetuple().tm_yday
        summer = math.sin((day - 110) / 365 * 2 * math.pi)  # the highest around 20 July
        match topic:
            case "room-patrol":
                warmer = 0.9 if about == "room-b" else 0.0
                temp = 22.4 + warmer + 1.3 * summer + chance.gauss(0, 0.35)
                if about == "room-b" and local("07-20 00:00") <= at < local("07-24 00:00"):
                    temp += 3.4  # the heat wave in which its air conditioner does not keep up
                return [f"temp={temp:.1f}", f"humidity={46 + 8 * summer + chance.gauss(0, 2):.1f}"]
            case "network-patrol":
                cpu = 24 + (4 if about == "core-sw-1" else 0) + 6 * chance.random() + day / 40
                return [f"temp={23.2 + 1.1 * summer + chance.gauss(0, 0.5):.1f}", f"cpu={cpu:.0f}"]
            case "edge-check":
                role = {"edge-fw-1": "active", "edge-fw-2": "standby", "vpn-gw-1": "active"}[about]
                base = {"edge-fw-1": 21000, "edge-fw-2": 900, "vpn-gw-1": 240}[about]
                return [f"sessions={base + round(base * chance.random() * 0.4)}", f"role={role}"]
            case "ups-check":
                load = {"ups-a1": 44.0, "ups-a2": 41.0, "ups-b1": 52.0}[about] + (day - 90) / 30 + chance.gauss(0, 0.8)
                volts = {"ups-a1": 438.6, "ups-a2": 439.1, "ups-b1": 437.4}[about]
                warm = 23.5 + 1.6 * summer + chance.gauss(0, 0.4)
                return [
                    f"load={load:.1f}", f"runtime={58 - load / 2 + chance.gauss(0, 0.6):.1f}",
                    f"battery-temp={warm:.1f}", f"battery-volts={volts}",
                ]  # fmt: skip
            case "backup-check":
                used = 52 + (day - 90) / 12 - (14 if day > 255 else 0) + chance.gauss(0, 0.5)
                if 258 <= day <= 266:
                    used = 51.7  # always the same: nobody looked
                failed = 1 if chance.random() < 0.02 else 0
                return ["jobs=46" if day < 190 else "jobs=49", f"failed={failed}", f"capacity={used:.1f}"]
            case "paris-check":
                temp = 21.5 + 2.2 * summer + chance.gauss(0, 0.6)
                return [f"temp={temp:.1f}", f"latency={178 + chance.gauss(0, 9):.0f}"]
            case "room-safety":
                return [
                    f"mains={228 + chance.gauss(0, 2.5):.1f}", f"imbalance={7 + chance.random() * 4:.1f}",
                    f"fuel={92 - (day - 90) / 16:.0f}", f"gas={4.2 if about == 'room-a' else 4.3}",
                ]  # fmt: skip
            case "records-check":
                said = ("抽查 20 条，记录完整", "抽查 25 条，1 条补录已说明", "抽查 20 条，读数与监控一致")
                return ["remarks=" + chance.choice(said)]
            case _:
                return ["started=41", "lessons=油机房钥匙增加一把放值班室，电话树更新客户值班号码"]


"""What becomes of the actions: done, verified by another, returned, opened again, taken over, void, or overdue."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from life import Life, local, minutes

from opsctl.actions.rules import Action

RESULTS = (
    ("风扇", "更换风扇，转速正常"),
    ("异响", "紧固风机支架，异响消除"),
    ("滤网", "清洗滤网，压差正常"),
    ("水迹", "疏通冷凝水管，地面已干"),
    ("门禁", "更换读卡器电池，刷卡正常"),
    ("探头", "更换烟感探头，主机复位"),
    ("电源模块", "更换电源模块，双电源正常"),
    ("光模块", "更换光模块，收光 -6.1 dBm"),
    ("特征库", "手动更新特征库并恢复自动更新"),
    ("日志", "重启采集服务，补传两天日志"),
    ("自检", "完成电池自检，结果正常"),
    ("鼓包", "更换 7 号电池"),
    ("异地", "重跑异地副本任务，校验通过"),
    ("battery", "Battery test done, 31 min"),
    ("tunnel", "Provider replaced the line card"),
    ("应急灯", "更换应急灯电池"),
    ("标签", "重做标签"),
    ("灭火器", "灭火器送检充装"),
    ("/failed", "重跑失败任务，成功"),
    ("/temp", "清洗室外机，温度回落"),
)
LAST = local("11-06 00:00")
"""What is found later is the end of the story, and told in `ending`."""


class Findings:
    """Takes every new action to its end; some do not go the straight way."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.chance = life.chance("findings")
        self.seen = 0
        self.kept: list[Action] = []

    def found(self, action: Action) -> None:
        """Arrange what will become of the new action."""
        if self.life.now >= LAST:
            self.kept.append(action)
            return
        self.seen += 1
        number = self.seen
        owner = action.owner or "wang.wei"
        slow = number % 8 == 5 and not local("09-20 00:00") < self.life.now < local("11-01 00:00")
        within = action.deadline - action.found_at
        done = action.found_at + within * (1.15 if slow else self.chance.uniform(0.15, 0.6))
        if number % 17 == 9:
            self._later(minutes(40), lambda: self._void(action, owner))
            return
        if number % 10 == 7:
            self._later(minutes(30), partial(self._assign, action, owner))
        if slow and number % 16 == 13:
            done += timedelta(days=3)
        self.life.at(done, lambda: self._done(action, owner, number))

    def other_than(self, person: str) -> str:
        """Who verifies what that person did."""
        return next(one for one in ("wang.wei", "zhang.li", "zheng.hong") if one != person)

    def _later(self, after: timedelta, happen: Callable[[], None]) -> None:
        self.life.at(self.life.now + after, happen)

    def _void(self, action: Action, owner: str) -> None:
        self.life.do(
            owner, "action.void", named=[action.reference], because="false-alarm", reason="现场复核正常，属误看"
        )

    def _assign(self, action: Action, owner: str) -> None:
        to = "xie.fang" if owner != "xie.fang" else "luo.gang"
        self.life.do(self.other_than(owner), "action.assign", named=[action.reference], to=to)

    def _done(self, action: Action, owner: str, number: int) -> None:
        about = f"{action.topic} {action.title}"
        result = next((result for word, result in RESULTS if word in about), "已处理，现场复核正常")
        self.life.do(owner, "action.done", named=[action.reference], result=result)
        back = number % 9 == 4
        self._later(minutes(self.chance.randint(50, 700)), lambda: self._judge(action, owner, number, back=back))

    def _judge(self, action: Action, owner: str, number: int, *, back: bool) -> None:
        judge = self.other_than(owner)
        if back:
            self.life.do(judge, "action.return", named=[action.reference], reason="复查时仍有告警，请继续处理")
            self._later(minutes(500), lambda: self._done(action, owner, 1))
            return
        self.life.do(judge, "action.verify", named=[action.reference])
        if number % 14 == 6:
            self._later(timedelta(days=2), lambda: self._reopen(action, owner, judge))

    def _reopen(self, action: Action, owner: str, judge: str) -> None:
        self.life.do(judge, "action.reopen", named=[action.reference], reason="两天后又出现")
        self._later(minutes(600), lambda: self._done(action, owner, 1))

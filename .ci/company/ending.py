"""How the story stands when the reader comes in: what waits for them on that Monday morning."""

from dataclasses import replace
from functools import partial

from findings import Findings
from life import Life, local, wall
from rounds import Rounds

from opsctl.actions.service import read as actions
from opsctl.actions.terms import Wanted
from opsctl.duties.rules import Occurrence


class Ending:
    """The last days, and what of earlier days is not left to chance."""

    def __init__(self, life: Life, rounds: Rounds, findings: Findings) -> None:
        self.life = life
        self.rounds = rounds
        self.findings = findings

    def begin(self) -> None:
        """Arrange it."""
        plan = self.rounds.special
        # The heat wave: what the rounds found becomes an incident, which settles the action.
        self.life.at(local("07-22 11:10"), self._take_over)
        # Walked item by item on the spot, one of them over two days.
        plan["network-patrol", "core-sw-1", "06-04"] = partial(self._item_by_item, person="li.na")
        plan["ups-check", "ups-a1", "09-03"] = partial(self._item_by_item, person="xie.fang")
        # Walked in time, typed in after its window, countersigned by nobody yet: October's report asks for it.
        plan["room-patrol", "room-a", "10-21"] = self._typed_late
        # Twenty minutes in one room, ten of them said to be in the other as well.
        plan["room-patrol", "room-b", "06-22"] = self._two_places
        # The last days.
        plan["network-patrol", "core-sw-1", "11-09"] = partial(
            self._found, person="huang.ting", wrong="!fans: 风扇框 2 报警，转速为 0"
        )
        plan["room-patrol", "room-b", "11-14"] = partial(
            self._found, person="chen.yu", wrong="!leak: 空调下方地面有水迹"
        )
        plan["network-patrol", "core-sw-2", "11-12"] = partial(
            self._found, person="guo.rui", wrong="!uplink: 光模块收光 -14.2 dBm，误码增长"
        )
        plan["backup-check", "backup", "11-16"] = partial(self._found, person="guo.rui", wrong="", at="11-16 08:03")
        plan["ups-check", "ups-b1", "11-12"] = partial(
            self._found, person="xie.fang", wrong="alarms=warn 面板提示电池自检到期"
        )
        plan["room-patrol", "room-a", "11-13"] = partial(
            self._found, person="ma.chao", wrong="!door: 门禁读卡无反应，门可直接推开", at="11-13 09:26"
        )
        self.life.at(local("11-10 09:20"), self._loud_fan)
        self.life.at(local("11-11 10:05"), self._reported)
        self.life.at(local("11-14 10:40"), partial(self._settled, "door", "zheng.hong", "更换读卡器电池"))
        self.life.at(
            local("11-14 15:10"), partial(self._returned, "door", "wang.wei", "换电池后仍有一次未响应，请更换读卡器")
        )
        for clock, item, person, result in (
            ("11-15 10:30", "leak", "luo.gang", "疏通冷凝水管，地面已干"),
            ("11-15 16:40", "uplink", "zhu.ming", "清洁光纤端面，收光 -6.3 dBm"),
        ):
            self.life.at(local(clock), partial(self._settled, item, person, result))
        self.life.at(local("11-16 08:30"), self._left_open)

    def _take_over(self) -> None:
        found = self.life.read(actions.list_actions, now=self.life.now, state=Wanted.OPEN, asset="room-b")
        action = next(one for one in found.actions if one.topic == "room-patrol/temp")
        words = "二号机房温度持续升高，空调制冷不足"
        reference = self.life.do("luo.gang", "incident.open", origin=action.reference, words=words).incident.reference
        for clock, by, verb, said in (
            ("07-22 16:30", "luo.gang", "restored", {}),
            ("07-22 16:50", "luo.gang", "resolve", {
                "cause": "室外机翅片堵塞，制冷剂不足", "handling": "清洗室外机，加制冷剂",
                "result": "机房温度 24 °C 以下",
            }),
            ("07-24 09:00", "zheng.hong", "close", {}),
        ):  # fmt: skip
            self.life.at(local(clock), partial(self.life.do, by, f"incident.{verb}", named=[reference], **said))

    def _item_by_item(self, one: Occurrence, person: str) -> None:
        def walk() -> None:
            reference = self.life.do(person, "inspect.begin", checklist=one.topic, asset=one.about).round.reference
            readings = self.rounds.readings(str(one.topic), one.about, self.life.now)
            given = [reading.split("=") for reading in readings]
            states = {"network-patrol": ("fans", "supplies", "uplink"), "ups-check": ("batteries", "alarms")}
            answers = [{"item": item, "mark": "ok", "value": value} for item, value in given]
            answers += [{"item": item, "mark": "ok"} for item in states[str(one.topic)]]
            start = self.life.now
            for number, answer in enumerate(answers, 1):
                self.life.at(start + number * _LOOK, partial(self._answer, person, reference, answer))
            self.life.at(start + (len(answers) + 1) * _LOOK, partial(self._finish, person, reference))

        self.life.at(one.opens_at + _LOOK * 40, walk)

    def _answer(self, person: str, reference: str, answer: dict[str, str]) -> None:
        self.life.do(person, "inspect.answer", reference=reference, answers=[answer])

    def _finish(self, person: str, reference: str) -> None:
        self.life.do(person, "inspect.finish", reference=reference)

    def _typed_late(self, one: Occurrence) -> None:
        walked = one.due_at
        entered = one.closes_at + _LOOK * 60
        self.life.at(entered, lambda: self.rounds.log(one, "room-patrol", "ma.chao", walked, wrong=""))

    def _two_places(self, one: Occurrence) -> None:
        at = one.due_at + 5 * _LOOK
        self.life.at(at, lambda: self.rounds.log(one, "room-patrol", "wang.wei", None, wrong=""))
        other = replace(one, about="room-a")
        started = at - 12 * _LOOK
        self.life.at(
            at + 3 * _LOOK,
            lambda: self.rounds.log(other, "room-patrol", "wang.wei", None, wrong="", started=started),
        )

    def _found(self, one: Occurrence, person: str, wrong: str, at: str | None = None) -> None:
        moment = one.due_at if at is None else local(at)
        self.life.at(moment, lambda: self.rounds.log(one, str(one.topic), person, None, wrong=wrong))

    def _loud_fan(self) -> None:
        """What chen.yu was given, and has not done by its deadline."""
        self.life.do(
            "wang.wei", "action.add", words="wlan-ctl-1 电源风扇异响", gravity="warn", owner="chen.yu",
            deadline=wall(local("11-14 18:00")),
        )  # fmt: skip

    def _reported(self) -> None:
        """What wang.wei reported, and is to verify."""
        given = {"words": "vpn-gw-1 时钟比标准时间慢 4 分钟", "owner": "qian.duo", "impact": "日志时间对不上"}
        reference = self.life.do("wang.wei", "action.add", **given).action.reference
        done = {"named": [reference], "result": "改为两个时间源，偏差 3 ms"}
        self.life.at(local("11-15 11:20"), partial(self.life.do, "qian.duo", "action.done", **done))

    def _returned(self, item: str, person: str, reason: str) -> None:
        self.life.do(person, "action.return", named=[self._kept(item)], reason=reason)

    def _settled(self, item: str, person: str, result: str) -> None:
        self.life.do(person, "action.done", named=[self._kept(item)], result=result)

    def _kept(self, item: str) -> str:
        return next(one.reference for one in self.findings.kept if str(one.topic).endswith(f"/{item}"))

    def _left_open(self) -> None:
        """li.na has begun the walk of room 1 and not ended it."""
        one = self.life.do("li.na", "inspect.begin", checklist="room-patrol", asset="room-a").round
        self._answer("li.na", one.reference, {"item": "temp", "mark": "ok", "value": "22.1"})
        self._answer("li.na", one.reference, {"item": "humidity", "mark": "ok", "value": "41.6"})


_LOOK = local("04-01 00:01") - local("04-01 00:00")
"""A minute."""

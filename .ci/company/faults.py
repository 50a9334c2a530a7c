"""The incidents: those of every day, and those of which the story tells."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from life import Life, local, minutes, wall
from stories import STORIES
from troubles import BANK, Trouble

Move = tuple[int, str, str, Mapping[str, Any]]
"""So many minutes after the opening, who, the verb of an incident, and what they say."""

# Opened, by, of whom, asset, trouble (group and number), impact, urgency, minutes: down before it was opened, response,
# until it was restored, until it was resolved. Down 0 is no outage; whose it is "" whoever opened it.
DAILY: tuple[tuple[str, str, str, str, tuple[str, int], str, str, int, int, int, int], ...] = (
    ("04-03 10:22", "lu.xin", "feng.jie", "erp", ("service", 1), "medium", "medium", 0, 14, 96, 120),
    ("04-07 08:51", "bai.ling", "deng.bo", "pos", ("service", 6), "medium", "high", 9, 8, 41, 55),
    ("04-13 15:40", "li.na", "", "acc-sw-1", ("switch", 2), "low", "medium", 0, 0, 150, 170),
    ("04-17 02:35", "ma.chao", "", "backup-srv-1", ("server", 0), "medium", "medium", 0, 0, 480, 900),
    ("04-27 11:05", "hugo.bernard", "", "paris-erp", ("paris", 1), "low", "medium", 0, 0, 180, 200),
    ("05-08 09:31", "lu.xin", "tang.yue", "web-shop", ("service", 8), "medium", "high", 22, 11, 75, 90),
    ("05-12 14:18", "bai.ling", "han.xue", "pacs", ("service", 7), "medium", "medium", 0, 26, 110, 160),
    ("05-15 20:12", "guo.rui", "", "edge-fw-1", ("firewall", 2), "medium", "high", 0, 0, 65, 80),
    ("05-25 10:44", "lu.xin", "deng.bo", "wms", ("service", 9), "medium", "medium", 0, 31, 190, 230),
    ("06-01 09:12", "chen.yu", "", "core-sw-2", ("switch", 0), "medium", "medium", 0, 0, 260, 300),
    ("06-09 17:26", "bai.ling", "deng.bo", "mes", ("service", 3), "medium", "high", 14, 9, 52, 70),
    ("06-12 08:20", "sun.qian", "", "nas-1", ("storage", 1), "medium", "low", 0, 0, 420, 460),
    ("06-29 13:50", "claire.martin", "", "paris-sw-1", ("paris", 3), "low", "medium", 0, 0, 75, 90),
    ("07-02 10:05", "lu.xin", "feng.jie", "erp", ("service", 2), "medium", "medium", 0, 17, 125, 150),
    ("07-06 16:48", "bai.ling", "tang.yue", "plm", ("service", 12), "low", "medium", 0, 42, 880, 900),
    ("07-13 03:02", "huang.ting", "", "ac-a1", ("facility", 0), "medium", "high", 0, 0, 95, 120),
    ("07-17 09:40", "lu.xin", "han.xue", "his", ("service", 3), "high", "medium", 6, 7, 58, 90),
    ("07-27 11:20", "wu.hao", "", "vm-host-2", ("server", 1), "low", "medium", 0, 0, 600, 660),
    ("08-03 08:44", "bai.ling", "deng.bo", "pos", ("service", 0), "high", "medium", 12, 10, 66, 100),
    ("08-11 22:31", "liu.yang", "", "db-srv-2", ("server", 7), "medium", "medium", 0, 0, 310, 420),
    ("08-20 14:02", "lu.xin", "tang.yue", "tms", ("service", 10), "medium", "medium", 15, 20, 47, 60),
    ("08-26 10:35", "bai.ling", "feng.jie", "erp", ("service", 6), "medium", "medium", 0, 25, 80, 95),
    ("08-31 16:10", "hugo.bernard", "", "paris-srv-1", ("paris", 4), "medium", "medium", 0, 0, 140, 160),
    ("09-04 09:08", "lu.xin", "deng.bo", "wms", ("service", 13), "medium", "medium", 0, 33, 380, 420),
    ("09-08 01:17", "guo.rui", "", "web-shop", ("service", 14), "medium", "high", 10, 0, 88, 110),
    ("09-16 15:27", "bai.ling", "han.xue", "his", ("service", 5), "medium", "high", 0, 9, 74, 90),
    ("09-28 10:50", "qian.duo", "", "vpn-gw-1", ("firewall", 0), "medium", "high", 20, 0, 45, 60),
    ("10-09 09:33", "lu.xin", "feng.jie", "erp", ("service", 0), "high", "medium", 7, 6, 62, 85),
    ("10-12 14:11", "bai.ling", "tang.yue", "web-shop", ("service", 9), "medium", "medium", 0, 12, 115, 140),
    ("10-16 23:48", "li.na", "", "db-srv-1", ("server", 6), "medium", "medium", 0, 0, 130, 150),
    ("10-22 10:02", "lu.xin", "deng.bo", "mes", ("service", 11), "medium", "medium", 0, 18, 92, 120),
    ("10-26 16:20", "chen.yu", "", "wlan-ctl-1", ("switch", 5), "low", "medium", 0, 0, 240, 260),
    ("10-28 08:37", "bai.ling", "deng.bo", "pos", ("service", 6), "medium", "high", 11, 5, 38, 50),
    ("11-03 11:15", "lu.xin", "tang.yue", "tms", ("service", 3), "medium", "medium", 0, 14, 105, 130),
    ("11-09 02:20", "huang.ting", "", "san-1", ("storage", 2), "medium", "medium", 0, 0, 170, 200),
    ("11-11 09:55", "bai.ling", "han.xue", "pacs", ("service", 2), "medium", "medium", 0, 16, 120, 150),
)  # fmt: skip


class Faults:
    """Opens, follows and closes the incidents."""

    def __init__(self, life: Life) -> None:
        self.life = life

    def begin(self) -> None:
        """Arrange all of them."""
        for one in DAILY:
            opened, by, owner, asset, (group, number), *others = one
            self.tell(opened, by, _daily(by, owner, asset, BANK[group][number], *others))
        for opened, by, moves in STORIES:
            self.tell(opened, by, moves)

    def tell(self, opened: str, by: str, moves: Sequence[Move]) -> dict[str, str]:
        """Arrange the moves of one incident, or of several under names of their own (`as`); give their references.

        A text such as `@-12` is the moment so many minutes after the opening; `#name` is the reference of that one.
        """
        start = local(opened)
        known: dict[str, str] = {}
        for after, who, verb, said in moves:
            self.life.at(start + minutes(after), partial(self._move, known, start, who or by, verb, said))
        return known

    def _move(self, known: dict[str, str], start: datetime, by: str, verb: str, said: Mapping[str, Any]) -> None:
        arguments = {name: _filled(value, known, start) for name, value in said.items()}
        name = arguments.pop("as", "it")
        if verb == "open":
            known[name] = self.life.do(by, "incident.open", **arguments).incident.reference
            return
        if "named" not in arguments:
            arguments["named"] = [known[name]]
        self.life.do(by, f"incident.{verb}", **arguments)


def _filled(value: Any, known: Mapping[str, str], start: datetime) -> Any:
    if isinstance(value, list):
        return [_filled(one, known, start) for one in value]
    if isinstance(value, str) and value[:1] == "@":
        return wall(start + timedelta(minutes=int(value[1:])))
    if isinstance(value, str) and value[:1] == "#":
        name, sign, number = value[1:].partition("/")
        return known[name] + sign + number
    return value


def _daily(
    by: str, owner: str, asset: str, trouble: Trouble, impact: str, urgency: str,
    down: int, response: int, restored: int, resolved: int,
) -> list[Move]:  # fmt: skip
    """The moves of an incident that goes its straight way."""
    who = owner or by
    severe = (impact, urgency) in (("high", "medium"), ("medium", "high"), ("high", "high"))
    opening = {"words": trouble.title, "asset": asset, "impact": impact, "urgency": urgency, "detected": "@-2"}
    if down:
        opening |= {"down": f"@-{down}", "detected": f"@-{min(down, 2)}"}
    moves: list[Move] = [(0, by, "open", opening | ({"owner": owner} if owner else {}))]
    if owner:
        moves.append((response, who, "ack", {}))
    if severe:
        moves.append((response + 4, who, "plan", {"name": "现场处置方案"}))
    if restored > 100:
        moves.append((response + (restored - response) // 2, who, "mitigate", {}))
    texts = {"cause": trouble.cause, "handling": trouble.handling, "result": trouble.result}
    moves += [
        (restored, who, "restored", {}),
        (resolved, who, "resolve", texts),
        (resolved + 1500, by, "close", {"told": f"@{resolved + 20}"}),
    ]
    return moves

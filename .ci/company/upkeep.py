"""What is planned and kept up: maintenance windows, work that was done, patches, and changes of people and assets."""

from datetime import timedelta
from functools import partial
from typing import Any

from findings import Findings
from life import Life, local, minutes, wall

# Asset, title, from, to; planned by and when; approved by and when (empty: never); then what else, by whom and when.
WINDOWS: tuple[tuple[str, str, str, str, str, str, str, str, tuple[tuple[str, str, str, dict[str, Any]], ...]], ...] = (
    ("erp", "ERP 版本升级", "04-18 22:00", "04-19 02:00", "feng.jie", "04-14 10:00", "xu.kai", "04-15 09:30", ()),
    ("core-sw-1", "核心交换机 1 软件升级", "05-16 01:00", "05-16 03:00", "shen.guo", "05-11 15:00", "yang.fan", "05-12 09:10", ()),
    ("san-1", "更换控制器固件", "06-27 23:00", "06-28 02:00", "sun.qian", "06-25 16:00", "lin.tao", "06-29 09:05", ()),
    ("web-shop", "促销前压测", "07-25 00:00", "07-25 04:00", "tang.yue", "07-20 11:00", "feng.jie", "07-20 17:00",
     (("07-23 10:20", "tang.yue", "maintenance.cancel", {"reason": "客户推迟促销"}),)),
    ("room-b", "铺设防静电地板", "08-10 08:00", "08-16 20:00", "luo.gang", "08-03 09:00", "zheng.hong", "08-04 14:00", ()),
    ("his", "HIS 数据库补丁", "08-22 23:00", "08-23 02:00", "zhao.lei", "08-17 10:30", "xu.kai", "08-18 09:00", ()),
    ("pos", "收银系统换版", "09-12 22:00", "09-13 01:00", "deng.bo", "09-08 14:00", "feng.jie", "09-12 23:10", ()),
    ("db-srv-2", "更换内存", "09-26 23:00", "09-27 01:00", "zhao.lei", "09-22 16:30", "lin.tao", "09-23 08:40", ()),
    ("wms", "仓储系统数据迁移", "10-17 22:00", "10-18 02:00", "deng.bo", "10-12 10:00", "feng.jie", "10-13 11:20",
     (("10-18 01:30", "deng.bo", "maintenance.extend", {"to": "@10-18 03:30"}),
      ("10-18 01:42", "feng.jie", "maintenance.approve", {}))),
    ("core-sw-2", "核心交换机 2 软件升级", "10-24 01:00", "10-24 03:00", "chen.yu", "10-19 09:20", "yang.fan", "10-20 10:00", ()),
    ("mail", "邮件网关迁移", "11-07 22:00", "11-08 02:00", "wu.hao", "11-03 15:00", "lin.tao", "11-04 09:00", ()),
    ("erp", "ERP 年终结账前升级", "11-16 22:00", "11-17 02:00", "feng.jie", "11-13 16:20", "", "", ()),
)  # fmt: skip

WORK: tuple[tuple[str, str, str, str, str, dict[str, Any]], ...] = (
    ("04-19 03:10", "feng.jie", "erp", "ERP 升级到 8.2", "taken", {"procedure": "OP-21", "started": "@04-18 22:00", "window": "erp"}),
    ("05-16 03:05", "shen.guo", "core-sw-1", "交换机软件升级", "taken", {"procedure": "OP-12", "started": "@05-16 01:00", "window": "core-sw-1"}),
    ("05-20 15:30", "luo.gang", "gen-1", "柴油发电机带载试机", "n/a",
     {"procedure": "OP-31", "topic": "generator-test", "outcome": "watched", "result": "启动电池电压 11.9 V，下次试机前更换"}),
    ("06-28 01:40", "sun.qian", "san-1", "控制器固件更换", "taken", {"procedure": "OP-17", "outcome": "replaced", "window": "san-1"}),
    ("07-22 16:00", "luo.gang", "ac-b1", "室外机清洗，加制冷剂", "n/a", {"procedure": "OP-30", "outcome": "repaired", "result": "出风 14 °C"}),
    ("08-23 01:20", "zhao.lei", "his", "数据库季度补丁", "taken", {"procedure": "OP-22", "window": "his"}),
    ("09-13 00:40", "deng.bo", "pos", "收银系统 5.4 上线", "taken", {"procedure": "OP-21", "window": "pos"}),
    ("09-27 00:30", "zhao.lei", "db-srv-2", "更换两条内存", "taken", {"procedure": "OP-14", "outcome": "replaced", "window": "db-srv-2"}),
    ("10-18 03:20", "deng.bo", "wms", "仓储数据迁移", "taken", {"procedure": "OP-23", "window": "wms"}),
    ("10-24 02:40", "chen.yu", "core-sw-2", "交换机软件升级", "taken", {"procedure": "OP-12", "window": "core-sw-2"}),
    ("11-05 10:30", "xie.fang", "ups-b1", "电池组内阻测试", "n/a",
     {"procedure": "OP-33", "topic": "battery-test", "outcome": "watched", "result": "11 号单体内阻偏高，四周后复测"}),
    ("11-08 01:30", "wu.hao", "mail", "邮件网关迁移到新硬件", "taken", {"procedure": "OP-24", "window": "mail"}),
)  # fmt: skip

# Added, by, assets, title, advisory, owner; then the moves.
PATCHES: tuple[tuple[str, str, tuple[str, ...], str, str, str, tuple[tuple[str, str, str, dict[str, Any]], ...]], ...] = (
    ("04-10 10:00", "pan.qing", ("edge-fw-1", "edge-fw-2"), "防火墙远程代码执行漏洞", "HW-SA-2026-007", "qian.duo",
     (("04-10 14:00", "yang.fan", "decide", {"install_by": "@04-17 18:00"}),
      ("04-15 01:30", "qian.duo", "install", {"backup": "taken", "procedure": "OP-12"}))),
    ("05-27 09:30", "pan.qing", ("vm-host-1", "vm-host-2", "vm-host-3"), "虚拟化平台提权漏洞", "HW-SA-2026-015", "wu.hao",
     (("05-28 10:00", "lin.tao", "decide", {"install_by": "@06-19 18:00"}),
      ("06-14 02:00", "wu.hao", "install", {"backup": "taken", "procedure": "OP-16"}))),
    ("07-09 11:00", "pan.qing", ("paris-srv-1",), "Print service vulnerability", "HW-SA-2026-021", "claire.martin",
     (("07-10 16:00", "claire.martin", "decide", {"reason": "Print service is switched off there"}),)),
    ("08-12 09:00", "pan.qing", ("db-srv-1", "db-srv-2"), "数据库季度补丁", "HW-SA-2026-026", "zhao.lei",
     (("08-13 09:30", "lin.tao", "decide", {"install_by": "@08-31 18:00"}),
      ("08-23 01:10", "zhao.lei", "install", {"backup": "taken", "procedure": "OP-22"}))),
    ("09-17 14:00", "pan.qing", ("mail",), "邮件网关附件解析漏洞", "HW-SA-2026-031", "wu.hao",
     (("09-18 09:00", "lin.tao", "defer", {"until": "@11-10 18:00", "reason": "11 月迁移到新硬件时一并升级"}),
      ("11-08 01:40", "wu.hao", "install", {"backup": "taken", "procedure": "OP-24"}))),
    ("10-13 10:00", "pan.qing", ("log-srv-1",), "日志采集组件拒绝服务漏洞", "HW-SA-2026-034", "pan.qing",
     (("10-14 10:00", "pan.qing", "defer", {"until": "@12-18 18:00", "reason": "厂家补丁有回退，等待新版"}),)),
    ("10-29 15:00", "pan.qing", ("vpn-gw-1",), "VPN 网关会话劫持漏洞", "HW-SA-2026-037", "qian.duo",
     (("10-30 09:00", "yang.fan", "decide", {"install_by": "@11-13 18:00"}),)),
    ("11-02 09:20", "pan.qing", ("nas-1",), "文件共享信息泄露漏洞", "HW-SA-2026-038", "sun.qian",
     (("11-02 09:25", "pan.qing", "void", {"because": "mistake", "reason": "型号不符，应为另一产品"}),)),
    ("11-05 10:10", "pan.qing", ("core-sw-1", "core-sw-2"), "交换机管理面越权漏洞", "HW-SA-2026-040", "chen.yu", ()),
)  # fmt: skip

CHANGES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("05-31 18:00", "yang.fan", "asset.retire", {"asset": "acc-sw-0"}),
    ("06-30 17:30", "gao.feng", "person.retire", {"person": "shen.guo", "to": "chen.yu"}),
    ("07-06 10:00", "lin.tao", "asset.add",
     {"handle": "vm-host-4", "title": "Virtualisation host 4", "title_zh": "虚拟化主机 4", "kind": "server", "owner": "wu.hao",
      "criticality": "key", "classification": "internal", "in_service_from": "@07-06 08:00"}),
    ("07-01 09:00", "gao.feng", "person.edit", {"person": "guo.rui", "texts": {"team": "一班", "superior": "wang.wei"}}),
    ("09-01 09:00", "gao.feng", "person.edit", {"person": "chen.yu", "posts": ["network-engineer"]}),
    ("10-08 09:00", "lin.tao", "asset.edit", {"asset": "vm-host-3", "criticality": "key"}),
)  # fmt: skip


class Upkeep:
    """Arranges all that is planned long before."""

    def __init__(self, life: Life, findings: Findings) -> None:
        self.life = life
        self.findings = findings
        self.windows: dict[str, str] = {}

    def begin(self) -> None:
        """Arrange all of it."""
        for window in WINDOWS:
            self.life.at(local(window[5]), partial(self._window, *window))
        for clock, by, asset, title, backup, said in WORK:
            self.life.at(local(clock), partial(self._work, by, asset, title, backup, said))
        for clock, by, assets, title, advisory, owner, moves in PATCHES:
            self.life.at(local(clock), partial(self._patch, by, assets, title, advisory, owner, moves))
        for clock, by, do, said in CHANGES:
            self.life.at(local(clock), partial(self.life.do, by, do, **_filled(said)))
        self._filters()
        self._dusting()

    def _window(
        self, asset: str, title: str, starts: str, ends: str, by: str, _planned: str, approver: str, approved: str,
        moves: tuple[tuple[str, str, str, dict[str, Any]], ...],
    ) -> None:  # fmt: skip
        given = {"asset": asset, "title": title, "starts": wall(local(starts)), "ends": wall(local(ends))}
        reference = self.life.do(by, "maintenance.plan", **given).reference
        self.windows[asset] = reference
        if approver:
            self.life.at(local(approved), partial(self.life.do, approver, "maintenance.approve", named=[reference]))
        for clock, who, do, said in moves:
            named: Any = [reference] if do == "maintenance.approve" else reference
            self.life.at(local(clock), partial(self.life.do, who, do, named=named, **_filled(said)))

    def _work(self, by: str, asset: str, title: str, backup: str, said: dict[str, Any]) -> None:
        given = _filled(said)
        if "window" in given:
            given["window"] = self.windows[given["window"]]
        logged = self.life.do(by, "work.log", asset=asset, title=title, backup=backup, **given)
        if logged.action is not None:
            self.findings.found(logged.action)

    def _patch(
        self, by: str, assets: tuple[str, ...], title: str, advisory: str, owner: str,
        moves: tuple[tuple[str, str, str, dict[str, Any]], ...],
    ) -> None:  # fmt: skip
        published = wall(self.life.now - timedelta(days=2))
        given = {"named": list(assets), "title": title, "advisory": advisory, "published": published, "owner": owner}
        references = [one.reference for one in self.life.do(by, "patch.add", **given)]
        for clock, who, verb, said in moves:
            self.life.at(local(clock), partial(self.life.do, who, f"patch.{verb}", named=references, **_filled(said)))

    def _filters(self) -> None:
        chance = self.life.chance("filters")
        for month in range(4, 12):
            for asset, by in (("ac-a1", "xie.fang"), ("ac-a2", "xie.fang"), ("ac-b1", "luo.gang")):
                day = 12 if month != 8 or asset != "ac-b1" else 24  # the floor was being laid
                moment = local(f"{month:02d}-{day} 14:00") + minutes(chance.randint(0, 150))
                said = {"topic": "filters", "procedure": "OP-30"}
                self.life.at(moment, partial(self._work, by, asset, "清洗滤网", "n/a", said))

    def _dusting(self) -> None:
        chance = self.life.chance("dusting")
        for asset, by in (("db-srv-1", "zhao.lei"), ("db-srv-2", "zhao.lei"), ("vm-host-1", "wu.hao"), ("vm-host-2", "wu.hao")):
            moment = local("05-11 13:00") + minutes(chance.randint(0, 4000))
            for _time in range(2):
                said = {"topic": "cleaning", "procedure": "OP-11"}
                self.life.at(moment, partial(self._work, by, asset, "服务器除尘，清洁风道", "taken", said))
                moment += timedelta(days=chance.randint(116, 124))
        moment = local("11-02 14:00")
        said = {"topic": "cleaning", "procedure": "OP-11"}
        self.life.at(moment, partial(self._work, "wu.hao", "vm-host-4", "服务器除尘，清洁风道", "taken", said))


def _filled(said: dict[str, Any]) -> dict[str, Any]:
    """The arguments with moments: `@06-28 01:00` is that time of 2026."""
    return {
        name: wall(local(value[1:])) if isinstance(value, str) and value[:1] == "@" else value
        for name, value in said.items()
    }

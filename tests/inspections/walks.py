"""A small checklist to walk, and what is asked of the records that come of it."""

from pathlib import Path
from typing import Any

from opsctl.inspections.rules import Round
from opsctl.inspections.service import read as inspections
from tests.harness import CommandLine, Read

BOOK = """
[rulebook]
name = "rounds"
version = "1"
zone = "Asia/Shanghai"

[checklists.core]
title = { en = "Core network", zh = "核心网络巡检" }
kind = "inspection"
items = [
  { id = "temp", title = { en = "Inlet temperature", zh = "进风温度" }, type = "number", unit = "°C", warn = "18:27" },
  { id = "fans", title = { en = "Fans", zh = "风扇" }, type = "state", group = { en = "Hardware", zh = "硬件" } },
  { id = "uplink", title = { en = "Uplinks", zh = "上行" }, type = "state", group = { en = "Hardware", zh = "硬件" } },
]

[checklists.rack]
title = { en = "Rack", zh = "机柜" }
kind = "inspection"
challenge = [{ ask = { en = "Number on the seal", zh = "铅封号" } }]
items = [
  { id = "door", title = { en = "Door", zh = "柜门" }, type = "state" },
  { id = "mode", title = { en = "Mode of the cooling", zh = "制冷模式" }, type = "choice", choices = [
    { id = "auto", title = { en = "automatic", zh = "自动" } },
    { id = "off", title = { en = "off", zh = "停机" }, state = "fail" },
  ] },
  { id = "noticed", title = { en = "Anything else", zh = "其他" }, type = "text", mandatory = false },
  { id = "picture", title = { en = "Picture", zh = "照片" }, type = "photo" },
]

[routes.edge]
title = { en = "Edge", zh = "边界设备" }
checklist = "core"
assets = ["core-sw-1", "core-sw-2"]
"""
THIRTY = (
    """
[rulebook]
name = "thirty"
version = "1"
zone = "Asia/Shanghai"

[checklists.room]
title = { en = "Server room", zh = "机房巡检" }
kind = "inspection"
items = [
"""
    + "".join(
        f'  {{ id = "state-{number}", title = {{ en = "State {number}", zh = "状态{number}" }}, type = "state" }},\n'
        if number % 3
        else f'  {{ id = "reading-{number}", title = {{ en = "Reading {number}", zh = "读数{number}" }},'
        f' type = "number", unit = "V", warn = "210:240" }},\n'
        for number in range(1, 31)
    )
    + "]\n"
)


def prepare(run: CommandLine, folder: Path, book: str = BOOK) -> None:
    """Apply the book, and add the assets that its rounds are about."""
    path = folder / "book.toml"
    path.write_text(book)
    for arguments in (
        ("rulebook", "apply", str(path)),
        ("asset", "add", "core-sw-1", "--title", "Core switch 1"),
        ("asset", "add", "core-sw-2", "--title", "Core switch 2"),
    ):
        result = run(*arguments)
        assert result.code == 0, result.err


def round_of(read: Read, reference: str, run: CommandLine) -> Round:
    """A round as it stands."""
    found: Round = read(inspections.show, word=reference, now=run.now).round
    return found


def said(one: Round) -> list[tuple[Any, ...]]:
    """What its readings say, in their order."""
    return [(each.item, each.mark.value, each.value, each.note, each.source.value) for each in one.readings]

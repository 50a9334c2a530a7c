"""A checklist with an item of every kind, as the books say them."""

from opsctl.core.ranges import read_range
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Checklist, Choice, Item
from opsctl.rulebook.terms import ChecklistKind, ItemType

CLIMATE, RACKS = Words("Climate", "环境"), Words("Racks", "机柜")

TEMP = Item(
    "temp",
    Words("Inlet temperature", "进风温度"),
    ItemType.NUMBER,
    group=CLIMATE,
    unit="°C",
    warn=read_range("18:27"),
    critical=read_range("10:35"),
    possible=read_range("-20:60"),
)
HUMIDITY = Item(
    "humidity", Words("Humidity", "湿度"), ItemType.NUMBER, group=CLIMATE, unit="%", warn=read_range("40:60")
)
FANS = Item("fans", Words("Fans", "风扇"), ItemType.STATE, group=RACKS)
UPLINK = Item("uplink", Words("Uplinks", "上行链路"), ItemType.STATE, group=RACKS)
COOLER = Item("cooler-3", Words("Air conditioner 3", "3号空调"), ItemType.STATE)
MODE = Item(
    "mode",
    Words("Mode", "模式"),
    ItemType.CHOICE,
    choices=(
        Choice("auto", Words("Automatic", "自动")),
        Choice("manual", Words("By hand", "手动"), "warn"),
        Choice("off", Words("Switched off", "关机"), "fail"),
    ),
)
REMARKS = Item("remarks", Words("Remarks", "说明"), ItemType.TEXT, mandatory=False)
PHOTO = Item("photo", Words("Photo of the panel", "面板照片"), ItemType.PHOTO, mandatory=False)
DISK = Item("disk", Words("Disk", "磁盘"), ItemType.STATE, machine=True)

CORE = Checklist(
    "core-network",
    Words("Core network patrol", "核心网络巡检"),
    ChecklistKind.INSPECTION,
    (TEMP, HUMIDITY, FANS, UPLINK, COOLER, MODE, REMARKS, PHOTO, DISK),
)


def number(id: str = "p", unit: str | None = None, **ranges: str) -> Item:
    """An item that is answered by a number, with ranges as they are written."""
    given = {name: read_range(text) for name, text in ranges.items()}
    return Item(id, Words(id, id), ItemType.NUMBER, unit=unit, **given)

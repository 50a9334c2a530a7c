"""Units as they are typed behind a reading: told apart and named, never converted silently. Pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from opsctl.core.typed import mend

_SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that is known: `value × scale + offset` is the value in the base of its quantity.

    `scale` None: two sizes of it are about (1000 or 1024), so nothing is said of how much it would be in another.
    """

    symbol: str
    quantity: str
    scale: Decimal | None
    offset: Decimal = Decimal(0)


def _units(quantity: str, **scales: str) -> list[Unit]:
    return [Unit(symbol, quantity, Decimal(scale)) for symbol, scale in scales.items()]


_ALL = [
    Unit("°C", "temperature", Decimal(1)),
    Unit("°F", "temperature", Decimal(5) / 9, Decimal(-160) / 9),
    Unit("K", "temperature", Decimal(1), Decimal("-273.15")),
    *_units("pressure", MPa="1000000", kPa="1000", hPa="100", Pa="1", mPa="0.001", bar="100000", mbar="100"),
    Unit("psi", "pressure", Decimal("6894.757293168")),
    *_units("current", A="1", mA="0.001", MA="1000000", kA="1000"),
    Unit("μA", "current", Decimal("0.000001")),
    *_units("voltage", V="1", mV="0.001", kV="1000", MV="1000000"),
    *_units("power", W="1", kW="1000", MW="1000000", mW="0.001"),
    *_units("apparent power", VA="1", kVA="1000", MVA="1000000"),
    *_units("energy", kWh="1000", Wh="1", MWh="1000000"),
    *_units("length", m="1", cm="0.01", mm="0.001", km="1000"),
    *_units("time", s="1", min="60", h="3600", ms="0.001", d="86400"),
    *_units("frequency", Hz="1", kHz="1000", MHz="1000000", GHz="1000000000", mHz="0.001"),
    *_units("resistance", Ω="1", kΩ="1000", MΩ="1000000", mΩ="0.001"),
    *[Unit(symbol, "data", None) for symbol in ("GB", "MB", "KB", "TB", "Gb", "Mb", "Kb")],
    *_units("conductivity", **{"mS/cm": "1000", "μS/cm": "1"}),
    *_units("conductance", mS="0.001"),
    *_units("share", **{"%": "1", "‰": "0.1"}),
    *_units("speed", rpm="1"),
    *_units("part", ppm="1"),
    *_units("level", dB="1"),
    *_units("level of power", dBm="1"),
]
_KNOWN = {unit.symbol: unit for unit in _ALL}
_RARE = {"mPa", "MA", "MV", "mHz", "Gb", "Mb", "Kb", "mΩ", "mS"}
"""Meant only where they are typed to the letter: in other cases nobody means them."""
_SPELLINGS = {
    "°C": ("C", "deg C", "degC", "摄氏度", "celsius", "º C", "ºC", "oC"),
    "°F": ("F", "deg F", "degF", "华氏度", "fahrenheit", "ºF"),
    "K": ("开", "kelvin"),
    "MPa": ("兆帕",), "kPa": ("千帕",), "hPa": ("百帕",), "Pa": ("帕",), "bar": ("巴",), "psi": ("磅",),
    "A": ("安", "安培"), "mA": ("毫安",), "kA": ("千安",), "μA": ("uA", "微安"),
    "V": ("伏", "伏特"), "mV": ("毫伏",), "kV": ("千伏",),
    "W": ("瓦", "瓦特"), "kW": ("千瓦",), "MW": ("兆瓦",), "kWh": ("千瓦时",), "kVA": ("千伏安",),
    "m": ("米",), "cm": ("厘米", "公分"), "mm": ("毫米",), "km": ("千米", "公里"),
    "s": ("秒", "sec"), "min": ("分钟", "分", "mins", "minutes"), "h": ("小时", "时", "hours"), "ms": ("毫秒",),
    "d": ("天", "日", "days"), "Hz": ("赫兹", "赫"), "Ω": ("ohm", "欧", "欧姆"), "kΩ": ("kohm", "千欧"),
    "MΩ": ("Mohm", "兆欧"), "%": ("percent", "百分"), "rpm": ("转/分", "r/min", "转"), "dB": ("分贝",),
}  # fmt: skip


def _plain(text: str) -> str:
    return "".join(mend(text).split())


_EXACT = {
    **{_plain(spelled): _KNOWN[symbol] for symbol, others in _SPELLINGS.items() for spelled in others},
    **{_plain(unit.symbol): unit for unit in _ALL},
}
_FOLDED: dict[str, set[str]] = {}
for _spelled, _unit in _EXACT.items():
    if _unit.symbol not in _RARE:
        _FOLDED.setdefault(_spelled.casefold(), set()).add(_unit.symbol)
LONGEST = 12
"""No unit that is known is longer."""


def known_unit(typed: str) -> Unit | None:
    """The unit that was typed, by symbol or Chinese name; in another case only where a single one can be meant."""
    if len(typed) > LONGEST * 2:
        return None
    plain = _plain(typed)
    exact = _EXACT.get(plain)
    if exact is not None:
        return exact
    meant = _FOLDED.get(plain.casefold(), set())
    return _KNOWN[next(iter(meant))] if len(meant) == 1 else None


def is_own(own: str, typed: str) -> bool:
    """Whether what was typed is the item's own unit: to the letter, in another spelling, in another case if clear."""
    plain, wanted = _plain(typed), _plain(own)
    if plain == wanted:
        return True
    unit = known_unit(own)
    if plain == "度":
        return unit is not None and unit.symbol in ("°C", "kWh")
    other = known_unit(plain)
    if unit is not None or other is not None:
        return unit == other
    # Milli and mega differ in nothing but their case.
    clear = wanted[:1] not in ("m", "M") or plain[:1] == wanted[:1]
    return clear and plain.casefold() == wanted.casefold() and plain.casefold() not in _FOLDED


def converted(value: Decimal, typed: Unit, own: str) -> Decimal | None:
    """The value in the item's own unit, to four digits (temperatures to a tenth); None where it is another quantity."""
    unit = known_unit(own)
    if unit is None or unit.quantity != typed.quantity or unit.scale is None or typed.scale is None:
        return None
    return _shown((value * typed.scale + typed.offset - unit.offset) / unit.scale, unit)


def partners(own: str) -> list[Unit]:
    """The units of the same quantity that a reading may have been taken in, the likeliest first."""
    unit = known_unit(own)
    if unit is None or unit.scale is None:
        return []
    others = [other for other in _ALL if other.quantity == unit.quantity and other != unit]
    near = {unit.scale * 1000, unit.scale / 1000}
    return sorted((other for other in others if other.symbol not in _RARE), key=lambda other: other.scale not in near)


def show_number(value: Decimal) -> str:
    """The number in plain digits, with a real minus sign: for sentences, not to be read back."""
    return format(value, "f").replace("-", "−")


def _shown(value: Decimal, unit: Unit) -> Decimal:
    if unit.quantity == "temperature":
        return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    rounded = value.normalize() if len(value.normalize().as_tuple().digits) <= 6 else _to_digits(value)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def _to_digits(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(value.adjusted() - _SHOWN_DIGITS + 1)).normalize()

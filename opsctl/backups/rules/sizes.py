"""How much something holds, for people."""

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_SHORT = 100
"""Below so many of a unit a tenth is worth telling."""


def size_text(size: int | None) -> str | None:
    """Bytes in decimal units, below a hundred with a decimal, rounded down; None where nothing is known."""
    if size is None:
        return None
    unit = 0
    while unit < len(_UNITS) - 1 and size >= 1000 ** (unit + 1):
        unit += 1
    whole, tenths = divmod(size * 10 // 1000**unit, 10)
    return f"{whole}.{tenths} {_UNITS[unit]}" if unit and whole < _SHORT else f"{whole} {_UNITS[unit]}"

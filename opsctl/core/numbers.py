"""Ratios that are never flattered by rounding, and the five figures that stand for many durations."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


def show_ratio(value: float | None, *, floor: bool, decimals: int = 4) -> str:
    """The ratio in per cent, rounded down (`floor`: more is better) or up, `99.5000 %`; `–` for None.

    Only what is exactly nothing or everything reads `0 %` or `100 %`. A float counts as the shortest decimal that
    stands for it: 0.995 is 995/1000 and not the binary fraction a little below. Raise ValueError if not finite.
    """
    if value is None:
        return "–"
    if not math.isfinite(value):
        raise ValueError("a ratio is a finite number")
    return _per_cent(Fraction(repr(value)), floor, decimals)


def _per_cent(ratio: Fraction, floor: bool, decimals: int) -> str:
    if ratio in (0, 1):
        return f"{ratio * 100} %"
    scaled = ratio * 100 * 10**decimals
    steps = math.floor(scaled) if floor else math.ceil(scaled)
    whole, rest = divmod(abs(steps), 10**decimals)
    fraction = f".{rest:0{decimals}}" if decimals else ""
    return f"{'−' if steps < 0 else ''}{whole}{fraction} %"


@dataclass(frozen=True)
class DurationStatistics:
    """Five figures of `n` durations, in seconds. `p90` is a duration that really occurred."""

    n: int
    total: float
    mean: float
    median: float
    p90: float
    maximum: float


def statistics_of(seconds: Sequence[float]) -> DurationStatistics | None:
    """The statistics of the durations, None if there is none; whole numbers stay whole wherever they divide.

    The median of an even number is the mean of the two middle ones, p90 the nearest rank v[ceil(0.9·n) − 1].
    Raise ValueError if one is not finite.
    """
    if not seconds:
        return None
    if not all(math.isfinite(value) for value in seconds):
        raise ValueError("a duration is a finite number of seconds")
    ordered = sorted(seconds)
    n = len(ordered)
    total = sum(ordered) if all(isinstance(value, int) for value in ordered) else math.fsum(ordered)
    middle = n // 2
    return DurationStatistics(
        n=n,
        total=total,
        mean=_divided(total, n),
        median=ordered[middle] if n % 2 else _divided(ordered[middle - 1] + ordered[middle], 2),
        # ceil(0.9·n) in whole numbers: the float 0.9 is not nine tenths.
        p90=ordered[(9 * n + 9) // 10 - 1],
        maximum=ordered[-1],
    )


def _divided(total: float, by: int) -> float:
    return total // by if isinstance(total, int) and total % by == 0 else total / by

"""What the floor of the month's report adds up in Python: moments, unions, and the records of one figure."""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

SECOND = 1_000_000
"""In microseconds."""


def instant(stored: str) -> int:
    """A stored moment in microseconds since 1970."""
    return round(datetime.fromisoformat(stored + "+00:00").timestamp() * 1_000_000)


def union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, sorted, those that overlap or touch made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        elif start < end:
            merged.append((start, end))
    return merged


def length(spans: Iterable[tuple[int, int]]) -> int:
    """How long the union of the spans is."""
    return sum(end - start for start, end in union(spans))


def maybe(stored: str | None) -> int | None:
    """The same, or None where it is not known."""
    return None if stored is None else instant(stored)


class Cohort:
    """The records of one figure: what was counted, left out and void."""

    def __init__(self, *, plain: bool = False) -> None:
        self.plain = plain
        self.took: dict[str, int] = {}
        self.verdicts: dict[str, bool] = {}
        self.counted: list[str] = []
        self.excluded: dict[str, str] = {}
        self.voided = 0
        self.fallbacks: Counter[str] = Counter()
        self.responses: Counter[str] = Counter()

    def add(
        self,
        reference: str,
        void: str | None,
        took: int | None = None,
        *,
        on_time: bool | None = None,
        reason: str | None = None,
        fallback: str | None = None,
        response: str | None = None,
    ) -> None:
        """Take up one record."""
        if void is not None:
            self.voided += 1
        elif reason is not None or (took is not None and took < 0):
            self.excluded[reference] = reason or "negative"
        else:
            self.counted.append(reference)
            if took is not None:
                self.took[reference] = took
            if on_time is not None:
                self.verdicts[reference] = on_time
            if fallback is not None:
                self.fallbacks[fallback] += 1
            if response is not None:
                self.responses[response] += 1

    def met(self) -> list[str]:
        """Every record but the void."""
        return [*self.counted, *self.excluded]

    def told(self, marked: dict[str, set[str]]) -> dict[str, Any]:
        """The figure with what it met."""
        met = self.met()
        found: dict[str, Any] = {
            "n": len(self.counted),
            "counted": sorted(self.counted),
            "excluded": sorted(self.excluded.items()),
            "voided": self.voided,
            **{name: sum(reference in some for reference in met) for name, some in marked.items()},
        }
        if self.plain:
            return {**found, "value": len(self.counted)}
        if self.verdicts:
            good = sum(self.verdicts.values())
            return {**found, "value": good / found["n"], "numerator": good, "denominator": found["n"]}
        return {**found, "fallbacks": dict(self.fallbacks), **mean(list(self.took.values()))}


def mean(took: list[int]) -> dict[str, Any]:
    """The figures that stand for many durations, in seconds."""
    if not took:
        return {"value": None}
    ordered = sorted(one / SECOND for one in took)
    n, middle = len(ordered), len(ordered) // 2
    return {
        "value": math.fsum(ordered) / n,
        "numerator": math.fsum(ordered),
        "denominator": n,
        "median": ordered[middle] if n % 2 else (ordered[middle - 1] + ordered[middle]) / 2,
        "p90": ordered[(9 * n + 9) // 10 - 1],
        "max": ordered[-1],
    }

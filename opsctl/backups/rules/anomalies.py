"""Whether a backup is suspiciously small beside those before it. Pure."""

from collections.abc import Sequence
from fractions import Fraction

from opsctl.backups.rules.sizes import size_text
from opsctl.core.texts import _


def median(sizes: Sequence[int]) -> Fraction | None:
    """The median of sizes, exactly: of an even number the mean of the two in the middle; None of none."""
    if not sizes:
        return None
    ordered = sorted(sizes)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return Fraction(ordered[middle - 1] + ordered[middle], 2)


def anomaly(size: int | None, earlier: Sequence[int], share: float) -> str | None:
    """Why a backup of so many bytes is not to be trusted; None where it is like those before it.

    It is empty, or has less than `share` of the median of the earlier ones, whole or incomplete. Without earlier ones,
    or where the engine told no size, there is nothing to compare. The share counts as the decimal that stands for it.
    """
    if size is None:
        return None
    if size == 0:
        return _("it holds 0 bytes")
    usual = median(earlier)
    if usual is None or size >= Fraction(repr(share)) * usual:
        return None
    told = _("it holds {size}, and the median of the last {count} good ones is {median}")
    return told.format(size=size_text(size), count=len(earlier), median=size_text(int(usual)))

"""What figures of backups show beside their value: the worst data set, what is proven, what nobody backs up."""

from collections.abc import Sequence
from typing import Any

from opsctl.core.texts import _, ngettext, series
from opsctl.core.times import show_duration
from opsctl.kpis.rules.data_sets import Aged, Coverage
from opsctl.kpis.rules.figures import Figure
from opsctl.kpis.terms import Name

_NAMED = 10
"""So many assets without a policy are named."""


def data(figure: Figure) -> dict[str, Any]:
    """What a figure of backups has besides what all have, for programs; lengths in seconds.

    `by` is the run: that met a slot, that was restored, or that left the newest good copy.
    """
    found = {"met_by": [{"reference": one, "by": by} for one, by in figure.met_by]}
    return found | _beside(figure)


def _beside(figure: Figure) -> dict[str, Any]:
    if figure.name is Name.BACKUP_SUCCESS:
        tried = [
            {"reference": one.reference, "runs": [{"reference": run, "status": status} for run, status in one.runs]}
            for one in figure.tried
        ]
        return {"tried": tried, "worst": _aged(figure.aged[0]) if figure.aged else None}
    if figure.name is Name.RESTORE_TEST_PASS:
        return {"coverage": figure.coverage and _coverage(figure.coverage)}
    if figure.name is Name.RPO_MET:
        return {"data_sets": [_aged(one) for one in figure.aged]}
    return {
        "tests": [
            {"reference": one.reference, "data_set": one.data_set, "seconds": one.seconds, "rto": one.rto}
            for one in figure.timed
        ]
    }


def cells(coverage: Coverage | None) -> tuple[Any, ...]:
    """What stands in a sheet of how far restores are tested; empty for every other figure."""
    if coverage is None:
        return (None,) * 5
    return (coverage.due, coverage.tested, coverage.data_sets, coverage.proven, len(coverage.unnamed))


def lines(figures: Sequence[Figure]) -> list[str]:
    """What a report says of backups below its figures, of the whole; nothing where there is no data set."""
    found = {one.name: one for one in figures}
    told = []
    if (success := found.get(Name.BACKUP_SUCCESS)) is not None and success.aged:
        told.append(_worst(success.aged[0]))
    if (tests := found.get(Name.RESTORE_TEST_PASS)) is not None and tests.coverage is not None:
        told += covered(tests.coverage)
    return told


def covered(coverage: Coverage) -> list[str]:
    """How far restores are tested at all, and what no policy names."""
    told = []
    if coverage.is_breach:
        text = ngettext(
            "No restore was tested, though {count} test fell due: that misses every target of the pass rate.",
            "No restore was tested, though {count} tests fell due: that misses every target of the pass rate.",
            coverage.due,
        )
        told.append(text.format(count=coverage.due))
    if coverage.data_sets:
        text = ngettext(
            "{proven} of {count} data set is proven.", "{proven} of {count} data sets are proven.", coverage.data_sets
        )
        told.append(text.format(proven=coverage.proven, count=coverage.data_sets))
        if coverage.unproven:
            told.append(_("Not proven: {names}").format(names=_some(coverage.unproven)))
    if coverage.unnamed:
        text = ngettext(
            "{count} asset in service was in no backup policy as the period ended: {names}",
            "{count} assets in service were in no backup policy as the period ended: {names}",
            len(coverage.unnamed),
        )
        told.append(text.format(count=len(coverage.unnamed), names=_some(coverage.unnamed)))
    return told


def _worst(one: Aged) -> str:
    rpo = show_duration(one.rpo)
    if one.age is None:
        told = _("Worst data set: {name}. It was never backed up; its RPO is {rpo}.")
        return told.format(name=one.data_set, rpo=rpo)
    told = _("Worst data set: {name}. Its newest good copy ({run}) is {age} old; its RPO is {rpo}.")
    return told.format(name=one.data_set, run=one.run, age=show_duration(one.age), rpo=rpo)


def _some(names: tuple[str, ...]) -> str:
    return series(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def _aged(one: Aged) -> dict[str, Any]:
    return {
        "data_set": one.data_set, "asset": one.asset, "run": one.run, "at": one.at, "age": one.age, "rpo": one.rpo,
        "met": one.is_met, "proven": one.is_proven,
    }  # fmt: skip


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "value": coverage.share,
        "executed": coverage.executed,
        "due": coverage.due,
        "tested": coverage.tested,
        "untested": list(coverage.untested),
        "data_sets": coverage.data_sets,
        "proven": coverage.proven,
        "unproven": list(coverage.unproven),
        "without_policy": {"count": len(coverage.unnamed), "assets": list(coverage.unnamed[:_NAMED])},
    }

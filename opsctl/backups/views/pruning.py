"""What is kept, deleted and adopted of the points of a job's places, ready to be shown."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from opsctl.backups.rules import Run
from opsctl.backups.rules.results import LeftOut, WhyLeft
from opsctl.backups.rules.retention import Decided, Fate, Pruning, Why
from opsctl.backups.rules.sizes import size_text
from opsctl.backups.rules.wire import to_json
from opsctl.backups.views.runs import data
from opsctl.backups.views.words import fate_word, names_text, whys_text
from opsctl.core.report import Cell, Column, Kind, Part, Report, Table, Text
from opsctl.core.texts import _, beside, ngettext, pgettext, series
from opsctl.core.times import show_duration
from opsctl.core.typed import excerpt

_NAMED = 3
"""So many points that are left out are named."""
_SHORT = 24
"""So much of a point's name is shown where no run is known for it."""
_PINS = frozenset({Why.PINNED, Why.INCIDENT})


def pruned(found: Pruning) -> Report:
    """Every point of every place with what becomes of it and why, and what the floors of this host held."""
    columns = (
        Column("run", _("run"), Kind.REFERENCE),
        Column("copy", _("copy"), Kind.REFERENCE),
        Column("begun", pgettext("when", "begun"), Kind.MOMENT),
        Column("fate", pgettext("of a point", "is to")),
        Column("why", _("why")),
        Column("bytes", _("size")),
        Column("result", _("result")),
        Column("point", pgettext("of a backup", "point"), Kind.REFERENCE),
    )
    pairs = [(place, one) for place, decided in found.decided.items() for one in decided]
    whole = Table(columns, tuple(_row(found, *pair) for pair in pairs), empty=_("There are no points."))
    shown = whole.without("point", "result") if found.is_dry or not found.gone else whole.without("point")
    parts: list[Part] = [shown]
    if pairs:
        parts.append(Text((_counted([one for _place, one in pairs], found),)))
    failed = _failures(found)
    if failed:
        parts.append(Text(tuple(failed)))
    return Report(
        kind="backup.prune",
        data=_data(found),
        parts=tuple(parts),
        remarks=(*_held(found), *unfreed(found), *((_("Nothing was deleted."),) if found.is_dry else ())),
        references=tuple(sorted({one.run for _place, one in pairs if one.run and one.fate is Fate.DELETE})),
        sheet=whole,
        attention=bool(failed or found.unfreed),
    )


def unfreed(found: Pruning) -> list[str]:
    """Where points are gone and their space is still taken, and why: a line for each place."""
    told = _("The points are gone from {name}, and their space is still taken: {reason}")
    return [told.format(name=name, reason=reason) for name, reason in found.unfreed.items()]


def _row(found: Pruning, place: str, one: Decided) -> tuple[Any, ...]:
    kind = {Fate.KEEP: Kind.GOOD, Fate.DELETE: Kind.DOUBTFUL, Fate.NOT_OURS: Kind.TEXT}[one.fate]
    return (
        Cell(one.run or excerpt(one.name, _SHORT), Kind.REFERENCE, plain=one.run or ""),
        place,
        one.at,
        Cell(fate_word(one.fate), kind, plain=str(one.fate)),
        Cell(whys_text(one), Kind.TEXT, plain=" ".join(one.whys)),
        Cell(size_text(one.bytes), Kind.TEXT, plain=None if one.bytes is None else str(one.bytes)),
        _result(found, place, one),
        one.name,
    )


def _result(found: Pruning, place: str, one: Decided) -> Cell | None:
    points = found.gone.get(place, {})
    if one.name not in points:
        return None
    reason = points[one.name]
    return Cell(_("deleted"), Kind.GOOD, plain="deleted") if reason is None else Cell(reason, Kind.BAD)


def _counted(decided: Sequence[Decided], found: Pruning) -> str:
    fates = Counter(one.fate for one in decided)
    pinned = sum(not _PINS.isdisjoint(one.whys) for one in decided)
    told = _("keep {keep} · delete {delete} · not ours {others} · pinned {pinned} · held {held}")
    return told.format(
        keep=fates[Fate.KEEP], delete=fates[Fate.DELETE], others=fates[Fate.NOT_OURS], pinned=pinned, held=found.held
    )


def _failures(found: Pruning) -> list[str]:
    unasked = _("The place {name} could not be asked for its points: {reason}")
    left = _("{point} could not be deleted: {reason}")
    told = [unasked.format(name=name, reason=reason) for name, reason in found.unasked.items()]
    return told + [
        left.format(point=excerpt(point, _SHORT), reason=reason)
        for points in found.gone.values()
        for point, reason in points.items()
        if reason is not None
    ]


def _held(found: Pruning) -> tuple[str, ...]:
    if not found.held:
        return ()
    told = ngettext(
        "The rulebook wants less than this host keeps at least ({age}, {proven} proven): {count} point is held.",
        "The rulebook wants less than this host keeps at least ({age}, {proven} proven): {count} points are held.",
        found.held,
    )
    age = show_duration(found.floors.age.total_seconds())
    return (told.format(age=age, proven=found.floors.proven, count=found.held),)


def _data(found: Pruning) -> dict[str, Any]:
    return {
        "policy": found.policy.name,
        "dry_run": found.is_dry,
        "held": found.held,
        "floors": {"age_seconds": found.floors.age.total_seconds(), "proven": found.floors.proven},
        "places": [
            {"copy": place, "points": [_point(found, place, one) for one in decided]}
            for place, decided in found.decided.items()
        ],
        "unasked": dict(found.unasked),
        "unfreed": dict(found.unfreed),
    }


def _point(found: Pruning, place: str, one: Decided) -> dict[str, Any]:
    points = found.gone.get(place, {})
    return {
        "point": one.name, "run": one.run, "at": one.at, "bytes": one.bytes, "fate": one.fate, "why": list(one.whys),
        "incident": one.incident, "held": one.is_held,
        "deleted": one.name in points and points[one.name] is None, "failure": points.get(one.name),
    }  # fmt: skip


def adopted(
    runs: Sequence[Run], left: Sequence[LeftOut], unasked: Sequence[tuple[str, str]], *, is_dry: bool
) -> Report:
    """The runs that were recorded for points that nobody knew of, or would be, and what was left out and why."""
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("begun", pgettext("when", "begun"), Kind.MOMENT),
        Column("copies", _("copies")),
        Column("bytes", _("size")),
        Column("points", _("points")),
    )
    rows = tuple(_adopted_row(run) for run in runs)
    whole = Table(columns, rows, empty=_("There is no point that no run knows of."))
    parts: list[Part] = [whole.without("reference" if is_dry else "points")]
    told = _("The place {name} could not be asked for its points: {reason}")
    failed = tuple(told.format(name=name, reason=reason) for name, reason in unasked)
    if failed:
        parts.append(Text(failed))
    remarks = [_left_out(why, found) for why in WhyLeft if (found := [one for one in left if one.why is why])]
    if is_dry:
        remarks.append(_("Nothing was recorded."))
    return Report(
        kind="backup.adopt",
        data={
            "dry_run": is_dry, "runs": [data(run) for run in runs], "left_out": [to_json(one) for one in left],
            "unasked": dict(unasked),
        },
        parts=tuple(parts),
        remarks=tuple(remarks),
        references=tuple(run.reference for run in runs if run.reference),
        sheet=whole,
        attention=bool(failed),
        following=f"opsctl backup verify {runs[-1].reference}" if runs and runs[-1].reference else None,
    )  # fmt: skip


def _left_out(why: WhyLeft, found: Sequence[LeftOut]) -> str:
    """How many points are left out for that reason, and the first of them."""
    count = len(found)
    told = {
        WhyLeft.OTHERS: ngettext(
            "{count} point of another policy or host is left to it: {names}",
            "{count} points of other policies or hosts are left to them: {names}",
            count,
        ),
        WhyLeft.OTHER_MACHINE: ngettext(
            "{count} point of another machine is left out: {names}",
            "{count} points of other machines are left out: {names}",
            count,
        ),
        WhyLeft.OTHER_PATHS: ngettext(
            "{count} point of other paths than the sources of the job is left out: {names}",
            "{count} points of other paths than the sources of the job are left out: {names}",
            count,
        ),
        WhyLeft.UNKNOWN: ngettext(
            "{count} point is left out, for nothing tells which machine made it, and of what: {names}",
            "{count} points are left out, for nothing tells which machine made them, and of what: {names}",
            count,
        ),
    }[why]
    names = [
        excerpt(one.point, _SHORT) if one.what is None else beside(excerpt(one.point, _SHORT), excerpt(one.what))
        for one in found[: _NAMED + 1]
    ]
    return told.format(count=count, names=names_text(names, _NAMED))


def _adopted_row(run: Run) -> tuple[Any, ...]:
    points = series(excerpt(str(copy.point), _SHORT) for copy in run.copies)
    return (
        run.reference or None,
        run.started_at,
        series(copy.name for copy in run.copies),
        Cell(size_text(run.bytes), Kind.TEXT, plain=None if run.bytes is None else str(run.bytes)),
        Cell(points, Kind.TEXT, plain=" ".join(str(copy.point) for copy in run.copies)),
    )

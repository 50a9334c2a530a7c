"""What a look at copies found, level by level, and what each level proves."""

from collections.abc import Mapping, Sequence

from opsctl.backups.rules import Check, Run, rank
from opsctl.backups.rules.levels import meaning
from opsctl.backups.rules.wire import to_json
from opsctl.backups.terms import Level, Verdict
from opsctl.backups.views.runs import verdict_cell
from opsctl.core.report import Column, Kind, Part, Report, Table, Text
from opsctl.core.texts import _, between


def checked(run: Run, asked: Level, found: Mapping[str, Sequence[Check]]) -> Report:
    """The checks of each copy that was looked at, by its name; attention where one differs."""
    checks = [one for of_copy in found.values() for one in of_copy]
    lines = [headline(run, copy, of_copy) for copy, of_copy in found.items()]
    parts: list[Part] = [Text(tuple(lines))]
    if checks:
        parts.append(_table(found))
    reached = [one.level for one in checks if one.verdict is Verdict.PASS]
    if reached:
        said = meaning(min(_best(of_copy) or Level.L0 for of_copy in found.values()))
        parts.append(Text((_("It does not prove: {sentence}").format(sentence=said.leaves_open),)))
    short = [
        copy
        for copy, of_copy in found.items()
        if all(one.verdict is Verdict.PASS for one in of_copy) and rank(_best(of_copy) or Level.L0) < rank(asked)
    ]
    told = _("{copy}: this engine could not be asked for {asked}; what it proves is less.")
    return Report(
        kind="backup.verify",
        data={
            "reference": run.reference, "policy": run.policy, "asked": asked,
            "checks": [to_json(one) for one in checks],
        },
        parts=tuple(parts),
        remarks=tuple(told.format(copy=copy, asked=asked) for copy in short),
        references=(run.reference,),
    )  # fmt: skip


def headline(run: Run, copy: str, checks: Sequence[Check]) -> str:
    """What was found of one copy, in one line."""
    said = _said(checks).format(
        copy=copy,
        level=_best(checks) or "–",
        at=checks[-1].level if checks else "–",
        reason=(checks[-1].reason if checks else None) or "–",
    )
    return f"{run.reference}  {run.policy}{between(': ')}{said}"


def _said(checks: Sequence[Check]) -> str:
    if not checks:
        return _("COULD NOT RUN: copy {copy} cannot be looked at here")
    return {
        Verdict.PASS: _("PASS: copy {copy} is proven at {level}"),
        Verdict.DIFFERS: _("DIFFERS: copy {copy} at {at}: {reason}"),
        Verdict.COULD_NOT_RUN: _("COULD NOT RUN: copy {copy} at {at}: {reason}"),
    }[checks[-1].verdict]


def _best(checks: Sequence[Check]) -> Level | None:
    return max((one.level for one in checks if one.verdict is Verdict.PASS), default=None)


def _table(found: Mapping[str, Sequence[Check]]) -> Table:
    columns = (
        Column("copy", _("copy"), Kind.REFERENCE),
        Column("level", _("level"), Kind.REFERENCE),
        Column("verdict", _("verdict")),
        Column("proves", _("what it looks at")),
        Column("reason", _("reason")),
    )
    rows = tuple(
        (copy, str(one.level), verdict_cell(one.verdict), meaning(one.level).proves, one.reason)
        for copy, checks in found.items()
        for one in checks
    )
    table = Table(columns, rows, lead="level")
    return table if any(row[-1] for row in rows) else table.without("reason")

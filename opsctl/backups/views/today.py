"""Backups in `opsctl today` and in the hand-over of a shift."""

from collections.abc import Sequence
from typing import Any

from opsctl.backups.rules import Run, Test
from opsctl.backups.rules.sizes import size_text
from opsctl.backups.rules.standing import Overview, Standing
from opsctl.backups.views.runs import status_cell, took, verdict_cell
from opsctl.backups.views.standing import data, state_cell
from opsctl.backups.views.words import age_text, finding_text
from opsctl.core.report import Column, Kind, Report, Table
from opsctl.core.texts import _, pgettext


def today(found: Overview) -> Report:
    """The policies that are in breach or whose last runs failed, the worst first."""
    waiting = [one for one in found.standings if one.is_in_breach or one.failed]
    waiting.sort(key=lambda one: (not one.is_in_breach, one.rpo_met, one.policy.name))
    columns = (
        Column("policy", pgettext("in a list of today", "backup"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("age", pgettext("backup", "would be lost")),
        Column("why", pgettext("backup", "why")),
    )
    rows = tuple(
        (one.policy.name, one.policy.asset, state_cell(one), _lost(one), _why(one)) for one in waiting
    )
    return Report(
        kind="backup.today",
        data=[data(one) for one in waiting],
        parts=(Table(columns, rows, title=_("Backups to look at")),),
        references=tuple(one.policy.name for one in waiting),
    )


def _lost(one: Standing) -> str | None:
    return pgettext("backup", "everything") if one.newest is None else age_text(one.newest.age)


def _why(one: Standing) -> str | None:
    if one.findings:
        return finding_text(one.findings[0])
    return one.failed[0].reason if one.failed else None


def handover(runs: Sequence[Run], tests: Sequence[Test]) -> Report:
    """The runs of a shift that were no success, and its restore tests, the newest first."""
    bad = [
        (one.reference, one.policy, status_cell(one.status), one.started_at, size_text(one.bytes), one.reason)
        for one in runs
    ]
    tested = [(one.reference, one.policy, verdict_cell(one.verdict), one.started_at, None, one.reason) for one in tests]
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("policy", _("policy"), Kind.REFERENCE),
        Column("ended", pgettext("backup", "ended as")),
        Column("started", pgettext("when", "begun"), Kind.MOMENT),
        Column("bytes", _("size")),
        Column("reason", _("reason")),
    )
    table = Table(columns, (*tested, *bad), title=_("Failed backups, and restore tests"))
    return Report(kind="backup.handover", data=_data(runs, tests), parts=(table,))


def _data(runs: Sequence[Run], tests: Sequence[Test]) -> dict[str, Any]:
    return {
        "runs": [
            {"reference": one.reference, "policy": one.policy, "status": one.status, "started_at": one.started_at,
             "seconds": took(one), "reason": one.reason}
            for one in runs
        ],
        "tests": [
            {"reference": one.reference, "policy": one.policy, "verdict": one.verdict, "started_at": one.started_at,
             "seconds": one.seconds, "reason": one.reason}
            for one in tests
        ],
    }  # fmt: skip

"""Runs of backups, ready to be shown."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from opsctl.backups.rules import Run, Test
from opsctl.backups.rules.results import Listed, Planned, Recorded, Shown
from opsctl.backups.rules.sizes import size_text
from opsctl.backups.rules.wire import to_json
from opsctl.backups.terms import Status, Trigger, Verdict
from opsctl.backups.views.history import history
from opsctl.core.report import Cell, Column, Fields, Kind, Part, Report, Table, Text, choose_columns
from opsctl.core.texts import _, between, ngettext, pgettext
from opsctl.core.times import show_duration

COLUMNS = "reference,policy,status,started,took,bytes,proven"
"""What people see of a list where they name no columns."""
_TONES = {Status.SUCCESS: Kind.GOOD, Status.INCOMPLETE: Kind.DOUBTFUL, Status.SKIPPED_LOCKED: Kind.DOUBTFUL}


def status_word(status: Status) -> str:
    """How a run ended."""
    return {
        Status.SUCCESS: pgettext("backup", "success"),
        Status.INCOMPLETE: pgettext("backup", "incomplete"),
        Status.FAILED: pgettext("backup", "failed"),
        Status.SKIPPED_LOCKED: pgettext("backup", "skipped, locked"),
        Status.TIMED_OUT: pgettext("backup", "timed out"),
        Status.CANCELLED: pgettext("backup", "cancelled"),
        Status.NOT_STARTED: pgettext("backup", "not started"),
        Status.MISSED: pgettext("backup", "missed"),
    }[status]


def trigger_word(trigger: Trigger) -> str:
    """Why a run was begun."""
    return {
        Trigger.SCHEDULED: pgettext("backup", "by schedule"),
        Trigger.MANUAL: pgettext("backup", "by hand"),
        Trigger.ADOPTED: pgettext("backup", "adopted"),
    }[trigger]


def _begun_by(run: Run) -> str:
    """Why the run was begun; of one that was adopted, that it counts for nothing until somebody looks at it."""
    if any(run.counts(one.name) for one in run.copies) or run.trigger is not Trigger.ADOPTED:
        return trigger_word(run.trigger)
    return pgettext("backup", "adopted, not looked at")


def status_cell(status: Status) -> Cell:
    """The status as a verdict, its plain word for CSV."""
    return Cell(status_word(status), _TONES.get(status, Kind.BAD), plain=str(status))


def took(run: Run) -> float:
    """How long a run took, in seconds."""
    return (run.ended_at - run.started_at).total_seconds()


def data(run: Run) -> dict[str, Any]:
    """A run for programs."""
    said: dict[str, Any] = {name: getattr(run, name) for name in Run.__dataclass_fields__}
    there = (copy for copy in run.copies if copy.is_there)
    proven = [one for copy in there if (one := run.level_of(copy.name)) is not None]
    best = max(proven, key=lambda one: one.level, default=None)
    return said | {
        "copies": [to_json(one) for one in run.copies],
        "checks": [to_json(one) for one in run.checks],
        "seconds": took(run),
        "proven": None if best is None else best.level,
    }


def ran(done: Sequence[tuple[Recorded | None, Run]]) -> Report:
    """One line for each run, and what is wrong with it; those that are not recorded yet wait on this host."""
    lines: list[str] = []
    for recorded, run in done:
        lines.append(_line(run if recorded is None else recorded.run, recorded is None))
        told = [(copy.name, f"{status_word(copy.status)} · {copy.reason}") for copy in run.copies if copy.reason]
        lines += [f"  {name}{between(': ')}{reason}" for name, reason in told]
    runs = [run if recorded is None else recorded.run for recorded, run in done]
    return Report(
        kind="backup.run",
        data=[
            {**data(run), "stored": "here" if recorded is None else "shared"}
            for run, (recorded, _ran) in zip(runs, done, strict=True)
        ],
        parts=(Text(tuple(lines)),) if lines else (),
        remarks=() if done else (_("Nothing is due now."),),
        references=tuple(run.reference for run in runs if run.reference),
        following=_following(runs),
    )


def _following(runs: Sequence[Run]) -> str | None:
    """What is typed next after one run: its proof, or a look at what is wrong."""
    if len(runs) != 1 or not runs[0].reference:
        return None
    if runs[0].status is Status.SUCCESS:
        return f"opsctl backup restore-test {runs[0].policy}"
    return f"opsctl backup show {runs[0].reference}"


def _line(run: Run, is_waiting: bool) -> str:
    words = [status_word(run.status)]
    if run.bytes is not None:
        words.append(str(size_text(run.bytes)))
    if run.files is not None:
        words.append(ngettext("{count} file", "{count} files", run.files).format(count=run.files))
    words.append(show_duration(int(took(run))))
    if run.reason is not None and not any(copy.reason for copy in run.copies):
        words.append(run.reason)
    if run.slot is not None and run.status is Status.SUCCESS:
        words.append(_("for the slot"))
    if is_waiting:
        words.append(_("waits on this host until the database is there"))
    named = run.reference or run.policy
    told = " · ".join(words)
    return f"{named}  {run.policy}{between(': ')}{told}" if run.reference else f"{named}{between(': ')}{told}"


def listed(found: Listed) -> Report:
    """The runs as a table, the newest first."""
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("policy", _("policy"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("status", _("status")),
        Column("started", pgettext("when", "begun"), Kind.MOMENT),
        Column("took", _("took"), Kind.DURATION),
        Column("bytes", _("size")),
        Column("files", _("files"), Kind.COUNT),
        Column("proven", _("proven")),
        Column("copies", _("copies"), Kind.COUNT),
        Column("host", _("host")),
        Column("trigger", _("trigger")),
        Column("engine", _("engine")),
        Column("reason", _("reason")),
    )
    rows = tuple(_row(run) for run in found.runs)
    table = Table(columns, rows, empty=_("No backup runs."))
    left = found.total - len(found.runs)
    more = ngettext("{count} more; see them with --limit 0.", "{count} more; see them with --limit 0.", left)
    return Report(
        kind="backup.list",
        data={"total": found.total, "runs": [data(run) for run in found.runs]},
        parts=(table,),
        remarks=(more.format(count=left),) if left else (),
        references=tuple(run.reference for run in found.runs),
        sheet=table,
    )


def _row(run: Run) -> tuple[Any, ...]:
    said = data(run)
    return (
        run.reference,
        run.policy,
        run.asset,
        _listed_status(run),
        run.started_at,
        took(run),
        Cell(size_text(run.bytes), Kind.TEXT, plain=None if run.bytes is None else str(run.bytes)),
        run.files,
        said["proven"],
        sum(1 for copy in run.copies if copy.is_there),
        run.host,
        _begun_by(run),
        run.engine,
        run.reason,
    )


def _listed_status(run: Run) -> Cell:
    """The status; of a run of which nothing is left any more, that it was pruned, too."""
    had = [copy for copy in run.copies if copy.pruned_at is not None]
    if not had or any(copy.is_there for copy in run.copies):
        return status_cell(run.status)
    gone = f"{status_word(run.status)}{between(', ')}{pgettext('event', 'pruned')}"
    return Cell(gone, Kind.TEXT, plain=str(run.status))


def with_columns(report: Report, wanted: str | None) -> Report:
    """The list with the columns that are wanted, or with the usual ones: then CSV has all of them, as JSON has."""
    return choose_columns(report, COLUMNS) if wanted is None else choose_columns(replace(report, sheet=None), wanted)


def shown(found: Shown) -> Report:
    """One run with its copies, what was looked at, its restore tests and its history."""
    run = found.run
    pairs = (
        (_("reference"), run.reference, Kind.REFERENCE),
        (_("policy"), run.policy, Kind.REFERENCE),
        (_("asset"), run.asset, Kind.REFERENCE),
        (_("customer"), run.customer, Kind.REFERENCE),
        (_("status"), status_word(run.status), _TONES.get(run.status, Kind.BAD)),
        (_("reason"), run.reason, Kind.TEXT),
        (_("slot"), run.slot, Kind.MOMENT),
        (pgettext("when", "begun"), run.started_at, Kind.INSTANT),
        (pgettext("when", "ended"), run.ended_at, Kind.INSTANT),
        (_("took"), took(run), Kind.DURATION),
        (_("size"), size_text(run.bytes), Kind.TEXT),
        (_("files"), run.files, Kind.COUNT),
        (_("host"), run.host, Kind.TEXT),
        (_("engine"), run.engine or str(run.driver), Kind.TEXT),
        (_("trigger"), f"{_begun_by(run)} · {run.person}", Kind.TEXT),
        (pgettext("a point", "pinned"), run.pin_reason, Kind.TEXT),
    )
    parts: list[Part] = [Fields(tuple(pair for pair in pairs if pair[1] is not None))]
    if run.copies:
        parts.append(_copies(run))
    checks = _checks(run)
    if checks.rows:
        parts.append(checks)
    if found.tests:
        parts.append(_tests(found.tests))
    return Report(
        kind="backup",
        data={**data(run), "tests": [to_json(one) for one in found.tests]},
        parts=(*parts, history(found.history)),
        references=(run.reference,),
    )


def _copies(run: Run) -> Table:
    columns = (
        Column("copy", _("copy"), Kind.REFERENCE),
        Column("status", _("status")),
        Column("point", pgettext("of a backup", "point"), Kind.REFERENCE),
        Column("bytes", _("size")),
        Column("proven", _("proven")),
        Column("pruned", pgettext("when", "pruned"), Kind.MOMENT),
        Column("reason", _("reason")),
    )
    rows = []
    for one in run.copies:
        best = run.level_of(one.name)
        level = None if best is None else str(best.level)
        rows.append((
            one.name, status_cell(one.status), one.point, size_text(one.bytes), level, one.pruned_at, one.reason,
        ))  # fmt: skip
    return _filled(Table(columns, tuple(rows), title=_("Copies")), "pruned", "reason")


def _filled(table: Table, *keys: str) -> Table:
    """The table without those of these columns in which nothing stands."""
    at = {column.key: number for number, column in enumerate(table.columns)}
    return table.without(*(key for key in keys if all(row[at[key]] is None for row in table.rows)))


def _checks(run: Run) -> Table:
    """What was looked at, apart from restore tests."""
    columns = (
        Column("checked", pgettext("when", "checked"), Kind.MOMENT),
        Column("copy", _("copy"), Kind.REFERENCE),
        Column("level", _("level")),
        Column("verdict", _("verdict")),
        Column("host", _("host")),
        Column("reason", _("reason")),
    )
    rows = tuple(
        (one.checked_at, one.copy, str(one.level), verdict_cell(one.verdict), one.host, one.reason)
        for one in run.checks
        if one.test is None
    )
    return _filled(Table(columns, rows, title=_("Checks"), lead="level"), "reason")


def _tests(tests: Sequence[Test]) -> Table:
    columns = (
        Column("test", _("restore test"), Kind.REFERENCE),
        Column("ended", pgettext("when", "ended"), Kind.MOMENT),
        Column("copy", _("copy"), Kind.REFERENCE),
        Column("level", _("level")),
        Column("verdict", _("verdict")),
        Column("seconds", _("took"), Kind.DURATION),
        Column("loss", _("loss window"), Kind.DURATION),
        Column("reason", _("reason")),
    )
    rows = tuple(
        (
            one.reference, one.ended_at, one.copy, None if one.level is None else str(one.level),
            verdict_cell(one.verdict), one.seconds, one.loss_seconds, one.reason,
        )
        for one in tests
    )  # fmt: skip
    return _filled(Table(columns, rows, title=_("Restore tests")), "level", "seconds", "loss", "reason")


def verdict_cell(verdict: Verdict) -> Cell:
    """What a check or a test found, as a verdict, its plain word for CSV."""
    words = {
        Verdict.PASS: (pgettext("verdict", "pass"), Kind.GOOD),
        Verdict.DIFFERS: (pgettext("verdict", "differs"), Kind.BAD),
        Verdict.COULD_NOT_RUN: (pgettext("verdict", "could not run"), Kind.DOUBTFUL),
    }
    return Cell(*words[verdict], plain=str(verdict))


def planned(rows: Sequence[Planned]) -> Report:
    """What the next run of each policy would do: when, with which programs, and why it could not."""
    parts: list[Part] = []
    said = []
    for one in rows:
        plan, due = one.plan, None if one.upcoming is None else one.upcoming.due_at
        always = ((_("last good one"), plan.good_at, Kind.MOMENT),)
        where_known = (
            (pgettext("backup", "next run"), due, Kind.MOMENT),
            (_("would be refused"), one.refused, Kind.BAD),
        )
        head = ((_("policy"), plan.policy, Kind.REFERENCE), (_("asset"), plan.asset, Kind.REFERENCE))
        parts.append(Fields((*head, *(pair for pair in where_known if pair[1] is not None), *always)))
        lines = [f"$ {line}" for line in one.commands] + _written(one)
        parts.append(Text(tuple(lines)))
        said.append({
            "policy": plan.policy, "asset": plan.asset, "next": due, "good_at": plan.good_at, "refused": one.refused,
            "commands": list(one.commands), "writes": list(one.writes),
            "deletes": None if one.deletes is None else list(one.deletes),
        })  # fmt: skip
    return Report(
        kind="backup.plan",
        data=said,
        parts=tuple(parts),
        remarks=(_("Nothing was run."),),
        references=tuple(one.plan.policy for one in rows),
        attention=any(one.refused is not None for one in rows),
    )


def _written(one: Planned) -> list[str]:
    lines = [_("writes {what}").format(what=what) for what in one.writes]
    if one.deletes is not None:
        deleted = [_("pruning would delete {what}").format(what=what) for what in one.deletes]
        lines += deleted or [_("pruning would delete nothing")]
    return lines

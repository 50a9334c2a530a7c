"""Figures of backups down to the slot, the run, the restore test and the data set."""

from typing import Any

from opsctl.backups.terms import Status
from opsctl.backups.views.runs import status_word
from opsctl.core.report import Column, Fields, Kind, Part, Table, Text
from opsctl.core.texts import _, pgettext, series
from opsctl.duties.rules import Occurrence
from opsctl.kpis.rules.backups import is_executed
from opsctl.kpis.rules.data_sets import Coverage
from opsctl.kpis.rules.figures import Figure
from opsctl.kpis.rules.reported import ExplainedDue
from opsctl.kpis.terms import Name
from opsctl.kpis.views.backups import covered
from opsctl.kpis.views.words import excluded_line

Pairs = list[tuple[str, Any, Kind]]


def records(figure: Figure) -> Table:
    """Every slot, restore test or data set of the figure, with the verdict on it."""
    made = {
        Name.BACKUP_SUCCESS: _slots,
        Name.RESTORE_TEST_PASS: _tests,
        Name.RPO_MET: _data_sets,
        Name.RTO_MET: _times,
    }
    table = made[figure.name](figure)
    rest = len(table.columns) - 2
    rows = [(one.reference, *(None,) * rest, excluded_line(one)) for one in figure.excluded]
    rows += [(reference, *(None,) * rest, _pending()) for reference in figure.pending]
    return Table(table.columns, (*table.rows, *rows), empty=_("Nothing was due in the period."))


def beside(figure: Figure) -> list[Part]:
    """What is said of coverage below the records."""
    told = [] if figure.coverage is None else covered(figure.coverage)
    return [Text(tuple(told))] if told else []


def parts(figure: Figure, record: ExplainedDue) -> list[Part]:
    """What a run, a restore test or a slot is to the figure."""
    found: list[Part] = []
    if record.run is not None:
        found.append(Fields(tuple(_run(record))))
    if record.test is not None:
        found.append(Fields(tuple(_test(figure, record))))
    return found


def data(record: ExplainedDue) -> dict[str, Any]:
    """The same for programs."""
    run, test = record.run, record.test
    found: dict[str, Any] = {}
    if run is not None:
        found |= {
            "data_set": run.policy, "status": run.status, "slot": run.slot, "started_at": run.started_at,
            "ended_at": run.ended_at, "why": run.reason,
        }  # fmt: skip
    if test is not None:
        found |= {
            "data_set": test.policy, "run": test.run, "verdict": test.verdict, "level": test.level,
            "seconds": test.seconds, "ended_at": test.ended_at, "why": test.reason,
        }  # fmt: skip
    return found


def told(figure: Figure, record: ExplainedDue) -> str | None:
    """The sentence on a record that the figure judges otherwise than what is due; None where it judges it so."""
    if figure.name is Name.RPO_MET and record.run is not None:
        return _of_run(figure, record.run.reference, record.run.policy)
    if figure.name is Name.RESTORE_TEST_PASS and record.occurrence is not None:
        return _of_due_test(figure, record.occurrence)
    test = record.test
    if test is None or test.reference not in figure.counted:
        return None
    is_missed = test.reference in figure.missed
    if figure.name is Name.RESTORE_TEST_PASS:
        said = _("{reference}: counted, not passed.") if is_missed else _("{reference}: counted, passed.")
    elif is_missed:
        said = _("{reference}: counted, not within its RTO.")
    else:
        said = _("{reference}: counted, within its RTO.")
    return said.format(reference=test.reference)


def slot_word(figure: Figure, reference: str) -> str:
    """The verdict on one slot."""
    if reference not in figure.missed:
        return pgettext("in an explanation", "counted: a good run in its window")
    if reference in dict(figure.met_by):
        return pgettext("in an explanation", "counted: its good run came late")
    runs = next((one.runs for one in figure.tried if one.reference == reference), ())
    if not runs:
        return pgettext("in an explanation", "counted: no run")
    said = series(f"{run} {status_word(Status(status))}" for run, status in runs)
    return _("counted: no good run ({runs})").format(runs=said)


def _slots(figure: Figure) -> Table:
    met_by = dict(figure.met_by)
    columns = (
        Column("reference", _("record"), Kind.REFERENCE),
        Column("met_by", _("met by"), Kind.REFERENCE),
        Column("part", _("its part")),
    )
    rows = tuple((one, met_by.get(one), slot_word(figure, one)) for one in figure.counted)
    return Table(columns, rows)


def _tests(figure: Figure) -> Table:
    missed = set(figure.missed)
    passed = pgettext("in an explanation", "counted: passed")
    differs = pgettext("in an explanation", "counted: not passed")
    columns = (
        Column("reference", _("record"), Kind.REFERENCE),
        Column("run", _("restored"), Kind.REFERENCE),
        Column("part", _("its part")),
    )
    run_of = dict(figure.met_by)
    rows = [(one, run_of.get(one), differs if one in missed else passed) for one in figure.counted]
    untested = () if figure.coverage is None else figure.coverage.untested
    rows += [(one, None, pgettext("in an explanation", "due, and no test was made")) for one in untested]
    return Table(columns, tuple(rows))


def _data_sets(figure: Figure) -> Table:
    columns = (
        Column("reference", _("data set"), Kind.REFERENCE),
        Column("run", _("newest good copy"), Kind.REFERENCE),
        Column("at", pgettext("of a copy", "of"), Kind.INSTANT),
        Column("age", _("age"), Kind.DURATION),
        Column("rpo", "RPO", Kind.DURATION),
        Column("part", _("its part")),
    )
    rows = []
    for one in figure.aged:
        if one.run is None:
            part = pgettext("in an explanation", "counted: never backed up")
        elif one.is_met:
            part = pgettext("in an explanation", "counted: within its RPO")
        else:
            part = pgettext("in an explanation", "counted: older than its RPO")
        rows.append((one.data_set, one.run, one.at, one.age, one.rpo, part))
    return Table(columns, tuple(rows))


def _times(figure: Figure) -> Table:
    columns = (
        Column("reference", _("record"), Kind.REFERENCE),
        Column("data_set", _("data set"), Kind.REFERENCE),
        Column("seconds", _("measured"), Kind.DURATION),
        Column("rto", "RTO", Kind.DURATION),
        Column("part", _("its part")),
    )
    timed = {one.reference: one for one in figure.timed}
    missed = set(figure.missed)
    rows: list[tuple[Any, ...]] = []
    for reference in figure.counted:
        one = timed.get(reference)
        if one is None:
            never = pgettext("in an explanation", "counted: never restored as a whole")
            rows.append((reference, reference, None, None, never))
            continue
        if reference not in missed:
            part = pgettext("in an explanation", "counted: within its RTO")
        elif one.seconds is None:
            part = pgettext("in an explanation", "counted: not passed")
        else:
            part = pgettext("in an explanation", "counted: took longer than its RTO")
        rows.append((reference, one.data_set, one.seconds, one.rto, part))
    return Table(columns, tuple(rows))


def _pending() -> str:
    return _("not decided yet: its window is not over")


def _run(record: ExplainedDue) -> Pairs:
    run = record.run
    if run is None:
        return []
    return [
        (_("data set"), run.policy, Kind.REFERENCE),
        (_("status"), status_word(run.status), Kind.TEXT),
        (pgettext("when", "begun"), run.started_at, Kind.INSTANT),
        (pgettext("when", "ended"), run.ended_at, Kind.INSTANT),
        *(((_("reason"), run.reason, Kind.TEXT),) if run.reason is not None else ()),
    ]


def _test(figure: Figure, record: ExplainedDue) -> Pairs:
    test = record.test
    if test is None:
        return []
    pairs: Pairs = [
        (_("data set"), test.policy, Kind.REFERENCE),
        (_("restored"), test.run, Kind.REFERENCE),
        (pgettext("when", "ended"), test.ended_at, Kind.INSTANT),
    ]
    if is_executed(test):
        pairs.append((_("measured"), test.seconds, Kind.DURATION))
    pairs += [("RTO", one.rto, Kind.DURATION) for one in figure.timed if one.reference == test.reference]
    return pairs if test.reason is None else [*pairs, (_("reason"), test.reason, Kind.TEXT)]


def _of_run(figure: Figure, reference: str, data_set: str) -> str:
    one = next((one for one in figure.aged if one.data_set == data_set), None)
    if one is None or one.run != reference:
        said = _("{reference} is not the newest good copy of {name} as the period ends, so it counts for nothing.")
        return said.format(reference=reference, name=data_set)
    if one.is_met:
        said = _("{reference} is the newest good copy of {name}, which is within its RPO.")
    else:
        said = _("{reference} is the newest good copy of {name}, which is older than its RPO.")
    return said.format(reference=reference, name=data_set)


def _of_due_test(figure: Figure, one: Occurrence) -> str | None:
    """What a restore test that was due is to the pass rate, which counts tests; None where it is nothing."""
    coverage = figure.coverage or Coverage()
    if one.reference in coverage.untested:
        return _("{reference}: due, and no test was made.").format(reference=one.reference)
    if one.reference not in coverage.kept:
        return None
    if one.met_by is not None:
        return _("{reference}: due, and met by {test}.").format(reference=one.reference, test=one.met_by)
    return _("{reference}: due, and the test that was made did not pass.").format(reference=one.reference)

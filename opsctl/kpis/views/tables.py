"""The tables of a report: one for each kind of figure, so that no row has cells that mean nothing to it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from opsctl.core.numbers import DurationStatistics
from opsctl.core.report import Cell, Column, Kind, Table
from opsctl.core.texts import _, pgettext
from opsctl.incidents.terms import Response
from opsctl.kpis.rules.data_sets import Coverage
from opsctl.kpis.rules.figures import Earlier, Figure, Scope
from opsctl.kpis.terms import DURATIONS, OF_BACKUPS, ON_TIME, Name
from opsctl.kpis.views.figures import kind_of
from opsctl.kpis.views.words import scope_word, state_word, target_word, title

Cells = tuple[Any, ...]


def of_report(figures: Sequence[Figure], *, trend: bool) -> list[Table]:
    """Every figure in the table of its kind."""
    kinds: tuple[tuple[frozenset[Name], Callable[[Sequence[Figure], bool], Table]], ...] = (
        (frozenset({Name.AVAILABILITY}), _availability),
        (ON_TIME | {Name.INSPECTION_ON_TIME, Name.ACTIONS_ON_TIME, Name.REVIEW_ON_TIME}, _on_time),
        (frozenset({Name.INSPECTION_COMPLETION}), _completion),
        (OF_BACKUPS - {Name.RESTORE_TEST_PASS}, _backups),
        (frozenset({Name.RESTORE_TEST_PASS}), _restore_tests),
        (DURATIONS, _durations),
        (frozenset({Name.MTBF}), _between_failures),
        (frozenset({Name.REPEAT_INCIDENTS}), _repeats),
        (frozenset({Name.SECURITY_INCIDENTS_MAJOR}), _counts),
    )
    found = []
    for names, table in kinds:
        some = [one for one in figures if one.name in names]
        if some:
            found.append(table(some, trend))
    return found


def met_table(figures: Sequence[Figure], scope: Scope) -> Table | None:
    """How many void, corrected, late and reopened records the figures of the whole met; None where there were none."""
    columns = (
        Column("figure", _("figure")),
        Column("voided", _("void"), Kind.COUNT),
        Column("corrected", _("corrected"), Kind.COUNT),
        Column("late", _("entered late"), Kind.COUNT),
        Column("reopened", _("reopened"), Kind.COUNT),
    )
    rows = tuple(
        (title(one.name), one.met.voided, one.met.corrected, one.met.late, one.met.reopened)
        for one in figures
        if one.scope == scope and (one.met.voided or one.met.corrected or one.met.late or one.met.reopened)
    )
    return Table(columns, rows, title=_("Records these figures met")) if rows else None


def _availability(figures: Sequence[Figure], trend: bool) -> Table:
    partial = any(one.weighted is not None for one in figures)
    weighted = (Column("weighted", _("by share lost"), Kind.RATIO_FLOOR),) if partial else ()
    columns = (
        *_first(),
        Column("value", _("value"), Kind.RATIO_FLOOR),
        *weighted,
        Column("outages", _("outages"), Kind.COUNT),
        Column("served", _("served"), Kind.DURATION),
        Column("agreed", _("service time"), Kind.DURATION),
    )

    def cells(one: Figure) -> Cells:
        beside = (one.weighted,) if partial else ()
        return (one.value, *beside, one.n, one.numerator, one.denominator)

    return _table(figures, columns, cells, trend)


def _on_time(figures: Sequence[Figure], trend: bool) -> Table:
    is_open = any(one.if_approved is not None for one in figures)
    beside = (Column("if_approved", _("if pauses are approved"), Kind.RATIO_FLOOR),) if is_open else ()
    columns = (
        *_first(),
        Column("value", _("value"), Kind.RATIO_FLOOR),
        *beside,
        Column("on_time", _("on time"), Kind.COUNT),
        Column("due", _("fell due"), Kind.COUNT),
    )

    def cells(one: Figure) -> Cells:
        supposed = one.value if one.if_approved is None else one.if_approved.value
        return (one.value, *((supposed,) if is_open else ()), one.numerator, one.denominator)

    return _table(figures, columns, cells, trend)


def _completion(figures: Sequence[Figure], trend: bool) -> Table:
    columns = (
        *_first(),
        Column("value", _("value"), Kind.RATIO_FLOOR),
        Column("done", pgettext("rounds", "done"), Kind.COUNT),
        Column("due", _("fell due"), Kind.COUNT),
    )
    return _table(figures, columns, lambda one: (one.value, one.numerator, one.denominator), trend)


def _backups(figures: Sequence[Figure], trend: bool) -> Table:
    columns = (
        *_first(),
        Column("value", _("value"), Kind.RATIO_FLOOR),
        Column("good", pgettext("of backups", "good"), Kind.COUNT),
        Column("all", pgettext("of backups", "of"), Kind.COUNT),
    )
    return _table(figures, columns, lambda one: (one.value, one.numerator, one.denominator), trend)


def _restore_tests(figures: Sequence[Figure], trend: bool) -> Table:
    columns = (
        *_first(),
        Column("value", _("value"), Kind.RATIO_FLOOR),
        Column("passed", _("passed"), Kind.COUNT),
        Column("executed", pgettext("restore tests", "made"), Kind.COUNT),
        Column("tested", _("made when due"), Kind.TEXT),
        Column("proven", _("data sets proven"), Kind.TEXT),
    )

    def cells(one: Figure) -> Cells:
        of = one.coverage or Coverage()
        covered = (of_all(of.tested, of.due), of_all(of.proven, of.data_sets))
        return (one.value, one.numerator, of.executed, *covered)

    return _table(figures, columns, cells, trend)


def of_all(some: int, every: int) -> str | None:
    """So many of so many: `2/3`; None where there is none at all, which is no share."""
    return f"{some}/{every}" if every else None


def _durations(figures: Sequence[Figure], trend: bool) -> Table:
    columns = (
        *_first(),
        Column("n", pgettext("how many", "n"), Kind.COUNT),
        Column("median", _("median"), Kind.DURATION),
        Column("mean", _("mean"), Kind.DURATION),
        Column("p90", "p90", Kind.DURATION),
        Column("max", _("longest"), Kind.DURATION),
    )

    def cells(one: Figure) -> Cells:
        return (one.n, *spread(one.statistics))

    table = _table(figures, columns, cells, trend)
    rows: list[Cells] = []
    for one, row in zip(figures, table.rows, strict=True):
        rows.append(row)
        if one.scope == figures[0].scope and dict(one.responses).get(Response.SELF):
            apart = one.without_self
            own = (_("the same without self-opened"), scope_word(one.scope), apart.n if apart else 0, *spread(apart))
            rows.append((*own, *(None,) * (len(row) - len(own))))
    return replace(table, rows=tuple(rows))


def _between_failures(figures: Sequence[Figure], trend: bool) -> Table:
    columns = (
        *_first(),
        Column("value", _("value"), Kind.DURATION),
        Column("failures", _("failures"), Kind.COUNT),
        Column("served", _("served"), Kind.DURATION),
    )
    return _table(figures, columns, lambda one: (one.value, one.n, one.numerator), trend)


def _repeats(figures: Sequence[Figure], trend: bool) -> Table:
    columns = (
        *_first(),
        Column("value", _("value"), Kind.RATIO_CEIL),
        Column("repeats", pgettext("incidents", "repeated"), Kind.COUNT),
        Column("opened", pgettext("incidents", "opened"), Kind.COUNT),
    )
    return _table(figures, columns, lambda one: (one.value, one.numerator, one.denominator), trend)


def _counts(figures: Sequence[Figure], trend: bool) -> Table:
    columns = (*_first(), Column("value", _("value"), Kind.COUNT))
    return _table(figures, columns, lambda one: (one.value,), trend)


def spread(found: DurationStatistics | None) -> Cells:
    """Median, mean, 90th percentile and the longest."""
    return (None,) * 4 if found is None else (found.median, found.mean, found.p90, found.maximum)


def _first() -> tuple[Column, Column]:
    return Column("figure", _("figure")), Column("scope", _("scope"), Kind.REFERENCE)


def _table(
    figures: Sequence[Figure], columns: tuple[Column, ...], cells: Callable[[Figure], Cells], trend: bool
) -> Table:
    targets = any(one.targets for one in figures)
    last: tuple[Column, ...] = (Column("target", _("target")),) if targets else ()
    if trend:
        last += (Column("previous", _("period before")), Column("last_year", _("a year ago")))
    last += (Column("state", _("state")),)
    rows = []
    for one in figures:
        ending: Cells = (target_word(one.targets),) if targets else ()
        if trend:
            before = (None, None) if one.trend is None else (one.trend.previous, one.trend.last_year)
            ending += tuple(_earlier(one, earlier) for earlier in before)
        rows.append((title(one.name), scope_word(one.scope), *cells(one), *ending, state_word(one)))
    return Table((*columns, *last), tuple(rows), lead="figure")


def _earlier(figure: Figure, earlier: Earlier | None) -> Cell | None:
    return None if earlier is None else Cell(earlier.value, kind_of(figure))

"""What was due of rounds, actions and backups: every one with its verdict, or one record's part in a figure."""

from dataclasses import replace
from typing import Any

from opsctl.actions.rules import Action
from opsctl.core.report import Column, Fields, Kind, Part, Table, Text
from opsctl.core.texts import _, ngettext, pgettext, series
from opsctl.duties.rules import Occurrence
from opsctl.inspections.views import words
from opsctl.kpis.rules.figures import Figure
from opsctl.kpis.rules.reported import ExplainedDue
from opsctl.kpis.terms import OF_ACTIONS, OF_BACKUPS, OF_ROUNDS, Name
from opsctl.kpis.views import kept
from opsctl.kpis.views.words import excluded_line
from opsctl.rulebook.terms import BY_BACKUP, BY_RESTORE_TEST

Pairs = list[tuple[str, Any, Kind]]
_FEW = 5


def records(figure: Figure) -> Table:
    """Every occurrence, action, restore test or data set of the figure, with what met it and the verdict on it."""
    if figure.name in OF_BACKUPS:
        return kept.records(figure)
    met_by = dict(figure.met_by)
    missed = set(figure.missed)
    rows: list[tuple[Any, ...]] = [
        (reference, met_by.get(reference), _counted(figure, reference in missed, reference in met_by))
        for reference in figure.counted
    ]
    rows += [(one.reference, None, excluded_line(one)) for one in figure.excluded]
    rows += [(reference, None, _pending(figure)) for reference in figure.pending]
    first, rest = Column("reference", _("record"), Kind.REFERENCE), Column("part", _("its part"))
    if figure.name in OF_ROUNDS:
        columns: tuple[Column, ...] = (first, Column("met_by", _("met by"), Kind.REFERENCE), rest)
    else:
        columns, rows = (first, rest), [(reference, part) for reference, _by, part in rows]
    return Table(columns, tuple(rows), empty=_("Nothing was due in the period."))


def decided(figure: Figure) -> list[Part]:
    """The same for people: of many rounds whose window is not over only how many there are."""
    below = kept.beside(figure) if figure.name in OF_BACKUPS else []
    if figure.name in OF_ACTIONS or len(figure.pending) <= _FEW:
        return [records(figure), *below]
    if figure.name in OF_ROUNDS:
        told = ngettext(
            "{count} round is not decided yet: its window is not over.",
            "{count} rounds are not decided yet: their windows are not over.",
            len(figure.pending),
        )
    else:
        told = ngettext(
            "{count} that is due is not decided yet: its window is not over.",
            "{count} that are due are not decided yet: their windows are not over.",
            len(figure.pending),
        )
    rest = records(replace(figure, pending=()))
    return [*([rest] if rest.rows else []), Text((told.format(count=len(figure.pending)),)), *below]


def parts(figure: Figure, record: ExplainedDue) -> list[Any]:
    """What the record is to the figure: when it was due, when it was done, and the verdict."""
    found: list[Any] = []
    if record.occurrence is not None:
        found.append(Fields(tuple(_occurrence(record.occurrence, record))))
    if record.action is not None:
        found.append(Fields(tuple(_action(record.action))))
    if figure.name in OF_BACKUPS:
        found += kept.parts(figure, record)
    return [*found, Text((_told(figure, record),))]


def data(figure: Figure, record: ExplainedDue) -> dict[str, Any]:
    """The same for programs."""
    judged = record.judged
    found: dict[str, Any] = {
        "reference": record.reference,
        "judged_with": judged,
        "counted": judged in figure.counted,
        "excluded": next((one.reason for one in figure.excluded if one.reference == judged), None),
        "pending": judged in figure.pending,
        "good": judged not in figure.missed if judged in figure.counted else None,
    }
    one, action, walked = record.occurrence, record.action, record.round
    if one is not None:
        found |= {
            "opens_at": one.opens_at, "due_at": one.due_at, "closes_at": one.closes_at, "state": one.state,
            "met_by": one.met_by, "met_at": one.met_at, "judged_at": one.judged_at, "because": one.reason,
        }  # fmt: skip
    if walked is not None:
        found |= {"grade": walked.grade, "flags": list(walked.flags), "void": walked.void}
    if action is not None:
        found |= {
            "deadline": action.deadline, "state": action.state, "void": action.void,
            "verified_at": action.verified_at, "verified_by": action.verified_by,
        }  # fmt: skip
    return found | kept.data(record)


def _counted(figure: Figure, missed: bool, met: bool) -> str:
    if figure.name is Name.INSPECTION_COMPLETION:
        done = pgettext("in an explanation", "counted: done")
        return pgettext("in an explanation", "counted: not done") if missed else done
    if not missed:
        return pgettext("in an explanation", "counted: on time")
    if figure.name is Name.INSPECTION_ON_TIME and not met:
        return pgettext("in an explanation", "counted: not done")
    return pgettext("in an explanation", "counted: late")


def _sentence(figure: Figure, missed: bool, met: bool) -> str:
    if figure.name is Name.BACKUP_SUCCESS:
        if not missed:
            return _("{reference}: counted, a good run in its window.")
        late = _("{reference}: counted, its good run came late.")
        return late if met else _("{reference}: counted, no good run.")
    if figure.name is Name.INSPECTION_COMPLETION:
        return _("{reference}: counted, not done.") if missed else _("{reference}: counted, done.")
    if not missed:
        return _("{reference}: counted, on time.")
    if figure.name is Name.INSPECTION_ON_TIME and not met:
        return _("{reference}: counted, not done.")
    return _("{reference}: counted, late.")


def _pending(figure: Figure) -> str:
    if figure.name in OF_ACTIONS:
        return _("not decided yet: its deadline is to come")
    return _("not decided yet: its window is not over")


def _occurrence(one: Occurrence, record: ExplainedDue) -> Pairs:
    pairs: Pairs = [
        (pgettext("duty", "due"), one.due_at, Kind.INSTANT),
        (_("window from"), one.opens_at, Kind.INSTANT),
        (_("window to"), one.closes_at, Kind.INSTANT),
        (_("met by"), one.met_by, Kind.REFERENCE),
    ]
    if one.met_at is not None:
        what = _("happened") if one.kind in (BY_BACKUP, BY_RESTORE_TEST) else _("walked, as claimed")
        pairs.append((what, one.met_at, Kind.INSTANT))
    if one.judged_at is not None:
        pairs.append((_("judged by"), one.judged_at, Kind.INSTANT))
    if record.round is not None:
        pairs.append((_("evidence"), words.grade(record.round.grade), Kind.TEXT))
        if record.round.flags:
            pairs.append((_("flags"), series(words.flag_word(flag) for flag in record.round.flags), Kind.TEXT))
    return pairs


def _action(action: Action) -> Pairs:
    return [
        (_("deadline"), action.deadline, Kind.INSTANT),
        (_("done"), action.done_at, Kind.INSTANT),
        (_("verified"), action.verified_at, Kind.INSTANT),
        (_("verified by"), action.verified_by, Kind.TEXT),
    ]


def _told(figure: Figure, record: ExplainedDue) -> str:
    reference = record.judged
    for one in figure.excluded:
        if one.reference == reference:
            return excluded_line(one)
    if figure.name in OF_BACKUPS and (told := kept.told(figure, record)) is not None:
        return told
    if reference in figure.counted:
        return _sentence(figure, reference in figure.missed, reference in dict(figure.met_by)).format(
            reference=reference
        )
    if reference in figure.pending:
        return _("{reference}: {part}").format(reference=reference, part=_pending(figure))
    walked = record.round
    if (walked is not None and walked.void) or (record.action is not None and record.action.void is not None):
        return _("{reference} is void and counts nowhere.").format(reference=reference)
    if record.action is None and record.occurrence is None and record.test is None:
        return _("{reference} met nothing that was due, so it counts in no figure.").format(reference=reference)
    return _("{reference} has no part in this figure.").format(reference=reference)

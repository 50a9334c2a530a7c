"""Figures of analysis down to the review that was held, and to the incident that another repeats."""

from typing import Any

from opsctl.core.report import Column, Kind, Table
from opsctl.core.texts import _, pgettext
from opsctl.core.times import show_moment
from opsctl.kpis.rules.figures import Figure, Repeat, Reviewed
from opsctl.kpis.terms import Name
from opsctl.kpis.views.words import excluded_line


def data(figure: Figure) -> dict[str, Any]:
    """What a figure of analysis says for programs beside what all of them say."""
    if figure.name is Name.REPEAT_INCIDENTS:
        return {"repeats": [{"reference": one.reference, **_repeat(one)} for one in figure.repeats]}
    return {
        "missed": list(figure.missed),
        "pending": list(figure.pending),
        "reviews": [{"reference": one.reference, **_review(one)} for one in figure.reviewed],
    }


def part(figure: Figure, reference: str) -> dict[str, Any]:
    """The part of one incident for programs: the review, or what it repeats."""
    if figure.name is Name.REPEAT_INCIDENTS:
        repeat = _repeat_of(figure, reference)
        return {"repeats": None if repeat is None else _repeat(repeat)}
    review = _review_of(figure, reference)
    return {
        "on_time": reference not in figure.missed if reference in figure.counted else None,
        "pending": reference in figure.pending,
        "review": None if review is None else _review(review),
    }


def records(figure: Figure) -> Table:
    """Every incident of the figure with its review, or with the one that it repeats."""
    return _repeats(figure) if figure.name is Name.REPEAT_INCIDENTS else _reviews(figure)


def told(figure: Figure, reference: str, zone: str) -> str | None:
    """The sentence on one incident; None where it has no part in the figure."""
    if figure.name is Name.REPEAT_INCIDENTS:
        return _told_repeat(figure, reference)
    one = _review_of(figure, reference)
    if one is None:
        return None
    if reference in figure.pending:
        said = _("{reference}: not decided yet: its review is due {due}.")
    elif one.review is None:
        said = _("{reference}: counted, late: no review was held by {due}.")
    elif reference in figure.missed:
        said = _("{reference}: counted, late: {review} was held {held}, and was due {due}.")
    elif one.late:
        said = _("{reference}: counted, on time: {review} was held {held}, as was entered late; it was due {due}.")
    else:
        said = _("{reference}: counted, on time: {review} was held {held}, and was due {due}.")
    held = "" if one.held is None else show_moment(one.held, zone, seconds=True)
    return said.format(
        reference=reference, review=one.review, held=held, due=show_moment(one.due, zone, seconds=True)
    )


def _reviews(figure: Figure) -> Table:
    columns = (
        Column("reference", _("record"), Kind.REFERENCE),
        Column("due", _("due"), Kind.INSTANT),
        Column("review", _("review"), Kind.REFERENCE),
        Column("held", pgettext("when", "held"), Kind.INSTANT),
        Column("part", _("its part")),
    )
    rows = tuple((one.reference, one.due, one.review, one.held, _verdict(figure, one)) for one in figure.reviewed)
    return Table(columns, rows, empty=_("No review was due in the period."))


def _verdict(figure: Figure, one: Reviewed) -> str:
    if one.reference in figure.pending:
        return _("not decided yet: it is due later")
    if one.reference in figure.missed:
        late = pgettext("in an explanation", "counted: late")
        return late if one.review is not None else pgettext("in an explanation", "counted: not held")
    if one.late:
        return pgettext("in an explanation", "counted: on time, entered late")
    return pgettext("in an explanation", "counted: on time")


def _repeats(figure: Figure) -> Table:
    repeats = {one.reference: one for one in figure.repeats}
    columns = (
        Column("reference", _("record"), Kind.REFERENCE),
        Column("repeats", _("repeats"), Kind.REFERENCE),
        Column("part", _("its part")),
    )
    rows: list[tuple[Any, ...]] = []
    for reference in figure.counted:
        one = repeats.get(reference)
        if one is None:
            rows.append((reference, None, pgettext("in an explanation", "counted: no repeat")))
        elif one.known:
            rows.append((reference, one.earlier, pgettext("in an explanation", "counted: repeated, the same cause")))
        else:
            rows.append((reference, one.earlier, pgettext("in an explanation", "counted: repeated, a cause not known")))
    rows += [(one.reference, None, excluded_line(one)) for one in figure.excluded]
    return Table(columns, tuple(rows), empty=_("No record in the period."))


def _told_repeat(figure: Figure, reference: str) -> str | None:
    if reference not in figure.counted:
        return None
    one = _repeat_of(figure, reference)
    if one is None:
        return _("{reference}: counted, and repeats no earlier incident.").format(reference=reference)
    if one.known:
        said = _("{reference}: counted, and repeats {earlier}: the same asset and the same cause.")
    else:
        said = _("{reference}: counted, and repeats {earlier}: the same asset, and not both causes are known.")
    return said.format(reference=reference, earlier=one.earlier)


def _review_of(figure: Figure, reference: str) -> Reviewed | None:
    return next((one for one in figure.reviewed if one.reference == reference), None)


def _repeat_of(figure: Figure, reference: str) -> Repeat | None:
    return next((one for one in figure.repeats if one.reference == reference), None)


def _review(one: Reviewed) -> dict[str, Any]:
    return {"due": one.due, "review": one.review, "held_on": one.held, "late": one.late}


def _repeat(one: Repeat) -> dict[str, Any]:
    return {"earlier": one.earlier, "same_cause": one.known}

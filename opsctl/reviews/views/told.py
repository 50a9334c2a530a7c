"""What was done with a review, ready to be said: how it stands now, and who comes next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from opsctl.actions.rules import Action
from opsctl.core.report import Column, Fields, Kind, Part, Report, Table, Text
from opsctl.core.texts import _, ngettext, pgettext, series
from opsctl.incidents.terms import UNRESOLVED
from opsctl.reviews import terms
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.facts import Facts
from opsctl.reviews.rules.moves import missing_to_submit, missing_word
from opsctl.reviews.rules.results import Known, Saved
from opsctl.reviews.views.events import promises
from opsctl.reviews.views.words import standing


def started(known: Known, now: datetime) -> Report:
    """A new review: what is there of it already, and what its writer should know first."""
    review, facts = known.review, known.facts
    # An incident of a meeting has a review of its own, which is due then.
    due = _due(facts) if review.kind is terms.Kind.INCIDENT else None
    line = _("{reference} started: {title}").format(reference=review.reference, title=review.title)
    pairs: list[tuple[str, Any, Kind]] = [
        (pgettext("review", "about"), review.subjects[:_MOST] or None, Kind.REFERENCE),
        (_("rows of the ledger in its timeline"), sum(len(one.rows) for one in facts.cases), Kind.COUNT),
        (_("around the same time"), sum(len(one.around) for one in facts.cases), Kind.COUNT),
        (_("earlier incidents"), sum(len(one.earlier) for one in facts.cases), Kind.COUNT),
        (_("due"), due, Kind.MOMENT),
    ]
    return Report(
        kind=terms.STARTED,
        data=data(review, due),
        parts=(Text((line,)), Fields(tuple(pairs))),
        remarks=(*_unresolved(facts), *promises(facts, now)),
        references=(review.reference,),
        following=f"opsctl review edit {review.reference}",
    )


_MOST = 20
"""So many references are named; of a month there may be hundreds."""


def data(review: Review, due: datetime | None) -> dict[str, Any]:
    """A review for programs, without what the records say of what it is about."""
    from opsctl.reviews.rules import COLUMNS
    from opsctl.reviews.rules.document import to_json

    return {
        **{name: getattr(review, name) for name in COLUMNS},
        "title": review.title,
        "held_on": review.held_on,
        "due": due,
        "subjects": list(review.subjects),
        "content": to_json(review.document),
    }


def _due(facts: Facts) -> datetime | None:
    """When the first of its incidents wants to have been reviewed."""
    return min((one.due for one in facts.cases if one.due is not None), default=None)


def _unresolved(facts: Facts) -> list[str]:
    open_ = [one.shown.case.reference for one in facts.cases if one.shown.case.incident.state in UNRESOLVED]
    if not open_:
        return []
    told = ngettext(
        "{references} is not resolved yet: this is a draft, and what happens until then comes into its timeline.",
        "{references} are not resolved yet: this is a draft, and what happens until then comes into its timeline.",
        len(open_),
    )
    return [told.format(references=series(open_))]


def left_elsewhere(review: Review, known: Mapping[str, str | None]) -> tuple[str, ...]:
    """How many ordinary faults of its period a review left where they are; `known` has the review of each, if any."""
    others = [one for one in known.values() if one is not None and one != review.reference]
    told = ngettext(
        "{count} fault of {period} was left where it is already: {reviews}.",
        "{count} faults of {period} were left where they are already: {reviews}.",
        len(others),
    )
    shown = told.format(count=len(others), period=review.period, reviews=series(sorted(set(others))))
    return (shown,) if others else ()


def saved(found: Saved, remarks: Sequence[str]) -> Report:
    """A review that was edited: its version, and the actions that it made."""
    review = found.review
    told = _("{reference} saved as version {version}: {title}")
    if not found.changed:
        told = _("{reference} says so already, nothing was changed: {title}")
    line = told.format(reference=review.reference, version=review.version, title=review.title)
    parts: list[Part] = [Text((line,))]
    if found.raised:
        parts.append(_actions(found.raised))
    missing = missing_to_submit(review)
    wants = _("Before it is submitted it wants {missing}.").format(missing=series(map(missing_word, missing)))
    return Report(
        kind=terms.EDITED,
        data={**data(review, None), "raised": [one.reference for one in found.raised]},
        parts=tuple(parts),
        remarks=(*remarks, *((wants,) if missing else ())),
        references=(review.reference,),
        following=None if missing else f"opsctl review submit {review.reference}",
    )


def _actions(actions: Sequence[Action]) -> Table:
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("owner", _("owner")),
        Column("deadline", _("deadline"), Kind.MOMENT),
        Column("title", _("title")),
    )
    rows = tuple((one.reference, one.owner, one.deadline, one.title) for one in actions)
    return Table(columns, rows, title=_("Actions recorded"))


def done(review: Review, kind: str) -> Report:
    """One line about what was done with it, and the next step."""
    told = {
        terms.SUBMITTED: _("{reference} submitted: {title}"),
        terms.APPROVED: _("{reference} approved: {title}"),
        terms.RETURNED: _("{reference} returned, it is a draft again: {title}"),
        terms.CLOSED: _("{reference} closed: {title}"),
        terms.VOIDED: _("{reference} is void and counts nowhere: {title}"),
    }[kind]
    pairs: list[tuple[str, Any, Kind]] = [(_("state"), standing(review), Kind.TEXT)]
    if review.approved_by is not None:
        pairs.append((_("approved by"), review.approved_by, Kind.TEXT))
        pairs.append((_("by the post"), review.approved_post, Kind.TEXT))
    following = {
        terms.SUBMITTED: _("Somebody else approves it: opsctl review approve {reference}"),
        terms.APPROVED: _("Once its actions are verified: opsctl review close {reference}"),
    }.get(kind)
    return Report(
        kind=kind,
        data=data(review, None),
        parts=(Text((told.format(reference=review.reference, title=review.title),)), Fields(tuple(pairs))),
        remarks=() if following is None else (following.format(reference=review.reference),),
        references=(review.reference,),
    )

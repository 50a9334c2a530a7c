"""What is done about it, and what was promised before."""

from collections.abc import Iterator
from datetime import datetime

from opsctl.actions.rules import Action
from opsctl.actions.terms import State
from opsctl.actions.views.words import standing
from opsctl.core.texts import _, pgettext, series
from opsctl.reviews.rules.document import Planned
from opsctl.reviews.rules.facts import Earlier
from opsctl.reviews.rules.results import Known
from opsctl.reviews.terms import Audience
from opsctl.reviews.views.events import promises
from opsctl.reviews.views.export.blocks import Block, Grid, Heading, Sentence
from opsctl.reviews.views.export.record import NOTHING, minute


def actions(known: Known, zone: str, audience: Audience) -> tuple[Block, ...]:
    """The recorded actions, then those that are only planned; of a meeting, those that were discussed."""
    facts = known.facts
    rows = [_recorded(one, facts.gathered_at, zone, audience) for one in facts.actions]
    rows += [_planned(one, zone) for one in known.review.document.planned]
    blocks: list[Block] = []
    if rows:
        blocks.append(Grid(_titles(), tuple(rows)))
    if facts.discussed:
        blocks.append(Heading(_("Actions discussed"), 3))
        discussed = tuple(_recorded(one, facts.gathered_at, zone, audience) for one in facts.discussed)
        blocks.append(Grid(_titles(), discussed))
    return tuple(blocks)


def _titles() -> tuple[str, ...]:
    return (
        _("reference"),
        pgettext("of an action", "what is to be done"),
        _("owner"),
        _("deadline"),
        _("state"),
        pgettext("of an action", "proof"),
    )


def _recorded(action: Action, now: datetime, zone: str, audience: Audience) -> tuple[str, ...]:
    proof = NOTHING
    if action.state is State.VERIFIED:
        by = _("our own check") if audience is Audience.CUSTOMER else action.verified_by or NOTHING
        proof = action.verify or by
        proof = f"✓ {proof}, {minute(action.verified_at, zone)}"
    elif action.verify is not None:
        proof = _("waits for {evidence}").format(evidence=action.verify)
    return (
        action.reference,
        action.title,
        action.owner or NOTHING,
        minute(action.deadline, zone),
        standing(action, now),
        proof,
    )


def _planned(planned: Planned, zone: str) -> tuple[str, ...]:
    waits = NOTHING if planned.verify is None else _("waits for {evidence}").format(evidence=planned.verify)
    return (
        NOTHING,
        planned.text,
        planned.owner or NOTHING,
        minute(planned.deadline, zone),
        _("not recorded as an action yet"),
        waits,
    )


def earlier(known: Known, zone: str) -> tuple[Block, ...]:
    """Earlier incidents of the same asset or cause, each once, and what was promised then."""
    found = {one.incident.reference: one for case in known.facts.cases for one in case.earlier}
    rows = tuple(
        (
            one.incident.reference,
            one.incident.title,
            minute(one.incident.opened, zone),
            series(_why(one)),
            series(one.reviews) or NOTHING,
        )
        for one in sorted(found.values(), key=lambda one: (one.incident.opened, one.incident.reference), reverse=True)
    )
    if not rows:
        return ()
    titles = (_("incident"), _("title"), pgettext("when", "opened"), _("the same"), _("reviews"))
    grid = Grid(titles, rows)
    if not any(one[4] != NOTHING for one in rows):
        grid = Grid(titles[:-1], tuple(row[:-1] for row in rows))
    return (grid, *(Sentence(one) for one in promises(known.facts, known.facts.gathered_at)))


def _why(one: Earlier) -> Iterator[str]:
    if one.same_asset:
        yield _("asset")
    if one.same_cause:
        yield _("cause")

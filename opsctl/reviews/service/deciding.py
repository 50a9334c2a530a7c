"""Submitting, approving, returning and closing reviews, and taking them out of the figures."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.actions.rules import Action
from opsctl.actions.service import read as actions
from opsctl.actions.service import rows as action_rows
from opsctl.core.use_cases import Permission, use_case
from opsctl.core.void import Void
from opsctl.duties.service import meeting
from opsctl.ledger import service as ledger
from opsctl.people.service import identity, persons
from opsctl.reviews.rules import Review, moves
from opsctl.reviews.service import rows
from opsctl.reviews.service.editing import hold
from opsctl.reviews.service.read import held_by
from opsctl.reviews.terms import APPROVED, CLOSED, HANDED_OVER, RETURNED, SUBMITTED, VOIDED
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.reviews import reviews_of


@use_case(needs=Permission.RECORD, offline=False)
def submit(session: Session, *, now: datetime, actor: str, reference: str) -> Review:
    """Give the review to who approves it. Raise Conflict, with what is missing, where it says too little."""
    review = hold(session, reference, now)
    return _save(session, moves.submit(review, by=actor, now=now), SUBMITTED, {"version": review.version})


@use_case(needs=Permission.RECORD, offline=False)
def approve(session: Session, *, now: datetime, actor: str, reference: str) -> Review:
    """Approve the review as it is now; it meets a duty of such reviews, by when it was held.

    Raise NotAllowed for one's own, or without a post that the rules name; Conflict, with what is missing.
    """
    review = hold(session, reference, now)
    after = moves.approve(
        review,
        by=actor,
        also=identity.names_of_one(session, actor),
        posts=reviews_of(rulebook.in_force(session, at=now)).approve,
        held=posts_of(session, actor, now),
        seq=ledger.head(session).seq,
        now=now,
    )
    held_on = after.held_on or now
    meeting.meet(
        session,
        kind=APPROVED,
        topic=after.kind.value,
        about=None,
        happened_at=held_on,
        judged_at=held_on,
        by=after.reference,
    )
    return _save(session, after, APPROVED, {"version": review.version, "post": after.approved_post})


@use_case(needs=Permission.RECORD, offline=False)
def return_(session: Session, *, now: datetime, actor: str, reference: str, reason: str) -> Review:
    """Give the review back to be written on. Raise Conflict unless it is in review or approved."""
    review = hold(session, reference, now)
    after = moves.return_(review)
    meeting.release(session, by=review.reference, reason=reason)
    return _save(session, after, RETURNED, {"reason": reason})


@use_case(needs=Permission.RECORD, offline=False)
def close(
    session: Session, *, now: datetime, actor: str, reference: str, without_actions: str | None = None
) -> Review:
    """Close the review, perhaps `without_actions` for a reason. Raise Conflict, with what is missing."""
    review = hold(session, reference, now)
    its = actions_of(session, review)
    after = moves.close(review, its, by=actor, now=now, without_actions=without_actions is not None)
    return _save(session, after, CLOSED, {"actions": [one.reference for one in its], "exemption": without_actions})


@use_case(needs=Permission.RECORD, offline=False)
def void(
    session: Session, *, now: datetime, actor: str, reference: str, because: Void, reason: str | None = None
) -> Review:
    """Take the review out of every figure; its actions stay. Raise Conflict where it is out already."""
    after = moves.void(hold(session, reference, now), because=because)
    meeting.release(session, by=after.reference, reason=reason or because.value)
    return _save(session, after, VOIDED, {"because": because, "reason": reason})


def hand_over(session: Session, *, now: datetime, actor: str, person: str, to: str) -> list[str]:
    """Give the person's drafts to another, who is their author from now on, and return the references.

    What was submitted keeps its author: it says who wrote it.
    """
    held = held_by(session, person)
    for one in held:
        _save(session, replace(one, author=to), HANDED_OVER, {"from": one.author, "to": to})
    return [one.reference for one in held]


def actions_of(session: Session, review: Review) -> list[Action]:
    """The actions that came from the review, or are linked to it; the void ones, too."""
    raised = actions.of_source(session, source=review.reference)
    known = {one.reference for one in raised}
    return raised + action_rows.of_references(session, [one for one in review.document.actions if one not in known])


def posts_of(session: Session, person: str, now: datetime) -> tuple[str, ...]:
    """The posts that the person holds now; none while nobody is recorded."""
    found = persons.contacts(session, [person])
    return found[0].posts_at(now) if found else ()


def _save(session: Session, after: Review, kind: str, facts: dict[str, Any]) -> Review:
    rows.save(session, after)
    rows.append(session, after, kind, facts)
    return after

"""The moves of a review, and what it still wants. Pure: `now` is an argument; each gives the review after."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from opsctl.actions.rules import Action
from opsctl.actions.terms import State as ActionState
from opsctl.core.errors import MOMENT, Conflict, InvalidInput, NotAllowed
from opsctl.core.texts import _, beside, between, ngettext, pgettext, series
from opsctl.core.typed import excerpt
from opsctl.core.void import Void, void_word
from opsctl.reviews.rules import Review
from opsctl.reviews.rules.document import Document
from opsctl.reviews.terms import Kind, State

MOVES: dict[str, frozenset[State]] = {
    "edit": frozenset({State.DRAFT, State.IN_REVIEW}),
    "submit": frozenset({State.DRAFT}),
    "approve": frozenset({State.IN_REVIEW}),
    "return": frozenset({State.IN_REVIEW, State.APPROVED}),
    "close": frozenset({State.APPROVED}),
    "void": frozenset(State),
}
"""From which states each move is legal; from none once it is void."""


class Missing(StrEnum):
    """What a review lacks before it can go on."""

    SUMMARY = "summary"
    FACTORS = "factors"
    ROOT_CAUSE = "root-cause"
    HELD_ON = "held-on"
    FACILITATOR = "facilitator"
    PARTICIPANTS = "participants"
    ACTIONS = "actions"
    WHOLE_ACTIONS = "whole-actions"
    """An action without an owner, a deadline or a kind."""
    VERIFIED_ACTIONS = "verified-actions"


def state_word(state: State) -> str:
    """The state in the reader's language."""
    return {
        State.DRAFT: pgettext("review", "draft"),
        State.IN_REVIEW: pgettext("review", "in review"),
        State.APPROVED: pgettext("review", "approved"),
        State.CLOSED: pgettext("review", "closed"),
    }[state]


def missing_to_submit(review: Review) -> tuple[Missing, ...]:
    """What has to be written before others look at it; a periodic one or a meeting wants no single root cause."""
    document = review.document
    found = [] if document.summary else [Missing.SUMMARY]
    if review.kind is Kind.INCIDENT:
        if not document.factors and not document.undetermined:
            found.append(Missing.FACTORS)
        if not document.root_cause and not document.undetermined:
            found.append(Missing.ROOT_CAUSE)
    if any(not one.is_whole for one in document.planned):
        found.append(Missing.WHOLE_ACTIONS)
    return tuple(found)


def missing_to_approve(review: Review) -> tuple[Missing, ...]:
    """What an approval wants beside that: that it was held, and by whom."""
    document = review.document
    found = [*missing_to_submit(review)]
    if document.held_on is None:
        found.append(Missing.HELD_ON)
    if not document.facilitator:
        found.append(Missing.FACILITATOR)
    if not document.participants:
        found.append(Missing.PARTICIPANTS)
    return tuple(found)


def missing_to_close(review: Review, actions: Sequence[Action], *, without_actions: bool) -> tuple[Missing, ...]:
    """What a closing wants beside that: its actions, each verified or void."""
    found = [*missing_to_approve(review)]
    if not any(one.void is None for one in actions) and not without_actions:
        found.append(Missing.ACTIONS)
    if waiting_actions(actions):
        found.append(Missing.VERIFIED_ACTIONS)
    return tuple(found)


def waiting_actions(actions: Sequence[Action]) -> tuple[str, ...]:
    """The actions that nobody, and no record, has verified yet."""
    return tuple(one.reference for one in actions if one.void is None and one.state is not ActionState.VERIFIED)


def missing_word(missing: Missing) -> str:
    """What a review lacks, in the reader's language."""
    return {
        Missing.SUMMARY: _("a summary"),
        Missing.FACTORS: _("contributing factors"),
        Missing.ROOT_CAUSE: _('a root cause, or "Not determined"'),
        Missing.HELD_ON: _("when it was held"),
        Missing.FACILITATOR: _("who facilitated it"),
        Missing.PARTICIPANTS: _("who took part"),
        Missing.ACTIONS: _("actions"),
        Missing.WHOLE_ACTIONS: _("an owner, a deadline and a kind for every action"),
        Missing.VERIFIED_ACTIONS: _("that its actions are verified"),
    }[missing]


def check_move(review: Review, move: str) -> None:
    """Raise Conflict, naming the legal moves, where this one is not possible as the review stands."""
    if review.void is not None:
        raise Conflict(
            _("{reference} is void ({reason}): {move} is not possible.").format(
                reference=review.reference, reason=void_word(review.void), move=move
            ),
            _("Start another: opsctl review start INC-2026-0042"),
        )
    if review.state not in MOVES[move]:
        legal = series(word for word, states in MOVES.items() if review.state in states)
        raise Conflict(
            _("{reference} is {state}: {move} is not possible.").format(
                reference=review.reference, state=state_word(review.state), move=move
            ),
            _("Possible now: {moves}.").format(moves=legal),
        )


def edit(
    review: Review,
    document: Document,
    *,
    version: int,
    now: datetime,
    newest: tuple[str, datetime] | None = None,
) -> Review:
    """The review with that document, which was written upon `version`; `newest` is who saved the one there, and when.

    Raise Conflict where another was saved since or nothing may be edited, InvalidInput where it would have been held
    in the future. Equal words change nothing.
    """
    check_move(review, "edit")
    if version != review.version:
        raise _saved_since(review, version, newest)
    check_held(document, now)
    if document == review.document:
        return review
    entered = review.held_entered
    if document.held_on != review.held_on:
        entered = None if document.held_on is None else now
    return replace(review, document=document, version=review.version + 1, held_entered=entered)


def check_held(document: Document, now: datetime) -> None:
    """Raise InvalidInput where it would have been held in the future."""
    if document.held_on is not None and document.held_on > now:
        raise InvalidInput(
            _("When it was held is still to come."), _("Give a time that has passed, or leave it empty until then.")
        )


def _saved_since(review: Review, version: int, newest: tuple[str, datetime] | None) -> Conflict:
    told = _("{reference} is version {there}, and yours is of {yours}.")
    if newest is not None and version < review.version:
        told = _(
            "{reference} was saved since, by {person} at {moment}: it is version {there}, and yours is of {yours}."
        )
    person, moment = newest or ("", None)
    return Conflict(
        told.format(
            reference=review.reference, there=review.version, yours=version, person=excerpt(person), moment=MOMENT
        ),
        _(
            "Take over what that one has (opsctl review edit {reference} --print), write version {there} into the"
            " first line of yours, and save it again."
        ).format(reference=review.reference, there=review.version),
        moment=moment,
    )


def submit(review: Review, *, by: str, now: datetime) -> Review:
    """The review in the hands of who approves it. Raise Conflict, naming what is missing, where it says too little."""
    check_move(review, "submit")
    _check_nothing_missing(review, missing_to_submit(review), _("cannot be submitted yet; it wants {missing}."), ())
    return replace(review, state=State.IN_REVIEW, submitted_by=by, submitted_at=now)


def approve(
    review: Review,
    *,
    by: str,
    also: Collection[str],
    posts: Collection[str],
    held: Collection[str],
    seq: int,
    now: datetime,
) -> Review:
    """The review approved by somebody else than who started or submitted it, who holds one of `posts` if any is named.

    `also` are all names of the one who acts, `held` their posts now, `seq` the newest row of the ledger. Raise Conflict
    unless it is in review or with what is missing, NotAllowed for one's own or without the post.
    """
    check_move(review, "approve")
    if not {review.author, review.submitted_by}.isdisjoint({by, *also}):
        raise NotAllowed(
            _("{person} wrote {reference} and cannot approve it too.").format(person=by, reference=review.reference),
            _("Somebody else has to: opsctl review approve {reference}").format(reference=review.reference),
        )
    post = next((one for one in posts if one in held), None)
    if posts and post is None:
        raise _without_post(review, by, posts)
    told = _("cannot be approved yet; it wants {missing}.")
    _check_nothing_missing(review, missing_to_approve(review), told, ())
    return replace(
        review, state=State.APPROVED, approved_by=by, approved_at=now, approved_post=post, approved_seq=seq
    )


def _without_post(review: Review, person: str, posts: Collection[str]) -> NotAllowed:
    told = ngettext(
        "{reference} wants approval by the post {posts}; {person} does not hold it.",
        "{reference} wants approval by one of the posts {posts}; {person} holds none of them.",
        len(posts),
    )
    commands = between("; ").join(f"opsctl person list --post {post}" for post in posts)
    return NotAllowed(
        told.format(reference=review.reference, posts=series(posts), person=person),
        ngettext("Who holds it: {commands}", "Who holds them: {commands}", len(posts)).format(commands=commands),
    )


def return_(review: Review) -> Review:
    """The review a draft again, as if nobody had approved it. Raise Conflict unless it is in review or approved."""
    check_move(review, "return")
    return replace(
        review,
        state=State.DRAFT,
        submitted_by=None,
        submitted_at=None,
        approved_by=None,
        approved_at=None,
        approved_post=None,
        approved_seq=None,
    )


def close(review: Review, actions: Sequence[Action], *, by: str, now: datetime, without_actions: bool) -> Review:
    """The review closed. Raise Conflict, naming what is missing, where anything is, or unless it is approved."""
    check_move(review, "close")
    missing = missing_to_close(review, actions, without_actions=without_actions)
    told = _("cannot be closed yet; it wants {missing}.")
    _check_nothing_missing(review, missing, told, waiting_actions(actions))
    return replace(review, state=State.CLOSED, closed_by=by, closed_at=now)


def void(review: Review, *, because: Void) -> Review:
    """The review out of every figure. Raise Conflict if it is already."""
    check_move(review, "void")
    return replace(review, void=because)


def _check_nothing_missing(
    review: Review, missing: Sequence[Missing], told: str, waiting: Sequence[str]
) -> None:
    if not missing:
        return
    words = [missing_word(one) for one in missing]
    if waiting:
        words[-1] = beside(words[-1], series(waiting))
    if list(missing) == [Missing.VERIFIED_ACTIONS]:
        hint = _("See: opsctl action list --source {reference} --state all").format(reference=review.reference)
    else:
        hint = _("Write it with: opsctl review edit {reference}").format(reference=review.reference)
        if review.state is State.APPROVED:
            hint = _("Take it back first: opsctl review return {reference} --reason TEXT").format(
                reference=review.reference
            )
    raise Conflict(f"{review.reference} " + told.format(missing=series(words)), hint)

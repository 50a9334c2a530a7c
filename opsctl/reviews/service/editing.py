"""Saving what people wrote; an action that is whole becomes one in the same transaction."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.actions.rules import Action, Finding
from opsctl.actions.service import read as actions
from opsctl.actions.service import write as raising
from opsctl.actions.terms import Gravity
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import read_title
from opsctl.core.use_cases import Permission, use_case
from opsctl.ledger import service as ledger
from opsctl.reviews.rules import Review, moves
from opsctl.reviews.rules.document import Document, Planned, from_json, to_json
from opsctl.reviews.rules.results import Saved
from opsctl.reviews.service import checking, rows
from opsctl.reviews.terms import EDITED, LONGEST


@use_case(needs=Permission.RECORD, offline=False)
def save(
    session: Session,
    *,
    now: datetime,
    actor: str,
    reference: str,
    version: int,
    content: dict[str, Any],
    title: str,
    held_on: datetime | None,
) -> Saved:
    """Save a document that was written upon that version; `content` as `to_json` gives it, its title in one line.

    Every planned action with an owner, a deadline and a kind is recorded now, and stands by its reference from then on;
    of any other the owner and the query have to be there.
    Raise Conflict where somebody saved another since or nothing may be edited any more; NotFound for an owner, an
    action, a policy or a checklist that is not there; InvalidInput for a time that cannot be.
    """
    review = hold(session, reference, now)
    document = from_json(content, title=read_title(title), held_on=held_on)
    # Judged before any action is recorded: of a text that is not taken nothing stays.
    newest = None if version == review.version else _newest(session, review)
    moves.edit(review, document, version=version, now=now, newest=newest)
    _check_incomplete(session, review, document, now)
    linked = _linked(session, document, now)
    document, raised = _recorded(session, review, replace(document, actions=linked), now=now, actor=actor)
    after = moves.edit(review, document, version=version, now=now)
    if after != review:
        rows.save(session, after)
        rows.append(session, after, EDITED, {"version": after.version, **_changes(review, after)})
    return Saved(after, tuple(raised), changed=after != review)


def hold(session: Session, word: str, now: datetime) -> Review:
    """The review that is meant, locked so that nobody else changes it in between. Raise NotFound or InvalidInput."""
    from opsctl.reviews.service.read import find

    found = find(session, word=word, now=now, writing=True)
    return rows.of_references(session, [found.reference], locked=True)[0]


def _linked(session: Session, document: Document, now: datetime) -> tuple[str, ...]:
    """The references of the actions that are linked, each as it is spelled in the record. Raise NotFound."""
    return tuple(dict.fromkeys(actions.find(session, word=word, now=now).reference for word in document.actions))


def _recorded(
    session: Session, review: Review, document: Document, *, now: datetime, actor: str
) -> tuple[Document, list[Action]]:
    """The document with its whole actions recorded, and these."""
    whole = [one for one in document.planned if one.is_whole]
    if not whole:
        return document, []
    findings = [_finding(session, review, one, now=now, actor=actor) for one in whole]
    raised = [action for action, _new in raising.raise_from(session, now=now, actor=actor, findings=findings)]
    left = tuple(one for one in document.planned if not one.is_whole)
    linked = dict.fromkeys((*document.actions, *(one.reference for one in raised)))
    return replace(document, planned=left, actions=tuple(linked)), raised


def _finding(session: Session, review: Review, one: Planned, *, now: datetime, actor: str) -> Finding:
    checking.check_deadline(one, now)
    checking.check_months(one)
    return Finding(
        title=read_title(one.text),
        gravity=Gravity.FAIL,
        found_at=now,
        asset=review.asset,
        source=review.reference,
        owner=checking.owner_of(session, one, me=actor),
        deadline=one.deadline,
        kind=one.kind,
        verify=checking.verify_of(session, one, now=now),
        months=one.months,
    )


def _check_incomplete(session: Session, review: Review, document: Document, now: datetime) -> None:
    """Raise what an action that is not whole yet would be refused for later, unless it stood there before."""
    for one in document.planned:
        if not one.is_whole and not checking.stood(one, review.document):
            for check in checking.checks(session, one, now=now):
                check()


def _newest(session: Session, review: Review) -> tuple[str, datetime] | None:
    """Who saved the version that is there, and when; None where nobody did since it was started."""
    found = ledger.newest(session, search=ledger.Search(subject=review.reference, kind=EDITED), limit=1)
    return (found[0].actor, found[0].recorded_at) if found else None


def _changes(before: Review, after: Review) -> dict[str, Any]:
    """What was written anew, whole; the row before has what stood there."""
    old, new = to_json(before.document), to_json(after.document)
    changed = {name: new.get(name) for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)}
    facts: dict[str, Any] = {"content": changed} if changed else {}
    if before.title != after.title:
        facts["title"] = [before.title, after.title]
    if before.held_on != after.held_on:
        facts["held_on"] = [before.held_on, after.held_on]
    return facts


def check_length(text: str) -> None:
    """Raise InvalidInput for a text that is longer than a review may be."""
    if len(text.encode(errors="surrogateescape")) > LONGEST:
        raise InvalidInput(
            _("That is longer than a review can be: {most} kB.").format(most=LONGEST // 1024),
            _("Keep logs and pictures elsewhere, and name the place."),
        )

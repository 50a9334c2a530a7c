"""What becomes of a round: its answers are readings and actions, and once it is whole it is done."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, text
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from opsctl.core.texts import between
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import meeting
from opsctl.inspections.rules import Answer, Reading, Round, evidence, fields
from opsctl.inspections.rules.evidence import Walk
from opsctl.inspections.rules.results import Raised
from opsctl.inspections.service import rows
from opsctl.inspections.tables import InspectionRow
from opsctl.inspections.terms import COMPLETED, Flag, Mark, State
from opsctl.ledger import service as ledger
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.patrols import Checklist, Item, patrols_of

_WALKS = (
    text(
        "SELECT reference, started_at, done_at FROM inspection WHERE person = :person AND state = 'done'"
        " AND void IS NULL AND reference <> :reference AND started_at < :until"
        " AND EXISTS (SELECT 1 FROM inspection_reading WHERE inspection = reference AND source <> 'machine')"
        " ORDER BY done_at DESC LIMIT 8"
    )
    .bindparams(bindparam("until", type_=UTCDateTime))
    .columns(started_at=UTCDateTime, done_at=UTCDateTime)
)
_BY_TIME = (Flag.LATE_ENTRY, Flag.OVERLAP)
"""What a claimed time that is set right may take away or bring."""


def checklist_of(session: Session, one: Round) -> Checklist:
    """The checklist as it was when the round was begun. Raise LookupError if that version has none of its name."""
    return patrols_of(rulebook.of_generation(session, generation=one.rules)).checklists[one.checklist]


def with_answers(one: Round, answers: Sequence[Answer], *, by: str, at: datetime) -> Round:
    """The round with these answers as its newest readings."""
    readings = [
        Reading(each.item, each.mark, each.value, each.note, each.source, each.file, each.digest, by, at)
        for each in answers
    ]
    return replace(one, readings=(*one.readings, *readings))


def raise_actions(
    session: Session,
    one: Round,
    checklist: Checklist,
    answers: Sequence[Answer],
    *,
    before: Round | None,
    now: datetime,
    actor: str,
    found_at: datetime,
) -> Raised:
    """An action for each answer that failed or was only a warning, with whether it is new.

    `before` is the round as it was: what stood there as wrong already has its action, however often it is said.
    """
    wrong = [each for each in answers if each.mark in (Mark.FAIL, Mark.WARN)]
    if not wrong:
        return ()
    # Most rounds find nothing, and need nothing of actions.
    from opsctl.actions.rules import Finding
    from opsctl.actions.service import write as actions
    from opsctl.actions.terms import Gravity

    items = {item.id: item for item in checklist.items}
    known = {item: reading.mark for item, reading in before.current.items()} if before is not None else {}
    findings = [
        Finding(
            title=_symptom(items[each.item], each),
            gravity=Gravity(each.mark.value),
            found_at=found_at,
            asset=one.asset,
            source=one.reference,
            topic=f"{checklist.name}/{each.item}",
            impact=each.impact,
            told=each.told,
        )
        for each in wrong
        if known.get(each.item) is not each.mark
    ]
    return tuple(actions.raise_from(session, now=now, actor=actor, findings=findings))


def _symptom(item: Item, answer: Answer) -> str:
    title = item.title.said
    value = None if answer.value is None else f"{answer.value} {item.unit}" if item.unit else answer.value
    said = between(", ").join(part for part in (value, answer.note) if part)
    return (title + between(": ") + said)[:300] if said else title


def done(
    session: Session,
    one: Round,
    checklist: Checklist,
    earlier: Sequence[Round],
    *,
    at: datetime,
    now: datetime,
    at_once: bool,
    together: Collection[str] = (),
) -> tuple[Round, Occurrence | None]:
    """The round as done, flagged, and the occurrence that it met; only for one that nothing is missing in.

    `earlier` are the last done rounds by that checklist of that asset, the newest first; `together` those that are
    logged with it, whose times say nothing of each other.
    """
    # Somebody went on with it who says that they walked it before it was begun here.
    one = replace(one, state=State.DONE, started_at=min(one.started_at, at), done_at=at, entered_at=now)
    walks = [walk for walk in _walks(session, one) if walk.reference not in together]
    flags = evidence.flags_of(one, checklist, earlier=earlier, same_person=walks, at_once=at_once)
    return replace(one, flags=flags), meet(session, one)


def meet(session: Session, one: Round) -> Occurrence | None:
    """Let the round that is done meet what was due when it was walked, judged by when it counts."""
    if one.done_at is None:
        raise ValueError("a round that is done has its time")
    return meeting.meet(
        session,
        kind=COMPLETED,
        topic=one.checklist,
        about=one.asset,
        happened_at=one.done_at,
        judged_at=one.judged_at or one.done_at,
        by=one.reference,
    )


def flagged_anew(session: Session, one: Round, checklist: Checklist) -> Round:
    """The round with the flags that its time has, after that was set right; the others stay as they were."""
    others = [each for each in latest(session, one.checklist, one.asset, count=2) if each.reference != one.reference]
    found = evidence.flags_of(one, checklist, earlier=others, same_person=_walks(session, one), at_once=True)
    kept = [each for each in one.flags if each.flag not in _BY_TIME]
    return replace(one, flags=(*kept, *(each for each in found if each.flag in _BY_TIME)))


def _walks(session: Session, one: Round) -> list[Walk]:
    """Other rounds of the same person that may have been walked at the same time, and the last one before."""
    said = {"person": one.person, "reference": one.reference, "until": one.done_at}
    return [Walk(*row) for row in session.connection().execute(_WALKS, said)]


def latest(session: Session, checklist: str, asset: str | None, *, count: int = 1) -> list[Round]:
    """The last done rounds by that checklist of that asset, the newest first."""
    said = {"checklist": checklist, "asset": asset, "count": count}
    return rows.load(session, _latest(with_asset=asset is not None), said)


@cache
def _latest(*, with_asset: bool) -> Any:
    """Made once: to put it together takes longer than the database takes to answer."""
    return (
        rows.chosen()
        .where(InspectionRow.checklist == bindparam("checklist"))
        .where(of_asset(bindparam("asset") if with_asset else None))
        .where(InspectionRow.state == State.DONE, col(InspectionRow.void).is_(None))
        .order_by(col(InspectionRow.done_at).desc(), col(InspectionRow.reference).desc())
        .limit(bindparam("count", type_=Integer))
    )


def of_asset(asset: "str | BindParameter[str] | None") -> Any:
    """Rounds of that asset, or of none: spelled so that an index answers it."""
    return col(InspectionRow.asset).is_(None) if asset is None else InspectionRow.asset == asset


def append(session: Session, one: Round, kind: str, facts: dict[str, Any], happened_at: datetime | None = None) -> None:
    """The ledger row of a round that changed."""
    ledger.append(
        session,
        kind=kind,
        subject=one.reference,
        about=one.asset,
        topic=one.checklist,
        customer=one.customer,
        facts=facts,
        record=fields(one),
        happened_at=happened_at,
    )

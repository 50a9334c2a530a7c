"""Actions that are verified by records, and opened again by them, in the transaction that writes the record.

It runs wherever a round or a restore test is recorded, in the field far from the database: where no action waits for
the record, one plain query says so, and nothing of actions is loaded.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, bindparam, text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

if TYPE_CHECKING:
    from opsctl.actions.rules import Action
    from opsctl.actions.rules.evidence import Evidence
    from opsctl.actions.rules.proving import Proven, Watch
    from opsctl.core.void import Void

_OF_QUERIES = "SELECT reference FROM action WHERE verify IS NOT NULL AND void IS NULL"
"""Spelled out, so that the databases know it for the condition of the index of evidence queries."""
_WAITING = text(
    f"{_OF_QUERIES} AND verify IN :answered AND (state = 'done'"
    " OR (state = 'verified' AND verify IN :failed AND (watch_until > :since OR verified_by IN :sources)))"
).bindparams(
    bindparam("answered", type_=String, expanding=True),
    bindparam("failed", type_=String, expanding=True),
    bindparam("sources", type_=String, expanding=True),
    bindparam("since", type_=UTCDateTime),
)
_VERIFIED = text(f"{_OF_QUERIES} AND verified_by IN :sources").bindparams(
    bindparam("sources", type_=String, expanding=True)
)


def prove(session: Session, *, now: datetime, actor: str, found: "Sequence[Evidence]") -> "list[Action]":
    """The actions that these records verify or open again, as they are then, in the order of references.

    What is done, and was at the moment that a record is about, is verified by one that passed: `verified_by` is the
    record's reference, and for months its evidence is watched. One that failed opens it again, done or watched. Only
    what is recorded after an action was marked as done counts for it: nobody looks back for an earlier record.
    Call it before actions are raised from the same records, so that what is open again by them is seen again and
    nothing is raised twice.
    """
    if not found:
        return []
    said = {
        "answered": sorted({spelling for one in found for spelling in one.spellings}),
        "failed": sorted({spelling for one in found if not one.passed for spelling in one.spellings}),
        "sources": sorted({one.source for one in found}),
        "since": min(one.at for one in found),
    }
    held = _held(session, _WAITING, said)
    if not held:
        return []
    from opsctl.actions.rules.proving import proven

    watch = watch_of(session, now=now)
    moved: dict[str, Action] = {}
    for one in sorted(found, key=lambda each: each.at):
        for action in held:
            after = proven(moved.get(action.reference, action), one, watch)
            if after is not None:
                moved[action.reference] = _save(session, after)
    return [moved[reference] for reference in sorted(moved)]


def withdraw(
    session: Session,
    *,
    now: datetime,
    sources: Collection[str],
    because: "Void | None" = None,
    reason: str | None = None,
    still: "Sequence[Evidence]" = (),
) -> "list[Action]":
    """The actions that are open again since these records do not verify them any more, in the order of references.

    The records were made void (`because`), or set right for a `reason`; `still` is what they say now.
    """
    held = _held(session, _VERIFIED, {"sources": sorted(sources)})
    if not held:
        return []
    from opsctl.actions.rules.proving import withdrawn
    from opsctl.actions.terms import Outcome

    outcome = Outcome.CORRECTED if because is None else Outcome.VOID
    facts = {"because": because, "reason": reason}
    found = [withdrawn(one, sources, still, outcome=outcome, facts=facts, now=now) for one in held]
    return [_save(session, one) for one in found if one is not None]


def watch_of(session: Session, *, now: datetime) -> "Watch":
    """For how long evidence is watched by the rules in force, in the zone of this database."""
    from opsctl.actions.rules.proving import Watch
    from opsctl.rulebook import service as rulebook
    from opsctl.rulebook.rules.reviews import reviews_of
    from opsctl.store.settings import zone_of

    return Watch(zone_of(session), reviews_of(rulebook.in_force(session, at=now)).watch_months)


def _held(session: Session, query: Any, said: dict[str, Any]) -> "list[Action]":
    """The actions of the query, locked in the order of references, as everybody locks them."""
    found = session.connection().execute(query, said).scalars().all()
    if not found:
        return []
    from sqlmodel import col

    from opsctl.actions.service import rows
    from opsctl.actions.tables import ActionRow

    reference = col(ActionRow.reference)
    return rows.load(session, rows.chosen().where(reference.in_(found)).order_by(reference).with_for_update())


def _save(session: Session, one: "Proven") -> "Action":
    from opsctl.actions.rules import fields
    from opsctl.actions.service import rows
    from opsctl.ledger import service as ledger

    rows.save(session, [one.action])
    ledger.append(
        session,
        kind=one.kind,
        subject=one.action.reference,
        about=one.action.asset,
        topic=one.action.topic,
        customer=one.action.customer,
        facts=one.facts,
        record=fields(one.action),
        happened_at=one.happened_at,
    )
    return one.action

"""Making actions from what was found, in few statements: it runs in the field, far from the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, text
from sqlmodel import Session, col, or_

from opsctl.actions.rules import Action, Finding, fields
from opsctl.actions.rules.finding import Key, Known, Raised, changes, how_many_new, key_of, raised
from opsctl.actions.service import rows
from opsctl.actions.service.rows import WAITING
from opsctl.actions.tables import ActionRow
from opsctl.actions.terms import ADDED, PREFIX, SEEN_AGAIN, Gravity
from opsctl.ledger import service as ledger
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.patrols import patrols_of
from opsctl.store import references

_BLOCK = 500

# Both in one round trip: whose the assets are, and who is above the one who acts.
_PEOPLE = text(
    "SELECT 'asset', handle, owner, customer FROM asset WHERE handle IN :assets"
    " UNION ALL SELECT 'person', handle, superior, NULL FROM person WHERE handle = :actor"
).bindparams(bindparam("assets", type_=String, expanding=True))


def raise_all(session: Session, *, now: datetime, actor: str, findings: Sequence[Finding]) -> list[tuple[Action, bool]]:
    """An action for each finding as it is now, and whether it is new; see `write.raise_from`."""
    if not findings:
        return []
    earlier = _earlier(session, findings)
    assets, superior = _people(session, actor, findings)
    count = how_many_new(findings, earlier)
    unused = references.allocate(session, prefix=PREFIX, now=now, count=count) if count else []
    done = raised(
        findings, earlier, assets, unused, now=now, actor=actor, superior=superior, within=_within(session, now)
    )
    last = {one.action.reference: one.action for one in done}
    rows.add(session, [last[reference] for reference in unused])
    rows.save(session, [last[reference] for reference in sorted(set(last) - set(unused))])
    for one in done:
        _append(session, one)
    return [(last[one.action.reference], one.before is None) for one in done]


def _earlier(session: Session, findings: Sequence[Finding]) -> dict[Key, Action]:
    """What is open or done of the same topics and assets, locked; of several the newest."""
    keys = {key for finding in findings if (key := key_of(finding)) is not None}
    topics = sorted({topic for topic, _asset in keys})
    assets = sorted({asset for _topic, asset in keys if asset is not None})
    found: dict[Key, Action] = {}
    for start in range(0, len(topics), _BLOCK):
        query = rows.chosen().where(
            col(ActionRow.topic).in_(topics[start : start + _BLOCK]),
            or_(col(ActionRow.asset).in_(assets), col(ActionRow.asset).is_(None)),
            WAITING,
        )
        for action in rows.load(session, query.order_by(col(ActionRow.reference)).with_for_update()):
            key = key_of(action)
            if key in keys:
                found[key] = action
    return found


def _people(session: Session, actor: str, findings: Sequence[Finding]) -> tuple[dict[str, Known], str | None]:
    assets = sorted({finding.asset for finding in findings if finding.asset is not None})
    known: dict[str, Known] = {}
    superior: str | None = None
    for kind, handle, who, customer in session.connection().execute(_PEOPLE, {"assets": assets, "actor": actor}):
        if kind == "asset":
            known[handle] = Known(who, customer)
        else:
            superior = who
    return known, superior


def _within(session: Session, now: datetime) -> dict[Gravity, timedelta]:
    """How long each gravity has by the rules in force."""
    patrols = patrols_of(rulebook.in_force(session, at=now))
    return {Gravity.FAIL: patrols.fail_within, Gravity.WARN: patrols.warn_within}


def _append(session: Session, one: Raised) -> None:
    record = fields(one.action)
    facts: dict[str, Any] = record
    if one.before is not None:
        facts = {"source": one.finding.source, "title": one.finding.title, **changes(one.before, one.action)}
    ledger.append(
        session,
        kind=ADDED if one.before is None else SEEN_AGAIN,
        subject=one.action.reference,
        about=one.action.asset,
        topic=one.action.topic,
        customer=one.action.customer,
        facts=facts,
        record=record,
        happened_at=one.finding.found_at,
    )

"""Pinning points against being deleted: by a person, and by an incident while it is not resolved."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from opsctl.backups.rules import Run
from opsctl.backups.rules.pins import DECIDING, ENDED, IMPORTED, OPENED, VOIDED, Told, Trouble, is_unresolved
from opsctl.backups.service import reading, rows
from opsctl.backups.service.recording import append, held
from opsctl.backups.terms import PINNED, UNPINNED
from opsctl.core.errors import Conflict
from opsctl.core.texts import _
from opsctl.core.times import utc_text
from opsctl.core.typed import read_title
from opsctl.core.use_cases import Permission, use_case


@use_case(needs=Permission.RECORD, offline=True)
def pin(session: Session, *, now: datetime, actor: str, word: str, reason: str) -> Run:
    """Keep every copy of a run from being pruned until it is unpinned. The run as it is then.

    Raise NotFound or InvalidInput for the word, Conflict where it is pinned already or has no copy left.
    """
    before = held(session, reading.find_run(session, word=word, now=now, writing=True).reference)
    if before.pinned_at is not None:
        raise Conflict(
            _("{reference} is pinned already, by {person}: {reason}").format(
                reference=before.reference, person=before.pinned_by, reason=before.pin_reason
            ),
            _("Unpin it first: opsctl backup unpin {reference} --reason …").format(reference=before.reference),
        )
    if not any(one.is_there for one in before.copies):
        raise Conflict(
            _("{reference} has no copy that could be kept.").format(reference=before.reference),
            _("See its copies: opsctl backup show {reference}").format(reference=before.reference),
        )
    words = read_title(reason)
    after = replace(before, pinned_by=actor, pinned_at=now, pin_reason=words)
    rows.save(session, before, after)
    append(session, after, PINNED, facts={"reason": words}, happened_at=now)
    return after


@use_case(needs=Permission.RECORD, offline=True)
def unpin(session: Session, *, now: datetime, actor: str, word: str, reason: str) -> Run:
    """Let a run be pruned again as its policy says. The run as it is then; raise Conflict where it is not pinned."""
    before = held(session, reading.find_run(session, word=word, now=now, writing=True).reference)
    if before.pinned_at is None:
        raise Conflict(
            _("{reference} is not pinned.").format(reference=before.reference),
            _(
                "An incident that pins it lets it go when it is resolved; see: opsctl backup prune {policy} --dry-run"
            ).format(policy=before.policy),
        )
    after = replace(before, pinned_by=None, pinned_at=None, pin_reason=None)
    rows.save(session, before, after)
    facts = {"reason": read_title(reason), "was": before.pin_reason}
    append(session, after, UNPINNED, facts=facts, happened_at=now)
    return after


def troubles(session: Session, *, assets: Collection[str]) -> list[Trouble]:
    """The incidents of these assets that are not resolved, from the ledger alone; drills and void ones left out."""
    from opsctl.ledger.tables import LedgerRow

    ledger: Any = LedgerRow.__table__  # type: ignore[attr-defined]
    begun = select(ledger.c.subject).where(
        ledger.c.kind.in_(sorted({OPENED, *IMPORTED})), ledger.c.about.in_(sorted(assets))
    )
    query = select(ledger.c.subject, ledger.c.kind).where(ledger.c.subject.in_(begun))
    query = query.where(ledger.c.kind.in_(sorted(DECIDING))).order_by(ledger.c.seq)
    newest = {str(subject): str(kind) for subject, kind in session.connection().execute(query)}
    doubtful = sorted(subject for subject, kind in newest.items() if kind not in {*ENDED, VOIDED})
    found = (_trouble(session, subject) for subject in doubtful)
    return [one for one in found if one is not None and one.asset in assets]


def _trouble(session: Session, reference: str) -> Trouble | None:
    """The incident, where it is not resolved and is about an asset; what it is about may have been corrected."""
    from opsctl.ledger import service as ledger

    told = list(ledger.rows(session, ledger.Search(subject=reference)))
    deciding = [Told(row.kind, _facts(row.facts)) for row in told if row.kind in DECIDING]
    about = next((row.about for row in reversed(told) if row.about is not None), None)
    if about is None or not is_unresolved(deciding):
        return None
    first = next(row for row in told if row.kind in (OPENED, *IMPORTED))
    started = _facts(first.facts).get("impact_start")
    began = min(utc_text(first.happened_at), started) if isinstance(started, str) else utc_text(first.happened_at)
    return Trouble(reference, about, datetime.fromisoformat(began))


def _facts(text: str | None) -> dict[str, Any]:
    said = {} if text is None else json.loads(text)
    return said if isinstance(said, dict) else {}

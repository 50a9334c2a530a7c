"""Points that were there before opsctl knew of them become runs, unproven."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from opsctl.assets.service import handles
from opsctl.backups.rules import Run, fields
from opsctl.backups.rules.retention import Known
from opsctl.backups.rules.wire import from_json
from opsctl.backups.service import planning, rows
from opsctl.backups.service.recording import append
from opsctl.backups.tables import CopyRow
from opsctl.backups.terms import ADOPTED, RUN_PREFIX
from opsctl.core.use_cases import Permission, use_case
from opsctl.rulebook import service as rulebook
from opsctl.store import references

_COPIES: Any = CopyRow.__table__  # type: ignore[attr-defined]
_BLOCK = 500


def known(session: Session, *, word: str, points: Collection[str], requests: Collection[str], now: datetime) -> Known:
    """The policy that a word names, and those of the points and requests that a recorded run has. Raise NotFound.

    A point is known by its name, which an engine gives only once.
    """
    policy = planning.known_policy(session, word=word, now=now)
    generation = rulebook.in_force(session, at=now).generation
    return Known(
        policy,
        generation,
        frozenset(_there(session, _COPIES.c.point, points)),
        frozenset(_there(session, rows.RUNS.c.request, requests)),
    )


def _there(session: Session, column: Any, values: Collection[str]) -> set[str]:
    """Those of the values that stand in the column."""
    wanted, found = sorted(values), set[str]()
    for start in range(0, len(wanted), _BLOCK):
        query = select(column).where(column.in_(wanted[start : start + _BLOCK]))
        found.update(str(one) for one in session.connection().execute(query).scalars())
    return found


@use_case(needs=Permission.RECORD, offline=False)
def adopt(session: Session, *, now: datetime, actor: str, runs: list[dict[str, Any]]) -> list[Run]:
    """Record runs that a host found (`wire.to_json` of each), the oldest first; those recorded before are left out.

    They meet no slot: nobody can say how they were made. Raise InvalidInput for what is no run.
    """
    told = [from_json(Run, {**one, "reference": "", "person": actor}) for one in runs]
    there = _there(session, rows.RUNS.c.request, {one.request for one in told})
    new = sorted((one for one in told if one.request not in there), key=lambda one: (one.started_at, one.request))
    if not new:
        return []
    names = references.allocate(session, prefix=RUN_PREFIX, now=now, count=len(new))
    customers = {asset: handles.customer_of(session, handle=asset) for asset in {one.asset for one in new}}
    done = []
    for reference, one in zip(names, new, strict=True):
        run = replace(one, reference=reference, customer=customers[one.asset], recorded_at=now)
        rows.add(session, run)
        append(session, run, ADOPTED, facts=fields(run), happened_at=run.ended_at)
        done.append(run)
    return done

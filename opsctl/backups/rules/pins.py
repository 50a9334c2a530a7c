"""Which points incidents pin: the last proven ones of an asset, while one of its incidents is not resolved. Pure.

What an incident has come to is read from the kinds of its rows in the ledger; that room is not known here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.backups.rules import Run
from opsctl.backups.rules.standing import has_good_copy, proving_check
from opsctl.backups.terms import Level
from opsctl.rulebook.rules.policies import Policy

OPENED = "incident.opened"
IMPORTED = frozenset({"incident.imported", "incident.import-updated"})
ENDED = frozenset({"incident.resolved", "incident.closed"})
REOPENED = "incident.reopened"
MERGED = "incident.merged"
SPLIT = "incident.split"
VOIDED = "incident.voided"
UNVOIDED = "incident.unvoided"
DECIDING = frozenset({OPENED, *IMPORTED, *ENDED, REOPENED, MERGED, SPLIT, VOIDED, UNVOIDED})
"""The kinds that say whether an incident is resolved."""
_STILL_OPEN = frozenset({"open", "acknowledged", "mitigated"})


@dataclass(frozen=True, slots=True)
class Told:
    """One row that the ledger has of an incident: its kind and what it says, empty where that was redacted."""

    kind: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trouble:
    """An incident that is not resolved: its asset, and when it began at the latest that is known. Aware UTC."""

    reference: str
    asset: str
    began_at: datetime


def is_unresolved(told: Sequence[Told]) -> bool:
    """Whether an incident is real and not resolved, from its deciding rows in their order. A drill never is.

    A merged one stands in another, and a void one nowhere; a row that was redacted decides by its kind alone.
    """
    is_open = is_merged = is_void = is_drill = False
    for row in told:
        if row.kind == OPENED:
            is_open, is_drill = True, bool(row.facts.get("drill"))
        elif row.kind in IMPORTED:
            is_open = row.facts.get("state", "open") in _STILL_OPEN
            is_drill = bool(row.facts.get("drill"))
        elif row.kind in ENDED:
            is_open = False
        elif row.kind == REOPENED:
            is_open = True
        elif row.kind in (MERGED, SPLIT):
            # What another was merged into, or split from, names that other one; itself it stays what it is.
            is_merged = is_merged if "with" in row.facts else row.kind == MERGED
        elif row.kind in (VOIDED, UNVOIDED):
            is_void = row.kind == VOIDED
    return is_open and not (is_merged or is_void or is_drill)


def pinned_by(policy: Policy, runs: Sequence[Run], troubles: Sequence[Trouble]) -> dict[str, str]:
    """Which runs of the policy are pinned, and by which incident: of each place the last that was proven.

    Of those, the newest from before the trouble began, and the newest of all: what came later may hold the damage, and
    what came before may be old. Where none was ever proven, the newest good ones stand in for them.
    """
    pinned: dict[str, str] = {}
    ordered = sorted(runs, key=lambda run: (run.started_at, run.reference), reverse=True)
    mine = [run for run in ordered if run.policy == policy.name and has_good_copy(run, policy)]
    for one in sorted(troubles, key=lambda one: (one.began_at, one.reference)):
        of_asset = [run for run in mine if run.asset == one.asset]
        for place in sorted({copy.name for run in of_asset for copy in run.copies}):
            for run in _last_proven(policy, place, of_asset, one.began_at):
                pinned.setdefault(run.reference, one.reference)
    return pinned


def _last_proven(policy: Policy, place: str, ordered: Sequence[Run], began_at: datetime) -> list[Run]:
    held = [run for run in ordered if has_good_copy(run, policy, place)]
    proven = [run for run in held if proving_check(run, place, Level(policy.level)) is not None]
    chosen = proven or held
    before = [run for run in chosen if run.started_at <= began_at]
    return [*chosen[:1], *(run for run in before[:1] if run is not chosen[0])]

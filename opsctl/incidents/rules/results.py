"""What the use cases of incidents give back beside a case."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsctl.incidents.rules.clocks import Clock
from opsctl.incidents.rules.closing import Missing
from opsctl.incidents.rules.life import Case, Incident
from opsctl.rulebook.rules import Words

if TYPE_CHECKING:
    from opsctl.incidents.rules.restoring import RestorePoint


@dataclass(frozen=True)
class Opened:
    """A new incident, what runs against it, and what its opener should know.

    `twin` is an unresolved incident of the same asset that may be the same fault; `near` are handles that the first
    word may have meant where it names no asset.
    """

    incident: Incident
    clocks: tuple[Clock, ...]
    severity_name: Words | None
    wants_plan: bool
    twin: Incident | None
    near: tuple[str, ...]
    origin: str | None = None
    """The action that it took over."""
    restore_points: "tuple[RestorePoint, ...]" = ()
    """By policy of backups of the asset: what it can be restored to."""


@dataclass(frozen=True)
class Shown:
    """One case with all that is known of it as of now."""

    case: Case
    clocks: tuple[Clock, ...]
    severity_name: Words | None
    missing: tuple[Missing, ...]
    origin: str | None = None
    """The action that it took over."""
    restore_points: "tuple[RestorePoint, ...] | None" = None
    """By policy of backups of the asset: what it can be restored to. None where nothing is to be restored any more."""


@dataclass(frozen=True)
class Corrected:
    """Cases after a correction, and the references of those that said so before.

    `months` are past ones whose figures it may change, as 2026-10, in the zone of the database.
    """

    cases: tuple[Case, ...]
    unchanged: frozenset[str]
    months: tuple[str, ...]

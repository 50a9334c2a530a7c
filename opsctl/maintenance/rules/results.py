"""What the use cases of maintenance and patches give back. Pure."""

from dataclasses import dataclass
from datetime import datetime

from opsctl.actions.rules import Action
from opsctl.duties.rules import Occurrence
from opsctl.ledger.rules import Row
from opsctl.maintenance.rules.patches import Patch
from opsctl.maintenance.rules.work import Work


@dataclass(frozen=True)
class Logged:
    """A maintenance with what it led to: the duty that it met, when that is next due, the action that watches it."""

    work: Work
    met: Occurrence | None
    next_due: datetime | None
    action: Action | None = None
    is_new: bool = False
    """Whether the action is; it may have been there, and was seen again."""


@dataclass(frozen=True)
class Corrected:
    """A record that was set right, which fields of it were, and what it leads to now."""

    logged: Logged
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Voided:
    """A record that was taken out, the duty that is due again, and actions of it that are not over."""

    work: Work
    released: Occurrence | None
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """One record with what it led to, the actions and patches of it, and its rows of the ledger."""

    logged: Logged
    actions: tuple[str, ...]
    patches: tuple[str, ...]
    history: tuple[Row, ...]


@dataclass(frozen=True)
class Installed:
    """A patch that was installed, and the maintenance that did it."""

    patch: Patch
    logged: Logged

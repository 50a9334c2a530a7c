"""What a shift leaves behind of incidents. Pure."""

from dataclasses import dataclass

from opsctl.incidents.rules.clocks import Clock
from opsctl.incidents.rules.life import Case, Incident
from opsctl.ledger.rules import Row


@dataclass(frozen=True)
class Shift:
    """The cases in hand with their clocks, what was recorded of incidents since, and what was opened and resolved."""

    unresolved: tuple[tuple[Case, tuple[Clock, ...]], ...]
    steps: tuple[tuple[Incident, tuple[Row, ...]], ...]
    opened: tuple[Incident, ...]
    resolved: tuple[Incident, ...]

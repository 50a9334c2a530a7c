"""Reading what was due of rounds and actions: one look at each, and at nothing more where nothing was due."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from opsctl.actions.rules import Action
from opsctl.actions.service import figures as actions
from opsctl.assets.service import assets
from opsctl.core.periods import Period
from opsctl.duties.rules import Occurrence
from opsctl.duties.service import figures as duties
from opsctl.duties.terms import RELEASED
from opsctl.inspections.rules.results import RoundFacts
from opsctl.inspections.service import figures as inspections
from opsctl.inspections.terms import COMPLETED
from opsctl.kpis.rules.figures import Figure
from opsctl.kpis.rules.planned import figures_of, is_undecided, of_actions, of_rounds, of_void_rounds
from opsctl.kpis.rules.scopes import Wanted
from opsctl.kpis.terms import OF_ACTIONS, OF_ROUNDS, By, Name
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import read_facts
from opsctl.ledger.service import Search


def planned(
    session: Session, *, now: datetime, period: Period, names: Sequence[Name], wanted: Wanted
) -> tuple[list[Figure], list[str]]:
    """The named figures of what was due in the period, and the rounds that a countersign would make on time."""
    occurrences: list[Occurrence] = []
    due: list[Action] = []
    if OF_ROUNDS.intersection(names):
        occurrences = duties.due_between(session, since=period.start, until=period.end, kinds={COMPLETED})
    if OF_ACTIONS.intersection(names):
        due = actions.due_between(session, since=period.start, until=period.end)
    rounds = rounds_of(session, occurrences)
    void = _void_rounds(session, occurrences) if occurrences else []
    customers = _customers(session, wanted) if occurrences or due else {}
    figures: list[Figure] = []
    for name in names:
        dues = of_actions(due, customers, now)
        if name in OF_ROUNDS:
            dues = [*of_rounds(name, occurrences, rounds, customers, now), *of_void_rounds(void, customers)]
        figures += figures_of(name, dues, period, now, wanted.base, wanted.scopes_without_severity)
    undecided = [
        str(one.met_by)
        for one in occurrences
        if Name.INSPECTION_ON_TIME in names
        and is_undecided(one)
        and wanted.scopes_without_severity(one.about or None, customers.get(one.about))
    ]
    return figures, undecided


def rounds_of(session: Session, occurrences: Iterable[Occurrence]) -> dict[str, RoundFacts]:
    """What figures want to know of the rounds that met these."""
    references = {one.met_by for one in occurrences if one.met_by is not None}
    return inspections.of_references(session, sorted(references)) if references else {}


def _void_rounds(session: Session, occurrences: Iterable[Occurrence]) -> list[tuple[Occurrence, str]]:
    """The rounds that met one of these until they were made void. An occurrence forgets them; the ledger does not."""
    known = {(one.subject, one.about, one.due_at): one for one in occurrences}
    released: dict[tuple[str, str], Occurrence] = {}
    for row in ledger.rows(session, Search(kind=RELEASED)):
        facts = read_facts(row.facts)
        due_at, by = facts.get("due_at"), facts.get("by")
        one = known.get((row.subject, facts.get("about") or "", datetime.fromisoformat(due_at))) if due_at else None
        if one is not None and isinstance(by, str):
            released[one.reference, by] = one
    rounds = inspections.of_references(session, sorted({by for _reference, by in released})) if released else {}
    return [(one, by) for (_reference, by), one in released.items() if by in rounds and rounds[by].void]


def _customers(session: Session, wanted: Wanted) -> dict[str, str | None]:
    """Whom each asset serves; nobody where no customer is asked for."""
    if wanted.customer is None and wanted.split is not By.CUSTOMER:
        return {}
    return {one.handle: one.customer for one in assets.list_assets(session, retired=True)}

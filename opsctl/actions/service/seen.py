"""The actions of one record, whether it raised them or found them again."""

from datetime import datetime

from sqlmodel import Session

from opsctl.actions.rules import Action
from opsctl.actions.service import rows
from opsctl.actions.service.read import of_source
from opsctl.actions.terms import SEEN_AGAIN
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import read_facts


def of_record(session: Session, *, source: str, about: str | None, since: datetime) -> list[Action]:
    """The actions that came from the record, and then those that it found again; `since` is when it was recorded."""
    raised = of_source(session, source=source)
    known = {one.reference for one in raised}
    again = {
        row.subject
        for row in ledger.rows(session, ledger.Search(kind=SEEN_AGAIN, about=about, since=since))
        if row.facts is not None and read_facts(row.facts).get("source") == source and row.subject not in known
    }
    return [*raised, *rows.of_references(session, again)]

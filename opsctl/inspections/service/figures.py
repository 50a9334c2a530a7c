"""What figures want to know of rounds."""

from collections.abc import Iterable

from sqlmodel import Session

from opsctl.inspections.rules import evidence
from opsctl.inspections.rules.results import RoundFacts
from opsctl.inspections.service import rows
from opsctl.inspections.terms import Flag


def of_references(session: Session, references: Iterable[str]) -> dict[str, RoundFacts]:
    """The facts of these rounds, by reference; what is no round is left out."""
    return {
        one.reference: RoundFacts(
            reference=one.reference,
            asset=one.asset,
            customer=one.customer,
            done_at=one.done_at,
            void=one.void is not None,
            corrected=one.corrected_at is not None,
            late=any(each.flag is Flag.LATE_ENTRY for each in one.flags),
            grade=evidence.grade(one),
            flags=tuple(each.flag for each in one.flags),
            countersigned=one.countersigned_by is not None,
        )
        for one in rows.of_references(session, references)
    }

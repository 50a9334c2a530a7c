"""What other records say of the same asset around the time of an incident."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from opsctl.actions import terms as actions
from opsctl.assets import terms as assets
from opsctl.assets.service import maintenance
from opsctl.backups import terms as backups
from opsctl.backups.terms import Status
from opsctl.incidents import terms as incidents
from opsctl.incidents.rules.life import Case
from opsctl.inspections import terms as inspections
from opsctl.ledger import service as ledger
from opsctl.ledger.rules import Row
from opsctl.ledger.service import Search
from opsctl.maintenance import terms as work
from opsctl.reviews.rules.relatives import around, assets_of, last_of_each, nearest, span_of

_WINDOWS = frozenset({
    assets.MAINTENANCE_PLANNED, assets.MAINTENANCE_APPROVED, assets.MAINTENANCE_EXTENDED, assets.MAINTENANCE_CANCELLED,
})  # fmt: skip
_NO_TROUBLE = frozenset({Status.SUCCESS, Status.SKIPPED_LOCKED})
TOLD = _WINDOWS | {
    inspections.COMPLETED, inspections.VOIDED,
    actions.ADDED, actions.SEEN_AGAIN, actions.DONE, actions.REOPENED, actions.VOIDED,
    work.LOGGED, work.WORK_VOIDED, work.PATCH_INSTALLED, work.PATCH_DEFERRED,
    assets.EDITED, assets.RETIRED,
    incidents.OPENED, incidents.IMPORTED, incidents.RESOLVED, incidents.REOPENED, incidents.VOIDED,
    backups.RESTORED, *backups.KIND_OF_TEST.values(),
    *(kind for status, kind in backups.KIND_OF.items() if status not in _NO_TROUBLE),
}  # fmt: skip
"""What may have to do with a trouble: what was looked at, found, done and changed, and what else went wrong.

Who has it, what was approved and what is due say nothing of that; of good backups only the last before is asked for.
"""


def of_cases(
    session: Session, cases: Sequence[Case], own: Collection[str], now: datetime
) -> dict[str, tuple[tuple[Row, ...], int]]:
    """By case: what happened to its assets around the trouble by other records, and how many rows were left out.

    `own` are the records whose rows are told in any case. Planned windows that lie in part in that time are there
    whenever they were planned.
    """
    cases = [case for case in cases if assets_of(case)]
    if not cases:
        return {}
    windows = _windows(session, cases, now)
    found = {}
    for case in cases:
        rows = [row for row in [*_happened(session, case, now), *windows[case.reference]] if row.subject not in own]
        found[case.reference] = nearest(rows, case.clock_start)
    return found


def _happened(session: Session, case: Case, now: datetime) -> list[Row]:
    stretch, abouts = around(case, now), assets_of(case)
    told = Search(kinds=TOLD, abouts=abouts, happened_since=stretch.start, happened_until=stretch.end)
    before = Search(
        kind=backups.SUCCEEDED, abouts=abouts, happened_since=stretch.start, happened_until=case.clock_start
    )
    return [*ledger.rows(session, told), *last_of_each(ledger.rows(session, before))]


def _windows(session: Session, cases: Sequence[Case], now: datetime) -> dict[str, list[Row]]:
    """By case: what the ledger says of planned maintenance of its assets in that time."""
    stretches = {case.reference: around(case, now) for case in cases}
    whole = span_of(list(stretches.values()))
    every = frozenset().union(*(assets_of(case) for case in cases))
    planned = maintenance.touching(session, since=whole.start, until=whole.end, assets=every)
    touched = {
        case.reference: {
            one.reference
            for one in planned
            if one.asset in assets_of(case)
            and any(
                window.starts < stretches[case.reference].end and window.ends > stretches[case.reference].start
                for window in one.windows
            )
        }
        for case in cases
    }
    wanted = set().union(*touched.values())
    rows = list(ledger.rows(session, Search(subjects=wanted, kinds=_WINDOWS))) if wanted else []
    return {reference: [row for row in rows if row.subject in subjects] for reference, subjects in touched.items()}

"""Which incidents no review covers, for the list of reviews."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report


def of_period(context: "Context", period: str | None) -> tuple[datetime | None, datetime | None]:
    """The half-open period that was typed, in the database's zone; nothing where none was."""
    from opsctl.core.periods import read_period

    if period is None:
        return None, None
    found = read_period(period, zone=context.database_zone, now=context.now)
    return found.start, found.end


def refuse_beside_uncovered(options: Mapping[str, object]) -> None:
    """Raise InvalidInput, naming it, where one of these options of reviews was given a value."""
    for option, value in options.items():
        if value is not None:
            raise InvalidInput(
                _("--uncovered lists incidents, and {option} is about reviews.").format(option=option),
                _("Beside --uncovered: --period, --asset, --limit and --columns."),
            )


def uncovered(context: "Context", period: str | None, asset: str | None, limit: int) -> "Report":
    """The faults resolved in the period, else in the last year, that no review covers; `limit` at most, 0 is all."""
    from opsctl.reviews.service import coverage
    from opsctl.reviews.terms import EARLIER
    from opsctl.reviews.views import lists

    since, until = of_period(context, period)
    # What was resolved at this very second is handled, too.
    since, until = since or context.now - EARLIER, until or context.now + timedelta(seconds=1)
    found = context.read(coverage.uncovered, now=context.now, since=since, until=until, asset=asset)
    return lists.uncovered(found, context.now, period or _("the last year"), limit)

"""Which records figures read, on each database, at the edges of a month."""

from datetime import UTC, datetime, timedelta

import pytest

from opsctl.assets.service import assets
from opsctl.core.errors import NotFound
from opsctl.core.periods import read_period
from opsctl.incidents.service import write
from opsctl.kpis import service
from opsctl.kpis.rules.figures import Figure
from opsctl.kpis.service import explaining
from opsctl.kpis.terms import By, Name
from tests.factories import make_asset, make_incident
from tests.harness import Perform, Read

MIDNIGHT = datetime(2026, 9, 30, 16, tzinfo=UTC)
"""The first moment of October in Shanghai."""
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def figures(read: Read, now: datetime, month: str = "2026-10", **given: object) -> tuple[Figure, ...]:
    period = read_period(month, zone="Asia/Shanghai", now=now)
    found: tuple[Figure, ...] = read(service.report, now=now, period=period, **given).figures
    return found


def resolved_incident(perform: Perform, opened: datetime, resolved: datetime, down: datetime, back: datetime) -> str:
    made = make_incident(perform, at=opened, down=down)
    perform(write.resolve, named=[made.reference], at=resolved, restored=back)
    return made.reference


@pytest.mark.parametrize(
    ("down", "back", "september", "october"),
    [
        (MIDNIGHT - HOUR, MIDNIGHT, HOUR, None),
        (MIDNIGHT - HOUR, MIDNIGHT + SECOND, HOUR, SECOND),
        (MIDNIGHT, MIDNIGHT, None, 0 * HOUR),
        (MIDNIGHT, MIDNIGHT + HOUR, None, HOUR),
        (MIDNIGHT - DAY, MIDNIGHT + 3 * DAY, DAY, 3 * DAY),
    ],
    ids=["up to midnight", "a second longer", "of no length at midnight", "from midnight on", "over midnight"],
)
def test_an_outage_is_read_for_each_month_it_has_a_moment_in(
    perform: Perform,
    read: Read,
    now: datetime,
    down: datetime,
    back: datetime,
    september: timedelta | None,
    october: timedelta | None,
) -> None:
    make_asset(perform)
    reference = resolved_incident(perform, down, back, down, back)
    for month, days, lost in (("2026-09", 30, september), ("2026-10", 31, october)):
        (figure,) = figures(read, now, month, names=(Name.AVAILABILITY,))
        served = days * DAY - (lost or 0 * HOUR)
        assert (figure.numerator, figure.denominator) == (served.total_seconds(), days * 86400)
        assert figure.counted == (() if lost is None else (reference,))


def test_an_incident_counts_in_the_month_of_its_resolution_and_is_carried_over_before(
    perform: Perform, read: Read, now: datetime
) -> None:
    make_asset(perform)
    last = resolved_incident(perform, MIDNIGHT - HOUR, MIDNIGHT - SECOND, MIDNIGHT - HOUR, MIDNIGHT - SECOND)
    first = resolved_incident(perform, MIDNIGHT - HOUR, MIDNIGHT, MIDNIGHT - HOUR, MIDNIGHT)
    (september,) = figures(read, now, "2026-09", names=(Name.MTT_RESOLVE,))
    (october,) = figures(read, now, "2026-10", names=(Name.MTT_RESOLVE,))
    assert (september.counted, september.carried_over, september.value) == ((last,), (first,), 3599)
    assert (october.counted, october.carried_over, october.value) == ((first,), (), 3600)


def test_a_retired_asset_counts_up_to_its_retirement(perform: Perform, read: Read, now: datetime) -> None:
    make_asset(perform)
    make_asset(perform, "mail", title="Mail")
    perform(assets.retire, asset="mail", at=MIDNIGHT + 10 * DAY)
    whole, erp, mail = figures(read, now, names=(Name.AVAILABILITY,), by=By.ASSET)
    assert [one.denominator for one in (whole, erp, mail)] == [41 * 86400, 31 * 86400, 10 * 86400]


def test_one_asset_is_reported_alone_and_found_by_a_part_of_its_title(
    perform: Perform, read: Read, now: datetime
) -> None:
    make_asset(perform)
    make_asset(perform, "mail", title="Mail")
    found = figures(read, now, asset="login", by=By.ASSET)
    assert [(one.name, one.scope) for one in found] == [(name, (("asset", "erp"),)) for name in Name]
    with pytest.raises(NotFound):
        figures(read, now, asset="zzz")


def test_the_month_of_an_incident_is_that_in_which_it_has_its_part(
    perform: Perform, read: Read, now: datetime
) -> None:
    make_asset(perform)
    at = {"at": MIDNIGHT - SECOND}
    still_open = make_incident(perform, **at)
    down = make_incident(perform, **at, down=MIDNIGHT)
    perform(write.resolve, named=[still_open.reference], at=MIDNIGHT)

    def month(word: str, name: Name, zone: str) -> str:
        found = read(explaining.record, word=word, name=name, zone=zone, now=now)
        return explaining.month_of(found, name, zone=zone)

    resolved, lasting, shanghai = still_open.reference, down.reference, "Asia/Shanghai"
    assert month(lasting, Name.AVAILABILITY, shanghai) == "2026-10"
    assert month(lasting, Name.MTT_RESOLVE, shanghai) == "2026-09"
    assert [month(resolved, name, shanghai) for name in (Name.MTT_RESOLVE, Name.MTTR, Name.MTBF)] == ["2026-10"] * 3
    assert month(resolved, Name.MTTD, shanghai) == "2026-09"
    # It was acknowledged as it was opened, and that is judged by when it was typed in.
    assert month(resolved, Name.MTTA, shanghai) == "2026-11"
    assert month(resolved, Name.MTT_RESOLVE, "UTC") == "2026-09"

"""References are given out in the year of the database's zone, Asia/Shanghai, eight hours ahead of UTC."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from opsctl.core.use_cases import Permission, use_case
from opsctl.store import references
from tests.harness import Perform


@use_case(needs=Permission.RECORD, offline=False)
def take(session: Session, *, now: datetime, actor: str, count: int = 1, prefix: str = "INC") -> list[str]:
    return references.allocate(session, prefix=prefix, now=now, count=count)


def test_references_count_up_under_each_prefix_of_their_own(perform: Perform) -> None:
    assert perform(take) == ["INC-2026-0001"]
    assert perform(take, prefix="REV") == ["REV-2026-0001"]
    assert perform(take, count=3) == ["INC-2026-0002", "INC-2026-0003", "INC-2026-0004"]


@pytest.mark.parametrize(
    ("moment", "reference"),
    [
        pytest.param(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), "INC-2026-0001", id="last-second-of-2026"),
        pytest.param(datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "INC-2027-0001", id="first-second-of-2027"),
    ],
)
def test_the_year_of_a_reference_turns_at_midnight_of_the_database_zone(
    perform: Perform, moment: datetime, reference: str
) -> None:
    assert perform(take, now=moment) == [reference]


def test_each_year_counts_from_one(perform: Perform) -> None:
    perform(take, count=7)
    assert perform(take, now=datetime(2027, 3, 1, tzinfo=UTC)) == ["INC-2027-0001"]
    assert perform(take) == ["INC-2026-0008"]


def test_a_number_beyond_four_digits_grows_wider(perform: Perform) -> None:
    assert perform(take, count=10_001)[-3:] == ["INC-2026-9999", "INC-2026-10000", "INC-2026-10001"]

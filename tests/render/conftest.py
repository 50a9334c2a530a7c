"""A report of two incidents, one of them in Chinese, as the drawers are given it."""

from datetime import UTC, datetime

import pytest

from opsctl.core.report import Column, Kind, Report, Style, Table

COLUMNS = (
    Column("reference", "Reference", Kind.REFERENCE),
    Column("title", "Title"),
    Column("opened", "Opened", Kind.MOMENT),
    Column("outage", "Outage", Kind.DURATION),
    Column("notes", "Notes", Kind.COUNT),
)
ROWS = (
    ("INC-2026-0042", "erp login 502", datetime(2026, 10, 2, 18, 58, tzinfo=UTC), 5460, 3),
    ("INC-2026-0043", "核心交换机端口抖动", datetime(2026, 10, 3, 1, 5, tzinfo=UTC), None, 0),
)


@pytest.fixture
def style() -> Style:
    return Style(zone="Asia/Shanghai", width=100)


@pytest.fixture
def incidents() -> Table:
    return Table(COLUMNS, ROWS, empty="No incident.")


@pytest.fixture
def report(incidents: Table) -> Report:
    return Report("incident.list", [], (incidents,))

"""Moving the demo's history so that it ends last month, whatever the year. Pure."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from opsctl.desk.terms import HISTORY_MONTH


def months_to_move(now: datetime, zone: str) -> int:
    """How many months lie between the newest month of the history and last month in that zone."""
    today = now.astimezone(ZoneInfo(zone))
    year, month = HISTORY_MONTH
    return (today.year - year) * 12 + (today.month - 1 - month)


def moved(values: dict[str, Any], months: int, zone: str) -> dict[str, Any]:
    """A record with its times moved by whole months: same day and wall-clock time. Its days end at the 28th."""
    return {
        name: _moved(value, months, ZoneInfo(zone)) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _moved(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    years, month = divmod(local.month - 1 + months, 12)
    return local.replace(year=local.year + years, month=month + 1).astimezone(moment.tzinfo)

"""The holidays of a country as dates, with the working days that make up for them."""

import warnings
from typing import Any

from opsctl.core.typed import nearest
from opsctl.rulebook.terms import FIRST_YEAR_OF_HOLIDAYS, YEARS_AHEAD


class NoSuchCountry(Exception):
    """No country, or no part of it, has that code; `nearest` have codes like it."""

    def __init__(self, near: list[str]) -> None:
        super().__init__()
        self.nearest = near


def expand(code: str, *, year: int) -> dict[str, Any]:
    """The days off and the make-up working days of `CN` or `DE-BY`, from 2000 to two years after `year`.

    `known` are the first and the last year of which they are known for certain around `year`; the first is after the
    last where none is. Where working days make up for holidays, they are announced each year anew: a year before the
    first or after the last that has any is a guess. So is one with a day that is called estimated. Raise NoSuchCountry.
    """
    import holidays

    country, _sign, part = code.partition("-")
    supported = holidays.list_supported_countries(include_aliases=False)
    if country not in supported:
        raise NoSuchCountry(nearest(code, supported))
    parts = {name.upper(): name for name in supported[country]}
    if part and part not in parts:
        raise NoSuchCountry(nearest(code, [country, *(f"{country}-{name}" for name in parts)]))
    years = range(FIRST_YEAR_OF_HOLIDAYS, year + YEARS_AHEAD + 1)
    with warnings.catch_warnings():
        # It warns of years that it does not know; `known` says so.
        warnings.simplefilter("ignore")
        found = holidays.country_holidays(country, subdiv=parts.get(part), years=years, language=_english(country))
    made_up = {day.year for day in found.weekend_workdays}
    unsure = {day.year for day, name in found.items() if "estimated" in name.casefold()}

    def is_known(number: int) -> bool:
        announced = min(made_up) <= number <= max(made_up) if made_up else True
        return announced and number not in unsure and found.start_year <= number <= found.end_year

    return {
        "of": code,
        "off": sorted(day.isoformat() for day in found if day.year in years),
        "work": sorted(day.isoformat() for day in found.weekend_workdays if day.year in years),
        "known": _around(year, [number for number in years if is_known(number)]),
    }


def _english(country: str) -> str | None:
    """The language in which the library says "estimated", where it has it for the country."""
    import holidays

    languages = holidays.country_holidays(country).supported_languages
    return next((name for name in ("en_US", "en_GB") if name in languages), None)


def _around(year: int, known: list[int]) -> list[int]:
    """The first and the last of the years without a gap that hold `year`, or else end nearest before it."""
    earlier = [number for number in known if number <= year]
    if not earlier:
        return [1, 0]
    first = last = earlier[-1]
    while first - 1 in known:
        first -= 1
    while last + 1 in known:
        last += 1
    return [first, last]

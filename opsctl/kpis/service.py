"""Reading the records that figures rest on."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from opsctl.assets.service import assets
from opsctl.core.periods import Period
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.service import read as incidents
from opsctl.kpis import rules
from opsctl.kpis.rules import Figure
from opsctl.kpis.terms import By, Name
from opsctl.ledger import service as ledger


@dataclass(frozen=True)
class Reported:
    """The figures of a period, as of a moment, with the head of the ledger they were read at."""

    period: Period
    scope: rules.Scope
    as_of: datetime
    ledger_head: str
    figures: tuple[Figure, ...]


def report(
    session: Session,
    *,
    now: datetime,
    period: Period,
    names: tuple[Name, ...] = tuple(Name),
    asset: str | None = None,
    by: By | None = None,
) -> Reported:
    """The named figures for the period: the whole, or one asset, and each asset where asked for."""
    handle = None if asset is None else assets.find(session, word=asset).handle
    figures: list[Figure] = []
    if Name.AVAILABILITY in names:
        figures += _availability(session, now, period, handle, by)
    if Name.MTT_RESOLVE in names:
        figures += _time_to_resolve(session, now, period, handle, by)
    scope = () if handle is None else (("asset", handle),)
    return Reported(period, scope, now, ledger.head(session).hash, tuple(figures))


def incident(session: Session, *, word: str, now: datetime) -> Incident:
    """The incident whose part in a figure is asked for."""
    return incidents.find(session, word=word, now=now)


def _availability(session: Session, now: datetime, period: Period, handle: str | None, by: By | None) -> list[Figure]:
    every = assets.list_assets(session, retired=True)
    wanted = every if handle is None else [one for one in every if one.handle == handle]
    touching = incidents.outages(session, since=period.start, until=min(period.end, now))
    if handle is not None:
        touching = [one for one in touching if one.asset == handle]
    split = by is By.ASSET and handle is None
    figures = rules.availability(wanted, touching, period, now, by_asset=split or handle is not None)
    # With one asset the whole is that asset; saying it twice would be one figure too many.
    return figures if handle is None else figures[1:]


def _time_to_resolve(
    session: Session, now: datetime, period: Period, handle: str | None, by: By | None
) -> list[Figure]:
    # Up to the end even of a period that runs: what was resolved in this very second is resolved.
    resolved = incidents.resolved(session, since=period.start, until=period.end)
    carried = incidents.carried_over(session, at=period.end)

    def of(asset: str | None, scope: rules.Scope) -> Figure:
        return rules.time_to_resolve(
            [one for one in resolved if asset is None or one.asset == asset],
            [one for one in carried if asset is None or one.asset == asset],
            period,
            now,
            scope,
        )

    if handle is not None:
        return [of(handle, (("asset", handle),))]
    figures = [of(None, ())]
    if by is By.ASSET:
        handles = sorted({one.asset for one in [*resolved, *carried] if one.asset is not None})
        figures += [of(one, (("asset", one),)) for one in handles]
    return figures


def month_of(incident: Incident, name: Name, *, zone: str) -> str:
    """The month, `2026-10`, in which an incident has its part in a figure.

    For availability that in which its outage began, else that of its resolution, or of its opening while there is none.
    """
    if name is Name.AVAILABILITY and incident.outages:
        moment = incident.outages[0].started
    else:
        moment = incident.resolved or incident.opened
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m")

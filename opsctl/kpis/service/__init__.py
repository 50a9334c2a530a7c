"""Figures of a period, with their targets and their trend, and what is still undecided."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from opsctl.assets.service import assets
from opsctl.core.periods import Period
from opsctl.incidents.rules import pauses
from opsctl.incidents.service import figures as incidents
from opsctl.kpis.rules import earlier
from opsctl.kpis.rules.figures import Earlier, Figure, Scope, Trend
from opsctl.kpis.rules.judged import judged
from opsctl.kpis.rules.reported import Reported, Undecided
from opsctl.kpis.rules.scopes import Wanted
from opsctl.kpis.rules.targets import with_targets
from opsctl.kpis.service.gathering import gather
from opsctl.kpis.terms import WITHOUT_SEVERITY, By, Name
from opsctl.ledger import service as ledger
from opsctl.people.service import customers
from opsctl.rulebook import service as rulebook


def report(
    session: Session,
    *,
    now: datetime,
    period: Period,
    names: Sequence[Name] = tuple(Name),
    asset: str | None = None,
    customer: str | None = None,
    severity: int | None = None,
    by: By | None = None,
    trend: bool = False,
) -> Reported:
    """The named figures for the period: the whole or what it is narrowed to, and each part where asked for."""
    wanted = Wanted(
        asset=None if asset is None else assets.find(session, word=asset).handle,
        customer=None if customer is None else customers.find(session, word=customer).code,
        severity=severity,
        by=by,
    )
    left_out = tuple(name for name in names if name in WITHOUT_SEVERITY and severity is not None)
    asked = [name for name in names if name not in left_out]
    gathered = gather(session, now=now, period=period, names=asked, wanted=wanted)
    figures = _with_targets(session, now, period, gathered.figures)
    if trend:
        figures = _with_trend(session, now, period, asked, wanted, figures)
    return Reported(
        period,
        wanted.base,
        now,
        ledger.head(session).hash,
        tuple(figures),
        Undecided(
            _undecided_pauses(session, now, period, wanted),
            tuple(sorted(gathered.late_maintenance)),
            tuple(sorted(gathered.late_acknowledgements)),
            tuple(sorted(gathered.late_rounds)),
        ),
        left_out,
        tuple(name for name in asked if name in WITHOUT_SEVERITY and wanted.split is By.SEVERITY),
        session.get_bind().dialect.name == "sqlite",
        trend,
    )


def _with_targets(session: Session, now: datetime, period: Period, figures: Sequence[Figure]) -> list[Figure]:
    """Judged by the rules in force as the period ended, or now where it runs."""
    rules = rulebook.in_force(session, at=min(period.end, now))
    if not (rules.targets or rules.customer_targets or rules.asset_targets):
        return list(figures)
    serves = {one.handle: one.customer for one in assets.list_assets(session, retired=True)}
    return [with_targets(one, rules, serves.get(str(dict(one.scope).get("asset")))) for one in figures]


def _with_trend(
    session: Session, now: datetime, period: Period, names: Sequence[Name], wanted: Wanted, figures: Sequence[Figure]
) -> list[Figure]:
    looks = [earlier.previous(period, now), earlier.last_year(period, now)]
    found = [None if look is None else _earlier(session, now, look, names, wanted) for look in looks]

    def of(figure: Figure, at: int) -> Earlier | None:
        look, known = looks[at], found[at]
        if look is None or known is None:
            return None
        before = known.get((figure.name, figure.scope))
        return None if before is None else Earlier(look.name, before.state, before.value)

    return [replace(one, trend=Trend(of(one, 0), of(one, 1))) for one in figures]


def _earlier(
    session: Session, now: datetime, period: Period, names: Sequence[Name], wanted: Wanted
) -> dict[tuple[Name, Scope], Figure]:
    figures = gather(session, now=now, period=period, names=names, wanted=wanted, carrying=False).figures
    return {(one.name, one.scope): one for one in figures}


def _undecided_pauses(session: Session, now: datetime, period: Period, wanted: Wanted) -> tuple[str, ...]:
    """Every pause from before the end of the period, by its number, that nobody has approved or refused."""
    until = min(period.end, now + timedelta(microseconds=1))
    found = []
    for _read, cases in incidents.cases(session, incidents.undecided(session, until=until)):
        for case in cases:
            if case.incident.counts and wanted.scopes_of(judged(case)):
                found += [
                    f"{case.reference}/{number}"
                    for number in pauses.undecided(case.incident)
                    if case.incident.pauses[number - 1].started < until
                ]
    return tuple(sorted(found))

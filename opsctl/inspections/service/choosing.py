"""Which checklist and asset are meant, by name or by what is due."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from opsctl.core import naming
from opsctl.core.errors import MOMENT, Conflict, InvalidInput
from opsctl.core.naming import Told
from opsctl.core.texts import _, series
from opsctl.core.typed import mend
from opsctl.duties.rules import Occurrence
from opsctl.inspections.service.read import open_assets
from opsctl.inspections.terms import COMPLETED
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.patrols import Checklist, Patrols, Route, patrols_of

_SOON = timedelta(hours=12)
"""How far ahead a round may be begun because it is the next one that is due."""
_SHOWN = 6
_ASSET = text("SELECT handle, customer, retired_at FROM asset WHERE handle = :handle").columns(retired_at=UTCDateTime)


@dataclass(frozen=True)
class Chosen:
    """What a round is to be about. `left` are the other assets of the route, in its order."""

    checklist: Checklist
    generation: int
    asset: str | None
    customer: str | None
    route: str | None = None
    left: tuple[str, ...] = ()


def choose(
    session: Session, *, now: datetime, actor: str, checklist: str | None, asset: str | None, at: datetime
) -> Chosen:
    """What is meant by these names, whole or by handle; what is not named is taken from what is due to the actor.

    `checklist` may be a route. Raise InvalidInput with the candidates where it is not clear, NotFound for an unknown
    name, Conflict for an asset that was retired by `at`.
    """
    rules = rulebook.in_force(session, at=now)
    patrols = patrols_of(rules)
    if not patrols.checklists:
        raise InvalidInput(
            _("No rulebook in force has a checklist."), _("Write one into a rulebook: opsctl rulebook apply FILE")
        )
    if checklist is None:
        name, about = _due(session, now, actor, patrols, asset)
        return Chosen(patrols.checklists[name], rules.generation, *_asset(session, about, at))
    name = named(patrols, checklist)
    if name in patrols.routes:
        return _along(session, now, patrols.routes[name], patrols, rules.generation, asset, at)
    found = patrols.checklists[name]
    about = asset if asset is not None else _only_asset(session, now, patrols, found.name)
    return Chosen(found, rules.generation, *_asset(session, about, at))


def checklist_named(session: Session, *, word: str, now: datetime) -> Checklist:
    """The checklist of that name in force, or that of the route. Raise NotFound with the nearest."""
    patrols = patrols_of(rulebook.in_force(session, at=now))
    name = named(patrols, word)
    return patrols.checklists[patrols.routes[name].checklist if name in patrols.routes else name]


def named(patrols: Patrols, word: str) -> str:
    """The checklist or the route of that handle or whole title. Raise NotFound with the nearest."""
    # Read only if the word is no handle: a long book has many titles.
    handle = mend(word).casefold()
    if handle in patrols.checklists or handle in patrols.routes:
        return handle
    names = {**_titles(patrols.checklists), **_titles(patrols.routes)}
    found = naming.exact(word, names)
    if found is None:
        told = Told(
            unknown=_("There is no checklist or route {word!r}."),
            hint=_("List them with: opsctl inspect checklists"),
            several=_("{word!r} fits several checklists: {handles}"),
        )
        raise naming.unknown(word, names, told)
    return found


def _titles(known: Mapping[str, Checklist] | Mapping[str, Route]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(dict.fromkeys(one.title)) for name, one in known.items()}


def _asset(session: Session, word: str | None, at: datetime) -> tuple[str | None, str | None]:
    """The handle of the asset that is named and the customer that it serves."""
    if word is None:
        return None, None
    found = session.connection().execute(_ASSET, {"handle": mend(word).casefold()}).first()
    if found is None:
        from opsctl.assets.service import assets

        known = assets.known_handle(session, word=word)
        found = session.connection().execute(_ASSET, {"handle": known}).one()
    handle, customer, retired_at = found
    if retired_at is not None and retired_at <= at:
        raise Conflict(
            _("{asset} is retired since {moment}.").format(asset=handle, moment=MOMENT),
            _("Say when it was walked: opsctl inspect log … --at TIME   take out an open one: opsctl inspect void REF"),
            moment=retired_at,
        )
    return handle, customer


def _handle(session: Session, word: str, likely: Collection[str]) -> str:
    """The handle of the asset that is named; only where it is none of the likely ones, all of them are asked."""
    handle = mend(word).casefold()
    if handle in likely:
        return handle
    from opsctl.assets.service import assets

    return assets.known_handle(session, word=word)


def _next_on(session: Session, now: datetime, route: Route) -> str:
    """The asset to go on with: where a round is open, else the first that is due, else the first of the route."""
    from opsctl.duties.service.waiting import waiting

    begun = open_assets(session, checklist=route.checklist)
    due = {one.about for one in waiting(session, now=now, kind=COMPLETED, topic=route.checklist, until=now + _SOON)}
    for wanted in (begun, due):
        found = [asset for asset in route.assets if asset in wanted]
        if found:
            return found[0]
    return route.assets[0]


def _along(
    session: Session, now: datetime, route: Route, patrols: Patrols, generation: int, asset: str | None, at: datetime
) -> Chosen:
    wanted = _next_on(session, now, route) if asset is None else _handle(session, asset, route.assets)
    if wanted not in route.assets:
        raise InvalidInput(
            _("{asset} is not on the route {route}.").format(asset=asset, route=route.name),
            _("On it are: {assets}").format(assets=series(route.assets)),
        )
    left = route.assets[route.assets.index(wanted) + 1 :]
    checklist = patrols.checklists[route.checklist]
    return Chosen(checklist, generation, *_asset(session, wanted, at), route=route.name, left=left)


def _due(session: Session, now: datetime, actor: str, patrols: Patrols, asset: str | None) -> tuple[str, str | None]:
    """The checklist and the asset of the one round that is due to the actor."""
    from opsctl.duties.service import read as duties

    found = [
        one
        for one in duties.due_to(session, now=now, person=actor, until=now + _SOON)
        if one.kind == COMPLETED and one.topic in patrols.checklists
    ]
    if asset is not None:
        handle = _handle(session, asset, {one.about for one in found})
        found = [one for one in found if one.about == handle]
    candidates = _in_hand(found, now)
    if len(candidates) == 1:
        name, about = candidates[0]
        return name, about or None
    if not candidates:
        raise InvalidInput(
            _("No round is due to {person} now.").format(person=actor),
            _("Name one: opsctl inspect log CHECKLIST --asset ASSET   see: opsctl inspect checklists"),
        )
    raise _several(patrols, candidates)


def _in_hand(found: Sequence[Occurrence], now: datetime) -> list[tuple[str, str]]:
    """Checklists and assets: those whose window is open now, else those that come next, else what was missed."""
    for fitting in (
        [one for one in found if one.opens_at <= now <= one.closes_at],
        _first_of([one for one in found if one.opens_at > now]),
        [one for one in found if one.closes_at < now],
    ):
        if fitting:
            return list(dict.fromkeys((str(one.topic), one.about) for one in fitting))
    return []


def _first_of(coming: Sequence[Occurrence]) -> list[Occurrence]:
    first = min((one.opens_at for one in coming), default=None)
    return [one for one in coming if one.opens_at == first]


def _several(patrols: Patrols, candidates: Sequence[tuple[str, str]]) -> InvalidInput:
    named = [_along_route(patrols, name, about, candidates) for name, about in candidates]
    offered = list(dict.fromkeys(named))
    shown = series(offered[:_SHOWN])
    more = " …" if len(offered) > _SHOWN else ""
    return InvalidInput(_("Several rounds are due: {list}").format(list=shown + more), _("Name one of them."))


def _along_route(patrols: Patrols, name: str, about: str, candidates: Sequence[tuple[str, str]]) -> str:
    """How a candidate is typed: as its route, where all of that are candidates, else with its asset."""
    due = {other for topic, other in candidates if topic == name}
    for route in patrols.routes.values():
        if route.checklist == name and about in route.assets and due.issuperset(route.assets):
            return route.name
    return f"{name} --asset {about}" if about else name


def _only_asset(session: Session, now: datetime, patrols: Patrols, checklist: str) -> str | None:
    """The asset that the checklist is due for, where it is due for one; None where it is about none.

    Raise InvalidInput where it is about assets, but due for none now, or for several.
    """
    from opsctl.duties.service.waiting import waiting

    found = waiting(session, now=now, kind=COMPLETED, topic=checklist, until=now + _SOON)
    candidates = _in_hand(found, now)
    if len(candidates) > 1:
        raise _several(patrols, candidates)
    if candidates:
        return candidates[0][1] or None
    duties = [one for one in patrols.duties.values() if (one.kind, one.topic) == (COMPLETED, checklist)]
    if duties and all(one.assets is not None for one in duties):
        raise InvalidInput(
            _("{checklist} is due for no asset now.").format(checklist=checklist),
            _("Name the one that it was done for: {checklist} --asset ASSET").format(checklist=checklist),
        )
    return None

"""Adding, editing, retiring and finding assets.

Opening an incident comes through here, so what only some assets need is loaded where it is needed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from opsctl.assets.rules import assets as rules
from opsctl.assets.rules.assets import AssetView
from opsctl.assets.tables.assets import Asset
from opsctl.assets.terms import ADDED, EDITED, RETIRED, Classification, Criticality
from opsctl.core import chain, naming
from opsctl.core.errors import Conflict, InvalidInput, NotFound
from opsctl.core.naming import Told
from opsctl.core.texts import _, series
from opsctl.core.typed import mend, nearest, read_handle
from opsctl.core.use_cases import Permission, use_case
from opsctl.ledger import service as ledger
from opsctl.ledger.terms import BLANK


@use_case(needs=Permission.MANAGE, offline=False)
def add(
    session: Session,
    *,
    now: datetime,
    actor: str,
    handle: str,
    title: str | None = None,
    title_zh: str | None = None,
    kind: str | None = None,
    customer: str | None = None,
    owner: str | None = None,
    criticality: Criticality | None = None,
    classification: Classification | None = None,
    service_hours: str | None = None,
    in_service_from: datetime | None = None,
    retired_at: datetime | None = None,
) -> AssetView:
    """Add an asset and return it; without a title its handle is one.

    Raise Conflict if the handle is taken; NotFound if there is no such customer, person or calendar.
    """
    if session.get(Asset, handle) is not None:
        raise Conflict(
            _("There is an asset {handle} already.").format(handle=handle),
            _("Change it with: opsctl asset edit {handle}").format(handle=handle),
        )
    view = AssetView(
        handle=handle,
        title=title or handle,
        title_zh=title_zh,
        kind=kind,
        retired_at=retired_at,
        recorded_at=now,
        criticality=criticality,
        classification=classification,
        in_service_from=in_service_from,
        **_known(session, now, {"customer": customer, "owner": owner, "service_hours": service_hours}),
    )
    rules.check_service(view, now)
    save_new(session, [view])
    return view


@use_case(needs=Permission.MANAGE, offline=False)
def edit(
    session: Session,
    *,
    now: datetime,
    actor: str,
    asset: str,
    title: str | None = None,
    title_zh: str | None = None,
    kind: str | None = None,
    customer: str | None = None,
    owner: str | None = None,
    criticality: Criticality | None = None,
    classification: Classification | None = None,
    service_hours: str | None = None,
    in_service_from: datetime | None = None,
    retired_at: datetime | None = None,
    clear: Sequence[str] = (),
) -> AssetView:
    """Change what is given, take away what `clear` names, and return the asset; the ledger keeps the old values.

    Raise InvalidInput if nothing is given.
    """
    before = _view(_named(session, asset))
    given = {
        "title": title,
        "title_zh": title_zh,
        "kind": kind,
        "criticality": criticality,
        "classification": classification,
        "in_service_from": in_service_from,
        "retired_at": retired_at,
        **_known(session, now, {"customer": customer, "owner": owner, "service_hours": service_hours}),
    }
    changes = {name: value for name, value in given.items() if value is not None} | dict.fromkeys(clear)
    if not changes:
        raise InvalidInput(
            _("Nothing to change was given."),
            _("See what can be: {command} --help").format(command="opsctl asset edit"),
        )
    after = checked(before, changes, now)
    save_changed(session, [(before, after)])
    return after


@use_case(needs=Permission.MANAGE, offline=False)
def retire(session: Session, *, now: datetime, actor: str, asset: str, at: datetime | None = None) -> AssetView:
    """Take an asset out of service at that moment, or now, and return it. Its figures end there."""
    row = _named(session, asset)
    moment = at or now
    rules.check_retire(_view(row), moment, now)
    rules.check_service(replace(_view(row), retired_at=moment), now)
    row.retired_at = moment
    session.add(row)
    view = _view(row)
    ledger.append(
        session,
        kind=RETIRED,
        subject=row.handle,
        about=row.handle,
        customer=row.customer,
        facts={"retired_at": moment},
        record=rules.fields(view),
        happened_at=moment,
    )
    return view


def list_assets(
    session: Session,
    *,
    retired: bool = False,
    customer: str | None = None,
    owner: str | None = None,
    kind: str | None = None,
    criticality: Criticality | None = None,
    me: Callable[[Session], str] | None = None,
) -> list[AssetView]:
    """Every asset in service that fits, in order of handle; the retired ones too if they are asked for.

    `me` gives the one who asks, whom `owner` may name so.
    """
    query = select(Asset).order_by(col(Asset.handle))
    if not retired:
        query = query.where(col(Asset.retired_at).is_(None))
    if customer is not None:
        from opsctl.people.service import customers

        query = query.where(Asset.customer == customers.find(session, word=customer).code)
    if owner is not None and me is not None:
        from opsctl.people.service import persons

        query = query.where(Asset.owner == persons.resolve(session, word=owner, me=me))
    if kind is not None:
        query = query.where(Asset.kind == kind)
    if criticality is not None:
        query = query.where(Asset.criticality == criticality)
    return [_view(asset) for asset in session.exec(query)]


def find(session: Session, *, word: str) -> AssetView:
    """The asset that is meant, for reading: by handle, by whole title in either language, or by a part that is unique.

    Raise NotFound, with the nearest, if there is none; InvalidInput if the part fits several.
    """
    found = _exact(session, word)
    if found is None:
        found = session.get_one(Asset, naming.by_part(word, names_of(session), _told()))
    return _view(found)


def known_handle(session: Session, *, word: str) -> str:
    """The handle of the asset that is named, for writing: by handle or by whole title. Raise NotFound otherwise."""
    return _named(session, word).handle


def near_handles(session: Session, *, word: str) -> list[str]:
    """The handles of assets that the word may have meant, the likeliest first."""
    known = names(session)
    return list(dict.fromkeys(known[name] for name in nearest(word, known)))


def names(session: Session) -> dict[str, str]:
    """Every handle, and every title that is one asset's alone, to the handle it means; for a file with many names."""
    return naming.whole_names(names_of(session))


def names_of(session: Session) -> dict[str, tuple[str, ...]]:
    """Every handle with its titles in both languages."""
    found = session.exec(select(Asset.handle, Asset.title, Asset.title_zh).order_by(col(Asset.handle)))
    return {handle: tuple(name for name in titles if name) for handle, *titles in found}


def everything(session: Session) -> list[AssetView]:
    """Every asset, retired or not, in order of handle."""
    return [_view(asset) for asset in session.exec(select(Asset).order_by(col(Asset.handle)))]


def owned(session: Session, *, person: str) -> list[tuple[str, str]]:
    """The assets in service that belong to that person, by handle and title."""
    query = select(Asset.handle, Asset.title).where(Asset.owner == person, col(Asset.retired_at).is_(None))
    return [(handle, title) for handle, title in session.exec(query.order_by(col(Asset.handle)))]


def hand_over(session: Session, *, now: datetime, actor: str, person: str, to: str) -> list[str]:
    """Make `to` the owner of every asset in service that belongs to that person, and return their handles."""
    handles = [handle for handle, _title in owned(session, person=person)]
    before = [_view(session.get_one(Asset, handle)) for handle in handles]
    save_changed(session, [(one, replace(one, owner=to)) for one in before])
    return handles


def checked(before: AssetView, changes: dict[str, Any], now: datetime) -> AssetView:
    """The asset with these changes. Raise InvalidInput for one without a title, or retired before it was in service."""
    if "title" in changes and changes["title"] is None:
        raise InvalidInput(_("An asset needs a title."), _("Give another one."))
    after = replace(before, **changes)
    if after != before:
        rules.check_service(after, now)
    return after


def save_new(session: Session, views: list[AssetView]) -> None:
    """Write new assets and their rows of the ledger."""
    for view in views:
        session.add(
            Asset(
                handle=view.handle,
                recorded_at=view.recorded_at,
                **{name: getattr(view, name) for name in rules.CHANGEABLE},
            )
        )
        _append(session, ADDED, view, rules.fields(view))


def save_changed(session: Session, pairs: list[tuple[AssetView, AssetView]]) -> None:
    """Write what differs from before to after, and a row of the ledger for every asset that changed."""
    for before, after in pairs:
        row = session.get_one(Asset, after.handle)
        facts: dict[str, Any] = {}
        for name in rules.CHANGEABLE:
            if getattr(before, name) != getattr(after, name):
                facts[name] = [getattr(before, name), getattr(after, name)]
                setattr(row, name, getattr(after, name))
        if facts:
            session.add(row)
            _append(session, EDITED, after, facts)


def service_hours(session: Session, *, word: str, now: datetime) -> str:
    """The name of the calendar that is meant; any name will do while no book is in force. Raise NotFound otherwise."""
    from opsctl.rulebook.service import in_force

    name = read_handle(word)
    in_force_now = in_force(session, at=now)
    if in_force_now.generation == 0 or name == "always" or name in in_force_now.calendars:
        return name
    known = ["always", *sorted(in_force_now.calendars)]
    near = nearest(name, known) or known
    raise NotFound(
        _("There is no calendar {word!r} in the rules in force.").format(word=name),
        _("Did you mean {words}?").format(words=series(near)),
    )


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every asset's handle and digest as it is now, for `ledger verify --deep`."""
    for handle in session.exec(select(Asset.handle).order_by(col(Asset.handle))).all():
        yield handle, chain.digest_of_readable(partial(_fields, session, handle))


def blank(session: Session, handle: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the titles of an asset that are among the texts; its fields after, or None where none was."""
    asset = session.get(Asset, handle)
    if asset is None or not {asset.title, asset.title_zh} & set(texts):
        return None
    if asset.title in texts:
        asset.title = BLANK
    if asset.title_zh in texts:
        asset.title_zh = None
    session.add(asset)
    return rules.fields(_view(asset))


def _fields(session: Session, handle: str) -> dict[str, Any]:
    return rules.fields(_view(session.get_one(Asset, handle)))


def _exact(session: Session, word: str) -> Asset | None:
    found = session.get(Asset, mend(word).casefold())
    if found is None:
        titled = select(Asset).where((Asset.title == word) | (Asset.title_zh == word))
        several = session.exec(titled.limit(2)).all()
        found = several[0] if len(several) == 1 else None
    return found


def _named(session: Session, word: str) -> Asset:
    found = _exact(session, word)
    if found is None:
        raise naming.unknown(word, names_of(session), _told())
    return found


def _known(session: Session, now: datetime, given: dict[str, str | None]) -> dict[str, str | None]:
    """Customer, owner and service hours as they are recorded, where they are given."""
    said = dict(given)
    if said["customer"] is not None:
        from opsctl.people.service import customers

        said["customer"] = customers.known_code(session, word=said["customer"])
    if said["owner"] is not None:
        from opsctl.people.service import persons

        said["owner"] = persons.recorded_handle(session, word=said["owner"])
    if said["service_hours"] is not None:
        said["service_hours"] = service_hours(session, word=said["service_hours"], now=now)
    return said


def _told() -> Told:
    return Told(
        unknown=_("There is no asset {word!r}."),
        hint=_("List them with: opsctl asset list   or add it with: opsctl asset add HANDLE"),
        several=_("{word!r} fits several assets: {handles}"),
    )


def _append(session: Session, kind: str, view: AssetView, facts: dict[str, Any]) -> None:
    ledger.append(
        session,
        kind=kind,
        subject=view.handle,
        about=view.handle,
        customer=view.customer,
        facts=facts,
        record=rules.fields(view),
    )


def _view(asset: Asset) -> AssetView:
    return AssetView(
        handle=asset.handle,
        recorded_at=asset.recorded_at,
        **{name: getattr(asset, name) for name in rules.CHANGEABLE},
    )

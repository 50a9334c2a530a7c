"""Adding, editing, retiring and finding assets."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from opsctl.assets.rules import assets as rules
from opsctl.assets.rules.assets import AssetView
from opsctl.assets.tables.assets import Asset
from opsctl.assets.terms import ADDED, EDITED, RETIRED
from opsctl.core import chain
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import mend, nearest
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
) -> AssetView:
    """Add an asset and return it; without a title its handle is one. Raise Conflict if the handle is taken."""
    if session.get(Asset, handle) is not None:
        raise Conflict(
            _("There is an asset {handle} already.").format(handle=handle),
            _("Change it with: opsctl asset edit {handle}").format(handle=handle),
        )
    asset = Asset(handle=handle, title=title or handle, title_zh=title_zh, kind=kind, recorded_at=now)
    session.add(asset)
    view = _view(asset)
    ledger.append(
        session, kind=ADDED, subject=handle, about=handle, facts=rules.fields(view), record=rules.fields(view)
    )
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
) -> AssetView:
    """Change what is given and return the asset; the ledger keeps the old values. Raise InvalidInput if nothing is."""
    row = _named(session, asset)
    given = {"title": title, "title_zh": title_zh, "kind": kind}
    changes = {name: value for name, value in given.items() if value is not None and value != getattr(row, name)}
    if not any(value is not None for value in given.values()):
        raise InvalidInput(_("Nothing to change was given."), _("Use --title, --title-zh or --kind."))
    facts = {name: [getattr(row, name), value] for name, value in changes.items()}
    for name, value in changes.items():
        setattr(row, name, value)
    session.add(row)
    view = _view(row)
    if changes:
        ledger.append(
            session, kind=EDITED, subject=row.handle, about=row.handle, facts=facts, record=rules.fields(view)
        )
    return view


@use_case(needs=Permission.MANAGE, offline=False)
def retire(session: Session, *, now: datetime, actor: str, asset: str, at: datetime | None = None) -> AssetView:
    """Take an asset out of service at that moment, or now, and return it. Its figures end there."""
    row = _named(session, asset)
    moment = at or now
    rules.check_retire(_view(row), moment, now)
    row.retired_at = moment
    session.add(row)
    view = _view(row)
    ledger.append(
        session,
        kind=RETIRED,
        subject=row.handle,
        about=row.handle,
        facts={"retired_at": moment},
        record=rules.fields(view),
        happened_at=moment,
    )
    return view


def list_assets(session: Session, *, retired: bool = False) -> list[AssetView]:
    """Every asset in service, in order of handle; the retired ones too if they are asked for."""
    query = select(Asset).order_by(col(Asset.handle))
    if not retired:
        query = query.where(col(Asset.retired_at).is_(None))
    return [_view(asset) for asset in session.exec(query)]


def find(session: Session, *, word: str) -> AssetView:
    """The asset that is meant, for reading: by handle, by whole title in either language, or by a part that is unique.

    Raise NotFound, with the nearest, if there is none; InvalidInput if the part fits several.
    """
    found = _exact(session, word)
    if found is None:
        part = word.strip().casefold()
        every = session.exec(select(Asset)).all() if part else []
        fitting = [one for one in every if any(part in name.casefold() for name in _names(one))]
        if len(fitting) > 1:
            handles = ", ".join(sorted(one.handle for one in fitting)[:8])
            raise InvalidInput(
                _("{word!r} fits several assets: {handles}").format(word=word[:80], handles=handles), _("Use a handle.")
            )
        found = fitting[0] if fitting else None
    if found is None:
        raise _unknown(session, word)
    return _view(found)


def known_handle(session: Session, *, word: str) -> str:
    """The handle of the asset that is named, for writing: by handle or by whole title. Raise NotFound otherwise."""
    return _named(session, word).handle


def handle_or_none(session: Session, *, word: str) -> str | None:
    """The word as a handle, if it is one."""
    return session.exec(select(Asset.handle).where(Asset.handle == mend(word).casefold())).first()


def near_handles(session: Session, *, word: str) -> list[str]:
    """The handles of assets that the word may have meant, the likeliest first."""
    known = names(session)
    return list(dict.fromkeys(known[name] for name in nearest(word, known)))


def customer_of(session: Session, *, handle: str) -> str | None:
    """The code of the customer that the asset serves, if one is known."""
    return session.exec(select(Asset.customer).where(Asset.handle == handle)).first()


def names(session: Session) -> dict[str, str]:
    """Every handle, and every title that is one asset's alone, to the handle it means; for a file with many names."""
    every = session.exec(select(Asset)).all()
    titled: dict[str, set[str]] = {}
    for asset in every:
        for name in _names(asset)[1:]:
            titled.setdefault(name, set()).add(asset.handle)
    known = {name: min(handles) for name, handles in titled.items() if len(handles) == 1}
    return {**known, **{asset.handle: asset.handle for asset in every}}


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
        raise _unknown(session, word)
    return found


def _unknown(session: Session, word: str) -> Exception:
    every = session.exec(select(Asset)).all()
    titles = {name: asset.handle for asset in every for name in _names(asset)[1:]}
    return rules.unknown(word, [asset.handle for asset in every], titles)


def _names(asset: Asset) -> list[str]:
    return [asset.handle, asset.title, *([asset.title_zh] if asset.title_zh else [])]


def _view(asset: Asset) -> AssetView:
    return AssetView(asset.handle, asset.title, asset.title_zh, asset.kind, asset.retired_at, asset.recorded_at)

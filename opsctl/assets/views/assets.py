"""Assets, ready to be shown."""

from typing import Any

from opsctl.assets.rules.assets import AssetView
from opsctl.assets.terms import State
from opsctl.core.report import Column, Fields, Kind, Report, Table, Text
from opsctl.core.texts import _, pgettext


def state_label(state: State) -> str:
    """The state in the reader's language."""
    return {State.IN_SERVICE: _("in service"), State.RETIRED: pgettext("state", "retired")}[state]


def data(asset: AssetView) -> dict[str, Any]:
    """An asset for programs."""
    return {
        "handle": asset.handle,
        "title": asset.title,
        "title_zh": asset.title_zh,
        "kind": asset.kind,
        "state": asset.state,
        "retired_at": asset.retired_at,
        "recorded_at": asset.recorded_at,
    }


def changed(asset: AssetView, done: str) -> Report:
    """One line about what was done; `done` is the kind of the ledger row."""
    line = {
        "asset.added": _("{handle} added: {title}"),
        "asset.edited": _("{handle} changed: {title}"),
        "asset.retired": _("{handle} retired: {title}"),
    }[done]
    return Report(
        kind=done,
        data=data(asset),
        parts=(Text((line.format(handle=asset.handle, title=asset.title),)),),
        references=(asset.handle,),
    )


def listed(assets: list[AssetView]) -> Report:
    """The assets as a table."""
    columns = (
        Column("handle", _("handle"), Kind.REFERENCE),
        Column("title", _("title")),
        Column("kind", _("kind")),
        Column("state", _("state")),
    )
    rows = tuple((one.handle, _both(one), one.kind, state_label(one.state)) for one in assets)
    return Report(
        kind="asset.list",
        data=[data(one) for one in assets],
        parts=(Table(columns, rows, empty=_("No assets yet. Add one with: opsctl asset add HANDLE")),),
        references=tuple(one.handle for one in assets),
    )


def shown(asset: AssetView) -> Report:
    """One asset, a field a line."""
    pairs: tuple[tuple[str, Any, Kind], ...] = (
        (_("handle"), asset.handle, Kind.REFERENCE),
        (_("title"), asset.title, Kind.TEXT),
        (_("Chinese title"), asset.title_zh, Kind.TEXT),
        (_("kind"), asset.kind, Kind.TEXT),
        (_("state"), state_label(asset.state), Kind.TEXT),
        (_("retired"), asset.retired_at, Kind.MOMENT),
        (_("recorded"), asset.recorded_at, Kind.MOMENT),
    )
    return Report(kind="asset", data=data(asset), parts=(Fields(pairs),), references=(asset.handle,))


def _both(asset: AssetView) -> str:
    return f"{asset.title} / {asset.title_zh}" if asset.title_zh else asset.title

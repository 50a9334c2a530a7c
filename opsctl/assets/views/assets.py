"""Assets, ready to be shown."""

from collections.abc import Iterable
from typing import Any

from opsctl.assets.rules.assets import AssetView
from opsctl.assets.terms import Classification, Criticality, State
from opsctl.core.report import Column, Fields, Kind, Report, Table, Text
from opsctl.core.texts import _, pgettext

_LATER = {"customer", "owner", "criticality"}


def state_label(state: State) -> str:
    """The state in the reader's language."""
    return {State.IN_SERVICE: _("in service"), State.RETIRED: pgettext("state", "retired")}[state]


def criticality_label(word: Criticality | None) -> str | None:
    """How much hangs on it, in the reader's language."""
    labels = {
        Criticality.KEY: pgettext("criticality", "key"),
        Criticality.IMPORTANT: _("important"),
        Criticality.ORDINARY: _("ordinary"),
    }
    return None if word is None else labels[word]


def classification_label(word: Classification | None) -> str | None:
    """How far its data may go, in the reader's language."""
    labels = {
        Classification.PUBLIC: _("public"),
        Classification.INTERNAL: _("internal"),
        Classification.CONFIDENTIAL: _("confidential"),
        Classification.SECRET: _("secret"),
    }
    return None if word is None else labels[word]


def data(asset: AssetView) -> dict[str, Any]:
    """An asset for programs."""
    return {
        "handle": asset.handle,
        "title": asset.title,
        "title_zh": asset.title_zh,
        "kind": asset.kind,
        "customer": asset.customer,
        "owner": asset.owner,
        "criticality": asset.criticality,
        "classification": asset.classification,
        "service_hours": asset.service_hours,
        "in_service_from": asset.in_service_from,
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


def listed(assets: list[AssetView], *, filtered: bool = False) -> Report:
    """The assets as a table; CSV has every column, people those that some asset fills."""
    every = (
        (Column("handle", _("handle"), Kind.REFERENCE), [one.handle for one in assets]),
        (Column("title", _("title")), [_both(one) for one in assets]),
        (Column("kind", _("kind")), [one.kind for one in assets]),
        (Column("customer", _("customer"), Kind.REFERENCE), [one.customer for one in assets]),
        (Column("owner", _("owner"), Kind.REFERENCE), [one.owner for one in assets]),
        (Column("criticality", _("criticality")), [criticality_label(one.criticality) for one in assets]),
        (Column("state", _("state")), [state_label(one.state) for one in assets]),
    )
    filled = [(column, cells) for column, cells in every if column.key not in _LATER or any(cells)]
    none = _("No asset fits.") if filtered else _("No assets yet. Add one with: opsctl asset add HANDLE")
    return Report(
        kind="asset.list",
        data=[data(one) for one in assets],
        parts=(_table(filled, none),),
        references=tuple(one.handle for one in assets),
        sheet=_table(every, none),
    )


def shown(asset: AssetView) -> Report:
    """One asset, a field a line."""
    pairs: tuple[tuple[str, Any, Kind], ...] = (
        (_("handle"), asset.handle, Kind.REFERENCE),
        (_("title"), asset.title, Kind.TEXT),
        (_("Chinese title"), asset.title_zh, Kind.TEXT),
        (_("kind"), asset.kind, Kind.TEXT),
        (_("customer"), asset.customer, Kind.REFERENCE),
        (_("owner"), asset.owner, Kind.REFERENCE),
        (_("criticality"), criticality_label(asset.criticality), Kind.TEXT),
        (_("classification"), classification_label(asset.classification), Kind.TEXT),
        (_("service hours"), asset.service_hours, Kind.TEXT),
        (_("in service from"), asset.in_service_from, Kind.MOMENT),
        (_("state"), state_label(asset.state), Kind.TEXT),
        (_("retired"), asset.retired_at, Kind.MOMENT),
        (_("recorded"), asset.recorded_at, Kind.MOMENT),
    )
    return Report(kind="asset", data=data(asset), parts=(Fields(pairs),), references=(asset.handle,))


def _table(columns: Iterable[tuple[Column, list[Any]]], none: str) -> Table:
    columns = tuple(columns)
    rows = tuple(zip(*(cells for _column, cells in columns), strict=True))
    return Table(tuple(column for column, _cells in columns), rows, empty=none)


def _both(asset: AssetView) -> str:
    return f"{asset.title} / {asset.title_zh}" if asset.title_zh else asset.title

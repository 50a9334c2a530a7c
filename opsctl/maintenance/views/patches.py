"""Patches, ready to be shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opsctl.core.report import Column, Fields, Kind, Part, Report, Table, Text
from opsctl.core.texts import _, ngettext, pgettext
from opsctl.core.void import void_word
from opsctl.maintenance import terms
from opsctl.maintenance.rules.patches import Patch, state_word
from opsctl.maintenance.rules.results import Installed
from opsctl.maintenance.terms import PatchState
from opsctl.maintenance.views import work as work_views
from opsctl.maintenance.views.words import history, history_data, left_out, with_void

if TYPE_CHECKING:
    from opsctl.ledger.rules import Row

COLUMNS = "reference,state,asset,due,owner,title"
"""What people see of a list where they name no columns."""
_SHOWN_TODAY = 5
_NARROW = ("reference", "state", "asset", "due", "title")


def data(patch: Patch, now: datetime) -> dict[str, Any]:
    """A patch for programs."""
    return {
        **{name: getattr(patch, name) for name in Patch.__dataclass_fields__},
        "overdue": patch.is_overdue(now),
    }


def done(patches: Sequence[Patch], kind: str, now: datetime) -> Report:
    """A line for each about what was done; `kind` is that of the ledger row."""
    told = {
        terms.PATCH_ADDED: _("{reference} added: {title} · {asset}"),
        terms.PATCH_DECIDED: _("{reference} decided: {title} · {asset}"),
        terms.PATCH_DEFERRED: _("{reference} deferred: {title} · {asset}"),
        terms.PATCH_VOIDED: _("{reference} is void and counts nowhere: {title} · {asset}"),
    }[kind]
    not_applicable = _("{reference} does not apply: {title} · {asset}")
    lines = tuple(
        (not_applicable if kind == terms.PATCH_DECIDED and one.state is PatchState.NOT_APPLICABLE else told).format(
            reference=one.reference, title=one.title, asset=one.asset
        )
        for one in patches
    )
    parts: list[Part] = [Text(lines)] if lines else []
    due = patches[0].due_at if patches and kind in (terms.PATCH_DECIDED, terms.PATCH_DEFERRED) else None
    if due is not None:
        label = _("install by") if kind == terms.PATCH_DECIDED else _("deferred until")
        parts.append(Fields(((label, due, Kind.MOMENT),)))
    remarks = [
        _("The maintenance that installed it stays: opsctl work void {work} --because {word}").format(
            work=one.work, word=one.void
        )
        for one in patches
        if kind == terms.PATCH_VOIDED and one.work is not None
    ]
    return Report(
        kind=kind,
        data=[data(one, now) for one in patches],
        parts=tuple(parts),
        remarks=tuple(remarks),
        references=tuple(one.reference for one in patches),
    )


def installed(done: Sequence[Installed], now: datetime) -> Report:
    """A line for each patch that was installed, by which maintenance, and the duty that it met."""
    told = _("{reference} installed as {work}: {title} · {asset}")
    parts: list[Part] = []
    for one in done:
        patch = one.patch
        line = told.format(reference=patch.reference, work=patch.work, title=patch.title, asset=patch.asset)
        parts.append(Text((line,)))
        if one.logged.met is not None:
            parts.append(Fields(work_views.led_to(one.logged)))
    return Report(
        kind=terms.PATCH_INSTALLED,
        data=[{**data(one.patch, now), "logged": work_views.logged_data(one.logged)} for one in done],
        parts=tuple(parts),
        remarks=tuple(remark for one in done for remark in work_views.without_procedure(one.logged.work)),
        references=tuple(one.patch.reference for one in done),
    )


def listed(patches: Sequence[Patch], total: int, now: datetime) -> Report:
    """The patches as a table."""
    table = _table(patches, now)
    return Report(
        kind="patch.list",
        data={"total": total, "patches": [data(one, now) for one in patches]},
        parts=(table,),
        remarks=left_out(total, len(patches)),
        references=tuple(one.reference for one in patches),
        sheet=table,
    )


def handover(patches: Sequence[Patch], now: datetime) -> Report:
    """The patches that should have been installed by now, for the next shift."""
    table = _narrow(_table(patches, now, title=_("Patches overdue")))
    return Report(
        kind="patch.handover",
        data=[data(one, now) for one in patches],
        parts=(table,),
        references=tuple(one.reference for one in patches),
    )


def _narrow(table: Table) -> Table:
    places = [at for at, column in enumerate(table.columns) if column.key in _NARROW]
    return Table(
        tuple(table.columns[at] for at in places),
        tuple(tuple(row[at] for at in places) for row in table.rows),
        title=table.title,
    )


def today(patches: Sequence[Patch], now: datetime) -> Report:
    """The patches that wait for whoever reads: five of them, and how many more there are."""
    narrow = _narrow(_table(patches[:_SHOWN_TODAY], now, title=_("Patches overdue, or undecided for 7 days")))
    left = len(patches) - _SHOWN_TODAY
    more = ngettext("{count} more: opsctl patch list", "{count} more: opsctl patch list", left)
    parts: tuple[Part, ...] = (narrow,) if patches else ()
    return Report(
        kind="patch.today",
        data=[data(one, now) for one in patches],
        parts=(*parts, Text((more.format(count=left),))) if left > 0 else parts,
        references=tuple(one.reference for one in patches),
    )


def shown(patch: Patch, rows: "Sequence[Row]", now: datetime) -> Report:
    """One patch with everything that is known of it, and its history."""
    due = _("deferred until") if patch.state is PatchState.DEFERRED else _("install by")
    always: tuple[tuple[str, Any, Kind], ...] = (
        (_("reference"), patch.reference, Kind.REFERENCE),
        (_("title"), patch.title, Kind.TEXT),
        (_("asset"), patch.asset, Kind.REFERENCE),
        (_("state"), _state(patch, now), Kind.TEXT),
        (_("advisory"), patch.advisory, Kind.TEXT),
        (pgettext("when", "published"), patch.published_at, Kind.MOMENT),
        (pgettext("action", "who has it"), patch.owner, Kind.TEXT),
    )
    where_known: tuple[tuple[str, Any, Kind], ...] = (
        (_("customer"), patch.customer, Kind.REFERENCE),
        (due, patch.due_at, Kind.MOMENT),
        (_("reason"), patch.reason, Kind.TEXT),
        (_("decided by"), patch.decided_by, Kind.TEXT),
        (pgettext("when", "decided"), patch.decided_at, Kind.MOMENT),
        (_("installed by"), patch.installed_by, Kind.TEXT),
        (pgettext("when", "installed"), patch.installed_at, Kind.MOMENT),
        (_("maintenance"), patch.work, Kind.REFERENCE),
        (_("void"), None if patch.void is None else void_word(patch.void), Kind.TEXT),
    )
    return Report(
        kind="patch",
        data={**data(patch, now), "history": history_data(rows)},
        parts=(Fields((*always, *(pair for pair in where_known if pair[1] is not None))), history(rows)),
        references=(patch.reference,),
    )


def _table(patches: Sequence[Patch], now: datetime, title: str = "") -> Table:
    columns = (
        Column("reference", _("reference"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("customer", _("customer"), Kind.REFERENCE),
        Column("due", _("due"), Kind.MOMENT),
        Column("owner", pgettext("action", "who has it")),
        Column("advisory", _("advisory")),
        Column("published", pgettext("when", "published"), Kind.MOMENT),
        Column("reason", _("reason")),
        Column("installed", pgettext("when", "installed"), Kind.MOMENT),
        Column("work", _("maintenance"), Kind.REFERENCE),
        Column("title", _("title")),
    )
    rows = tuple(
        (
            one.reference,
            with_void(_state(one, now), one.void),
            one.asset,
            one.customer,
            None if one.is_settled else one.due_at,
            one.owner,
            one.advisory,
            one.published_at,
            one.reason,
            one.installed_at,
            one.work,
            one.title,
        )
        for one in patches
    )
    return Table(columns, rows, title=title, empty=_("No patches."))


def _state(patch: Patch, now: datetime) -> str:
    word = state_word(patch.state)
    return f"{word} · {pgettext('patch', 'overdue')}" if patch.is_overdue(now) else word

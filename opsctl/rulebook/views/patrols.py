"""Checklists, routes, duties, backups and the deadlines of actions, ready to be shown."""

from typing import Any

from opsctl.core.ranges import Range
from opsctl.core.report import Column, Fields, Kind, Part, Table
from opsctl.core.texts import _, between, pgettext, series
from opsctl.core.times import show_duration
from opsctl.rulebook.rules import Rules, Words
from opsctl.rulebook.rules.patrols import Checklist, Duty, Item, Matching, patrols_of
from opsctl.rulebook.rules.standing import clock
from opsctl.rulebook.terms import ChecklistKind
from opsctl.rulebook.views import policies, words


def parts(rules: Rules) -> tuple[Part, ...]:
    """Tables of checklists, routes, duties and backups; deadlines of actions where a checklist can find something."""
    patrols = patrols_of(rules)
    deadlines = Fields(
        (
            (_("what failed"), patrols.fail_within.total_seconds(), Kind.DURATION),
            (_("what was warned of"), patrols.warn_within.total_seconds(), Kind.DURATION),
        ),
        title=_("Deadlines of actions"),
    )
    wanted = bool(patrols.checklists) or bool(rules.patrols.get("actions"))
    tables = (_checklists(rules), _routes(rules), _duties(rules), *policies.parts(rules))
    return (*tables, *((deadlines,) if wanted else ()))


def describe(rules: Rules) -> dict[str, Any]:
    """All of it for programs: durations in seconds, `at` in minutes from midnight, ranges as the book writes them."""
    patrols = patrols_of(rules)
    return {
        "checklists": {name: _checklist_data(one) for name, one in sorted(patrols.checklists.items())},
        "routes": {
            name: {"title": one.title._asdict(), "checklist": one.checklist, "assets": list(one.assets)}
            for name, one in sorted(patrols.routes.items())
        },
        "duties": {name: _duty_data(patrols.duties[name]) for name in _said(rules)},
        "backups": policies.describe(rules),
        "actions": {"fail": patrols.fail_within.total_seconds(), "warn": patrols.warn_within.total_seconds()},
    }


def _checklist_data(checklist: Checklist) -> dict[str, Any]:
    return {
        "title": checklist.title._asdict(),
        "kind": checklist.kind,
        "takes": None if checklist.takes is None else checklist.takes.total_seconds(),
        "items": [_item_data(item) for item in checklist.items],
        "challenge": [{"ask": one.ask._asdict(), "answer": one.answer} for one in checklist.challenges],
    }


def _item_data(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title._asdict(),
        "type": item.type,
        "group": _in_both(item.group),
        "mandatory": item.mandatory,
        "machine": item.machine,
        "unit": item.unit,
        "warn": _written(item.warn),
        "critical": _written(item.critical),
        "possible": _written(item.possible),
        "steady": item.steady,
        "choices": [{"id": one.id, "title": one.title._asdict(), "state": one.state} for one in item.choices],
    }


def _in_both(words: Words | None) -> dict[str, str] | None:
    return None if words is None else words._asdict()


def _written(wanted: Range | None) -> str | None:
    return None if wanted is None else wanted.written


def matching_data(matching: Matching | None) -> dict[str, Any] | None:
    """Which assets a duty is about, for programs; None where it is about none."""
    if matching is None:
        return None
    return {
        "kind": matching.kind,
        "criticality": matching.criticality,
        "classification": matching.classification,
        "customer": matching.customer,
        "handles": list(matching.handles),
        "route": matching.route,
    }


def _duty_data(duty: Duty) -> dict[str, Any]:
    return {
        "title": _in_both(duty.title),
        "clause": duty.clause,
        "schedule": duty.schedule,
        "at": duty.at,
        "every": None if duty.every is None else duty.every.total_seconds(),
        "zone": duty.zone,
        "start": None if duty.start is None else duty.start.isoformat(),
        "owner": duty.owner,
        "assets": matching_data(duty.assets),
        "evidence": {"kind": duty.kind, "topic": duty.topic},
        "early": duty.early.total_seconds(),
        "grace": None if duty.grace is None else duty.grace.total_seconds(),
    }


def _checklists(rules: Rules) -> Table:
    columns = (
        Column("checklist", _("checklist"), Kind.REFERENCE),
        Column("title", pgettext("of a rule", "name")),
        Column("kind", _("kind")),
        Column("items", _("items"), Kind.COUNT),
    )
    rows = tuple(
        (name, one.title.said, _kind(one.kind), len(one.items))
        for name, one in sorted(patrols_of(rules).checklists.items())
    )
    return Table(columns, rows, title=_("Checklists"))


def _kind(kind: ChecklistKind) -> str:
    return {
        ChecklistKind.INSPECTION: _("inspection"),
        ChecklistKind.MAINTENANCE: _("maintenance"),
        ChecklistKind.QUALITY_CHECK: _("quality check"),
        ChecklistKind.SECURITY_AUDIT: _("security audit"),
        ChecklistKind.ACCEPTANCE: _("acceptance"),
        ChecklistKind.DRILL: _("drill"),
    }[kind]


def _routes(rules: Rules) -> Table:
    columns = (
        Column("route", _("route"), Kind.REFERENCE),
        Column("title", pgettext("of a rule", "name")),
        Column("checklist", _("checklist"), Kind.REFERENCE),
        Column("assets", _("assets")),
    )
    rows = tuple(
        (name, one.title.said, one.checklist, one.assets)
        for name, one in sorted(patrols_of(rules).routes.items())
    )
    return Table(columns, rows, title=_("Routes"))


def _said(rules: Rules) -> list[str]:
    """The duties that the books say themselves: those that follow from policies are shown with these."""
    return sorted(rules.patrols.get("duties", {}))


def _duties(rules: Rules) -> Table:
    duties = patrols_of(rules).duties
    columns = (
        Column("duty", _("duty"), Kind.REFERENCE),
        Column("schedule", _("schedule")),
        Column("owner", _("owner")),
        Column("assets", _("assets")),
        Column("clause", _("clause")),
    )
    rows = tuple(
        (name, _schedule(one), words.owner(one.owner, rules.posts), _assets(one.assets), one.clause)
        for name, one in ((name, duties[name]) for name in _said(rules))
    )
    return Table(columns, rows, title=_("Duties"))


def _schedule(duty: Duty) -> str:
    if duty.every is not None:
        return _("{time} after it was last done").format(time=show_duration(duty.every.total_seconds()))
    return duty.schedule or "" if duty.at is None else f"{duty.schedule} {clock(duty.at)}"


def _assets(matching: Matching | None) -> str | None:
    if matching is None:
        return None
    pairs = (
        (_("kind"), matching.kind),
        (_("criticality"), matching.criticality),
        (_("classification"), matching.classification),
        (_("customer"), matching.customer),
        (_("assets"), series(matching.handles)),
        (_("route"), matching.route),
    )
    return between("; ").join(f"{name}{between(': ')}{word}" for name, word in pairs if word)

"""One duty or one occurrence, ready to be shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from opsctl.core.report import Column, Fields, Kind, Report, Table
from opsctl.core.texts import _, pgettext
from opsctl.duties.rules import Occurrence
from opsctl.duties.rules.results import DutyShown
from opsctl.duties.views.words import evidence_word, matching_word, reason_word, schedule_word, standing, title_of
from opsctl.rulebook.rules import Words
from opsctl.rulebook.rules.patrols import Duty
from opsctl.rulebook.views.patrols import matching_data
from opsctl.rulebook.views.words import owner


def occurrence_data(one: Occurrence, now: datetime) -> dict[str, Any]:
    """An occurrence for programs; `on_time` is None until it is done."""
    return {
        "reference": one.reference,
        "duty": one.duty,
        "asset": one.about or None,
        "due_at": one.due_at,
        "opens_at": one.opens_at,
        "closes_at": one.closes_at,
        "state": one.state.value,
        "missed": one.is_missed(now),
        "on_time": one.is_on_time if one.met_by is not None else None,
        "kind": one.kind,
        "topic": one.topic,
        "owner": one.owner,
        "clause": one.clause,
        "rules": one.rules,
        "met_by": one.met_by,
        "met_at": one.met_at,
        "judged_at": one.judged_at,
        "reason": one.reason,
    }


def duty_data(duty: Duty) -> dict[str, Any]:
    """A duty for programs; durations in seconds, `at` in minutes from midnight."""
    return {
        "duty": duty.name,
        "title": None if duty.title is None else {"en": duty.title.en, "zh": duty.title.zh},
        "clause": duty.clause,
        "schedule": duty.schedule,
        "at": duty.at,
        "every": None if duty.every is None else duty.every.total_seconds(),
        "zone": duty.zone,
        "start": None if duty.start is None else duty.start.isoformat(),
        "owner": duty.owner,
        "assets": matching_data(duty.assets),
        "kind": duty.kind,
        "topic": duty.topic,
        "early": duty.early.total_seconds(),
        "grace": None if duty.grace is None else duty.grace.total_seconds(),
    }


def shown(found: DutyShown, now: datetime) -> Report:
    """A duty: what the rules say, what is due next, and what became of the last ones."""
    return Report(
        kind="duty",
        data={
            **({"duty": found.name} if found.duty is None else duty_data(found.duty)),
            "in_force": found.duty is not None,
            "coming": [occurrence_data(one, now) for one in found.coming],
            "past": [occurrence_data(one, now) for one in found.past],
        },
        heading=found.name,
        parts=(
            *(() if found.duty is None else (_fields(found.duty, found.posts),)),
            _coming(found.coming, now),
            _past(found.past, now),
        ),
        remarks=() if found.duty is not None else (_("The rules in force no longer have this duty."),),
        references=(found.name,),
    )


def _fields(duty: Duty, posts: Mapping[str, Words]) -> Fields:
    grace = _("a tenth of the time to the next")
    first = None if duty.start is None else (pgettext("since when", "from"), duty.start.isoformat(), Kind.TEXT)
    return Fields(
        (
            (_("title"), title_of(duty), Kind.TEXT),
            (_("clause"), duty.clause, Kind.TEXT),
            (_("schedule"), schedule_word(duty), Kind.TEXT),
            (_("zone"), duty.zone, Kind.TEXT),
            *(() if first is None else (first,)),
            (_("owner"), owner(duty.owner, posts), Kind.TEXT),
            (_("about"), matching_word(duty.assets), Kind.TEXT),
            (_("met by a record of"), evidence_word(duty.kind, duty.topic), Kind.TEXT),
            (_("may be early by"), duty.early.total_seconds() or None, Kind.DURATION),
            (_("may be late by"), grace, Kind.TEXT)
            if duty.grace is None
            else (_("may be late by"), duty.grace.total_seconds(), Kind.DURATION),
        )
    )


def _coming(occurrences: Sequence[Occurrence], now: datetime) -> Table:
    columns = (
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("due", pgettext("duty", "due"), Kind.MOMENT),
        Column("until", pgettext("duty", "until"), Kind.MOMENT),
    )
    rows = tuple((one.about or None, standing(one, now), one.due_at, one.closes_at) for one in occurrences)
    return Table(columns, rows, title=_("Due next"), empty=_("Nothing of it is due in the next 35 days."))


def _past(occurrences: Sequence[Occurrence], now: datetime) -> Table:
    columns = (
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("state", _("state")),
        Column("due", pgettext("duty", "due"), Kind.MOMENT),
        Column("done", pgettext("when", "done"), Kind.MOMENT),
        Column("met-by", _("met by"), Kind.REFERENCE),
    )
    rows = tuple((one.about or None, standing(one, now), one.due_at, one.met_at, one.met_by) for one in occurrences)
    return Table(columns, rows, title=_("What became of the last"))


def occurrence(one: Occurrence, now: datetime) -> Report:
    """One occurrence, and what met it."""
    pairs: list[tuple[str, Any, Kind]] = [
        (_("duty"), one.duty, Kind.REFERENCE),
        (_("asset"), one.about or None, Kind.REFERENCE),
        (_("state"), standing(one, now), Kind.TEXT),
        (pgettext("duty", "due"), one.due_at, Kind.MOMENT),
        (pgettext("since when", "from"), one.opens_at, Kind.MOMENT),
        (pgettext("duty", "until"), one.closes_at, Kind.MOMENT),
        (_("owner"), one.owner, Kind.TEXT),
        (_("met by a record of"), evidence_word(one.kind, one.topic), Kind.TEXT),
        (_("clause"), one.clause, Kind.TEXT),
    ]
    if one.met_by is not None:
        pairs += [
            (_("met by"), one.met_by, Kind.REFERENCE),
            (pgettext("when", "done"), one.met_at, Kind.MOMENT),
            (_("counts as done"), one.judged_at, Kind.MOMENT),
        ]
    if one.reason is not None:
        pairs.append((_("reason"), reason_word(one.reason), Kind.TEXT))
    return Report(
        kind="duty.occurrence",
        data=occurrence_data(one, now),
        heading=one.named,
        parts=(Fields(tuple(pairs)),),
        references=(one.reference,),
    )

"""The policies of the rulebook, and which of them this host runs, ready to be shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from opsctl.backups.rules.wire import to_json
from opsctl.backups.views.words import length_cell
from opsctl.core.report import Column, Kind, Report, Table
from opsctl.core.texts import _, pgettext, series
from opsctl.duties.views.words import schedule_word
from opsctl.rulebook.rules.policies import Policy, Retention


def policies(found: Sequence[Policy], drivers: Mapping[str, str]) -> Report:
    """What the rulebook asks of each data set; `drivers` are those of this host's jobs by the policies' names."""
    columns = (
        Column("policy", _("policy"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("schedule", _("schedule")),
        Column("rpo", _("RPO")),
        Column("rto", _("RTO")),
        Column("level", _("level")),
        Column("here", pgettext("where", "this host")),
        Column("locations", _("locations")),
        Column("keep", pgettext("backup", "keeps")),
        Column("encryption", _("encryption")),
        Column("zone", _("zone")),
        Column("owner", _("owner")),
        Column("classification", _("classification")),
        Column("title", _("title")),
    )
    table = Table(
        columns, tuple(_row(one, drivers) for one in found), empty=_("The rules in force ask for no backups.")
    )
    strange = sorted(set(drivers) - {one.name for one in found})
    told = _("This host has jobs that no rulebook in force asks for: {names}")
    return Report(
        kind="backup.policies",
        data=[_data(one, drivers) for one in found],
        parts=(table.without("encryption", "zone", "owner", "classification", "title", "locations"),),
        remarks=(told.format(names=series(strange)),) if strange else (),
        references=tuple(one.name for one in found),
        sheet=table,
    )


def keeps_text(kept: Retention) -> str:
    """How many points a policy keeps, in words."""
    told = (
        (kept.last, _("the last {count}")),
        (kept.daily, _("{count} daily")),
        (kept.weekly, _("{count} weekly")),
        (kept.monthly, _("{count} monthly")),
        (kept.yearly, _("{count} yearly")),
    )
    said = [words.format(count=count) for count, words in told if count]
    return series(said) if said else _("at least {count}").format(count=kept.min_good)


def _row(one: Policy, drivers: Mapping[str, str]) -> tuple[Any, ...]:
    return (
        one.name,
        one.asset,
        schedule_word(one.slots),
        length_cell(one.rpo.total_seconds()),
        None if one.rto is None else length_cell(one.rto.total_seconds()),
        one.level,
        drivers.get(one.name),
        series(f"{place.name} ({place.medium})" for place in one.locations),
        keeps_text(one.retention),
        _("yes") if one.encryption else _("no"),
        one.slots.zone,
        one.owner,
        one.classification,
        None if one.title is None else one.title.said,
    )


def _data(one: Policy, drivers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "policy": one.name,
        "title": None if one.title is None else {"en": one.title.en, "zh": one.title.zh},
        "asset": one.asset,
        "owner": one.owner,
        "classification": one.classification,
        "method": one.method,
        "schedule": one.slots.schedule,
        "zone": one.slots.zone,
        "locations": [to_json(place) for place in one.locations],
        "retention": to_json(one.retention),
        "encryption": one.encryption,
        "rpo_seconds": one.rpo.total_seconds(),
        "rto_seconds": None if one.rto is None else one.rto.total_seconds(),
        "level": one.level,
        "expires_seconds": one.expires.total_seconds(),
        "tests": None if one.tests is None else schedule_word(one.tests),
        "incomplete_is_good": one.incomplete_is_good,
        "driver_here": drivers.get(one.name),
    }

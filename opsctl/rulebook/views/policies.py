"""Policies of backups, ready to be shown."""

from typing import Any

from opsctl.core.report import Cell, Column, Kind, Part, Table
from opsctl.core.texts import _, between, ngettext, pgettext, series
from opsctl.core.times import show_duration
from opsctl.rulebook.rules import Rules
from opsctl.rulebook.rules.patrols import Duty
from opsctl.rulebook.rules.policies import Location, Policy, Retention, policies_of
from opsctl.rulebook.rules.standing import clock
from opsctl.rulebook.terms import METHODS
from opsctl.rulebook.views import words


def parts(rules: Rules) -> tuple[Part, ...]:
    """What is backed up and whose it is; when, and how it is proven; and where it is kept, and for how long."""
    return (_wanted(rules), _due(rules), _kept(rules))


def describe(rules: Rules) -> dict[str, Any]:
    """The policies for programs: durations in seconds, `at` in minutes from midnight."""
    return {name: _data(one) for name, one in sorted(policies_of(rules).items())}


def _data(policy: Policy) -> dict[str, Any]:
    return {
        "title": None if policy.title is None else policy.title._asdict(),
        "asset": policy.asset,
        "owner": policy.owner,
        "classification": policy.classification,
        "method": policy.method,
        "clause": policy.slots.clause,
        "zone": policy.slots.zone,
        "duty": policy.slots.name,
        **_times(policy.slots),
        "locations": [{"name": one.name, "medium": one.medium, "site": one.site} for one in policy.locations],
        "retention": {name: getattr(policy.retention, name) for name in Retention.__dataclass_fields__},
        "encryption": policy.encryption,
        "rpo": policy.rpo.total_seconds(),
        "rto": None if policy.rto is None else policy.rto.total_seconds(),
        "verify": {"level": policy.level, "expires": policy.expires.total_seconds()},
        "restore_test": None if policy.tests is None else {"duty": policy.tests.name, **_times(policy.tests)},
        "incomplete_is_good": policy.incomplete_is_good,
    }


def _times(duty: Duty) -> dict[str, Any]:
    return {
        "schedule": duty.schedule,
        "at": duty.at,
        "start": None if duty.start is None else duty.start.isoformat(),
        "early": duty.early.total_seconds(),
        "grace": None if duty.grace is None else duty.grace.total_seconds(),
    }


def _wanted(rules: Rules) -> Table:
    columns = (
        Column("backup", pgettext("data set", "backup"), Kind.REFERENCE),
        Column("asset", _("asset"), Kind.REFERENCE),
        Column("owner", _("owner")),
        Column("classification", _("classification")),
        Column("encryption", _("encrypted")),
        Column("rpo", _("RPO"), Kind.DURATION),
        Column("rto", _("RTO"), Kind.DURATION),
    )
    rows = tuple(
        (
            name,
            one.asset,
            words.owner(one.owner, rules.posts),
            None if one.classification is None else _classification(one.classification),
            _("yes") if one.encryption else _("no"),
            one.rpo.total_seconds(),
            None if one.rto is None else one.rto.total_seconds(),
        )
        for name, one in sorted(policies_of(rules).items())
    )
    return Table(columns, rows, title=_("Backups"))


def _due(rules: Rules) -> Table:
    columns = (
        Column("backup", pgettext("data set", "backup"), Kind.REFERENCE),
        Column("method", _("method")),
        Column("schedule", _("schedule")),
        Column("level", _("proven")),
        Column("restore_test", _("restore test")),
    )
    rows = tuple(
        (
            name,
            _method(one.method),
            _schedule(one.slots),
            _level(one),
            None if one.tests is None else _schedule(one.tests),
        )
        for name, one in sorted(policies_of(rules).items())
    )
    return Table(columns, rows, title=_("When backups are due, and how they are proven"))


def _kept(rules: Rules) -> Table:
    columns = (
        Column("backup", pgettext("data set", "backup"), Kind.REFERENCE),
        Column("locations", _("places")),
        Column("retention", _("kept")),
    )
    rows = tuple(
        (name, tuple(_place(place) for place in one.locations), _retention(one.retention))
        for name, one in sorted(policies_of(rules).items())
    )
    return Table(columns, rows, title=_("Where backups are kept"))


def _classification(word: str) -> Cell:
    said = {
        "public": _("public"),
        "internal": _("internal"),
        "confidential": _("confidential"),
        "secret": _("secret"),
    }[word]
    return Cell(said, Kind.TEXT, plain=word)


def _method(word: str) -> Cell:
    said = (
        pgettext("backup", "full"),
        pgettext("backup", "incremental"),
        pgettext("backup", "snapshot"),
        pgettext("backup", "continuous"),
    )[METHODS.index(word)]
    return Cell(said, Kind.TEXT, plain=word)


def _schedule(duty: Duty) -> str:
    return duty.schedule or "" if duty.at is None else f"{duty.schedule} {clock(duty.at)}"


def _place(place: Location) -> str:
    """`local (disk, dc1)`."""
    what = series(word for word in (place.medium, place.site) if word)
    return _("{name} ({what})").format(name=place.name, what=what)


def _retention(kept: Retention) -> str:
    """`7 daily, 4 weekly; at least 3 good`."""
    rules = (
        (kept.last, _("the last {count}")),
        (kept.daily, _("{count} daily")),
        (kept.weekly, _("{count} weekly")),
        (kept.monthly, _("{count} monthly")),
        (kept.yearly, _("{count} yearly")),
    )
    said = series(told.format(count=count) for count, told in rules if count)
    least = ngettext("at least {count} good one", "at least {count} good ones", kept.min_good)
    return between("; ").join(part for part in (said, least.format(count=kept.min_good)) if part)


def _level(policy: Policy) -> str:
    return _("{level} every {time}").format(level=policy.level, time=show_duration(policy.expires.total_seconds()))

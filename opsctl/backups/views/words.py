"""The words for how a policy stands, and for what becomes of its points."""

from collections.abc import Sequence

from opsctl.backups.rules.retention import Decided, Fate, Why
from opsctl.backups.rules.standing import Breach, Finding
from opsctl.core.report import Cell, Kind
from opsctl.core.texts import _, pgettext, series
from opsctl.core.times import show_duration

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def age_text(seconds: float | None) -> str | None:
    """An age or a length as people take it in: above an hour in minutes, above a day in hours, always rounded up."""
    if seconds is None or seconds < _MINUTE:
        return None if seconds is None else show_duration(seconds)
    unit = _HOUR if seconds >= _DAY else _MINUTE if seconds >= _HOUR else 1
    return show_duration(-(-seconds // unit) * unit)


def length_cell(seconds: float) -> Cell:
    """A length that is asked for, its seconds for CSV."""
    return Cell(show_duration(seconds), Kind.TEXT, plain=f"{seconds:g}")


def breach_word(breach: Breach) -> str:
    """A breach in a few words, for a table or a line of a monitor."""
    return {
        Breach.NEVER_BACKED_UP: pgettext("backup", "never backed up"),
        Breach.TOO_OLD: pgettext("backup", "older than the RPO"),
        Breach.LOCATION_EMPTY: pgettext("backup", "a location is empty"),
        Breach.LOCATION_BEHIND: pgettext("backup", "a location is behind"),
        Breach.NEVER_PROVEN: pgettext("backup", "never proven"),
        Breach.PROOF_EXPIRED: pgettext("backup", "proof expired"),
        Breach.PROOF_LOST: pgettext("backup", "proof lost"),
        Breach.NEVER_MEASURED: pgettext("backup", "recovery never measured"),
        Breach.TOO_SLOW: pgettext("backup", "slower than the RTO"),
        Breach.TEST_DIFFERED: pgettext("backup", "restore test differs"),
    }[breach]


def finding_text(found: Finding) -> str:
    """A breach with what it is about, how long it is, and what is allowed."""
    told = {
        Breach.NEVER_BACKED_UP: _("never backed up; the RPO is {limit}"),
        Breach.TOO_OLD: _("the newest good point {about} is {length} old; the RPO is {limit}"),
        Breach.LOCATION_EMPTY: _("the location {about} holds no good copy"),
        Breach.LOCATION_BEHIND: _("the newest good copy at {about} is {length} old; the RPO is {limit}"),
        Breach.NEVER_PROVEN: _("no point was ever proven, for {length}"),
        Breach.PROOF_EXPIRED: _("the proof of {about} expired {length} ago"),
        Breach.PROOF_LOST: _("what was proven is gone or was found to differ, {length} ago"),
        Breach.NEVER_MEASURED: _("no full restore was ever measured; the RTO is {limit}"),
        Breach.TOO_SLOW: _("the restore test {about} took {length}; the RTO is {limit}"),
        Breach.TEST_DIFFERED: _("the last restore test {about} found that the copy cannot be relied on"),
    }[found.breach]
    return told.format(about=found.about, length=age_text(found.seconds), limit=age_text(found.limit))


def fate_word(fate: Fate) -> str:
    """What becomes of a point."""
    return {
        Fate.KEEP: pgettext("a point", "keep"),
        Fate.DELETE: pgettext("a point", "delete"),
        Fate.NOT_OURS: pgettext("a point", "not ours"),
    }[fate]


def why_word(why: Why) -> str:
    """Why a point is kept, deleted or not ours."""
    return {
        Why.LAST: pgettext("kept", "last"),
        Why.DAILY: pgettext("kept", "daily"),
        Why.WEEKLY: pgettext("kept", "weekly"),
        Why.MONTHLY: pgettext("kept", "monthly"),
        Why.YEARLY: pgettext("kept", "yearly"),
        Why.MIN_GOOD: pgettext("kept", "fewest good ones"),
        Why.PINNED: pgettext("kept", "pinned"),
        Why.INCIDENT: pgettext("kept", "pinned by an incident"),
        Why.NEWEST_PROVEN: pgettext("kept", "newest proven"),
        Why.FLOOR_PROVEN: pgettext("kept", "held: proven, by this host"),
        Why.FLOOR_AGE: pgettext("kept", "held: too young, by this host"),
        Why.NO_NEWER: pgettext("kept", "no newer good one"),
        Why.NOT_ASKED_FOR: pgettext("deleted", "no rule keeps it"),
        Why.NOT_GOOD: pgettext("deleted", "incomplete or failed"),
        Why.DAMAGED: pgettext("deleted", "found to differ"),
        Why.NOT_TAGGED: pgettext("not ours", "without our tags"),
        Why.OTHER_POLICY: pgettext("not ours", "of another policy"),
        Why.OTHER_HOST: pgettext("not ours", "of another host"),
        Why.NOT_RECORDED: pgettext("not ours", "no run is recorded"),
    }[why]


def whys_text(decided: Decided) -> str:
    """All reasons of a point; the incident that pins it by its name."""
    return series(
        decided.incident if why is Why.INCIDENT and decided.incident else why_word(why) for why in decided.whys
    )


def names_text(names: Sequence[str], most: int) -> str:
    """At most so many names, and that there are more."""
    return series(names[:most]) + (" …" if len(names) > most else "")

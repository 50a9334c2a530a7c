"""What a record of maintenance is, and what makes it wrong. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from opsctl.actions.rules import Finding
from opsctl.actions.terms import Gravity
from opsctl.core.errors import MOMENT, Conflict, InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt
from opsctl.core.void import Void
from opsctl.maintenance.terms import Backup, Outcome

CORRECTABLE = {
    "title": "title",
    "topic": "topic",
    "procedure": "procedure",
    "config_saved": "backup",
    "outcome": "outcome",
    "result": "result",
    "window": "window",
    "from": "started_at",
    "at": "done_at",
}
"""What can be set right: as it is typed, and its field."""
CLEARABLE = ("topic", "procedure", "result", "window", "from")
TEXTS = ("title", "procedure", "result")
"""What somebody wrote, which can be redacted."""
MEETING = ("topic", "done_at")
"""The fields by which a duty is met."""
_LONGEST_SYMPTOM = 200


@dataclass(frozen=True, slots=True)
class Work:
    """One maintenance of an asset that was done. Moments are aware UTC.

    `entered_at` is when `done_at` was typed in; `window` the planned maintenance that it was done in.
    """

    reference: str
    asset: str
    customer: str | None
    title: str
    topic: str | None
    procedure: str | None
    backup: Backup
    outcome: Outcome
    result: str | None
    window: str | None
    person: str
    started_at: datetime | None
    done_at: datetime
    entered_at: datetime
    void: Void | None
    corrected_at: datetime | None
    recorded_at: datetime


def fields(work: Work) -> dict[str, Any]:
    """The record as the ledger digests it; what is not known is left out."""
    return {name: value for name in Work.__dataclass_fields__ if (value := getattr(work, name)) is not None}


def check(work: Work, *, now: datetime, retired_at: datetime | None) -> None:
    """Refuse what cannot be.

    Raise InvalidInput for a time that is still to come, an end before its beginning, and what is to be watched
    without a word about it; Conflict where the asset was retired by then.
    """
    if work.done_at > now or (work.started_at or now) > now:
        raise InvalidInput(_("That time is still to come."), _("Give a time that has passed, or leave it out for now."))
    if work.started_at is not None and work.started_at > work.done_at:
        raise InvalidInput(
            _("The maintenance would have ended at {moment}, before it began.").format(moment=MOMENT),
            _("Check --from and --at."),
            moment=work.done_at,
        )
    if work.outcome is Outcome.WATCHED and work.result is None:
        raise InvalidInput(
            _("Nothing says what is to be watched."),
            _("Say it with --result TEXT, or result=TEXT in a correction: it becomes an action."),
        )
    if retired_at is not None and work.done_at > retired_at:
        raise Conflict(
            _("{asset} was retired at {moment}.").format(asset=work.asset, moment=MOMENT),
            _("Give the time before that with --at TIME, or name another asset."),
            moment=retired_at,
        )


def correct(work: Work, given: dict[str, Any], *, now: datetime) -> tuple[Work, dict[str, list[Any]]]:
    """The work with these fields as given, and the old and new value of each that changed.

    Raise Conflict where it is void. What `check` refuses is not asked here.
    """
    if work.void is not None:
        raise _is_void(work)
    changes = {name: [getattr(work, name), new] for name, new in given.items() if getattr(work, name) != new}
    if not changes:
        return work, {}
    after: Work = replace(work, **{name: pair[1] for name, pair in changes.items()}, corrected_at=now)
    return (replace(after, entered_at=now) if "done_at" in changes else after), changes


def void(work: Work, because: Void, patches: list[str]) -> Work:
    """The work out of every figure. Raise Conflict where it is, or where it is how these patches were installed."""
    if work.void is not None:
        raise _is_void(work)
    if patches:
        raise Conflict(
            _("By {reference} {patches} was installed.").format(reference=work.reference, patches=series(patches)),
            _("Take that out first: opsctl patch void {patch} --because {word}").format(patch=patches[0], word=because),
        )
    return replace(work, void=because)


def finding(work: Work) -> Finding | None:
    """What is to be followed up, where it is to be watched."""
    if work.outcome is not Outcome.WATCHED or work.result is None:
        return None
    return Finding(
        title=excerpt(work.result, _LONGEST_SYMPTOM),
        gravity=Gravity.WARN,
        found_at=work.done_at,
        asset=work.asset,
        source=work.reference,
        # Without a topic nothing else is taken for the same.
        topic=None if work.topic is None else f"work/{work.topic}",
    )


def _is_void(work: Work) -> Conflict:
    return Conflict(
        _("{reference} is void and stays as it is.").format(reference=work.reference),
        _("Log it anew: opsctl work log {asset}").format(asset=work.asset),
    )

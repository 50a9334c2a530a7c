"""What may be done with a planned maintenance, and which of its stretches leave the service time. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from opsctl.core.errors import MOMENT, Conflict, InvalidInput, NotAllowed
from opsctl.core.intervals import Interval
from opsctl.core.texts import _
from opsctl.core.times import utc_text


class Standing(StrEnum):
    """How a maintenance stands; several may hold at once."""

    PLANNED = "planned"
    """A window of it waits for an approval."""
    APPROVED = "approved"
    """Every window is approved, in time or late."""
    LATE = "late"
    """A window began without an approval, whether or not one was given later."""
    CANCELLED = "cancelled"
    RUNNING = "running"
    COMING = "coming"


@dataclass(frozen=True)
class Window:
    """One stretch `[starts, ends)` of a maintenance, with who planned and who approved it. Times are aware UTC."""

    starts: datetime
    ends: datetime
    planned_by: str
    planned_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None

    @property
    def in_time(self) -> bool:
        """Whether it was approved before it began, or at that very moment."""
        return self.approved_at is not None and self.approved_at <= self.starts

    def is_late(self, now: datetime) -> bool:
        """Whether it began without an approval."""
        return not self.in_time and (self.approved_at is not None or self.starts <= now)


@dataclass(frozen=True)
class MaintenanceView:
    """A planned maintenance as others see it; each window but the first begins where the one before it ends."""

    reference: str
    asset: str
    title: str
    cancelled_at: datetime | None
    cancel_reason: str | None
    recorded_at: datetime
    windows: tuple[Window, ...]

    @property
    def starts(self) -> datetime:
        """When it begins."""
        return self.windows[0].starts

    @property
    def ends(self) -> datetime:
        """When its last window ends as it was planned, whether or not it was cancelled."""
        return self.windows[-1].ends

    def stretch(self, window: Window) -> Interval | None:
        """What a cancellation left of a window of it; None for nothing."""
        end = window.ends if self.cancelled_at is None else min(window.ends, self.cancelled_at)
        return Interval(window.starts, end) if window.starts < end else None


def fields(maintenance: MaintenanceView) -> dict[str, Any]:
    """The record that the ledger's digest is taken of, its windows in order; what is not known is left out."""
    record: dict[str, Any] = {
        "reference": maintenance.reference,
        "asset": maintenance.asset,
        "title": maintenance.title,
        "recorded_at": utc_text(maintenance.recorded_at),
        "windows": [_window_fields(window) for window in maintenance.windows],
    }
    if maintenance.cancelled_at is not None:
        record["cancelled_at"] = utc_text(maintenance.cancelled_at)
    if maintenance.cancel_reason is not None:
        record["cancel_reason"] = maintenance.cancel_reason
    return record


def excluded(maintenance: MaintenanceView) -> list[Interval]:
    """The stretches that leave the service time: each approved before it began, cut where it was cancelled.

    This is M of the availability: neither agreed service time nor downtime. An approval that came later, or never,
    takes nothing out.
    """
    return _stretches(maintenance, (window for window in maintenance.windows if window.in_time))


def late(maintenance: MaintenanceView) -> list[Interval]:
    """The stretches that stay in the service time and are listed: those approved late or not at all.

    Cut where it was cancelled. A stretch that is still to come is among them while nobody has approved it.
    """
    return _stretches(maintenance, (window for window in maintenance.windows if not window.in_time))


def standings(maintenance: MaintenanceView, now: datetime) -> frozenset[Standing]:
    """Everything that is true of the maintenance at that moment."""
    found = set()
    left = [(window, stretch) for window in maintenance.windows if (stretch := maintenance.stretch(window))]
    if any(window.is_late(now) for window, _stretch in left):
        found.add(Standing.LATE)
    if maintenance.cancelled_at is not None:
        return frozenset({*found, Standing.CANCELLED})
    found.add(Standing.PLANNED if _waiting(maintenance) else Standing.APPROVED)
    if now < maintenance.starts:
        found.add(Standing.COMING)
    elif now < maintenance.ends:
        found.add(Standing.RUNNING)
    return frozenset(found)


def plan(
    *, reference: str, asset: str, title: str, starts: datetime, ends: datetime, actor: str, now: datetime
) -> MaintenanceView:
    """A maintenance planned from `starts` to `ends`, which may have passed. Raise InvalidInput if it has no length."""
    if ends <= starts:
        raise InvalidInput(
            _("A maintenance has to end after it begins."), _("Give a later --to, with its date, or --for DURATION.")
        )
    window = Window(starts, ends, planned_by=actor, planned_at=now)
    return MaintenanceView(reference, asset, title, None, None, now, (window,))


def approve(
    maintenance: MaintenanceView, *, actor: str, now: datetime, also: Collection[str] = ()
) -> MaintenanceView:
    """The maintenance with every window approved that waits for it and was planned by somebody else.

    `also` are other names under which the actor may have planned.

    Raise Conflict where it was cancelled or nothing waits, NotAllowed where the actor planned all that waits.
    """
    _check_standing(maintenance)
    waiting = _waiting(maintenance)
    if not waiting:
        raise Conflict(
            _("{reference} is approved already.").format(reference=maintenance.reference),
            _("See: opsctl ledger list --subject {reference}").format(reference=maintenance.reference),
        )
    own = {name.casefold() for name in (actor, *also)}
    if all(window.planned_by.casefold() in own for window in waiting):
        raise NotAllowed(
            _("{reference} was planned by {person}, who cannot approve it.").format(
                reference=maintenance.reference, person=actor
            ),
            _("Any other person may: ask one to run: opsctl maintenance approve {reference}").format(
                reference=maintenance.reference
            ),
        )
    windows = tuple(
        replace(window, approved_by=actor, approved_at=now)
        if window.approved_at is None and window.planned_by.casefold() not in own
        else window
        for window in maintenance.windows
    )
    return replace(maintenance, windows=windows)


def extend(maintenance: MaintenanceView, *, to: datetime, actor: str, now: datetime) -> MaintenanceView:
    """The maintenance with another window, from its end to `to`, which waits for an approval of its own.

    Raise Conflict where it was cancelled, InvalidInput where `to` is not after its end.
    """
    _check_standing(maintenance)
    if to <= maintenance.ends:
        raise InvalidInput(
            _("{reference} lasts to {moment} already.").format(reference=maintenance.reference, moment=MOMENT),
            _(
                "Give a later --to, with its date. To end it early: opsctl maintenance cancel {reference} --reason TEXT"
            ).format(reference=maintenance.reference),
            moment=maintenance.ends,
        )
    window = Window(maintenance.ends, to, planned_by=actor, planned_at=now)
    return replace(maintenance, windows=(*maintenance.windows, window))


def cancel(maintenance: MaintenanceView, *, at: datetime, reason: str, now: datetime) -> MaintenanceView:
    """The maintenance ended at `at`: before its beginning it counts nowhere, later its windows end there.

    Raise Conflict where it was cancelled before or had ended by then; InvalidInput where `at` is still to come, or
    before both its beginning and its planning.
    """
    _check_standing(maintenance)
    if at > now:
        raise InvalidInput(_("That time is still to come."), _("Give a time that has passed, or leave it out for now."))
    if at >= maintenance.ends:
        raise Conflict(
            _("{reference} ended at {moment} and cannot be cancelled any more.").format(
                reference=maintenance.reference, moment=MOMENT
            ),
            _("If it ended earlier, say when with --at TIME."),
            moment=maintenance.ends,
        )
    first = min(maintenance.starts, maintenance.windows[0].planned_at)
    if at < first:
        raise InvalidInput(
            _("{reference} cannot be cancelled before {moment}.").format(
                reference=maintenance.reference, moment=MOMENT
            ),
            _("Give a later time with --at."),
            moment=first,
        )
    return replace(maintenance, cancelled_at=at, cancel_reason=reason)


def _stretches(maintenance: MaintenanceView, windows: Iterable[Window]) -> list[Interval]:
    return [stretch for window in windows if (stretch := maintenance.stretch(window)) is not None]


def _waiting(maintenance: MaintenanceView) -> list[Window]:
    return [window for window in maintenance.windows if window.approved_at is None]


def _check_standing(maintenance: MaintenanceView) -> None:
    if maintenance.cancelled_at is not None:
        raise Conflict(
            _("{reference} was cancelled at {moment}.").format(reference=maintenance.reference, moment=MOMENT),
            _("Plan another with: opsctl maintenance plan {asset}").format(asset=maintenance.asset),
            moment=maintenance.cancelled_at,
        )


def _window_fields(window: Window) -> dict[str, Any]:
    record: dict[str, Any] = {
        "starts": utc_text(window.starts),
        "ends": utc_text(window.ends),
        "planned_by": window.planned_by,
        "planned_at": utc_text(window.planned_at),
    }
    if window.approved_by is not None:
        record["approved_by"] = window.approved_by
    if window.approved_at is not None:
        record["approved_at"] = utc_text(window.approved_at)
    return record

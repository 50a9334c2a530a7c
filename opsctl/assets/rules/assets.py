"""What may be done with an asset, and what of it is chained into the ledger. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.assets.terms import Classification, Criticality, State
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import utc_text

LATER = ("customer", "owner", "criticality", "classification", "service_hours", "in_service_from")
"""Fields that the first assets did not have."""
CHANGEABLE = ("title", "title_zh", "kind", *LATER, "retired_at")


@dataclass(frozen=True)
class AssetView:
    """An asset as others see it. Times are aware UTC."""

    handle: str
    title: str
    title_zh: str | None
    kind: str | None
    retired_at: datetime | None
    recorded_at: datetime
    customer: str | None = None
    owner: str | None = None
    criticality: Criticality | None = None
    classification: Classification | None = None
    service_hours: str | None = None
    """A calendar of the rulebook; None is always."""
    in_service_from: datetime | None = None

    @property
    def state(self) -> State:
        """Retired once it was said to be."""
        return State.IN_SERVICE if self.retired_at is None else State.RETIRED


def fields(asset: AssetView) -> dict[str, Any]:
    """The record that the ledger's digest is taken of; what the first assets did not have only where it is said."""
    later = {name: getattr(asset, name) for name in LATER if getattr(asset, name) is not None}
    return {
        "handle": asset.handle,
        "title": asset.title,
        "title_zh": asset.title_zh,
        "kind": asset.kind,
        "retired_at": None if asset.retired_at is None else utc_text(asset.retired_at),
        "recorded_at": utc_text(asset.recorded_at),
        **{name: utc_text(value) if isinstance(value, datetime) else value for name, value in later.items()},
    }


def check_retire(asset: AssetView, at: datetime, now: datetime) -> None:
    """Raise Conflict if the asset is retired already, InvalidInput if `at` is still to come."""
    if asset.retired_at is not None:
        raise Conflict(
            _("{handle} is retired already.").format(handle=asset.handle),
            _("See: opsctl asset show {handle}").format(handle=asset.handle),
        )
    if at > now:
        raise InvalidInput(_("An asset cannot be retired in the future."), _("Give a time that has passed, or none."))


def check_service(asset: AssetView, now: datetime) -> None:
    """Raise InvalidInput if the asset would be retired in the future, or before it was in service."""
    if asset.retired_at is None:
        return
    if asset.retired_at > now:
        raise InvalidInput(_("An asset cannot be retired in the future."), _("Give a time that has passed, or none."))
    if asset.in_service_from is not None and asset.retired_at < asset.in_service_from:
        raise InvalidInput(
            _("{handle} would be retired before it is in service.").format(handle=asset.handle),
            _("Check --in-service-from and --retired-from."),
        )

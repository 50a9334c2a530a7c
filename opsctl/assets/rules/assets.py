"""What may be done with an asset, and what of it is chained into the ledger. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsctl.assets.terms import State
from opsctl.core.errors import Conflict, InvalidInput, NotFound
from opsctl.core.texts import _
from opsctl.core.times import utc_text
from opsctl.core.typed import nearest


@dataclass(frozen=True)
class AssetView:
    """An asset as others see it. Times are aware UTC."""

    handle: str
    title: str
    title_zh: str | None
    kind: str | None
    retired_at: datetime | None
    recorded_at: datetime

    @property
    def state(self) -> State:
        """Retired once it was said to be."""
        return State.IN_SERVICE if self.retired_at is None else State.RETIRED


def fields(asset: AssetView) -> dict[str, Any]:
    """The record that the ledger's digest is taken of."""
    return {
        "handle": asset.handle,
        "title": asset.title,
        "title_zh": asset.title_zh,
        "kind": asset.kind,
        "retired_at": None if asset.retired_at is None else utc_text(asset.retired_at),
        "recorded_at": utc_text(asset.recorded_at),
    }


def check_retire(asset: AssetView, at: datetime, now: datetime) -> None:
    """Raise Conflict if the asset is retired already, InvalidInput if `at` is still to come."""
    if asset.retired_at is not None:
        raise Conflict(_("{handle} is retired already.").format(handle=asset.handle))
    if at > now:
        raise InvalidInput(_("An asset cannot be retired in the future."), _("Give a time that has passed, or none."))


def unknown(word: str, handles: list[str], titles: dict[str, str]) -> NotFound:
    """The error for a name that is no asset's, offering the nearest; `titles` maps titles to handles."""
    near = nearest(word, [*handles, *titles])
    offered = list(dict.fromkeys(titles.get(name, name) for name in near))
    if offered:
        hint = _("Did you mean {words}?").format(words=", ".join(offered))
    else:
        hint = _("List them with: opsctl asset list   or add it with: opsctl asset add HANDLE")
    return NotFound(_("There is no asset {word!r}.").format(word=word[:80]), hint)

"""Records with sensible defaults, made the way users make them: through the use cases."""

from typing import Any

from opsctl.assets.rules.assets import AssetView
from opsctl.assets.service import assets
from opsctl.incidents.rules.life import Incident
from opsctl.incidents.service import write as incidents
from tests.harness import Perform


def make_asset(perform: Perform, handle: str = "erp", **given: Any) -> AssetView:
    """The asset `erp`, titled `ERP login`, or what is given instead."""
    asset: AssetView = perform(assets.add, **{"handle": handle, "title": "ERP login", **given})
    return asset


def make_incident(perform: Perform, words: str = "login answers 502", asset: str = "erp", **given: Any) -> Incident:
    """An incident of the asset `erp`, which must be there, opened now with medium impact and urgency."""
    opened: incidents.Opened = perform(incidents.open_incident, **{"words": words, "asset": asset, **given})
    return opened.incident

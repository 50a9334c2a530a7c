"""Which scopes a report is about, and which of them a record belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from opsctl.assets.rules.assets import AssetView
from opsctl.kpis.rules.figures import Scope
from opsctl.kpis.rules.judged import Judged
from opsctl.kpis.terms import By


@dataclass(frozen=True)
class Wanted:
    """What a report is narrowed to, and what it is split by."""

    asset: str | None = None
    customer: str | None = None
    severity: int | None = None
    by: By | None = None

    @cached_property
    def base(self) -> Scope:
        """The scope of the whole."""
        named = ((By.ASSET, self.asset), (By.CUSTOMER, self.customer), (By.SEVERITY, self.severity))
        return tuple((str(kind), value) for kind, value in named if value is not None)

    @cached_property
    def split(self) -> By | None:
        """What it is split by; None where it is narrowed to one of these anyway."""
        return None if self.by is None or any(kind == self.by for kind, _value in self.base) else self.by

    def scopes_of(self, case: Judged) -> list[Scope]:
        """The whole and the part that a case belongs to; none where it is not asked for."""
        incident = case.case.incident
        return self._scopes({
            By.ASSET: incident.asset, By.CUSTOMER: incident.customer, By.SEVERITY: incident.severity,
        })  # fmt: skip

    def scopes_of_asset(self, asset: AssetView) -> list[Scope]:
        """The whole and the part that an asset belongs to; none where it is not asked for, or severities are."""
        return self.scopes_without_severity(asset.handle, asset.customer)

    def scopes_without_severity(self, asset: str | None, customer: str | None) -> list[Scope]:
        """The whole and the part that something of that asset and customer belongs to; none where severities are."""
        return self._scopes({By.ASSET: asset, By.CUSTOMER: customer, By.SEVERITY: None})

    def _scopes(self, own: Mapping[By, str | int | None]) -> list[Scope]:
        if any(own[By(kind)] != value for kind, value in self.base):
            return []
        return [self.base, *self._part(own[self.split] if self.split else None)]

    def _part(self, value: str | int | None) -> Iterable[Scope]:
        if self.split is None or value is None:
            return ()
        return ((*self.base, (str(self.split), value)),)

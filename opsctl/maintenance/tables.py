"""The rows of maintenance that was done, and of patches."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from opsctl.core.void import Void
from opsctl.maintenance.terms import Backup, Outcome, PatchState
from opsctl.store.columns import words


class WorkRow(SQLModel, table=True):
    """One maintenance of an asset that was done."""

    __tablename__ = "maintenance_work"

    reference: str = Field(primary_key=True)
    asset: str = Field(foreign_key="asset.handle")
    customer: str | None = Field(default=None, foreign_key="customer.code")
    title: str
    topic: str | None = None
    """The duty's topic that it answers to: `cleaning`."""
    procedure: str | None = None
    backup: Backup = Field(sa_type=words(Backup, "work_backup"))
    outcome: Outcome = Field(sa_type=words(Outcome, "work_outcome"))
    result: str | None = None
    window: str | None = None
    """The planned maintenance that it was done in: MNT-2026-0003."""
    person: str
    started_at: datetime | None = None
    done_at: datetime
    entered_at: datetime
    void: Void | None = Field(default=None, sa_type=words(Void, "work_void"))
    corrected_at: datetime | None = None
    recorded_at: datetime


class PatchRow(SQLModel, table=True):
    """One advisory or patch of a vendor, for one asset."""

    __tablename__ = "patch"

    reference: str = Field(primary_key=True)
    asset: str = Field(foreign_key="asset.handle")
    customer: str | None = Field(default=None, foreign_key="customer.code")
    title: str
    advisory: str | None = None
    """What the vendor calls it: CVE-2026-1234."""
    state: PatchState = Field(sa_type=words(PatchState, "patch_state"))
    published_at: datetime | None = None
    owner: str | None = None
    due_at: datetime | None = None
    """To be installed by, or deferred until."""
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    installed_by: str | None = None
    installed_at: datetime | None = None
    work: str | None = Field(default=None, foreign_key="maintenance_work.reference")
    """The record of the maintenance that installed it."""
    void: Void | None = Field(default=None, sa_type=words(Void, "patch_void"))
    recorded_by: str
    recorded_at: datetime

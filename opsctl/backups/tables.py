"""The rows of backup runs, their copies and checks, and of restore tests."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from opsctl.backups.terms import Engine, Level, Status, Trigger, Verdict
from opsctl.store.columns import words


class RunRow(SQLModel, table=True):
    """One run of a policy's backup."""

    __tablename__ = "backup_run"

    reference: str = Field(primary_key=True)
    policy: str
    asset: str = Field(foreign_key="asset.handle")
    customer: str | None = Field(default=None, foreign_key="customer.code")
    host: str
    driver: Engine = Field(sa_type=words(Engine, "backup_driver"))
    engine: str | None = None
    """The program with its version: restic 0.14.0."""
    trigger: Trigger = Field(sa_type=words(Trigger, "backup_trigger"))
    status: Status = Field(sa_type=words(Status, "backup_status"))
    slot: datetime | None = None
    """When it was due."""
    started_at: datetime
    ended_at: datetime
    reason: str | None = None
    code: int | None = None
    bytes: int | None = Field(default=None, sa_type=BigInteger)
    files: int | None = Field(default=None, sa_type=BigInteger)
    manifest: str | None = None
    """JSON that was written down about the source while it was read: counts, digests."""
    request: str = Field(unique=True)
    """The id under which the engine's points are tagged; the same run is recorded once."""
    rules: int | None = Field(default=None, foreign_key="rulebook_version.generation")
    person: str
    pinned_by: str | None = None
    pinned_at: datetime | None = None
    pin_reason: str | None = None
    recorded_at: datetime


class CopyRow(SQLModel, table=True):
    """What a run left in one of its places."""

    __tablename__ = "backup_copy"

    run: str = Field(primary_key=True, foreign_key="backup_run.reference")
    name: str = Field(primary_key=True)
    status: Status = Field(sa_type=words(Status, "copy_status"))
    point: str | None = None
    """What the engine calls it: the artefact's name in its folder, a snapshot's id."""
    bytes: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = None
    reason: str | None = None
    pruned_at: datetime | None = None


class CheckRow(SQLModel, table=True):
    """A look at one copy of a run, at one level."""

    __tablename__ = "backup_check"

    run: str = Field(primary_key=True, foreign_key="backup_run.reference")
    position: int = Field(primary_key=True)
    copy_name: str
    level: Level = Field(sa_type=words(Level, "check_level"))
    verdict: Verdict = Field(sa_type=words(Verdict, "check_verdict"))
    checked_at: datetime
    host: str
    reason: str | None = None
    test: str | None = None


class TestRow(SQLModel, table=True):
    """One restore test."""

    __tablename__ = "restore_test"
    __test__ = False

    reference: str = Field(primary_key=True)
    run: str = Field(foreign_key="backup_run.reference")
    copy_name: str
    policy: str
    asset: str = Field(foreign_key="asset.handle")
    customer: str | None = Field(default=None, foreign_key="customer.code")
    host: str
    verdict: Verdict = Field(sa_type=words(Verdict, "test_verdict"))
    level: Level | None = Field(default=None, sa_type=words(Level, "test_level"))
    started_at: datetime
    ended_at: datetime
    seconds: float | None = None
    """The measured time to recover."""
    steps: str
    """JSON: the steps with their seconds, the assertions with what was found, the commands that were run."""
    assertions: str
    commands: str
    newest_at: datetime | None = None
    loss_seconds: float | None = None
    reason: str | None = None
    evidence: str | None = None
    """SHA-256 of the evidence bundle's JSON."""
    rules: int | None = Field(default=None, foreign_key="rulebook_version.generation")
    person: str
    recorded_at: datetime

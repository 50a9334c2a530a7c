"""Occurrences of duties, actions, rounds with their readings, maintenance that was done, and patches."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Integer, PrimaryKeyConstraint, String

revision = "0003"
down_revision = "0002"

MOMENT = DateTime(timezone=True)
VOIDS = ("false-alarm", "test", "duplicate", "mistake")


def upgrade() -> None:
    """Add the tables of the third release; nothing that is there changes."""
    _duties()
    _actions()
    _inspections()
    _maintenance()


def _among(column: str, *words: str) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _duties() -> None:
    op.create_table(
        "occurrence",
        Column("duty", String, nullable=False),
        Column("due_at", MOMENT, nullable=False),
        Column("about", String, nullable=False),
        Column("opens_at", MOMENT, nullable=False),
        Column("closes_at", MOMENT, nullable=False),
        Column("kind", String, nullable=False),
        Column("topic", String),
        Column("owner", String, nullable=False),
        Column("clause", String),
        Column("rules", Integer, ForeignKey("rulebook_version.generation"), nullable=False),
        Column("state", String(32), nullable=False),
        Column("met_by", String),
        Column("met_at", MOMENT),
        Column("judged_at", MOMENT),
        Column("reason", String),
        # By the moment before the asset: the record of a day is all that a duty asks for on it.
        PrimaryKeyConstraint("duty", "due_at", "about"),
        CheckConstraint(_among("state", "due", "done", "cancelled", "waived"), name="occurrence_state"),
        CheckConstraint("opens_at <= due_at AND due_at <= closes_at", name="occurrence_order"),
        CheckConstraint("(state = 'done') = (met_by IS NOT NULL)", name="occurrence_met"),
    )
    op.create_index("occurrence_met_by", "occurrence", ["met_by"])
    op.create_index("occurrence_due", "occurrence", ["due_at"])
    run = op.get_bind().exec_driver_sql
    # Few of many years' occurrences are still due: these indexes hold them alone.
    run("CREATE INDEX occurrence_waiting ON occurrence (due_at, about) WHERE state = 'due'")
    run("CREATE INDEX occurrence_evidence ON occurrence (kind, topic, about, due_at) WHERE state = 'due'")


def _actions() -> None:
    op.create_table(
        "action",
        Column("reference", String, primary_key=True),
        Column("title", String, nullable=False),
        Column("gravity", String(32), nullable=False),
        Column("state", String(32), nullable=False),
        Column("asset", String, ForeignKey("asset.handle")),
        Column("customer", String, ForeignKey("customer.code")),
        Column("source", String),
        Column("topic", String),
        Column("found_at", MOMENT, nullable=False),
        Column("impact", String),
        Column("told", String),
        Column("owner", String),
        Column("deadline", MOMENT, nullable=False),
        Column("result", String),
        Column("done_by", String),
        Column("done_at", MOMENT),
        Column("verified_by", String),
        Column("verified_at", MOMENT),
        Column("incident", String),
        Column("void", String(32)),
        Column("seen", Integer, nullable=False),
        Column("corrected_at", MOMENT),
        Column("recorded_by", String, nullable=False),
        Column("recorded_at", MOMENT, nullable=False),
        CheckConstraint(_among("gravity", "fail", "warn"), name="action_gravity"),
        CheckConstraint(_among("state", "open", "done", "verified"), name="action_state"),
        CheckConstraint(_among("void", *VOIDS), name="action_void"),
        # Four eyes, held by the table and not only by the program.
        CheckConstraint("verified_by <> done_by", name="action_four_eyes"),
        CheckConstraint("(state = 'verified') = (verified_by IS NOT NULL)", name="action_verified"),
        CheckConstraint("(verified_by IS NULL) = (verified_at IS NULL)", name="action_verification_whole"),
    )
    op.create_index("action_deadline", "action", ["deadline"])
    op.create_index("action_topic", "action", ["topic", "asset"])
    op.create_index("action_source", "action", ["source"])
    run = op.get_bind().exec_driver_sql
    run(
        "CREATE INDEX action_waiting ON action (state, owner, deadline)"
        " WHERE state IN ('open', 'done') AND void IS NULL"
    )
    run("CREATE INDEX action_incident ON action (incident) WHERE incident IS NOT NULL")


def _inspections() -> None:
    op.create_table(
        "inspection",
        Column("reference", String, primary_key=True),
        Column("checklist", String, nullable=False),
        Column("asset", String, ForeignKey("asset.handle")),
        Column("customer", String, ForeignKey("customer.code")),
        Column("route", String),
        Column("state", String(32), nullable=False),
        Column("rules", Integer, ForeignKey("rulebook_version.generation"), nullable=False),
        Column("person", String, nullable=False),
        Column("started_at", MOMENT, nullable=False),
        Column("done_at", MOMENT),
        Column("entered_at", MOMENT),
        Column("countersigned_by", String),
        Column("countersigned_at", MOMENT),
        Column("flags", String),
        Column("asked", Integer),
        Column("answered", String),
        Column("void", String(32)),
        Column("corrected_at", MOMENT),
        Column("recorded_at", MOMENT, nullable=False),
        CheckConstraint(_among("state", "open", "done"), name="inspection_state"),
        CheckConstraint(_among("void", *VOIDS), name="inspection_void"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="inspection_done"),
        CheckConstraint("countersigned_by <> person", name="inspection_four_eyes"),
    )
    op.create_index("inspection_asset_done", "inspection", ["checklist", "asset", "done_at"])
    op.create_index("inspection_person_done", "inspection", ["person", "done_at"])
    op.create_index("inspection_started", "inspection", ["started_at"])
    run = op.get_bind().exec_driver_sql
    # One open round at a time, whoever begins it.
    open_now = "state = 'open' AND void IS NULL"
    run(f"CREATE UNIQUE INDEX inspection_open ON inspection (checklist, asset) WHERE {open_now}")
    run(f"CREATE UNIQUE INDEX inspection_open_bare ON inspection (checklist) WHERE {open_now} AND asset IS NULL")
    op.create_table(
        "inspection_reading",
        Column("inspection", String, ForeignKey("inspection.reference"), nullable=False),
        Column("position", Integer, nullable=False, autoincrement=False),
        Column("item", String, nullable=False),
        Column("mark", String(32), nullable=False),
        Column("value", String),
        Column("note", String),
        Column("source", String(32), nullable=False),
        Column("file", String),
        Column("digest", String),
        Column("by", String, nullable=False),
        Column("at", MOMENT, nullable=False),
        PrimaryKeyConstraint("inspection", "position"),
        CheckConstraint(_among("mark", "ok", "warn", "fail", "n/a"), name="reading_mark"),
        CheckConstraint(_among("source", "typed", "exception", "machine"), name="reading_source"),
    )


def _maintenance() -> None:
    op.create_table(
        "maintenance_work",
        Column("reference", String, primary_key=True),
        Column("asset", String, ForeignKey("asset.handle"), nullable=False),
        Column("customer", String, ForeignKey("customer.code")),
        Column("title", String, nullable=False),
        Column("topic", String),
        Column("procedure", String),
        Column("backup", String(32), nullable=False),
        Column("outcome", String(32), nullable=False),
        Column("result", String),
        Column("window", String),
        Column("person", String, nullable=False),
        Column("started_at", MOMENT),
        Column("done_at", MOMENT, nullable=False),
        Column("entered_at", MOMENT, nullable=False),
        Column("void", String(32)),
        Column("corrected_at", MOMENT),
        Column("recorded_at", MOMENT, nullable=False),
        CheckConstraint(_among("backup", "taken", "not-taken", "n/a"), name="work_backup"),
        CheckConstraint(_among("outcome", "done", "repaired", "replaced", "watched"), name="work_outcome"),
        CheckConstraint(_among("void", *VOIDS), name="work_void"),
        CheckConstraint("done_at >= started_at", name="work_order"),
    )
    op.create_index("maintenance_work_asset", "maintenance_work", ["asset", "done_at"])
    op.create_index("maintenance_work_done", "maintenance_work", ["done_at"])
    op.create_table(
        "patch",
        Column("reference", String, primary_key=True),
        Column("asset", String, ForeignKey("asset.handle"), nullable=False),
        Column("customer", String, ForeignKey("customer.code")),
        Column("title", String, nullable=False),
        Column("advisory", String),
        Column("state", String(32), nullable=False),
        Column("published_at", MOMENT),
        Column("owner", String),
        Column("due_at", MOMENT),
        Column("decided_by", String),
        Column("decided_at", MOMENT),
        Column("reason", String),
        Column("installed_by", String),
        Column("installed_at", MOMENT),
        Column("work", String, ForeignKey("maintenance_work.reference")),
        Column("void", String(32)),
        Column("recorded_by", String, nullable=False),
        Column("recorded_at", MOMENT, nullable=False),
        CheckConstraint(
            _among("state", "open", "decided", "deferred", "installed", "not-applicable"), name="patch_state"
        ),
        CheckConstraint(_among("void", *VOIDS), name="patch_void"),
        CheckConstraint("(state = 'installed') = (installed_at IS NOT NULL)", name="patch_installed"),
    )
    op.create_index("patch_asset", "patch", ["asset"])
    op.create_index("patch_due", "patch", ["due_at"])

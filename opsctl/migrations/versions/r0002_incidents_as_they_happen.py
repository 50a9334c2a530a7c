"""People, customers, rulebooks and maintenance; what clocks need of assets and incidents.

Nothing that stands in a record changes, so every digest in the ledger still fits: what is new is absent in old records.
"""

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)

revision = "0002"
down_revision = "0001"

MOMENT = DateTime(timezone=True)
LEVELS = ("low", "medium", "high")
STATES = ("open", "acknowledged", "mitigated", "resolved", "closed", "merged")
KINDS = ("state", "outage", "impact", "pause")
CATEGORIES = ("fault", "security", "emergency")
VOIDS = ("false-alarm", "test", "duplicate", "mistake")
RESPONSES = ("self", "person", "batch", "implied", "imported")


def upgrade() -> None:
    """Add the tables and columns of the second release."""
    _people()
    _rulebooks()
    _assets()
    if op.get_bind().dialect.name == "postgresql":
        for statement in POSTGRESQL:
            op.get_bind().exec_driver_sql(statement)
    else:
        _make_anew_on_sqlite()
    _indexes()


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _people() -> None:
    op.create_table(
        "person",
        Column("handle", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("login", String),
        Column("department", String),
        Column("team", String),
        Column("superior", String, ForeignKey("person.handle")),
        Column("phone", String),
        Column("email", String),
        Column("retired_at", MOMENT),
        Column("recorded_at", MOMENT, nullable=False),
        UniqueConstraint("login", name="person_login"),
        CheckConstraint("superior <> handle", name="person_superior_other"),
    )
    op.create_table(
        "person_post",
        Column("person", String, ForeignKey("person.handle"), nullable=False),
        Column("position", Integer, nullable=False, autoincrement=False),
        Column("post", String, nullable=False),
        Column("since", MOMENT),
        Column("until", MOMENT),
        PrimaryKeyConstraint("person", "position"),
        CheckConstraint("until >= since", name="person_post_order"),
    )
    op.create_index("person_post_post", "person_post", ["post"])
    op.create_table(
        "customer",
        Column("code", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("name_zh", String),
        Column("zone", String),
        Column("recorded_at", MOMENT, nullable=False),
    )


def _rulebooks() -> None:
    op.create_table(
        "rulebook_version",
        Column("generation", Integer, primary_key=True, autoincrement=False),
        Column("name", String, nullable=False),
        Column("version", String, nullable=False),
        Column("since", MOMENT),
        Column("replaces", String),
        Column("text", String, nullable=False),
        Column("content", String, nullable=False),
        Column("applied_by", String, nullable=False),
        Column("recorded_at", MOMENT, nullable=False),
        UniqueConstraint("name", "version", name="rulebook_name_version"),
    )


def _assets() -> None:
    criticality = _among("criticality", ("key", "important", "ordinary"))
    classification = _among("classification", ("public", "internal", "confidential", "secret"))
    for column in (
        "customer VARCHAR REFERENCES customer (code)",
        "owner VARCHAR REFERENCES person (handle)",
        f"criticality VARCHAR(32) CONSTRAINT asset_criticality CHECK ({criticality})",
        f"classification VARCHAR(32) CONSTRAINT asset_classification CHECK ({classification})",
        "service_hours VARCHAR",
        f"in_service_from {_moment_type()}",
    ):
        op.get_bind().exec_driver_sql(f"ALTER TABLE asset ADD COLUMN {column}")
    op.create_table(
        "maintenance",
        Column("reference", String, primary_key=True),
        Column("asset", String, ForeignKey("asset.handle"), nullable=False),
        Column("title", String, nullable=False),
        Column("cancelled_at", MOMENT),
        Column("cancel_reason", String),
        Column("recorded_at", MOMENT, nullable=False),
    )
    op.create_table(
        "maintenance_window",
        Column("maintenance", String, ForeignKey("maintenance.reference"), nullable=False),
        Column("position", Integer, nullable=False, autoincrement=False),
        Column("starts", MOMENT, nullable=False),
        Column("ends", MOMENT, nullable=False),
        Column("planned_by", String, nullable=False),
        Column("planned_at", MOMENT, nullable=False),
        Column("approved_by", String),
        Column("approved_at", MOMENT),
        PrimaryKeyConstraint("maintenance", "position"),
        CheckConstraint("ends > starts", name="maintenance_order"),
        # Four eyes, held by the table and not only by the program.
        CheckConstraint("approved_by <> planned_by", name="maintenance_four_eyes"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="maintenance_approval_whole"),
    )
    op.create_index("maintenance_window_times", "maintenance_window", ["ends", "starts"])
    op.create_index("maintenance_asset", "maintenance", ["asset"])


def _moment_type() -> str:
    return "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"


_KEPT = (
    "reference, title, asset, impact, urgency, state, impact_start, detected, opened, cause, handling, result,"
    " entered_at, recorded_at, source, source_key, source_digest"
)
_KEPT_SPAN = "incident, position, kind, state, started, ended"


def _make_anew_on_sqlite() -> None:
    """SQLite cannot change a CHECK. What refers to a table has to be gone before it, and comes back after it."""
    run = op.get_bind().exec_driver_sql
    run("CREATE TABLE incident_interval_0001 AS SELECT * FROM incident_interval")
    run("DROP TABLE incident_interval")
    run("CREATE TABLE incident_0001 AS SELECT * FROM incident")
    run("DROP TABLE incident")
    op.create_table(
        "incident",
        Column("reference", String, primary_key=True),
        Column("title", String, nullable=False),
        Column("asset", String, ForeignKey("asset.handle")),
        Column("impact", String(32), nullable=False),
        Column("urgency", String(32), nullable=False),
        Column("state", String(32), nullable=False),
        Column("customer", String, ForeignKey("customer.code")),
        Column("category", String(32), nullable=False),
        Column("severity", Integer),
        Column("rules", Integer, ForeignKey("rulebook_version.generation")),
        Column("assignee", String),
        Column("escalated_to", String),
        Column("drill", Boolean, nullable=False),
        Column("void", String(32)),
        Column("merged_into", String, ForeignKey("incident.reference")),
        Column("told", MOMENT),
        Column("plan", String),
        Column("plan_started", MOMENT),
        Column("exemption", String),
        Column("corrected_at", MOMENT),
        Column("response_due", MOMENT),
        Column("restore_due", MOMENT),
        Column("impact_start", MOMENT),
        Column("detected", MOMENT),
        Column("opened", MOMENT, nullable=False),
        Column("cause", String),
        Column("handling", String),
        Column("result", String),
        Column("entered_at", MOMENT),
        Column("recorded_at", MOMENT, nullable=False),
        Column("source", String),
        Column("source_key", String),
        Column("source_digest", String),
        UniqueConstraint("source", "source_key", name="incident_source_key"),
        CheckConstraint(_among("impact", LEVELS), name="incident_impact"),
        CheckConstraint(_among("urgency", LEVELS), name="incident_urgency"),
        CheckConstraint(_among("state", STATES), name="incident_state"),
        CheckConstraint(_among("category", CATEGORIES), name="incident_category"),
        CheckConstraint(_among("void", VOIDS), name="incident_void"),
        CheckConstraint(SEVERITIES, name="incident_severity"),
        CheckConstraint(MERGED, name="incident_merged"),
    )
    op.create_table(
        "incident_interval",
        Column("incident", String, ForeignKey("incident.reference"), nullable=False),
        Column("position", Integer, nullable=False, autoincrement=False),
        Column("kind", String(32), nullable=False),
        Column("state", String(32)),
        Column("started", MOMENT, nullable=False),
        Column("ended", MOMENT),
        Column("weight", Integer, nullable=False),
        Column("started_entered", MOMENT),
        Column("ended_entered", MOMENT),
        Column("response", String(32)),
        Column("entered_by", String),
        Column("reason", String),
        Column("asked", String),
        Column("decided_by", String),
        Column("decided_at", MOMENT),
        Column("approved", Boolean),
        PrimaryKeyConstraint("incident", "position"),
        CheckConstraint(_among("kind", KINDS), name="interval_kind"),
        CheckConstraint(_among("state", STATES), name="interval_state"),
        CheckConstraint("(kind = 'state') = (state IS NOT NULL)", name="interval_state_given"),
        CheckConstraint("kind = 'state' OR ended >= started", name="interval_order"),
        CheckConstraint(_among("response", RESPONSES), name="interval_response"),
        CheckConstraint(WEIGHTS, name="interval_weight"),
        CheckConstraint(FOUR_EYES, name="interval_four_eyes"),
    )
    run(
        f"INSERT INTO incident ({_KEPT}, category, drill) SELECT {_KEPT}, 'fault', 0 FROM incident_0001"  # noqa: S608
    )
    run(
        f"INSERT INTO incident_interval ({_KEPT_SPAN}, weight)"  # noqa: S608
        f" SELECT {_KEPT_SPAN}, 1000 FROM incident_interval_0001"
    )
    run("DROP TABLE incident_interval_0001")
    run("DROP TABLE incident_0001")
    op.create_index("incident_opened", "incident", ["opened"])
    op.create_index("incident_asset_opened", "incident", ["asset", "opened"])
    op.create_index("incident_state_opened", "incident", ["state", "opened"])
    op.create_index("interval_span", "incident_interval", ["kind", "started", "ended"])


SEVERITIES = "severity BETWEEN 1 AND 4"
MERGED = "(state = 'merged') = (merged_into IS NOT NULL) AND merged_into <> reference"
WEIGHTS = "weight BETWEEN 1 AND 1000"
FOUR_EYES = "decided_by <> entered_by"

POSTGRESQL = (
    "ALTER TABLE incident ADD COLUMN customer VARCHAR REFERENCES customer (code)",
    "ALTER TABLE incident ADD COLUMN category VARCHAR(32) NOT NULL DEFAULT 'fault'"
    f" CONSTRAINT incident_category CHECK ({_among('category', CATEGORIES)})",
    "ALTER TABLE incident ALTER COLUMN category DROP DEFAULT",
    f"ALTER TABLE incident ADD COLUMN severity INTEGER CONSTRAINT incident_severity CHECK ({SEVERITIES})",
    "ALTER TABLE incident ADD COLUMN rules INTEGER REFERENCES rulebook_version (generation)",
    "ALTER TABLE incident ADD COLUMN assignee VARCHAR",
    "ALTER TABLE incident ADD COLUMN escalated_to VARCHAR",
    "ALTER TABLE incident ADD COLUMN drill BOOLEAN NOT NULL DEFAULT false",
    "ALTER TABLE incident ALTER COLUMN drill DROP DEFAULT",
    f"ALTER TABLE incident ADD COLUMN void VARCHAR(32) CONSTRAINT incident_void CHECK ({_among('void', VOIDS)})",
    "ALTER TABLE incident ADD COLUMN merged_into VARCHAR REFERENCES incident (reference)",
    *(
        f"ALTER TABLE incident ADD COLUMN {column}"
        for column in (
            "told TIMESTAMP WITH TIME ZONE",
            "plan VARCHAR",
            "plan_started TIMESTAMP WITH TIME ZONE",
            "exemption VARCHAR",
            "corrected_at TIMESTAMP WITH TIME ZONE",
            "response_due TIMESTAMP WITH TIME ZONE",
            "restore_due TIMESTAMP WITH TIME ZONE",
        )
    ),
    "ALTER TABLE incident DROP CONSTRAINT incident_state",
    f"ALTER TABLE incident ADD CONSTRAINT incident_state CHECK ({_among('state', STATES)})",
    f"ALTER TABLE incident ADD CONSTRAINT incident_merged CHECK ({MERGED})",
    "ALTER TABLE incident_interval ADD COLUMN weight INTEGER NOT NULL DEFAULT 1000"
    f" CONSTRAINT interval_weight CHECK ({WEIGHTS})",
    "ALTER TABLE incident_interval ALTER COLUMN weight DROP DEFAULT",
    *(
        f"ALTER TABLE incident_interval ADD COLUMN {column}"
        for column in (
            "started_entered TIMESTAMP WITH TIME ZONE",
            "ended_entered TIMESTAMP WITH TIME ZONE",
            f"response VARCHAR(32) CONSTRAINT interval_response CHECK ({_among('response', RESPONSES)})",
            "entered_by VARCHAR",
            "reason VARCHAR",
            "asked VARCHAR",
            "decided_by VARCHAR",
            "decided_at TIMESTAMP WITH TIME ZONE",
            "approved BOOLEAN",
        )
    ),
    f"ALTER TABLE incident_interval ADD CONSTRAINT interval_four_eyes CHECK ({FOUR_EYES})",
    "ALTER TABLE incident_interval DROP CONSTRAINT interval_kind",
    f"ALTER TABLE incident_interval ADD CONSTRAINT interval_kind CHECK ({_among('kind', KINDS)})",
    "ALTER TABLE incident_interval DROP CONSTRAINT interval_state",
    f"ALTER TABLE incident_interval ADD CONSTRAINT interval_state CHECK ({_among('state', STATES)})",
)


def _indexes() -> None:
    run = op.get_bind().exec_driver_sql
    # Few of a million incidents are unresolved, merged or drills: the indexes hold these alone.
    run(
        "CREATE INDEX incident_unresolved ON incident (asset, opened)"
        " WHERE state IN ('open', 'acknowledged', 'mitigated')"
    )
    run("CREATE INDEX incident_merged_into ON incident (merged_into) WHERE merged_into IS NOT NULL")
    op.create_index("incident_restore_due", "incident", ["restore_due"])
    op.create_index("incident_response_due", "incident", ["response_due"])
    op.create_index("incident_customer_opened", "incident", ["customer", "opened"])
    op.create_index("incident_assignee_opened", "incident", ["assignee", "opened"])
    run("CREATE INDEX incident_detected ON incident (detected) WHERE detected IS NOT NULL")
    run("CREATE INDEX incident_plan_started ON incident (plan_started) WHERE plan_started IS NOT NULL")
    run(
        "CREATE INDEX interval_late ON incident_interval (started_entered)"
        " WHERE state = 'acknowledged' AND started_entered > started"
    )
    run("CREATE INDEX interval_undecided ON incident_interval (started) WHERE kind = 'pause' AND approved IS NULL")
    # What touches a month has mostly ended after its beginning: read from that end, not from the first outage ever.
    op.create_index("interval_ended", "incident_interval", ["kind", "ended", "started"])
    op.create_index("interval_entered", "incident_interval", ["kind", "state", "started"])

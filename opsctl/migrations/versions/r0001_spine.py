"""The spine: settings, references, the ledger with its guards, assets, incidents."""

from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)

revision = "0001"
down_revision = None

MOMENT = DateTime(timezone=True)


def upgrade() -> None:
    """Make every table of the first release."""
    _store()
    _ledger()
    _assets()
    _incidents()
    guards = POSTGRESQL_GUARDS if op.get_bind().dialect.name == "postgresql" else SQLITE_GUARDS
    for statement in guards:
        op.get_bind().exec_driver_sql(statement)


def _words(name: str, *allowed: str) -> CheckConstraint:
    column = name.split("_", 1)[1]
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in allowed)})", name=name)


def _store() -> None:
    op.create_table("setting", Column("name", String, primary_key=True), Column("value", String, nullable=False))
    op.create_table(
        "reference_counter",
        Column("prefix", String),
        Column("year", Integer, autoincrement=False),
        Column("last", Integer, nullable=False),
        PrimaryKeyConstraint("prefix", "year"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("recorded_at", MOMENT, nullable=False),
        Column("happened_at", MOMENT, nullable=False),
        Column("actor", String, nullable=False),
        Column("host", String, nullable=False),
        Column("kind", String, nullable=False),
        Column("subject", String, nullable=False),
        Column("about", String),
        Column("topic", String),
        Column("customer", String),
        Column("request", String, nullable=False),
        Column("line", Integer, nullable=False),
        Column("facts_digest", String, nullable=False),
        Column("record_digest", String),
        Column("row_digest", String, nullable=False),
        Column("prev_hash", String, nullable=False),
        Column("hash", String, nullable=False),
        UniqueConstraint("request", "line", name="ledger_request_line"),
        # The absent stands as the empty string in a row's digest, so nothing present may be empty.
        CheckConstraint(
            "about <> '' AND topic <> '' AND customer <> '' AND record_digest <> ''", name="ledger_not_empty"
        ),
    )
    op.create_index("ledger_evidence", "ledger", ["kind", "about", "topic", "happened_at"])
    op.create_index("ledger_subject", "ledger", ["subject", "seq"])
    op.create_table(
        "ledger_facts",
        Column("seq", Integer, ForeignKey("ledger.seq"), primary_key=True, autoincrement=False),
        Column("facts", String),
        Column("salt", String),
    )
    op.create_table(
        "ledger_head",
        Column("id", Integer, CheckConstraint("id = 1", name="ledger_head_one"), primary_key=True, autoincrement=False),
        Column("seq", Integer, nullable=False),
        Column("hash", String, nullable=False),
    )
    op.get_bind().exec_driver_sql(f"INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, '{'0' * 64}')")  # noqa: S608


def _assets() -> None:
    op.create_table(
        "asset",
        Column("handle", String, primary_key=True),
        Column("title", String, nullable=False),
        Column("title_zh", String),
        Column("kind", String),
        Column("retired_at", MOMENT),
        Column("recorded_at", MOMENT, nullable=False),
    )


def _incidents() -> None:
    op.create_table(
        "incident",
        Column("reference", String, primary_key=True),
        Column("title", String, nullable=False),
        Column("asset", String, ForeignKey("asset.handle")),
        Column("impact", String(32), nullable=False),
        Column("urgency", String(32), nullable=False),
        Column("state", String(32), nullable=False),
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
        _words("incident_impact", "low", "medium", "high"),
        _words("incident_urgency", "low", "medium", "high"),
        _words("incident_state", "open", "acknowledged", "mitigated", "resolved", "closed"),
    )
    op.create_index("incident_opened", "incident", ["opened"])
    op.create_index("incident_asset_opened", "incident", ["asset", "opened"])
    op.create_index("incident_state_opened", "incident", ["state", "opened"])
    op.create_table(
        "incident_interval",
        Column("incident", String, ForeignKey("incident.reference"), nullable=False),
        Column("position", Integer, nullable=False, autoincrement=False),
        Column("kind", String(32), nullable=False),
        Column("state", String(32)),
        Column("started", MOMENT, nullable=False),
        Column("ended", MOMENT),
        PrimaryKeyConstraint("incident", "position"),
        CheckConstraint("kind IN ('state', 'outage', 'impact')", name="interval_kind"),
        CheckConstraint("state IN ('open', 'acknowledged', 'mitigated', 'resolved', 'closed')", name="interval_state"),
        CheckConstraint("(kind = 'state') = (state IS NOT NULL)", name="interval_state_given"),
        CheckConstraint("kind = 'state' OR ended >= started", name="interval_order"),
    )
    op.create_index("interval_span", "incident_interval", ["kind", "started", "ended"])


SQLITE_GUARDS = (
    "CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN"
    " SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN"
    " SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    # INSERT OR REPLACE deletes without telling the trigger above; its seq is never the next one.
    "CREATE TRIGGER ledger_next_only BEFORE INSERT ON ledger"
    " WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger) BEGIN"
    " SELECT RAISE(ABORT, 'the ledger grows at its end only'); END",
    "CREATE TRIGGER ledger_facts_blank_only BEFORE UPDATE ON ledger_facts"
    " WHEN NEW.seq <> OLD.seq OR NEW.facts IS NOT NULL OR NEW.salt IS NOT NULL BEGIN"
    " SELECT RAISE(ABORT, 'facts can be redacted, not changed'); END",
    "CREATE TRIGGER ledger_facts_no_delete BEFORE DELETE ON ledger_facts BEGIN"
    " SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER ledger_facts_no_replace BEFORE INSERT ON ledger_facts"
    " WHEN EXISTS (SELECT 1 FROM ledger_facts WHERE seq = NEW.seq) BEGIN"
    " SELECT RAISE(ABORT, 'facts can be redacted, not changed'); END",
    "CREATE TRIGGER ledger_head_forward_only BEFORE UPDATE ON ledger_head WHEN NEW.seq <= OLD.seq BEGIN"
    " SELECT RAISE(ABORT, 'the head of the ledger moves forward only'); END",
    "CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head BEGIN"
    " SELECT RAISE(ABORT, 'the ledger is append-only'); END",
)

POSTGRESQL_GUARDS = (
    """
    CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'OP001';
    END $$
    """,
    """
    CREATE FUNCTION ledger_facts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' OR NEW.seq <> OLD.seq OR NEW.facts IS NOT NULL OR NEW.salt IS NOT NULL THEN
        RAISE EXCEPTION 'facts can be redacted, not changed' USING ERRCODE = 'OP001';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION ledger_head_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' OR NEW.seq <= OLD.seq THEN
        RAISE EXCEPTION 'the head of the ledger moves forward only' USING ERRCODE = 'OP001';
      END IF;
      RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
    "CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger EXECUTE FUNCTION ledger_refuse()",
    "CREATE TRIGGER ledger_facts_blank_only BEFORE UPDATE OR DELETE ON ledger_facts"
    " FOR EACH ROW EXECUTE FUNCTION ledger_facts_guard()",
    "CREATE TRIGGER ledger_facts_no_truncate BEFORE TRUNCATE ON ledger_facts EXECUTE FUNCTION ledger_refuse()",
    "CREATE TRIGGER ledger_head_forward_only BEFORE UPDATE OR DELETE ON ledger_head"
    " FOR EACH ROW EXECUTE FUNCTION ledger_head_guard()",
    "CREATE TRIGGER ledger_head_no_truncate BEFORE TRUNCATE ON ledger_head EXECUTE FUNCTION ledger_refuse()",
    # The whole queue of a unit of work in one call: one lock on the head, one number after the other, one stamp.
    # It runs as its owner, so a writer needs no right on the tables, and its search path is pinned for that reason.
    # The per cent sign is doubled because the driver reads it first.
    """
    DO $outer$ BEGIN EXECUTE format($format$
    CREATE FUNCTION ledger_append(
      p_request text, p_host text, p_lines int[], p_happened timestamptz[], p_kinds text[], p_subjects text[],
      p_abouts text[], p_topics text[], p_customers text[], p_facts text[], p_salts text[], p_records text[],
      OUT new_seq int, OUT new_hash text
    ) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, %%1$I, pg_temp AS $body$
    DECLARE
      moment_format CONSTANT text := 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';
      total CONSTANT int := cardinality(p_lines);
      writer CONSTANT text := session_user;
      first_seq int;
      stamp timestamptz;
      stamp_text text;
      facts_digests text[] := array_fill(''::text, ARRAY[total]);
      row_digests text[] := array_fill(''::text, ARRAY[total]);
      prev_hashes text[] := array_fill(''::text, ARRAY[total]);
      hashes text[] := array_fill(''::text, ARRAY[total]);
    BEGIN
      SELECT seq, hash INTO STRICT new_seq, new_hash FROM ledger_head WHERE id = 1 FOR UPDATE;
      first_seq := new_seq + 1;
      stamp := clock_timestamp();
      stamp_text := to_char(stamp AT TIME ZONE 'UTC', moment_format);
      FOR i IN 1..total LOOP
        IF position(E'\\n' IN writer || p_host || p_kinds[i] || p_subjects[i] || coalesce(p_abouts[i], '')
            || coalesce(p_topics[i], '') || coalesce(p_customers[i], '') || p_request) > 0 THEN
          RAISE EXCEPTION 'a column of the ledger holds a line feed' USING ERRCODE = 'OP001';
        END IF;
        new_seq := new_seq + 1;
        facts_digests[i] := encode(sha256(convert_to(p_salts[i] || p_facts[i], 'UTF8')), 'hex');
        row_digests[i] := encode(sha256(convert_to(
          new_seq || E'\\n' || stamp_text || E'\\n' || to_char(p_happened[i] AT TIME ZONE 'UTC', moment_format)
          || E'\\n' || writer || E'\\n' || p_host || E'\\n' || p_kinds[i] || E'\\n' || p_subjects[i] || E'\\n'
          || coalesce(p_abouts[i], '') || E'\\n' || coalesce(p_topics[i], '') || E'\\n' || coalesce(p_customers[i], '')
          || E'\\n' || p_request || E'\\n' || p_lines[i] || E'\\n' || facts_digests[i] || E'\\n'
          || coalesce(p_records[i], ''), 'UTF8')), 'hex');
        prev_hashes[i] := new_hash;
        new_hash := encode(sha256(convert_to(new_hash || E'\\n' || row_digests[i], 'UTF8')), 'hex');
        hashes[i] := new_hash;
      END LOOP;
      INSERT INTO ledger (seq, recorded_at, happened_at, actor, host, kind, subject, about, topic, customer, request,
          line, facts_digest, record_digest, row_digest, prev_hash, hash)
        SELECT first_seq + place - 1, stamp, happened, writer, p_host, kind, subject, about, topic, customer, p_request,
          line, facts_digest, record, row_digest, prev_hash, hash
        FROM unnest(p_lines, p_happened, p_kinds, p_subjects, p_abouts, p_topics, p_customers, p_records,
          facts_digests, row_digests, prev_hashes, hashes) WITH ORDINALITY
          AS queue (line, happened, kind, subject, about, topic, customer, record, facts_digest, row_digest,
            prev_hash, hash, place);
      INSERT INTO ledger_facts (seq, facts, salt)
        SELECT first_seq + place - 1, fact, grain
        FROM unnest(p_facts, p_salts) WITH ORDINALITY AS queue (fact, grain, place);
      UPDATE ledger_head SET seq = new_seq, hash = new_hash WHERE id = 1;
    END $body$ $format$, current_schema()); END $outer$
    """,
    # Whoever may append may say that anything happened: only those who are granted it.
    "REVOKE ALL ON FUNCTION ledger_append FROM PUBLIC",
)

"""What an asset can be restored to, read from the ledger alone. Loaded only where backups are asked for at all."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from opsctl.incidents.rules.restoring import RestorePoint, Told, restore_points
from opsctl.ledger.rules import read_facts
from opsctl.rulebook.rules import Rules

# One statement, for whoever opens an incident waits: the newest restore tests of each policy; what else is told of the
# runs that they restored; and by which policies the asset was ever backed up. A test names its run only inside its
# facts, but it is a check of that run as well, which stands on the next line of the same request. A kind put together
# with nothing is held away from its index: SQLite would look through every run there ever was, not at the few wanted.
_TOLD = text(
    "WITH test AS (SELECT seq, kind, subject, topic, happened_at, request, line, row_number() OVER"
    " (PARTITION BY kind, topic ORDER BY happened_at DESC, seq DESC) AS place FROM ledger"
    " WHERE kind IN ('restore_test.passed', 'restore_test.differed') AND about = :asset),"
    " tried AS (SELECT test.seq, test.kind, test.subject, test.topic, test.happened_at, checked.subject AS run"
    " FROM test LEFT JOIN ledger AS checked ON checked.request = test.request AND checked.line = test.line + 1"
    " AND checked.kind = 'backup.checked' WHERE test.place <= 5)"
    " SELECT tried.seq AS seq, tried.kind AS kind, tried.subject AS subject, tried.topic AS topic,"
    " tried.happened_at AS happened_at, ledger_facts.facts AS facts"
    " FROM tried LEFT JOIN ledger_facts ON ledger_facts.seq = tried.seq"
    " UNION ALL SELECT told.seq, told.kind, told.subject, told.topic, told.happened_at, ledger_facts.facts"
    " FROM ledger AS told LEFT JOIN ledger_facts ON ledger_facts.seq = told.seq"
    " WHERE told.subject IN (SELECT run FROM tried) AND told.kind || '' IN"
    " ('backup.succeeded', 'backup.incomplete', 'backup.adopted', 'backup.checked', 'backup.pruned')"
    " UNION ALL SELECT 0, 'backup.succeeded', '', topic, max(happened_at), NULL FROM ledger"
    " WHERE kind IN ('backup.succeeded', 'backup.adopted') AND about = :asset GROUP BY topic"
).columns(happened_at=UTCDateTime)


def points(session: Session, *, asset: str | None, rules: Rules, began_at: datetime) -> tuple[RestorePoint, ...]:
    """What the asset can be restored to, given when its trouble began; nothing where no rule asks for backups."""
    policies = rules.backed_up
    if asset is None or not policies:
        return ()
    found = session.connection().execute(_TOLD, {"asset": asset})
    told = [
        Told(seq, kind, subject, policy, happened_at, read_facts(facts))
        for seq, kind, subject, policy, happened_at, facts in found
    ]
    return restore_points(told, {name for name, its in policies.items() if its == asset}, began_at)

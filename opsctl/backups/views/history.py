"""What happened to a run or a restore test, by its rows of the ledger."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from opsctl.backups import terms
from opsctl.core.report import Column, Kind, Table
from opsctl.core.texts import _, pgettext

if TYPE_CHECKING:
    from opsctl.ledger.rules import Row


def history(rows: "Sequence[Row]") -> Table:
    """What was written of it, in the order of writing."""
    columns = (
        Column("recorded", pgettext("when", "recorded"), Kind.MOMENT),
        Column("event", _("event")),
        Column("actor", pgettext("whom", "by")),
        Column("host", _("host")),
        Column("row", _("row"), Kind.COUNT),
    )
    cells = tuple((row.recorded_at, event_word(row.kind), row.actor, row.host, row.seq) for row in rows)
    return Table(columns, cells, title=pgettext("of a record", "History"))


def event_word(kind: str) -> str:
    """What a row of the ledger tells."""
    words = {
        terms.ADOPTED: pgettext("backup", "adopted"),
        terms.CHECKED: pgettext("event", "checked"),
        terms.PINNED: pgettext("event", "pinned"),
        terms.UNPINNED: pgettext("event", "unpinned"),
        terms.PRUNED: pgettext("event", "pruned"),
        terms.RESTORED: pgettext("event", "restored"),
        **dict.fromkeys(terms.KIND_OF.values(), pgettext("event", "ran")),
        **dict.fromkeys(terms.KIND_OF_TEST.values(), pgettext("event", "tested")),
    }
    return words.get(kind, kind)

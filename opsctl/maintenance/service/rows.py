"""Between rows and what the rules know, for both kinds of record."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import func
from sqlmodel import Session, col, select

from opsctl.core import chain
from opsctl.ledger.terms import BLANK
from opsctl.maintenance.rules import patches, work
from opsctl.maintenance.rules.patches import Patch
from opsctl.maintenance.rules.work import Work
from opsctl.maintenance.tables import PatchRow, WorkRow

R = TypeVar("R", Work, Patch)
_BLOCK = 1000


class Rows(Generic[R]):
    """The rows of one kind of record. Statements of Core: no table that a key points to has to be loaded."""

    def __init__(
        self, row: Any, record: type[R], fields: Callable[[R], dict[str, Any]], texts: tuple[str, ...]
    ) -> None:
        self.table = row.__table__
        self.record: type[R] = record
        self.fields: Callable[[R], dict[str, Any]] = fields
        self.texts = texts
        self.names = tuple(record.__dataclass_fields__)
        self.columns = [getattr(row, name) for name in self.names]
        self.reference = col(row.reference)
        # By year and number: as text WRK-2026-10000 would stand before WRK-2026-9999.
        self.numbered = (func.substr(self.reference, 1, 8), func.length(self.reference), self.reference)

    def chosen(self) -> Any:
        """A query for records, to be narrowed, ordered and given to `load`."""
        return select(*self.columns)

    def load(self, session: Session, query: Any) -> list[R]:
        """The records of a query made with `chosen`, in its order."""
        return [self.record(*row) for row in session.connection().execute(query)]

    def count(self, session: Session, query: Any) -> int:
        """How many records a query made with `chosen` finds."""
        counting = query.with_only_columns(func.count(), maintain_column_froms=True)
        return int(session.connection().execute(counting).scalar_one())

    def of_references(self, session: Session, references: Sequence[str], *, locked: bool = False) -> list[R]:
        """The records of these references, in the order of references, perhaps locked so that nobody changes them."""
        query = self.chosen().where(self.reference.in_(references)).order_by(self.reference)
        return self.load(session, query.with_for_update() if locked else query)

    def add(self, session: Session, record: R) -> None:
        """Add a new record."""
        values = {name: getattr(record, name) for name in self.names}
        session.connection().execute(self.table.insert().values(values))

    def save(self, session: Session, before: R, after: R) -> None:
        """Write what differs."""
        changed = {name: value for name in self.names if (value := getattr(after, name)) != getattr(before, name)}
        if changed:
            named = self.table.c.reference == before.reference
            session.connection().execute(self.table.update().where(named).values(changed))

    def records(self, session: Session) -> Iterator[tuple[str, str]]:
        """Every record's reference and digest as it is now."""
        every = session.exec(select(self.reference).order_by(self.reference)).all()
        for start in range(0, len(every), _BLOCK):
            block = every[start : start + _BLOCK]
            try:
                found = self.of_references(session, block)
                yield from [(one.reference, chain.record_digest(self.fields(one))) for one in found]
            except (LookupError, TypeError, ValueError):
                # Somebody wrote what cannot be read: the others are compared all the same.
                for reference in block:
                    yield reference, chain.digest_of_readable(partial(self._fields, session, reference))

    def blank(self, session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
        """Blank what somebody wrote and is among `texts`; the fields after, or None where none was."""
        for before in self.of_references(session, [reference], locked=True):
            held = [name for name in self.texts if getattr(before, name) in texts]
            if held:
                named = self.table.c.reference == reference
                session.connection().execute(self.table.update().where(named).values(dict.fromkeys(held, BLANK)))
                return self._fields(session, reference)
        return None

    def _fields(self, session: Session, reference: str) -> dict[str, Any]:
        return self.fields(self.of_references(session, [reference])[0])


WORK: Rows[Work] = Rows(WorkRow, Work, work.fields, work.TEXTS)
PATCHES: Rows[Patch] = Rows(PatchRow, Patch, patches.fields, patches.TEXTS)

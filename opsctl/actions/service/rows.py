"""Between rows and the actions that the rules know."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from opsctl.actions.rules import Action
from opsctl.actions.tables import ActionRow

_BLOCK = 500
"""How many go into one statement: SQLite takes some thirty thousand values at once."""
WAITING = text("action.state IN ('open', 'done') AND action.void IS NULL")
"""Spelled out, so that the databases know it for the condition of the index of what waits."""
_NAMES = tuple(Action.__dataclass_fields__)
_ACTIONS: Any = ActionRow.__table__  # type: ignore[attr-defined]
# Plain columns instead of objects of rows: neither reading nor writing then needs the tables that keys point to.
_COLUMNS: Sequence[Any] = [getattr(ActionRow, name) for name in _NAMES]
_CHANGING = tuple(name for name in _NAMES if name not in ("reference", "source", "topic", "recorded_by", "recorded_at"))


def chosen() -> Any:
    """A query for actions, to be narrowed, ordered and given to `load`."""
    return select(*_COLUMNS)


def load(session: Session, query: Any) -> list[Action]:
    """The actions of a query made with `chosen`, in its order."""
    return [Action(*row) for row in session.connection().execute(query)]


def of_references(session: Session, references: Iterable[str]) -> list[Action]:
    """The actions of these references, in the order of references."""
    wanted = sorted(set(references))
    found: list[Action] = []
    for start in range(0, len(wanted), _BLOCK):
        some = col(ActionRow.reference).in_(wanted[start : start + _BLOCK])
        found += load(session, chosen().where(some).order_by(col(ActionRow.reference)))
    return found


def add(session: Session, actions: Sequence[Action]) -> None:
    """Add new actions: one statement for all, and so one round trip, where they are not hundreds."""
    for start in range(0, len(actions), _BLOCK):
        block = actions[start : start + _BLOCK]
        values = [{name: getattr(one, name) for name in _NAMES} for one in block]
        session.connection().execute(_ACTIONS.insert().values(values))


def save(session: Session, actions: Sequence[Action]) -> None:
    """Write these actions over what is there of them, in one batch."""
    if actions:
        statement = (
            _ACTIONS.update()
            .where(_ACTIONS.c.reference == bindparam("which"))
            .values({name: bindparam(f"new_{name}") for name in _CHANGING})
        )
        values = [
            {"which": one.reference, **{f"new_{name}": getattr(one, name) for name in _CHANGING}} for one in actions
        ]
        session.connection().execute(statement, values)

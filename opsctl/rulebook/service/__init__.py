"""Reading what is in force; applying lies in `applying`, looking at versions in `looking`."""

import json
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from opsctl.core.errors import NotFound
from opsctl.core.texts import _
from opsctl.rulebook.rules import Rules
from opsctl.rulebook.rules import standing as rules
from opsctl.rulebook.rules.standing import Content, Head

_KEPT = "rulebook"
# Plain queries: whoever opens an incident at night asks for the rules, and need not load the class of their table.
# The contents of the newest version of each book come along: these are in force, as a rule, and a question saved is a
# tenth of a second where the database is far away.
_HEADS = text(
    "SELECT generation, name, version, since, replaces, applied_by, recorded_at, CASE WHEN generation IN"
    " (SELECT max(generation) FROM rulebook_version GROUP BY name) THEN content END FROM rulebook_version"
    " ORDER BY generation"
).columns(since=UTCDateTime, recorded_at=UTCDateTime)
_CONTENTS = text("SELECT generation, content FROM rulebook_version WHERE generation IN :generations").bindparams(
    bindparam("generations", expanding=True)
)


class _Kept:
    """What one session has read so far: the heads of all versions, contents and rules by generation."""

    def __init__(self, heads: list[Head], texts: dict[int, str]) -> None:
        self.heads = heads
        self.texts = texts
        self.contents: dict[int, Content] = {}
        self.rules: dict[int, Rules] = {}


def in_force(session: Session, *, at: datetime) -> Rules:
    """The rules in force at that moment; empty before any book. Kept in `session.info`, so asking twice is free."""
    return _rules_at(session, rules.generation_at(_kept(session).heads, at))


def of_generation(session: Session, *, generation: int | None) -> Rules:
    """The rules of one generation, for a record stamped with it; empty Rules for None. Kept in `session.info`.

    Raise NotFound if there is no such generation.
    """
    return _rules_at(session, generation or 0)


def history(session: Session) -> list[Rules]:
    """The rules of every generation, the oldest first; each is in force from its `since` (None: always) to the next."""
    return [_rules_at(session, head.generation) for head in _kept(session).heads]


def _rules_at(session: Session, generation: int) -> Rules:
    if not generation:
        return Rules()
    kept = _kept(session)
    if generation not in kept.rules:
        newest = next((head for head in kept.heads if head.generation == generation), None)
        if newest is None:
            raise NotFound(
                _("There are no rules of generation {number}.").format(number=generation),
                _("See them with: opsctl rulebook list"),
            )
        together = rules.merged(contents_of(session, rules.standing(kept.heads, generation)).values())
        kept.rules[generation] = rules.rules_of(together, generation=generation, since=newest.since)
    return kept.rules[generation]


def contents_of(session: Session, heads: list[Head]) -> dict[str, Content]:
    """The contents of these versions by the names of their books."""
    kept = _kept(session)
    contents = kept.contents
    missing = [head.generation for head in heads if head.generation not in contents]
    if unread := [generation for generation in missing if generation not in kept.texts]:
        kept.texts.update((row[0], row[1]) for row in session.connection().execute(_CONTENTS, {"generations": unread}))
    for generation in missing:
        contents[generation] = json.loads(kept.texts.pop(generation))
    return {head.name: contents[head.generation] for head in heads}


def heads_of(session: Session) -> list[Head]:
    """Every version of every book without its text, the oldest first."""
    return _kept(session).heads


def forget(session: Session) -> None:
    """Read anew what is asked for next: a version was added."""
    session.info.pop(_KEPT, None)


def _kept(session: Session) -> _Kept:
    kept: _Kept | None = session.info.get(_KEPT)
    if kept is None:
        kept = session.info[_KEPT] = _read(session)
    return kept


def _read(session: Session) -> _Kept:
    heads, texts = [], {}
    for generation, *others, content in session.connection().execute(_HEADS):
        heads.append(Head(generation, *others))
        if content is not None:
            texts[generation] = content
    return _Kept(heads, texts)

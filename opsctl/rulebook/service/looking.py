"""Looking at versions of rulebooks: the list, one or all in force, and what differs between two."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlmodel import Session, col, select

from opsctl.core import chain
from opsctl.core.errors import InvalidInput, NotFound
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt, mend, nearest
from opsctl.rulebook.rules import Rules
from opsctl.rulebook.rules import standing as rules
from opsctl.rulebook.rules.standing import Content, Difference, Head
from opsctl.rulebook.service import contents_of, heads_of, of_generation
from opsctl.rulebook.service.applying import fields, raise_first, reference, validate
from opsctl.rulebook.tables import RulebookVersion


@dataclass(frozen=True)
class Shown:
    """Rules to look at: everything in force, or what one version says. `text` is its TOML as it was given."""

    rules: Rules
    heads: tuple[Head, ...]
    text: str | None = None


@dataclass(frozen=True)
class Listed:
    """A version in the list. `in_force` is whether it counts at the moment of asking."""

    head: Head
    in_force: bool


def list_versions(session: Session, *, at: datetime) -> list[Listed]:
    """Every version of every book, the oldest first."""
    heads = heads_of(session)
    now = rules.standing(heads, rules.generation_at(heads, at))
    return [Listed(head, head in now) for head in heads]


def show(session: Session, *, at: datetime, word: str | None = None) -> Shown:
    """Everything in force at that moment, or what one version says: `om@2026.1`, or `om` for the one in force.

    Raise NotFound if there is no such version.
    """
    heads = heads_of(session)
    if word is None:
        generation = rules.generation_at(heads, at)
        return Shown(of_generation(session, generation=generation), tuple(rules.standing(heads, generation)))
    head = _named(heads, word, at)
    content = contents_of(session, [head])[head.name]
    text = session.exec(select(RulebookVersion.text).where(RulebookVersion.generation == head.generation)).one()
    return Shown(rules.rules_of(content, generation=head.generation, since=head.since), (head,), text)


def toml(session: Session, *, at: datetime, word: str | None = None) -> str:
    """The text of one version as it was given; without a word that of the only book in force.

    Raise NotFound if there is no such version, InvalidInput if several books are in force.
    """
    heads = heads_of(session)
    if word is None:
        current = rules.standing(heads, rules.generation_at(heads, at))
        if len(current) != 1:
            raise InvalidInput(
                _("{count} books are in force.").format(count=len(current)),
                _("Name one of: {words}.").format(words=series(head.reference for head in heads) or "–"),
            )
        word = current[0].reference
    return show(session, at=at, word=word).text or ""


class Given(NamedTuple):
    """The text of a file, as one side of a comparison."""

    file: str
    text: str


def diff(
    session: Session, *, now: datetime, first: str | Given, second: str | Given | None = None
) -> tuple[str, str, list[Difference]]:
    """What the second says otherwise than the first, field by field, with the names of both.

    A file alone is compared with its book in force, a version alone with what is in force of its book. Raise
    InvalidInput for an error in a file, NotFound if there is no such version.
    """
    one = _side(session, first, now)
    if second is not None:
        other = _side(session, second, now)
    else:
        current = _side(session, str(one[1]["name"]), now)
        one, other = (one, current) if isinstance(first, str) else (current, one)
    return one[0], other[0], rules.differences(one[1], other[1])


def _side(session: Session, side: str | Given, now: datetime) -> tuple[str, Content]:
    if isinstance(side, Given):
        book = validate(session, now=now, text=side.text, file=side.file)
        raise_first(book)
        return side.file, book.content
    head = _named(heads_of(session), side, now)
    return head.reference, contents_of(session, [head])[head.name]


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every version's subject in the ledger and its digest as it is now, for `ledger verify --deep`."""
    query = select(RulebookVersion.generation).order_by(col(RulebookVersion.generation))
    for generation in session.exec(query).all():
        row = session.get_one(RulebookVersion, generation)
        yield reference(row), chain.digest_of_readable(partial(fields, row))


def _named(heads: list[Head], word: str, at: datetime) -> Head:
    """The version that is meant: NAME@VERSION, or NAME for the one in force, or else its newest."""
    name, sign, version = mend(word).partition("@")
    of_name = [head for head in heads if head.name == name.casefold()]
    if sign:
        found = [head for head in of_name if head.version == version]
    else:
        found = [one for one in rules.standing(heads, rules.generation_at(heads, at)) if one in of_name] or of_name[-1:]
    if found:
        return found[0]
    near = nearest(mend(word), {head.reference for head in heads} if sign else {head.name for head in heads})
    near = near or [head.reference for head in of_name[-3:]]
    raise NotFound(
        _("There is no rulebook {word!r}.").format(word=excerpt(word)),
        _("Did you mean {names}?").format(names=series(near)) if near else _("See them with: opsctl rulebook list"),
    )

"""Applying a rulebook, and judging one before it is applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from opsctl.core import chain
from opsctl.core.errors import MOMENT, Conflict, InvalidInput, NotFound
from opsctl.core.texts import _, series
from opsctl.core.times import local_day
from opsctl.core.typed import excerpt, mend, nearest
from opsctl.core.use_cases import Permission, use_case
from opsctl.ledger import service as ledger
from opsctl.rulebook import terms
from opsctl.rulebook.rules import standing as rules
from opsctl.rulebook.rules.book import Book, read_book
from opsctl.rulebook.rules.findings import Finding
from opsctl.rulebook.rules.references import dangling, disagreeing
from opsctl.rulebook.rules.standing import Content, Head
from opsctl.rulebook.service import contents_of, forget, heads_of
from opsctl.rulebook.tables import RulebookVersion
from opsctl.store.settings import zone_of

_FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Applied:
    """What came of applying a book; `new` is False where that very version is in force already."""

    head: Head
    new: bool
    warnings: tuple[Finding, ...]


def default_text(zone: str) -> str:
    """The small book that opsctl brings along, for a database of that zone.

    Its office hours are of that zone; outside of China nobody knows which days off are meant, so it names none.
    """
    text = Path(terms.__file__).with_name(terms.DEFAULT_BOOK).read_text(encoding="utf-8")
    text = text.replace(f'zone = "{terms.DEFAULT_ZONE}"', f'zone = "{zone}"')
    return text if zone in terms.CHINESE_ZONES else text.replace('holidays = "CN"\n', "")


@use_case(needs=Permission.MANAGE, offline=False)
def apply(
    session: Session,
    *,
    now: datetime,
    actor: str,
    text: str,
    file: str,
    replaces: str | None = None,
    since: datetime | None = None,
) -> Applied:
    """Store a new version, which begins a new generation of rules: the first ever always, others from `since` or now.

    `file` is what errors call the text. Raise InvalidInput for the first error in it; Conflict where its version is
    there with another text, where a name stands in another book in force that it does not replace, where another book
    counts on what it no longer has, or where newer rules begin later; NotFound where `replaces` is not in force.
    """
    heads = heads_of(session)
    current = rules.standing(heads, heads[-1].generation if heads else 0)
    others = contents_of(session, current)
    ended = None if replaces is None else _standing(replaces, current).name
    book = read_book(text, file=file, year=_year(session, now), others=others, replaces=ended)
    raise_first(book)
    same = next((head for head in heads if (head.name, head.version) == (book.name, book.version)), None)
    if same is not None:
        _check_same(session, same, text, current)
        return Applied(same, False, book.warnings)
    if ended == book.name:
        raise InvalidInput(
            _("The book {name} cannot replace itself.").format(name=ended),
            _("Leave out --replaces: a new version ends the one before it."),
        )
    for name, other in book.clashes:
        raise Conflict(
            _("{name} stands in the books {one} and {other}.").format(name=name, one=book.name, other=other),
            _("Take it out of one of them, or end the other: --replaces {other}").format(other=other),
        )
    kept = {name: content for name, content in others.items() if name not in (book.name, ended)}
    _check_references({**kept, book.name: book.content}, file)
    row = RulebookVersion(
        generation=heads[-1].generation + 1 if heads else 1,
        name=book.name,
        version=book.version,
        since=_begins(heads, now, since),
        replaces=ended,
        text=text,
        content=chain.canonical(book.content),
        applied_by=actor,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    forget(session)
    record = fields(row)
    facts = {
        **{name: value for name, value in record.items() if name not in ("text", "content")},
        "text_digest": chain.digest(row.text),
        "content_digest": chain.digest(row.content),
    }
    ledger.append(session, kind=terms.APPLIED, subject=reference(row), facts=facts, record=record)
    return Applied(heads_of(session)[-1], True, book.warnings)


def validate(session: Session | None, *, now: datetime, text: str, file: str) -> Book:
    """The book as `apply` would read it beside those in force now; beside none without a session."""
    others: Mapping[str, Content] = {}
    if session is not None:
        heads = heads_of(session)
        others = contents_of(session, rules.standing(heads, heads[-1].generation if heads else 0))
    return read_book(text, file=file, year=_year(session, now), others=others)


def raise_first(book: Book) -> None:
    """Raise InvalidInput for the first error of a book, saying how many there are; return where there is none."""
    if not book.errors:
        return
    first, *more = book.errors
    hint = first.hint
    if more:
        hint += " " + _("All {count} errors: opsctl rulebook validate FILE").format(count=len(book.errors))
    raise InvalidInput(first.message, hint)


def _check_same(session: Session, same: Head, text: str, current: list[Head]) -> None:
    stored = session.exec(select(RulebookVersion.text).where(RulebookVersion.generation == same.generation)).one()
    if stored != text:
        raise Conflict(
            _("There is a version {version} of the book {name} already, with another text.").format(
                version=same.version, name=same.name
            ),
            _("Raise the version. What differs: opsctl rulebook diff FILE {version}").format(version=same.reference),
        )
    if same not in current:
        raise Conflict(
            _("{version} was in force before and is no longer.").format(version=same.reference),
            _("To have it again, give it a new version."),
        )


def _check_references(contents: Mapping[str, Content], file: str) -> None:
    """Raise Conflict where a book would count on what is in none of them any more."""
    for lost in dangling(contents):
        told = {
            "calendars": _("{key} of the book {name} counts on the calendar {wanted}."),
            "checklists": _("{key} of the book {name} counts on the checklist {wanted}."),
            "routes": _("{key} of the book {name} counts on the route {wanted}."),
            "backups": _("{key} of the book {name} counts on the backup {wanted}."),
            "posts": _("{key} of the book {name} counts on the post {wanted}."),
        }[lost.table]
        raise Conflict(
            told.format(key=lost.key, name=lost.book, wanted=lost.name),
            _("Keep {wanted} in {file}, or apply a new version of {name} first.").format(
                wanted=f"{lost.table}.{lost.name}", file=file, name=lost.book
            ),
        )
    for book, key, checklist in disagreeing(contents):
        raise Conflict(
            _("{key} of the book {name} names another checklist than its route, which is by {checklist}.").format(
                key=key, name=book, checklist=checklist
            ),
            _("Change one of them in {file}, or apply a new version of {name} first.").format(file=file, name=book),
        )


def _begins(heads: list[Head], now: datetime, since: datetime | None) -> datetime | None:
    """When a new version comes into force. Raise Conflict where that is before the newest one does."""
    if since is not None and since - now > _FURTHEST:
        raise InvalidInput(
            _("{moment} is more than a year ahead; until then no other book could be applied.").format(moment=MOMENT),
            _("Check the year."),
            moment=since,
        )
    if not heads:
        return since
    newest = heads[-1].since
    begins = since or now
    if newest is not None and begins < newest:
        raise Conflict(
            _("{version} is in force from {moment} on; nothing can be put before it.").format(
                version=heads[-1].reference, moment=MOMENT
            ),
            _("Give a later time with --since."),
            moment=newest,
        )
    return begins


def _year(session: Session | None, now: datetime) -> int:
    return now.year if session is None else local_day(now, zone_of(session)).year


def _standing(word: str, current: list[Head]) -> Head:
    name = mend(word).casefold()
    for head in current:
        if name in (head.name, head.reference):
            return head
    near = nearest(name, [head.name for head in current])
    raise NotFound(
        _("No book {name!r} is in force.").format(name=excerpt(word)),
        _("Did you mean {names}?").format(names=series(near)) if near else _("See them with: opsctl rulebook list"),
    )


def reference(row: RulebookVersion) -> str:
    return f"rulebook:{row.name}@{row.version}"


def fields(row: RulebookVersion) -> dict[str, Any]:
    """A version as the ledger digests it: every column."""
    return {
        "generation": row.generation,
        "name": row.name,
        "version": row.version,
        "since": row.since,
        "replaces": row.replaces,
        "text": row.text,
        "content": row.content,
        "applied_by": row.applied_by,
        "recorded_at": row.recorded_at,
    }

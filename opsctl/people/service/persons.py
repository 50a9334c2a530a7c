"""Adding, editing and finding persons, and what other floors ask of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from opsctl.core import chain, naming
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.naming import Told
from opsctl.core.texts import _
from opsctl.core.typed import mend, read_title
from opsctl.core.use_cases import Permission, use_case
from opsctl.ledger import service as ledger
from opsctl.ledger.terms import BLANK
from opsctl.people import rules
from opsctl.people.rules import PersonView, PostHeld
from opsctl.people.tables.persons import PersonRow
from opsctl.people.tables.posts import PostRow
from opsctl.people.terms import ME, PERSON, PERSON_ADDED, PERSON_EDITED, PERSON_RETIRED
from opsctl.store.unit import signature_of

_BLANKED = ("phone", "email")


@use_case(needs=Permission.MANAGE, offline=False)
def add(
    session: Session,
    *,
    now: datetime,
    actor: str,
    handle: str,
    texts: dict[str, str] | None = None,
    posts: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> PersonView:
    """Add a person and return them; `texts` has any of PERSON_TEXTS, a name that is not given is the handle.

    A post without `since` is held for as long as anybody knows. Raise Conflict if the handle or login is taken,
    InvalidInput if the first person recorded is not the one who acts.
    """
    if session.get(PersonRow, handle) is not None:
        raise Conflict(
            _("There is a person {handle} already.").format(handle=handle),
            _("Change them with: opsctl person edit {handle}").format(handle=handle),
        )
    if handle in ME:
        raise rules.reserved(handle)
    view = PersonView(handle, **{"name": handle, **_checked(session, handle, texts or {})}, recorded_at=now)
    for post in posts:
        view = rules.begin_post(view, post, since, until)
    check_first(session, [view], actor)
    save(session, new=[view], changed=[])
    return view


@use_case(needs=Permission.MANAGE, offline=False)
def edit(
    session: Session,
    *,
    now: datetime,
    actor: str,
    person: str,
    texts: dict[str, str | None] | None = None,
    posts: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    end_posts: Sequence[str] = (),
    at: datetime | None = None,
) -> PersonView:
    """Change what is given (None takes it away) and return the person; the ledger keeps the old values.

    Posts begin at `since`, or now; those of `end_posts` end at `at`, or now, and stay in the record.
    Raise InvalidInput if nothing is given, Conflict for a circle of superiors or a login that is taken.
    """
    before = find_exact(session, person)
    if not texts and not posts and not end_posts:
        raise InvalidInput(
            _("Nothing to change was given."),
            _("See what can be: {command} --help").format(command="opsctl person edit"),
        )
    after = replace(before, **_checked(session, before.handle, texts or {}))
    check_own_login(session, before, after)
    for post in end_posts:
        after = rules.end_post(after, post, at or now)
    for post in posts:
        after = rules.begin_post(after, post, since or now, until)
    rules.check_new_posts(before, after)
    save(session, new=[], changed=[(before, after)])
    return after


def retire(session: Session, *, person: str, at: datetime) -> PersonView:
    """End that person's posts at that moment and retire them, as the last step of handing over; return them."""
    before = view_of(session, session.get_one(PersonRow, person))
    after = replace(rules.end_all_posts(before, at), retired_at=at)
    _write(session, after, before)
    _append(session, PERSON_RETIRED, after, {"retired_at": at, **_post_changes(before, after)}, at)
    return after


def lock_everybody(session: Session) -> list[str]:
    """The handles of all who are not retired; until the unit of work ends nobody else can retire one of them."""
    query = select(PersonRow).where(col(PersonRow.retired_at).is_(None)).order_by(col(PersonRow.handle))
    return [row.handle for row in session.exec(query.with_for_update())]


def list_persons(
    session: Session, *, now: datetime, retired: bool = False, team: str | None = None, post: str | None = None
) -> list[PersonView]:
    """Everybody who is not retired, in order of handle; the retired ones too if they are asked for."""
    query = select(PersonRow).order_by(col(PersonRow.handle))
    if not retired:
        query = query.where(col(PersonRow.retired_at).is_(None))
    if team is not None:
        query = query.where(PersonRow.team == team)
    found = _views(session, session.exec(query).all())
    return [one for one in found if post is None or post in one.posts_at(now)]


def find(session: Session, *, word: str) -> PersonView:
    """The person that is meant, for reading: by handle, login, whole name, or by a part that is unique.

    Raise NotFound, with the nearest, if there is none; InvalidInput if the part fits several.
    """
    names = names_of(session)
    handle = naming.exact(word, names) or naming.exact(mend(word).casefold(), names)
    return view_of(session, session.get_one(PersonRow, handle or naming.by_part(word, names, told())))


def find_exact(session: Session, word: str) -> PersonView:
    """The person that is named whole, by handle, login or name. Raise NotFound, with the nearest, otherwise."""
    names = names_of(session)
    handle = naming.exact(word, names) or naming.exact(mend(word).casefold(), names)
    if handle is None:
        raise naming.unknown(word, names, told())
    return view_of(session, session.get_one(PersonRow, handle))


def known_handle(session: Session, *, word: str) -> str:
    """The handle of the person that is named whole, for writing; the word itself while nobody is recorded.

    Raise NotFound if there is none, Conflict if they are retired.
    """
    if session.exec(select(PersonRow.handle).limit(1)).first() is None:
        return read_title(word)
    return recorded_handle(session, word=word)


def recorded_handle(session: Session, *, word: str) -> str:
    """The handle of the person that is named whole, where only one who is recorded will do.

    Raise NotFound if there is none, Conflict if they are retired.
    """
    found = find_exact(session, word)
    if found.retired_at is not None:
        raise Conflict(
            _("{person} is retired.").format(person=found.handle), _("Name somebody else: opsctl person list")
        )
    return found.handle


def resolve(session: Session, *, word: str, me: Callable[[Session], str]) -> str:
    """The handle that a filter means: `me` is whoever asks, anything else as in `find`.

    While nobody is recorded the word stands for itself.
    """
    if mend(word).casefold() in ME:
        return me(session)
    if session.exec(select(PersonRow.handle).limit(1)).first() is None:
        return read_title(word)
    return find(session, word=word).handle


def find_or_me(session: Session, *, word: str, me: Callable[[Session], str]) -> PersonView:
    """The person that is meant, for reading; `me` is whoever asks."""
    return find(session, word=me(session) if mend(word).casefold() in ME else word)


def contacts(session: Session, handles: Sequence[str]) -> list[PersonView]:
    """Those of the handles that are recorded persons, in that order, to print whom to call."""
    rows = {row.handle: row for row in session.exec(select(PersonRow).where(col(PersonRow.handle).in_(handles)))}
    return _views(session, [rows[handle] for handle in dict.fromkeys(handles) if handle in rows])


def superior_of(session: Session, handle: str) -> str | None:
    """The handle of that person's superior; None where there is none, or no such person."""
    return session.exec(select(PersonRow.superior).where(PersonRow.handle == handle)).first()


def names_of(session: Session) -> dict[str, tuple[str, ...]]:
    """Every handle with its login and name."""
    found = session.exec(select(PersonRow.handle, PersonRow.login, PersonRow.name).order_by(col(PersonRow.handle)))
    return {handle: tuple(name for name in (login, named) if name and name != handle) for handle, login, named in found}


def told() -> Told:
    """What is said where nobody, or more than one, is meant."""
    return Told(
        unknown=_("There is no person {word!r}."),
        hint=_("List them with: opsctl person list   or add one with: opsctl person add HANDLE"),
        several=_("{word!r} fits several persons: {handles}"),
    )


def owned(session: Session, *, person: str) -> list[tuple[str, str]]:
    """The persons whose superior that is, by handle and name."""
    query = select(PersonRow.handle, PersonRow.name).where(
        PersonRow.superior == person, col(PersonRow.retired_at).is_(None)
    )
    return [(handle, name) for handle, name in session.exec(query.order_by(col(PersonRow.handle)))]


def hand_over(session: Session, *, now: datetime, actor: str, person: str, to: str) -> list[str]:
    """Make `to` the superior of everybody else whose superior that person is, and return their handles.

    Where `to` is one of them, they follow the one who leaves also in having that one's superior. Raise Conflict if
    that made a circle.
    """
    leaving = session.get_one(PersonRow, person)
    below = [handle for handle, _name in owned(session, person=person)]
    superiors: dict[str, str | None] = dict(session.exec(select(PersonRow.handle, PersonRow.superior)).all())
    chosen = {handle: leaving.superior if handle == to else to for handle in below}
    superiors.update(chosen)
    pairs = []
    for handle, superior in chosen.items():
        rules.check_superior(handle, superiors)
        before = view_of(session, session.get_one(PersonRow, handle))
        pairs.append((before, replace(before, superior=superior)))
    save(session, new=[], changed=pairs)
    return [handle for handle in below if handle != to]


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every person's name in the ledger and digest as they are now, for `ledger verify --deep`."""
    for handle in session.exec(select(PersonRow.handle).order_by(col(PersonRow.handle))).all():
        yield f"{PERSON}{handle}", chain.digest_of_readable(partial(_fields, session, handle))


def blank(session: Session, subject: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank what stands in a person's record and is among the texts; their fields after, or None where none was."""
    row = session.get(PersonRow, subject.removeprefix(PERSON))
    held = [name for name in ("name", *_BLANKED) if row is not None and getattr(row, name) in texts]
    if row is None or not held:
        return None
    for name in held:
        setattr(row, name, BLANK if name == "name" else None)
    session.add(row)
    session.flush()
    return rules.person_fields(view_of(session, row))


def check_first(session: Session, new: list[PersonView], actor: str) -> None:
    """Raise InvalidInput if these would be the first persons and the one who acts is not among them."""
    if session.exec(select(PersonRow.handle).limit(1)).first() is not None:
        return
    name = mend(actor).casefold()
    if new and not any(name in (one.handle, one.login) for one in new):
        raise InvalidInput(
            _("The first person must be you, {actor}: nobody else could write afterwards.").format(actor=actor),
            _("Type: opsctl person add {handle} --login {actor}").format(
                handle=new[0].handle if len(new) == 1 else "HANDLE", actor=actor
            ),
        )


def check_own_login(session: Session, before: PersonView, after: PersonView) -> None:
    """Raise Conflict if the one who acts would take away the login under which they act."""
    name = mend(signature_of(session).actor).casefold()
    if name == before.login and name not in (after.handle, after.login):
        raise Conflict(
            _("You act as {login}; without it you could write nothing more.").format(login=name),
            _("Let somebody else change your login."),
        )


def save(session: Session, *, new: list[PersonView], changed: list[tuple[PersonView, PersonView]]) -> None:
    """Write new and changed persons together: a superior may be new, and two may exchange their logins."""
    changed = [(before, after) for before, after in changed if before != after]
    for view in new:
        session.add(PersonRow(handle=view.handle, name=view.name, recorded_at=view.recorded_at))
    for before, after in changed:
        if before.login != after.login:
            # Who gets it may be written first, and the table refuses a login that two have even for a moment.
            session.get_one(PersonRow, after.handle).login = None
    session.flush()
    for view in new:
        _write(session, view, None)
        record = rules.person_fields(view)
        ledger.append(session, kind=PERSON_ADDED, subject=f"{PERSON}{view.handle}", facts=record, record=record)
    for before, after in changed:
        _write(session, after, before)
        facts: dict[str, Any] = {
            name: [getattr(before, name), getattr(after, name)]
            for name in rules.PERSON_TEXTS
            if getattr(before, name) != getattr(after, name)
        }
        _append(session, PERSON_EDITED, after, {**facts, **_post_changes(before, after)}, None)
    session.flush()


def everybody(session: Session) -> list[PersonView]:
    """Every person, retired or not, in order of handle."""
    return _views(session, session.exec(select(PersonRow).order_by(col(PersonRow.handle))).all())


def view_of(session: Session, row: PersonRow) -> PersonView:
    """The person of a row."""
    return _views(session, [row])[0]


def _checked(session: Session, handle: str, texts: dict[str, Any]) -> dict[str, Any]:
    given = rules.checked_person(texts)
    if given.get("superior") is not None:
        given["superior"] = recorded_handle(session, word=given["superior"])
        superiors: dict[str, str | None] = dict(session.exec(select(PersonRow.handle, PersonRow.superior)).all())
        rules.check_superior(handle, {**superiors, handle: given["superior"]})
    logins: dict[str, str | None] = dict(session.exec(select(PersonRow.handle, PersonRow.login)).all())
    taken = rules.login_taken(handle, given.get("login"), rules.meanings(logins))
    if taken:
        raise Conflict(taken, _("Choose another; a login can be taken away with: opsctl person edit PERSON --login -"))
    return given


def _write(session: Session, after: PersonView, before: PersonView | None) -> None:
    row = session.get_one(PersonRow, after.handle)
    for name in (*rules.PERSON_TEXTS, "retired_at"):
        setattr(row, name, getattr(after, name))
    session.add(row)
    held = before.posts if before else ()
    for position, post in enumerate(after.posts):
        if position >= len(held):
            session.add(
                PostRow(person=after.handle, position=position, post=post.post, since=post.since, until=post.until)
            )
        elif post != held[position]:
            session.get_one(PostRow, (after.handle, position)).until = post.until


def _post_changes(before: PersonView, after: PersonView) -> dict[str, Any]:
    changed = [held for place, held in enumerate(after.posts) if held not in before.posts[place : place + 1]]
    return {"posts": [rules.post_fields(held) for held in changed]} if changed else {}


def _append(session: Session, kind: str, after: PersonView, facts: dict[str, Any], at: datetime | None) -> None:
    record = rules.person_fields(after)
    ledger.append(session, kind=kind, subject=f"{PERSON}{after.handle}", facts=facts, record=record, happened_at=at)


def _views(session: Session, rows: Sequence[PersonRow]) -> list[PersonView]:
    posts: dict[str, list[PostHeld]] = {}
    query = select(PostRow).order_by(col(PostRow.person), col(PostRow.position))
    if len(rows) == 1:
        query = query.where(PostRow.person == rows[0].handle)
    for row in session.exec(query):
        posts.setdefault(row.person, []).append(PostHeld(row.post, row.since, row.until))
    return [
        PersonView(
            handle=row.handle,
            recorded_at=row.recorded_at,
            retired_at=row.retired_at,
            posts=tuple(posts.get(row.handle, ())),
            **{name: getattr(row, name) for name in rules.PERSON_TEXTS},
        )
        for row in rows
    ]


def _fields(session: Session, handle: str) -> dict[str, Any]:
    return rules.person_fields(view_of(session, session.get_one(PersonRow, handle)))

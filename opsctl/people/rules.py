"""What may be done with persons and customers, and what of them is chained into the ledger. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import read_zone, utc_text
from opsctl.core.typed import excerpt, mend, nearest, read_handle

_LONGEST_LOGIN = 100


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post from a moment (None: since before anybody wrote it down) until another (None: still). Aware UTC."""

    post: str
    since: datetime | None = None
    until: datetime | None = None

    def is_held(self, at: datetime) -> bool:
        """Whether it is held at that moment."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True)
class PersonView:
    """A person as others see them; `posts` in the order in which they were given. Times are aware UTC."""

    handle: str
    name: str
    recorded_at: datetime
    login: str | None = None
    department: str | None = None
    team: str | None = None
    superior: str | None = None
    phone: str | None = None
    email: str | None = None
    retired_at: datetime | None = None
    posts: tuple[PostHeld, ...] = ()

    def posts_at(self, at: datetime) -> tuple[str, ...]:
        """The names of the posts held at that moment."""
        return tuple(dict.fromkeys(held.post for held in self.posts if held.is_held(at)))


@dataclass(frozen=True)
class CustomerView:
    """A customer as others see it. Times are aware UTC."""

    code: str
    name: str
    recorded_at: datetime
    name_zh: str | None = None
    zone: str | None = None


PERSON_TEXTS = ("name", "login", "department", "team", "superior", "phone", "email")
CUSTOMER_TEXTS = ("name", "name_zh", "zone")


def person_fields(person: PersonView) -> dict[str, Any]:
    """The record that the ledger's digest is taken of; what is not known is left out."""
    said = {
        "handle": person.handle,
        **{name: getattr(person, name) for name in PERSON_TEXTS},
        "retired_at": None if person.retired_at is None else utc_text(person.retired_at),
        "recorded_at": utc_text(person.recorded_at),
        "posts": [post_fields(held) for held in person.posts] or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def post_fields(held: PostHeld) -> dict[str, str]:
    """A post as it stands in the record of its person."""
    said = {"post": held.post, "since": held.since, "until": held.until}
    return {name: utc_text(value) if isinstance(value, datetime) else value for name, value in said.items() if value}


def customer_fields(customer: CustomerView) -> dict[str, Any]:
    """The record that the ledger's digest is taken of; what is not known is left out."""
    said = {"code": customer.code, **{name: getattr(customer, name) for name in CUSTOMER_TEXTS}}
    known = {name: value for name, value in said.items() if value is not None}
    return {**known, "recorded_at": utc_text(customer.recorded_at)}


def circle(handle: str, superiors: Mapping[str, str | None]) -> list[str]:
    """The chain of superiors from that person back to themselves; empty where it ends or never comes back."""
    chain = [handle]
    above = superiors.get(handle)
    while above is not None and above not in chain:
        chain.append(above)
        above = superiors.get(above)
    return [*chain, handle] if above == handle else []


def check_superior(handle: str, superiors: Mapping[str, str | None]) -> None:
    """Raise Conflict if the chain of superiors above that person comes back to them."""
    chain = circle(handle, superiors)
    if chain:
        raise Conflict(
            _("The superiors would go in a circle: {chain}.").format(chain=" → ".join(chain)),
            _("Name another superior, or none with --superior -."),
        )


def meanings(logins: Mapping[str, str | None]) -> dict[str, set[str]]:
    """Whom each name that acts may mean; `logins` has everybody's login by handle, and either is such a name."""
    found: dict[str, set[str]] = {}
    for handle, login in logins.items():
        for name in (handle, login):
            if name is not None:
                found.setdefault(name, set()).add(handle)
    return found


def login_taken(handle: str, login: str | None, meanings: Mapping[str, set[str]]) -> str:
    """Why that handle and login would make it unclear who acts; empty where it is clear."""
    others = sorted(meanings.get(login or "", set()) - {handle})
    if others:
        return _("The login {login} means {person} already.").format(login=login, person=others[0])
    others = sorted(meanings.get(handle, set()) - {handle})
    if others:
        return _("The handle {handle} is the login of {person}.").format(handle=handle, person=others[0])
    return ""


def checked_person(texts: Mapping[str, str | None]) -> dict[str, Any]:
    """The texts of a person, None for what is taken away, with the login mended. Raise InvalidInput for one of words,
    and where no name is left."""
    given: dict[str, Any] = dict(texts)
    if "name" in given and given["name"] is None:
        raise InvalidInput(_("A person needs a name."), _("Give another one."))
    if given.get("login") is not None:
        given["login"] = read_login(given["login"])
    return given


def read_login(text: str) -> str:
    """The login, mended and in lower case. Raise InvalidInput if it is more than one word, or too long."""
    login = mend(text).casefold()
    if len(login.split()) != 1 or len(login) > _LONGEST_LOGIN:
        raise InvalidInput(
            _("{login!r} is not a login.").format(login=excerpt(text)),
            _("It is one word, the name under which a person logs in, {limit} characters at most.").format(
                limit=_LONGEST_LOGIN
            ),
        )
    return login


def checked_customer(texts: Mapping[str, str | None]) -> dict[str, Any]:
    """The texts of a customer, with the zone as it is spelled. Raise InvalidInput for no zone, or where no name is
    left."""
    given: dict[str, Any] = dict(texts)
    if "name" in given and given["name"] is None:
        raise InvalidInput(_("A customer needs a name."), _("Give another one."))
    if given.get("zone") is not None:
        given["zone"] = read_zone(given["zone"]).key
    return given


def reserved(handle: str) -> InvalidInput:
    """The error for a handle that stands for whoever asks."""
    return InvalidInput(_("{word} stands for whoever asks.").format(word=handle), _("Choose another handle."))


def named_twice(handle: str) -> InvalidInput:
    """The error for a handle that a file gives to two rows, perhaps spelled differently."""
    return InvalidInput(_("An earlier row is {handle} already.").format(handle=handle))


def read_posts(text: str) -> list[str]:
    """The handles of the posts that a cell lists, apart by commas, semicolons or bars of any kind."""
    return [read_handle(word) for word in re.split(r"[,;|、]", mend(text)) if word.strip()]


def check_new_posts(before: PersonView, after: PersonView) -> None:
    """Raise Conflict if somebody who is retired would get a post."""
    if before.retired_at is not None and len(after.posts) > len(before.posts):
        raise Conflict(
            _("{person} is retired and takes no post.").format(person=before.handle),
            _("See: opsctl person show {handle}").format(handle=before.handle),
        )


def begin_post(person: PersonView, post: str, since: datetime | None, until: datetime | None) -> PersonView:
    """The person with one more post. Raise Conflict if they hold it in that time, InvalidInput if it ends too early."""
    if since is not None and until is not None and until < since:
        raise InvalidInput(_("A post cannot end before it begins."), _("Give --until a later time than --since."))
    for held in person.posts:
        if held.post == post and _meet(held, since, until):
            raise Conflict(
                _("{person} has the post {post} in that time already.").format(person=person.handle, post=post),
                _("End it first with: opsctl person edit {person} --end-post {post}").format(
                    person=person.handle, post=post
                ),
            )
    return replace(person, posts=(*person.posts, PostHeld(post, since, until)))


def end_post(person: PersonView, post: str, at: datetime) -> PersonView:
    """The person with that post ended at that moment. Raise Conflict if they do not hold it then."""
    for place, held in enumerate(person.posts):
        if held.post == post and held.is_held(at):
            ended = replace(held, until=at)
            return replace(person, posts=(*person.posts[:place], ended, *person.posts[place + 1 :]))
    theirs = person.posts_at(at)
    near = nearest(post, theirs) or theirs
    raise Conflict(
        _("{person} does not hold the post {post} at that time.").format(person=person.handle, post=excerpt(post)),
        _("Posts held then: {posts}.").format(posts=", ".join(near)) if near else _("They hold none then."),
    )


def end_all_posts(person: PersonView, at: datetime) -> PersonView:
    """The person without a post from that moment on; one that was to begin later ends as it begins."""
    return replace(person, posts=tuple(_ended(held, at) for held in person.posts))


def with_posts(person: PersonView, wanted: Iterable[str], *, since: datetime | None, now: datetime) -> PersonView:
    """The person with exactly these posts from now on; one that is held, or is to begin, stays as it is."""
    names = list(dict.fromkeys(wanted))
    kept = tuple(
        replace(held, until=now) if held.is_held(now) and held.post not in names else held for held in person.posts
    )
    there = {held.post for held in kept if held.until is None or held.until > now}
    return replace(person, posts=(*kept, *(PostHeld(name, since) for name in names if name not in there)))


def _ended(held: PostHeld, at: datetime) -> PostHeld:
    if held.until is not None and held.until <= at:
        return held
    return replace(held, until=at if held.since is None or held.since <= at else held.since)


def _meet(held: PostHeld, since: datetime | None, until: datetime | None) -> bool:
    begins_before_end = until is None or held.since is None or held.since < until
    ends_after_begin = held.until is None or since is None or held.until > since
    return begins_before_end and ends_after_begin

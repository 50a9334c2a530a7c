"""Persons, ready to be shown."""

from datetime import datetime
from typing import Any

from opsctl.core.report import Column, Fields, Kind, Report, Table, Text
from opsctl.core.texts import _, pgettext
from opsctl.people.rules import PERSON_TEXTS, PersonView


def data(person: PersonView) -> dict[str, Any]:
    """A person for programs."""
    return {
        "handle": person.handle,
        **{name: getattr(person, name) for name in PERSON_TEXTS},
        "posts": [{"post": held.post, "since": held.since, "until": held.until} for held in person.posts],
        "retired_at": person.retired_at,
        "recorded_at": person.recorded_at,
    }


def changed(person: PersonView, done: str) -> Report:
    """One line about what was done; `done` is the kind of the ledger row."""
    line = {"person.added": _("{handle} added: {name}"), "person.edited": _("{handle} changed: {name}")}[done]
    return Report(
        kind=done,
        data=data(person),
        parts=(Text((line.format(handle=person.handle, name=person.name),)),),
        references=(person.handle,),
    )


def listed(persons: list[PersonView], now: datetime) -> Report:
    """The persons as a table, with the posts they hold now."""
    columns = (
        Column("handle", _("handle"), Kind.REFERENCE),
        Column("name", pgettext("of a person", "name")),
        Column("team", _("team")),
        Column("posts", _("posts")),
        Column("superior", _("superior"), Kind.REFERENCE),
        Column("phone", _("phone")),
        Column("state", _("state")),
    )
    rows = tuple(
        (one.handle, one.name, one.team, _posts_now(one, now), one.superior, one.phone, _state(one)) for one in persons
    )
    return Report(
        kind="person.list",
        data=[data(one) for one in persons],
        parts=(
            Table(columns, rows, empty=_("Nobody yet. Begin with yourself: opsctl person add HANDLE --login LOGIN")),
        ),
        references=tuple(one.handle for one in persons),
    )


def shown(person: PersonView) -> Report:
    """One person, a field a line, and every post they hold or held."""
    pairs: tuple[tuple[str, Any, Kind], ...] = (
        (_("handle"), person.handle, Kind.REFERENCE),
        (pgettext("of a person", "name"), person.name, Kind.TEXT),
        (_("login"), person.login, Kind.TEXT),
        (_("department"), person.department, Kind.TEXT),
        (_("team"), person.team, Kind.TEXT),
        (_("superior"), person.superior, Kind.REFERENCE),
        (_("phone"), person.phone, Kind.TEXT),
        (_("e-mail"), person.email, Kind.TEXT),
        (_("state"), _state(person), Kind.TEXT),
        (_("retired"), person.retired_at, Kind.MOMENT),
        (_("recorded"), person.recorded_at, Kind.MOMENT),
    )
    columns = (
        Column("post", _("post"), Kind.REFERENCE),
        Column("since", _("since"), Kind.MOMENT),
        Column("until", _("until"), Kind.MOMENT),
    )
    posts = Table(columns, tuple((held.post, held.since, held.until) for held in person.posts), title=_("posts"))
    parts = (Fields(pairs), posts) if person.posts else (Fields(pairs),)
    return Report(kind="person", data=data(person), parts=parts, references=(person.handle,))


def _posts_now(person: PersonView, now: datetime) -> tuple[str, ...] | None:
    return person.posts_at(now) or None


def _state(person: PersonView) -> str:
    return pgettext("person", "active") if person.retired_at is None else pgettext("person", "retired")

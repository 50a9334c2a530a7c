"""What a text names, held against the records before it is saved: who, by what evidence, and until when."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from opsctl.actions.service import read as actions
from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend, read_title
from opsctl.people.service import persons
from opsctl.people.terms import ME
from opsctl.reviews.rules.document import Document, Planned
from opsctl.reviews.rules.moves import check_held
from opsctl.reviews.rules.results import Problem, Read
from opsctl.reviews.terms import Section


def checked(session: Session, *, now: datetime, read: Read, before: Document) -> Read:
    """The text with a problem, by its line, for everything in it that saving would refuse.

    What stood in the document `before` and is not recorded by saving this time is remarked on alone: somebody who
    writes elsewhere in the text need not mend it first.
    """
    problems, remarks = list(read.problems), list(read.remarks)
    for at, one in enumerate(read.document.planned):
        found = _told(read.places[Section.ACTIONS.value, (at,)], checks(session, one, now=now))
        (remarks if stood(one, before) else problems).extend(found)
    for reference, words, line in read.recorded:
        if not words and reference not in before.actions:
            problems += _told(line, [partial(actions.find, session, word=reference, now=now)])
    held = read.places.get(("held-on", ()), 1)
    problems += _told(held, [lambda: check_held(read.document, now)])
    return replace(read, problems=_by_line(problems), remarks=_by_line(remarks))


def stood(one: Planned, before: Document) -> bool:
    """Whether it was a planned action of that document already, and still is not one to be recorded."""
    return not one.is_whole and one in before.planned


def checks(session: Session, one: Planned, *, now: datetime) -> Iterator[Callable[[], Any]]:
    """What a planned action has to pass, each to be called: it raises an OpsctlError where it is refused.

    An incomplete one may lack an owner, a deadline or a kind; what it has is to be right.
    """
    yield lambda: read_title(one.text)
    if one.owner is not None:
        yield lambda: owner_of(session, one, me="")
    if one.is_whole:
        yield lambda: check_deadline(one, now)
    if one.verify is not None:
        yield lambda: verify_of(session, one, now=now)
    yield lambda: check_months(one)


def owner_of(session: Session, one: Planned, *, me: str) -> str:
    """The handle of its owner. Raise NotFound where there is no such person, Conflict where they are retired."""
    owner = one.owner or ""
    return me if mend(owner).casefold() in ME else persons.known_handle(session, word=owner)


def verify_of(session: Session, one: Planned, *, now: datetime) -> str | None:
    """Its evidence query as an action keeps it. Raise InvalidInput or NotFound where it names nothing."""
    from opsctl.actions.rules.evidence import spelled
    from opsctl.actions.service.queries import known_query

    return None if one.verify is None else spelled(known_query(session, text=one.verify, now=now))


def check_deadline(one: Planned, now: datetime) -> None:
    """Raise InvalidInput for a deadline that has passed, or none."""
    if one.deadline is None or one.deadline < now:
        raise InvalidInput(
            _('The deadline of "{action}" has passed already.').format(action=excerpt(one.text)),
            _("Give a time to come, such as 2026-12-01."),
        )


def check_months(one: Planned) -> None:
    """Raise InvalidInput for months that no evidence is watched for."""
    from opsctl.actions.rules import evidence

    if one.months is not None and one.verify is None:
        raise InvalidInput(
            _("Only evidence is watched for months, and none is named."),
            _("Write below the action: - verify: restore-test POLICY"),
        )
    evidence.check_months(one.months, one.verify)


def _told(line: int, asked: Iterable[Callable[[], Any]]) -> list[Problem]:
    found = []
    for check in asked:
        try:
            check()
        except OpsctlError as error:
            found.append(Problem(line, error.message, error.hint))
    return found


def _by_line(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: one.line))

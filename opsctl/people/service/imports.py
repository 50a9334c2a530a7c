"""Taking persons and customers from a file, all that are not refused in one transaction, known by handle or code."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.core import naming
from opsctl.core.errors import OpsctlError
from opsctl.core.texts import _, sentences, series
from opsctl.core.typed import mend, read_handle
from opsctl.core.use_cases import Permission, use_case
from opsctl.exchange.fields import Field, FieldType
from opsctl.exchange.intake import Record, Refused, Taken
from opsctl.people import rules
from opsctl.people.rules import CustomerView, PersonView
from opsctl.people.service import customers, persons
from opsctl.people.terms import ME

PERSON_FIELDS = {name: Field(name, FieldType.TEXT) for name in (*rules.PERSON_TEXTS, "posts")}
"""What a file of persons may say beside the handle; `posts` are all that are held from now on."""
CUSTOMER_FIELDS = {name: Field(name, FieldType.TEXT) for name in rules.CUSTOMER_TEXTS}
"""What a file of customers may say beside the code."""


@dataclass(frozen=True, slots=True)
class _Row:
    record: Record
    before: PersonView | None
    after: PersonView


def plan_persons(session: Session, *, now: datetime, actor: str, records: list[Record]) -> Taken:
    """What an import of these persons would do, without doing it. Raise InvalidInput as `check_first` does."""
    return _taken(*_judged(session, now, actor, records))


@use_case(needs=Permission.MANAGE, offline=False)
def import_persons(session: Session, *, now: datetime, actor: str, records: list[Record]) -> Taken:
    """Import these persons and return what was done; a superior may stand anywhere in the file.

    What a record does not say stays as it is; `-` takes it away.
    """
    rows, refused = _judged(session, now, actor, records)
    changed = [(row.before, row.after) for row in rows if row.before is not None]
    persons.save(session, new=[row.after for row in rows if row.before is None], changed=changed)
    return _taken(rows, refused)


def plan_customers(session: Session, *, now: datetime, actor: str, records: list[Record]) -> Taken:
    """What an import of these customers would do, without doing it."""
    return _taken_customers(*_judged_customers(session, now, records))


@use_case(needs=Permission.MANAGE, offline=False)
def import_customers(session: Session, *, now: datetime, actor: str, records: list[Record]) -> Taken:
    """Import these customers and return what was done."""
    pairs, refused = _judged_customers(session, now, records)
    customers.save_new(session, [after for before, after in pairs if before is None])
    customers.save_changed(session, [(before, after) for before, after in pairs if before is not None])
    return _taken_customers(pairs, refused)


def _judged(session: Session, now: datetime, actor: str, records: list[Record]) -> tuple[list[_Row], list[Refused]]:
    """The rows that can be taken together, and why the others cannot."""
    there = {one.handle: one for one in persons.everybody(session)}
    rows: dict[str, _Row] = {}
    refused: list[Refused] = []
    for record in records:
        try:
            handle = _new_handle(record["key"], rows)
            before = there.get(handle)
            after = _person(before or PersonView(handle, handle, now), record["values"], before is None, now)
        except OpsctlError as error:
            refused.append(_refused(record, sentences(error.message, error.hint)))
            continue
        rows[handle] = _Row(record, before, after)
    names = {**persons.names_of(session), **{row.after.handle: _names(row.after) for row in rows.values()}}
    known = naming.whole_names(names)
    for handle, row in list(rows.items()):
        word = row.record["values"].get("superior")
        if word is not None and mend(word) != "-":
            superior = known.get(word.strip()) or known.get(mend(word).casefold())
            if superior is None:
                refused.append(_refused(rows.pop(handle).record, _no_superior(word, names)))
            else:
                rows[handle] = replace(row, after=replace(row.after, superior=superior))
    while bad := _contradictions(there, rows, actor):
        refused += [_refused(rows.pop(handle).record, reason) for handle, reason in bad.items()]
    persons.check_first(session, [row.after for row in rows.values()], actor)
    return list(rows.values()), refused


def _taken(rows: list[_Row], refused: list[Refused]) -> Taken:
    return Taken(
        new=tuple((row.after.handle, row.after.name) for row in rows if row.before is None),
        updated=tuple((row.after.handle, row.after.name) for row in rows if row.before not in (None, row.after)),
        unchanged=sum(row.before == row.after for row in rows),
        refused=tuple(sorted(refused, key=lambda one: one.line)),
    )


def _contradictions(there: dict[str, PersonView], rows: dict[str, _Row], actor: str) -> dict[str, str]:
    """Why these rows cannot stand beside the others and what is recorded, by handle."""
    everybody = {**there, **{handle: row.after for handle, row in rows.items()}}
    superiors = {handle: one.superior for handle, one in everybody.items()}
    meanings = rules.meanings({handle: one.login for handle, one in everybody.items()})
    bad: dict[str, str] = {}
    for handle, row in rows.items():
        before, after = row.before, row.after
        if before is None or before.superior != after.superior:
            above = None if after.superior is None else everybody.get(after.superior)
            if after.superior is not None and above is None:
                bad[handle] = _("the row of the superior {word!r} is rejected, too").format(word=after.superior)
            elif above is not None and above.retired_at is not None:
                bad[handle] = _("the superior {person} is retired").format(person=above.handle)
            elif chain := rules.circle(handle, superiors):
                bad[handle] = _("the superiors would go in a circle: {chain}").format(chain=" → ".join(chain))
        if before is None or before.login != after.login:
            if taken := rules.login_taken(handle, after.login, meanings):
                bad[handle] = taken
            elif before is not None and before.login is not None and mend(actor).casefold() in (handle, before.login):
                bad[handle] = _("your own login is changed by hand: opsctl person edit {person} --login LOGIN").format(
                    person=handle
                )
    return bad


def _person(before: PersonView, values: dict[str, Any], new: bool, now: datetime) -> PersonView:
    """The person as the record says, but for the superior."""
    texts = {name: values[name] for name in rules.PERSON_TEXTS if name in values and name != "superior"}
    given: dict[str, Any] = {name: None if mend(text) == "-" else text for name, text in texts.items()}
    after = replace(before, **rules.checked_person(given))
    if mend(values.get("superior", "")) == "-":
        after = replace(after, superior=None)
    if "posts" in values:
        wanted = [] if mend(values["posts"]) == "-" else rules.read_posts(values["posts"])
        after = rules.with_posts(after, wanted, since=None if new else now, now=now)
        rules.check_new_posts(before, after)
    return after


def _new_handle(key: str, rows: dict[str, _Row]) -> str:
    handle = read_handle(key)
    if handle in rows:
        raise rules.named_twice(handle)
    if handle in ME:
        raise rules.reserved(handle)
    return handle


def _names(person: PersonView) -> tuple[str, ...]:
    return tuple(name for name in (person.login, person.name) if name and name != person.handle)


def _no_superior(word: str, names: dict[str, tuple[str, ...]]) -> str:
    near = series(naming.near_handles(word, names))
    told = _("there is no person {word!r}; nearest: {words}") if near else _("there is no person {word!r}")
    return told.format(word=word[:80], words=near)


def _judged_customers(
    session: Session, now: datetime, records: list[Record]
) -> tuple[list[tuple[CustomerView | None, CustomerView]], list[Refused]]:
    there = {one.code: one for one in customers.list_customers(session)}
    pairs: dict[str, tuple[CustomerView | None, CustomerView]] = {}
    refused: list[Refused] = []
    for record in records:
        try:
            code = read_handle(record["key"])
            if code in pairs:
                raise rules.named_twice(code)
            before = there.get(code)
            texts = record["values"]
            given = {name: None if mend(text) == "-" else text for name, text in texts.items()}
            after = replace(before or CustomerView(code, code, now), **rules.checked_customer(given))
        except OpsctlError as error:
            refused.append(_refused(record, sentences(error.message, error.hint)))
            continue
        pairs[code] = (before, after)
    return list(pairs.values()), refused


def _taken_customers(pairs: list[tuple[CustomerView | None, CustomerView]], refused: list[Refused]) -> Taken:
    return Taken(
        new=tuple((after.code, after.name) for before, after in pairs if before is None),
        updated=tuple((after.code, after.name) for before, after in pairs if before not in (None, after)),
        unchanged=sum(before == after for before, after in pairs),
        refused=tuple(refused),
    )


def _refused(record: Record, reason: str) -> Refused:
    return Refused(record["line"], record["key"], reason)

"""Adding, editing and finding customers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from opsctl.core import chain, naming
from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.naming import Told
from opsctl.core.texts import _
from opsctl.core.use_cases import Permission, use_case
from opsctl.ledger import service as ledger
from opsctl.ledger.terms import BLANK
from opsctl.people import rules
from opsctl.people.rules import CustomerView
from opsctl.people.tables.customers import CustomerRow
from opsctl.people.terms import CUSTOMER, CUSTOMER_ADDED, CUSTOMER_EDITED


@use_case(needs=Permission.MANAGE, offline=False)
def add(session: Session, *, now: datetime, actor: str, code: str, texts: dict[str, str] | None = None) -> CustomerView:
    """Add a customer and return it; `texts` has any of CUSTOMER_TEXTS, a name that is not given is the code.

    Raise Conflict if the code is taken, InvalidInput if there is no such zone.
    """
    if session.get(CustomerRow, code) is not None:
        raise Conflict(
            _("There is a customer {code} already.").format(code=code),
            _("Change it with: opsctl customer edit {code}").format(code=code),
        )
    view = CustomerView(code, **{"name": code, **rules.checked_customer(texts or {})}, recorded_at=now)
    save_new(session, [view])
    return view


@use_case(needs=Permission.MANAGE, offline=False)
def edit(
    session: Session, *, now: datetime, actor: str, customer: str, texts: dict[str, str | None] | None = None
) -> CustomerView:
    """Change what is given (None takes it away) and return the customer; the ledger keeps the old values."""
    if not texts:
        raise InvalidInput(_("Nothing to change was given."), _("Use --name, --name-zh or --zone."))
    before = find_exact(session, customer)
    after = replace(before, **rules.checked_customer(texts))
    save_changed(session, [(before, after)])
    return after


def list_customers(session: Session) -> list[CustomerView]:
    """Every customer, in order of code."""
    return [_view(row) for row in session.exec(select(CustomerRow).order_by(col(CustomerRow.code)))]


def find(session: Session, *, word: str) -> CustomerView:
    """The customer that is meant, for reading: by code, by whole name in either language, or by a part that is unique.

    Raise NotFound, with the nearest, if there is none; InvalidInput if the part fits several.
    """
    names = names_of(session)
    code = naming.exact(word, names) or naming.by_part(word, names, told())
    return _view(session.get_one(CustomerRow, code))


def find_exact(session: Session, word: str) -> CustomerView:
    """The customer that is named whole. Raise NotFound, with the nearest, otherwise."""
    names = names_of(session)
    code = naming.exact(word, names)
    if code is None:
        raise naming.unknown(word, names, told())
    return _view(session.get_one(CustomerRow, code))


def known_code(session: Session, *, word: str) -> str:
    """The code of the customer that is named whole, for writing. Raise NotFound otherwise."""
    return find_exact(session, word).code


def names_of(session: Session) -> dict[str, tuple[str, ...]]:
    """Every code with its names in both languages."""
    found = session.exec(
        select(CustomerRow.code, CustomerRow.name, CustomerRow.name_zh).order_by(col(CustomerRow.code))
    )
    return {code: tuple(name for name in (name, name_zh) if name and name != code) for code, name, name_zh in found}


def told() -> Told:
    """What is said where no customer, or more than one, is meant."""
    return Told(
        unknown=_("There is no customer {word!r}."),
        hint=_("List them with: opsctl customer list   or add one with: opsctl customer add CODE"),
        several=_("{word!r} fits several customers: {handles}"),
    )


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every customer's name in the ledger and digest as it is now, for `ledger verify --deep`."""
    for code in session.exec(select(CustomerRow.code).order_by(col(CustomerRow.code))).all():
        yield f"{CUSTOMER}{code}", chain.digest_of_readable(partial(_fields, session, code))


def blank(session: Session, subject: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the names of a customer that are among the texts; its fields after, or None where none was."""
    row = session.get(CustomerRow, subject.removeprefix(CUSTOMER))
    if row is None or not {row.name, row.name_zh} & set(texts):
        return None
    if row.name in texts:
        row.name = BLANK
    if row.name_zh in texts:
        row.name_zh = None
    session.add(row)
    return rules.customer_fields(_view(row))


def save_new(session: Session, views: list[CustomerView]) -> None:
    """Write new customers and their rows of the ledger."""
    for view in views:
        texts = {name: getattr(view, name) for name in rules.CUSTOMER_TEXTS}
        session.add(CustomerRow(code=view.code, recorded_at=view.recorded_at, **texts))
        _append(session, CUSTOMER_ADDED, view, rules.customer_fields(view))
    session.flush()


def save_changed(session: Session, pairs: list[tuple[CustomerView, CustomerView]]) -> None:
    """Write what differs from before to after, and a row of the ledger for every customer that changed."""
    for before, after in pairs:
        if before == after:
            continue
        row = session.get_one(CustomerRow, after.code)
        facts: dict[str, Any] = {}
        for name in rules.CUSTOMER_TEXTS:
            if getattr(before, name) != getattr(after, name):
                facts[name] = [getattr(before, name), getattr(after, name)]
                setattr(row, name, getattr(after, name))
        _append(session, CUSTOMER_EDITED, after, facts)
    session.flush()


def _append(session: Session, kind: str, view: CustomerView, facts: dict[str, Any]) -> None:
    ledger.append(
        session,
        kind=kind,
        subject=f"{CUSTOMER}{view.code}",
        customer=view.code,
        facts=facts,
        record=rules.customer_fields(view),
    )


def _view(row: CustomerRow) -> CustomerView:
    return CustomerView(row.code, row.name, row.recorded_at, row.name_zh, row.zone)


def _fields(session: Session, code: str) -> dict[str, Any]:
    return rules.customer_fields(_view(session.get_one(CustomerRow, code)))

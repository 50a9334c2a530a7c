"""Customers, ready to be shown."""

from typing import Any

from opsctl.core.report import Column, Fields, Kind, Report, Table, Text
from opsctl.core.texts import _, pgettext
from opsctl.people.rules import CustomerView


def data(customer: CustomerView) -> dict[str, Any]:
    """A customer for programs."""
    return {
        "code": customer.code,
        "name": customer.name,
        "name_zh": customer.name_zh,
        "zone": customer.zone,
        "recorded_at": customer.recorded_at,
    }


def changed(customer: CustomerView, done: str) -> Report:
    """One line about what was done; `done` is the kind of the ledger row."""
    line = {"customer.added": _("{handle} added: {name}"), "customer.edited": _("{handle} changed: {name}")}[done]
    return Report(
        kind=done,
        data=data(customer),
        parts=(Text((line.format(handle=customer.code, name=customer.name),)),),
        references=(customer.code,),
    )


def listed(customers: list[CustomerView]) -> Report:
    """The customers as a table."""
    columns = (
        Column("code", _("code"), Kind.REFERENCE),
        Column("name", pgettext("of a customer", "name")),
        Column("name_zh", _("Chinese name")),
        Column("zone", _("zone")),
    )
    return Report(
        kind="customer.list",
        data=[data(one) for one in customers],
        parts=(
            Table(
                columns,
                tuple((one.code, one.name, one.name_zh, one.zone) for one in customers),
                empty=_("No customers yet. Add one with: opsctl customer add CODE"),
            ),
        ),
        references=tuple(one.code for one in customers),
    )


def shown(customer: CustomerView) -> Report:
    """One customer, a field a line."""
    pairs: tuple[tuple[str, Any, Kind], ...] = (
        (_("code"), customer.code, Kind.REFERENCE),
        (pgettext("of a customer", "name"), customer.name, Kind.TEXT),
        (_("Chinese name"), customer.name_zh, Kind.TEXT),
        (_("zone"), customer.zone, Kind.TEXT),
        (_("recorded"), customer.recorded_at, Kind.MOMENT),
    )
    return Report(kind="customer", data=data(customer), parts=(Fields(pairs),), references=(customer.code,))

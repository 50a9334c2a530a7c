"""Taking assets from a file, all that are not refused in one transaction, known by their handle."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from opsctl.assets.rules.assets import AssetView
from opsctl.assets.service import assets
from opsctl.assets.terms import Classification, Criticality
from opsctl.core import naming
from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.naming import Names, Told
from opsctl.core.texts import _, sentences, series
from opsctl.core.typed import mend, read_handle
from opsctl.core.use_cases import Permission, use_case
from opsctl.exchange.fields import Field, FieldType
from opsctl.exchange.intake import Record, Refused, Taken
from opsctl.people.service import customers, persons

_TEXTS = ("title", "title_zh", "kind", "customer", "owner", "criticality", "classification", "service_hours")
_WORDS = {"criticality": Criticality, "classification": Classification}
_MOMENTS = {"in_service_from": "in_service_from", "retired_from": "retired_at"}
FIELDS = {
    **{name: Field(name, FieldType.TEXT) for name in _TEXTS},
    **{name: Field(name, FieldType.MOMENT) for name in _MOMENTS},
}
"""What a file of assets may say beside the handle."""
_Pair = tuple[AssetView | None, AssetView]


def plan(session: Session, *, now: datetime, actor: str, records: list[Record]) -> Taken:
    """What an import of these assets would do, without doing it."""
    return _taken(*_judged(session, now, records))


@use_case(needs=Permission.MANAGE, offline=False)
def import_assets(session: Session, *, now: datetime, actor: str, records: list[Record]) -> Taken:
    """Import these assets and return what was done. What a record does not say stays as it is; `-` takes it away."""
    pairs, refused = _judged(session, now, records)
    assets.save_new(session, [after for before, after in pairs if before is None])
    session.flush()
    assets.save_changed(session, [(before, after) for before, after in pairs if before is not None])
    return _taken(pairs, refused)


def _judged(session: Session, now: datetime, records: list[Record]) -> tuple[list[_Pair], list[Refused]]:
    there = {one.handle: one for one in assets.everything(session)}
    judge = _Judge(session, now)
    pairs: dict[str, _Pair] = {}
    refused: list[Refused] = []
    for record in records:
        try:
            handle = read_handle(record["key"])
            if handle in pairs:
                raise InvalidInput(_("An earlier row is {handle} already.").format(handle=handle))
            before = there.get(handle)
            after = judge.asset(before or AssetView(handle, handle, None, None, None, now), record["values"])
        except OpsctlError as error:
            reason = sentences(error.message, error.hint)
            refused.append(Refused(record["line"], record["key"], reason))
            continue
        pairs[handle] = (before, after)
    return list(pairs.values()), refused


class _Judge:
    """Says of each record which asset it means here; the names it may use are read once."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.customers = customers.names_of(session)
        self.persons = persons.names_of(session)
        self.known_customers = naming.whole_names(self.customers)
        self.known_persons = naming.whole_names(self.persons)
        self.retired = {one.handle for one in persons.everybody(session) if one.retired_at is not None}

    def asset(self, before: AssetView, values: dict[str, Any]) -> AssetView:
        """The asset as the record says. Raise NotFound or InvalidInput where it cannot be."""
        changes: dict[str, Any] = {}
        for name, value in values.items():
            if name in _MOMENTS:
                changes[_MOMENTS[name]] = value
            else:
                changes[name] = None if mend(value) == "-" else self._text(before, name, value)
        return assets.checked(before, changes, self.now)

    def _text(self, before: AssetView, name: str, value: str) -> Any:
        if name == "customer":
            return _found(value, self.known_customers, self.customers, customers.told())
        if name == "owner":
            handle = _found(value, self.known_persons, self.persons, persons.told())
            if handle in self.retired and handle != before.owner:
                raise InvalidInput(_("{person} is retired.").format(person=handle))
            return handle
        if name == "service_hours":
            return assets.service_hours(self.session, word=value, now=self.now)
        if name in _WORDS:
            return _word(name, value)
        return value


def _found(word: str, known: dict[str, str], names: Names, told: Told) -> str:
    handle = known.get(word) or known.get(mend(word).casefold())
    if handle is None:
        raise naming.unknown(word, names, told)
    return handle


def _word(name: str, value: str) -> StrEnum:
    words = [word.value for word in _WORDS[name]]
    if mend(value).casefold() not in words:
        raise InvalidInput(
            _("{name} cannot be {value!r}.").format(name=name, value=value[:40]),
            _("Use one of: {words}.").format(words=series(words)),
        )
    return _WORDS[name](mend(value).casefold())


def _taken(pairs: list[_Pair], refused: list[Refused]) -> Taken:
    return Taken(
        new=tuple((after.handle, after.title) for before, after in pairs if before is None),
        updated=tuple((after.handle, after.title) for before, after in pairs if before not in (None, after)),
        unchanged=sum(before == after for before, after in pairs),
        refused=tuple(refused),
    )

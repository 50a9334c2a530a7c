"""From the TOML of a book to its content: checklists, routes, deadlines of actions, and what goes with them. Pure."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from opsctl.core.errors import InvalidInput
from opsctl.core.ranges import read_range
from opsctl.core.texts import _, series
from opsctl.core.typed import mend
from opsctl.rulebook.rules.amounts import read_length
from opsctl.rulebook.rules.findings import Findings, Unreadable
from opsctl.rulebook.rules.parts import Part, each, handles, must_be_one_of, one_of, said_only, tables_of, twice
from opsctl.rulebook.rules.reading_duties import Known, read_duty
from opsctl.rulebook.rules.reading_policies import read_policy
from opsctl.rulebook.rules.standing import Content
from opsctl.rulebook.terms import ChecklistKind, ItemState, ItemType

_CHECKLIST_KEYS = ("title", "kind", "items", "challenge", "takes")
_ITEM_KEYS = (
    "id", "title", "type", "group", "mandatory", "filled_by", "unit", "warn", "critical", "possible", "steady",
    "choices",
)  # fmt: skip
_OF_NUMBERS = ("unit", "warn", "critical", "possible", "steady")
_MOST_ITEMS = 300
_MOST_CHOICES = 50
_MOST_CHALLENGES = 100
_LONGEST_ROUND = timedelta(days=1)
_MACHINE = "machine"
_ITEM = '{ id = "fans", title = "Fans", type = "state" }'
_CHOICE = '{ id = "high", title = "High", state = "ok" }'


def read_patrols(
    tables: Mapping[str, Any], *, zone: str | None, year: int, beside: Content, findings: Findings
) -> dict[str, Any]:
    """[checklists], [routes], [duties], [backups] and [actions] as a content has them; what is wrong is noted.

    `zone` is that of the book, `year` that of applying, `beside` what the other books in force say together.
    """
    content: dict[str, Any] = {
        "checklists": each(tables, "checklists", lambda found, key: read_checklist(found, key, findings), findings)
    }
    checklists = named(tables, beside, "checklists")
    content["routes"] = each(tables, "routes", lambda found, key: _route(found, key, checklists, findings), findings)
    routes = dict.fromkeys(named(tables, beside, "routes"))
    known = Known(
        zone=zone,
        checklists=checklists,
        routes=routes | beside.get("routes", {}) | content["routes"],
        posts=named(tables, beside, "posts"),
        policies=named(tables, beside, "backups"),
    )
    content["duties"] = each(tables, "duties", lambda found, key: read_duty(found, key, known, findings), findings)
    content["backups"] = each(
        tables, "backups", lambda found, key: read_policy(found, key, known, year, findings), findings
    )
    with suppress(Unreadable):
        content["actions"] = _actions(tables.get("actions", {}), findings)
    return content


def read_checklist(found: Any, key: str, findings: Findings) -> dict[str, Any]:
    """A checklist as a content has it. Raise Unreadable, having noted why, where nothing of it can be read."""
    part = Part(found, key, _CHECKLIST_KEYS, findings)
    return said_only({
        "title": part.take("title", findings.words, _a_title()),
        "kind": part.take("kind", lambda said, at: findings.word(said, at, list(ChecklistKind)))
        or ChecklistKind.INSPECTION.value,
        "items": part.take("items", lambda said, at: _items(said, at, findings), _some_items()),
        "challenge": part.take("challenge", lambda said, at: _challenges(said, at, findings)),
        "takes": part.take("takes", lambda said, at: _takes(said, at, findings)),
    })  # fmt: skip


def _a_title() -> str:
    return _("a text, or both languages: {example}").format(example='{ en = "…", zh = "…" }')


def _some_items() -> str:
    return _("a list of 1 to {most} tables such as {example}").format(most=_MOST_ITEMS, example=_ITEM)


def named(tables: Mapping[str, Any], beside: Content, table: str) -> set[str]:
    """Every name of a table, also of what has an error: what counts on it is not wrong for that reason."""
    own = tables.get(table)
    return {*beside.get(table, {}), *(mend(name).casefold() for name in (own if isinstance(own, dict) else ()))}


def _takes(found: Any, key: str, findings: Findings) -> int:
    seconds = read_length(found, key, findings)
    if not 0 < seconds <= _LONGEST_ROUND.total_seconds():
        raise findings.wrong(key, found, _("more than nothing and at most a day"))
    return seconds


def _items(found: Any, key: str, findings: Findings) -> list[dict[str, Any]]:
    read = []
    for at, one in tables_of(found, key, _MOST_ITEMS, _ITEM, findings):
        with suppress(Unreadable):
            read.append(_item(one, at, findings))
    _once(read, key, findings)
    return read


def _once(read: Iterable[Mapping[str, Any]], key: str, findings: Findings) -> None:
    """Note every name that two of them have: they are found by id and by title in either language."""
    taken: set[str] = set()
    for one in read:
        names = {mend(name).casefold() for name in (one.get("id", ""), *one.get("title", {}).values()) if name}
        for name in sorted(names & taken):
            twice(findings, key, name)
        taken |= names


def _item(found: Any, key: str, findings: Findings) -> dict[str, Any]:
    part = Part(found, key, _ITEM_KEYS, findings)
    content: dict[str, Any] = {
        "id": part.take("id", lambda said, at: _id(said, at, findings), _('a short name such as "fans"')),
        "title": part.take("title", findings.words, _a_title()),
        "type": part.take(
            "type",
            lambda said, at: findings.word(said, at, list(ItemType)),
            _("one of {names}").format(names=series(ItemType)),
        ),
        "group": part.take("group", findings.words),
    }
    machine = part.take("filled_by", lambda said, at: findings.word(said, at, (_MACHINE,))) == _MACHINE
    mandatory = part.take("mandatory", findings.flag)
    # Nobody has to answer what a machine fills, unless the book says so.
    asked = not machine if mandatory is None else mandatory
    content["mandatory"] = None if asked else False
    content["filled_by"] = _MACHINE if machine else None
    if content["type"] is not None:
        content |= _number(part, content["type"]) | _choices(part, content["type"])
    return said_only(content)


def _id(found: Any, key: str, findings: Findings) -> str:
    if not isinstance(found, str):
        raise findings.wrong(key, found, _('a short name such as "fans"'))
    if mend(found) and not re.search(r"[^\W\d_]", found):
        hint = _("Digits alone are the numbers of items in a sheet.")
        raise findings.wrong(key, found, _("a short name with a letter in it"), hint)
    return findings.handle(found, key)


def _number(part: Part, kind: str) -> dict[str, Any]:
    findings = part.findings
    if kind != ItemType.NUMBER:
        for name in _OF_NUMBERS:
            if name in part.said:
                _only(part, name, ItemType.NUMBER)
        return {}
    return {
        "unit": part.take("unit", lambda said, at: findings.text(said, at, _('a unit such as "°C"'))),
        "warn": part.take("warn", lambda said, at: _range(said, at, findings)),
        "critical": part.take("critical", lambda said, at: _range(said, at, findings)),
        "possible": part.take("possible", lambda said, at: _possible(said, at, findings)),
        "steady": part.take("steady", findings.flag) or None,
    }


def _only(part: Part, name: str, kind: ItemType) -> None:
    message = _("{file}: {key} goes with items of the type {type} only.")
    hint = _("Leave it out, or write type = {type}.").format(type=f'"{kind.value}"')
    key = part.of(name)
    part.findings.error(key, message.format(file=part.findings.file, key=key, type=kind.value), hint)


def _range(found: Any, key: str, findings: Findings) -> str:
    must = _('a range in quotes: "18:27", "10:" (10 or more) or "~:10" (10 or less)')
    if not isinstance(found, str):
        raise findings.wrong(key, found, must)
    try:
        return read_range(found).written
    except InvalidInput as error:
        raise findings.wrong(key, found, must, error.message) from error


def _possible(found: Any, key: str, findings: Findings) -> str:
    written = _range(found, key, findings)
    if written.startswith("@"):
        raise findings.wrong(key, found, _("the range outside of which a reading cannot be, without @"))
    return written


def _choices(part: Part, kind: str) -> dict[str, Any]:
    if kind != ItemType.CHOICE:
        if "choices" in part.said:
            _only(part, "choices", ItemType.CHOICE)
        return {}
    must = _("a list of 2 to {most} tables such as {example}").format(most=_MOST_CHOICES, example=_CHOICE)
    return {"choices": part.take("choices", lambda said, at: _choices_of(said, at, must, part.findings), must)}


def _choices_of(found: Any, key: str, must: str, findings: Findings) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not 2 <= len(found) <= _MOST_CHOICES:
        raise findings.wrong(key, found, must)
    read = []
    for at, one in tables_of(found, key, _MOST_CHOICES, _CHOICE, findings):
        with suppress(Unreadable):
            part = Part(one, at, ("id", "title", "state"), findings)
            state = part.take("state", lambda said, where: findings.word(said, where, list(ItemState)))
            read.append(said_only({
                "id": part.take("id", lambda said, where: _id(said, where, findings), _('a short name such as "fans"')),
                "title": part.take("title", findings.words, _a_title()),
                "state": state or ItemState.OK.value,
            }))  # fmt: skip
    _once(read, key, findings)
    return read


def _challenges(found: Any, key: str, findings: Findings) -> list[dict[str, Any]]:
    read = []
    example = '{ ask = "Serial number of the UPS", answer = "US2211" }'
    for at, one in tables_of(found, key, _MOST_CHALLENGES, example, findings):
        with suppress(Unreadable):
            part = Part(one, at, ("ask", "answer"), findings)
            ask = part.take("ask", findings.words, _a_title())
            answer = part.take("answer", lambda said, where: findings.text(said, where, _("a text")))
            read.append(said_only({"ask": ask, "answer": answer}))
    return read


def _route(found: Any, key: str, checklists: Iterable[str], findings: Findings) -> dict[str, Any]:
    part = Part(found, key, ("title", "checklist", "assets"), findings)
    return said_only({
        "title": part.take("title", findings.words, _a_title()),
        "checklist": part.take(
            "checklist",
            lambda said, at: one_of(said, at, "checklists", checklists, findings),
            must_be_one_of("checklists", checklists),
        ),
        "assets": part.take(
            "assets",
            lambda said, at: handles(said, at, findings),
            _("a list of handles such as {example}").format(example='["core-sw-1", "core-sw-2"]'),
        ),
    })  # fmt: skip


def _actions(found: Any, findings: Findings) -> dict[str, int]:
    part = Part(found, "actions", ("fail", "warn"), findings)
    return said_only({name: part.take(name, lambda said, at: _within(said, at, findings)) for name in ("fail", "warn")})


def _within(found: Any, key: str, findings: Findings) -> int:
    seconds = read_length(found, key, findings)
    if not seconds:
        raise findings.wrong(key, found, _("more than nothing"))
    return seconds

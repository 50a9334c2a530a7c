"""A review as a customer may read it: without internal notes, without names, without other customers. Pure."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any
from unicodedata import normalize

from opsctl.assets import terms as assets
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import clean_for_terminal
from opsctl.incidents import terms as incidents
from opsctl.incidents.rules.clocks import Clock
from opsctl.ledger.rules import Row, read_facts
from opsctl.maintenance import terms as maintenance
from opsctl.reviews.rules import Review, addressing
from opsctl.reviews.rules.facts import CaseFacts, Facts
from opsctl.reviews.rules.results import Known
from opsctl.rulebook.rules import Words

TOLD = frozenset(
    {
        incidents.OPENED, incidents.ACKNOWLEDGED, incidents.RECLASSIFIED, incidents.MITIGATED, incidents.DOWN,
        incidents.RESTORED, incidents.RESOLVED, incidents.REOPENED, incidents.CLOSED, incidents.PAUSED,
        incidents.RESUMED, incidents.PAUSE_APPROVED, incidents.PAUSE_REFUSED, incidents.MERGED, incidents.SPLIT,
        incidents.CORRECTED, incidents.VOIDED, incidents.UNVOIDED, incidents.PLAN_STARTED, incidents.IMPORTED,
    }
)  # fmt: skip
"""What a customer reads of the ledger; notes, assignments and escalations are not for them, and nothing unknown is."""
TOLD_AROUND = frozenset(
    {
        incidents.OPENED, incidents.DOWN, incidents.RESTORED, incidents.RESOLVED, maintenance.LOGGED,
        assets.MAINTENANCE_PLANNED, assets.MAINTENANCE_EXTENDED, assets.MAINTENANCE_CANCELLED,
    }
)  # fmt: skip
"""What a customer reads of what else happened to the asset."""
ACCOUNTS = frozenset({"root", "admin", "administrator", "cron"})
"""Accounts of machines that people log in with: they name nobody, and are words of every report (root cause)."""
_OF_PERSONS = frozenset(
    {
        "author", "submitted_by", "approved_by", "closed_by", "facilitator", "participants", "assignee", "escalated_to",
        "entered_by", "asked", "decided_by", "owner", "done_by", "verified_by", "recorded_by", "actor",
    }
)  # fmt: skip
"""The fields of records that name persons, known or not."""
_LEFT_OUT_OF_FACTS = _OF_PERSONS | {"to", "through", "by", "person", "host", "told_to", "note"}
_AS_THEY_ARE = frozenset({"kind", "zone", "head", "hash", "period", "clocks", "request", "row_digest", "prev_hash"})
"""Fields with words of ours, where a name that is one of these words is no name."""

# Chinese and its neighbours are written without blanks, so beside a letter of theirs a word may begin and end.
_UNSPACED = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_LETTER = rf"[^\W_{_UNSPACED}]"
_ALONE = re.compile(rf"[{_UNSPACED}]+")
_REFERENCE = r"[A-Za-z]{3}-[0-9]{4}-[0-9]+"
_SENTENCE_STARTS = re.compile(r"(?:(?:^|\n)\s*(?:[-*+>]\s+|[0-9]+[.)]\s+)?|[.!?]\s+)\Z")

Blank = Callable[[str], str]


def for_customer(known: Known) -> Known:
    """The review as its customer may read it, in the reader's language.

    Left out are internal notes and added lines, notes of the incident and what else is not theirs to read, with what
    is written below such a row, participants, what was promised earlier, and other customers' incidents and actions.
    In every text the name, handle or login of a person becomes a word for their post. `hidden` then has all rows that
    are left out. Raise InvalidInput where it is about several customers.
    """
    customer = _customer_of(known)
    blank = blanker(names_in(known), (handle for handle, _title in known.facts.assets))
    without_names: Known = _blanked(_shortened(known, customer), blank)
    return without_names


def names_in(known: Known) -> frozenset[str]:
    """Every handle, login and name of a person, known or only named by a record, that the review may mention."""
    return frozenset(name for pair in known.facts.people for name in pair) | frozenset(_persons_of(known))


def blanker(names: Iterable[str], handles: Iterable[str]) -> Blank:
    """What replaces the names in a text by a word for their post, the longest first, whatever their case.

    Where words are spaced a name is a whole word; Chinese ones of two characters and more are found anywhere, and so is
    what their bearers are called by surname (`addressing`). Handles of assets and references stay as they are, and so
    do words that only contain a name. A word of Latin letters is parted from Chinese ones beside it by blanks.
    """
    wanted = {form for name in names for form in _forms(name)}
    kept = sorted({handle for handle in handles if handle}, key=len, reverse=True)
    if not wanted:
        return _clean
    stay = "|".join([_REFERENCE, *map(re.escape, kept)])
    in_order = sorted(wanted, key=lambda name: (-len(name), name))
    patterns = "|".join([*map(_pattern, in_order), *addressing.forms(in_order)])
    search = re.compile(rf"(?P<stays>(?<![\w.-])(?:{stay})(?![\w-]))|(?:{patterns})", re.IGNORECASE)
    word = _("our engineer")

    def post(found: re.Match[str]) -> str:
        text = found.string
        begins = found.end() < len(text) and _SENTENCE_STARTS.search(text, max(0, found.start() - 8), found.start())
        return word[:1].upper() + word[1:] if begins else word

    def blank(text: str) -> str:
        parts: list[str] = []
        done = 0
        for found in search.finditer(text := _clean(text)):
            if not found["stays"]:
                parts += (text[done : found.start()], post(found))
                done = found.end()
        parts.append(text[done:])
        return _spaced(parts) if word.isascii() else "".join(parts)

    return blank


def _spaced(parts: list[str]) -> str:
    """The parts as one text, with a blank where letters meet."""
    said = ""
    for part in filter(None, parts):
        said += f" {part}" if said[-1:].isalnum() and part[0].isalnum() else part
    return said


def _clean(text: str) -> str:
    # What cannot be seen would part a name here, and be gone where it is read.
    return clean_for_terminal(text.expandtabs(4), keep_newlines=True)


def _forms(name: str) -> Iterator[str]:
    plain = " ".join(_clean(name).split())
    if plain.casefold() in ACCOUNTS or not plain or (len(plain) == 1 and _ALONE.fullmatch(plain)):
        return
    yield from {plain, normalize("NFC", plain), normalize("NFD", plain)}


def _pattern(name: str) -> str:
    """The name as it may be written: over a line's end, with escapes of Markdown, a Chinese one with a blank in it."""
    if _ALONE.fullmatch(name):
        return r"[ \u3000]?".join(map(re.escape, name))
    said = "".join(r"\s+" if sign == " " else sign if sign.isalnum() else rf"\\?{re.escape(sign)}" for sign in name)
    before = "" if _ALONE.match(name) else rf"(?<!{_LETTER})"
    after = "" if _ALONE.match(name[-1]) else rf"(?!{_LETTER})"
    return before + said + after


def _customer_of(known: Known) -> str | None:
    """Whose review it is. Raise InvalidInput where that cannot be said."""
    if known.review.customer is not None:
        return known.review.customer
    named = sorted({one for case in known.facts.cases if (one := case.shown.case.incident.customer) is not None})
    if len(named) > 1:
        raise InvalidInput(
            _("{reference} is about incidents of several customers: {customers}.").format(
                reference=known.review.reference, customers=series(named)
            ),
            _("Review those of one customer, and give them that."),
        )
    return named[0] if named else None


def _shortened(known: Known, customer: str | None) -> Known:
    """The review without what is not the customer's to read; texts are as they were."""
    facts = known.facts
    cases = tuple(_case(one, customer) for one in facts.cases if one.shown.case.incident.customer in (None, customer))
    rows = {row.seq: row for one in facts.cases for row in one.rows}
    told = {row.seq for one in cases for row in one.rows}
    actions, discussed = (
        tuple(replace(one, told=None) for one in found if one.customer in (None, customer))
        for found in (facts.actions, facts.discussed)
    )
    kept = {one.shown.case.reference for one in cases} | {one.reference for one in (*actions, *discussed)}
    review = _review(known.review, rows, told, kept)
    handles = {review.asset} | {one.asset for one in (*actions, *discussed)}
    handles |= {one.asset for case in cases for one in (*case.shown.case.all, *(e.incident for e in case.earlier))}
    shortened = replace(
        facts,
        cases=cases,
        actions=actions,
        discussed=discussed,
        since_approval=tuple(row for row in facts.since_approval if _is_told(row, customer, TOLD)),
        people=(),
        assets=tuple(pair for pair in facts.assets if pair[0] in handles),
        customers=tuple(pair for pair in facts.customers if pair[0] == customer),
    )
    return Known(review, shortened)


def _case(one: CaseFacts, customer: str | None) -> CaseFacts:
    case = one.shown.case
    members = tuple(each for each in case.members if each.customer in (None, customer))
    shown = replace(one.shown, case=replace(case, members=members), missing=(), origin=None, restore_points=None)
    earlier = tuple(replace(each, reviews=(), actions=()) for each in one.earlier if each.incident.customer == customer)
    rows = tuple(row for row in one.rows if _is_told(row, customer, TOLD))
    around = tuple(row for row in one.around if row.customer == customer and row.kind in TOLD_AROUND)
    return replace(one, shown=shown, rows=rows, around=around, earlier=earlier)


def _is_told(row: Row, customer: str | None, kinds: frozenset[str]) -> bool:
    return row.kind in kinds and row.customer in (None, customer)


def _review(review: Review, rows: dict[int, Row], told: set[int], kept: set[str]) -> Review:
    """The review without internal notes, and without rows that are left out and what is written below them."""
    document = review.document
    hidden = frozenset(document.hidden)
    written = replace(
        document,
        facilitator=None,
        participants=(),
        added=tuple(line for line in document.added if not line.internal),
        hidden=tuple(sorted(hidden | (rows.keys() - told))),
        notes=tuple((seq, text) for seq, text in document.notes if seq in told and seq not in hidden),
        actions=tuple(one for one in document.actions if one in kept),
        internal="",
    )
    return replace(
        review,
        document=written,
        subjects=tuple(one for one in review.subjects if one in kept),
        source=None,
    )


def _persons_of(value: Any, named: bool = False) -> Iterator[str]:
    """Who is named by a field for persons anywhere in the value; `named`: the value itself is such a field's."""
    match value:
        case Enum() | Clock() | datetime() | None:
            return
        case str():
            if named:
                yield value
        case tuple() | list():
            for one in value:
                yield from _persons_of(one, named)
        case dict():
            for name, one in value.items():
                yield from _persons_of(one, name in _OF_PERSONS)
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from _persons_of(getattr(value, field.name), field.name in _OF_PERSONS)
            if isinstance(value, Row):
                yield from _persons_of(read_facts(value.facts))


def _blanked(value: Any, blank: Blank) -> Any:
    """The value with every text of it without names; words and moments of ours as they are."""
    match value:
        case Row():
            return _row(value, blank)
        case Facts():
            kept = {name: getattr(value, name) for name in ("assets", "customers")}
            return _each_field(replace(value, assets=(), customers=()), blank, kept)
        case Enum() | Words() | Clock():
            return value
        case str():
            return blank(value)
        case tuple():
            return tuple(_blanked(one, blank) for one in value)
        case _ if is_dataclass(value):
            return _each_field(value, blank, {})
    return value


def _each_field(value: Any, blank: Blank, given: dict[str, Any]) -> Any:
    said = {
        field.name: _blanked(getattr(value, field.name), blank)
        for field in fields(value)
        if field.name not in _AS_THEY_ARE and field.name not in given
    }
    return replace(value, **said, **{name: _titled(pairs, blank) for name, pairs in given.items()})


def _titled(pairs: tuple[tuple[str, str], ...], blank: Blank) -> tuple[tuple[str, str], ...]:
    """Handles and codes as they are, their titles without names."""
    return tuple((handle, blank(title)) for handle, title in pairs)


def _row(row: Row, blank: Blank) -> Row:
    facts = None
    if row.facts is not None:
        said = {name: one for name, one in read_facts(row.facts).items() if name not in _LEFT_OUT_OF_FACTS}
        facts = json.dumps(_blanked_json(said, blank), ensure_ascii=False)
    return replace(row, actor=blank(row.actor), host="", facts=facts, salt=None)


def _blanked_json(value: Any, blank: Blank) -> Any:
    if isinstance(value, dict):
        return {name: _blanked_json(one, blank) for name, one in value.items()}
    if isinstance(value, list):
        return [_blanked_json(one, blank) for one in value]
    return blank(value) if isinstance(value, str) else value

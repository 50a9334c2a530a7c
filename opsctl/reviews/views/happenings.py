"""What happened by a row of the ledger, for every kind of record: the word for it, and what was said."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from opsctl.actions.views import records as actions
from opsctl.assets import terms as assets
from opsctl.backups import terms as backups
from opsctl.backups.views.history import event_word as backup_word
from opsctl.backups.views.runs import status_word, verdict_cell
from opsctl.core import changes
from opsctl.core.report import Cell, Kind, Phrase
from opsctl.core.texts import _, between, pgettext, series
from opsctl.core.void import Void, void_word
from opsctl.incidents.views import lists as incidents
from opsctl.incidents.views import words as incident_words
from opsctl.inspections import terms as inspections
from opsctl.inspections.terms import Mark
from opsctl.inspections.views import words as inspection_words
from opsctl.ledger.rules import Row, read_facts
from opsctl.ledger.terms import REDACTED
from opsctl.maintenance.views import words as maintenance
from opsctl.reviews.views import words as review_words

Text = Phrase | str | None
"""What was said; None where that is nothing."""
_STATUS = {kind: status for status, kind in backups.KIND_OF.items()}
_VERDICT = {kind: verdict for verdict, kind in backups.KIND_OF_TEST.items()}
_MOST = 4
"""So many answers of a round that found something wrong are told."""
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading facts may raise that somebody wrote past opsctl."""


class _Teller(NamedTuple):
    event: Callable[[Row], str]
    text: Callable[[Row], Text]


def of(row: Row) -> tuple[str, Text]:
    """The word for what happened and what was said, by the words of the record's own room.

    A kind that no room here knows is its own word. What cannot be read, as somebody wrote past opsctl, is left out.
    """
    teller = _KINDS.get(row.kind) or _ROOMS.get(row.kind.partition(".")[0]) or _Teller(_of_kind(str), _written)
    event = teller.event(row)
    if row.facts is None:
        return event, _("(redacted)")
    try:
        return event, teller.text(row)
    except _UNREADABLE:
        return event, None


def _of_kind(word: Callable[[str], str]) -> Callable[[Row], str]:
    return lambda row: word(row.kind)


def _inspection_word(kind: str) -> str:
    return {
        inspections.STARTED: pgettext("round", "begun"),
        inspections.ANSWERED: pgettext("round", "answered"),
        inspections.COMPLETED: pgettext("round", "done"),
        inspections.TAKEN_UP: pgettext("round", "taken up by another"),
        inspections.COUNTERSIGNED: pgettext("round", "countersigned"),
        inspections.CORRECTED: _("corrected"),
        inspections.VOIDED: _("made void"),
    }.get(kind, kind)


def _inspection(row: Row) -> Text:
    facts = read_facts(row.facts)
    wrong = [one for one in facts.get("answers", ()) if one.get("mark") in (Mark.FAIL, Mark.WARN)]
    said = [row.topic, *map(_answer, wrong[:_MOST]), "…" if len(wrong) > _MOST else None, _because(facts)]
    return changes.joined([str(one) for one in (*said, facts.get("reason")) if one])


def _answer(answer: dict[str, Any]) -> str:
    found = " ".join(str(answer[name]) for name in ("item", "value", "text") if answer.get(name) is not None)
    word = inspection_words.mark(Mark(answer["mark"]))
    note = answer.get("note")
    return f"{found}{between(': ')}{word}" + (f"{between(', ')}{note}" if note else "")


def _run_word(kind: str) -> str:
    word = status_word(_STATUS[kind]) if kind in _STATUS else backup_word(kind)
    return _("backup: {status}").format(status=word)


def _run(row: Row) -> Text:
    facts = read_facts(row.facts)
    copies = series(sorted(facts["copies"])) if row.kind == backups.PRUNED else None
    said = (row.topic, facts.get("reason"), facts.get("copy"), facts.get("into"), copies)
    return changes.joined([str(one) for one in said if one])


def _test_word(kind: str) -> str:
    return _("restore test: {verdict}").format(verdict=verdict_cell(_VERDICT[kind]).value)


def _test(row: Row) -> Text:
    facts = read_facts(row.facts)
    return changes.joined([str(one) for one in (row.topic, facts.get("level"), facts.get("reason")) if one])


def _asset_word(kind: str) -> str:
    return {
        assets.ADDED: _("asset added"), assets.EDITED: _("asset changed"), assets.RETIRED: _("asset retired"),
    }.get(kind, kind)  # fmt: skip


def _asset(row: Row) -> Text:
    facts = read_facts(row.facts)
    if row.kind == assets.ADDED:
        return str(facts["title"])
    return changes.joined([*changes.told(facts, str), *_moments(facts, "retired_at")])


def _planned_word(kind: str) -> str:
    return {
        assets.MAINTENANCE_PLANNED: _("maintenance planned"),
        assets.MAINTENANCE_APPROVED: _("maintenance approved"),
        assets.MAINTENANCE_EXTENDED: _("maintenance extended"),
        assets.MAINTENANCE_CANCELLED: _("maintenance cancelled"),
    }[kind]


def _planned(row: Row) -> Text:
    facts = read_facts(row.facts)
    windows = {assets.MAINTENANCE_PLANNED: facts.get("windows", ()), assets.MAINTENANCE_EXTENDED: [facts]}
    stretches = [
        Phrase((_moment(window["starts"]), " → ", _moment(window["ends"]))) for window in windows.get(row.kind, ())
    ]
    said = [str(facts[name]) for name in ("title", "reason") if facts.get(name)]
    return changes.joined([*said, *stretches, *_moments(facts, "at")])


def _written(row: Row) -> Text:
    facts = read_facts(row.facts)
    said = [_because(facts), *(facts.get(name) for name in ("title", "text", "reason"))]
    return changes.joined([one for one in said if isinstance(one, str)])


def _because(facts: dict[str, Any]) -> str | None:
    return void_word(Void(facts["because"])) if "because" in facts else None


def _moments(facts: dict[str, Any], *names: str) -> list[Cell]:
    return [_moment(facts[name]) for name in names if facts.get(name)]


def _moment(text: str) -> Cell:
    return Cell(datetime.fromisoformat(text), Kind.MOMENT)


_KINDS = {
    REDACTED: _Teller(lambda _row: _("redacted"), _written),
    **dict.fromkeys(_VERDICT, _Teller(_of_kind(_test_word), _test)),
    **dict.fromkeys(
        (
            assets.MAINTENANCE_PLANNED,
            assets.MAINTENANCE_APPROVED,
            assets.MAINTENANCE_EXTENDED,
            assets.MAINTENANCE_CANCELLED,
        ),
        _Teller(_of_kind(_planned_word), _planned),
    ),
}
"""By the whole kind: `maintenance` is a word of two rooms."""
_ROOMS = {
    "incident": _Teller(_of_kind(incident_words.event_word), incidents.text_of),
    "action": _Teller(actions.event_of, actions.text_of),
    "inspection": _Teller(_of_kind(_inspection_word), _inspection),
    "maintenance": _Teller(_of_kind(maintenance.event_word), maintenance.text_of),
    "patch": _Teller(_of_kind(maintenance.event_word), maintenance.text_of),
    "backup": _Teller(_of_kind(_run_word), _run),
    "asset": _Teller(_of_kind(_asset_word), _asset),
    "review": _Teller(_of_kind(review_words.event_word), _written),
}

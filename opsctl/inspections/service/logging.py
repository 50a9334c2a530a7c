"""A round that is logged whole: in one line, or as a pasted sheet, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from opsctl.core.errors import Conflict, InvalidInput
from opsctl.core.texts import _
from opsctl.core.times import read_moment
from opsctl.core.use_cases import Permission, use_case
from opsctl.inspections.rules import Answer, Round, Sheet, answers, missing, rest_ok, said
from opsctl.inspections.rules.results import Finished
from opsctl.inspections.service import ending, rows
from opsctl.inspections.service.choosing import Chosen, choose
from opsctl.inspections.service.read import open_round
from opsctl.inspections.service.walking import begun, check_time, facts_of
from opsctl.inspections.terms import ALIKE, COMPLETED, STARTED, State
from opsctl.rulebook.rules.patrols import Checklist
from opsctl.rulebook.terms import ItemType
from opsctl.store.settings import zone_of

_SAME = timedelta(minutes=30)
"""The same readings of the same person within this time are the same round, sent twice."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What was typed beside a sheet."""

    items: Sequence[str]
    fails: Sequence[str]
    photos: Mapping[str, Mapping[str, str]]
    rest: bool


@use_case(needs=Permission.RECORD, offline=False)
def log(
    session: Session,
    *,
    now: datetime,
    actor: str,
    checklist: str | None = None,
    asset: str | None = None,
    sheet: str | None = None,
    items: list[str] | None = None,
    fails: list[str] | None = None,
    photos: dict[str, dict[str, str]] | None = None,
    rest: bool = False,
    at: datetime | None = None,
    started: datetime | None = None,
    zone: str | None = None,
    answered: str | None = None,
    again: bool = False,
) -> list[Finished]:
    """Record the round, or one for each asset that the sheet has a part about; all or none.

    `items` are `temp=41`, `fails` are `uplink: CRC errors`, `photos` item → file and digest; `rest` says that all
    states which are not named are ok. A round that is open for
    the checklist and asset is gone on with. `at` is when it was walked, else the sheet's own time, read in `zone` (the
    database's), else now. Where something mandatory is missing the round stays open, and says so. Raise Conflict for a
    round that was logged already, unless `again`; InvalidInput for what is not understood, naming every line.
    """
    given = _Given(items or [], fails or [], photos or {}, rest)
    parts = _sections(sheet) if sheet is not None else [(None, 1, "")]
    done = []
    for heading, first_line, text in parts:
        moment = check_time(at or now, now)
        chosen = choose(session, now=now, actor=actor, checklist=checklist, asset=heading or asset, at=moment)
        # A round that is open keeps the version of the checklist that it was begun under.
        before = _open(session, chosen)
        form = chosen.checklist if before is None else ending.checklist_of(session, before)
        read = _read(text, form, given, first_line, pasted=sheet is not None)
        if at is None and read.at is not None:
            moment = check_time(read_moment(read.at, zone=zone or zone_of(session), now=now), now)
        spoken = replace(read, answered=answered or read.answered)
        done.append(_record(session, now, actor, chosen, before, spoken, moment, started, again))
    return done


def _open(session: Session, chosen: Chosen) -> Round | None:
    reference = open_round(session, checklist=chosen.checklist.name, asset=chosen.asset)
    return None if reference is None else rows.locked(session, reference)


def _read(text: str, checklist: Checklist, given: _Given, first_line: int, *, pasted: bool) -> Sheet:
    """The answers of a sheet together with those that were typed as options."""
    read = _read_sheet(text, checklist, first_line) if pasted else Sheet(())
    found = {one.item: one for one in read.answers}
    for one in (*_of_items(checklist, given.items), *_of_fails(checklist, given.fails)):
        if one.item in found:
            raise InvalidInput(_("{item} is answered twice.").format(item=one.item), _("Say it once."))
        found[one.item] = one
    for word, file in given.photos.items():
        item = answers.find_item(checklist, word)
        before = found.get(item.id) or answers.judge(item, "ok")
        found[item.id] = replace(before, file=file["file"], digest=file["digest"])
    if given.rest:
        found |= {one.item: one for one in rest_ok(checklist, found)}
    if not found:
        raise InvalidInput(
            _("Nothing is filled in."),
            _("Say what was read: --item temp=41, --rest-ok, or paste a sheet with -F -   form: opsctl inspect sheet"),
        )
    return replace(read, answers=tuple(found.values()))


# How sheets are read takes a while to load, and a round in one line needs none of it.


def _sections(sheet: str) -> list[tuple[str | None, int, str]]:
    from opsctl.inspections.rules.sheets import sections

    return sections(sheet)


def _read_sheet(text: str, checklist: Checklist, first_line: int) -> Sheet:
    from opsctl.inspections.rules.sheets import read_sheet

    return read_sheet(text, checklist, first_line=first_line)


def _of_items(checklist: Checklist, items: Sequence[str]) -> list[Answer]:
    found = []
    for typed in items:
        word, sign, value = typed.replace("＝", "=").replace("：", ":").partition("=")
        if not sign:
            word, sign, value = word.partition(":")
        if not sign or not value.strip():
            raise InvalidInput(_("{item!r} has no reading.").format(item=typed), _("Like: --item temp=41"))
        found.append(answers.judge(answers.find_item(checklist, word), value))
    return found


def _of_fails(checklist: Checklist, fails: Sequence[str]) -> list[Answer]:
    found = []
    for typed in fails:
        word, _sign, symptom = typed.replace("：", ":").partition(":")
        if not symptom.strip():
            raise InvalidInput(_("{item!r} has no symptom.").format(item=typed), _('Like: --fail "uplink: CRC errors"'))
        found.append(answers.judge(answers.find_item(checklist, word), "fail", note=symptom.strip()))
    return found


def _record(
    session: Session,
    now: datetime,
    actor: str,
    chosen: Chosen,
    before: Round | None,
    read: Sheet,
    at: datetime,
    started: datetime | None,
    again: bool,
) -> Finished:
    if before is None:
        one = begun(session, chosen, now=now, actor=actor, at=check_time(started or at, now))
        # Whoever logs at a desk was not asked anything on the spot.
        one = replace(one, asked=one.asked if read.answered is not None else None)
        checklist = chosen.checklist
    else:
        one, checklist = replace(before, person=actor), ending.checklist_of(session, before)
    one = ending.with_answers(replace(one, answered=read.answered or one.answered), read.answers, by=actor, at=now)
    earlier = ending.latest(session, checklist.name, one.asset, count=ALIKE)
    if earlier and not again:
        _check_new(one, earlier[0], at)
    left = tuple(missing(checklist, one.current))
    occurrence = None
    if not left:
        one, occurrence = ending.done(session, one, checklist, earlier, at=at, now=now, at_once=before is None)
    if before is None:
        rows.add(session, one)
    else:
        rows.save(session, before, one)
    raised = ending.raise_actions(
        session, one, checklist, read.answers, before=before, now=now, actor=actor, found_at=at
    )
    facts = {
        "at": at,
        "by": actor,
        "answers": [facts_of(each) for each in read.answers],
        "occurrence": None if occurrence is None else occurrence.reference,
    }
    kind = COMPLETED if one.state is State.DONE else STARTED
    ending.append(session, one, kind, facts, happened_at=at)
    return Finished(one, checklist, occurrence, left, raised, _remarks(read, checklist, before))


def _remarks(read: Sheet, checklist: Checklist, before: Round | None) -> tuple[str, ...]:
    told = list(read.remarks)
    if before is not None:
        told.append(_("{reference} was open and goes on.").format(reference=before.reference))
    photos = [item.id for item in checklist.items if item.type is ItemType.PHOTO and item.mandatory]
    bare = [one.item for one in read.answers if one.item in photos and one.digest is None]
    if bare:
        told.append(_("Without a picture: {items}. Give one with --photo ITEM=FILE.").format(items=", ".join(bare)))
    return tuple(told)


def _check_new(one: Round, last: Round, at: datetime) -> None:
    """Raise Conflict where the same person logged the same readings shortly before: the line was sent twice."""
    if last.person != one.person or last.done_at is None or abs(last.done_at - at) >= _SAME:
        return
    if said(last) == said(one):
        raise Conflict(
            _("This round was logged already: {reference}.").format(reference=last.reference),
            _("If it was walked again, add --again."),
        )

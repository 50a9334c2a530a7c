"""A round that is logged whole: in one line, or as a pasted sheet, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from opsctl.core.errors import MOMENT, Conflict, InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.times import read_moment
from opsctl.core.typed import excerpt
from opsctl.core.use_cases import Permission, use_case
from opsctl.inspections.rules import Answer, Reading, Round, Sheet, answers, evidence, missing, rest_ok, said
from opsctl.inspections.rules.results import Finished
from opsctl.inspections.service import ending, proof, rows
from opsctl.inspections.service.choosing import Chosen, choose
from opsctl.inspections.service.read import open_round
from opsctl.inspections.service.walking import begun, check_time, facts_of
from opsctl.inspections.terms import ALIKE, ANSWERED, COMPLETED, STARTED, Mark, Source, State
from opsctl.rulebook.rules.patrols import Checklist, Item
from opsctl.rulebook.terms import ItemType
from opsctl.store.settings import zone_of

_SAME = timedelta(minutes=30)
"""The same readings of the same person within this time are the same round, sent twice."""
_SHOWN = 8


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
    states which are not named are ok. A round that is open for the checklist and asset is gone on with. `at` is when it
    was walked, else the sheet's own time, read in `zone` (the database's), else now. Where something mandatory is
    missing the round stays open, and says so. Raise Conflict for a round that was logged already, unless `again`;
    InvalidInput for what is not understood, naming every line.
    """
    given = _Given(items or [], fails or [], photos or {}, rest)
    parts = _sections(sheet) if sheet is not None else [(None, 1, "")]
    done: list[Finished] = []
    for heading, first_line, text in parts:
        moment = check_time(at or now, now)
        chosen = choose(session, now=now, actor=actor, checklist=checklist, asset=heading or asset, at=moment)
        _check_once(chosen, done, first_line)
        # A round that is open keeps the version of the checklist that it was begun under.
        before = _open(session, chosen)
        form = chosen.checklist if before is None else ending.checklist_of(session, before)
        read = _read(text, form, given, first_line, before, pasted=sheet is not None)
        if at is None and read.at is not None:
            moment = check_time(read_moment(read.at, zone=zone or zone_of(session), now=now), now)
        spoken = replace(read, answered=answered or read.answered)
        together = [one.round.reference for one in done]
        done.append(_record(session, now, actor, chosen, before, spoken, moment, started, again, together))
    return done


def _check_once(chosen: Chosen, done: Sequence[Finished], first_line: int) -> None:
    """Raise InvalidInput where an earlier part of the sheet was about the same asset."""
    same = [one for one in done if (one.round.checklist, one.round.asset) == (chosen.checklist.name, chosen.asset)]
    if same:
        raise InvalidInput(
            _("The sheet has two parts about {asset}; the second begins in line {line}.").format(
                asset=chosen.asset or chosen.checklist.name, line=first_line
            ),
            _("Put them together, or take one out."),
        )


def _open(session: Session, chosen: Chosen) -> Round | None:
    reference = open_round(session, checklist=chosen.checklist.name, asset=chosen.asset)
    return None if reference is None else rows.locked(session, reference)


def _read(
    text: str, checklist: Checklist, given: _Given, first_line: int, before: Round | None, *, pasted: bool
) -> Sheet:
    """The answers of a sheet together with those that were typed as options.

    That the rest is ok says nothing of what `before`, a round that is open, has answered already.
    """
    read = _read_sheet(text, checklist, first_line) if pasted else Sheet(())
    known = before.current if before is not None else {}
    found = {one.item: one for one in read.answers if one.source is not Source.EXCEPTION or one.item not in known}
    for one in (*_of_items(checklist, given.items), *_of_fails(checklist, given.fails)):
        if one.item in found and found[one.item].source is not Source.EXCEPTION:
            raise InvalidInput(_("{item} is answered twice.").format(item=one.item), _("Say it once."))
        found[one.item] = one
    _add_photos(checklist, given.photos, found, known)
    if given.rest:
        found |= {one.item: one for one in rest_ok(checklist, {*found, *known})}
    if not found:
        raise _nothing(checklist, before, is_rest=given.rest or bool(read.answers))
    return replace(read, answers=tuple(found.values()))


def _nothing(checklist: Checklist, before: Round | None, *, is_rest: bool) -> InvalidInput:
    if before is None or not is_rest:
        return InvalidInput(
            _("Nothing is filled in."),
            _("Say what was read: --item temp=41, --rest-ok, or paste a sheet with -F -   form: opsctl inspect sheet"),
        )
    left = series(item.id for item in missing(checklist, before.current)[:_SHOWN])
    return InvalidInput(
        _("Every state of {reference} is answered already; open are: {items}.").format(
            reference=before.reference, items=left
        ),
        _("Say what was read, like: --item temp=41"),
    )


def _add_photos(
    checklist: Checklist,
    photos: Mapping[str, Mapping[str, str]],
    found: dict[str, Answer],
    known: Mapping[str, Reading],
) -> None:
    """Put the pictures to their answers. Raise InvalidInput for an item with two, or with one and no reading."""
    pictured = set()
    for word, file in photos.items():
        item = answers.find_item(checklist, word)
        if item.id in pictured:
            raise InvalidInput(_("{item} is given two pictures.").format(item=item.id), _("Keep one of the two."))
        pictured.add(item.id)
        one, last = found.get(item.id), known.get(item.id)
        if one is None and last is not None:
            one = Answer(item.id, last.mark, last.value, last.note)
        elif one is None and item.type in (ItemType.STATE, ItemType.PHOTO):
            one = Answer(item.id, Mark.OK)
        elif one is None:
            raise InvalidInput(
                _("{item} has a picture, but no reading.").format(item=item.id),
                _("Say what was read too: --item {item}=READING").format(item=item.id),
            )
        found[item.id] = replace(one, source=Source.TYPED, file=file["file"], digest=file["digest"])


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
            raise InvalidInput(_("{item!r} has no reading.").format(item=excerpt(typed)), _("Like: --item temp=41"))
        found.append(answers.judge(answers.find_item(checklist, word), value))
    return found


def _of_fails(checklist: Checklist, fails: Sequence[str]) -> list[Answer]:
    found = []
    for typed in fails:
        word, _sign, symptom = typed.replace("：", ":").partition(":")
        if not symptom.strip():
            raise InvalidInput(
                _("{item!r} has no symptom.").format(item=excerpt(typed)), _('Like: --fail "uplink: CRC errors"')
            )
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
    together: Collection[str],
) -> Finished:
    if started is not None and started > at:
        raise InvalidInput(
            _("The walk cannot begin at {moment}, after it ended.").format(moment=MOMENT),
            _("Give --from a time before that of --at."),
            moment=started,
        )
    if before is None:
        one, checklist = begun(session, chosen, now=now, actor=actor, at=now), chosen.checklist
    else:
        one = replace(before, person=actor, started_at=min(before.started_at, started or before.started_at))
        checklist = ending.checklist_of(session, before)
    if before is None or evidence.is_unwalked(before):
        # Whoever logs at a desk was not asked anything on the spot.
        asked = one.asked if read.answered is not None else None
        one = replace(one, started_at=check_time(started or at, now), asked=asked)
    one = ending.with_answers(replace(one, answered=read.answered or one.answered), read.answers, by=actor, at=now)
    earlier = ending.latest(session, checklist.name, one.asset, count=ALIKE)
    left = tuple(missing(checklist, one.current))
    if not again:
        _check_new(one, earlier, at)
        _check_more(one, before, left)
    occurrence = None
    if not left:
        # Of what is logged, the times between answers say nothing.
        one, occurrence = ending.done(
            session, one, checklist, earlier, at=at, now=now, at_once=True, together=together
        )
    if before is None:
        rows.add(session, one)
    else:
        rows.save(session, before, one)
    proven = proof.prove(session, one, now=now, actor=actor)
    raised = ending.raise_actions(
        session, one, checklist, read.answers, before=before, now=now, actor=actor, found_at=at
    )
    facts = {
        "at": at,
        "by": actor,
        "from": before.person if before is not None and before.person != actor else None,
        "answers": [facts_of(each) for each in read.answers],
        "occurrence": None if occurrence is None else occurrence.reference,
    }
    kind = COMPLETED if one.state is State.DONE else STARTED if before is None else ANSWERED
    ending.append(session, one, kind, facts, happened_at=at)
    return Finished(one, checklist, occurrence, left, raised, _remarks(read, checklist, before, actor), proven)


def _remarks(read: Sheet, checklist: Checklist, before: Round | None, actor: str) -> tuple[str, ...]:
    told = list(read.remarks)
    if before is not None and before.person != actor:
        told.append(
            _("{reference} was begun by {person} and goes on.").format(
                reference=before.reference, person=before.person
            )
        )
    elif before is not None:
        told.append(_("{reference} was open and goes on.").format(reference=before.reference))
    photos = [item.id for item in checklist.items if item.type is ItemType.PHOTO and item.mandatory]
    bare = [one.item for one in read.answers if one.item in photos and one.digest is None]
    if bare:
        told.append(_("Without a picture: {items}. Give one with --photo ITEM=FILE.").format(items=series(bare)))
    return tuple(told)


def _check_new(one: Round, earlier: Sequence[Round], at: datetime) -> None:
    """Raise Conflict where the same person logged the same readings for about that time: the line was sent twice."""
    for last in earlier:
        if last.person != one.person or last.done_at is None or abs(last.done_at - at) >= _SAME:
            continue
        if said(last) == said(one):
            raise Conflict(
                _("This round was logged already: {reference}.").format(reference=last.reference),
                _("If it was walked again, add --again."),
            )


def _check_more(one: Round, before: Round | None, left: Sequence[Item]) -> None:
    """Raise Conflict where an open round says all of that already and stays open: the line was sent twice."""
    if before is None or not left or said(one) != said(before) or _files(one) != _files(before):
        return
    line = one.checklist if one.asset is None else f"{one.checklist} --asset {one.asset}"
    raise Conflict(
        _("{reference} says that already.").format(reference=one.reference),
        _("It is still open; go on with it: opsctl inspect start {line}").format(line=line),
    )


def _files(one: Round) -> dict[str, str | None]:
    return {item: reading.digest for item, reading in one.current.items()}

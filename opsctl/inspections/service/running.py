"""What checks of a host answer: which of them are to run, and what becomes of what they said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opsctl.core.errors import Conflict, NotFound
from opsctl.core.texts import _
from opsctl.core.use_cases import Permission, use_case
from opsctl.inspections.rules import Answer, Round, missing, plugins
from opsctl.inspections.rules.plugins import ANSWERED_BY_MACHINES, Filled, Filling, Planned, Silent, Why
from opsctl.inspections.rules.results import Finished
from opsctl.inspections.service import ending, proof, rows
from opsctl.inspections.service.choosing import choose, named
from opsctl.inspections.service.read import open_round
from opsctl.inspections.service.walking import begun, facts_of
from opsctl.inspections.terms import ALIKE, ANSWERED, COMPLETED, STARTED, Source, State
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.patrols import Checklist, Patrols, patrols_of
from opsctl.store.unit import signature_of

Me = Callable[[Session], str]
"""Gives the handle of the person who is to have run them; raises NotAllowed where nobody may."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which checks are asked for; None means any."""

    checklist: str | None
    assets: tuple[str, ...] | None


def planned(
    session: Session,
    *,
    now: datetime,
    me: Me,
    known: Sequence[Filling],
    checklist: str | None = None,
    asset: str | None = None,
) -> Planned:
    """Which of the `known` checks are to run, for that checklist (or route) and asset or for all.

    A check whose item, asset or checklist is not there is `silent` before it runs. Raise NotFound for an unknown name,
    and where no check is left; NotAllowed where nobody may record what they say.
    """
    actor = me(session)
    patrols = patrols_of(rulebook.in_force(session, at=now))
    wanted = _wanted(session, patrols, checklist, asset)
    chosen = [
        one
        for one in known
        if wanted.checklist in (None, one.checklist) and (wanted.assets is None or one.asset in wanted.assets)
    ]
    if not chosen:
        what = checklist or asset
        message = _("No check of this host fills an item.")
        if what is not None:
            message = _("No check of this host fills an item of {what}.").format(what=what)
        raise NotFound(message, _('Write one into the host file: [checks.NAME] with fills = "CHECKLIST/ITEM"'))
    runs, silent = [], []
    for one in chosen:
        reason = _why_not(session, now, actor, patrols, one)
        if reason is None:
            runs.append(one)
        else:
            silent.append(Silent(one, *reason))
    return Planned(tuple(runs), tuple(silent))


@use_case(needs=Permission.RECORD, offline=False)
def record(
    session: Session, *, now: datetime, actor: str, checklist: str, asset: str, results: list[dict[str, Any]]
) -> Filled:
    """Record what checks of one asset said: an open round goes on, else one is begun.

    `results` are `check`, `item`, and how the program ended (the arguments of `plugins.read`). The round is done when
    they were the last that was missing in it; one that somebody walks is left to them. Nothing is recorded where no
    check answers.
    """
    chosen = choose(session, now=now, actor=actor, checklist=checklist, asset=asset, at=now)
    found = open_round(session, checklist=chosen.checklist.name, asset=chosen.asset)
    before = None if found is None else rows.locked(session, found)
    # A round that is open keeps the version of the checklist that it was begun under.
    form = chosen.checklist if before is None else ending.checklist_of(session, before)
    answered, silent = _answers(form, asset, results)
    if not answered:
        return Filled(None, (), silent)
    given = [answer for _filling, answer in answered]
    one = before or begun(session, chosen, now=now, actor=actor, at=now)
    was_whole = before is not None and not missing(form, before.current)
    one = ending.with_answers(one, given, by=actor, at=now)
    left, occurrence = tuple(missing(form, one.current)), None
    if not left and not was_whole:
        earlier = ending.latest(session, form.name, one.asset, count=ALIKE)
        one, occurrence = ending.done(session, one, form, earlier, at=now, now=now, at_once=_is_at_once(one))
    if before is None:
        rows.add(session, one)
    else:
        rows.save(session, before, one)
    proven = proof.prove(session, one, now=now, actor=actor)
    raised = ending.raise_actions(session, one, form, given, before=before, now=now, actor=actor, found_at=now)
    facts = {
        "at": now,
        "by": actor,
        "host": signature_of(session).host,
        "checks": [filling.check for filling, _answer in answered],
        "answers": [facts_of(answer) for answer in given],
        "occurrence": None if occurrence is None else occurrence.reference,
    }
    kind = COMPLETED if one.state is State.DONE else STARTED if before is None else ANSWERED
    ending.append(session, one, kind, facts)
    return Filled(Finished(one, form, occurrence, left, raised, proven=proven), answered, silent)


def _wanted(session: Session, patrols: Patrols, checklist: str | None, asset: str | None) -> _Wanted:
    assets: tuple[str, ...] | None = None
    if checklist is not None:
        name = named(patrols, checklist)
        if name in patrols.routes:
            checklist, assets = patrols.routes[name].checklist, patrols.routes[name].assets
        else:
            checklist = name
    if asset is not None:
        from opsctl.assets.service import assets as known

        handle = known.known_handle(session, word=asset)
        assets = (handle,) if assets is None or handle in assets else ()
    return _Wanted(checklist, assets)


def _why_not(
    session: Session, now: datetime, actor: str, patrols: Patrols, one: Filling
) -> tuple[Why, tuple[str, ...]] | None:
    """Why this check need not run at all; None where it may."""
    if one.checklist not in patrols.checklists:
        return Why.NO_CHECKLIST, ()
    reason = _unfit(patrols.checklists[one.checklist], one.item)
    if reason is not None:
        return reason
    try:
        choose(session, now=now, actor=actor, checklist=one.checklist, asset=one.asset, at=now)
    except NotFound:
        return Why.NO_ASSET, ()
    except Conflict:
        return Why.RETIRED, ()
    return None


def _unfit(form: Checklist, word: str) -> tuple[Why, tuple[str, ...]] | None:
    """Why no machine answers that item; None where one does."""
    item = next((item for item in form.items if item.id == word), None)
    if item is None:
        return Why.NO_ITEM, ()
    if not item.machine:
        return Why.BY_PEOPLE, ()
    return None if item.type in ANSWERED_BY_MACHINES else (Why.TYPE, (item.type.value,))


def _is_at_once(one: Round) -> bool:
    """Whether all that people answered was logged in one go."""
    return len({reading.at for reading in one.readings if reading.source is not Source.MACHINE}) <= 1


def _answers(
    form: Checklist, asset: str, results: Sequence[dict[str, Any]]
) -> tuple[tuple[tuple[Filling, Answer], ...], tuple[Silent, ...]]:
    items = {item.id: item for item in form.items}
    answered, silent = [], []
    for one in results:
        told = {name: value for name, value in one.items() if name not in ("check", "item")}
        filling = Filling(one["check"], asset, form.name, one["item"])
        found = _unfit(form, filling.item) or plugins.answer_of(items[filling.item], plugins.read(**told))
        if isinstance(found, Answer):
            answered.append((filling, found))
        else:
            silent.append(Silent(filling, *found))
    return tuple(answered), tuple(silent)

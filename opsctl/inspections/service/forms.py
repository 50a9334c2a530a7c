"""Forms to print: a checklist, or every asset of a route, by the rules in force."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlmodel import Session

from opsctl.core import texts
from opsctl.core.errors import Conflict, InvalidInput, NotAllowed
from opsctl.core.times import local_day
from opsctl.inspections.rules.forms import Form
from opsctl.inspections.service.choosing import Chosen, choose, named
from opsctl.inspections.service.walking import challenge
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules import standing
from opsctl.rulebook.rules.patrols import Checklist, Patrols, patrols_of
from opsctl.store.settings import zone_of


def forms(
    session: Session,
    *,
    now: datetime,
    me: Callable[[Session], str],
    checklist: str,
    asset: str | None = None,
    blank: bool = False,
) -> list[Form]:
    """A form for each asset, with who walks it today unless it is to be `blank`; one without where none is clear.

    Raise NotFound for an unknown checklist, route or asset, InvalidInput for an asset that is not on the route.
    """
    rules = rulebook.in_force(session, at=now)
    patrols = patrols_of(rules)
    name = named(patrols, checklist)
    route = patrols.routes.get(name)
    form = patrols.checklists[name if route is None else route.checklist]
    book = _book_of(session, rules.generation, form)
    person = day = None
    if not blank:
        day = local_day(now, zone_of(session)).isoformat()
        with suppress(NotAllowed):  # whoever may not write may still print
            person = me(session)
    found = []
    for one in _chosen(session, now, patrols, name, asset):
        about = None if one is None else one.asset
        asked = None if one is None or blank else challenge(session, one, now)
        found.append(
            Form(
                checklist=form,
                book=book,
                asset=about,
                asset_title=None if about is None else _title(session, about),
                challenge=None if asked is None else form.challenges[asked],
                person=person,
                day=day,
            )
        )
    return found


def _chosen(session: Session, now: datetime, patrols: Patrols, name: str, asset: str | None) -> list[Chosen | None]:
    """What is walked for each asset; None where it is not clear for which."""

    def of(each: str | None) -> Chosen:
        return choose(session, now=now, actor="", checklist=name, asset=each, at=now)

    if asset is not None:
        return [of(asset)]
    if name in patrols.routes:
        found: list[Chosen | None] = []
        for each in patrols.routes[name].assets:
            with suppress(Conflict):  # retired by now: the others are walked
                found.append(of(each))
        return found
    try:
        return [of(None)]
    except InvalidInput:  # due for several assets: whoever walks writes down which
        return [None]


def _book_of(session: Session, generation: int, checklist: Checklist) -> str:
    """The version of the book that says the checklist, the newest of several."""
    heads = standing.standing(rulebook.heads_of(session), generation)
    contents = rulebook.contents_of(session, heads)
    saying = [head.reference for head in heads if checklist.name in contents[head.name].get("checklists", {})]
    return saying[-1]


def _title(session: Session, handle: str) -> str:
    from opsctl.assets.service import assets

    found = assets.find(session, word=handle)
    return found.title_zh or found.title if texts.language() == "zh_CN" else found.title

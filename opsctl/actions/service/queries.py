"""Evidence queries against the rules in force: what they name has to be there when they are said."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from opsctl.actions.rules.evidence import Query, read_query, spelled
from opsctl.actions.terms import Proof
from opsctl.assets.service import handles
from opsctl.core.errors import NotFound
from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt, nearest
from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules import Rules
from opsctl.rulebook.rules.patrols import patrols_of
from opsctl.rulebook.rules.policies import policies_of


def known_query(session: Session, *, text: str, now: datetime) -> Query:
    """The evidence query that was typed. `spelled` of it is what an action keeps.

    Raise InvalidInput for what is none; NotFound, with the nearest, where the rules in force have no such policy,
    checklist or item, or there is no such asset.
    """
    query = read_query(text)
    rules = rulebook.in_force(session, at=now)
    if query.kind is Proof.RESTORE_TEST:
        _check_policy(rules, query)
        return query
    _check_item(rules, query)
    if query.about is None or handles.handle_or_none(session, word=query.about) is not None:
        return query
    from opsctl.assets.service import assets

    return replace(query, about=assets.known_handle(session, word=query.about))


def _check_policy(rules: Rules, query: Query) -> None:
    policies = policies_of(rules)
    if query.topic not in policies:
        raise NotFound(
            _("There is no backup policy {name}.").format(name=excerpt(query.topic)),
            _meant(replace(query, topic=one) for one in nearest(query.topic, policies))
            or _("See what there is: opsctl backup status"),
        )


def _check_item(rules: Rules, query: Query) -> None:
    checklists = patrols_of(rules).checklists
    if query.checklist not in checklists:
        raise NotFound(
            _("There is no checklist {name}.").format(name=excerpt(query.checklist)),
            _meant(replace(query, topic=f"{one}/{query.item}") for one in nearest(query.checklist, checklists))
            or _("List them with: opsctl inspect checklists"),
        )
    checklist = checklists[query.checklist]
    meant = {name: item.id for item in checklist.items for name in (item.title.en, item.title.zh, item.id) if name}
    if query.item not in meant.values():
        near = dict.fromkeys(meant[name] for name in nearest(query.item, meant))
        raise NotFound(
            _("{word!r} is no item of {checklist}.").format(word=excerpt(query.item), checklist=checklist.name),
            _meant(replace(query, topic=f"{checklist.name}/{one}") for one in near)
            or _("See them with: opsctl inspect sheet {checklist}").format(checklist=checklist.name),
        )


def _meant(queries: Iterable[Query]) -> str:
    words = series(spelled(one) for one in queries)
    return _("Did you mean {words}?").format(words=words) if words else ""

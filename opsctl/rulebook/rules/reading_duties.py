"""From the TOML of a book to its content: duties. Pure."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from opsctl.core.texts import _, series
from opsctl.core.times import FIRST_YEAR, LAST_YEAR
from opsctl.core.typed import mend
from opsctl.rulebook.rules.amounts import read_length
from opsctl.rulebook.rules.days import read_zone_key
from opsctl.rulebook.rules.findings import Findings, allowed
from opsctl.rulebook.rules.parts import Part, handles, must_be_one_of, one_of, said_only
from opsctl.rulebook.rules.schedules import is_rrule, names_hour, read_at, read_schedule
from opsctl.rulebook.terms import BY_BACKUP, BY_CHECKLIST, BY_RESTORE_TEST, CLASSIFICATIONS, CRITICALITIES, MEETING

_KEYS = (
    "clause", "title", "schedule", "at", "every", "zone", "start", "owner", "assets", "evidence", "early", "grace",
)  # fmt: skip
_MATCHING = ("kind", "criticality", "classification", "customer", "handles", "route")
_TOPICS = ("checklist", "policy", "topic")
_KIND = re.compile(r"[a-z][a-z_-]{0,31}\.[a-z][a-z_-]{0,31}")
_ASSET_OWNER = "asset-owner"
_OWNERS = ("role", "post", "person")
_LONGEST_WINDOW = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Known:
    """What a duty may count on: the book's own names and those of the other books in force.

    A route is its content, or None where it has an error. `zone` is that of the book.
    """

    zone: str | None
    checklists: Collection[str]
    routes: Mapping[str, Mapping[str, Any] | None]
    posts: Collection[str]
    policies: Collection[str] = ()


def read_duty(found: Any, key: str, known: Known, findings: Findings) -> dict[str, Any]:
    """A duty as a content has it. Raise Unreadable, having noted why, where nothing of it can be read."""
    part = Part(found, key, _KEYS, findings)
    zone = part.take("zone", lambda said, at: read_zone_key(said, at, findings)) or known.zone
    if zone is None and "zone" not in part.said:
        findings.missing(
            part.of("zone"), _('the name of a time zone, here or in [rulebook], such as "Asia/Shanghai"')
        )
    assets = part.take("assets", lambda said, at: _matching(said, at, known, findings))
    content = {
        "clause": part.take("clause", lambda said, at: findings.text(said, at, _('a clause such as "OM-3.3a"'))),
        "title": part.take("title", findings.words),
        **_when(part, zone or "UTC"),
        "zone": zone,
        "owner": part.take("owner", lambda said, at: read_owner(said, at, known.posts, findings), an_owner()),
        "assets": assets,
        "evidence": part.take("evidence", lambda said, at: _evidence(said, at, assets, known, findings), _evidences()),
        "early": part.take("early", lambda said, at: read_window(said, at, findings)),
        "grace": part.take("grace", lambda said, at: read_window(said, at, findings)),
    }
    if content["owner"] == _ASSET_OWNER and "assets" not in part.said:
        findings.wrong(part.of("owner"), part.said["owner"], _("somebody else, for the duty is about no asset"))
    return said_only(content)


def _when(part: Part, zone: str) -> dict[str, Any]:
    """The schedule with its time of day and its start, or the interval from when it was last done."""
    findings, said = part.findings, part.said
    given = [name for name in ("schedule", "every") if name in said]
    if not given:
        findings.missing(part.of("schedule"), _('a cron line, an RRULE, or every = "90d"'))
    if len(given) > 1:
        findings.wrong(part.of("every"), said["every"], _("left out where a schedule is given"))
    when = read_times(part, zone, "schedule")
    if "at" in said and "every" in given and when["schedule"] is None:
        _check_at(part, None)
    return {**when, "every": part.take("every", lambda found, key: _every(found, key, findings))}


def read_times(part: Part, zone: str, name: str) -> dict[str, Any]:
    """The schedule under that name, its time of day (`at`, in minutes) and its first day (`start`); None if not said.

    A schedule by the clocks of the zone. What is wrong with one of them is noted.
    """
    findings = part.findings
    start = part.take("start", lambda found, at: _day(found, at, findings))
    schedule = None
    # Where the start has an error nobody knows whether the schedule has one.
    if start is not None or "start" not in part.said:
        schedule = part.take(
            name, lambda found, at: read_schedule(found, at, zone=zone, start=start, findings=findings)
        )
    at = part.take("at", lambda found, key: read_at(found, key, findings))
    if "at" in part.said and schedule is not None:
        _check_at(part, schedule)
    return {name: schedule, "at": at, "start": None if start is None else start.isoformat()}


def _check_at(part: Part, schedule: str | None) -> None:
    key = part.of("at")
    if schedule is None or not is_rrule(schedule):
        hint = _("A cron line says the hour itself, and what is counted from completion has none.")
    elif names_hour(schedule):
        hint = _("This one says the hour itself.")
    else:
        return
    part.findings.wrong(key, part.said["at"], _("left out, unless the schedule is an RRULE without an hour"), hint)


def _day(found: Any, key: str, findings: Findings) -> date:
    day = found
    if isinstance(found, str):
        with suppress(ValueError):
            text = mend(found)
            day = date.fromisoformat(text) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    if not isinstance(day, date) or isinstance(day, datetime) or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise findings.wrong(key, found, _("a day that there is, such as 2026-11-28"))
    return day


def _every(found: Any, key: str, findings: Findings) -> int:
    seconds = read_length(found, key, findings)
    if not seconds:
        raise findings.wrong(key, found, _("more than nothing"))
    return seconds


def read_window(found: Any, key: str, findings: Findings) -> int:
    """The seconds of an early beginning or a grace. Raise Unreadable, having noted why, for more than a year."""
    seconds = read_length(found, key, findings)
    if seconds > _LONGEST_WINDOW.total_seconds():
        raise findings.wrong(key, found, _("at most 366 days"))
    return seconds


def an_owner() -> str:
    """What an owner must be."""
    return _("a post such as om-head or post:om-head, or role:…, person:… or asset-owner")


def read_owner(found: Any, key: str, posts: Collection[str], findings: Findings) -> str:
    """`post:…`, `role:…`, `person:…` or `asset-owner`. Raise Unreadable, having noted why, for anything else."""
    if not isinstance(found, str):
        raise findings.wrong(key, found, an_owner())
    text = mend(found).casefold()
    if text == _ASSET_OWNER:
        return text
    kind, sign, name = (word.strip() for word in text.partition(":"))
    if not sign:
        kind, name = "post", kind
    if kind not in _OWNERS or not name:
        raise findings.wrong(key, found, an_owner())
    name = findings.handle(name, key)
    if kind == "post" and name not in posts:
        message = _("{file}: {key}: no book in force has the post {post}.")
        findings.warn(
            key,
            message.format(file=findings.file, key=key, post=name),
            allowed(name, sorted(posts))
            if posts
            else _("Say it in [posts], or write role:{name}.").format(name=name),
        )
    return f"{kind}:{name}"


def _matching(found: Any, key: str, known: Known, findings: Findings) -> dict[str, Any]:
    part = Part(found, key, _MATCHING, findings)
    if not part.said:
        hint = _("Leave out {key} where the duty is about no asset.").format(key="assets")
        raise findings.wrong(key, found, _("at least one of {names}").format(names=series(_MATCHING)), hint)
    return said_only({
        "kind": part.take("kind", lambda said, at: findings.text(said, at, _('a kind of assets such as "switch"'))),
        "criticality": part.take("criticality", lambda said, at: findings.word(said, at, CRITICALITIES)),
        "classification": part.take("classification", lambda said, at: findings.word(said, at, CLASSIFICATIONS)),
        "customer": part.take("customer", lambda said, at: _handle(said, at, findings)),
        "handles": part.take("handles", lambda said, at: handles(said, at, findings)),
        "route": part.take("route", lambda said, at: one_of(said, at, "routes", known.routes, findings)),
    })  # fmt: skip


def _handle(found: Any, key: str, findings: Findings) -> str:
    if not isinstance(found, str):
        raise findings.wrong(key, found, _('a short name such as "om"'))
    return findings.handle(found, key)


def _evidences() -> str:
    return _("a table such as {example}").format(example=f'{{ kind = "{BY_CHECKLIST}", checklist = "…" }}')


def _evidence(
    found: Any, key: str, assets: Mapping[str, Any] | None, known: Known, findings: Findings
) -> dict[str, Any]:
    part = Part(found, key, ("kind", *_TOPICS), findings)
    kind = part.take("kind", lambda said, at: _kind(said, at, findings), _a_kind())
    topics = [name for name in _TOPICS if name in part.said]
    if len(topics) > 1:
        raise findings.wrong(key, found, _("one of {names}").format(names=series(topics)))
    content = {
        "kind": kind,
        "checklist": part.take(
            "checklist", lambda said, at: one_of(said, at, "checklists", known.checklists, findings)
        ),
        "policy": part.take("policy", lambda said, at: _policy(said, at, kind, known, findings)),
        "topic": part.take("topic", lambda said, at: findings.text(said, at, _("a text"))),
    }
    route = known.routes.get((assets or {}).get("route", ""))
    if kind == BY_CHECKLIST:
        _check_checklist(part, topics, content["checklist"], route, bool((assets or {}).get("route")), known)
    return said_only(content)


def _policy(found: Any, key: str, kind: str | None, known: Known, findings: Findings) -> str:
    if kind in (BY_BACKUP, BY_RESTORE_TEST):
        return one_of(found, key, "backups", known.policies, findings)
    return _handle(found, key, findings)


def _check_checklist(
    part: Part, topics: list[str], checklist: str | None, route: Mapping[str, Any] | None, has_route: bool, known: Known
) -> None:
    """A round is by one checklist, which the route says where there is one."""
    for name in topics:
        if name != "checklist":
            part.findings.wrong(part.of(name), part.said[name], _("left out; a round has a checklist"))
    if not topics and not has_route:
        part.findings.missing(part.of("checklist"), must_be_one_of("checklists", known.checklists))
    wanted = None if route is None else route.get("checklist")
    if checklist is not None and wanted is not None and checklist != wanted:
        must = _("{checklist}, by which the route is walked").format(checklist=wanted)
        part.findings.wrong(part.of("checklist"), part.said["checklist"], must)


def _a_kind() -> str:
    return _("a kind of record such as {names}").format(names=series(MEETING))


def _kind(found: Any, key: str, findings: Findings) -> str:
    text = mend(found).casefold() if isinstance(found, str) else ""
    if not _KIND.fullmatch(text):
        raise findings.wrong(key, found, _a_kind())
    if text not in MEETING:
        message = _("{file}: {key}: no record of this version of opsctl is of the kind {kind}.")
        findings.warn(key, message.format(file=findings.file, key=key, kind=text), allowed(text, MEETING))
    return text

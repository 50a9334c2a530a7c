"""From the TOML of a book to its content: policies of backups. Pure."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from opsctl.core.texts import _, series
from opsctl.core.typed import mend
from opsctl.rulebook.rules.amounts import read_length
from opsctl.rulebook.rules.days import read_zone_key
from opsctl.rulebook.rules.findings import Findings, Unreadable
from opsctl.rulebook.rules.judging_policies import judge
from opsctl.rulebook.rules.parts import Part, said_only, tables_of, twice
from opsctl.rulebook.rules.reading_duties import Known, an_owner, read_owner, read_times, read_window
from opsctl.rulebook.terms import (
    BACKUP_CLAUSE,
    CLASSIFICATIONS,
    METHODS,
    PROOF_LASTS,
    RETENTION,
    VERIFY_LEVEL,
    VERIFY_LEVELS,
)

_KEYS = (
    "title", "asset", "owner", "classification", "method", "schedule", "at", "start", "zone", "clause", "early",
    "grace", "locations", "retention", "encryption", "rpo", "rto", "verify", "restore_test", "incomplete_is_good",
)  # fmt: skip
_MIN_GOOD = "min_good"
_MOST_KEPT = 10_000
_MOST_LOCATIONS = 20
_LOCATION = '{ name = "local", medium = "disk", site = "dc1" }'
_RETENTION = "{ daily = 7, weekly = 4, monthly = 12, min_good = 3 }"
_VERIFY = '{ level = "L5", expires = "90d" }'


def read_policy(found: Any, key: str, known: Known, year: int, findings: Findings) -> dict[str, Any]:
    """A policy as a content has it, judged as one that is applied in that year.

    Raise Unreadable, having noted why, where nothing of it can be read.
    """
    part = Part(found, key, _KEYS, findings)
    zone = _zone(part, known)
    content = said_only({
        **_subject(part, known),
        "zone": zone,
        **_slots(part, zone or "UTC"),
        **_keeping(part),
        **_proving(part, zone or "UTC"),
    })  # fmt: skip
    judge(content, part, year)
    return content


def _zone(part: Part, known: Known) -> str | None:
    if "zone" in part.said:
        return part.take("zone", lambda said, at: read_zone_key(said, at, part.findings))
    if known.zone is None:
        part.findings.missing(
            part.of("zone"), _('the name of a time zone, here or in [rulebook], such as "Asia/Shanghai"')
        )
    return known.zone


def _subject(part: Part, known: Known) -> dict[str, Any]:
    """What is backed up, whose it is, and how far its data may go."""
    findings = part.findings
    return {
        "title": part.take("title", findings.words),
        "asset": part.take("asset", lambda said, at: _name(said, at, _an_asset(), findings), _an_asset()),
        "owner": part.take("owner", lambda said, at: read_owner(said, at, known.posts, findings), an_owner()),
        "classification": part.take("classification", lambda said, at: findings.word(said, at, CLASSIFICATIONS)),
        "method": part.take("method", lambda said, at: findings.word(said, at, METHODS)) or METHODS[0],
        "clause": part.take("clause", lambda said, at: findings.text(said, at, _('a clause such as "OM-3.3a"')))
        or BACKUP_CLAUSE,
        "incomplete_is_good": part.take("incomplete_is_good", findings.flag) or False,
    }


def _slots(part: Part, zone: str) -> dict[str, Any]:
    """When a backup is due, and by what it may be early and late."""
    findings = part.findings
    if "schedule" not in part.said:
        findings.missing(part.of("schedule"), _a_schedule())
    return {
        **read_times(part, zone, "schedule"),
        "early": part.take("early", lambda said, at: read_window(said, at, findings)),
        "grace": part.take("grace", lambda said, at: read_window(said, at, findings)),
    }


def _keeping(part: Part) -> dict[str, Any]:
    """Where copies are kept, for how long, and whether they are encrypted."""
    findings = part.findings
    places = _("a list of 1 to {most} tables such as {example}").format(most=_MOST_LOCATIONS, example=_LOCATION)
    kept = _("a table such as {example}").format(example=_RETENTION)
    return {
        "locations": part.take("locations", lambda said, at: _locations(said, at, findings), places),
        "retention": part.take("retention", lambda said, at: _retention(said, at, findings), kept),
        "encryption": part.take("encryption", findings.flag) or False,
    }


def _proving(part: Part, zone: str) -> dict[str, Any]:
    """What may be lost, how long it may take, and how that is proven."""
    findings = part.findings
    wanted = _("a duration such as 26h: how much may be lost at most")
    return {
        "rpo": part.take("rpo", lambda said, at: _length(said, at, findings), wanted),
        "rto": part.take("rto", lambda said, at: _length(said, at, findings)),
        "verify": part.take("verify", lambda said, at: _verify(said, at, findings)) or _verified({}),
        "restore_test": part.take("restore_test", lambda said, at: _restore_test(said, at, zone, findings)),
    }


def _a_schedule() -> str:
    return _('a cron line such as "30 1 * * *", or an RRULE')


def _an_asset() -> str:
    return _('the handle of an asset such as "erp"')


def _name(found: Any, key: str, must: str, findings: Findings) -> str:
    if not isinstance(found, str):
        raise findings.wrong(key, found, must)
    return findings.handle(found, key)


def _length(found: Any, key: str, findings: Findings) -> int:
    seconds = read_length(found, key, findings)
    if not seconds:
        raise findings.wrong(key, found, _("more than nothing"))
    return seconds


def _locations(found: Any, key: str, findings: Findings) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = []
    for at, one in tables_of(found, key, _MOST_LOCATIONS, _LOCATION, findings):
        with suppress(Unreadable):
            place = _location(one, at, findings)
            if place.get("name") in [other.get("name") for other in read]:
                twice(findings, key, place["name"])
            read.append(place)
    return read


def _location(found: Any, key: str, findings: Findings) -> dict[str, Any]:
    part = Part(found, key, ("name", "medium", "site"), findings)
    name, medium = _('a short name such as "offsite"'), _("what it is, such as disk, tape or object")
    return {
        "name": part.take("name", lambda said, at: _name(said, at, name, findings), name),
        **said_only({
            "medium": part.take("medium", lambda said, at: findings.text(said, at, medium), medium),
            "site": part.take("site", lambda said, at: findings.text(said, at, _("a text"))),
        }),
    }  # fmt: skip


def _retention(found: Any, key: str, findings: Findings) -> dict[str, int]:
    part = Part(found, key, (*RETENTION, _MIN_GOOD), findings)
    read = said_only({
        name: part.take(name, lambda said, at: _count(said, at, findings, least=0)) for name in RETENTION
    } | {_MIN_GOOD: part.take(_MIN_GOOD, lambda said, at: _count(said, at, findings, least=1))})  # fmt: skip
    if not any(part.said.get(name) for name in (*RETENTION, _MIN_GOOD)):
        hint = _("Nothing would be kept.")
        must = _("at least one of {names}").format(names=series((*RETENTION, _MIN_GOOD)))
        raise findings.wrong(key, found, must, hint)
    return read


def _count(found: Any, key: str, findings: Findings, *, least: int) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= _MOST_KEPT:
        raise findings.wrong(
            key, found, _("a whole number from {least} to {most}").format(least=least, most=_MOST_KEPT)
        )
    return found


def _verify(found: Any, key: str, findings: Findings) -> dict[str, Any]:
    part = Part(found, key, ("level", "expires"), findings)
    if not part.said:
        raise findings.wrong(key, found, _("a table such as {example}").format(example=_VERIFY))
    return _verified(said_only({
        "level": part.take("level", lambda said, at: _level(said, at, findings)),
        "expires": part.take("expires", lambda said, at: _length(said, at, findings)),
    }))  # fmt: skip


def _verified(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"level": VERIFY_LEVEL, "expires": int(PROOF_LASTS.total_seconds()), **said}


def _level(found: Any, key: str, findings: Findings) -> str:
    level = mend(found).upper() if isinstance(found, str) else ""
    if level not in VERIFY_LEVELS:
        raise findings.wrong(key, found, _("one of {names}").format(names=series(VERIFY_LEVELS)))
    return level


def _restore_test(found: Any, key: str, zone: str, findings: Findings) -> dict[str, Any]:
    """When restores are tested, by the clocks of the policy; its schedule is called `rule`, or `schedule` as well."""
    part = Part(found, key, ("rule", "schedule", "at", "start", "early", "grace"), findings)
    given = [name for name in ("rule", "schedule") if name in part.said]
    if len(given) != 1:
        example = '{ rule = "FREQ=MONTHLY;BYDAY=1SA", at = "02:00" }'
        raise findings.wrong(key, found, _("a table such as {example}").format(example=example))
    times = read_times(part, zone, given[0])
    return said_only({
        "rule": times.pop(given[0]),
        **times,
        "early": part.take("early", lambda said, at: read_window(said, at, findings)),
        "grace": part.take("grace", lambda said, at: read_window(said, at, findings)),
    })  # fmt: skip

"""What in a policy of backups cannot be, or has a hole, although each key of it was understood. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from opsctl.core.texts import _
from opsctl.core.times import LAST_YEAR, show_duration, show_moment, start_of_day
from opsctl.rulebook.rules.moments import longest_gap, schedule_said
from opsctl.rulebook.rules.parts import Part
from opsctl.rulebook.terms import FIRST_OPENED, SENSITIVE, VERIFY_LEVELS

_YEARS = 60
"""What begins later than so long before the last year of calendars is not judged."""
_RESTORE_TEST = 'restore_test = { rule = "FREQ=MONTHLY;BYDAY=1SA", at = "02:00" }'
_LEVEL = f'verify = {{ level = "{FIRST_OPENED}" }}'

Gap = tuple[datetime, datetime]


def judge(content: Mapping[str, Any], part: Part, year: int) -> None:
    """Note what is wrong with a policy as a whole, as one that is applied in that year; `part` is its table."""
    _judge_encryption(content, part)
    _judge_places(content, part)
    _judge_loss(content, part, year)
    _judge_proofs(content, part, year)


def _judge_encryption(content: Mapping[str, Any], part: Part) -> None:
    """Sensitive data is encrypted, and what is encrypted is opened by somebody before it is needed."""
    findings = part.findings
    level = content["verify"]["level"]
    if not isinstance(part.said.get("encryption", False), bool):
        return
    if content.get("classification") in SENSITIVE and not content["encryption"]:
        message = _("{file}: {key} is {classification}, and its backup is not encrypted.")
        findings.error(
            part.of("encryption"),
            message.format(file=findings.file, key=part.key, classification=content["classification"]),
            _("Write {example}.").format(example="encryption = true"),
        )
    is_opened = VERIFY_LEVELS.index(level) >= VERIFY_LEVELS.index(FIRST_OPENED)
    if content["encryption"] and not is_opened and not _has_tests(part):
        message = _("{file}: {key} is encrypted and proven nowhere: no restore is tested, and {level} opens nothing.")
        findings.error(
            part.of("restore_test"),
            message.format(file=findings.file, key=part.key, level=level),
            _("Write {example}, or at least {level}.").format(example=_RESTORE_TEST, level=_LEVEL),
        )


def _judge_places(content: Mapping[str, Any], part: Part) -> None:
    if len(content.get("locations", ())) == 1:
        message = _("{file}: {key} has one place only: whatever happens there happens to every copy.")
        key = part.of("locations")
        part.findings.warn(
            key, message.format(file=part.findings.file, key=key), _("Keep another copy at another place.")
        )


def _judge_loss(content: Mapping[str, Any], part: Part, year: int) -> None:
    """What may be lost is no less than what is made between two backups."""
    if "rpo" not in content or "schedule" not in content or "zone" not in content:
        return
    gap = _gap(content, "schedule", content["zone"], year)
    if gap is None or gap[1] - gap[0] <= timedelta(seconds=content["rpo"]):
        return
    key = part.of("rpo")
    message = _("{file}: {key} is {rpo}, and two of its backups are {gap} apart: those of {earlier} and {later}.")
    part.findings.error(
        key,
        message.format(
            file=part.findings.file, key=key, rpo=show_duration(content["rpo"]), **_told(gap, content["zone"])
        ),
        _("Back up more often, or say {gap} or more.").format(**_told(gap, content["zone"])),
    )


def _judge_proofs(content: Mapping[str, Any], part: Part, year: int) -> None:
    """What is said of proofs is measured, and holds until the next one."""
    findings, zone = part.findings, content.get("zone")
    if "rto" in content and not _has_tests(part):
        key = part.of("rto")
        message = _("{file}: {key} is said, and nothing measures it: no restore is tested.")
        hint = _("Write {example}.").format(example=_RESTORE_TEST)
        findings.warn(key, message.format(file=findings.file, key=key), hint)
    tests = content.get("restore_test", {})
    gap = _gap(tests, "rule", zone, year) if zone is not None and "rule" in tests else None
    expires = timedelta(seconds=content["verify"]["expires"])
    if zone is not None and gap is not None and gap[1] - gap[0] > expires:
        key = part.of("verify.expires")
        message = _(
            "{file}: {key} is {expires}, and two restore tests are {gap} apart, those of {earlier} and {later}:"
            " in between nothing is proven."
        )
        shown = show_duration(expires.total_seconds())
        findings.warn(
            key,
            message.format(file=findings.file, key=key, expires=shown, **_told(gap, zone)),
            _("Test more often, or say {gap} or more.").format(**_told(gap, zone)),
        )


def _has_tests(part: Part) -> bool:
    """Whether restores are tested, perhaps by a rule with an error."""
    return "restore_test" in part.said


def _gap(said: Mapping[str, Any], name: str, zone: str, year: int) -> Gap | None:
    """The two neighbours of a schedule that lie farthest apart from the beginning of that year on."""
    start = None if "start" not in said else date.fromisoformat(said["start"])
    first = date(year, 1, 1) if start is None else max(date(year, 1, 1), start)
    if first.year > LAST_YEAR - _YEARS:
        return None
    schedule = schedule_said(said[name], zone=zone, start=start, at=said.get("at"))
    return longest_gap(schedule, start_of_day(first, zone))


def _told(gap: Gap, zone: str) -> dict[str, str]:
    earlier, later = gap
    return {
        "gap": show_duration((later - earlier).total_seconds()),
        "earlier": show_moment(earlier, zone),
        "later": show_moment(later, zone),
    }

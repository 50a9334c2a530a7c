"""From the TOML of a book to its content: what it says of post-incident reviews. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opsctl.core.calendars import Calendar
from opsctl.core.texts import _
from opsctl.rulebook.rules.amounts import read_length, working_days
from opsctl.rulebook.rules.findings import Findings
from opsctl.rulebook.rules.parts import Part, one_of, said_only, twice
from opsctl.rulebook.rules.standing import Calendars, Content
from opsctl.rulebook.terms import ALWAYS_NAME, LONGEST_WATCH

_KEYS = ("approve", "calendar", "watch_months", "repeat_within")


def read_reviews(
    found: Any, *, posts: Iterable[str], calendars: Mapping[str, Calendar | None], findings: Findings
) -> dict[str, Any]:
    """[reviews] as a content has it, lengths in seconds; what is wrong is noted.

    `posts` are those of all books together, `calendars` too; None stands for a calendar that has an error. Raise
    Unreadable, having noted why, where it is no table.
    """
    part = Part(found, "reviews", _KEYS, findings)
    return said_only({
        "approve": part.take("approve", lambda said, at: _posts(said, at, sorted(posts), findings)),
        "calendar": part.take("calendar", lambda said, at: _calendar(said, at, calendars, findings)),
        "watch_months": part.take("watch_months", lambda said, at: _months(said, at, findings)),
        "repeat_within": part.take("repeat_within", lambda said, at: _window(said, at, findings)),
    })  # fmt: skip


def warn_of_spans(together: Content, content: Content, findings: Findings) -> None:
    """Say where nobody can have meant what a `review_within` in working days comes to.

    `content` is what one book says, `together` what all books in force say with it.
    """
    if "calendar" in together.get("reviews", {}):
        return
    calendars = Calendars(together.get("calendars", {}))
    for key, limits in _in_working_days(content):
        calendar = calendars.get(limits["calendar"])
        said = {"file": findings.file, "key": key, "span": limits["review_within"], "calendar": limits["calendar"]}
        if calendar is None or calendar.always:
            message = _("{file}: {key} is {span} on the calendar {calendar}: each of these days has 24 hours.")
        elif calendar.working_day() is None:
            message = _("{file}: {key} is {span}, and the working days of {calendar} differ: nobody can tell when.")
        else:
            continue
        hint = _("Say which calendar is meant: {example}").format(example='[reviews] calendar = "office"')
        findings.warn(key, message.format(**said), hint)


def _in_working_days(content: Content) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The limits of a content that give reviews working days, each with its key."""
    scopes = {"limits": content.get("limits", {})}
    scopes |= {f"limits.for.{one}": limits for one, limits in content.get("customer_limits", {}).items()}
    for scope, limits in scopes.items():
        for severity, said in limits.items():
            if working_days(said.get("review_within", "")) is not None:
                yield f"{scope}.sev{severity}.review_within", said


def _posts(found: Any, key: str, known: list[str], findings: Findings) -> list[str]:
    must = _("a list of posts such as {example}").format(example='["technical-head", "om-head"]')
    if not isinstance(found, list) or not found:
        raise findings.wrong(key, found, must)
    read: list[str] = []
    for one in found:
        post = one_of(one, key, "posts", known, findings)
        if post in read:
            raise twice(findings, key, post)
        read.append(post)
    return read


def _calendar(found: Any, key: str, calendars: Mapping[str, Calendar | None], findings: Findings) -> str:
    name = findings.word(found, key, calendars)
    calendar = calendars[name]
    if calendar is not None and name != ALWAYS_NAME and calendar.working_day() is None:
        hint = _("The working days of {calendar} differ in length.").format(calendar=name)
        raise findings.wrong(key, found, _("a calendar whose working days are all of one length"), hint)
    return name


def _months(found: Any, key: str, findings: Findings) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= LONGEST_WATCH:
        raise findings.wrong(key, found, _("a whole number from 1 to {most}").format(most=LONGEST_WATCH))
    return found


def _window(found: Any, key: str, findings: Findings) -> int:
    seconds = read_length(found, key, findings)
    if not seconds:
        raise findings.wrong(key, found, _("more than nothing"))
    return seconds

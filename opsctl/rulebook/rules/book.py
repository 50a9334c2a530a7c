"""From the TOML of a book to its content: read whole, every error named. Pure but for the clock it is told."""

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from opsctl.core.calendars import Calendar
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import mend
from opsctl.rulebook.rules import ALWAYS, standing
from opsctl.rulebook.rules.amounts import read_amount, read_length, read_span, read_target
from opsctl.rulebook.rules.days import read_calendar, read_zone_key
from opsctl.rulebook.rules.findings import Finding, Findings, Unreadable, allowed
from opsctl.rulebook.rules.reading_patrols import named, read_patrols
from opsctl.rulebook.rules.reading_reviews import read_reviews, warn_of_spans
from opsctl.rulebook.rules.standing import Calendars, Content
from opsctl.rulebook.terms import ALWAYS_NAME, LATER_TABLES, SEVERITIES, TABLES, Level, Starts

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,31}")
_SEV = re.compile(r"sev([0-9]{1,3})")
_LIMIT_KEYS = ("response", "restore", "starts", "calendar", "emergency_plan", "review_within")


@dataclass(frozen=True)
class Book:
    """A file that was understood as far as it could be; it may be applied where it has no errors.

    `content` is plain JSON: what the book means. `clashes` are the names in it that stand in another book in force.
    """

    name: str
    version: str
    content: dict[str, Any]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    clashes: tuple[tuple[str, str], ...]


def read_book(text: str, *, file: str, year: int, others: Mapping[str, Content], replaces: str | None = None) -> Book:
    """The book in the text of `file`, judged beside the contents of all books in force, by their names.

    `year` is that of applying; the book named in `replaces` ends with this one. Raise InvalidInput where the text is
    not TOML or not a rulebook at all; every other error is in the book.
    """
    tables = _parse(text.removeprefix("\ufeff"), file)
    findings = Findings(file)
    for name in tables:
        if name in LATER_TABLES:
            message = _("{file}: {table} is not read by this version of opsctl yet.").format(file=file, table=name)
            findings.error(name, message, _("Leave it out; the rest can be applied."))
        elif name not in TABLES:
            findings.unknown(name, name, TABLES)
    head = _head(tables, findings)
    beside = {name: content for name, content in others.items() if name not in (head.get("name"), replaces)}
    # A zone with an error is no missing one: calendars are read on for what else is wrong.
    zone = head.get("zone") or ("UTC" if any(one.key == "rulebook.zone" for one in findings.errors) else None)
    reader = _Reader(tables, zone, year, standing.merged(beside.values()), findings)
    content = {**head, **reader.content()}
    if not findings.errors:
        _warn(standing.merged([*beside.values(), content]), content, findings)
    return Book(
        name=head.get("name", ""),
        version=head.get("version", ""),
        content=content,
        errors=tuple(findings.errors),
        warnings=tuple(findings.warnings),
        clashes=_clashes(content, beside) if "name" in head else (),
    )


def _clashes(content: Content, beside: Mapping[str, Content]) -> tuple[tuple[str, str], ...]:
    """The names of a content that stand in another book too, each with that book's name."""
    own = standing.names_of(content) - {f"calendars.{ALWAYS_NAME}"}
    return tuple((name, book) for book, other in beside.items() for name in sorted(own & standing.names_of(other)))


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(
            _("{file} is not TOML: {detail}.").format(file=file, detail=str(error).rstrip(".")),
            _("Mend it there; texts stand in quotes."),
        ) from error
    except (RecursionError, ValueError) as error:
        # The largest whole numbers that Python reads have 4300 digits.
        raise InvalidInput(_("{file} cannot be read as TOML.").format(file=file), allowed("", TABLES)) from error


def _head(tables: Mapping[str, Any], findings: Findings) -> dict[str, Any]:
    """[rulebook]: name, version, zone and title, as far as they can be read."""
    content: dict[str, Any] = {}
    if "rulebook" not in tables:
        findings.missing("rulebook", _('a table with name and version: [rulebook] name = "om" version = "2026.1"'))
        return content
    with suppress(Unreadable):
        said = findings.table(tables["rulebook"], "rulebook")
        findings.known_keys(said, "rulebook", ("name", "version", "zone", "title"))
        with suppress(Unreadable):
            content["name"] = _name(said, findings)
        with suppress(Unreadable):
            content["version"] = _version(said, findings)
        if "zone" in said:
            with suppress(Unreadable):
                content["zone"] = read_zone_key(said["zone"], "rulebook.zone", findings)
        if "title" in said:
            with suppress(Unreadable):
                content["title"] = findings.words(said["title"], "rulebook.title")
    return content


def _name(said: Mapping[str, Any], findings: Findings) -> str:
    must = _('a short name such as "om"')
    if "name" not in said:
        raise findings.missing("rulebook.name", must)
    if not isinstance(said["name"], str):
        raise findings.wrong("rulebook.name", said["name"], must)
    return findings.handle(said["name"], "rulebook.name")


def _version(said: Mapping[str, Any], findings: Findings) -> str:
    must = _('a text in quotes such as "2026.1", of letters, digits and . _ + - (32 at most)')
    if "version" not in said:
        raise findings.missing("rulebook.version", must)
    found = said["version"]
    if not isinstance(found, str) or not _VERSION.fullmatch(mend(found)):
        raise findings.wrong("rulebook.version", found, must)
    return mend(found)


class _Reader:
    """Reads the tables of one book beside what the other books in force say together."""

    def __init__(
        self, tables: Mapping[str, Any], zone: str | None, year: int, beside: Content, findings: Findings
    ) -> None:
        self._tables = tables
        self._zone = zone
        self._year = year
        self._beside = beside
        self._findings = findings
        self._calendars: dict[str, Calendar | None] = {ALWAYS_NAME: ALWAYS, **Calendars(beside.get("calendars", {}))}

    def content(self) -> dict[str, Any]:
        """What the tables say, as far as they can be read; calendars first, for limits count on them."""
        content: dict[str, Any] = {"calendars": self._each("calendars", self._calendar)}
        content["posts"] = self._each("posts", lambda name, found: self._findings.words(found, f"posts.{name}"))
        with suppress(Unreadable):
            content |= self._severities()
        with suppress(Unreadable):
            content |= self._all_limits()
        with suppress(Unreadable):
            content |= self._incidents()
        with suppress(Unreadable):
            content |= self._all_targets()
        content |= read_patrols(
            self._tables, zone=self._zone, year=self._year, beside=self._beside, findings=self._findings
        )
        with suppress(Unreadable):
            content["reviews"] = read_reviews(
                self._tables.get("reviews", {}),
                posts=named(self._tables, self._beside, "posts"),
                calendars=self._calendars,
                findings=self._findings,
            )
        return {name: said for name, said in content.items() if said}

    def _table(self, name: str) -> dict[str, Any]:
        return self._findings.table(self._tables.get(name, {}), name)

    def _each(self, table: str, read: Any) -> dict[str, Any]:
        content: dict[str, Any] = {}
        with suppress(Unreadable):
            for name, found in self._table(table).items():
                with suppress(Unreadable):
                    handle = self._findings.handle(name, f"{table}.{name}")
                    content[handle] = read(handle, found)
        return content

    def _calendar(self, name: str, found: Any) -> dict[str, Any]:
        # A limit that counts on a calendar with errors is not wrong for that reason.
        self._calendars[name] = None
        errors = len(self._findings.errors)
        said = read_calendar(name, found, self._zone, year=self._year, findings=self._findings)
        if len(self._findings.errors) == errors:
            self._calendars[name] = standing.calendar_of(name, said)
        return said

    def _severities(self) -> dict[str, Any]:
        content: dict[str, Any] = {}
        if "severity" in self._tables:
            said = self._table("severity")
            self._findings.known_keys(said, "severity", list(Level))
            content["severity"] = {level.value: self._row(said, level) for level in Level}
        names = self._table("severity_names")
        content["severity_names"] = {}
        for number, found in names.items():
            with suppress(Unreadable):
                self._number(number, f"severity_names.{number}")
                content["severity_names"][number] = self._findings.words(found, f"severity_names.{number}")
        return content

    def _row(self, said: Mapping[str, Any], impact: Level) -> dict[str, int]:
        """The severities of one impact by urgency."""
        key, row = f"severity.{impact}", {}
        must = _("a severity for each urgency, such as {example}").format(example="{ high = 1, medium = 2, low = 3 }")
        if impact not in said:
            self._findings.missing(key, must)
            return {}
        with suppress(Unreadable):
            found = self._findings.table(said[impact], key)
            self._findings.known_keys(found, key, list(Level))
            for urgency in Level:
                value = found.get(urgency)
                if value is None:
                    self._findings.missing(f"{key}.{urgency}", _("a severity from 1 to 4"))
                elif isinstance(value, bool) or value not in SEVERITIES:
                    self._findings.wrong(f"{key}.{urgency}", value, _("a severity from 1 to 4"))
                else:
                    row[urgency.value] = int(value)
        return row

    def _number(self, text: str, key: str) -> int:
        if text not in map(str, SEVERITIES):
            raise self._findings.unknown(key, text, map(str, SEVERITIES))
        return int(text)

    def _all_limits(self) -> dict[str, Any]:
        said = dict(self._table("limits"))
        scopes = said.pop("for", [])
        content: dict[str, Any] = {"limits": self._limits(said, "limits"), "customer_limits": {}}
        for key, scope in self._scopes(scopes, "limits.for"):
            with suppress(Unreadable):
                customer = self._scope(scope, key, ("customer",))[1]
                of_customer = {name: found for name, found in scope.items() if name != "customer"}
                if customer in content["customer_limits"]:
                    raise self._twice(key, customer)
                content["customer_limits"][customer] = self._limits(of_customer, key)
        return content

    def _limits(self, said: Mapping[str, Any], key: str) -> dict[str, Any]:
        content: dict[str, Any] = {}
        known = [f"sev{severity}" for severity in SEVERITIES]
        for name, found in said.items():
            matched = _SEV.fullmatch(name)
            if matched is None or name not in known:
                self._findings.unknown(f"{key}.{name}", name, [*known, "for"] if key == "limits" else known)
                continue
            with suppress(Unreadable):
                content[matched[1]] = self._limit(self._findings.table(found, f"{key}.{name}"), f"{key}.{name}")
        return content

    def _limit(self, said: Mapping[str, Any], key: str) -> dict[str, Any]:
        self._findings.known_keys(said, key, _LIMIT_KEYS)
        content: dict[str, Any] = {"starts": Starts.OPENED.value, "calendar": ALWAYS_NAME, "emergency_plan": False}
        if "starts" in said:
            content["starts"] = self._findings.word(said["starts"], f"{key}.starts", list(Starts))
        if "calendar" in said:
            content["calendar"] = self._findings.word(said["calendar"], f"{key}.calendar", self._calendars)
        if "emergency_plan" in said:
            content["emergency_plan"] = self._findings.flag(said["emergency_plan"], f"{key}.emergency_plan")
        if "review_within" in said:
            content["review_within"] = read_span(said["review_within"], f"{key}.review_within", self._findings)
        calendar = self._calendars[content["calendar"]]
        if calendar is None:
            return content
        for name in ("response", "restore"):
            if name in said:
                with suppress(Unreadable):
                    amount = read_amount(said[name], f"{key}.{name}", calendar, self._findings)
                    content |= {name: amount.seconds, f"{name}_written": amount.written}
        if content.get("response", 0) > content.get("restore", content.get("response", 0)):
            must = _("no longer than restore, which is {restore}").format(restore=content["restore_written"])
            self._findings.wrong(f"{key}.response", said["response"], must)
        return content

    def _incidents(self) -> dict[str, Any]:
        said = self._table("incidents")
        self._findings.known_keys(said, "incidents", ("reopen_window",))
        if "reopen_window" not in said:
            return {}
        return {
            "incidents": {
                "reopen_window": read_length(said["reopen_window"], "incidents.reopen_window", self._findings)
            }
        }

    def _all_targets(self) -> dict[str, Any]:
        said = dict(self._table("targets"))
        scopes = said.pop("for", [])
        content: dict[str, Any] = {"targets": self._targets(said, "targets")}
        for key, scope in self._scopes(scopes, "targets.for"):
            with suppress(Unreadable):
                kind, name = self._scope(scope, key, ("customer", "asset"))
                of_kind = content.setdefault(f"{kind}_targets", {})
                if name in of_kind:
                    raise self._twice(key, name)
                of_kind[name] = self._targets({figure: say for figure, say in scope.items() if figure != kind}, key)
        return content

    def _targets(self, said: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        content = []
        for figure, found in _flat(said):
            with suppress(Unreadable):
                content.append(read_target(figure, found, f"{key}.{figure}", self._findings))
        return sorted(content, key=lambda target: str(target["figure"]))

    def _scopes(self, found: Any, key: str) -> list[tuple[str, dict[str, Any]]]:
        if not isinstance(found, list) or not all(isinstance(scope, dict) for scope in found):
            raise self._findings.wrong(key, found, _("written as [[{key}]], once for each").format(key=key))
        return [(f"{key}[{at}]", scope) for at, scope in enumerate(found, start=1)]

    def _scope(self, scope: Mapping[str, Any], key: str, kinds: tuple[str, ...]) -> tuple[str, str]:
        """Whether a customer or an asset is meant, and which."""
        given = [kind for kind in kinds if kind in scope]
        must = _("one of {names}").format(names=series(f'{kind} = "…"' for kind in kinds))
        if len(given) > 1:
            raise self._findings.wrong(key, scope, must)
        if not given:
            raise self._findings.missing(f"{key}.{kinds[0]}", must)
        found = scope[given[0]]
        if not isinstance(found, str):
            raise self._findings.wrong(f"{key}.{given[0]}", found, must)
        return given[0], self._findings.handle(found, f"{key}.{given[0]}")

    def _twice(self, key: str, name: str) -> Unreadable:
        message = _("{file}: {key}: {name} is there twice.").format(file=self._findings.file, key=key, name=name)
        return self._findings.error(key, message, _("Put all of it into one table."))


def _flat(said: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The figures of a table; mttr.p90 without quotes is a table in a table to TOML."""
    found: list[tuple[str, Any]] = []
    for name, value in said.items():
        if isinstance(value, dict) and value:
            found += [(f"{name}.{statistic}", one) for statistic, one in value.items()]
        else:
            found.append((name, value))
    return found


def _warn(together: Content, content: Content, findings: Findings) -> None:
    """Say what is allowed but has a hole: severities without limits, limits that nothing leads to, days of 24 hours."""
    given = {str(severity) for row in together.get("severity", {}).values() for severity in row.values()}
    limited = set(together.get("limits", {}))
    if content.get("severity") or content.get("limits"):
        for severity in sorted(given - limited):
            key = f"limits.sev{severity}"
            message = _("{file}: {key} is missing, but the matrix gives that severity.")
            findings.warn(key, message.format(file=findings.file, key=key), _("Such incidents have no limits."))
    for severity in sorted(set(content.get("limits", {})) - given):
        key = f"limits.sev{severity}"
        message = _("{file}: {key} is never used: the matrix does not give that severity.")
        findings.warn(key, message.format(file=findings.file, key=key), _("Mend [severity], or leave it out."))
    warn_of_spans(together, together if content.get("reviews") else content, findings)

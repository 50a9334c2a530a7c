"""Which versions are in force, and the rules that their contents make together. Pure.

The *content* of a version is what its book means, as plain JSON; `opsctl.rulebook.rules.book` makes it of a TOML file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from opsctl.core.calendars import Calendar
from opsctl.core.times import show_duration
from opsctl.rulebook.rules import Limits, Rules, Target, Words
from opsctl.rulebook.terms import ALWAYS_NAME, DAYS, Starts

Content = Mapping[str, Any]
_BY_NAME = ("calendars", "posts", "limits", "checklists", "routes", "duties", "backups")
_WHOLE = ("severity", "severity_names", "incidents", "actions", "reviews")
_PATROLS = ("checklists", "routes", "duties", "backups", "actions", "reviews")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two contents say otherwise; None where one of them does not say it."""

    key: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """One version of one book without its text. `since` is None for one that is in force always."""

    generation: int
    name: str
    version: str
    since: datetime | None
    replaces: str | None
    applied_by: str
    recorded_at: datetime

    @property
    def reference(self) -> str:
        """How the version is named: `om@2026.1`."""
        return f"{self.name}@{self.version}"


def generation_at(heads: Sequence[Head], at: datetime) -> int:
    """The newest generation that has begun by then; 0 where none has. `heads` are in order of generation."""
    begun = [head.generation for head in heads if head.since is None or head.since <= at]
    return begun[-1] if begun else 0


def standing(heads: Sequence[Head], generation: int) -> list[Head]:
    """The versions in force at a generation, in its order: the latest of every book that no other book has replaced."""
    found: dict[str, Head] = {}
    for head in heads:
        if head.generation <= generation:
            # Taken out before it is put in, so that the order is that of generations.
            for ended in (head.replaces, head.name):
                found.pop(ended or "", None)
            found[head.name] = head
    return list(found.values())


def names_of(content: Content) -> set[str]:
    """What a book says something about, by the keys of its file. A name may stand in one book in force only."""
    names = {f"{table}.{name}" for table in _BY_NAME if table != "limits" for name in content.get(table, {})}
    names |= {table for table in _WHOLE if content.get(table)}
    names |= {f"limits.sev{severity}" for severity in content.get("limits", {})}
    for customer, limits in content.get("customer_limits", {}).items():
        names |= {f"limits.for.{customer}.sev{severity}" for severity in limits}
    names |= {f"targets.{target['figure']}" for target in content.get("targets", ())}
    for kind in ("customer", "asset"):
        for scope, targets in content.get(f"{kind}_targets", {}).items():
            names |= {f"targets.for.{kind}.{scope}.{target['figure']}" for target in targets}
    return names


def merged(contents: Iterable[Content]) -> dict[str, Any]:
    """What several books say together, as one content; no name stands in two of them."""
    together: dict[str, Any] = {"targets": []}
    for content in contents:
        for table in _BY_NAME:
            together.setdefault(table, {}).update(content.get(table, {}))
        for table in _WHOLE:
            if content.get(table):
                together[table] = content[table]
        together["targets"] += content.get("targets", ())
        for scope, limits in content.get("customer_limits", {}).items():
            together.setdefault("customer_limits", {}).setdefault(scope, {}).update(limits)
        for table in ("customer_targets", "asset_targets"):
            for scope, targets in content.get(table, {}).items():
                together.setdefault(table, {}).setdefault(scope, []).extend(targets)
    return together


def differences(old: Content, new: Content) -> list[Difference]:
    """The fields that two contents say otherwise, in order of their keys."""
    before, after = fields_of(old), fields_of(new)
    return [
        Difference(key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def fields_of(content: Content) -> dict[str, str]:
    """A content as single fields, named by the keys of its file; holidays are a field each."""
    fields = {f"rulebook.{name}": content[name] for name in ("version", "zone") if name in content}
    fields |= _words("rulebook.title", content.get("title", {}))
    for name, said in content.get("calendars", {}).items():
        fields |= _fields_of_calendar(f"calendars.{name}", said)
    for table in ("posts", "severity_names"):
        for name, words in content.get(table, {}).items():
            fields |= _words(f"{table}.{name}", words)
    for impact, row in content.get("severity", {}).items():
        fields |= {f"severity.{impact}.{urgency}": str(severity) for urgency, severity in row.items()}
    fields |= _fields_of_limits("limits", content.get("limits", {}))
    for customer, limits in content.get("customer_limits", {}).items():
        fields |= _fields_of_limits(f"limits.for.{customer}", limits)
    for name, seconds in content.get("incidents", {}).items():
        fields[f"incidents.{name}"] = show_duration(seconds)
    fields |= {f"targets.{target['figure']}": target["written"] for target in content.get("targets", ())}
    for kind in ("customer", "asset"):
        for scope, targets in content.get(f"{kind}_targets", {}).items():
            fields |= {f"targets.for.{kind}.{scope}.{one['figure']}": one["written"] for one in targets}
    for table in _PATROLS:
        if table not in ("backups", "reviews"):
            fields |= _fields_of_patrols(table, content.get(table, {}))
    for name, said in content.get("backups", {}).items():
        fields |= _fields_of_policy(f"backups.{name}", said)
    return fields | _fields_of_reviews(content.get("reviews", {}))


def clock(minutes: int) -> str:
    """Minutes from a midnight as `08:00`; 24:00 is the end of the day, and beyond it clocks begin anew."""
    shown = minutes if minutes <= 1440 else minutes - 1440
    return f"{shown // 60:02}:{shown % 60:02}"


def _words(key: str, words: Mapping[str, str]) -> dict[str, str]:
    return {f"{key}.{language}": text for language, text in words.items()}


def _fields_of_calendar(key: str, said: Mapping[str, Any]) -> dict[str, str]:
    if said.get("always"):
        return {key: ALWAYS_NAME}
    fields = {f"{key}.zone": said["zone"]}
    for day, windows in zip(DAYS, said["weekly"], strict=True):
        if windows:
            fields[f"{key}.hours.{day}"] = ", ".join(f"{clock(start)}-{clock(end)}" for start, end in windows)
    fields |= {f"{key}.{name}.{day}": name for name in ("open", "closed") for day in said.get(name, ())}
    holidays = said.get("holidays", {})
    if holidays:
        fields[f"{key}.holidays"] = holidays["of"]
        fields[f"{key}.holidays.known"] = "{}..{}".format(*holidays["known"])
    fields |= {f"{key}.holidays.{day}": name for name in ("off", "work") for day in holidays.get(name, ())}
    return fields


def _fields_of_limits(key: str, limits: Mapping[str, Any]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for severity, said in limits.items():
        for name in ("starts", "calendar", "review_within"):
            if name in said:
                fields[f"{key}.sev{severity}.{name}"] = said[name]
        fields[f"{key}.sev{severity}.emergency_plan"] = str(said["emergency_plan"]).lower()
        for name in ("response", "restore"):
            if name in said:
                fields[f"{key}.sev{severity}.{name}"] = said[f"{name}_written"]
    return fields


def _fields_of_patrols(key: str, said: Any) -> dict[str, str]:
    """What is said below a key; lengths are in seconds, `at` in minutes, and items and choices have ids."""
    if isinstance(said, Mapping):
        fields: dict[str, str] = {}
        for part, one in said.items():
            fields |= _fields_of_patrols(f"{key}.{part}", one)
        return fields
    if isinstance(said, bool):
        return {key: str(said).lower()}
    if isinstance(said, int):
        return {key: clock(said) if key.endswith(".at") else show_duration(said)}
    if isinstance(said, str):
        return {key: said}
    if all(isinstance(one, str) for one in said):
        return {key: ", ".join(said)}
    named = {one.get("id", str(number)): one for number, one in enumerate(said, start=1)}
    below = {name: {part: text for part, text in one.items() if part != "id"} for name, one in named.items()}
    # The order of items is their numbers in a sheet.
    order = {key: ", ".join(named)} if all("id" in one for one in said) else {}
    return order | _fields_of_patrols(key, below)


def _fields_of_policy(key: str, said: Mapping[str, Any]) -> dict[str, str]:
    """A policy of backups: numbers of what is kept are no lengths, and places have names."""
    counted = {f"{key}.retention.{rule}": str(count) for rule, count in said["retention"].items()}
    places = {one["name"]: {part: text for part, text in one.items() if part != "name"} for one in said["locations"]}
    others = {part: one for part, one in said.items() if part != "retention"}
    return _fields_of_patrols(key, {**others, "locations": places}) | counted


def _fields_of_reviews(said: Mapping[str, Any]) -> dict[str, str]:
    """What is said of reviews: months are a number, and no length in seconds."""
    months = {"reviews.watch_months": str(said["watch_months"])} if "watch_months" in said else {}
    return months | _fields_of_patrols("reviews", {key: one for key, one in said.items() if key != "watch_months"})


def rules_of(content: Content, *, generation: int, since: datetime | None) -> Rules:
    """The rules that a content says. Calendars are made when they are asked for."""
    window = content.get("incidents", {}).get("reopen_window")
    return Rules(
        generation=generation,
        since=since,
        calendars=Calendars(content.get("calendars", {})),
        posts={post: Words(**words) for post, words in content.get("posts", {}).items()},
        severities={
            (impact, urgency): severity
            for impact, row in content.get("severity", {}).items()
            for urgency, severity in row.items()
        },
        severity_names={int(severity): Words(**words) for severity, words in content.get("severity_names", {}).items()},
        limits={int(severity): _limits(severity, said) for severity, said in content.get("limits", {}).items()},
        customer_limits={
            (customer, int(severity)): _limits(severity, said)
            for customer, limits in content.get("customer_limits", {}).items()
            for severity, said in limits.items()
        },
        targets=_targets(content.get("targets", ())),
        customer_targets={scope: _targets(said) for scope, said in content.get("customer_targets", {}).items()},
        asset_targets={scope: _targets(said) for scope, said in content.get("asset_targets", {}).items()},
        reopen_window=_length(window),
        patrols={table: content.get(table, {}) for table in _PATROLS},
    )


class Calendars(Mapping[str, Calendar]):
    """The calendars of a content by their names, each made when it is first asked for."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said
        self._made: dict[str, Calendar] = {}

    def __getitem__(self, name: str) -> Calendar:
        if name not in self._made:
            self._made[name] = calendar_of(name, self._said[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)


def calendar_of(name: str, said: Mapping[str, Any]) -> Calendar:
    """The calendar that a content says."""
    if said.get("always"):
        return Calendar(name, always=True)
    holidays = said.get("holidays", {})
    known = holidays.get("known")
    return Calendar(
        name,
        said["zone"],
        weekly=tuple(tuple((start, end) for start, end in windows) for windows in said["weekly"]),
        open=_days(said.get("open", ())) | _days(holidays.get("work", ())),
        closed=_days(said.get("closed", ())),
        holidays=_days(holidays.get("off", ())),
        known_years=None if known is None else (known[0], known[1]),
    )


def _days(texts: Iterable[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts))


def _length(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _limits(severity: str, said: Mapping[str, Any]) -> Limits:
    return Limits(
        severity=int(severity),
        response=_length(said.get("response")),
        restore=_length(said.get("restore")),
        starts=Starts(said["starts"]),
        calendar=said["calendar"],
        emergency_plan=said["emergency_plan"],
        review_within=said.get("review_within"),
        response_written=said.get("response_written"),
        restore_written=said.get("restore_written"),
    )


def _targets(said: Iterable[Mapping[str, Any]]) -> tuple[Target, ...]:
    return tuple(Target(**one) for one in said)

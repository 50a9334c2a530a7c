"""Event logs: rows of one key tell one record, activity by activity.

An episode is what happened until a record was opened again: the first occurrence of each instant in it. An activity
behind a resolution or a closing, unless it says one of the two itself, begins the next episode with `reopened`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

from opsctl.core.texts import _, series
from opsctl.core.typed import excerpt
from opsctl.exchange.columns import reader
from opsctl.exchange.documents import Document, Reject
from opsctl.exchange.maps import EventLog, ImportMap
from opsctl.exchange.values import Refused, Times, read_key, read_word

Event = tuple[datetime, str | None, int]
"""When it happened, which of our instants the activity says (None: none), and the place of its row in the document."""
Episode = dict[str, datetime]
"""The instants of an episode by their names; `reopened` is when it began, in all but the first."""

_BEGINNINGS = ("impact_start", "detected", "opened", "acknowledged")
_ENDS = ("mitigated", "restored", "resolved", "closed")
_OVER = frozenset({"resolved", "closed"})
_WORDS_NAMED = 20


@dataclass(slots=True)
class Events:
    """A log, read. `by_key` has the rows of each key in the order they happened.

    `refused` has, by key, the reasons of the rows that cannot be read, by their place in the document; `keyless` the
    rows without a key; `unlisted` how often each activity stands there that the map has no instant for.
    """

    by_key: dict[str, list[Event]] = field(default_factory=dict)
    refused: dict[str, dict[int, str]] = field(default_factory=dict)
    keyless: list[Reject] = field(default_factory=list)
    unlisted: Counter[str] = field(default_factory=Counter)


def read_events(document: Document, import_map: ImportMap, log: EventLog, times: Times) -> Events:
    """The rows of the document as events; equal times keep the order of the file.

    Raise InvalidInput if a time has no zone and none is known.
    """
    found = Events()
    key_of, time_of, activity_of = (
        reader(columns, import_map.null) for columns in ((import_map.key,), log.time, log.activity)
    )
    by_key, unlisted, instant_of = found.by_key, found.unlisted, log.instants.get
    for place, record in enumerate(document.records):
        try:
            key = read_key(key_of(record.values), import_map.key)
        except Refused as refused:
            found.keyless.append(Reject(record.line, None, refused.reason, record.values))
            continue
        try:
            time, activity = time_of(record.values), activity_of(record.values)
            if time is None or activity is None:
                columns = log.time if time is None else log.activity
                raise Refused(_("{column} is empty.").format(column=series(columns)))
            at = times.read(time)
            word = activity if type(activity) is str else read_word(activity)
        except Refused as refused:
            found.refused.setdefault(key, {})[place] = refused.reason
            continue
        instant = instant_of(word)
        if instant is None:
            unlisted[word] += 1
        events = by_key.get(key)
        if events is None:
            by_key[key] = [(at, instant, place)]
        else:
            events.append((at, instant, place))
    for events in by_key.values():
        events.sort(key=itemgetter(0))
    return found


def episodes_of(events: Iterable[Event]) -> list[Episode]:
    """The episodes of one record, from its events in the order they happened."""
    episodes: list[Episode] = [{}]
    over = False
    for at, instant, _place in events:
        if over and instant not in _OVER:
            episodes.append({"reopened": at})
            over = False
        if instant is not None:
            episodes[-1].setdefault(instant, at)
            over = over or instant in _OVER
    return episodes


def settle(values: dict[str, Any], episodes: list[Episode]) -> None:
    """Put the instants of the episodes into the values, and those that only columns say into the episodes.

    How a record began, and who took it up first, is said by the first episode that knows; how it ended by the last
    alone. What a column says belongs to the episode into which its time falls.
    """
    if len(episodes) > 1:
        said = {name for episode in episodes for name in episode}
        for name in ("acknowledged", *_ENDS):
            if name in values and name not in said:
                moment = values.pop(name)
                begun = [episode for episode in episodes if episode.get("reopened", moment) <= moment]
                begun[-1][name] = moment
    for episode in reversed(episodes):
        values.update({name: episode[name] for name in _BEGINNINGS if name in episode})
    values.update({name: episodes[-1][name] for name in _ENDS if name in episodes[-1]})


def rejected(
    document: Document, import_map: ImportMap, refused: Mapping[str, Mapping[int, str]]
) -> tuple[list[Reject], list[Reject]]:
    """The rows of records that are rejected whole: for each record the first that has a reason, and all the others.

    `refused` has, by key, the reasons of single rows by their place in the document.
    """
    first: list[Reject] = []
    others: list[Reject] = []
    for key, places in _places_of(document, import_map, refused).items():
        reasons = refused[key]
        leading = min(reasons)
        line = document.records[leading].line
        for place in places:
            record = document.records[place]
            reason = reasons.get(place) or _("Line {line} of the same record is rejected.").format(line=line)
            (first if place == leading else others).append(Reject(record.line, key, reason, record.values))
    return first, others


def others_of(document: Document, import_map: ImportMap, keys: Collection[str]) -> list[Reject]:
    """The rows behind the first of each record with one of these keys, which was refused after it had been mapped."""
    if not keys:
        return []
    places = _places_of(document, import_map, keys)
    return rejected(document, import_map, {key: {found[0]: ""} for key, found in places.items()})[1]


def whole_rows(document: Document, rejects: Iterable[Reject]) -> list[Reject]:
    """The same rejects in the order of lines, each with all the columns that its row has."""
    ordered = sorted(rejects, key=attrgetter("line"))
    if document.whole is None or not ordered:
        return ordered
    rows = document.whole({reject.line for reject in ordered})
    return [replace(one, raw=rows.get(one.line, one.raw)) for one in ordered]


def told(unlisted: Counter[str]) -> tuple[str, ...]:
    """What is to be said of activities that the map has no instant for, so that a forgotten word is seen."""
    if not unlisted:
        return ()
    ordered = sorted(unlisted.items(), key=lambda item: (-item[1], item[0]))
    words = [_("{word} ({count})").format(word=excerpt(word), count=count) for word, count in ordered[:_WORDS_NAMED]]
    more = ["…"] if len(ordered) > _WORDS_NAMED else []
    return (_("Activities that are not in the map: {words}").format(words=series([*words, *more])),)


def _places_of(document: Document, import_map: ImportMap, keys: Collection[str]) -> dict[str, list[int]]:
    """Where the rows of these keys stand in the document."""
    places: dict[str, list[int]] = {}
    if keys:
        for place, key in enumerate(_keys(document, import_map)):
            if key in keys:
                places.setdefault(key, []).append(place)
    return places


def _keys(document: Document, import_map: ImportMap) -> Iterator[str]:
    key_of = reader((import_map.key,), import_map.null)
    for record in document.records:
        try:
            yield read_key(key_of(record.values), import_map.key)
        except Refused:
            yield ""

"""The figures of a month by hand, the smallest such program with Typer and SQLModel; it prints them as JSON.

SQL for one month and no other, unions in Python, on SQLite. It knows nothing of pauses, calendars, maintenance,
customers, targets or explanations; it reads the dues as they are stored.
"""

import json
import sqlite3
import sys
from collections import defaultdict
from typing import Any

import typer
from month_cohort import SECOND, Cohort, instant, length, maybe, union
from sqlmodel import create_engine

_COUNTS = "i.void IS NULL AND i.drill = 0"
# Merged incidents and their targets are few: they are reckoned one by one in Python.
_ALONE = (
    "i.drill = 0 AND i.merged_into IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM incident m WHERE m.merged_into = i.reference)"
)
_FINAL = (
    "s.kind = 'state' AND s.state = 'resolved' AND s.started >= :start AND s.started < :end"
    " AND i.state IN ('resolved', 'closed') AND NOT EXISTS (SELECT 1 FROM incident_interval l"
    " WHERE l.incident = s.incident AND l.state = 'resolved' AND l.position > s.position)"
)
_ACKNOWLEDGED = (
    "(SELECT a.started FROM incident_interval a WHERE a.incident = i.reference AND a.state = 'acknowledged'"
    " ORDER BY a.position LIMIT 1)"
)
_STOPPED = (
    "(SELECT CASE WHEN count(*) = 0 THEN (SELECT max(r.started) FROM incident_interval r"
    "  WHERE r.incident = i.reference AND r.state = 'resolved' AND i.state IN ('resolved', 'closed'))"
    " WHEN count(*) = count(o.ended) THEN max(o.ended) END FROM incident_interval o"
    " WHERE o.incident = i.reference AND o.kind IN ('outage', 'impact'))"
)
_LATE = 15 * 60 * SECOND
_NEVER = 1 << 60


def main(path: str, start: str, end: str) -> None:
    """Print the figures of the month `[start, end)` of a database."""
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(f"file:{path}?mode=ro", uri=True))
    with engine.connect() as connection:
        file = connection.connection.driver_connection
        assert isinstance(file, sqlite3.Connection)
        file.execute("BEGIN")
        json.dump(Month(file, start, end).figures(), sys.stdout)


class Month:
    """One month of one database."""

    def __init__(self, file: sqlite3.Connection, start: str, end: str) -> None:
        self.file = file
        self.names = {"start": start, "end": end}
        self.start, self.end = instant(start), instant(end)
        self.groups = self._groups()

    def all(self, query: str) -> list[Any]:
        """The rows of a query that may name :start and :end."""
        return self.file.execute(query, self.names).fetchall()

    def figures(self) -> dict[str, Any]:
        """Every figure as its value, the parts that it was divided from, and which records it counted and met."""
        found = {
            "mttd": self._detected(),
            "mtta": self._acknowledged(),
            "mttm": self._mitigated(),
            "mttr": self._restored(),
            "mtt-resolve": self._resolved(),
            "repair-on-time": self._due("restore_due", _STOPPED, "stopped"),
            "response-on-time": self._due("response_due", _ACKNOWLEDGED, "acknowledged"),
            "security-incidents-major": self._major(),
        }
        served, agreed, outages, failures, down = self._service()
        marked = self._marked({reference for one in found.values() for reference in one.met()} | set(down.met()))
        told = {name: one.told(marked) for name, one in found.items()}
        unresolved, unrestored = self._carried_over()
        told["mtt-resolve"]["carried_over"] = unresolved
        told["mttr"]["carried_over"] = unrestored
        told["availability"] = {
            **down.told(marked), "value": served / agreed, "numerator": served, "denominator": agreed, "n": outages,
        }  # fmt: skip
        told["mtbf"] = {
            **down.told(marked), "value": served / failures, "numerator": served, "denominator": failures,
            "n": failures,
        }  # fmt: skip
        return told

    def _marked(self, references: set[str]) -> dict[str, set[str]]:
        """Which of these were corrected, entered late or opened again, members of merged ones with their target."""
        # CROSS JOIN, so that SQLite begins with these few.
        self.file.execute("CREATE TEMP TABLE met (reference TEXT PRIMARY KEY, target TEXT) WITHOUT ROWID")
        rows = {reference: reference for reference in references}
        rows.update((member, one["reference"]) for one in self.groups for member in one["members"])
        self.file.executemany("INSERT INTO met VALUES (?, ?)", rows.items())
        late = {
            reference
            for reference, opened, recorded in self.all(
                "SELECT met.target, i.opened, i.recorded_at FROM met"
                " CROSS JOIN incident i ON i.reference = met.reference"
                " WHERE i.source IS NULL AND i.recorded_at > i.opened"
            )
            if instant(recorded) - instant(opened) > _LATE
        }
        for reference, started, entered, ended, ended_entered in self.all(
            "SELECT met.target, s.started, s.started_entered, s.ended, s.ended_entered FROM met"
            " CROSS JOIN incident_interval s ON s.incident = met.reference"
            " WHERE s.started_entered > s.started OR s.ended_entered > s.ended"
        ):
            for happened, typed in ((started, entered), (ended, ended_entered)):
                if happened is not None and typed is not None and instant(typed) - instant(happened) > _LATE:
                    late.add(reference)
        corrected = self.all(
            "SELECT met.target FROM met CROSS JOIN incident i ON i.reference = met.reference"
            " WHERE i.corrected_at IS NOT NULL"
        )
        reopened = self.all(
            "SELECT DISTINCT met.target FROM met CROSS JOIN incident_interval b ON b.incident = met.reference"
            " WHERE b.state IN ('open', 'acknowledged', 'mitigated') AND met.target = met.reference AND EXISTS"
            " (SELECT 1 FROM incident_interval a WHERE a.incident = b.incident AND a.position < b.position"
            " AND a.state IN ('resolved', 'closed'))"
        )
        return {
            "late": late,
            "corrected": {reference for (reference,) in corrected},
            "reopened": {reference for (reference,) in reopened},
        }

    def _detected(self) -> Cohort:
        cohort = Cohort()
        for reference, opened, detected, began, void in self.all(
            f"SELECT i.reference, i.opened, i.detected, i.impact_start, i.void FROM incident i"
            f" WHERE coalesce(i.detected, i.opened) >= :start AND coalesce(i.detected, i.opened) < :end"
            f" AND (i.opened >= :start AND i.opened < :end OR i.detected >= :start AND i.detected < :end)"
            f" AND i.impact_start IS NOT NULL AND {_ALONE}"
        ):
            took = instant(detected or opened) - instant(began)
            cohort.add(reference, void, took, fallback=None if detected else "opened")
        for one in self.groups:
            known = one["detected"] or one["opened"]
            if one["impact"] is not None and self.start <= known < self.end:
                fallback = None if one["detected"] else "opened"
                cohort.add(one["reference"], None, known - one["impact"], fallback=fallback)
        return cohort

    def _acknowledged(self) -> Cohort:
        cohort = Cohort()
        for reference, opened, first, response, void in self.all(
            f"SELECT i.reference, i.opened, s.started, s.response, i.void FROM incident_interval s JOIN incident i"
            f" ON i.reference = s.incident WHERE s.kind = 'state' AND s.state = 'acknowledged' AND s.started >= :start"
            f" AND s.started < :end AND {_ALONE} AND NOT EXISTS (SELECT 1 FROM incident_interval e"
            f" WHERE e.incident = s.incident AND e.state = 'acknowledged' AND e.position < s.position)"
        ):
            cohort.add(reference, void, instant(first) - instant(opened), response=response)
        for reference, void in self.all(
            f"SELECT i.reference, i.void FROM incident_interval s JOIN incident i ON i.reference = s.incident"
            f" WHERE {_FINAL} AND {_ALONE} AND NOT EXISTS (SELECT 1 FROM incident_interval a"
            f" WHERE a.incident = s.incident AND a.state = 'acknowledged')"
        ):
            cohort.add(reference, void, reason="never-acknowledged")
        for one in self.groups:
            if one["acknowledged"] is not None:
                if self.start <= one["acknowledged"] < self.end:
                    cohort.add(one["reference"], None, one["acknowledged"] - one["opened"])
            elif one["resolved"] is not None and self.start <= one["resolved"] < self.end:
                cohort.add(one["reference"], None, reason="never-acknowledged")
        return cohort

    def _mitigated(self) -> Cohort:
        cohort = Cohort()
        for reference, began, end, void in self.all(
            f"SELECT i.reference, coalesce(i.impact_start, i.detected, i.opened), min(s.started), i.void"
            f" FROM incident_interval s JOIN incident i ON i.reference = s.incident WHERE s.kind = 'state'"
            f" AND s.state = 'mitigated' AND s.started >= :start AND s.started < :end AND {_ALONE} GROUP BY i.reference"
        ):
            cohort.add(reference, void, instant(end) - instant(began))
        return cohort

    def _restored(self) -> Cohort:
        rows = self.all(
            f"SELECT i.reference, i.impact_start, i.opened, i.detected, i.void, o.started, o.ended,"
            f" (SELECT max(r.started) FROM incident_interval r WHERE r.incident = i.reference AND r.state IN"
            f" ('open', 'acknowledged', 'mitigated') AND EXISTS (SELECT 1 FROM incident_interval e WHERE"
            f" e.incident = r.incident AND e.position < r.position AND e.state IN ('resolved', 'closed')))"
            f" FROM (SELECT DISTINCT s.incident FROM incident_interval s WHERE s.kind IN ('outage', 'impact')"
            f" AND s.ended >= :start AND s.ended < :end) t"
            f" JOIN incident i ON i.reference = t.incident JOIN incident_interval o ON o.incident = i.reference"
            f" WHERE o.kind IN ('outage', 'impact') AND {_ALONE}"
        )
        cohort = Cohort()
        spans: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
        heads: dict[str, tuple[int | None, int, int | None, Any, int | None]] = {}
        for reference, began, opened, detected, void, start, end, again in rows:
            spans[reference].append((instant(start), maybe(end)))
            heads[reference] = (maybe(began), instant(opened), maybe(detected), void, maybe(again))
        for one in self.groups:
            if one["spans"]:
                spans[one["reference"]] = one["spans"]
                heads[one["reference"]] = (one["impact"], one["opened"], one["detected"], None, None)
            elif one["resolved"] is not None and self.start <= one["resolved"] < self.end:
                cohort.add(one["reference"], None, reason="no-restoration")
        for reference, some in spans.items():
            since, opened_at, detected_at, void, reopened = heads[reference]
            counting = [end for _start, end in some if reopened is None or end is None or end >= reopened]
            ends = [end for end in counting if end is not None]
            if len(ends) != len(counting) or not ends or not self.start <= max(ends) < self.end:
                continue
            known = [(start, end) for start, end in some if end is not None]
            first = min(known)[0]
            if since is not None:
                known.append((min(since, first), first))
            names = {detected_at: "detected", opened_at: "opened"}
            cohort.add(reference, void, length(known), fallback=None if since is not None else names.get(first))
        for reference, void in self.all(
            f"SELECT i.reference, i.void FROM incident_interval s JOIN incident i ON i.reference = s.incident"
            f" WHERE {_FINAL} AND {_ALONE} AND NOT EXISTS (SELECT 1 FROM incident_interval o"
            f" WHERE o.incident = s.incident AND o.kind IN ('outage', 'impact'))"
        ):
            cohort.add(reference, void, reason="no-restoration")
        return cohort

    def _resolved(self) -> Cohort:
        cohort = Cohort()
        for reference, opened, end, void in self.all(
            f"SELECT i.reference, i.opened, s.started, i.void FROM incident_interval s JOIN incident i"
            f" ON i.reference = s.incident WHERE {_FINAL} AND {_ALONE}"
        ):
            cohort.add(reference, void, instant(end) - instant(opened))
        for one in self.groups:
            if one["resolved"] is not None and self.start <= one["resolved"] < self.end:
                cohort.add(one["reference"], None, one["resolved"] - one["opened"])
        return cohort

    def _due(self, column: str, stopped: str, field: str) -> Cohort:
        cohort = Cohort()
        for reference, due, end, void in self.all(
            f"SELECT i.reference, i.{column}, {stopped}, i.void FROM incident i WHERE i.{column} >= :start"
            f" AND i.{column} < :end AND {_ALONE}"
        ):
            cohort.add(reference, void, on_time=end is not None and end <= due)
        for one in self.groups:
            if one[column] is not None and self.start <= one[column] < self.end:
                good = one[field] is not None and one[field] <= one[column]
                cohort.add(one["reference"], None, on_time=good)
        return cohort

    def _major(self) -> Cohort:
        cohort = Cohort(plain=True)
        for reference, void in self.all(
            f"SELECT i.reference, i.void FROM incident i WHERE i.opened >= :start AND i.opened < :end"
            f" AND i.category = 'security' AND i.severity = 1 AND {_ALONE}"
        ):
            cohort.add(reference, void)
        for one in self.groups:
            if one["major"] and self.start <= one["opened"] < self.end:
                cohort.add(one["reference"], None)
        return cohort

    def _service(self) -> tuple[float, float, int, int, Cohort]:
        """What all assets served and were to serve, how many merged outages there were, how many began, and whose."""
        assets = [handle for (handle,) in self.all("SELECT handle FROM asset")]
        spans: dict[str, list[tuple[int, int]]] = {handle: [] for handle in assets}
        cohort = Cohort(plain=True)
        seen: set[str] = set()
        for reference, asset, start, end, void in self.all(
            "SELECT i.reference, i.asset, s.started, s.ended, i.void FROM incident_interval s JOIN incident i"
            " ON i.reference = s.incident"
            " WHERE s.kind = 'outage' AND s.started >= :start AND s.started < :end AND i.drill = 0"
            " UNION ALL SELECT i.reference, i.asset, s.started, s.ended, i.void FROM incident_interval s"
            " JOIN incident i ON i.reference = s.incident WHERE s.kind = 'outage' AND s.started < :start"
            " AND (s.ended IS NULL OR s.ended > :start) AND i.drill = 0"
        ):
            if reference not in seen:
                cohort.add(reference, void)
                seen.add(reference)
            if void is None:
                spans[asset].append((instant(start), _NEVER if end is None else instant(end)))
        lost, outages, failures = 0, 0, 0
        for some in spans.values():
            for start, end in union(some):
                lost += min(end, self.end) - max(start, self.start)
                outages += 1
                failures += start >= self.start
        agreed = len(assets) * (self.end - self.start)
        return (agreed - lost) / SECOND, agreed / SECOND, outages, failures, cohort

    def _carried_over(self) -> tuple[int, int]:
        """How many that were opened before the end were not resolved, and not restored, by then."""
        rows = self.all(
            f"SELECT i.reference FROM incident i WHERE i.opened < :end AND {_ALONE}"
            f" AND i.void IS NULL AND i.state IN ('open', 'acknowledged', 'mitigated')"
        )
        rows += self.all(
            f"SELECT DISTINCT i.reference FROM incident_interval s JOIN incident i ON i.reference = s.incident"
            f" WHERE s.kind = 'state' AND s.state IN ('resolved') AND s.started >= :end AND i.opened < :end"
            f" AND i.state NOT IN ('open', 'acknowledged', 'mitigated') AND i.void IS NULL AND {_ALONE}"
        )
        unresolved = {reference for (reference,) in rows}
        lasting = set()
        for still in ("s.ended IS NULL", "s.ended >= :end"):
            lasting |= {
                reference
                for (reference,) in self.all(
                    f"SELECT i.reference FROM incident_interval s JOIN incident i ON i.reference = s.incident"
                    f" WHERE s.kind IN ('outage', 'impact') AND {still} AND i.opened < :end AND i.void IS NULL"
                    f" AND {_ALONE}"
                )
            }
        marks = ", ".join("?" * len(unresolved))
        hurt = {
            reference
            for (reference,) in self.file.execute(
                f"SELECT incident FROM incident_interval WHERE kind IN ('outage', 'impact') AND incident IN ({marks})",
                sorted(unresolved),
            )
        }
        unrestored = lasting | (unresolved - hurt)
        for one in self.groups:
            over = one["resolved"]
            if one["opened"] < self.end and (over is None or over >= self.end):
                unresolved.add(one["reference"])
            if one["spans"]:
                over = one["stopped"]
            if one["opened"] < self.end and (over is None or over >= self.end):
                unrestored.add(one["reference"])
        return len(unresolved), len(unrestored)

    def _groups(self) -> list[dict[str, Any]]:
        """The targets of merged incidents with all that was merged into them, near the month."""
        rows = self.all(
            "SELECT m.merged_into, m.reference FROM incident m WHERE m.merged_into IS NOT NULL"
            " AND m.opened >= datetime(:start, '-10 days') AND m.opened < :end"
        )
        members: dict[str, list[str]] = defaultdict(list)
        for target, reference in rows:
            members[target].append(reference)
        return [one for target, some in members.items() if (one := self._group(target, some)) is not None]

    def _group(self, target: str, members: list[str]) -> dict[str, Any] | None:
        marks = ", ".join("?" * (1 + len(members)))
        heads = self.file.execute(
            f"SELECT reference, opened, impact_start, response_due, restore_due, state, detected,"
            f" category = 'security' AND severity = 1 FROM incident i"
            f" WHERE reference IN ({marks}) AND {_COUNTS}",
            [target, *members],
        ).fetchall()
        own = next((one for one in heads if one[0] == target), None)
        if own is None:
            return None
        spans = self.file.execute(
            f"SELECT incident, kind, state, started, ended FROM incident_interval WHERE incident IN ({marks})"
            f" ORDER BY incident, position",
            [target, *members],
        ).fetchall()
        first: dict[str, float] = {}
        for incident, _kind, state, started, _ended in spans:
            if state == "acknowledged":
                first.setdefault(incident, instant(started))
        resolved = [instant(one[3]) for one in spans if one[0] == target and one[2] == "resolved"]
        impacts = [
            (instant(one[3]), None if one[4] is None else instant(one[4]))
            for one in spans
            if one[1] in ("outage", "impact")
        ]
        over = max(resolved) if resolved and own[5] in ("resolved", "closed") else None
        ends = [end for _start, end in impacts if end is not None]
        return {
            "reference": target,
            "members": members,
            "major": bool(own[7]),
            "detected": min((instant(one[6]) for one in heads if one[6] is not None), default=None),
            "opened": min(instant(one[1]) for one in heads),
            "impact": min((instant(one[2]) for one in heads if one[2] is not None), default=None),
            "response_due": None if own[3] is None else instant(own[3]),
            "restore_due": None if own[4] is None else instant(own[4]),
            "acknowledged": min(first.values(), default=None),
            "resolved": over,
            "spans": impacts,
            "stopped": (max(ends) if len(ends) == len(impacts) else None) if impacts else over,
        }


if __name__ == "__main__":
    typer.run(main)

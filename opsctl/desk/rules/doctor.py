"""What `doctor` makes of what was looked at: a verdict with its reasons for each check. Pure.

A finding holds nothing but what JSON can hold, so that one made by another process, as cron would start it, can be
judged, compared and shown like our own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from opsctl.core.calendars import Calendar
from opsctl.core.errors import OpsctlError
from opsctl.desk.terms import ANNOUNCED_BY, CLOCKS_APART, LITTLE_ROOM, NETWORK_FILE_SYSTEMS, NO_ROOM, Verdict

Details = dict[str, Any]
UNEXPECTED = "unexpected"
"""The reason of a finding that an error has ended which nobody foresaw: of what was looked at nothing may be there."""


@dataclass(frozen=True)
class Finding:
    """One check: its name, the verdict, the reasons for anything but ok, and what was found; all of it for programs."""

    name: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    details: Details = field(default_factory=dict)

    @property
    def needs_attention(self) -> bool:
        """Whether somebody has to do something."""
        return self.verdict in (Verdict.WARN, Verdict.FAIL)


def judged(name: str, details: Details, *, fail: Iterable[str] = (), warn: Iterable[str] = ()) -> Finding:
    """The finding with its worst reason as verdict: `fail` and `warn` are the reasons of each."""
    bad, doubtful = tuple(fail), tuple(warn)
    verdict = Verdict.FAIL if bad else Verdict.WARN if doubtful else Verdict.OK
    return Finding(name, verdict, (*bad, *doubtful), details)


def failed(name: str, error: Exception, details: Details | None = None, *, reason: str = UNEXPECTED) -> Finding:
    """The finding of a check that an error has ended; the error stands among its details as in any answer in JSON."""
    told = {"kind": type(error).__name__, "message": str(error), "hint": "", "code": 1}
    if isinstance(error, OpsctlError):
        told |= {"message": error.message, "hint": error.hint, "code": int(error.code)}
    return Finding(name, Verdict.FAIL, (reason,), {**(details or {}), "error": told})


def not_checked(name: str, why: str, details: Details | None = None) -> Finding:
    """The finding of what could not be looked at; `why` is the name of the check that stands before it, or a word."""
    return Finding(name, Verdict.NOT_CHECKED, (why,), details or {})


def read_finding(data: Mapping[str, Any]) -> Finding:
    """A finding that another process has written as JSON. Raise ValueError or KeyError for what is none."""
    return Finding(str(data["name"]), Verdict(data["state"]), tuple(data["reasons"]), dict(data["details"]))


def data_of(one: Finding) -> Details:
    """The finding for programs."""
    return {"name": one.name, "state": one.verdict, "reasons": list(one.reasons), "details": one.details}


def host_file(details: Details) -> Finding:
    """A host file that can be read, or that there is none; it is a doubt where another login could read passwords."""
    return judged("host-file", details)


def disk(details: Details) -> Finding:
    """The room that is left where a file's database is: bytes, and file entries where the system counts them."""
    full = details["free"] < NO_ROOM or details["entries_free"] == 0
    little = details["free"] < LITTLE_ROOM
    return judged("disk", details, fail=["full"] if full else (), warn=["little-room"] if little and not full else ())


def database_file(details: Details) -> Finding:
    """The owner and modes of a database's file and folder, and the file system under them."""
    wrong = [
        reason
        for reason, is_so in (
            ("read-only-disk", details["is_read_only_disk"]),
            ("file-not-writable", not details["file_writable"] and not details["is_read_only_disk"]),
            ("folder-not-writable", not details["folder_writable"] and not details["is_read_only_disk"]),
        )
        if is_so
    ]
    doubts = [
        reason
        for reason, is_so in (
            ("open-to-all", bool(int(details["mode"], 8) & 0o002)),
            ("network-file-system", details["file_system"] in NETWORK_FILE_SYSTEMS),
        )
        if is_so
    ]
    return judged("database-file", details, fail=wrong, warn=doubts)


def login(details: Details) -> Finding:
    """The login of a server: whether it may read everything and record."""
    lacking = any(details["missing"].values()) or not details["may_append"]
    return judged("login", details, warn=["missing-rights"] if lacking else ())


def schema(found: str | None, known: str) -> Finding:
    """The version of the schema against the one that this opsctl knows."""
    details = {"found": found, "known": known}
    if found is None:
        return judged("schema", details, fail=["none"])
    return judged("schema", details, fail=[] if found == known else ["older" if found < known else "newer"])


def guards(missing: Sequence[str], wanted: int) -> Finding:
    """The triggers that keep the ledger from being changed."""
    return judged("guards", {"missing": list(missing), "wanted": wanted}, fail=["missing"] if missing else ())


def rules_in_force(generation: int, books: Sequence[str]) -> Finding:
    """The rulebooks that are in force."""
    return judged("rules", {"generation": generation, "books": list(books)}, warn=[] if books else ["none"])


def holidays(calendars: Mapping[str, Calendar], today: date) -> Finding:
    """Whether the calendars know the holidays of this year and, once they should be announced, of the next."""
    years = (today.year, today.year + 1)
    unknown = {
        name: [year for year in years if not calendar.known_years[0] <= year <= calendar.known_years[1]]
        for name, calendar in sorted(calendars.items())
        if calendar.known_years is not None
    }
    details = {"years": list(years), "unknown": {name: missing for name, missing in unknown.items() if missing}}
    details["calendars"] = list(unknown)
    late = [years[0]] if today.month < ANNOUNCED_BY else list(years)
    is_late = any(year in late for missing in unknown.values() for year in missing)
    return judged("holidays", details, warn=["unknown"] if is_late else ())


def duties(count: int, planned_to: datetime | None, now: datetime, *, is_stale: bool, is_too_far: bool) -> Finding:
    """How far ahead occurrences are planned, where any duty asks for them."""
    details = {"duties": count, "planned_to": planned_to, "days": None}
    if planned_to is not None:
        details["days"] = (planned_to - now).days
    if is_too_far:
        return judged("duties", details, warn=["too-far"])
    return judged("duties", details, warn=["behind"] if count and is_stale else ())


def clock(
    now: datetime, server_now: datetime | None, turn: timedelta | None, newest: datetime | None, released: datetime
) -> Finding:
    """The clock of this machine against that of a server, the newest row of the ledger, and the day of this release.

    `turn` is how long the server took to answer. A file has no clock: there `server_now` is None.
    """
    apart = None if server_now is None else now - server_now
    ahead = None if newest is None or newest <= now + CLOCKS_APART else newest - now
    details = {
        "now": now,
        "server_now": server_now,
        "apart": None if apart is None else apart.total_seconds(),
        "newest_row": newest,
        "newest_row_ahead": None if ahead is None else ahead.total_seconds(),
    }
    wrong = []
    if apart is not None and abs(apart) > CLOCKS_APART + (turn or timedelta(0)):
        wrong.append("apart")
    if now < released:
        wrong.append("long-ago")
    if server_now is None and newest is None and not wrong:
        return not_checked("clock", "database", details)
    return judged("clock", details, fail=wrong, warn=["ledger-ahead"] if ahead is not None else ())


def language(details: Details) -> Finding:
    """The language, and whether stdout can show every letter."""
    encoding = str(details["encoding"]).replace("-", "").replace("_", "").casefold()
    return judged("language", details, warn=[] if encoding == "utf8" else ["encoding"])


def zone_data(details: Details) -> Finding:
    """Whether time zones can be read at all."""
    return judged("zone-data", details, fail=[] if details["source"] else ["none"])


def clock_sync(said: str | None) -> Finding:
    """What the system says of its clock: `yes` or `no`; None where nobody can be asked."""
    if said not in ("yes", "no"):
        return not_checked("clock-sync", "nobody-to-ask")
    return judged("clock-sync", {"synchronised": said == "yes"}, warn=[] if said == "yes" else ["not-synchronised"])


def check(details: Details) -> Finding:
    """A program of the host file, and what it is to fill: `why_silent` is the word of the reason it could not."""
    wrong = ["not-there"] if details["program"] is None else [] if details["is_executable"] else ["not-executable"]
    silent = [details["why_silent"]] if details["why_silent"] else []
    return judged(f"checks.{details['check']}", details, fail=wrong, warn=silent)


def compared(here: Sequence[Finding], there: Sequence[Finding]) -> list[Finding]:
    """What cron would see otherwise than whoever looks now: the host file, the database, the zone, the language."""
    ours, theirs = ({one.name: one.details for one in several} for several in (here, there))

    def seen(check: str, key: str) -> dict[str, Any]:
        return {"here": ours.get(check, {}).get(key), "cron": theirs.get(check, {}).get(key)}

    found = []
    for name, check, key, is_a_doubt in (
        ("cron-host-file", "host-file", "path", False),
        ("cron-database", "database", "address", True),
        ("cron-zone", "zones", "reader", True),
        ("cron-language", "language", "language", False),
        ("cron-person", "person", "person", False),
    ):
        details = seen(check, key)
        differs = details["here"] != details["cron"]
        if is_a_doubt and None in details.values():  # that check itself says why
            found.append(not_checked(name, check, details))
            continue
        found.append(judged(name, details, warn=["differs"] if differs and is_a_doubt else ()))
    return found

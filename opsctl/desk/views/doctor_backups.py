"""What `doctor` found of engines, the scratch place and backups, in words: one line for each finding."""

from collections.abc import Callable, Mapping
from typing import Any

from opsctl.core.texts import _, between, series
from opsctl.desk.rules.doctor import Finding
from opsctl.desk.terms import MEBIBYTE

Details = Mapping[str, Any]


def show_size(number: int) -> str:
    """So many bytes, in the unit in which they are read most easily."""
    if number < MEBIBYTE:
        return f"{number / 1024:.0f} KiB"
    return f"{number / MEBIBYTE:.0f} MiB" if number < 10_000 * MEBIBYTE else f"{number / MEBIBYTE / 1024:.0f} GiB"


def _engines(one: Finding, details: Details, _zone: str) -> str:
    jobs = series(details["jobs"])
    if "not-there" in one.reasons:
        return _("not installed; needed by {jobs}").format(jobs=jobs)
    if "silent" in one.reasons:
        return _("{program} does not tell its version; needed by {jobs}").format(program=details["program"], jobs=jobs)
    return _("{version}, {program}; needed by {jobs}").format(
        version=details["version"], program=details["program"], jobs=jobs
    )


def _scratch(one: Finding, details: Details, _zone: str) -> str:
    if details["path"] is None:
        return _("the host file names none: no restore can be tested here")
    if "not-there" in one.reasons:
        return _("{path} is no folder").format(path=details["path"])
    told = _("{path}, {owner} {mode}, {free} free").format(
        path=details["path"], owner=details["owner"], mode=details["mode"], free=show_size(details["free"])
    )
    wrong = {
        "same-file-system": _("it is on the file system of {sources}").format(sources=series(details["shared_with"])),
        "not-writable": _("you may not write there"),
        "open-to-others": _("others may write there"),
        "no-such-user": _("there is no user {user}").format(user=details["user"]),
        "no-user": _("no server runs as root: {backups} cannot be restored there").format(
            backups=series(details["servers_as_root"])
        ),
        "little-room": _("{size} are wanted").format(size=show_size(details["min_free"])),
    }
    return between("; ").join((told, *(wrong[reason] for reason in one.reasons)))


def _backups(one: Finding, details: Details, _zone: str) -> str:
    places = series(f"{name} {to}" for name, to in details["places"].items())
    wrong = {
        "no-policy": _("no rulebook in force has a policy {name}").format(name=details["backup"]),
        "no-copy": _("the policy wants copies in {places}").format(places=series(details["places_lacking"])),
        "unasked-copy": _("the policy has no place {places}").format(places=series(details["places_unasked"])),
        "not-encrypted": _("the policy wants it encrypted"),
        "backs-itself-up": _("it would back itself up: {places}").format(places=series(details["inside"])),
        "source-not-there": _("not there: {places}").format(places=series(details["sources_not_there"])),
        "place-not-there": _("no folder: {places}").format(places=series(details["places_not_there"])),
        "place-not-writable": _("you may not write to {places}").format(
            places=series(details["places_not_writable"])
        ),
        "no-program": _("cannot be run: {programs}").format(programs=series(details["programs_not_there"])),
        "no-secret": between("; ").join(one["message"].rstrip(".。") for one in details["secrets_refused"]),
    }
    told = _("{driver} to {places}").format(driver=details["driver"], places=places)
    if details["has_policy"] is None:
        told += between("; ") + _("not compared with the rules, which were not read")
    return between("; ").join((told, *(wrong[reason] for reason in one.reasons)))


WORDS: dict[str, Callable[[Finding, Details, str], str]] = {
    "engines": _engines,
    "scratch": _scratch,
    "backups": _backups,
}

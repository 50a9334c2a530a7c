"""What is to be done about a finding: a sentence where one is needed, and lines that can be pasted."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from opsctl.core.texts import _, series
from opsctl.core.typed import nearest
from opsctl.desk.rules.doctor import UNEXPECTED, Finding
from opsctl.desk.terms import EDITORS

Details = Mapping[str, Any]


@dataclass(frozen=True)
class Steps:
    """A sentence, perhaps empty, and commands, perhaps none."""

    told: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ways:
    """How things are typed here: opsctl with the options that it was called with, and the doctor as cron would run it.

    `editor` is None where there is none.
    """

    opsctl: str
    as_cron: str = ""
    editor: str | None = None

    def edit(self, path: str) -> tuple[str, ...]:
        """The line that opens a file in the editor."""
        editor = self.editor or next(iter(EDITORS))
        return (f"{editor} {shlex.quote(path)}",)


def steps(one: Finding, ways: Ways) -> Steps:
    """What to do about a finding that needs attention."""
    error = one.details.get("error") or {}
    give = None if UNEXPECTED in one.reasons else _STEPS.get(one.name.partition(".")[0])
    try:
        given = Steps() if give is None else give(one, one.details, ways)
    except (KeyError, TypeError, ValueError):  # written by another opsctl, which cron may find
        given = Steps()
    hint = str(error.get("hint", ""))
    if any(command in hint for command in given.commands):
        hint = ""
    return Steps(" ".join(word for word in (given.told, hint) if word), given.commands)


def _host_file(one: Finding, details: Details, ways: Ways) -> Steps:
    path = details["path"]
    if path is None:
        return Steps()
    if "unsafe" not in one.reasons:
        return Steps("", ways.edit(path))
    me, quoted, folder = details["me"], shlex.quote(path), shlex.quote(details["folder"])
    commands = []
    if details["owner"] not in (me, "root"):
        commands.append(f"sudo chown {me} {quoted}")
    if details["folder_owner"] not in (me, "root"):
        # A folder is never taken from its owner: who knows what else stands in it.
        commands.append(f"ls -ld {folder}")
    open_to_others = [
        place
        for place, mode in ((quoted, details["mode"]), (folder, details["folder_mode"]))
        if int(mode, 8) & 0o022
    ]
    if open_to_others:
        commands.append(f"chmod go-w {' '.join(open_to_others)}")
    return Steps("", tuple(commands) or (f"ls -ld {quoted} {folder}",))


def _database(one: Finding, details: Details, ways: Ways) -> Steps:
    if "none" in one.reasons:
        told = _("If it was there before, was it moved, or is its disk not mounted? Only for a new company:")
        return Steps(told, (f"{ways.opsctl} init",))
    if details.get("address") is None:
        return Steps()
    # Of a file the folders above it say who is kept out.
    folders = [f"namei -l {shlex.quote(details['address'].removeprefix('sqlite:///'))}"]
    return Steps("", (f"{ways.opsctl} db status", *(folders if details["backend"] == "sqlite" else [])))


def _file(one: Finding, details: Details, _ways: Ways) -> Steps:
    file, folder, me = shlex.quote(details["path"]), shlex.quote(details["folder"]), details["me"]
    commands = []
    if "read-only-disk" in one.reasons or "network-file-system" in one.reasons:
        commands.append(f"findmnt --target {folder}")
    mine = details["owner"] == me
    if "file-not-writable" in one.reasons:
        commands.append(f"chmod u+rw {file}" if mine else f"ls -l {file}")
    if "folder-not-writable" in one.reasons:
        mine = mine and details["folder_owner"] == me
        commands.append(f"chmod u+rwx {folder}" if mine else f"ls -ld {folder}")
    if "open-to-all" in one.reasons:
        commands.append(f"chmod o-w {file}")
    told = ""
    if not mine and not {"file-not-writable", "folder-not-writable"}.isdisjoint(one.reasons):
        told = _("It is of another user: ask for the right to write file and folder, or share a PostgreSQL.")
    if "network-file-system" in one.reasons:
        told = _("Put the file on a disk of this machine, or use PostgreSQL.")
    return Steps(told, tuple(commands))


def _disk(_one: Finding, details: Details, _ways: Ways) -> Steps:
    folder = shlex.quote(details["folder"])
    return Steps(_("Make room; then look again."), (f"df -h {folder}", f"df -i {folder}"))


def _schema(one: Finding, _details: Details, ways: Ways) -> Steps:
    if "newer" in one.reasons:
        return Steps(_("Install the opsctl that the others use. Nothing was changed."))
    return Steps("", (f"{ways.opsctl} db upgrade",))


def _writing(_one: Finding, _details: Details, ways: Ways) -> Steps:
    return Steps("", (f"{ways.opsctl} db status",))


def _login(_one: Finding, details: Details, _ways: Ways) -> Steps:
    login = '"{}"'.format(str(details["login"]).replace('"', '""'))
    grants = [
        f"GRANT {right} ON {', '.join(tables)} TO {login};" for right, tables in details["missing"].items() if tables
    ]
    if not details["may_append"]:
        grants.append(f"GRANT EXECUTE ON FUNCTION ledger_append TO {login};")
    told = _("Whoever is to record needs these rights; {owner}, who owns the tables, types:")
    database = shlex.quote(f"dbname={details['database']}")
    return Steps(
        told.format(owner=details["owner"] or "postgres"),
        (f"psql {database} -c {shlex.quote(' '.join(grants))}",),
    )


def _guards(_one: Finding, _details: Details, ways: Ways) -> Steps:
    told = _("Without its guards the ledger can be changed unseen.")
    return Steps(told, (f"{ways.opsctl} ledger verify --deep",))


def _rules(_one: Finding, _details: Details, ways: Ways) -> Steps:
    return Steps("", (f"{ways.opsctl} rulebook apply default",))


def _holidays(_one: Finding, _details: Details, ways: Ways) -> Steps:
    told = _("Once they are announced and opsctl knows them, apply the book again with a higher version:")
    return Steps(told, (f"{ways.opsctl} rulebook show --toml > rules.toml",))


def _duties(_one: Finding, _details: Details, ways: Ways) -> Steps:
    return Steps(_("Looking at them plans them:"), (f"{ways.opsctl} duty due",))


def _person(one: Finding, details: Details, ways: Ways) -> Steps:
    if "other-login" in one.reasons:
        return Steps(_("Log in to the database as that person, or leave out --as."))
    return Steps("", (f"{ways.opsctl} person list",))


def _clock(one: Finding, _details: Details, _ways: Ways) -> Steps:
    told = _("What is written now is dated wrongly if this clock is wrong.")
    if "ledger-ahead" in one.reasons:
        told = _("Either this clock is behind, or one that was ahead has dated that row.")
    return Steps(told, ("date --utc", "timedatectl"))


def _clock_sync(_one: Finding, _details: Details, _ways: Ways) -> Steps:
    return Steps("", ("sudo timedatectl set-ntp true",))


def _zone_data(_one: Finding, _details: Details, _ways: Ways) -> Steps:
    return Steps("", ("python3 -m pip install tzdata",))


def _language(_one: Finding, _details: Details, _ways: Ways) -> Steps:
    return Steps("", ("export LANG=C.UTF-8",))


def _checks(one: Finding, details: Details, ways: Ways) -> Steps:
    if "check" not in details:
        return Steps()
    name = shlex.quote(details["command"][0])
    if "not-there" in one.reasons:
        return Steps(_("Mend the path in the host file, or install it."), (f"ls -l {name}",))
    if "not-executable" in one.reasons:
        return Steps("", (f"ls -l {name}",))
    if "no-asset" in one.reasons:
        return Steps("", (f"{ways.opsctl} asset list",))
    return Steps("", (f"{ways.opsctl} inspect run --dry-run",))


def _engines(one: Finding, details: Details, _ways: Ways) -> Steps:
    if "silent" in one.reasons:
        return Steps("", (f"ls -l {shlex.quote(str(details['program']))}",))
    return Steps("", (f"sudo apt-get install {shlex.quote(details['package'])}",))


def _scratch(one: Finding, details: Details, _ways: Ways) -> Steps:
    if "none" in one.reasons:
        return Steps(_('Add it to the host file: scratch = { path = "/var/tmp/opsctl", min_free = "50GB" }'))
    path, commands = shlex.quote(details["path"]), []
    if "not-there" in one.reasons:
        commands.append(f"sudo install -d -m 700 {path}")
    if "not-writable" in one.reasons:
        commands.append(f"ls -ld {path}")
    if "open-to-others" in one.reasons:
        commands.append(f"chmod go-w {path}")
    if "no-such-user" in one.reasons:
        commands.append(f"sudo adduser --system {shlex.quote(details['user'])}")
    if "little-room" in one.reasons:
        commands.append(f"df -h {path}")
    told = ""
    if "no-user" in one.reasons:
        told = _('Add a login that may own nothing else: scratch = { …, user = "nobody" }')
    if "same-file-system" in one.reasons:
        elsewhere = _("Name a folder on another disk: a full restore must not fill the disk that the source lives on.")
        told = f"{told} {elsewhere}".strip()
        commands.append("df -h " + " ".join(map(shlex.quote, (details["path"], *details["shared_with"]))))
    return Steps(told, tuple(commands))


def _backups(one: Finding, details: Details, ways: Ways) -> Steps:
    if "error" in details:
        return Steps("", ways.edit(details["path"]))
    told, commands = [], []
    if "no-policy" in one.reasons:
        near = nearest(details["backup"], details["known_policies"])
        told.append(_("Call it as its policy is called, or write the policy into a rulebook."))
        told += [_("Did you mean {words}?").format(words=series(near))] if near else []
        commands.append(f"{ways.opsctl} backup policies")
    if not {"no-copy", "unasked-copy"}.isdisjoint(one.reasons):
        told.append(_("Call the copies in the host file as the policy calls its locations."))
    if "not-encrypted" in one.reasons:
        told.append(_("Add encrypt to the job in the host file, and decrypt or test_on."))
    if "backs-itself-up" in one.reasons:
        told.append(_("Links lead from one into the other: write elsewhere, or name the place in exclude."))
    if "place-not-there" in one.reasons:
        told.append(_("Is its disk not mounted? Only for a new place: make the folder, or the repository."))
        commands.append(f"findmnt --target {shlex.quote(details['places_not_there'][0])}")
    told += [one["hint"] for one in details["secrets_refused"] if one["hint"]]
    unseen = [*details["sources_not_there"], *details["places_not_writable"]]
    commands += [f"namei -l {shlex.quote(path)}" for path in unseen]
    commands += [f"ls -l {shlex.quote(name)}" for name in details["programs_not_there"]]
    return Steps(" ".join(told), tuple(commands))


def _cron_user(_one: Finding, details: Details, _ways: Ways) -> Steps:
    told = _("cron starts in the home of its user, and host file and database stand there if nothing else is named.")
    return Steps(told, (f"getent passwd {shlex.quote(details['user'])}",))


def _cron_program(_one: Finding, details: Details, _ways: Ways) -> Steps:
    program = shlex.quote(str(details["program"]).split(" -m ")[0])
    python = shlex.quote(details["interpreter"])
    return Steps(_("What keeps that user out is a folder among these:"), (f"namei -l {program}", f"namei -l {python}"))


def _cron_database(_one: Finding, details: Details, ways: Ways) -> Steps:
    told = _("Name it in /etc/opsctl/opsctl.toml, which everybody reads, or with --db. Whether cron can use it:")
    return Steps(told, (f"{ways.as_cron} --db {shlex.quote(str(details['here']))}",))


def _cron_zone(_one: Finding, details: Details, _ways: Ways) -> Steps:
    told = _("Name it in /etc/opsctl/opsctl.toml, or in the line of the crontab with: --tz {zone}")
    return Steps(told.format(zone=details["here"]))


_STEPS: dict[str, Callable[[Finding, Details, Ways], Steps]] = {
    "host-file": _host_file,
    "database": _database,
    "database-file": _file,
    "disk": _disk,
    "schema": _schema,
    "writing": _writing,
    "login": _login,
    "guards": _guards,
    "rules": _rules,
    "holidays": _holidays,
    "duties": _duties,
    "person": _person,
    "clock": _clock,
    "clock-sync": _clock_sync,
    "zone-data": _zone_data,
    "language": _language,
    "checks": _checks,
    "engines": _engines,
    "scratch": _scratch,
    "backups": _backups,
    "cron-user": _cron_user,
    "cron-program": _cron_program,
    "cron-database": _cron_database,
    "cron-zone": _cron_zone,
}

"""What `doctor` found, in words: one line for each finding."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from opsctl.core.report import Kind
from opsctl.core.texts import _, beside, between, ngettext, pgettext, series
from opsctl.core.times import show_duration, show_moment
from opsctl.desk.rules.doctor import Finding
from opsctl.desk.terms import Verdict
from opsctl.desk.views.doctor_backups import WORDS, show_size

Details = Mapping[str, Any]


def title(name: str) -> str:
    """What a check is called."""
    kind, _dot, one = name.partition(".")
    called = _titles().get(kind, kind)
    return f"{called}{between(': ')}{one}" if one else called


def is_check(name: str) -> bool:
    """Whether there is a check of that name."""
    return name in _titles()


def _titles() -> dict[str, str]:
    return {
        "version": _("version"),
        "host-file": _("host file"),
        "database": _("database"),
        "database-file": _("file of the database"),
        "disk": _("disk"),
        "schema": _("schema"),
        "writing": _("writing"),
        "login": _("login of the database"),
        "guards": _("guards of the ledger"),
        "ledger": _("ledger"),
        "rules": _("rules in force"),
        "holidays": _("holidays"),
        "duties": _("duties planned"),
        "person": _("you act as"),
        "clock": _("clock"),
        "clock-sync": _("clock kept right"),
        "zones": _("zones"),
        "zone-data": _("time zone data"),
        "language": _("language"),
        "checks": _("programs that check"),
        "engines": pgettext("doctor", "engine"),
        "scratch": _("scratch place"),
        "backups": pgettext("doctor", "backup"),
        "editor": _("editor"),
        "completions": _("completions"),
        "cron-user": _("user"),
        "cron-program": _("opsctl in cron"),
        "cron-host-file": _("same host file"),
        "cron-database": _("same database"),
        "cron-zone": _("same zone"),
        "cron-language": _("same language"),
        "cron-person": _("same person"),
    }


def verdict(one: Verdict) -> tuple[str, Kind]:
    """The word of a verdict, and its colour."""
    return {
        Verdict.OK: (_("ok"), Kind.GOOD),
        Verdict.WARN: (_("warn"), Kind.DOUBTFUL),
        Verdict.FAIL: (_("fail"), Kind.BAD),
        Verdict.NOT_CHECKED: (_("not checked"), Kind.TEXT),
    }[one]


def found(one: Finding, zone: str) -> str:
    """What was found, on one line; moments in that zone."""
    if one.details.get("error"):
        return str(one.details["error"]["message"])
    if one.verdict is Verdict.NOT_CHECKED:
        return _why_not(one)
    try:
        return _WORDS[one.name.partition(".")[0]](one, one.details, zone)
    except (KeyError, TypeError, ValueError):  # written by another opsctl, which cron may find
        return series(f"{name} {value}" for name, value in one.details.items())


def _why_not(one: Finding) -> str:
    reason = one.reasons[0]
    said = {
        "nobody-to-ask": _("nobody here can be asked"),
        "elsewhere": _("none at the usual places, and a shell may load them from elsewhere"),
        "unseen": _("the system does not let us look: {reason}").format(reason=one.details.get("system")),
    }
    return said[reason] if reason in said else _("{check} comes first").format(check=title(reason))


def _version(_one: Finding, details: Details, _zone: str) -> str:
    return f"opsctl {details['opsctl']}, Python {details['python']}, {details['program'] or details['interpreter']}"


def _host_file(_one: Finding, details: Details, _zone: str) -> str:
    if details["path"] is None:
        return _("none; looked for {paths}").format(paths=series(details["looked_at"]))
    told = _("{path}, {owner} {mode}, its folder {folder_owner} {folder_mode}").format(**details)
    if details["not_read"]:
        told += between("; ") + _("{path} is not read beside it").format(path=details["not_read"])
    return told


def _database(_one: Finding, details: Details, _zone: str) -> str:
    sources = {
        "flag": _("by --db"),
        "environment": _("by OPSCTL_DB"),
        "host-file": _("by the host file"),
        "default": _("where none is named"),
    }
    told = between(", ").join((beside(details["address"], sources[details["source"]]), details["version"]))
    if details.get("turn_ms") is not None:
        told += between(", ") + _("answers in {time} ms").format(time=f"{details['turn_ms']:g}")
    return told


def _file(one: Finding, details: Details, _zone: str) -> str:
    told = _("{owner} {mode}, its folder {folder_owner} {folder_mode}").format(**details)
    told += between(", ") + _("{size}, write-ahead log {log}").format(
        size=show_size(details["size"]), log=show_size(details["log_size"])
    )
    if details["file_system"]:
        told += between(", ") + details["file_system"]
    wrong = {
        "read-only-disk": _("the disk is mounted read-only"),
        "file-not-writable": _("{me} may not write the file").format(me=details["me"]),
        "folder-not-writable": _("{me} may not write into the folder, where the log of a write stands").format(
            me=details["me"]
        ),
        "open-to-all": _("everybody may write it"),
        "network-file-system": _("SQLite needs locks that a network file system does not keep"),
    }
    return between("; ").join((told, *(wrong[reason] for reason in one.reasons)))


def _disk(_one: Finding, details: Details, _zone: str) -> str:
    told = _("{free} free of {total} at {folder}").format(
        free=show_size(details["free"]), total=show_size(details["total"]), folder=details["folder"]
    )
    return told if details["entries_free"] != 0 else told + between("; ") + _("no room for another file")


def _schema(one: Finding, details: Details, _zone: str) -> str:
    if one.verdict is Verdict.OK:
        return str(details["found"])
    if details["found"] is None:
        return _("none")
    return _("{found}; this opsctl needs {known}").format(**details)


def _writing(one: Finding, _details: Details, _zone: str) -> str:
    return _("a write can begin") if one.verdict is Verdict.OK else _("the server only lets us read")


def _login(one: Finding, details: Details, _zone: str) -> str:
    if one.verdict is Verdict.OK:
        return str(details["login"])
    lacking = [f"{right}{between(': ')}{series(tables)}" for right, tables in details["missing"].items() if tables]
    if not details["may_append"]:
        lacking.append(f"EXECUTE{between(': ')}ledger_append")
    return _("{login} has not all rights ({rights})").format(login=details["login"], rights=between("; ").join(lacking))


def _guards(_one: Finding, details: Details, _zone: str) -> str:
    missing = details["missing"]
    if missing:
        return _("missing: {names}").format(names=series(missing))
    return ngettext("{count} stands", "{count} stand", details["wanted"]).format(count=details["wanted"])


def _ledger(_one: Finding, details: Details, _zone: str) -> str:
    rows = ngettext("{count} row", "{count} rows", details["rows"]).format(count=details["rows"])
    return _("{rows}, head {head}").format(rows=rows, head=f"{details['head'][:16]}…")


def _rules(_one: Finding, details: Details, _zone: str) -> str:
    return series(details["books"]) or _("none: incidents get no severity and no clock")


def _holidays(_one: Finding, details: Details, _zone: str) -> str:
    if not details["calendars"]:
        return _("no calendar asks for any")
    if not details["unknown"]:
        return _("known for {years}").format(years=series(map(str, details["years"])))
    lacking = [f"{name} {series(years)}" for name, years in details["unknown"].items()]
    return _("not known for certain: {list}").format(list=between("; ").join(lacking))


def _duties(one: Finding, details: Details, zone: str) -> str:
    if not details["duties"] and one.verdict is Verdict.OK:
        return _("no rulebook has any")
    if details["planned_to"] is None:
        return _("none yet")
    told = _("up to {moment}").format(moment=_moment(details["planned_to"], zone))
    return told if "too-far" not in one.reasons else told + between("; ") + _("a clock that was wrong has said so")


def _person(one: Finding, details: Details, _zone: str) -> str:
    if "other-login" in one.reasons:
        return _("You are {login} in this database and cannot act as {named}.").format(
            login=details["login"], named=details["name"]
        )
    if details["is_first"]:
        return _("{login}; nobody is recorded yet, so everybody may write").format(login=details["login"])
    if details["person"] == details["login"]:
        return str(details["person"])
    return _("{person}, login {login}").format(person=details["person"], login=details["login"])


def _clock(one: Finding, details: Details, zone: str) -> str:
    told = _moment(details["now"], zone)
    if details["apart"] is not None:
        apart = abs(details["apart"])
        if "apart" in one.reasons:
            server = _moment(details["server_now"], zone)
            told += between("; ") + _("the database's shows {moment}").format(moment=server)
        elif apart < 1:
            told += between("; ") + _("the database's agrees")
        else:
            told += between("; ") + _("{time} from the database's").format(time=show_duration(round(apart)))
    if details["newest_row_ahead"] is not None:
        told += between("; ") + _("the newest row of the ledger is {time} ahead").format(
            time=show_duration(details["newest_row_ahead"])
        )
    return told if "long-ago" not in one.reasons else told + between("; ") + _("there was no opsctl then")


def _clock_sync(one: Finding, _details: Details, _zone: str) -> str:
    return _("by the system") if one.verdict is Verdict.OK else _("the system does not keep it right")


def _zones(_one: Finding, details: Details, _zone: str) -> str:
    names = {
        _("machine"): details["machine"],
        _("host file"): details["host_file"],
        _("database"): details["database"],
        _("reader"): details["reader"],
    }
    said = {name: value for name, value in names.items() if value is not None}
    if details["database"] is not None and len(set(said.values())) == 1:
        return str(next(iter(said.values())))
    return series(f"{name} {value}" for name, value in said.items())


def _zone_data(_one: Finding, details: Details, _zone: str) -> str:
    return str(details["source"] or _("none"))


def _language(one: Finding, details: Details, _zone: str) -> str:
    told = _("{language} (by {source}), output in {encoding}").format(
        language=details["language"],
        source=details["source"] if details["source"] != "none" else _("nothing"),
        encoding=details["encoding"],
    )
    return told if one.verdict is Verdict.OK else told + between("; ") + _("letters that it lacks are shown as escapes")


def _checks(one: Finding, details: Details, _zone: str) -> str:
    if "check" not in details:
        return _("the host file names none")
    name = details["command"][0]
    told = str(details["program"] or name)
    if "not-there" in one.reasons:
        told = _("{program} is not there").format(program=name)
    elif "not-executable" in one.reasons:
        told = _("{program} cannot be executed").format(program=name)
    about = f"{details['asset']} {details['fills'] or ''}".strip()
    if not details["is_target_checked"]:
        return told + between("; ") + _("not checked: {reason}").format(reason=about)
    said = {
        "no-checklist": _("no rulebook in force has the checklist of {what}"),
        "no-item": _("there is no such item: {what}"),
        "by-people": _("people answer {what}, not machines"),
        "type": _("no machine can answer {what}"),
        "no-asset": _("there is no such asset: {what}"),
        "retired": _("the asset is retired: {what}"),
    }
    why = details["why_silent"]
    return told + between("; ") + (said[why].format(what=about) if why in said else about)


def _editor(_one: Finding, details: Details, _zone: str) -> str:
    if details["program"] is None:
        return _("none; opsctl itself needs none")
    source = details["source"]
    return beside(details["program"], source) if source else str(details["program"])


def _completions(_one: Finding, details: Details, _zone: str) -> str:
    return series(details["files"])


def _cron_user(one: Finding, details: Details, _zone: str) -> str:
    told = _("{user}, home {home}").format(user=details["user"], home=details["home"])
    return told if one.verdict is Verdict.OK else told + between("; ") + _("that folder is not there")


def _cron_program(one: Finding, details: Details, _zone: str) -> str:
    if "cannot-run" in one.reasons:
        return _("{program} cannot be run: {reason}").format(program=details["program"], reason=details["system"])
    if details["in_path"]:
        return str(details["in_path"])
    return _("not found in {path}; the whole path works: {program}").format(
        path=details["path"], program=details["program"]
    )


def _same(_one: Finding, details: Details, _zone: str) -> str:
    if details["here"] == details["cron"]:
        return str(details["here"] or _("none"))
    return _("here {here}, in cron {cron}").format(
        here=details["here"] or _("none"), cron=details["cron"] or _("none")
    )


def _moment(value: datetime | str, zone: str) -> str:
    """A moment as it was found, or as another process has written it."""
    return show_moment(datetime.fromisoformat(value) if isinstance(value, str) else value, zone)


_WORDS: dict[str, Callable[[Finding, Details, str], str]] = {
    **WORDS,
    "version": _version,
    "host-file": _host_file,
    "database": _database,
    "database-file": _file,
    "disk": _disk,
    "schema": _schema,
    "writing": _writing,
    "login": _login,
    "guards": _guards,
    "ledger": _ledger,
    "rules": _rules,
    "holidays": _holidays,
    "duties": _duties,
    "person": _person,
    "clock": _clock,
    "clock-sync": _clock_sync,
    "zones": _zones,
    "zone-data": _zone_data,
    "language": _language,
    "checks": _checks,
    "editor": _editor,
    "completions": _completions,
    "cron-user": _cron_user,
    "cron-program": _cron_program,
    "cron-host-file": _same,
    "cron-database": _same,
    "cron-zone": _same,
    "cron-language": _same,
    "cron-person": _same,
}

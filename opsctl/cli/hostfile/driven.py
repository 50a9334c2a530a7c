"""One `[backups.NAME]` of the host file: what every driver takes, and what each of them takes besides."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from opsctl.cli.hostfile.amounts import choice, folder, is_inside, lines, place, share, tables, truth, whole, window
from opsctl.cli.hostfile.asserts import asserts
from opsctl.cli.hostfile.hidden import canary, connection, encryption, options_file, repository, secret
from opsctl.cli.hostfile.jobs import Hook, Job, Place
from opsctl.cli.hostfile.values import Said, command, handle, known, length, refused
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series

_COMMON = (
    "driver", "before", "after", "window", "start_deadline", "timeout", "idle_timeout", "nice", "prune", "programs",
    "assert", "least_share", "copies",
)  # fmt: skip
_ARTEFACT = ("to", "encrypt", "decrypt", "test_on")
_KEYS = {
    "files": (*_ARTEFACT, "sources", "exclude"),
    "rsync": ("to", "sources", "exclude"),
    "restic": ("repository", "password", "sources", "exclude"),
    "borg": ("repository", "password", "sources", "exclude"),
    "postgres": (*_ARTEFACT, "connection", "counts", "canary"),
    "sqlite": (*_ARTEFACT, "source"),
    "mysql": (*_ARTEFACT, "options", "databases"),
    "mariadb": (*_ARTEFACT, "options", "databases"),
    "command": (*_ARTEFACT, "command", "restore", "codes", "output"),
}
_REPOSITORIES = ("restic", "borg")
_DATABASES = ("postgres", "sqlite", "mysql", "mariadb")
_LOGS = ("-wal", "-shm", "-journal")
_CODES = ("success", "incomplete", "failed", "skipped_locked")
LOCAL = "local"
"""What the only place of a job is called where it has no name."""
_A_DAY, _A_WEEK = timedelta(days=1), timedelta(days=7)
_HOOK_TIMEOUT = timedelta(minutes=1)


def job_of(name: str, said: Said, host_name: str | None) -> Job:
    """The job of that name. Raise InvalidInput for what is not as agreed."""
    if said.value.get("driver") is None:
        raise refused(
            said.at("driver"), _("{path}: {key} is missing."), _("Name one of: {words}.").format(words=series(_KEYS))
        )
    driver = choice(said.at("driver"), tuple(_KEYS)) or ""
    known(said, (*_COMMON, *_KEYS[driver]))
    places = _places(said, driver)
    job = Job(name=name, driver=driver, places=places, **_common(said, driver), **_DRIVERS[driver](said))
    if "encrypt" in _KEYS[driver]:
        job = job._replace(encryption=encryption(said, host_name))
    for one in places:
        _check_apart(said, job, one)
    return job


def _common(said: Said, driver: str) -> dict[str, Any]:
    least = share(said.at("least_share"))
    return {
        "before": _hooks(said.at("before")),
        "after": _hooks(said.at("after")),
        "window": window(said.at("window")),
        "start_deadline": length(said.at("start_deadline"), longest=_A_WEEK, most="7d"),
        "timeout": length(said.at("timeout"), longest=_A_WEEK, most="7d") or timedelta(hours=12),
        "idle_timeout": length(said.at("idle_timeout"), longest=_A_DAY, most="24h") or timedelta(minutes=30),
        "nice": whole(said.at("nice"), 0, 19),
        "prune": choice(said.at("prune"), ("off", "manual", "auto")) or "manual",
        "programs": folder(said.at("programs")),
        "asserts": asserts(said.at("assert"), has_database=driver in _DATABASES),
        "least_share": 0.5 if least is None else least,
    }


def _hooks(said: Said) -> tuple[Hook, ...]:
    return tuple(_hook(one) for one in tables(said))


def _hook(said: Said) -> Hook:
    known(said, ("command", "timeout", "required"))
    timeout = length(said.at("timeout"), longest=_A_DAY, most="24h") or _HOOK_TIMEOUT
    return Hook(command(said.at("command")), timeout, truth(said.at("required"), True))


def _places(said: Said, driver: str) -> tuple[Place, ...]:
    """Where copies go, by their names, each of them somewhere else."""
    single = "repository" if driver in _REPOSITORIES else "to"
    several = tables(said.at("copies"))
    if single in said.value and several:
        raise refused(
            said.at("copies"),
            _("{path}: {key} stands beside a single place."),
            _("Put every place into copies, and take {key} out.").format(key=single),
        )
    places = [_copy(one, driver) for one in several]
    if not several and said.value.get(single) is not None:
        places = [Place(LOCAL, _target(said.at(single), driver))]
    if not places:
        raise refused(
            said.at(single),
            _("{path}: {key} is missing."),
            _('Name one place, or several: copies = [{ name = "local", to = "/backup" }, { name = "offsite", … }]'),
        )
    _check_different(said, places)
    return tuple(places)


def _copy(said: Said, driver: str) -> Place:
    known(said, ("name", "to"))
    name = handle(said.at("name"))
    if said.value.get("to") is None:
        hint = _("Say where the copy {name} goes.").format(name=name)
        raise refused(said.at("to"), _("{path}: {key} is missing."), hint)
    return Place(name, _target(said.at("to"), driver))


def _target(said: Said, driver: str) -> str:
    return (repository(said, driver) if driver in _REPOSITORIES else folder(said)) or ""


def _check_different(said: Said, places: list[Place]) -> None:
    for number, one in enumerate(places):
        for other in places[:number]:
            if one.name == other.name:
                raise refused(
                    said.at("copies")._replace(value=one.name),
                    _("{path}: {key} has two copies called {value}."),
                    _("Call them as the locations of the policy are called."),
                )
            if is_inside(one.to, other.to) or is_inside(other.to, one.to):
                raise InvalidInput(
                    _("{path}: {key}: the copies {name} and {other} go to one place.").format(
                        path=said.path, key=said.at("copies").key, name=other.name, other=one.name
                    ),
                    _("Two copies in one place are one: give each a place of its own."),
                )


def _check_apart(said: Said, job: Job, target: Place) -> None:
    """A backup neither backs itself up nor writes into what it backs up."""
    for source in job.sources:
        left_out = any(one.startswith("/") and is_inside(target.to, one) for one in job.exclude)
        if is_inside(source, target.to) or (is_inside(target.to, source) and not left_out):
            raise InvalidInput(
                _("{path}: {key}: the source {source} and the place {to} lie one in the other.").format(
                    path=said.path, key=said.key, source=source, to=target.to
                ),
                _("A backup must not back itself up: write elsewhere, or name the place in exclude."),
            )


def _sources(said: Said) -> dict[str, Any]:
    sources = lines(said.at("sources"))
    if not sources:
        raise refused(said.at("sources"), _("{path}: {key} is missing."), _('Like: sources = ["/srv/erp"]'))
    for one in said.at("sources").each():
        place(one)
    return {"sources": sources, "exclude": lines(said.at("exclude"))}


def _restic(said: Said) -> dict[str, Any]:
    found = _borg(said)
    if found["password"] is None:
        raise refused(
            said.at("password"),
            _("{path}: {key} is missing."),
            _("Use env:NAME, file:/PATH, credential:NAME or command:PROGRAM."),
        )
    return found


def _borg(said: Said) -> dict[str, Any]:
    return {**_sources(said), "password": secret(said.at("password"))}


def _postgres(said: Said) -> dict[str, Any]:
    found = connection(said.at("connection"))
    if found is None:
        raise refused(said.at("connection"), _("{path}: {key} is missing."), _("Like: service=erp-replica"))
    counts = choice(said.at("counts"), ("exact", "artefact", "off")) or "artefact"
    return {"connection": found, "counts": counts, "canary": canary(said.at("canary"))}


def _sqlite(said: Said) -> dict[str, Any]:
    found = folder(said.at("source"))
    if found is None:
        raise refused(said.at("source"), _("{path}: {key} is missing."), _('Like: source = "/srv/app/app.db"'))
    if found.endswith(_LOGS):
        raise refused(
            said.at("source"),
            _("{path}: {key}: {value!r} is a log of SQLite, not the database."),
            _("Name the database; its log is read with it."),
        )
    return {"sources": (found,)}


def _mysql(said: Said) -> dict[str, Any]:
    databases = lines(said.at("databases"))
    wrong = next((one for one in databases if one.startswith("-")), None)
    if wrong is not None:
        raise refused(
            said.at("databases")._replace(value=wrong),
            _("{path}: {key}: {value!r} is no name of a database."),
            _("See those there are: SHOW DATABASES"),
        )
    return {"options": options_file(said.at("options")), "databases": databases}


def _command(said: Said) -> dict[str, Any]:
    return {
        "command": command(said.at("command")),
        "restore_command": _restore(said.at("restore")) if "restore" in said.value else (),
        "codes": _codes(said.at("codes")),
        "output": _output(said.at("output")),
    }


def _restore(said: Said) -> tuple[str, ...]:
    words = command(said)
    if any(not any(sign in word for word in words[1:]) for sign in ("{input}", "{root}")):
        raise refused(
            said,
            _("{path}: {key} does not say what is restored and where to."),
            _('Like: restore = ["tar", "-xf", "{input}", "-C", "{root}"]'),
        )
    return words


def _codes(said: Said) -> tuple[tuple[int, str], ...]:
    """What each exit code means; a code that is not named is a failure."""
    if said.value is None:
        return ((0, "success"),)
    example = _('Like: codes = { "0" = "success", "3" = "incomplete" }')
    if not isinstance(said.value, dict):
        raise refused(said, _("{path}: {key} must be a table, not {value!r}."), example)
    found = {}
    for one in said.each():
        code = one.key.removeprefix(f"{said.key}.")
        if not (code.isascii() and code.isdigit() and len(code) <= 3 and int(code) <= 255 and str(int(code)) == code):
            raise refused(one, _("{path}: {key} is no exit code."), _("A program ends with a code of 0 to 255."))
        found[int(code)] = choice(one, _CODES) or ""
    if "success" not in found.values():
        raise refused(said, _("{path}: {key} has no code for success."), example)
    return tuple(sorted(found.items()))


def _output(said: Said) -> str | None:
    found = folder(said)
    if found is None:
        return None
    plain = found.replace("{stamp}", "")
    if plain == found or "{" in plain or "}" in plain:
        raise refused(
            said,
            _("{path}: {key} must hold {{stamp}}, and nothing else in curly brackets."),
            _('Like: output = "/var/lib/erp/dump-{stamp}.bin": a file of another run is never taken for this one\'s.'),
        )
    return found


_DRIVERS: dict[str, Callable[[Said], dict[str, Any]]] = {
    "files": _sources,
    "rsync": _sources,
    "restic": _restic,
    "borg": _borg,
    "postgres": _postgres,
    "sqlite": _sqlite,
    "mysql": _mysql,
    "mariadb": _mysql,
    "command": _command,
}

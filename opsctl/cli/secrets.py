"""Secrets, read when they are needed from where the host file says; they stand in no error, argument or record."""

import os
import shlex
import stat
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from opsctl.cli.hostfile.jobs import Secret
from opsctl.core.errors import InvalidInput, NotAllowed, NotFound
from opsctl.core.texts import _

LONGEST = 64 * 1024
"""So many bytes a secret may have: a key with its certificates."""
PATIENCE = timedelta(seconds=10)
"""So long may a command take that tells a secret."""


def reveal(
    secret: Secret, *, environment: Mapping[str, str] | None = None, patience: timedelta = PATIENCE
) -> bytes:
    """The secret without the line's end that stands behind it.

    `environment` is that of this process unless given. Raise NotFound where it is not, NotAllowed where others could
    have read it or we may not, InvalidInput where what is found can be no secret.
    """
    variables = os.environ if environment is None else environment
    if secret.kind == "env":
        found = _of_environment(secret.value, variables)
    elif secret.kind == "file":
        found = _of_file(Path(secret.value))
    elif secret.kind == "credential":
        found = _of_file(_credential(secret.value, variables))
    else:
        found = _of_command(secret.value, patience)
    found = found.rstrip(b"\r\n")
    if not found or len(found) > LONGEST or b"\0" in found:
        raise InvalidInput(
            _("The secret in {place} is empty, too long or no text.").format(place=_place(secret)),
            _("Put the secret there and nothing else."),
        )
    return found


def _place(secret: Secret) -> str:
    """Where it is, as the host file says it; of a command only the program, for its arguments could be secret."""
    value = secret.value
    return f"{secret.kind}:{_program(value) if secret.kind == 'command' else value}"


def _of_environment(name: str, variables: Mapping[str, str]) -> bytes:
    value = variables.get(name)
    if value is None:
        raise NotFound(
            _("The environment has no variable {name}, which holds a secret.").format(name=name),
            _("Set it where opsctl is started, or name the secret otherwise in the host file."),
        )
    return os.fsencode(value)


def _credential(name: str, variables: Mapping[str, str]) -> Path:
    folder = variables.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise NotFound(
            _("There is no credential {name}: systemd has not started this with any.").format(name=name),
            _("Start it by a unit that has: LoadCredential={name}:/PATH").format(name=name),
        )
    return Path(folder) / name


def _of_file(path: Path) -> bytes:
    """What the file holds, which is looked at as it is opened: nobody can put another one there in between."""
    try:
        # A pipe without a writer would keep us waiting.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise _unreadable(path, error) from None
    try:
        _check_kept(path, os.fstat(descriptor))
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return stream.read(LONGEST + 3)
    except OSError as error:
        raise _unreadable(path, error) from None
    finally:
        os.close(descriptor)


def _unreadable(path: Path, error: OSError) -> NotFound | NotAllowed:
    quoted = shlex.quote(str(path))
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotFound(
            _("There is no file {path}, which holds a secret.").format(path=path),
            _("Make it, readable by its owner alone: install -m 600 /dev/null {path}").format(path=quoted),
        )
    return NotAllowed(
        _("{path}, which holds a secret, cannot be read: {reason}").format(path=path, reason=error.strerror),
        _("See who may: namei -l {path}").format(path=quoted),
    )


def _check_kept(path: Path, found: os.stat_result) -> None:
    """Refuse what is no file, what somebody else owns, and what others could read or write.

    A group may read what root keeps for it: so a service gets at a secret without being root.
    """
    quoted = shlex.quote(str(path))
    if not stat.S_ISREG(found.st_mode):
        raise NotAllowed(
            _("{path}, which is to hold a secret, is no file.").format(path=path),
            _("Name a file in the host file."),
        )
    if found.st_uid not in (0, os.geteuid()):
        raise NotAllowed(
            _("{path}, which holds a secret, belongs to another user.").format(path=path),
            _("It must belong to root or to you: ls -l {path}").format(path=quoted),
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IRWXO):
        raise NotAllowed(
            _("{path}, which holds a secret, can be read or written by others.").format(path=path),
            _("Close it with: chmod go-rwx {path}").format(path=quoted),
        )


def _of_command(line: str, patience: timedelta) -> bytes:
    from opsctl.cli.programs import run

    program = _program(line)
    ran = run(shlex.split(line), timeout=patience)
    if ran.refused is not None:
        raise NotFound(
            _("{program}, which tells a secret, cannot be run: {reason}").format(program=program, reason=ran.refused),
            _("Mend the path in the host file, or install it."),
        )
    if ran.late:
        raise NotAllowed(
            _("{program}, which tells a secret, took longer than {seconds} s and was stopped.").format(
                program=program, seconds=f"{patience.total_seconds():g}"
            ),
            _("It must not ask: it has no terminal. Try it yourself with: setsid {program} … < /dev/null").format(
                program=shlex.quote(program)
            ),
        )
    if ran.code != 0:
        raise NotAllowed(
            _("{program}, which tells a secret, ended with {code}.").format(program=program, code=ran.code),
            _("Run it yourself as this login and see what it says."),
        )
    if ran.cut or "\ufffd" in ran.out:
        raise InvalidInput(
            _("{program}, which tells a secret, said more than a secret or no text.").format(program=program),
            _("It must write the secret to its output and nothing else."),
        )
    return ran.out.encode()


def _program(line: str) -> str:
    """The first word of a command: what is named of it, for an argument could be the secret itself."""
    return shlex.split(line)[0]

"""Secrets: found where the host file says, refused where others could have read them, and never told."""

import os
import traceback
from datetime import timedelta
from pathlib import Path

import pytest

from opsctl.cli.hostfile.jobs import Secret
from opsctl.cli.secrets import LONGEST, reveal
from opsctl.core.errors import InvalidInput, NotAllowed, NotFound, OpsctlError

HIDDEN = "tr0ub4dor&3"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    file = tmp_path / "restic.pw"
    file.write_text(f"{HIDDEN}\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def refusal(secret: Secret, kind: type[OpsctlError], **arguments: object) -> OpsctlError:
    """The error, which tells the secret nowhere."""
    with pytest.raises(kind) as wrong:
        reveal(secret, **arguments)  # type: ignore[arg-type]
    assert wrong.value.hint
    told = "".join(traceback.format_exception(wrong.value)) + repr(wrong.value) + wrong.value.hint
    assert HIDDEN not in told
    return wrong.value


def test_a_secret_of_the_environment() -> None:
    assert reveal(Secret("env", "RESTIC_PASSWORD"), environment={"RESTIC_PASSWORD": HIDDEN}) == HIDDEN.encode()
    wrong = refusal(Secret("env", "NOT_SET"), NotFound, environment={"OTHER": HIDDEN})
    assert "no variable NOT_SET" in wrong.message


def test_a_secret_of_a_file_loses_the_end_of_its_line_alone(kept: Path) -> None:
    assert reveal(Secret("file", str(kept))) == HIDDEN.encode()
    kept.write_bytes(b" two\nlines \r\n")
    assert reveal(Secret("file", str(kept))) == b" two\nlines "
    kept.write_bytes(b"\xff\xfe")
    assert reveal(Secret("file", str(kept))) == b"\xff\xfe", "a key need not be text"


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o620, 0o602, 0o601], ids=oct)
def test_a_file_that_others_could_read_or_write_is_refused_with_the_line_that_closes_it(kept: Path, mode: int) -> None:
    kept.chmod(mode)
    wrong = refusal(Secret("file", str(kept)), NotAllowed)
    assert wrong.message == f"{kept}, which holds a secret, can be read or written by others."
    assert wrong.hint == f"Close it with: chmod go-rwx {kept}"


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640], ids=oct)
def test_a_group_may_read_what_its_owner_keeps(kept: Path, mode: int) -> None:
    kept.chmod(mode)
    assert reveal(Secret("file", str(kept))) == HIDDEN.encode()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused_and_one_of_root_is_not(kept: Path) -> None:
    os.chown(kept, 65534, 65534)
    assert "belongs to another user" in refusal(Secret("file", str(kept)), NotAllowed).message
    os.chown(kept, 0, 65534)
    kept.chmod(0o640)
    for one in (kept.parent, *kept.parent.parents):
        if one.stat().st_mode & 0o011 != 0o011:
            one.chmod(one.stat().st_mode | 0o011)
    groups = os.getgroups()
    os.setgroups([65534])
    os.seteuid(65534)
    try:
        assert reveal(Secret("file", str(kept))) == HIDDEN.encode()
    finally:
        os.seteuid(0)
        os.setgroups(groups)


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path, kept: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for place in (pipe, tmp_path, Path("/dev/zero")):
        assert "is no file" in refusal(Secret("file", str(place)), NotAllowed).message
    assert "There is no file" in refusal(Secret("file", str(tmp_path / "none")), NotFound).message
    assert "There is no file" in refusal(Secret("file", str(kept / "below")), NotFound).message


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"), pytest.param(b"\n\n", id="only-ends-of-lines"),
        pytest.param(b"a\0b", id="nul"), pytest.param(b"x" * (LONGEST + 1), id="too-long"),
    ],
)  # fmt: skip
def test_what_can_be_no_secret_is_refused(kept: Path, data: bytes) -> None:
    kept.write_bytes(data)
    assert f"The secret in file:{kept} is empty" in refusal(Secret("file", str(kept)), InvalidInput).message


def test_a_credential_is_a_file_that_systemd_lays_down(kept: Path) -> None:
    folder = {"CREDENTIALS_DIRECTORY": str(kept.parent)}
    assert reveal(Secret("credential", kept.name), environment=folder) == HIDDEN.encode()
    wrong = refusal(Secret("credential", "restic"), NotFound, environment={})
    assert wrong.hint == "Start it by a unit that has: LoadCredential=restic:/PATH"
    assert "There is no file" in refusal(Secret("credential", "none"), NotFound, environment=folder).message
    kept.chmod(0o644)
    refusal(Secret("credential", kept.name), NotAllowed, environment=folder)


def test_a_command_is_run_without_a_shell_and_without_a_terminal(tmp_path: Path) -> None:
    assert reveal(Secret("command", f"printf '%s\\n' '{HIDDEN}'")) == HIDDEN.encode()
    assert reveal(Secret("command", "echo $HOME; true")) == b"$HOME; true"
    script = tmp_path / "ask"
    script.write_text("#!/bin/sh\nif (: </dev/tty) 2>/dev/null; then echo terminal; else echo none; fi\nwc -c\n")
    script.chmod(0o700)
    assert reveal(Secret("command", str(script))) == b"none\n0"


@pytest.mark.parametrize(
    ("script", "kind", "told"),
    [
        pytest.param(f"echo {HIDDEN}; echo {HIDDEN} >&2; exit 3", NotAllowed, "ended with 3.", id="fails"),
        pytest.param(f"echo {HIDDEN}; kill -9 $$", NotAllowed, "ended with -9.", id="killed"),
        pytest.param(f"echo {HIDDEN}; sleep 60", NotAllowed, "took longer than 0.2 s", id="hangs"),
        pytest.param(f"trap '' TERM; echo {HIDDEN}; sleep 60", NotAllowed, "took longer than 0.2 s", id="will-not-end"),
        pytest.param("true", InvalidInput, "is empty", id="says-nothing"),
        pytest.param(f"echo {HIDDEN}; head -c 70000 /dev/zero", InvalidInput, "more than a secret", id="says-too-much"),
        pytest.param("printf '\\377'", InvalidInput, "no text", id="no-text"),
    ],
)
def test_a_command_that_does_not_tell_is_named_and_its_arguments_are_not(
    tmp_path: Path, script: str, kind: type[OpsctlError], told: str
) -> None:
    program = tmp_path / "tell"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o700)
    patience = timedelta(seconds=0.2 if "sleep" in script else 10)
    wrong = refusal(Secret("command", f"{program} {HIDDEN}"), kind, patience=patience)
    assert told in wrong.message
    assert str(program) in wrong.message


def test_a_command_that_is_not_there_is_said() -> None:
    wrong = refusal(Secret("command", f"/nowhere/pass {HIDDEN}"), NotFound)
    assert wrong.message == "/nowhere/pass, which tells a secret, cannot be run: No such file or directory"

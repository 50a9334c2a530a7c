"""What could hold a secret: where secrets are found, connections, repositories. Errors never show what stood there."""

import re
import shlex

from opsctl.cli.hostfile.amounts import check_normalised, hidden_table, hidden_text, place
from opsctl.cli.hostfile.jobs import Canary, Encryption, Secret
from opsctl.cli.hostfile.values import Said, refused, text
from opsctl.core.texts import _

_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
_CREDENTIAL = r"[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,250}"
_FINGERPRINT = r"[0-9A-F]{40}|[0-9A-F]{64}"
_TABLE = r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?"
# A colon behind // that no port follows, and an @ after it: user:password@host.
_PASSWORD_IN_URL = r"//[^/@]*:(?![0-9]+(/|$))[^@]*@"  # noqa: S105 - no password
_PASSWORD_OF_LIBPQ = r"(^|[\s?&'])(ssl)?password\s*=|client_secret\s*="  # noqa: S105 - no password
_LIBPQ = r"[a-z_]+\s*=.*"
_REMOTE = {
    "restic": r"(sftp|rest|s3|swift|b2|azure|gs|rclone):.+",
    "borg": r"ssh://[^/]+/.+|[A-Za-z0-9_.][A-Za-z0-9_.@-]*:[^:]+",
}
CANARY_TABLE = "opsctl_canary"


def secret(said: Said) -> Secret | None:
    """Where a secret is found; None where nothing is said. Raise InvalidInput for a secret that stands in the open."""
    written = hidden_text(said)
    if written is None:
        return None
    kind, sign, value = written.partition(":")
    if not sign or kind not in ("env", "file", "credential", "command"):
        raise refused(
            said,
            _("{path}: {key} must say where the secret is found; it never stands in the host file."),
            _("Use env:NAME, file:/PATH, credential:NAME or command:PROGRAM."),
        )
    found = said._replace(value=value)
    if kind == "file":
        _check_file(found)
    elif kind == "command":
        _check_command(found)
    elif not re.fullmatch(_VARIABLE if kind == "env" else _CREDENTIAL, value):
        raise refused(
            said,
            _("{path}: {key} has no name behind env: or credential: that could be one."),
            _("Like: env:RESTIC_PASSWORD, or credential:restic"),
        )
    return Secret(kind, value)


def _check_file(said: Said) -> None:
    if not said.value.startswith("/"):
        raise refused(
            said, _("{path}: {key} has no whole path behind file:."), _("Like: file:/etc/opsctl/restic.pw")
        )
    check_normalised(said)


def _check_command(said: Said) -> None:
    try:
        words = shlex.split(said.value)
    except ValueError:
        words = []
    if not words or ("/" in words[0] and not words[0].startswith("/")):
        raise refused(
            said,
            _("{path}: {key} has no command behind command: that could be run."),
            _("Name a program by its whole path or as found in PATH, and close every quotation mark."),
        )


def encryption(job: Said, host_name: str | None) -> Encryption | None:
    """For whom artefacts are encrypted, and how they are decrypted; None where they are not encrypted."""
    if job.value.get("encrypt") is None:
        for name in ("decrypt", "test_on"):
            if name in job.value:
                raise refused(
                    job.at(name),
                    _("{path}: {key} says how to decrypt what is not encrypted."),
                    _("Add encrypt, or take it out."),
                )
        return None
    tool, recipients = _recipients(job.at("encrypt"))
    decrypt = None
    if "decrypt" in job.value:
        ways = hidden_table(job.at("decrypt"), (tool,))
        decrypt = secret(ways.at(tool))
    test_on = text(job.at("test_on"))
    if decrypt is None and test_on in (None, host_name):
        raise refused(
            job,
            _("{path}: {key} is encrypted and can be proven nowhere."),
            _('Add decrypt = {{ {tool} = … }}, or test_on = "HOST" for another host that can.').format(tool=tool),
        )
    return Encryption(tool, recipients, decrypt, test_on)


def _recipients(said: Said) -> tuple[str, str]:
    """The tool, and the file of recipients or the fingerprint of the key."""
    hidden_table(said, ("age", "gpg"))
    if len(said.value) != 1:
        raise refused(
            said,
            _("{path}: {key} must name age or gpg, one of them."),
            _('Like: encrypt = {{ {tool} = "file:/etc/opsctl/age.pub" }}').format(tool="age"),
        )
    (tool,) = said.value
    written = hidden_text(said.at(tool)) or ""
    if tool == "age":
        kind, _sign, path = written.partition(":")
        if kind != "file":
            raise refused(
                said.at(tool),
                _("{path}: {key} must name the file of the recipients."),
                _("Like: file:/etc/opsctl/age.pub"),
            )
        return tool, place(said.at(tool)._replace(value=path)) or ""
    fingerprint = written.replace(" ", "").upper()
    if not re.fullmatch(_FINGERPRINT, fingerprint):
        raise refused(
            said.at(tool),
            _("{path}: {key} must be the whole fingerprint of a key: 40 or 64 signs, 0 to 9 and A to F."),
            _("It is shown by: gpg --fingerprint"),
        )
    return tool, fingerprint


def connection(said: Said) -> str | None:
    """A connection of libpq without a password; None where nothing is said."""
    written = hidden_text(said)
    if written is None:
        return None
    is_url = written.startswith(("postgresql://", "postgres://"))
    if not is_url and not re.fullmatch(_LIBPQ, written):
        raise refused(
            said,
            _("{path}: {key} is no connection of PostgreSQL."),
            _("Like: service=erp, host=db1 dbname=erp, or postgresql://db1/erp"),
        )
    from urllib.parse import unquote

    if re.search(_PASSWORD_OF_LIBPQ, unquote(written), re.IGNORECASE) or re.search(_PASSWORD_IN_URL, written):
        raise refused(
            said,
            _("{path}: {key} holds a password."),
            _("Put it into ~/.pgpass, or into a file that passfile= names, readable by its owner alone."),
        )
    return written


def canary(said: Said) -> Canary | None:
    """The row that is written before each run; None where that is not asked for."""
    if said.value in (None, False):
        return None
    if said.value is True:
        raise refused(
            said,
            _("{path}: {key} needs a connection of its own: what backs up does not write."),
            _('Like: canary = {{ connection = "{example}" }}').format(example="service=erp-canary"),
        )
    hidden_table(said, ("connection", "table"))
    found = connection(said.at("connection"))
    if found is None:
        raise refused(said.at("connection"), _("{path}: {key} is missing."), _("Like: service=erp-canary"))
    name = text(said.at("table")) or CANARY_TABLE
    if not re.fullmatch(_TABLE, name):
        raise refused(
            said.at("table"),
            _("{path}: {key}: {value!r} is no name of a table."),
            _("Use letters, digits and _, with the schema before a dot if need be."),
        )
    return Canary(found, name)


def repository(said: Said, driver: str) -> str | None:
    """A repository of restic or borg, by its path or as the engine writes it, without a password."""
    written = hidden_text(said)
    if written is None:
        return None
    check_no_password(said)
    if written.startswith("/"):
        if written == "/":
            raise refused(said, _("{path}: {key} cannot be {value!r}."), _("Name a folder of its own."))
        check_normalised(said)
    elif not re.fullmatch(_REMOTE[driver], written):
        raise refused(
            said._replace(value=driver),
            _("{path}: {key} is no repository of {value}."),
            _("Write the whole path, or sftp:USER@HOST:/PATH")
            if driver == "restic"
            else _("Write the whole path, or ssh://USER@HOST/PATH"),
        )
    return written


def check_no_password(said: Said) -> None:
    """Raise InvalidInput for an address with a password in it."""
    if re.search(_PASSWORD_IN_URL, said.value):
        raise refused(
            said,
            _("{path}: {key} holds a password."),
            _("Take it out: secrets are named by password, or stand in files that the engine reads."),
        )


def address(said: Said) -> str | None:
    """An address of http or https without a password; None where nothing is said."""
    written = hidden_text(said)
    if written is None:
        return None
    check_no_password(said)
    if not re.fullmatch(r"https?://[^\s/]+.*", written):
        raise refused(said, _("{path}: {key} is no address of http or https."), _("Like: http://localhost:{port}/"))
    return written


def options_file(said: Said) -> str | None:
    """A file of options of mysql that nobody else may read, for it holds a password; it may be missing by now."""
    from pathlib import Path

    found = place(said)
    if found is None:
        return None
    try:
        mode = Path(found).stat().st_mode
    except OSError:  # it is looked at again before each run, which says what is wrong
        return found
    if mode & 0o027:  # a group may read what root keeps for it
        raise refused(
            said,
            _("{path}: {key}: {value} can be read or written by others, and holds a password."),
            _("Close it with: chmod go-rwx {path}").format(path=shlex.quote(found)),
        )
    return found

"""Lines as a person types them into a shell: quoted, with the files of secrets, and the scratch folder left open."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from opsctl.backups.drivers.lines import Sign
from opsctl.cli.hostfile.jobs import Job, Secret

SCRATCH = "$SCRATCH"
"""Stands for the folder of the test in the commands that were run."""
KEY, PASSWORD, REPOSITORY = "KEY", "PASSWORD", "REPOSITORY"
"""The variables that name the files with secrets, where the host file names no file."""
_ACTIVE = re.compile(r'(["$`\\])')


def typed(job: Job, words: Sequence[str], folder: Path | None = None) -> str:
    """The line; `folder` is that of the test. No secret stands in it, but the file of the host that holds it."""
    key = None if job.encryption is None else job.encryption.decrypt
    known = {
        "{secret:key}": _file(key, KEY),
        "{secret:password}": _file(job.password, PASSWORD),
        "{secret:repository}": f"${REPOSITORY}",
    }
    if folder is not None:
        known[str(folder)] = SCRATCH
    return " ".join(_quoted(word, known) for word in words)


def is_of_file(secret: Secret | None) -> bool:
    """Whether the secret lies in a file that a program can be told of."""
    return secret is not None and secret.kind == "file"


def _file(secret: Secret | None, variable: str) -> str:
    return secret.value if secret is not None and is_of_file(secret) else f"${variable}"


def _quoted(word: str, known: dict[str, str]) -> str:
    if isinstance(word, Sign):
        return word
    parts = re.split("|".join(f"({re.escape(sign)})" for sign in known), word)
    said = [(known.get(part, part), part in known) for part in parts if part]
    if not any(is_known and text.startswith("$") for text, is_known in said):
        return shlex.quote("".join(text for text, _is_known in said))
    # In double quotes the shell still puts in what stands behind a variable.
    whole = (text if is_known and text.startswith("$") else _ACTIVE.sub(r"\\\1", text) for text, is_known in said)
    return f'"{"".join(whole)}"'

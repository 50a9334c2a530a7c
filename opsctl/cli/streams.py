"""The streams of this process: none of them turns work that was done into an error, and an error is one line."""

import io
import os
import sys
from contextlib import suppress
from pathlib import Path

from opsctl.core.errors import ExitCode
from opsctl.core.texts import ended, sentences
from opsctl.core.typed import clean_for_terminal


def prepare() -> None:
    """Let no stream that is closed, or cannot hold a letter, turn work that was done into an error."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            # It takes the free number, which else the database's file would get.
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="strict" if name == "stdin" else "backslashreplace")


def give_up_stdout() -> None:
    """Let what is still to be written go nowhere: Python would try again at the end, complain and exit with 120."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(code: ExitCode, message: str, hint: str, as_json: bool) -> int:
    """Write the error to stderr, as one line or as one object of JSON, and return its exit code."""
    message, hint = clean_for_terminal(message), clean_for_terminal(hint)
    if as_json:
        import json

        error = {"opsctl": 1, "kind": "error", "data": {"code": int(code), "message": message, "hint": hint}}
        line = json.dumps(error, ensure_ascii=False)
    else:
        line = f"opsctl: {sentences(ended(message), hint)}"
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        give_up_stdout()
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")
    return int(code)

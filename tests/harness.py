"""A command line run inside the test's process, and the ways to write to a store and to read it."""

import io
import os
import signal
import subprocess
import sys
import sysconfig
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlmodel import Session

from opsctl.core import texts
from opsctl.core.chain import Signature
from opsctl.core.use_cases import mark_of
from opsctl.main import run as run_main
from opsctl.store import unit
from opsctl.store.engine import Store

KEPT = {"OPSCTL_TEST_POSTGRES_URL"}
SILENCED = {"LC_ALL", "LC_MESSAGES", "PAGER", "NO_COLOR", "FORCE_COLOR", "EDITOR", "VISUAL", "TZ", "_OPSCTL_COMPLETE"}
LOGIN = "lead.li"
PROGRAM = Path(sysconfig.get_path("scripts"), "opsctl")


@dataclass(frozen=True)
class Result:
    """What a command left behind: stdout, stderr, exit code."""

    out: str
    err: str
    code: int


class Perform(Protocol):
    """Runs a use case on the store: at the fixture's `now`, as `LOGIN`, unless told otherwise."""

    def __call__(self, use_case: Callable[..., Any], *, as_: str = ..., **arguments: Any) -> Any: ...


class Read(Protocol):
    """Runs a query on one snapshot of the store."""

    def __call__(self, query: Callable[..., Any], **arguments: Any) -> Any: ...


def performing(store: Store, clock: datetime) -> Perform:
    """The way to write to that store. `now=` and `as_=` stand for another time and another login."""

    def run_use_case(use_case: Callable[..., Any], *, as_: str = LOGIN, **arguments: Any) -> Any:
        mark_of(use_case)
        by = Signature(arguments.pop("now", clock), as_, "host-1", str(uuid.uuid4()))

        def work(session: Session) -> Any:
            signature = unit.signature_of(session)
            return use_case(session, now=signature.now, actor=signature.actor, **arguments)

        return unit.write(store, work, by=by)

    return run_use_case


def reading(store: Store) -> Read:
    """The way to read that store."""

    def run_query(query: Callable[..., Any], **arguments: Any) -> Any:
        with unit.snapshot(store) as session:
            return query(session, **arguments)

    return run_query


def login_of(store: Store) -> str:
    """Under which name `perform` writes to that store: on PostgreSQL the login of the session."""
    with store.read_engine.connect() as connection:
        return store.driver.actor(connection, LOGIN)


class Stream(io.TextIOWrapper):
    """A standard stream in memory, as strict about characters as the real one; perhaps a terminal."""

    def __init__(self, text: str | bytes = "", *, tty: bool = False) -> None:
        self.bytes = io.BytesIO(text if isinstance(text, bytes) else text.encode())
        self.tty = tty
        super().__init__(self.bytes, encoding="utf-8", newline="\n", write_through=True)

    def isatty(self) -> bool:
        return self.tty

    def text(self) -> str:
        return self.bytes.getvalue().decode()


def clean_environment(home: Path) -> dict[str, str]:
    """This process's environment without what would steer opsctl; its folders lie below `home`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in SILENCED and (not name.startswith(("OPSCTL_", "XDG_")) or name in KEPT)
    }
    return {
        **kept,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LANG": "C.UTF-8",
        "LOGNAME": LOGIN,
        "COLUMNS": "100",
        "LINES": "40",
    }


class CommandLine:
    """Runs opsctl in this process with a clock that stands still; `database` is what it finds without --db."""

    def __init__(self, home: Path, now: datetime, first: tuple[str, ...] = ()) -> None:
        self.home = home
        self.now = now
        self.first = first
        self.database = home / "data/opsctl/opsctl.db"

    def __call__(
        self, *arguments: str, stdin: str | bytes = "", tty: bool = False, env: Mapping[str, str] | None = None
    ) -> Result:
        out, err = Stream(tty=tty), Stream(tty=tty)
        environment = {**clean_environment(self.home), **(env or {})}
        with pytest.MonkeyPatch.context() as patch, _left_as_found():
            for name in set(os.environ) - set(environment):
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", Stream(stdin, tty=tty))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = run_main([*self.first, *arguments], clock=lambda: self.now)
        return Result(out.text(), err.text(), code)

    def start(self, *arguments: str, env: Mapping[str, str] | None = None, **settings: Any) -> subprocess.Popen[bytes]:
        """The same as a process of its own, with the real clock."""
        environment = {**clean_environment(self.home), **(env or {})}
        return subprocess.Popen([PROGRAM, *self.first, *arguments], env=environment, **settings)


@contextmanager
def _left_as_found() -> Iterator[None]:
    handlers = {name: signal.getsignal(name) for name in (signal.SIGHUP, signal.SIGTERM)}
    try:
        yield
    finally:
        texts.use_language("en")
        for name, handler in handlers.items():
            signal.signal(name, handler)

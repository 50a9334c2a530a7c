"""Counting rows exactly: on a server in the snapshot that a dump shares, and in the text of a dump.

Counted is what a dump holds rows of: ordinary tables, partitions each for itself; not the tables of extensions, foreign
tables, or what is temporary. A table is named `schema.table` as it stands, without quotes.
"""

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import IO

from opsctl.backups.drivers.clients import ClientFailed, one_line
from opsctl.backups.drivers.postgres_client import SERVER, Server, psql_environment, read_server
from opsctl.core.texts import _

_TABLES = """
 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
_OF_EXTENSION = """EXISTS (
 SELECT 1 FROM pg_catalog.pg_depend d
 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
"""
# A table is counted alone, without those that inherit from it: they are counted, and dumped, for themselves.
_COUNTS = f"""
SELECT format(
 'SELECT json_build_array(%L::text, count(*)) FROM ONLY %I.%I', n.nspname || '.' || c.relname, n.nspname, c.relname)
{_TABLES} AND NOT {_OF_EXTENSION} ORDER BY 1
"""  # noqa: S608 - there is nothing in it but what stands above
_LOCKS = f"""
SELECT 'LOCK TABLE ' || string_agg(format('ONLY %I.%I', n.nspname, c.relname), ', ') || ' IN ACCESS SHARE MODE'
{_TABLES} AND NOT {_OF_EXTENSION} HAVING count(*) > 0
"""
OF_EXTENSIONS = f"SELECT json_build_array(n.nspname || '.' || c.relname, NULL) {_TABLES} AND {_OF_EXTENSION}"
"""The tables that extensions made, which are not counted."""
_DONE = "done"
_SETTINGS = """
SET search_path = pg_catalog;
SET row_security = off;
SET statement_timeout = 0;
SET client_min_messages = error;
"""
_DEATH = 5.0


class CannotCount(Exception):
    """Rows could not be counted: one line that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Session:
    """One psql that is spoken to: a transaction that reads one snapshot until the session is closed.

    The tables are locked against being emptied or altered from the beginning, as a dump does it, so that both see the
    same rows. A dump shares the snapshot by its name. Counting goes on meanwhile.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the session
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[str] | None = None
        self._words = words

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_error: object) -> None:
        process = self._process
        if process is not None:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(OSError, subprocess.TimeoutExpired):
                process.wait(_DEATH)
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
        self._errors.close()

    def share(self, seconds: float, lock_seconds: int) -> tuple[Server, str]:
        """Begin, lock the tables, and give the server and the snapshot's name. Raise CannotCount after that time."""
        try:
            self._process = subprocess.Popen(
                self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
                encoding="utf-8", errors="replace", start_new_session=True, cwd="/",
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC", **psql_environment()},
            )  # fmt: skip
        except OSError as error:
            raise CannotCount(one_line(f"{self._words[0]}: {error.strerror}")) from None
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()
        self._say(
            f"SET lock_timeout = '{lock_seconds}s';{_SETTINGS}"
            f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;{_LOCKS} \\gexec\n"
            f"{SERVER};SELECT pg_export_snapshot();\n"
        )
        until = time.monotonic() + seconds
        try:
            return read_server(self._line(until)), self._line(until)
        except ClientFailed as error:
            raise CannotCount(error.reason) from None

    def count(self) -> None:
        """Begin to count; `counts` waits for the end."""
        self._say(f"{_COUNTS} \\gexec\n\\echo {_DONE}\n")

    def counts(self, seconds: float) -> dict[str, int]:
        """The rows of each table. Raise CannotCount where that failed or took longer."""
        until = time.monotonic() + seconds
        lines = []
        while (line := self._line(until)) != _DONE:
            lines.append(line)
        return read_counts(lines)

    def _say(self, text: str) -> None:
        if self._process is None or self._process.stdin is None:
            raise CannotCount(_("nobody is asked"))
        with suppress(BrokenPipeError):  # its last words say why
            self._process.stdin.write(text)
            self._process.stdin.flush()

    def _read(self, stream: IO[str]) -> None:
        with suppress(OSError, ValueError):  # the session was closed
            for line in stream:
                self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _line(self, until: float) -> str:
        try:
            line = self._lines.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            raise CannotCount(_("there was no answer in time")) from None
        if line is None:
            self._lines.put(None)
            raise CannotCount(self._last_words())
        return line

    def _last_words(self) -> str:
        self._errors.seek(0)
        said = self._errors.read(64 * 1024).decode("utf-8", "replace")
        found = [line for line in said.splitlines() if "ERROR:" in line or "FATAL:" in line or "error:" in line]
        return one_line(found[0].rpartition(": ")[2] if found else said) or _("the session ended")


def read_counts(lines: Iterable[str]) -> dict[str, int]:
    """Counts as they are printed, one JSON array a line. Raise CannotCount for what is none."""
    found = {}
    try:
        for line in lines:
            table, rows = json.loads(line)
            found[str(table)] = int(rows)
    except (ValueError, TypeError):
        raise CannotCount(_("the answer is no count of rows")) from None
    return found


def count_rows(ask: Callable[[str], list[str]]) -> dict[str, int]:
    """The rows of every table of a database that nobody writes to: `ask` gives what psql prints for one statement."""
    return read_counts(line for statement in ask(_COUNTS) for line in ask(statement))


class CopyCounter:
    """Counts the rows of each table in the text that `pg_restore --data-only` writes, block by block."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._rest = b""
        self._table: str | None = None

    def take(self, block: memoryview) -> None:
        """Count what a block holds; what has no end yet waits for the next."""
        self._rest += bytes(block)
        while self._take_rows() if self._table is not None else self._take_statement():
            pass

    def _take_rows(self) -> bool:
        """Count the rows that are whole. Whether a table ended, so that something may follow."""
        end = self._rest.find(b"\\.\n") if self._rest.startswith(b"\\.\n") else self._rest.find(b"\n\\.\n") + 1
        table = self._table or ""
        if end > 0 or self._rest.startswith(b"\\.\n"):
            self.counts[table] += self._rest.count(b"\n", 0, end)
            self._rest = self._rest[end + 3 :]
            self._table = None
            return True
        whole = self._rest.rfind(b"\n") + 1
        self.counts[table] += self._rest.count(b"\n", 0, whole)
        self._rest = self._rest[whole:]
        return False

    def _take_statement(self) -> bool:
        """Pass over what is no row. Whether something was found, so that more may follow."""
        start = self._rest.find(b"COPY ") if self._rest.startswith(b"COPY ") else self._rest.find(b"\nCOPY ") + 1
        if start == 0 and not self._rest.startswith(b"COPY "):
            self._rest = self._rest[max(0, self._rest.rfind(b"\n")) :]
            return False
        end = self._rest.find(b" FROM stdin;\n", start)
        if end < 0:
            self._rest = self._rest[start:]
            return False
        self._table = _table_of(self._rest[start + 5 : end].decode("utf-8", "replace"))
        self.counts.setdefault(self._table, 0)
        self._rest = self._rest[end + len(b" FROM stdin;\n") :]
        return True


def _table_of(said: str) -> str:
    """`schema.table` of what stands behind COPY: names may be quoted, and columns follow in brackets."""
    name, is_quoted = "", False
    for at, sign in enumerate(said):
        if sign == '"':
            # Two of them inside a name are one.
            if not is_quoted and at > 0 and said[at - 1] == '"':
                name += sign
            is_quoted = not is_quoted
        elif sign == " " and not is_quoted:
            break
        else:
            name += sign
    return name


def differences(expected: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    """Where counts are not as expected, one line for each table; tables that nobody counted before are not compared."""
    lines = []
    for table, rows in sorted(expected.items()):
        if table not in found:
            lines.append(_("{table}: the table is missing").format(table=one_line(table)))
        elif found[table] != rows:
            said = _("{table}: {found} rows instead of {expected}")
            lines.append(said.format(table=one_line(table), found=found[table], expected=rows))
    return lines

"""The text of a dump of MariaDB or MySQL on its way: whether it has its end, what is in it, and what is left out."""

import re
from collections.abc import Callable

_MARK = b"-- Dump completed"
_TAIL = 1024
_HEAD = 1024
"""A line is judged by its beginning: the rows of a table may be one line of many megabytes."""
_DATABASE = b"-- Current Database: `"
_TELLING = re.compile(
    rb"\n(?=[DCU/-])"
    rb"(?:DELIMITER |-- Current Database: `|-- Server version|CREATE TABLE `|CREATE DATABASE |USE `|/\*M?!999999)"
)
"""The beginnings of lines that are looked at. The rows of a table never begin so: they begin with INSERT or a bracket,
and the line ends in them are escaped."""
_SERVER = b"-- Server version"
_SANDBOX = (b"/*M!999999", b"/*!999999")
SYSTEM = frozenset({"mysql", "sys", "information_schema", "performance_schema"})
"""The databases of the server itself: its accounts and figures, which a scratch server has of its own."""


class End:
    """Sees a dump go by and knows whether its last line is the mark of its completion; counts its bytes."""

    def __init__(self) -> None:
        self.bytes = 0
        self._tail = b""

    def take(self, block: memoryview) -> None:
        """See a block."""
        self.bytes += len(block)
        self._tail = (self._tail + bytes(block[-_TAIL:]))[-_TAIL:]

    @property
    def is_there(self) -> bool:
        """Whether what went by was whole."""
        return self._tail.rstrip().rpartition(b"\n")[2].startswith(_MARK)


class Reader:
    """Reads a dump block by block, notes the tables and databases in it and of which server it is, and gives on what is
    to be restored.

    Left out are the databases of the server itself and the line of the sandbox mode, which older clients fail at; with
    `is_renamed` also the lines that make and choose a database, so that it goes into the one that the client uses. What
    stands in the bodies of routines, between two DELIMITER lines, is given on as it is.
    """

    def __init__(self, give: Callable[[bytes], None] | None = None, *, is_renamed: bool = False) -> None:
        self.end = End()
        self.tables: list[tuple[str, str]] = []
        self.databases: list[str] = []
        self.server = ""
        self._give = give
        self._is_renamed = is_renamed
        self._database = ""
        self._kept: list[bytes] = []
        self._rest = b""
        self._is_middle = False
        self._is_kept = True
        self._in_database = True
        self._in_body = False

    def take(self, block: memoryview) -> None:
        """Read a block and give on what is kept of it."""
        self.end.take(block)
        # The line end before it makes the first line like all others.
        data = b"".join((b"\n", self._rest, block))
        self._rest = b""
        start = self._take_rest_of_line(data) if self._is_middle else 1
        whole = data.rfind(b"\n", start) + 1 or start
        self._take_lines(data, start, whole)
        if len(data) - whole < _HEAD:
            self._rest = data[whole:]
        else:
            self._take_lines(data, whole, len(data))
            self._is_middle = True
        self._give_on()

    def _take_rest_of_line(self, data: bytes) -> int:
        """Where the next line begins, after one that was judged before."""
        start = data.find(b"\n", 1) + 1 or len(data)
        self._keep(self._is_kept, data, 1, start)
        self._is_middle = not data.endswith(b"\n", 1, start)
        return start

    def _take_lines(self, data: bytes, start: int, stop: int) -> None:
        """Judge the lines that say something; between them are rows, by the million."""
        for found in _TELLING.finditer(data, start - 1, stop):
            line = found.start() + 1
            end = data.find(b"\n", line, stop) + 1 or stop
            self._keep(self._in_database, data, start, line)
            self._judge(data[line : min(end, line + _HEAD)])
            self._keep(self._is_kept, data, line, end)
            start = end
        if start < stop:
            self._is_kept = self._in_database
            self._keep(self._is_kept, data, start, stop)

    def _keep(self, is_kept: bool, data: bytes, start: int, stop: int) -> None:
        if is_kept and self._give is not None:
            self._kept.append(data[start:stop])

    def _give_on(self) -> None:
        if self._give is not None and self._kept:
            self._give(b"".join(self._kept))
        self._kept.clear()

    def close(self) -> None:
        """Give on a last line that has no end."""
        rest = b"\n" + self._rest
        self._take_lines(rest, 1, len(rest))
        self._give_on()

    def _judge(self, line: bytes) -> None:
        """Whether the telling line that begins so is kept."""
        if line.startswith(b"DELIMITER "):
            self._in_body = line.strip() != b"DELIMITER ;"
        if self._in_body:
            self._is_kept = self._in_database
            return
        if line.startswith(_DATABASE):
            self._database = _quoted(line[len(_DATABASE) - 1 :])
            self._in_database = self._database not in SYSTEM
            if self._database not in self.databases:  # views come at the end, database by database again
                self.databases.append(self._database)
        elif line.startswith(_SERVER) and not self.server:
            self.server = line[len(_SERVER) :].decode("utf-8", "replace").strip()
        elif line.startswith(b"CREATE TABLE `") and self._in_database:
            self.tables.append((self._database, _quoted(line[len(b"CREATE TABLE ") :])))
        is_choice = self._is_renamed and line.startswith((b"CREATE DATABASE ", b"USE `"))
        self._is_kept = self._in_database and not is_choice and not line.startswith(_SANDBOX)


def _quoted(text: bytes) -> str:
    """The name between the first backtick and the one that ends it; two of them inside a name are one."""
    name = b""
    rest = text[1:]
    while True:
        part, sign, rest = rest.partition(b"`")
        name += part
        if not sign or not rest.startswith(b"`"):
            return name.decode("utf-8", "replace")
        name, rest = name + b"`", rest[1:]

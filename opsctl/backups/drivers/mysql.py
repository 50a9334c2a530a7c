"""MariaDB and MySQL by their dump programs, compressed by zstd: one artefact.

Rows are not counted: neither server lets another session share the snapshot of a dump, so that every count would be of
another moment. A restored copy is compared with the tables that the artefact names, each checked by the server.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from opsctl.backups.drivers import (
    CannotRestore,
    Checked,
    Limits,
    Made,
    Point,
    Pruned,
    Refusal,
    Request,
    Restored,
    Step,
    artefacts,
)
from opsctl.backups.drivers.clients import PATIENCE, ClientFailed, complaint, what_it_is
from opsctl.backups.drivers.lines import line
from opsctl.backups.drivers.mysql_client import Version, access, ask_version, find, needed, version_in, version_of
from opsctl.backups.drivers.mysql_text import SYSTEM, End, Reader
from opsctl.backups.drivers.processes import Command, Ended, pipe
from opsctl.backups.drivers.sealing import (
    has_no_key,
    pack,
    refuse_program,
    refuse_sealing,
    suffix_of,
    unopened_here,
    unpack,
)
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import _, beside

ZSTD = "zstd"
EXACT = "exact"
_DUMP = (
    "--single-transaction", "--quick", "--routines", "--events", "--triggers", "--hex-blob", "--comments",
    "--dump-date",
)  # fmt: skip


class Mysql:
    """The driver of a job that dumps databases of a MariaDB or MySQL server.

    `patience` is how long the server may take to answer before a dump begins.
    """

    takes_one_artefact = True
    levels = (Level.L0, Level.L2, Level.L3)

    def __init__(self, job: Job) -> None:
        self.job = job
        self.patience: timedelta = PATIENCE
        self._told = ""

    def engine(self) -> str | None:
        """The dump program with its version, such as `mariadb-dump 10.11.19`; None where it is not there.

        It is asked once.
        """
        found = find("dump", self.job)
        if found is not None and not self._told:
            self._told = what_it_is(found)
        words = (self._told.partition("Distrib ")[2] or self._told.partition("Ver ")[2]).split()
        return f"{Path(found).name} {words[0].partition('-')[0].rstrip(',')}" if found and words else None

    def preflight(self, place: Place) -> Refusal | None:
        """Whether the programs are there, of the vendor of the server, which answers, and the folder is there."""
        try:
            dump, _client = needed("dump", self.job), needed("client", self.job)
        except ClientFailed as error:
            return Refusal(error.reason, _("Install mariadb-client, or for MySQL mysql-client."))
        refusal = (
            refuse_program(self.job, ZSTD) or refuse_sealing(self.job) or artefacts.refuse_place(place, self.job.name)
        )
        if refusal is not None:
            return refusal
        if self.job.counts == EXACT:
            return Refusal(
                _("{vendor} shares no snapshot, so rows cannot be counted exactly").format(vendor=self.job.driver),
                _('Take away counts = "exact"; a restored copy is compared by its tables.'),
            )
        try:
            server = ask_version(self.job, self.patience)
        except ClientFailed as error:
            return Refusal(
                beside(_("the server does not answer as asked"), error.reason),
                _("Try by hand: the client, with the defaults file of the host file."),
            )
        program = version_of(dump)
        if program is not None and program.vendor != server.vendor:
            return Refusal(
                _("{program} is of {one}, its server of {other}").format(
                    program=Path(dump).name, one=program.vendor, other=server.vendor
                ),
                _("Install the client of the server's own vendor, or name its folder with programs ="),
            )
        return None

    def run(self, request: Request, place: Place) -> Made:
        """Dump the databases into an artefact; one without its mark of completion is not kept."""
        engine = self.engine()
        try:
            commands = self._commands(needed("dump", self.job))
        except ClientFailed as error:
            return Made(Status.NOT_STARTED, engine=engine, reason=error.reason)
        text = Reader()
        return artefacts.dump(
            request,
            place,
            commands,
            suffix=f".sql.zst{suffix_of(self.job)}",
            between=text.take,
            judge=lambda ended, _size: _judged(ended, text.end),
            describe=lambda: {"more": _said(text)},
            driver=self.job.driver,
            engine=engine,
        )

    def _commands(self, dump: str) -> list[Command]:
        """The dump, its compression and its encryption."""
        databases = ("--databases", "--", *self.job.databases) if self.job.databases else ("--all-databases",)
        words = (dump, *access(self.job), *_DUMP, *databases)
        return [Command(words, nice=self.job.nice), *pack(self.job)]

    def points(self, place: Place) -> list[Point]:
        """The artefacts of the folder, the oldest first."""
        return artefacts.points_in(place)

    def verify(self, place: Place, point: str, level: Level, *, sha256: str | None, limits: Limits) -> Checked:
        """L0: it is there. L2: its bytes are those that were written, and it can be unpacked to its mark of completion.

        L3: besides, it is as long as the dump was, and names as many tables. Of what is encrypted for another host L2
        looks at the bytes alone, and says so.
        """
        found = artefacts.check(place, point, level, sha256)
        if level is Level.L0 or found.verdict is not Verdict.PASS:
            return found
        unopened = unopened_here(self.job, point, found)
        if unopened is not None:
            return unopened
        reader = Reader()
        try:
            self.read(place, point, reader, limits)
        except CannotRestore as error:
            return Checked(level, error.verdict, error.reason)
        manifest = artefacts.read_manifest(place, point)
        more = manifest.more if manifest else {}
        if level is Level.L3 and (more.get("bytes"), more.get("tables")) != (reader.end.bytes, len(reader.tables)):
            return Checked(level, Verdict.DIFFERS, _("it holds something else than was dumped"))
        return found

    def read(self, place: Place, point: str, reader: Reader, limits: Limits) -> None:
        """Let the reader see the dump, decrypted and unpacked. Raise CannotRestore where it is not whole."""
        path = artefacts.path_of(place, point)
        if not path.is_file():
            raise CannotRestore(_("{point} is not there").format(point=point))
        # A client that builds an index reads nothing for long: only how long it takes in all is limited.
        ended = pipe(unpack(self.job, path), replace(limits, idle=limits.wall), sink=reader.take)
        if not ended.is_good:
            is_stopped = ended.refused is not None or ended.late is not None or has_no_key(ended)
            raise CannotRestore(complaint(ended), Verdict.COULD_NOT_RUN if is_stopped else Verdict.DIFFERS)
        reader.close()
        if not reader.end.is_there:
            raise CannotRestore(_("its last line is no mark of completion"))

    def restored(
        self,
        place: Place,
        point: str,
        scratch: Path,
        *,
        limits: Limits,
        step: Step,
        user: str | None = None,
        counts: Mapping[str, int] | None = None,
        only: int | None = None,
    ) -> AbstractContextManager[Restored]:
        """Restore into a server of its own in the folder `scratch`, which ends with the context; `only` is all."""
        from opsctl.backups.drivers.mysql_scratch import restored

        return restored(self, place, point, scratch, limits=limits, step=step, user=user)

    def restore(self, place: Place, point: str, into: str, *, limits: Limits) -> tuple[tuple[str, ...], ...]:
        """Restore the one database of a dump as a new database of that name on the job's server."""
        from opsctl.backups.drivers.mysql_scratch import restore

        return restore(self, place, point, into, limits)

    def prune(self, place: Place, points: Sequence[str], *, limits: Limits) -> Pruned:
        """Delete artefacts that have a manifest."""
        return artefacts.prune(place, points)

    def tidy(self, place: Place, request_id: str) -> list[str]:
        """Take away the drafts of a killed run."""
        return artefacts.tidy(place, request_id)

    def plan(self, request: Request, place: Place) -> list[tuple[str, ...]]:
        """What would be run, and into which file."""
        name = artefacts.name_of(request, f".sql.zst{suffix_of(self.job)}")
        commands = self._commands(find("dump", self.job) or "mariadb-dump")
        return [line(commands, writes=Path(place.to, name))]


def _judged(ended: Ended, end: End) -> tuple[Status, str | None]:
    """How the dump ended, by every exit code, and by its last line."""
    found = artefacts.late_or_refused(ended)
    if found is not None:
        return found
    if not ended.is_good:
        return Status.FAILED, complaint(ended)
    if end.bytes == 0:
        return Status.FAILED, _("the dump is empty: 0 bytes")
    if not end.is_there:
        return Status.FAILED, _("its last line is no mark of completion")
    return Status.SUCCESS, None


def _said(text: Reader) -> dict[str, object]:
    """What a scratch server must know of the server, as the dump tells of it, and what the dump holds."""
    server = version_in(text.server)
    return {
        **({} if server is None else {"vendor": server.vendor, "series": list(server.series)}),
        "bytes": text.end.bytes,
        "tables": len(text.tables),
        "databases": text.databases,
    }


def version_said(more: Mapping[str, object]) -> Version | None:
    """The server of which a manifest tells; None where it tells nothing."""
    series = more.get("series")
    if not isinstance(series, list) or len(series) != 2:
        return None
    return version_in(f"{series[0]}.{series[1]}.0 {more.get('vendor')}")


def databases_said(more: Mapping[str, object]) -> list[str]:
    """The databases that a dump holds, without those of the server itself."""
    named = more.get("databases")
    names = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    return [one for one in names if one.isprintable() and one not in SYSTEM]

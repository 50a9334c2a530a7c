"""PostgreSQL by pg_dump in its custom format: one artefact, with exact counts of rows from its own snapshot."""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

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
)  # fmt: skip
from opsctl.backups.drivers.clients import PATIENCE, ClientFailed, complaint, major_of, one_line, program_of, version_of
from opsctl.backups.drivers.counting import CannotCount, CopyCounter, Session, differences
from opsctl.backups.drivers.lines import Line, line
from opsctl.backups.drivers.postgres_client import Server, ask_server, environment, psql_words
from opsctl.backups.drivers.processes import Command, Ended, find_program, pipe
from opsctl.backups.drivers.sealing import has_no_key, refuse_sealing, seal, sealed, suffix_of, unopened_here, unseal
from opsctl.backups.terms import Level, Status, Verdict
from opsctl.cli.hostfile.jobs import Job, Place
from opsctl.core.texts import _, beside

DUMP, RESTORE, PSQL = "pg_dump", "pg_restore", "psql"
EXACT = "exact"
LOCK_SECONDS = 60
_HELD = re.compile(r"canceling statement due to \w+ timeout\n.*LOCK TABLE (.+?) IN ACCESS SHARE MODE")
"""pg_dump waits for locks by a time-out of the statement that asks for them."""
_COULD_NOT = ("could not open input file", "unsupported version", "out of memory", "No space left")
"""What pg_restore says where the host is at fault and not the artefact."""


class Postgres:
    """The driver of a job that dumps one database of a PostgreSQL server.

    `patience` is how long the server may take to answer before a dump begins, `lock_seconds` how long a dump waits for
    a table that somebody holds.
    """

    takes_one_artefact = True
    levels = (Level.L0, Level.L2, Level.L3)

    def __init__(self, job: Job) -> None:
        self.job = job
        self.patience: timedelta = PATIENCE
        self.lock_seconds = LOCK_SECONDS
        self._version: str | None = None

    def engine(self) -> str | None:
        """`pg_dump` with its version; None where it is not there. It is asked once."""
        found = find_program(DUMP, self.job.programs)
        if found is not None and self._version is None:
            self._version = version_of(found)
        return f"{DUMP} {self._version}" if found and self._version else None

    def preflight(self, place: Place) -> Refusal | None:
        """Whether the programs are there, the server answers and is not newer than pg_dump, and the folder is there."""
        engine = self.engine()
        if engine is None or find_program(PSQL, self.job.programs) is None:
            return Refusal(
                _("pg_dump and psql are not installed here"),
                _("Install the client of PostgreSQL (postgresql-client), or name its folder with programs ="),
            )
        refusal = refuse_sealing(self.job) or artefacts.refuse_place(place, self.job.name)
        if refusal is not None:
            return refusal
        try:
            server = self._server()
        except ClientFailed as error:
            return Refusal(
                beside(_("the server does not answer as asked"), error.reason),
                _("Try by hand: psql, with the connection of the host file."),
            )
        if (major_of(engine) or 0) < server.major:
            return Refusal(
                _("{engine} is older than its server, PostgreSQL {major}").format(engine=engine, major=server.major),
                _("Install the client of that version (postgresql-client-{major}), or name its folder with programs =")
                .format(major=server.major),
            )  # fmt: skip
        return None

    def run(self, request: Request, place: Place) -> Made:
        """Dump the database into an artefact; with exact counts, in a snapshot in which its rows are counted."""
        engine = self.engine()
        try:
            psql, dump = program_of(PSQL, self.job.programs), program_of(DUMP, self.job.programs)
        except ClientFailed as error:
            return Made(Status.NOT_STARTED, engine=engine, reason=error.reason)
        with ExitStack() as stack:
            counted = _Counted(self.job, request.limits, self.patience, self.lock_seconds)
            shared = counted.begin(stack, psql) if self.job.counts == EXACT else None
            try:
                server, snapshot = shared or (self._server(), None)
            except ClientFailed as error:
                return Made(Status.FAILED, engine=engine, reason=error.reason)
            made = artefacts.dump(
                request,
                place,
                [self._dump(dump, snapshot), *seal(self.job)],
                suffix=f".dump{suffix_of(self.job)}",
                between=counted.take,
                judge=counted.judge,
                describe=lambda: {"counts": counted.wait(), "more": _said(server)},
                driver=self.job.driver,
                engine=engine,
            )
        return replace(made, reason=made.reason or counted.reason) if made.point else made

    def _dump(self, program: str, snapshot: str | None) -> Command:
        words = [program, "--format=custom", "--no-password", f"--lock-wait-timeout={self.lock_seconds}s"]
        if snapshot is not None:
            words.append(f"--snapshot={snapshot}")
        words.append(f"--dbname={self._connection}")
        return Command(tuple(words), environment=environment(), nice=self.job.nice)

    @property
    def _connection(self) -> str:
        return self.job.connection or ""

    def _server(self) -> Server:
        return ask_server(program_of(PSQL, self.job.programs), self._connection, self.patience)

    def points(self, place: Place) -> list[Point]:
        """The artefacts of the folder, the oldest first."""
        return artefacts.points_in(place)

    def verify(self, place: Place, point: str, level: Level, *, sha256: str | None, limits: Limits) -> Checked:
        """L0: it is there. L2: its bytes are those that were written, and it can be read to its end.

        L3: besides, the rows of its tables are counted and are as many as the manifest says. Of what is encrypted for
        another host L2 looks at the bytes alone, and says so.
        """
        found = artefacts.check(place, point, level, sha256)
        if level is Level.L0 or found.verdict is not Verdict.PASS:
            return found
        unopened = unopened_here(self.job, point, found)
        if unopened is not None:
            return unopened
        try:
            if level is Level.L2:
                self._read(place, point, None, limits)
                return found
            wrong = self._miscounted(place, point, limits)
        except CannotRestore as error:
            return Checked(level, error.verdict, error.reason)
        return Checked(level, Verdict.DIFFERS, wrong[0]) if wrong else found

    def _miscounted(self, place: Place, point: str, limits: Limits) -> list[str]:
        manifest = artefacts.read_manifest(place, point)
        found = self.counts_in(place, point, limits)
        return differences(manifest.counts, found) if manifest else []

    def counts_in(self, place: Place, point: str, limits: Limits) -> dict[str, int]:
        """The rows of each table that the artefact holds. Raise CannotRestore where it cannot be read to its end."""
        counter = CopyCounter()
        self._read(place, point, counter, limits)
        return counter.counts

    def _read(self, place: Place, point: str, counter: CopyCounter | None, limits: Limits) -> None:
        words = ("--file=/dev/null",) if counter is None else ("--data-only", "--file=-")
        try:
            restore = program_of(RESTORE, self.job.programs)
        except ClientFailed as error:
            raise CannotRestore(error.reason, Verdict.COULD_NOT_RUN) from None
        self.feed(place, point, Command((restore, *words), nice=self.job.nice), limits, counter)

    def feed(
        self, place: Place, point: str, command: Command, limits: Limits, counter: CopyCounter | None = None
    ) -> Line:
        """Let a program read the artefact, decrypted, from a pipe: the line. Raise CannotRestore where it fails."""
        commands = [*unseal(sealed(self.job, point)), command]
        # It is silent while it builds an index: only how long it takes in all is limited.
        patient = replace(limits, idle=limits.wall)
        try:
            with artefacts.path_of(place, point).open("rb", buffering=0) as source:
                ended = pipe(commands, patient, source=source, sink=counter.take if counter else None)
        except FileNotFoundError:
            raise CannotRestore(_("{point} is not there").format(point=point)) from None
        except OSError as error:
            raise CannotRestore(artefacts.refused_by(error, place), Verdict.COULD_NOT_RUN) from None
        if not ended.is_good:
            raise CannotRestore(complaint(ended), _blame(ended))
        return line(commands, reads=artefacts.path_of(place, point))

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
        """Restore into a cluster of its own in the folder `scratch`, which ends with the context; `only` is all."""
        from opsctl.backups.drivers.postgres_scratch import restored

        return restored(self, place, point, scratch, limits=limits, step=step, user=user, counts=counts)

    def restore(self, place: Place, point: str, into: str, *, limits: Limits) -> tuple[tuple[str, ...], ...]:
        """Restore as a new database of that name on the job's server, whole or not at all."""
        from opsctl.backups.drivers.postgres_scratch import restore

        return restore(self, place, point, into, limits)

    def prune(self, place: Place, points: Sequence[str], *, limits: Limits) -> Pruned:
        """Delete artefacts that have a manifest."""
        return artefacts.prune(place, points)

    def tidy(self, place: Place, request_id: str) -> list[str]:
        """Take away the drafts of a killed run. Its session ended with it."""
        return artefacts.tidy(place, request_id)

    def plan(self, request: Request, place: Place) -> list[tuple[str, ...]]:
        """What would be run; the snapshot's name is known only then."""
        snapshot = "SNAPSHOT" if self.job.counts == EXACT else None
        dump = self._dump(find_program(DUMP, self.job.programs) or DUMP, snapshot)
        name = artefacts.name_of(request, f".dump{suffix_of(self.job)}")
        return [line([dump, *seal(self.job)], writes=Path(place.to, name))]


class _Counted:
    """What is looked at beside a dump: its first bytes where they are to be encrypted, and the rows of its tables."""

    def __init__(self, job: Job, limits: Limits, patience: timedelta, lock_seconds: int) -> None:
        self._limits = limits
        self._patience = patience
        self._lock_seconds = lock_seconds
        self._job = job
        self._session: Session | None = None
        self._bytes = 0
        self.reason: str | None = None

    def begin(self, stack: ExitStack, psql: str) -> tuple[Server, str] | None:
        """Take a snapshot and begin to count in it; None, with the reason, where that cannot be: the dump goes on."""
        session = stack.enter_context(Session(psql_words(psql, self._job.connection or "")))
        try:
            shared = session.share(self._patience.total_seconds() + self._lock_seconds, self._lock_seconds)
            session.count()
        except CannotCount as error:
            self._fail(error)
            return None
        self._session = session
        return shared

    def take(self, block: memoryview) -> None:
        """See what goes into the encryption."""
        self._bytes += len(block)

    def wait(self) -> Mapping[str, int]:
        """The counts; none where they failed, and then there is a reason."""
        if self._session is None:
            return {}
        try:
            return self._session.counts(self._limits.idle.total_seconds())
        except CannotCount as error:
            self._fail(error)
            return {}

    def _fail(self, error: CannotCount) -> None:
        self.reason = _("the rows could not be counted: {reason}").format(reason=error.reason)

    def judge(self, ended: Ended, size: int) -> tuple[Status, str | None]:
        """How the dump ended, by every exit code and its size."""
        found = artefacts.late_or_refused(ended)
        if found is not None:
            return found
        if not ended.is_good:
            held = _HELD.search(ended.errors[0])
            if held is not None:
                said = _("after {seconds} s somebody still held one of {tables}")
                return Status.FAILED, said.format(seconds=self._lock_seconds, tables=one_line(held[1]))
            return Status.FAILED, complaint(ended)
        if (self._bytes if self._job.encryption else size) == 0:
            return Status.FAILED, _("the dump is empty: 0 bytes")
        return Status.SUCCESS, None


def _said(server: Server) -> dict[str, Any]:
    """What a scratch cluster must know of the server."""
    return {"server": server.major, "encoding": server.encoding, "collation": server.collation}


def _blame(ended: Ended) -> Verdict:
    """Whether the artefact is at fault: not where a program did not run, was stopped, or had no room or key."""
    if ended.refused is not None or ended.late is not None or has_no_key(ended):
        return Verdict.COULD_NOT_RUN
    said = "\n".join(ended.errors)
    return Verdict.COULD_NOT_RUN if any(sign in said for sign in _COULD_NOT) else Verdict.DIFFERS

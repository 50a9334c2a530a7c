"""What a command has at hand: its options, clock, zone and database, and the only ways to write, read and show."""

import os
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from opsctl.cli import hostfile
from opsctl.core import times
from opsctl.core.errors import InvalidInput, NotAllowed, NotFound
from opsctl.core.texts import _
from opsctl.core.typed import LONGEST_PATH, as_typed, clean_for_terminal, excerpt, read_title
from opsctl.core.use_cases import mark_of

if TYPE_CHECKING:
    from sqlmodel import Session

    from opsctl.cli.hostfile.jobs import Host
    from opsctl.cli.rooms import Room
    from opsctl.core.chain import Signature
    from opsctl.core.report import Report
    from opsctl.store.address import Address
    from opsctl.store.engine import Store

R = TypeVar("R")
Identify = Callable[["Session", str], str]
"""The handle of the person who acts under a name."""
Afterwards = Callable[..., None]
"""What every write ends with, in its transaction, given the session and `now`."""
_LISTED = 50


class Context:
    """One run of the command line.

    `clock` gives the present moment as aware UTC; `rooms` the table of rooms, for what walks over all of them.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        rooms: "Callable[[], list[Room]]",
        identify: Callable[[], Identify],
        afterwards: Callable[[], Afterwards],
    ) -> None:
        self.chosen: dict[str, str] = {}
        self._clock = clock
        self._now: datetime | None = None
        self.rooms = rooms
        self.identify = identify
        """Loads what says which person a name means: a room that a kit may not know. `afterwards` is another."""
        self.afterwards = afterwards
        self.saved = False
        """Whether the last thing that was to be written is written."""
        self.struck = False
        """Whether a signal has interrupted it."""

    def look_at_clock(self) -> datetime:
        """Take the present moment for `now`: once at the start, and again at each answer of a command that asks."""
        now = self._clock()
        demo = self.host_file.demo
        if demo is not None:
            now = demo.shows(now)
            if self._now is None:
                self.remark(_("Demo: its clock shows {moment}.").format(moment=times.show_moment(now, self.zone)))
        # Whole seconds: what people and figures speak of. The order of events is kept by the ledger, not by the clock.
        self._now = now.replace(microsecond=0)
        return self._now

    @property
    def now(self) -> datetime:
        """The present moment, aware UTC; in the demo what its own clock shows, which is said once."""
        return self._now or self.look_at_clock()

    def option(self, name: str) -> str | None:
        """A global option: the flag, else OPSCTL_NAME of the environment."""
        given = self.chosen.get(name)
        return given if given is not None else os.environ.get(f"OPSCTL_{name.rstrip('_').upper()}") or None

    @cached_property
    def host_file(self) -> hostfile.HostFile:
        """The host file; read at its first use so that a broken one does not keep anybody from --help."""
        return hostfile.read(hostfile.locate(self.chosen.get("config"), os.environ))

    @cached_property
    def host(self) -> "Host":
        """What the host file says of backups, read whole at its first use. Raise InvalidInput as `host_of` does."""
        from opsctl.cli.hostfile.backups import host_of

        return host_of(self.host_file)

    @cached_property
    def address(self) -> "Address":
        """The database: --db, OPSCTL_DB, the host file, else the user's own file."""
        from opsctl.store.address import read_address

        return read_address(self.option("db") or self.host_file.database or f"sqlite:///{_data_home() / 'opsctl.db'}")

    @cached_property
    def store(self) -> "Store":
        """The opened database."""
        from opsctl.store.engine import Store

        if self.host_file.demo is not None and self.address.backend != "sqlite":
            raise self._not_the_demo()
        return Store(self.address)

    def _check_clock(self, settings: Mapping[str, str]) -> None:
        """Raise NotAllowed where the clock of a demo would date the records of a real database, or a real clock its."""
        from opsctl.store.settings import DEMO

        if (DEMO in settings) == (self.host_file.demo is not None):
            return
        if self.host_file.demo is not None:
            raise self._not_the_demo()
        raise NotAllowed(
            _("{address} is the demo's database, and the demo has a clock of its own.").format(address=self.address),
            _("Name the host file beside it: --config {path}").format(path=_beside(self.address.target)),
        )

    def _not_the_demo(self) -> NotAllowed:
        return NotAllowed(
            _("{address} is not the demo's database, and the host file sets the demo's clock.").format(
                address=self.address
            ),
            _("Leave out --db and OPSCTL_DB to stay in the demo, --config and OPSCTL_CONFIG to leave it."),
        )

    def use_host_file(self, path: Path | None) -> None:
        """Work as that host file says from now on, whatever was chosen before; with None as if there were none."""
        self.close()
        for name in ("host_file", "host", "address", "store", "zone", "database_zone"):
            self.__dict__.pop(name, None)
        for name in ("db", "as_", "tz", "utc"):
            self.chosen.pop(name, None)
        self.host_file = hostfile.read(path)
        if self.host_file.database:  # the environment would outrank it
            from opsctl.store.address import read_address

            self.address = read_address(self.host_file.database)
        self._now = None

    @property
    def asked_zone(self) -> str | None:
        """The zone that was asked for with --utc or --tz, else None. Raise InvalidInput if there is no such zone."""
        name = "UTC" if self.chosen.get("utc") else self.option("tz")
        return times.read_zone(name).key if name else None

    @cached_property
    def zone(self) -> str:
        """The zone in which times are typed and shown: asked for, else the host file's, else the database's."""
        if self.asked_zone:
            return self.asked_zone
        if self.host_file.timezone:
            return times.read_zone(self.host_file.timezone).key
        return self.database_zone

    @cached_property
    def database_zone(self) -> str:
        """The zone that rules the database's periods."""
        from opsctl.store.settings import zone_of

        return self.read(zone_of)

    @property
    def quiet(self) -> bool:
        """Only references are wanted."""
        return "quiet" in self.chosen

    def limit(self, given: int | None) -> int:
        """How many records a list has at most, 0 for all: as given, else 50.

        Bare references go into another command, where nobody would see that some are left: these are all.
        """
        if given is not None:
            return given
        return 0 if self.quiet else _LISTED

    def moment(self, text: str | None) -> datetime | None:
        """The moment that was typed, in the reader's zone; None where none was. Raise InvalidInput if it is none."""
        if text is None:
            return None
        if text == "now":  # spares the look at the zone
            return self.now
        moment = times.read_moment(self._mended(text), zone=self.zone, now=self.now)
        if times.is_clock(text) and times.local_day(moment, self.zone) != times.local_day(self.now, self.zone):
            shown = times.show_moment(moment, self.zone)
            self.remark(_("{typed} is read as {moment}: it is still to come today.").format(typed=text, moment=shown))
        return moment

    def future_moment(self, text: str, *, after: datetime | None = None) -> datetime:
        """The moment that was typed for a plan: a bare clock is its next occurrence, not before `after` or now."""
        return times.read_future_moment(self._mended(text), zone=self.zone, now=self.now, after=after)

    def deadline(self, text: str) -> datetime:
        """The moment by which something is to be done: as a plan's; of a date alone, or a month, its last second."""
        from opsctl.core.periods import read_deadline

        return read_deadline(self._mended(text), zone=self.zone, now=self.now)

    def _mended(self, text: str) -> str:
        mended, changed = as_typed(text)
        if changed:
            self.remark(_("{typed} is read as {mended}.").format(typed=excerpt(text), mended=excerpt(mended)))
        return mended

    def until(self, text: str | None) -> datetime | None:
        """The end that was typed, excluded; a date alone means the end of that day, so the day is included."""
        if text is None:
            return None
        from opsctl.core.periods import read_period

        try:
            return read_period(text, zone=self.zone, now=self.now).end
        except InvalidInput:
            return self.moment(text)

    def words(self, given: list[str]) -> list[str]:
        """The references named, `-` replaced by the first word of each line of stdin."""
        if "-" not in given:
            return given
        try:
            piped = [line.split()[0] for line in sys.stdin if line.strip()]
        except UnicodeDecodeError:
            raise InvalidInput(_("What came through the pipe is no text."), _("Pipe references, one a line.")) from None
        return [word for one in given for word in (piped if one == "-" else [one])]

    def named(self, refs: list[str] | None) -> list[str] | None:
        """The references that are named or piped; None, having said so, where nothing came through the pipe.

        An empty pipe names nothing, and must not be taken for having named none.
        """
        words = self.words(refs or [])
        if words or not refs:
            return words
        self.remark(_("Nothing came through the pipe; nothing was done."))
        return None

    def text_of(self, file: str) -> str:
        """The text of a file, or of stdin for `-`. Raise NotFound or InvalidInput where it cannot be read."""
        try:
            return sys.stdin.read() if file == "-" else Path(file).expanduser().read_text(encoding="utf-8")
        except FileNotFoundError:
            raise NotFound(
                _("There is no file {path}.").format(path=excerpt(file, LONGEST_PATH)), _("Check the path.")
            ) from None
        except UnicodeDecodeError as error:
            raise InvalidInput(
                _("{file} is not UTF-8: it breaks at byte {offset}.").format(
                    file=_("stdin") if file == "-" else excerpt(file, LONGEST_PATH), offset=error.start
                ),
                _("Save it as UTF-8."),
            ) from None
        except (OSError, ValueError, RuntimeError) as error:  # the last: the home of a user who does not exist
            reason = getattr(error, "strerror", None) or error
            raise InvalidInput(
                _("{path} cannot be read: {reason}").format(path=excerpt(file, LONGEST_PATH) or "''", reason=reason),
                _("Check the path, and that you may read it."),
            ) from None

    def signature(self) -> "Signature":
        """Who acts, from which host and when, under a request id of its own."""
        import uuid

        from opsctl.core.chain import Signature

        return Signature(self.now, read_title(self._person or _login()), self._host_name(), str(uuid.uuid4()))

    @property
    def _person(self) -> str | None:
        return self.option("as_") or self.host_file.person

    def perform(self, use_case: Callable[..., R], **arguments: Any) -> R:
        """Run a use case in one transaction and return its result; `now` and `actor` are filled in here."""
        mark_of(use_case)
        from opsctl.store.settings import settings_of, zone_of
        from opsctl.store.unit import signature_of, write

        by = self.signature()
        named = self._person

        def work(session: "Session") -> R:
            signature = signature_of(session)
            self._check_clock(settings_of(session))
            if named and signature.actor != by.actor:
                raise NotAllowed(
                    _("You are {login} in this database and cannot act as {named}.").format(
                        login=signature.actor, named=named
                    ),
                    _("Log in to the database as that person, or leave out --as."),
                )
            actor = self.identify()(session, signature.actor)
            result = use_case(session, now=signature.now, actor=actor, **arguments)
            self.afterwards()(session, now=signature.now)
            # Asked for while writing, it need not be read again to show what was written.
            self.__dict__.setdefault("database_zone", zone_of(session))
            return result

        def committed() -> None:
            self.saved = True

        self.saved = False
        return write(self.store, work, by=by, committed=committed)

    def me(self, session: "Session") -> str:
        """The handle of the person who reads. Raise NotAllowed as `identify` does."""
        from opsctl.store.unit import actor_of

        return self.identify()(session, actor_of(self.store, session, self.signature().actor))

    def read(self, query: Callable[..., R], **arguments: Any) -> R:
        """Run a query on one snapshot of the database and return its result."""
        from opsctl.store.settings import settings_of
        from opsctl.store.unit import snapshot

        with snapshot(self.store) as session:
            self._check_clock(settings_of(session))
            return query(session, **arguments)

    def emit(self, report: "Report") -> None:
        """Show a report as it is wanted; end the command with exit code 3 if it needs attention."""
        from opsctl.cli.output import emit

        emit(self, report)

    def remark(self, line: str) -> None:
        """Say something on stderr, beside the result; not with --quiet."""
        if not self.quiet:
            sys.stderr.write(f"{clean_for_terminal(line)}\n")

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        if "store" in self.__dict__:
            self.store.close()

    def _host_name(self) -> str:
        return read_title(self.host_file.host_name or os.uname().nodename)


_current: ContextVar[Context] = ContextVar("context")


def current() -> Context:
    """The context of the running command."""
    return _current.get()


def begin(
    rooms: Callable[[], "list[Room]"],
    identify: Callable[[], Identify],
    afterwards: Callable[[], Afterwards],
    clock: Callable[[], datetime] | None = None,
) -> Context:
    """A new context, from now on the current one. Only tests give a clock."""
    context = Context(clock or (lambda: datetime.now(UTC)), rooms, identify, afterwards)
    _current.set(context)
    return context


def _data_home() -> Path:
    try:
        return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "opsctl"
    except RuntimeError:
        raise InvalidInput(_("This login has no home folder."), _("Name the database with --db URL.")) from None


def _beside(target: str) -> str:
    """The host file that the demo wrote into the folder of its database, as it is typed."""
    import shlex

    return shlex.quote(str(Path(target).with_name("opsctl.toml")))


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise InvalidInput(_("This login has no name."), _("Say who you are with --as PERSON.")) from None

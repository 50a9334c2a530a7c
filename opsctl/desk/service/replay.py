"""Living a company's days again: a diary of use cases, each done at its own time by its own person.

A line of a diary is a JSON object: `now` (when it is done, by the wall clock of the company's zone), `by` (a person's
handle), `do` (a name of `CALLS`), and the arguments of that use case, moments like `now`. A `file` stands beside the
diary.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from opsctl.core import times, wire
from opsctl.core.chain import Signature
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.desk.service.retiring import Holding
from opsctl.desk.terms import CALLS, DEMO_HOST, IMPORTS
from opsctl.duties.service.keeping import keep_up
from opsctl.store.engine import Store
from opsctl.store.unit import write, write_series

if TYPE_CHECKING:
    from opsctl.cli.rooms import Room

_OWN = ("now", "by", "do")


@dataclass(frozen=True)
class Step:
    """One line of a diary: when (UTC), who, which use case, and its arguments as JSON has them."""

    now: datetime
    by: str
    do: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Replay:
    """Where days are lived again: the database, the diary's folder, its zone, and the table of rooms."""

    store: Store
    folder: Path
    zone: str
    rooms: "Sequence[Room]"

    def one(self, step: Step) -> Any:
        """Do one step in a transaction of its own and return what the use case returned."""
        return write(self.store, self.work_of(step), by=signature(step))

    def all(self, steps: Iterable[Step], told: Callable[[Step], None] = lambda _step: None) -> None:
        """Do them all in one transaction; `told` hears of each before it is done."""

        def works() -> Iterator[tuple[Signature, Callable[[Session], Any]]]:
            for step in steps:
                told(step)
                yield signature(step), self.work_of(step)

        write_series(self.store, works())

    def work_of(self, step: Step) -> Callable[[Session], Any]:
        """What the step does in a session."""

        def work(session: Session) -> Any:
            use_case, arguments = self._call(step)
            result = use_case(session, now=step.now, actor=step.by, **arguments)
            keep_up(session, now=step.now)
            return result

        return work

    def _call(self, step: Step) -> tuple[Callable[..., Any], dict[str, Any]]:
        given = dict(step.arguments)
        if step.do in IMPORTS:
            return self._import(step.do, given)
        use_case = _use_case(step.do)
        if step.do == "rulebook.apply":
            given["text"] = (self.folder / given["file"]).read_text(encoding="utf-8")
        arguments = wire.from_wire(use_case, given, self.zone)
        if step.do == "person.retire":
            arguments["holdings"] = [
                Holding(room.noun, room.load(room.owned), room.load(room.hand_over))
                for room in self.rooms
                if room.owned and room.hand_over
            ]
        return use_case, arguments

    def _import(self, do: str, given: Mapping[str, str]) -> tuple[Callable[..., Any], dict[str, Any]]:
        from opsctl.exchange.intake import read_source, records_of

        fields, key = IMPORTS[do]
        import_map = str(self.folder / given["map"]) if "map" in given else None
        file = str(self.folder / given["file"])
        source = read_source(file, import_map, fields=_named(fields), zone=self.zone, rejects=None, key=key)
        if source.mapped.rejects:
            raise InvalidInput(f"{given['file']}:{source.mapped.rejects[0].line} {source.mapped.rejects[0].reason}")
        arguments: dict[str, Any] = {"records": records_of(source.mapped)}
        return _use_case(do), {**arguments, "source": source.import_map.source} if not key else arguments


def read_steps(diary: Path, zone: str) -> Iterator[Step]:
    """The steps of a diary, in its order. Raise InvalidInput for a line that is none, naming it."""
    with diary.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                said = json.loads(line)
                now = times.naive_to_utc(datetime.fromisoformat(said["now"]), zone)
                step = Step(now, said["by"], said["do"], {name: said[name] for name in said if name not in _OWN})
            except (ValueError, KeyError, TypeError) as error:
                raise InvalidInput(
                    _("{file}:{line} is no step: {reason}").format(file=diary.name, line=number, reason=error)
                ) from None
            yield step


def line_of(step: Step, zone: str) -> str:
    """The line of a diary that `read_steps` reads back as this step."""
    said = {"now": wire.to_wire(step.now, zone), "by": step.by, "do": step.do}
    said |= {name: wire.to_wire(value, zone) for name, value in step.arguments.items()}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _use_case(name: str) -> Callable[..., Any]:
    if name not in CALLS:
        raise InvalidInput(
            _("There is no use case {name}.").format(name=name), _("There are: {names}.").format(names=series(CALLS))
        )
    found: Callable[..., Any] = _named(CALLS[name])
    return found


@cache
def _named(dotted: str) -> Any:
    module, _sign, name = dotted.partition(":")
    return getattr(import_module(module), name)


def signature(step: Step) -> Signature:
    """Who did the step and when, under a request of its own."""
    return Signature(step.now, step.by, DEMO_HOST, str(uuid.uuid4()))

"""Between rows and what the rules know of runs and restore tests; no other room's table is loaded."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from opsctl.backups.rules import Asserted, Check, Copy, Run, Step, Test, fields, test_fields
from opsctl.backups.rules.wire import from_json, to_json
from opsctl.backups.tables import CheckRow, CopyRow, RunRow, TestRow
from opsctl.backups.terms import TEST_PREFIX
from opsctl.core import chain
from opsctl.ledger.terms import BLANK

RUNS: Any = RunRow.__table__  # type: ignore[attr-defined]
TESTS: Any = TestRow.__table__  # type: ignore[attr-defined]
_COPIES: Any = CopyRow.__table__  # type: ignore[attr-defined]
_CHECKS: Any = CheckRow.__table__  # type: ignore[attr-defined]
_RUN = tuple(name for name in Run.__dataclass_fields__ if name not in ("copies", "checks"))
_TEST = tuple(Test.__dataclass_fields__)
_COPY = tuple(Copy.__dataclass_fields__)
_CHECK = tuple(Check.__dataclass_fields__)
_LISTS = {"steps": Step, "assertions": Asserted}
_TEXTS = ("reason", "pin_reason")
_BLOCK = 500


def chosen() -> Any:
    """A query for runs, to be narrowed, ordered and given to `load`."""
    return select(*(RUNS.c[name] for name in _RUN))


def load(session: Session, query: Any) -> list[Run]:
    """The runs of a query made with `chosen`, in its order, each with its copies and checks."""
    found = [dict(zip(_RUN, row, strict=True)) for row in session.connection().execute(query)]
    references = [str(one["reference"]) for one in found]
    copies, checks = defaultdict(list), defaultdict(list)
    for start in range(0, len(references), _BLOCK):
        block = references[start : start + _BLOCK]
        wanted = select(_COPIES).where(_COPIES.c.run.in_(block)).order_by(_COPIES.c.run, _COPIES.c.name)
        for row in session.connection().execute(wanted).mappings():
            copies[row["run"]].append(Copy(**{name: row[name] for name in _COPY}))
        wanted = select(_CHECKS).where(_CHECKS.c.run.in_(block)).order_by(_CHECKS.c.run, _CHECKS.c.position)
        for row in session.connection().execute(wanted).mappings():
            checks[row["run"]].append(Check(row["copy_name"], **{name: row[name] for name in _CHECK[1:]}))
    return [Run(**one, copies=tuple(copies[one["reference"]]), checks=tuple(checks[one["reference"]])) for one in found]


def of_references(session: Session, references: Sequence[str], *, locked: bool = False) -> list[Run]:
    """The runs of these references, in the order of references, perhaps locked so that nobody changes them."""
    query = chosen().where(RUNS.c.reference.in_(references)).order_by(RUNS.c.reference)
    return load(session, query.with_for_update() if locked else query)


def count(session: Session, query: Any) -> int:
    """How many records a query made with `chosen` or `chosen_tests` finds."""
    counting = query.with_only_columns(func.count(), maintain_column_froms=True)
    return int(session.connection().execute(counting).scalar_one())


def add(session: Session, run: Run) -> None:
    """Add a new run with its copies and checks."""
    connection = session.connection()
    connection.execute(insert(RUNS).values({name: getattr(run, name) for name in _RUN}))
    if run.copies:
        values = [{"run": run.reference, **{name: getattr(one, name) for name in _COPY}} for one in run.copies]
        connection.execute(insert(_COPIES), values)
    add_checks(session, run, run.checks, since=0)


def add_checks(session: Session, run: Run, checks: Sequence[Check], *, since: int) -> None:
    """Add checks to a run that has `since` of them."""
    values = [
        {"run": run.reference, "position": since + at, "copy_name": one.copy}
        | {name: getattr(one, name) for name in _CHECK[1:]}
        for at, one in enumerate(checks, start=1)
    ]
    if values:
        session.connection().execute(insert(_CHECKS), values)


def save(session: Session, before: Run, after: Run) -> None:
    """Write what differs in the run itself and in its copies; checks are only ever added."""
    changed = {name: value for name in _RUN if (value := getattr(after, name)) != getattr(before, name)}
    if changed:
        session.connection().execute(update(RUNS).where(RUNS.c.reference == before.reference).values(changed))
    for old, new in zip(before.copies, after.copies, strict=True):
        if old != new:
            values = {name: getattr(new, name) for name in _COPY}
            named = (_COPIES.c.run == before.reference) & (_COPIES.c.name == old.name)
            session.connection().execute(update(_COPIES).where(named).values(values))


def chosen_tests() -> Any:
    """A query for restore tests, to be narrowed, ordered and given to `load_tests`."""
    return select(*(TESTS.c["copy_name" if name == "copy" else name] for name in _TEST))


def load_tests(session: Session, query: Any) -> list[Test]:
    """The restore tests of a query made with `chosen_tests`, in its order."""
    return [_test(dict(zip(_TEST, row, strict=True))) for row in session.connection().execute(query)]


def _test(row: dict[str, Any]) -> Test:
    for name, kind in _LISTS.items():
        row[name] = tuple(from_json(kind, one) for one in json.loads(row[name]))
    row["commands"] = tuple(json.loads(row["commands"]))
    return Test(**row)


def add_test(session: Session, test: Test) -> None:
    """Add a new restore test."""
    values = {name: getattr(test, name) for name in _TEST if name != "copy"}
    values |= {name: json.dumps(to_json(values[name]), ensure_ascii=False) for name in (*_LISTS, "commands")}
    session.connection().execute(insert(TESTS).values({**values, "copy_name": test.copy}))


def records(session: Session) -> Iterator[tuple[str, str]]:
    """Every run's and every restore test's reference and digest as it is now."""
    references = [str(one) for one in session.connection().execute(select(RUNS.c.reference)).scalars()]
    for start in range(0, len(references), _BLOCK):
        for run in of_references(session, sorted(references)[start : start + _BLOCK]):
            yield run.reference, chain.record_digest(fields(run))
    for test in load_tests(session, chosen_tests().order_by(col(TestRow.reference))):
        yield test.reference, chain.record_digest(test_fields(test))


def blank(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    """Blank the texts of a run or a restore test that are among `texts`; its fields after, or None where none was."""
    if reference.startswith(TEST_PREFIX):
        return _blank_test(session, reference, texts)
    for run in of_references(session, [reference], locked=True):
        held = [name for name in _TEXTS if getattr(run, name) in texts]
        if held:
            values = dict.fromkeys(held, BLANK)
            session.connection().execute(update(RUNS).where(RUNS.c.reference == reference).values(values))
            return fields(of_references(session, [reference])[0])
    return None


def _blank_test(session: Session, reference: str, texts: list[str]) -> dict[str, Any] | None:
    named = chosen_tests().where(TESTS.c.reference == reference)
    for test in load_tests(session, named.with_for_update()):
        if test.reason in texts:
            session.connection().execute(update(TESTS).where(TESTS.c.reference == reference).values(reason=BLANK))
            return test_fields(load_tests(session, named)[0])
    return None

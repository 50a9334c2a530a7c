"""What `opsctl incident import` does: read, map, import in as many transactions as it takes, keep the rejects.

It stands beside the verbs because it runs use cases one after the other, each in a transaction of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from opsctl.cli.context import Context
from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.report import Report
from opsctl.core.texts import _
from opsctl.exchange.columns import reader, text_form
from opsctl.exchange.documents import Document, Reject
from opsctl.exchange.mapping import Mapped, apply_map
from opsctl.exchange.maps import ImportMap, load_map
from opsctl.exchange.readers import read_records
from opsctl.exchange.rejects import rejects_path, write_rejects
from opsctl.incidents import views
from opsctl.incidents.service import imports as service

BLOCK = 5000
ONE_TRANSACTION = {"sqlite": 50_000, "postgresql": 5_000}


@dataclass
class Tally:
    """What an import has done so far."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    incomplete: int = 0
    refused: list[service.Refused] = field(default_factory=list)
    examples: list[Any] = field(default_factory=list)

    def add(self, block: service.Block) -> None:
        """Count one more block."""
        self.new += len(block.new)
        self.updated += len(block.updated)
        self.unchanged += block.unchanged
        self.incomplete += block.incomplete
        self.refused += block.refused
        self.examples += [*block.new, *block.updated][: 10 - len(self.examples)]


def import_file(context: Context, file: str, map_file: str, *, dry_run: bool, rejects: str | None) -> Report:
    """Read and check the whole file, import it, write the rejects, and report what was done or would be."""
    import_map = load_map(Path(map_file), fields=service.FIELDS)
    document = read_records("-" if file == "-" else Path(file), name=file, key=import_map.key)
    mapped = apply_map(document, import_map, service.FIELDS, zone=context.asked_zone or context.host_file.timezone)
    kept = _rejects_file(rejects, file, map_file)
    if dry_run:
        tally = Tally()
        tally.add(
            context.read(service.plan, now=context.now, source=import_map.source, records=service.records_of(mapped))
        )
    else:
        if mapped.rejects:
            # A place that cannot be written is found while nothing is imported yet.
            write_rejects(kept, mapped.rejects, document.columns)
        tally = take_in(context, mapped, source=import_map.source, file=file)
    refused = _all_rejects(document, import_map, mapped, tally)
    remarks = document.remarks
    if refused and not dry_run:
        try:
            write_rejects(kept, refused, document.columns)
        except InvalidInput as error:  # what was imported is imported, and has to be reported
            remarks = (*remarks, f"{error.message} {error.hint}")
    return views.imported(tally, refused, mapped.same, str(kept), dry_run=dry_run, remarks=remarks)


def _rejects_file(named: str | None, *sources: str) -> Path:
    """Where the rejects go. Raise InvalidInput if that would overwrite what is read."""
    kept = Path(named) if named else rejects_path(sources[0])
    if any(source != "-" and kept.exists() and kept.samefile(source) for source in sources):
        raise InvalidInput(
            _("The rejected rows would overwrite {path}, which is read.").format(path=kept),
            _("Name another file with --rejects FILE."),
        )
    return kept


def take_in(context: Context, mapped: Mapped, *, source: str, file: str) -> Tally:
    """Import the mapped records: few in one transaction, many in blocks that each stand by themselves."""
    tally = Tally()
    records = service.records_of(mapped)
    if len(records) <= ONE_TRANSACTION[context.address.backend]:
        tally.add(context.perform(service.import_block, source=source, records=records))
        return tally
    facts = {"file": file[-200:], "records": len(records), "digest": _digest_of(records)}
    context.perform(service.bracket, source=source, started=True, facts=facts)
    with _progress(context, len(records)) as advance:
        for start in range(0, len(records), BLOCK):
            block = records[start : start + BLOCK]
            try:
                tally.add(context.perform(service.import_block, source=source, records=block))
            except OpsctlError as error:
                stands = _("{count} records stand already; run it again to go on.").format(count=start)
                error.hint = f"{error.hint} {stands}" if start else error.hint
                raise
            advance(len(block))
    ended = {"new": tally.new, "updated": tally.updated, "unchanged": tally.unchanged, "refused": len(tally.refused)}
    context.perform(service.bracket, source=source, started=False, facts={**facts, **ended})
    return tally


def _digest_of(records: list[service.Record]) -> str:
    whole = sha256()
    for record in records:
        whole.update(record["digest"].encode())
    return whole.hexdigest()


def _all_rejects(document: Document, import_map: ImportMap, mapped: Mapped, tally: Tally) -> list[Reject]:
    # A line of JSON may hold many records, and a later one of the same key was rejected before.
    key_of = reader((import_map.key,), import_map.null)
    records = reversed(document.records) if tally.refused else ()
    raw = {(record.line, text_form(key_of(record.values))): record.values for record in records}
    refused = [Reject(one.line, one.key, one.reason, raw.get((one.line, one.key), {})) for one in tally.refused]
    return sorted([*mapped.rejects, *refused], key=lambda reject: reject.line)


@contextmanager
def _progress(context: Context, total: int) -> Iterator[Any]:
    """A bar on stderr where that is a terminal; else nothing."""
    import sys

    if context.quiet or not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("importing"), total=total)
        yield lambda count: bar.advance(task, count)

"""What `opsctl incident import` does: read, map, import in as many transactions as it takes, keep the rejects.

It stands beside the verbs because it runs use cases one after the other, each in a transaction of its own.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from opsctl.cli.context import Context
from opsctl.cli.progress import progress
from opsctl.core.errors import InvalidInput, OpsctlError
from opsctl.core.report import Report
from opsctl.core.texts import _, sentences
from opsctl.exchange.intake import Record, Refused, read_source, records_of
from opsctl.exchange.rejects import write_rejects
from opsctl.incidents.service import imports as service
from opsctl.incidents.terms import UNRESOLVED
from opsctl.incidents.views import imports as views

BLOCK = 5000
ONE_TRANSACTION = {"sqlite": 50_000, "postgresql": 5_000}


@dataclass
class Tally:
    """What an import has done so far; `unacknowledged`, `reopened` and `unresolved` count among the new ones."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    incomplete: int = 0
    unacknowledged: int = 0
    reopened: int = 0
    unresolved: int = 0
    refused: list[Refused] = field(default_factory=list)
    examples: list[Any] = field(default_factory=list)

    def add(self, block: service.Block) -> None:
        """Count one more block."""
        self.new += len(block.new)
        self.updated += len(block.updated)
        self.unchanged += block.unchanged
        self.incomplete += block.incomplete
        self.unacknowledged += sum(one.acknowledged is None for one in block.new)
        self.reopened += sum(bool(one.reopenings) for one in block.new)
        self.unresolved += sum(one.state in UNRESOLVED for one in block.new)
        self.refused += block.refused
        self.examples += [*block.new, *block.updated][: 10 - len(self.examples)]


def import_file(context: Context, file: str, map_file: str, *, dry_run: bool, rejects: str | None) -> Report:
    """Read and check the whole file, import it, write the rejects, and report what was done or would be."""
    zone = context.asked_zone or context.host_file.timezone
    source = read_source(file, map_file, fields=service.FIELDS, zone=zone, rejects=rejects)
    records, named, columns = records_of(source.mapped), source.import_map.source, source.document.columns
    if dry_run:
        tally = Tally()
        tally.add(context.read(service.plan, now=context.now, source=named, records=records))
    else:
        if source.mapped.rejects:
            # A place that cannot be written is found while nothing is imported yet.
            write_rejects(source.rejects, source.all_rows([]), columns)
        tally = take_in(context, records, source=named, file=file)
    refused = source.all_rejects(tally.refused)
    remarks = (*source.document.remarks, *source.mapped.remarks)
    if refused and not dry_run:
        try:
            write_rejects(source.rejects, source.all_rows(tally.refused), columns)
        except InvalidInput as error:  # what was imported is imported, and has to be reported
            remarks = (*remarks, sentences(error.message, error.hint))
    kept = str(source.rejects)
    return views.imported(tally, refused, source.mapped.same, kept, dry_run=dry_run, remarks=remarks)


def take_in(context: Context, records: list[Record], *, source: str, file: str) -> Tally:
    """Import the mapped records: few in one transaction, many in blocks that each stand by themselves."""
    tally = Tally()
    if len(records) <= ONE_TRANSACTION[context.address.backend]:
        tally.add(context.perform(service.import_block, source=source, records=records))
        return tally
    facts = {"file": file[-200:], "records": len(records), "digest": _digest_of(records)}
    context.perform(service.bracket, source=source, started=True, facts=facts)
    with progress(context, _("importing"), len(records)) as advance:
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


def _digest_of(records: list[Record]) -> str:
    whole = sha256()
    for record in records:
        whole.update(record["digest"].encode())
    return whole.hexdigest()

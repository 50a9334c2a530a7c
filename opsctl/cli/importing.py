"""Importing persons, customers or assets: one file, one transaction, one report. The room brings plan and use case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from opsctl.cli.context import Context
from opsctl.core.errors import InvalidInput
from opsctl.core.report import Column, Fields, Kind, Report, Table
from opsctl.core.texts import _, sentences

if TYPE_CHECKING:
    from opsctl.exchange.documents import Reject
    from opsctl.exchange.fields import Field
    from opsctl.exchange.intake import Taken

_SHOWN = 10

File = Annotated[str, Argument(metavar="FILE", help=_("The file, or - for stdin."))]
Map = Annotated[
    str | None,
    Option("--map", metavar="MAP", help=_("What its columns mean, in TOML; if not given they are our field names.")),
]
DryRun = Annotated[bool, Option("--dry-run", help=_("Show what would be imported; write nothing."))]
Rejects = Annotated[
    str | None,
    Option("--rejects", metavar="FILE", help=_("Where rejected records go; FILE.rejected.csv if not given.")),
]


@dataclass(frozen=True)
class Intake:
    """What a room says of its imports: the fields it takes, the one that is the key, a plan and a use case.

    Both are called with `now`, `actor` and `records` and return what they do; `plan` only reads.
    """

    kind: str
    key: str
    fields: Mapping[str, "Field"]
    plan: Callable[..., "Taken"]
    use_case: Callable[..., "Taken"]


def import_file(
    context: Context, intake: Intake, file: str, map_file: str | None, *, dry_run: bool, rejects: str | None
) -> Report:
    """Read and check the whole file, import it in one transaction, write the rejects, and report."""
    from opsctl.exchange.intake import read_source, records_of
    from opsctl.exchange.rejects import write_rejects

    source = read_source(file, map_file, fields=intake.fields, zone=context.zone, rejects=rejects, key=intake.key)
    records = records_of(source.mapped)

    def plan(session: Any) -> "Taken":
        return intake.plan(session, now=context.now, actor=context.me(session), records=records)

    if source.mapped.rejects and not dry_run:
        # A place that cannot be written is found while nothing is imported yet.
        write_rejects(source.rejects, source.mapped.rejects, source.document.columns)
    taken = context.read(plan) if dry_run else context.perform(intake.use_case, records=records)
    refused = source.all_rejects(taken.refused)
    remarks = source.document.remarks
    if refused and not dry_run:
        try:
            write_rejects(source.rejects, refused, source.document.columns)
        except InvalidInput as error:  # what was imported is imported, and has to be reported
            remarks = (*remarks, sentences(error.message, error.hint))
    return _report(intake.kind, taken, refused, source.mapped.same, str(source.rejects), dry_run, remarks)


def _report(
    kind: str, taken: "Taken", refused: "list[Reject]", same: int, rejects: str, dry_run: bool, remarks: tuple[str, ...]
) -> Report:
    counts: tuple[tuple[str, Any, Kind], ...] = (
        (_("new"), len(taken.new), Kind.COUNT),
        (_("updated"), len(taken.updated), Kind.COUNT),
        (_("unchanged"), taken.unchanged + same, Kind.COUNT),
        (_("rejected"), len(refused), Kind.COUNT),
    )
    parts: list[Any] = [Fields(counts)]
    said = list(remarks)
    if dry_run:
        columns = (Column("key", _("key"), Kind.REFERENCE), Column("name", _("name")), Column("done", _("would be")))
        rows = [(*one, _("new")) for one in taken.new] + [(*one, _("updated")) for one in taken.updated]
        parts.append(Table(columns, tuple(rows[:_SHOWN])))
        said.append(_("Nothing was written: this was a dry run."))
    if refused:
        columns = (Column("line", _("line"), Kind.COUNT), Column("key", _("key")), Column("reason", _("reason")))
        parts.append(Table(columns, tuple((one.line, one.key, one.reason) for one in refused[:_SHOWN])))
        if not dry_run:
            said.append(_("All rejected records, with their reasons: {file}").format(file=rejects))
    return Report(
        kind=kind,
        data={
            "dry_run": dry_run,
            "new": [handle for handle, _name in taken.new],
            "updated": [handle for handle, _name in taken.updated],
            "unchanged": taken.unchanged + same,
            "rejected": [{"line": one.line, "key": one.key, "reason": one.reason} for one in refused],
            "rejects_file": rejects if refused and not dry_run else None,
        },
        parts=tuple(parts),
        remarks=tuple(said),
        references=tuple(handle for handle, _name in (*taken.new, *taken.updated)),
        attention=bool(refused),
    )

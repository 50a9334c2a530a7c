"""Versions of rulebooks, ready to be shown: applied, listed, judged, compared."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from opsctl.core.report import Cell, Column, Kind, Report, Table, Text
from opsctl.core.texts import _, pgettext, sentences
from opsctl.rulebook.rules.book import Book
from opsctl.rulebook.rules.findings import Finding
from opsctl.rulebook.rules.standing import Difference, Head


def applied(head: Head, *, new: bool, warnings: Iterable[Finding]) -> Report:
    """One line about what was applied; what was warned of goes to stderr."""
    line = (
        _("{version} applied: generation {number} of the rules")
        if new
        else _("{version} is in force with the same text already; nothing changed")
    )
    return Report(
        kind="rulebook.applied",
        data={**data_of(head), "new": new},
        parts=(Text((line.format(version=head.reference, number=head.generation),)),),
        remarks=tuple(sentences(one.message, one.hint) for one in warnings),
        references=(head.reference,),
    )


def data_of(head: Head) -> dict[str, Any]:
    """A version for programs."""
    return {
        "generation": head.generation,
        "name": head.name,
        "version": head.version,
        "since": head.since,
        "replaces": head.replaces,
        "applied_by": head.applied_by,
        "recorded_at": head.recorded_at,
    }


def listed(versions: Sequence[tuple[Head, bool]], now: datetime) -> Report:
    """Every version, each with whether it is in force; of the others, whether that is past or still to come."""
    columns = (
        Column("version", _("rulebook"), Kind.REFERENCE),
        Column("since", _("in force since"), Kind.MOMENT),
        Column("state", _("state")),
        Column("by", _("applied by")),
        Column("generation", _("generation"), Kind.COUNT),
    )
    rows = tuple(
        (head.reference, _since(head), _state(head, in_force, now), head.applied_by, head.generation)
        for head, in_force in versions
    )
    return Report(
        kind="rulebook.list",
        data=[{**data_of(head), "in_force": in_force} for head, in_force in versions],
        parts=(
            Table(columns, rows, empty=_("No rulebook yet. opsctl brings one along: opsctl rulebook apply default")),
        ),
        references=tuple(head.reference for head, _in_force in versions),
    )


def _since(head: Head) -> Any:
    return head.since or Cell(_("always"), Kind.TEXT)


def _state(head: Head, in_force: bool, now: datetime) -> str:
    if in_force:
        return pgettext("rulebook", "in force")
    coming = head.since is not None and head.since > now
    return pgettext("rulebook", "to come") if coming else pgettext("rulebook", "ended")


def judged(book: Book, file: str) -> Report:
    """What is wrong with a file, and what may be."""
    warnings = [*book.warnings, *(_clash(name, other) for name, other in book.clashes)]
    found = [(_("error"), one) for one in book.errors] + [(_("warning"), one) for one in warnings]
    columns = (
        Column("level", _("level")),
        Column("key", _("key"), Kind.REFERENCE),
        Column("message", _("what was found")),
        Column("hint", _("what is allowed, or to be done")),
    )
    rows = tuple((level, one.key, one.message, one.hint) for level, one in found)
    fine = _("{file} is a valid rulebook: {version}").format(file=file, version=f"{book.name}@{book.version}")
    return Report(
        kind="rulebook.validated",
        data={
            "file": file,
            "name": book.name or None,
            "version": book.version or None,
            "errors": [_finding(one) for one in book.errors],
            "warnings": [_finding(one) for one in warnings],
        },
        parts=(*(() if book.errors else (Text((fine,)),)), *((Table(columns, rows),) if rows else ())),
        attention=bool(warnings) and not book.errors,
    )


def _clash(name: str, book: str) -> Finding:
    return Finding(
        name,
        _("{name} stands in the book {other} too, which is in force.").format(name=name, other=book),
        _("Take it out of one of them, or apply this with --replaces {other}").format(other=book),
    )


def _finding(one: Finding) -> dict[str, str]:
    return {"key": one.key, "message": one.message, "hint": one.hint}


def compared(one: str, other: str, differences: Sequence[Difference]) -> Report:
    """What two contents say otherwise, a field a row."""
    columns = (Column("key", _("key"), Kind.REFERENCE), Column("old", one), Column("new", other))
    return Report(
        kind="rulebook.diff",
        data={
            "old": one,
            "new": other,
            "differences": [{"key": each.key, "old": each.old, "new": each.new} for each in differences],
        },
        parts=(
            Table(
                columns,
                tuple((each.key, each.old, each.new) for each in differences),
                empty=_("{one} and {other} say the same.").format(one=one, other=other),
            ),
        ),
        references=tuple(each.key for each in differences),
    )

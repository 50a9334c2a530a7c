"""Showing a report: in which format, how wide, where to."""

import errno
import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from opsctl.core.errors import ExitCode, InvalidInput
from opsctl.core.files import write_whole, write_whole_bytes
from opsctl.core.report import Kind, Report, Style, Table
from opsctl.core.texts import _, series
from opsctl.core.typed import LONGEST_PATH, excerpt, nearest
from opsctl.render.formats import Format, format_of_ending
from opsctl.render.write import render

if TYPE_CHECKING:
    from opsctl.cli.context import Context

_TIMES = {Kind.MOMENT, Kind.INSTANT}


def wanted_format(context: "Context") -> Format:
    """--json, --format, the ending of --output, OPSCTL_FORMAT; else a table on a terminal and plain text in a pipe."""
    if context.chosen.get("json"):
        return Format.JSON
    asked = context.chosen.get("format")
    output = context.chosen.get("output")
    if asked is None and output is not None and output != "-":
        return format_of_ending(output)
    asked = asked or os.environ.get("OPSCTL_FORMAT") or None
    if asked is None:
        return Format.TABLE if sys.stdout.isatty() else Format.PLAIN
    try:
        return Format(asked.strip().lower())
    except ValueError:
        allowed = [form.value for form in Format]
        near = nearest(asked, allowed, 1)
        raise InvalidInput(
            _("There is no format {word!r}.").format(word=asked[:40]),
            _("Did you mean {words}?").format(words=near[0])
            if near
            else _("Use one of: {words}.").format(words=series(allowed)),
        ) from None


def check_output(context: "Context") -> None:
    """Raise InvalidInput where a result could not be shown: no such format, or a file that cannot be written.

    Asked before something is written, for afterwards "nothing changed" would be untrue.
    """
    wanted_format(context)
    output = context.chosen.get("output")
    if output is None or output == "-":
        return
    path = Path(output)
    try:
        if path.is_dir():
            raise _unwritable(path, os.strerror(errno.EISDIR))
        if not path.parent.is_dir():
            raise _unwritable(path, os.strerror(errno.ENOENT))
        if not os.access(path.parent if path.is_file() or not path.exists() else path, os.W_OK):
            raise _unwritable(path, os.strerror(errno.EACCES))
    except (OSError, ValueError) as error:  # what can be the name of no file
        raise _unwritable(path, getattr(error, "strerror", None) or str(error)) from None


def emit(context: "Context", report: Report) -> None:
    """Write the report where it is wanted and its remarks to stderr; exit 3 if it needs attention."""
    output = context.chosen.get("output")
    to_file = output is not None and output != "-"
    form = wanted_format(context)
    if context.quiet and form in (Format.TABLE, Format.PLAIN):
        text = "".join(f"{reference}\n" for reference in report.references)
    else:
        text = render(report, form, _style(context, report, form), to_file=to_file)
    if to_file and output is not None:
        write_file(Path(output), (text,))
    else:
        _to_stdout(text, form)
    if form in (Format.TABLE, Format.PLAIN):
        for part in report.parts:
            if isinstance(part, Table) and not part.rows and part.empty:
                context.remark(part.empty)
    for remark in report.remarks:
        context.remark(remark)
    if report.following is not None and form is Format.TABLE and sys.stdout.isatty():
        context.remark(_("Next: {command}").format(command=report.following))
    if report.attention:
        raise typer.Exit(ExitCode.ATTENTION)


def _style(context: "Context", report: Report, form: Format) -> Style:
    # The zone may cost a look into the database, so it is asked for only where a time is shown.
    zone = context.zone if form is not Format.JSON and _shows_times(report) else "UTC"
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    colour = form is Format.TABLE and sys.stdout.isatty() and not plain
    width = shutil.get_terminal_size((100, 24)).columns if form is Format.TABLE else None
    return Style(zone=zone, width=width, colour=colour)


def _shows_times(report: Report) -> bool:
    for part in report.parts:
        kinds = [column.kind for column in part.columns] if isinstance(part, Table) else []
        kinds += [kind for _label, _value, kind in getattr(part, "pairs", ())]
        if not _TIMES.isdisjoint(kinds):
            return True
    return False


def _to_stdout(text: str, form: Format) -> None:
    pager = os.environ.get("PAGER", "")
    tall = text.count("\n") > shutil.get_terminal_size().lines
    if pager and tall and form is Format.TABLE and sys.stdout.isatty() and sys.stdin.isatty():
        # A pager that is not there must not hide the result.
        with suppress(OSError, ValueError):
            subprocess.run(shlex.split(pager), input=text.encode(), check=False, env={"LESS": "FRX", **os.environ})
            return
    if form in (Format.JSON, Format.CSV) and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # for programs, whatever the terminal speaks
    sys.stdout.write(text)


def write_lines(context: "Context", lines: Iterable[str]) -> None:
    """Write what is no report, such as a file that was kept, as it is: to --output, else to stdout."""
    output = context.chosen.get("output")
    if output is not None and output != "-":
        write_file(Path(output), lines)
    else:
        sys.stdout.writelines(lines)


def write_bytes(context: "Context", data: bytes) -> None:
    """Write what is no text, such as a Word file, as it is: to --output, else to stdout."""
    output = context.chosen.get("output")
    if output is None or output == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return
    path = Path(output)
    try:
        write_whole_bytes(path, data, mode=_mode_of(path))
    except (OSError, ValueError) as error:
        raise _unwritable(path, getattr(error, "strerror", None) or str(error)) from None


def write_file(path: Path, lines: Iterable[str]) -> None:
    """Write the file whole or not at all; into a device or a pipe. Raise InvalidInput if it cannot be written."""
    try:
        write_whole(path, lambda stream: stream.writelines(lines), mode=_mode_of(path))
    except (OSError, ValueError) as error:
        raise _unwritable(path, getattr(error, "strerror", None) or str(error)) from None


def _unwritable(path: Path, reason: str) -> InvalidInput:
    return InvalidInput(
        _("{path} cannot be written: {reason}").format(path=excerpt(str(path), LONGEST_PATH), reason=reason),
        _("Name another file with --output."),
    )


def _mode_of(path: Path) -> int:
    """The rights that the file has, or that a new one gets."""
    return path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

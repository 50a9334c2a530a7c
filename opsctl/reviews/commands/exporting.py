"""Writing a review where it is wanted, in the format that the file's ending or --format asks for."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, series
from opsctl.core.typed import LONGEST_PATH, excerpt

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.reviews.rules.results import Known
    from opsctl.reviews.terms import Audience

_FORMATS = ("html", "docx", "md", "json")
_ENDINGS = {".html": "html", ".htm": "html", ".docx": "docx", ".md": "md", ".json": "json"}


def run(context: "Context", word: str, audience: "Audience") -> None:
    """Export the review; remarks say where it went, and that one for a customer is to be read first."""
    from opsctl.reviews import terms
    from opsctl.reviews.service import read

    form, output = _format(context), context.chosen.get("output")
    if form == "docx" and output in (None, "-") and sys.stdout.isatty():
        raise InvalidInput(_("A Word file is nothing for a terminal."), _("Name a file: -o review.docx"))
    known = context.read(read.known, word=word, now=context.now)
    _write(context, form, known, audience)
    if output not in (None, "-"):
        context.remark(_("{reference} written to {path}.").format(reference=known.review.reference, path=output))
    if audience is terms.Audience.CUSTOMER:
        context.remark(_("Read it before it is sent: only names of recorded persons are recognised."))


def _format(context: "Context") -> str:
    """--json, --format, else the ending of --output; Markdown where nothing is said."""
    if context.chosen.get("json"):
        return "json"
    asked = context.chosen.get("format")
    output = context.chosen.get("output")
    if asked is not None:
        if asked.strip().lower() in _FORMATS:
            return asked.strip().lower()
        raise InvalidInput(
            _("A review is not written as {word!r}.").format(word=excerpt(asked)),
            _("Use one of: {words}.").format(words=series(_FORMATS)),
        )
    if output is None or output == "-":
        return "md"
    found = _ENDINGS.get(Path(output).suffix.lower())
    if found is None:
        raise InvalidInput(
            _("What {path} is to be cannot be told by its ending.").format(path=excerpt(output, LONGEST_PATH)),
            _("Use a name that ends in {endings}.").format(endings=series(_ENDINGS)),
        )
    return found


def _write(context: "Context", form: str, known: "Known", audience: "Audience") -> None:
    from opsctl.cli.output import write_bytes, write_lines
    from opsctl.core.report import Report
    from opsctl.render.envelope import envelope
    from opsctl.reviews.views import export

    match form:
        case "html":
            write_lines(context, (export.as_page(known, zone=context.zone, audience=audience),))
        case "docx":
            write_bytes(context, export.as_word(known, zone=context.zone, audience=audience))
        case "json":
            report = Report(kind="review", data=export.as_data(known, audience=audience))
            write_lines(context, (envelope(report),))
        case _:
            write_lines(context, (export.as_markdown(known, zone=context.zone, audience=audience),))

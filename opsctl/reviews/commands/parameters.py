"""Arguments and options that several verbs of reviews take."""

from typing import Annotated

from typer import Argument, Option

from opsctl.core.texts import _

Reference = Annotated[
    str, Argument(metavar="REF", help=_("REV-2026-0042, or 42 for this year's, or the incident it is about."))
]
Reason = Annotated[str, Option("--reason", metavar="TEXT", help=_("Why."))]

"""Options and arguments that several verbs of incidents take, and how their values are read."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend
from opsctl.incidents.terms import Category, Level

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.incidents.rules.life import Case

References = Annotated[
    list[str], Argument(metavar="REF …", help=_("INC-2026-0042, or 42 for this year's; - reads them from stdin."))
]
MyReferences = Annotated[
    list[str] | None,
    Argument(
        metavar="[REF …]",
        help=_("INC-2026-0042, or 42 for this year's; - reads them from stdin. Without: my only unresolved one."),
    ),
]
Reference = Annotated[str, Argument(metavar="REF", help=_("INC-2026-0042, or 42 for this year's."))]
At = Annotated[str | None, Option("--at", metavar="TIME", help=_("When it happened; now if not given."))]
Cause = Annotated[str | None, Option("--cause", metavar="TEXT", help=_("What caused it."))]
Handling = Annotated[str | None, Option("--handling", metavar="TEXT", help=_("What was done."))]
Result = Annotated[str | None, Option("--result", metavar="TEXT", help=_("How it ended."))]
Told = Annotated[
    str | None, Option("--told", metavar="[TIME]", help=_("The customer was told the result, at TIME or now."))
]
Weight = Annotated[
    str | None, Option("--weight", metavar="SHARE", help=_("Only this share is lost: 30% or 0.3; all if not given."))
]
StillLost = Annotated[
    str | None, Option("--weight", metavar="SHARE", help=_("Only partly: this share is still lost, 30% or 0.3."))
]
Severity = Annotated[
    int | None, Option("-s", "--severity", metavar="1-4", help=_("Severity: 1 is the worst."), show_default=False)
]
ImpactLevel = Annotated[Level | None, Option("--impact", metavar="low|medium|high", help=_("How much is affected."))]
UrgencyLevel = Annotated[
    Level | None, Option("--urgency", metavar="low|medium|high", help=_("How long it can wait."))
]
CategoryOf = Annotated[
    Category | None, Option("--category", metavar="fault|security|emergency", help=_("What kind of trouble it is."))
]
Reason = Annotated[str | None, Option("--reason", metavar="TEXT", help=_("Why."))]

_SHARE = r"([0-9]{1,3})(?:\.([0-9]{1,3}))?\s*(%?)"


def share(text: str | None) -> int | None:
    """The share that was typed, `30%` or `0.3`, in thousandths; None where none was.

    Raise InvalidInput for nothing, for more than all, and for what is finer than a thousandth.
    """
    if text is None:
        return None
    found = re.fullmatch(_SHARE, mend(text), re.ASCII)
    if found:
        whole, fraction, percent = int(found[1]), (found[2] or ""), bool(found[3])
        digits = fraction.rstrip("0")
        if len(digits) <= (1 if percent else 3):
            thousandths = whole * (10 if percent else 1000) + int((digits or "0").ljust(1 if percent else 3, "0"))
            if 0 < thousandths <= 1000:
                return thousandths
    raise InvalidInput(
        _("{text!r} is not a share.").format(text=excerpt(text)), _("Use 30% or 0.3: more than nothing, at most all.")
    )


def severity_of(number: int | None) -> int | None:
    """The severity that was typed. Raise InvalidInput for another number than 1 to 4."""
    if number is not None and not 1 <= number <= 4:
        raise InvalidInput(
            _("There is no severity {severity}.").format(severity=number), _("Use 1 (the worst) to 4.")
        )
    return number


def act(
    context: "Context", refs: list[str] | None, use_case: "Callable[..., list[Case]]", kind: str, **arguments: Any
) -> None:
    """Do it to each of the incidents that are named or piped, to mine where none is named, and say so."""
    from opsctl.incidents.views import told

    words = named(context, refs, kind)
    if words is not None:
        context.emit(told.done(context.perform(use_case, named=words, **arguments), kind))


def named(context: "Context", refs: list[str] | None, kind: str) -> list[str] | None:
    """The references that are named or piped; None, having said so, where nothing came through the pipe.

    An empty pipe names nothing, and must not be taken for "mine".
    """
    from opsctl.incidents.views import told

    words = context.named(refs)
    if words is None:
        context.emit(told.done([], kind))
    return words


def contacts(context: "Context", handles: list[str]) -> list[str]:
    """How to reach these persons: nothing is sent to anybody yet. A line each, for those who are recorded."""
    from opsctl.incidents.views import words
    from opsctl.people.service import persons

    return [words.contact(one) for one in context.read(persons.contacts, handles=handles)]

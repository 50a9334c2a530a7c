"""opsctl review submit | approve | return | close | void"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import body, said
from opsctl.core.texts import _
from opsctl.core.typed import mend
from opsctl.core.void import Void
from opsctl.reviews.commands.parameters import Reason, Reference
from opsctl.reviews.terms import APPROVED, CLOSED, RETURNED, SUBMITTED, VOIDED

if TYPE_CHECKING:
    from opsctl.reviews.rules import Review

app = room_app()


@verb(
    app,
    "submit",
    help=_("Give a review to who approves it; refused, with what is missing, while it says too little."),
    examples=("opsctl review submit 7",),
    writes=True,
)
def submit(ref: Reference) -> None:
    """Parse, submit, say so."""
    from opsctl.reviews.service import deciding

    _decide(deciding.submit, SUBMITTED, ref)


@verb(
    app,
    "approve",
    help=_("Approve a review as it is now: by a post that the rulebook names, never by who wrote it."),
    examples=("opsctl review approve REV-2026-0007",),
    writes=True,
)
def approve(ref: Reference) -> None:
    """Parse, approve, say so."""
    from opsctl.reviews.service import deciding

    _decide(deciding.approve, APPROVED, ref)


@verb(
    app,
    "return",
    help=_("Give a review back to be written on; it is a draft again."),
    examples=('opsctl review return 7 --reason "the second factor needs evidence"',),
    writes=True,
)
def return_(ref: Reference, reason: Reason) -> None:
    """Parse, return, say so."""
    from opsctl.reviews.service import deciding

    _decide(deciding.return_, RETURNED, ref, reason=said(reason))


@verb(
    app,
    "close",
    help=_("Close an approved review once its actions are verified; refused, with what is missing, before."),
    examples=("opsctl review close 7", 'opsctl review close 7 --without-actions "the supplier replaced the product"'),
    writes=True,
)
def close(
    ref: Reference,
    without: Annotated[
        str | None, Option("--without-actions", metavar="TEXT", help=_("Why nothing is to be done; it is recorded."))
    ] = None,
) -> None:
    """Parse, close, say so."""
    from opsctl.reviews.service import deciding

    _decide(deciding.close, CLOSED, ref, without_actions=body(without))


@verb(
    app,
    "void",
    help=_("Take a review out of every figure; its actions stay."),
    examples=("opsctl review void 7 --because duplicate",),
    writes=True,
)
def void(
    ref: Reference,
    because: Annotated[Void, Option("--because", metavar="WORD", help=_("false-alarm, test, duplicate or mistake."))],
    reason: Annotated[str | None, Option("--reason", metavar="TEXT", help=_("Why."))] = None,
) -> None:
    """Parse, make void, say so."""
    from opsctl.reviews.service import deciding

    _decide(deciding.void, VOIDED, ref, because=because, reason=body(reason))


def _decide(use_case: "Callable[..., Review]", kind: str, ref: str, **arguments: Any) -> None:
    from opsctl.reviews.views import told

    context = current()
    context.emit(told.done(context.perform(use_case, reference=mend(ref), **arguments), kind))

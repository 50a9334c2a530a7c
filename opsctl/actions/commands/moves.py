"""opsctl action add | assign | done | verify | return | reopen | correct | void"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from opsctl.actions.terms import ASSIGNED, CORRECTED, DONE, REOPENED, RETURNED, VERIFIED, VOIDED, Gravity, Kind
from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import NOTHING, body, fields_among, read_number, read_word, said
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _, pgettext, series
from opsctl.core.typed import mend, read_title
from opsctl.core.void import Void

if TYPE_CHECKING:
    from opsctl.actions.rules import Action
    from opsctl.cli.context import Context

app = room_app()

References = Annotated[
    list[str], Argument(metavar="REF …", help=_("ACT-2026-0042, or 42 for this year's; - reads them from stdin."))
]
Why = Annotated[str, Option("--reason", metavar="TEXT", help=_("Why."))]


@verb(
    app,
    "add",
    help=_(
        "Report what was found wrong; anybody may. The first word is the asset, unless --asset names it. Without an"
        " owner it is the asset's, without a deadline the rules give one."
    ),
    examples=(
        'opsctl action add core-sw-1 "fan is loud" --gravity warn',
        'opsctl action add erp 磁盘快满 --impact "reports fail" --owner wang --deadline "tomorrow 18:00"',
        'opsctl action add erp "back the audit table up" --kind prevent --verify "restore-test erp-db" --months 6',
    ),
    writes=True,
)
def add(
    words: Annotated[list[str], Argument(metavar="ASSET TITLE …", help=_("The asset's handle, then what is wrong."))],
    asset: Annotated[
        str | None, Option("--asset", metavar="ASSET", help=_("The asset, if the title does not begin with it."))
    ] = None,
    gravity: Annotated[
        Gravity | None, Option("--gravity", metavar="fail|warn", help=_("Whether it failed, which is usual, or may."))
    ] = None,
    impact: Annotated[str | None, Option("--impact", metavar="TEXT", help=_("What it affects."))] = None,
    told: Annotated[
        str | None, Option("--told", metavar="WHO", help=_("Who was told; your superior if not given."))
    ] = None,
    owner: Annotated[
        str | None, Option("--owner", metavar="PERSON", help=_("Who is to set it right; me is you."))
    ] = None,
    deadline: Annotated[
        str | None, Option("--deadline", metavar="TIME", help=_("By when: 2d, 18:00, a date for the whole day."))
    ] = None,
    at: Annotated[str | None, Option("--at", metavar="TIME", help=_("When it was found; now if not given."))] = None,
    kind: Annotated[
        Kind | None,
        Option("--kind", metavar="prevent|detect|mitigate|process", help=_("What it does about the next time.")),
    ] = None,
    verify: Annotated[
        str | None,
        Option(
            "--verify",
            metavar="QUERY",
            help=_("The record that verifies it: restore-test POLICY, or inspect CHECKLIST/ITEM [ASSET]."),
        ),
    ] = None,
    months: Annotated[
        str | None,
        Option(
            "--months", metavar="N", help=_("For so long a record that fails opens it again; else the rules say.")
        ),
    ] = None,
) -> None:
    """Parse, add, say so."""
    from opsctl.actions.service import write
    from opsctl.actions.views import told as views

    context = current()
    found = context.perform(
        write.add,
        words=read_title(" ".join(words)),
        asset=None if asset is None else mend(asset),
        gravity=gravity or Gravity.FAIL,
        impact=body(impact),
        told=None if told is None else read_title(told),
        owner=None if owner is None else mend(owner),
        deadline=None if deadline is None else context.deadline(deadline),
        at=context.moment(at),
        kind=kind,
        verify=verify,
        months=None if months is None else read_number(months, "--months"),
    )
    context.emit(views.added(found, context.now))


@verb(
    app,
    "assign",
    help=_("Give actions to somebody."),
    examples=("opsctl action assign 42 --to wang", "opsctl action assign 42 43 --to me"),
    writes=True,
)
def assign(
    refs: References,
    to: Annotated[
        str, Option("--to", metavar="PERSON", help=pgettext("action", "Who has it from now on; me is you."))
    ],
) -> None:
    """Parse, assign, say so."""
    from opsctl.actions.service import write

    _act(current(), refs, write.assign, ASSIGNED, to=mend(to))


@verb(
    app,
    "done",
    help=_("Say that what was wrong is set right; somebody else verifies it."),
    examples=('opsctl action done 42 --result "fan replaced"', "opsctl action done 42 43 --at 09:40"),
    writes=True,
)
def done(
    refs: References,
    result: Annotated[str | None, Option("--result", metavar="TEXT", help=_("What was done."))] = None,
    at: Annotated[str | None, Option("--at", metavar="TIME", help=_("When it was done; now if not given."))] = None,
) -> None:
    """Parse, mark as done, say so."""
    from opsctl.actions.service import write

    context = current()
    _act(context, refs, write.done, DONE, result=body(result), at=context.moment(at))


@verb(
    app,
    "verify",
    help=_("Verify what somebody else did; never by who did it, and not what a record verifies."),
    examples=("opsctl action verify 42", "opsctl action list --state done --quiet | opsctl action verify -"),
    writes=True,
)
def verify(refs: References) -> None:
    """Parse, verify, say so."""
    from opsctl.actions.service import write

    _act(current(), refs, write.verify, VERIFIED)


@verb(
    app,
    "return",
    help=_("Give back what was said to be done and is not right yet; it is open again."),
    examples=('opsctl action return 42 --reason "still loud"',),
    writes=True,
)
def return_(refs: References, reason: Why) -> None:
    """Parse, return, say so."""
    from opsctl.actions.service import write

    _act(current(), refs, write.return_, RETURNED, reason=said(reason))


@verb(
    app,
    "reopen",
    help=_("Take verified actions up again."),
    examples=('opsctl action reopen 42 --reason "failed again after a day"',),
    writes=True,
)
def reopen(refs: References, reason: Why) -> None:
    """Parse, reopen, say so."""
    from opsctl.actions.service import write

    _act(current(), refs, write.reopen, REOPENED, reason=said(reason))


@verb(
    app,
    "correct",
    help=_("Set right what was recorded wrongly; the ledger keeps the old value."),
    examples=('opsctl action correct 42 asset=core-sw-2 --reason "wrong rack"',),
    writes=True,
)
def correct(
    words: Annotated[
        list[str],
        Argument(
            metavar="REF … FIELD=VALUE …",
            help=_(
                "title, asset, impact, told, owner, deadline, found_at, gravity, result, kind, verify, months;"
                " - takes a value away."
            ),
        ),
    ],
    reason: Annotated[str, Option("--reason", metavar="TEXT", help=_("Why it was wrong."))],
) -> None:
    """Parse, correct, say so."""
    from opsctl.actions.service import write
    from opsctl.actions.views import told

    context = current()
    refs, pairs = fields_among(words, "opsctl action correct 42 deadline=2d --reason TEXT")
    given = dict(_field(context, name, value) for name, value in pairs)
    named = context.named(refs)
    if named is None:
        context.emit(told.done([], CORRECTED, context.now))
    else:
        found = context.perform(write.correct, named=named, given=given, reason=said(reason))
        context.emit(told.corrected(found, context.now))


@verb(
    app,
    "void",
    help=_("Take actions out of every figure; the figures say how many."),
    examples=("opsctl action void 42 --because duplicate",),
    writes=True,
)
def void(
    refs: References,
    because: Annotated[Void, Option("--because", metavar="WORD", help=_("false-alarm, test, duplicate or mistake."))],
    reason: Annotated[str | None, Option("--reason", metavar="TEXT", help=_("Why."))] = None,
) -> None:
    """Parse, make void, say so."""
    from opsctl.actions.service import write

    _act(current(), refs, write.void, VOIDED, because=because, reason=body(reason))


def _act(
    context: "Context", refs: list[str], use_case: "Callable[..., list[Action]]", kind: str, **arguments: Any
) -> None:
    """Do it to each of the actions that are named or piped, and say so."""
    from opsctl.actions.views import told

    named = context.named(refs)
    found = [] if named is None else context.perform(use_case, named=named, **arguments)
    context.emit(told.done(found, kind, context.now))


def _field(context: "Context", name: str, value: str) -> tuple[str, Any]:
    from opsctl.actions.rules import corrections

    field = read_word(name, list(corrections.CORRECTABLE), _("The field"))
    if mend(value) in NOTHING:
        if field in corrections.CLEARABLE:
            return field, None
        raise InvalidInput(
            _("{field} cannot be taken away.").format(field=field),
            _("These can: {fields}.").format(fields=series(corrections.CLEARABLE)),
        )
    if field in corrections.MOMENTS:
        return field, context.moment(value) if field in corrections.PAST else context.deadline(value)
    if field in corrections.WORDS:
        kind = corrections.WORDS[field]
        return field, kind(read_word(mend(value), [one.value for one in kind], field))
    if field in corrections.NUMBERS:
        return field, read_number(mend(value), field)
    if field in corrections.NAMES:
        return field, mend(value)
    return field, said(value) if field in corrections.TEXTS else read_title(value)

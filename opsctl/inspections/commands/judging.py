"""opsctl inspect countersign | correct | void"""

from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import mend, read_body
from opsctl.core.void import Void
from opsctl.inspections.commands.parameters import Reason, References, asked_zone

app = room_app()


@verb(
    app,
    "countersign",
    help=_("Confirm that a round was walked when it claims. Another person has to; then it is judged by that time."),
    examples=("opsctl inspect countersign 42",),
    writes=True,
)
def countersign(refs: References) -> None:
    """Parse, countersign, say so."""
    from opsctl.inspections.service import judging
    from opsctl.inspections.views import told

    context = current()
    named = context.named(refs)
    if named:
        context.emit(told.countersigned(context.perform(judging.countersign, named=named)))


@verb(
    app,
    "correct",
    help=_("Set a reading or the time of the walk right. The old one stays in the record."),
    examples=(
        "opsctl inspect correct 42 temp=21.5 --reason 'read the wrong rack'",
        "opsctl inspect correct 42 done=08:40 --reason 'clock was wrong'",
    ),
    writes=True,
)
def correct(
    words: Annotated[
        list[str],
        Argument(metavar="REF ITEM=READING …", help=_("The round, then items as in log, or done=TIME for the walk.")),
    ],
    reason: Reason,
) -> None:
    """Parse, correct, say so."""
    from opsctl.inspections.service import judging
    from opsctl.inspections.views import told

    refs = [word for word in words if "=" not in mend(word)]
    given = [word for word in words if "=" in mend(word)]
    if len(refs) != 1 or not given:
        raise InvalidInput(
            _("A correction needs one reference and a reading."),
            _("Like: opsctl inspect correct 42 temp=21.5 --reason TEXT"),
        )
    context = current()
    found = context.perform(
        judging.correct, reference=refs[0], given=given, reason=read_body(reason), zone=asked_zone(context)
    )
    context.emit(told.corrected(found))


@verb(
    app,
    "void",
    help=_("Take rounds out of every figure; what they had met is due again. The record stays."),
    examples=("opsctl inspect void 42 --because mistake",),
    writes=True,
)
def void(
    refs: References,
    because: Annotated[
        Void, Option("--because", metavar="false-alarm|test|duplicate|mistake", help=_("Why it counts nowhere."))
    ],
) -> None:
    """Parse, void, say so."""
    from opsctl.inspections.service import judging
    from opsctl.inspections.views import told

    context = current()
    named = context.named(refs)
    if named:
        context.emit(told.voided(context.perform(judging.void, named=named, because=because)))

"""Rounds in the hand-over of a shift."""

from dataclasses import replace
from datetime import datetime

from opsctl.core.report import Part, Report, Table, choose_columns
from opsctl.core.texts import _
from opsctl.inspections.rules.results import Listed
from opsctl.inspections.views.lists import listed as list_rounds
from opsctl.inspections.views.lists import today as open_rounds

_COLUMNS = "reference,checklist,asset,done,person,wrong,flags"


def handover(done: Listed, in_hand: Listed, now: datetime) -> Report:
    """The rounds that were done, with what was found wrong and what is worth a look; and those still open."""
    listed = choose_columns(list_rounds(done), _COLUMNS)
    begun = open_rounds(in_hand, now)
    return Report(
        kind="inspection.handover",
        data={"done": listed.data["rounds"], "open": begun.data["rounds"]},
        parts=(
            *_titled(listed.parts, _("Rounds done in this shift")),
            *_titled(begun.parts, _("Rounds that are open")),
        ),
        remarks=begun.remarks,
        references=(*listed.references, *begun.references),
    )


def _titled(parts: tuple[Part, ...], title: str) -> list[Part]:
    return [replace(part, title=title) if isinstance(part, Table) else part for part in parts]

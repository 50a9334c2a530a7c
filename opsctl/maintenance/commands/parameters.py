"""Options that several verbs of maintenance and patches take, and how their values are read."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import excerpt, mend, read_title
from opsctl.core.void import Void
from opsctl.maintenance.terms import Backup

if TYPE_CHECKING:
    from opsctl.cli.context import Context
    from opsctl.core.report import Report

ConfigSaved = Annotated[
    str | None,
    Option("--config-saved", metavar="yes|no|n/a", help=_("Whether the configuration was saved before; wanted.")),
]
Procedure = Annotated[
    str | None, Option("--procedure", metavar="TEXT", help=_("Which procedure was followed: a name, a number, a link."))
]
At = Annotated[str | None, Option("--at", metavar="TIME", help=_("When it was done; now if not given."))]
Because = Annotated[Void, Option("--because", metavar="WORD", help=_("false-alarm, test, duplicate or mistake."))]
Reason = Annotated[str | None, Option("--reason", metavar="TEXT", help=_("Why."))]
WorkReferences = Annotated[
    list[str], Argument(metavar="REF …", help=_("WRK-2026-0042, or 42 for this year's; - reads them from stdin."))
]
PatchReferences = Annotated[
    list[str], Argument(metavar="REF …", help=_("PAT-2026-0042, or 42 for this year's; - reads them from stdin."))
]

_LONGEST_TOPIC = 100
_BACKUPS = {
    **dict.fromkeys(("yes", "y", "taken", "是", "有", "已保存", "已备份"), Backup.TAKEN),
    **dict.fromkeys(("no", "n", "not-taken", "否", "无", "未保存", "未备份"), Backup.NOT_TAKEN),
    **dict.fromkeys(("n/a", "na", "不适用"), Backup.NOT_APPLICABLE),
}


def act(
    context: "Context",
    refs: list[str],
    use_case: "Callable[..., Any]",
    view: "Callable[[Any], Report]",
    **arguments: Any,
) -> None:
    """Do it to the records that are named or piped, and say so; an empty pipe names none, and nothing is done."""
    picked = context.named(refs)
    context.emit(view([] if picked is None else context.perform(use_case, named=picked, **arguments)))


def backup_of(text: str | None) -> Backup:
    """The answer that was typed. Raise InvalidInput where there is none: the record is to say it."""
    if text is None:
        raise InvalidInput(
            _("It is not said whether the configuration was saved before."),
            _("Say it with --config-saved yes, no or n/a."),
        )
    found = _BACKUPS.get(mend(text).casefold())
    if found is None:
        raise InvalidInput(
            _("--config-saved cannot be {value!r}.").format(value=excerpt(text)), _("Use one of: yes, no, n/a.")
        )
    return found


def topic_of(text: str | None) -> str | None:
    """The topic that was typed, spelled as in the rulebook; None where none was. Raise InvalidInput if empty."""
    return None if text is None else read_title(mend(text), limit=_LONGEST_TOPIC)

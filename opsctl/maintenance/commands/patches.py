"""opsctl patch add | decide | install | defer | void | list | show"""

from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.filters import Columns, Limit, OfAsset
from opsctl.cli.groups import room_app, verb
from opsctl.cli.usage import body
from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import mend, read_title
from opsctl.maintenance.commands.parameters import (  # fmt: skip
    At,
    Because,
    ConfigSaved,
    PatchReferences,
    Procedure,
    Reason,
    act,
    backup_of,
)
from opsctl.maintenance.terms import PATCH_ADDED, PATCH_DECIDED, PATCH_DEFERRED, PATCH_VOIDED, Wanted

app = room_app()

Owner = Annotated[str | None, Option("--owner", metavar="PERSON", help=_("Who has it; me is you."))]
_LONGEST_ADVISORY = 100


@verb(
    app,
    "add",
    help=_("Add a vendor's advisory or patch. It is open until somebody decides."),
    examples=(
        'opsctl patch add core-sw-1 "denial of service in SNMP" --advisory CVE-2026-1234 --published 2026-11-01',
        'opsctl patch add app-1 "openssl 3.5.4" --also app-2 --also app-3 --owner me',
    ),
    writes=True,
)
def add(
    asset: Annotated[str, Argument(metavar="ASSET", help=_("A handle, or a whole title in either language."))],
    title: Annotated[list[str], Argument(metavar="TITLE …", help=_("What it is about."))],
    also: Annotated[
        list[str] | None, Option("--also", metavar="ASSET", help=_("Another asset, which gets its own; several times."))
    ] = None,
    advisory: Annotated[
        str | None, Option("--advisory", metavar="ID", help=_("What the vendor calls it: CVE-2026-1234."))
    ] = None,
    published: Annotated[
        str | None, Option("--published", metavar="DATE", help=_("When the vendor published it."))
    ] = None,
    owner: Owner = None,
) -> None:
    """Parse, add, say so."""
    from opsctl.maintenance.service import patches as service
    from opsctl.maintenance.views import patches as views

    context = current()
    added = context.perform(
        service.add,
        named=[mend(word) for word in (asset, *(also or []))],
        title=read_title(" ".join(title)),
        advisory=None if advisory is None else read_title(mend(advisory), limit=_LONGEST_ADVISORY),
        published=context.moment(published),
        owner=None if owner is None else mend(owner),
    )
    context.emit(views.done(added, PATCH_ADDED, context.now))


@verb(
    app,
    "decide",
    help=_("Decide by when patches are to be installed, or that they do not apply."),
    examples=(
        "opsctl patch decide 42 --install-by 2026-11-30",
        'opsctl patch decide 42 --not-applicable --reason "SNMP is off"',
    ),
    writes=True,
)
def decide(
    refs: PatchReferences,
    install_by: Annotated[
        str | None, Option("--install-by", metavar="TIME", help=_("By when; a date is the whole day, included."))
    ] = None,
    not_applicable: Annotated[
        bool, Option("--not-applicable", help=_("It is not to be installed here; wants --reason."))
    ] = False,
    reason: Reason = None,
    owner: Owner = None,
) -> None:
    """Parse, decide, say so."""
    from opsctl.maintenance.service import patches as service
    from opsctl.maintenance.views import patches as views

    if (install_by is None) is not not_applicable:
        raise InvalidInput(_("Say what is decided, once."), _("Use either --install-by TIME or --not-applicable."))
    if not_applicable and reason is None:
        raise InvalidInput(_("Nothing says why it does not apply."), _("Say it with --reason TEXT."))
    context = current()
    act(
        context,
        refs,
        service.decide,
        lambda done: views.done(done, PATCH_DECIDED, context.now),
        install_by=None if install_by is None else context.deadline(install_by),
        reason=body(reason),
        owner=None if owner is None else mend(owner),
    )


@verb(
    app,
    "install",
    help=_("Record that patches were installed: each becomes maintenance of the topic patch, and is linked to it."),
    examples=("opsctl patch install 42 --config-saved yes --procedure OP-7 --at 22:40",),
    writes=True,
)
def install(
    refs: PatchReferences, config_saved: ConfigSaved = None, procedure: Procedure = None, at: At = None
) -> None:
    """Parse, install, say so."""
    from opsctl.maintenance.service import patches as service
    from opsctl.maintenance.views import patches as views

    context = current()
    act(
        context,
        refs,
        service.install,
        lambda done: views.installed(done, context.now),
        backup=backup_of(config_saved),
        procedure=body(procedure),
        at=context.moment(at),
    )


@verb(
    app,
    "defer",
    help=_("Put patches off until a time, for a reason."),
    examples=('opsctl patch defer 42 --until 2026-12-15 --reason "no window before the fair"',),
    writes=True,
)
def defer(
    refs: PatchReferences,
    until: Annotated[str, Option("--until", metavar="TIME", help=_("Until when; a date is the whole day, included."))],
    reason: Annotated[str, Option("--reason", metavar="TEXT", help=_("Why."))],
) -> None:
    """Parse, defer, say so."""
    from opsctl.maintenance.service import patches as service
    from opsctl.maintenance.views import patches as views

    context = current()
    act(
        context,
        refs,
        service.defer,
        lambda done: views.done(done, PATCH_DEFERRED, context.now),
        until=context.deadline(until),
        reason=body(reason),
    )


@verb(
    app,
    "void",
    help=_("Take patches out of every list and figure; the maintenance that installed them stays."),
    examples=("opsctl patch void 42 --because duplicate",),
    writes=True,
)
def void(refs: PatchReferences, because: Because, reason: Reason = None) -> None:
    """Parse, make void, say so."""
    from opsctl.maintenance.service import patches as service
    from opsctl.maintenance.views import patches as views

    context = current()
    act(
        context,
        refs,
        service.void,
        lambda done: views.done(done, PATCH_VOIDED, context.now),
        because=because,
        reason=body(reason),
    )


@verb(
    app,
    "list",
    help=_("List patches: those not settled if no state is named, what is due first leading."),
    examples=("opsctl patch list --owner me", "opsctl patch list --state overdue", "opsctl patch list --state all"),
    writes=False,
)
def list_(
    state: Annotated[
        Wanted | None,
        Option(
            "--state",
            metavar="STATE",
            help=_("open, decided, deferred, installed, not-applicable, overdue or all."),
        ),
    ] = None,
    asset: OfAsset = None,
    owner: Annotated[
        str | None, Option("--owner", metavar="PERSON", help=_("Only those that this person has; me is you."))
    ] = None,
    advisory: Annotated[str | None, Option("--advisory", metavar="ID", help=_("Only those of this advisory."))] = None,
    limit: Limit = None,
    columns: Columns = None,
) -> None:
    """Parse, read, show."""
    from opsctl.maintenance.service import patches as service
    from opsctl.maintenance.views import patches as views
    from opsctl.maintenance.views.words import with_columns

    context = current()
    found = context.read(
        service.list_patches,
        now=context.now,
        state=state,
        asset=asset,
        owner=owner,
        advisory=None if advisory is None else mend(advisory),
        me=context.me,
        limit=context.limit(limit),
    )
    report = views.listed(found.patches, found.total, context.now)
    context.emit(with_columns(report, columns, views.COLUMNS))


@verb(
    app,
    "show",
    help=_("Show one patch, and its history."),
    examples=("opsctl patch show 42",),
    writes=False,
)
def show(ref: Annotated[str, Argument(metavar="REF", help=_("PAT-2026-0042, or 42 for this year's."))]) -> None:
    """Read and show."""
    from opsctl.maintenance.service import patches as service
    from opsctl.maintenance.views import patches as views

    context = current()
    patch, rows = context.read(service.show, word=ref, now=context.now)
    context.emit(views.shown(patch, rows, context.now))

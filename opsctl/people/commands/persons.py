"""opsctl person add | list | show | edit | import; `retire` comes from the desk, for it reaches into every room."""

from typing import Annotated

from typer import Argument, Option

from opsctl.cli.context import current
from opsctl.cli.groups import room_app, verb
from opsctl.cli.importing import DryRun, File, Intake, Map, Rejects, import_file
from opsctl.core.texts import _
from opsctl.core.typed import mend, read_given, read_handle
from opsctl.people.terms import PERSON_ADDED, PERSON_EDITED

app = room_app()

Who = Annotated[str, Argument(metavar="PERSON", help=_("A handle, a login, or a whole name."))]
Name = Annotated[str | None, Option("--name", metavar="TEXT", help=_("The name, in any language."))]
Login = Annotated[str | None, Option("--login", metavar="LOGIN", help=_("The login under which they act."))]
Department = Annotated[str | None, Option("--department", metavar="TEXT", help=_("The department."))]
Team = Annotated[str | None, Option("--team", metavar="TEXT", help=_("The team."))]
Superior = Annotated[str | None, Option("--superior", metavar="PERSON", help=_("To whom they report."))]
Phone = Annotated[str | None, Option("--phone", metavar="NUMBER", help=_("The phone number to call."))]
Email = Annotated[str | None, Option("--email", metavar="ADDRESS", help=_("The e-mail address."))]
Post = Annotated[list[str] | None, Option("--post", metavar="POST", help=_("A post that they hold; may be repeated."))]
Since = Annotated[str | None, Option("--since", metavar="TIME", help=_("Since when they hold these posts."))]
Until = Annotated[
    str | None, Option("--until", metavar="TIME", help=_("Until when; a date is the whole day, included."))
]


@verb(
    app,
    "add",
    help=_("Add a person. The first must be yourself: from then on only recorded persons can write."),
    examples=(
        "opsctl person add wang --name 王芳 --login root --post technical-head",
        "opsctl person add li --name 李雷 --team 二班 --superior wang --phone 13800000000",
    ),
    writes=True,
)
def add(
    handle: Annotated[str, Argument(metavar="HANDLE", help=_("A short name to type: letters, digits, . _ -"))],
    name: Name = None,
    login: Login = None,
    department: Department = None,
    team: Team = None,
    superior: Superior = None,
    phone: Phone = None,
    email: Email = None,
    post: Post = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Parse, add, say so."""
    from opsctl.people.service import persons as service
    from opsctl.people.views import persons as views

    context = current()
    texts = read_given(
        {"name": name, "login": login, "department": department, "team": team, "superior": superior}
        | {"phone": phone, "email": email}
    )
    added = context.perform(
        service.add,
        handle=read_handle(handle),
        texts=texts,
        posts=[read_handle(one) for one in post or []],
        since=context.moment(since),
        until=context.until(until),
    )
    context.emit(views.changed(added, PERSON_ADDED))


@verb(
    app,
    "list",
    help=_("List the persons with the posts they hold now."),
    examples=("opsctl person list --post technical-head", "opsctl person list --team 二班"),
    writes=False,
)
def list_(
    team: Annotated[str | None, Option("--team", metavar="TEXT", help=_("Only those of this team."))] = None,
    post: Annotated[str | None, Option("--post", metavar="POST", help=_("Only those who hold this post now."))] = None,
    everybody: Annotated[bool, Option("--all", help=_("The retired ones too."))] = False,
) -> None:
    """Read and show."""
    from opsctl.people.service import persons as service
    from opsctl.people.views import persons as views

    context = current()
    found = context.read(
        service.list_persons,
        now=context.now,
        retired=everybody,
        team=team,
        post=None if post is None else read_handle(post),
    )
    context.emit(views.listed(found, context.now))


@verb(app, "show", help=_("Show one person, or yourself."), examples=("opsctl person show me",), writes=False)
def show(who: Who) -> None:
    """Read and show."""
    from opsctl.people.service import persons as service
    from opsctl.people.views import persons as views

    context = current()
    context.emit(views.shown(context.read(service.find_or_me, word=who, me=context.me)))


@verb(
    app,
    "edit",
    help=_("Change what is known of a person; - takes a value away. Posts begin and end, and stay in the record."),
    examples=(
        "opsctl person edit wang --post technical-head --since 2026-10-01",
        "opsctl person edit wang --end-post technical-head --at 2026-12-31",
        "opsctl person edit li --superior wang --phone -",
    ),
    writes=True,
)
def edit(
    who: Who,
    name: Name = None,
    login: Login = None,
    department: Department = None,
    team: Team = None,
    superior: Superior = None,
    phone: Phone = None,
    email: Email = None,
    post: Post = None,
    since: Since = None,
    until: Until = None,
    end_post: Annotated[
        list[str] | None, Option("--end-post", metavar="POST", help=_("A post that they leave; may be repeated."))
    ] = None,
    at: Annotated[
        str | None, Option("--at", metavar="TIME", help=_("When they leave these posts; now if not given."))
    ] = None,
) -> None:
    """Parse, change, say so."""
    from opsctl.people.service import persons as service
    from opsctl.people.views import persons as views

    context = current()
    texts = read_given(
        {"name": name, "login": login, "department": department, "team": team, "superior": superior}
        | {"phone": phone, "email": email}
    )
    edited = context.perform(
        service.edit,
        person=who,
        texts=texts,
        posts=[read_handle(one) for one in post or []],
        since=context.moment(since),
        until=context.until(until),
        end_posts=[mend(one).casefold() for one in end_post or []],
        at=context.moment(at),
    )
    context.emit(views.changed(edited, PERSON_EDITED))


@verb(
    app,
    "import",
    help=_(
        "Import persons: CSV, JSON or JSON lines, told by content. The same again changes nothing, an empty cell"
        " leaves a value as it is, - takes it away; posts are all that are held from now on."
    ),
    examples=("opsctl person import persons.csv --dry-run", "opsctl person import hr.csv --map hr.toml"),
    writes=True,
    attention=_("imported, but some records were rejected"),
)
def import_(file: File, map_file: Map = None, dry_run: DryRun = False, rejects: Rejects = None) -> None:
    """Import and report."""
    from opsctl.people.service import imports as service

    context = current()
    intake = Intake("person.import", "handle", service.PERSON_FIELDS, service.plan_persons, service.import_persons)
    context.emit(import_file(context, intake, file, map_file, dry_run=dry_run, rejects=rejects))

"""What the host file says of backups: jobs that run the policies of the rulebook, the scratch place, and floors."""

from datetime import timedelta
from typing import NamedTuple


class Secret(NamedTuple):
    """Where a secret is found: `kind` is env, file, credential or command, `value` what stands behind the colon.

    The secret itself is never kept; `opsctl.cli.secrets.reveal` reads it when it is needed.
    """

    kind: str
    value: str


class Place(NamedTuple):
    """Where a copy goes: `name` is a location of the policy, `to` a folder or what the engine calls a repository."""

    name: str
    to: str


class Hook(NamedTuple):
    """A program that runs before or after. Where a `required` one fails before, nothing is backed up."""

    command: tuple[str, ...]
    timeout: timedelta
    required: bool


class Assertion(NamedTuple):
    """What must be true of the restored copy: `kind` is sql, newest, file, files, command or http.

    `sql` and `newest` hold a query in `ask`, `file` a path, `files` nothing, `command` the program, `http` an address
    (both with `{root}`, `{host}`, `{port}`, `{database}` of the copy where they stand). `expect` is a range such as
    `>= 1000`, or the text itself; for a file `manifest` or its SHA-256; `within` the age of the newest row.
    """

    kind: str
    ask: str | None = None
    command: tuple[str, ...] = ()
    expect: str | None = None
    within: timedelta | None = None
    timeout: timedelta = timedelta(minutes=1)


class Canary(NamedTuple):
    """A row that is written before each run and looked for in the restored data; opt-in, with its own credential."""

    connection: str
    table: str


class Encryption(NamedTuple):
    """For whom artefacts are encrypted, and how this host decrypts them; `decrypt` None where it cannot.

    `tool` is age or gpg. `recipients` is a file of age recipients, or a key's fingerprint for gpg. `test_on` names the
    host that can prove what this one cannot.
    """

    tool: str
    recipients: str
    decrypt: Secret | None
    test_on: str | None


class Job(NamedTuple):
    """How this host runs the policy `name`. Paths are absolute.

    `places` is at least one. `sources` are the folders and files of files, rsync, restic and borg, the database file of
    sqlite; `connection` is a libpq string without a password, `options` a defaults file of mysql and mariadb,
    `databases` what they dump (all where empty). `command` makes the artefact of the command driver: its stdout, or
    the file that `{output}` names; `codes` maps its exit codes to statuses. `programs` is a folder in which the
    engine's programs are looked for before PATH. `window` is minutes from midnight in the reader's zone, and may pass
    midnight. `least_share` is how small a run may be beside the median of the last good ones.
    """

    name: str
    driver: str
    places: tuple[Place, ...]
    sources: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    connection: str | None = None
    options: str | None = None
    databases: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    restore_command: tuple[str, ...] = ()
    codes: tuple[tuple[int, str], ...] = ()
    output: str | None = None
    programs: str | None = None
    password: Secret | None = None
    encryption: Encryption | None = None
    before: tuple[Hook, ...] = ()
    after: tuple[Hook, ...] = ()
    window: tuple[int, int] | None = None
    start_deadline: timedelta | None = None
    timeout: timedelta = timedelta(hours=12)
    idle_timeout: timedelta = timedelta(minutes=30)
    nice: int | None = None
    prune: str = "manual"
    counts: str = "artefact"
    canary: Canary | None = None
    asserts: tuple[Assertion, ...] = ()
    least_share: float = 0.5


class Scratch(NamedTuple):
    """Where restore tests restore to, in a folder of their own. `user` runs scratch servers where we are root."""

    path: str
    min_free: int
    user: str | None = None


class Host(NamedTuple):
    """What this host may do: its jobs by the policies' names, its scratch place, and floors no rulebook goes below.

    `keep_age` and `keep_proven`: nothing younger is pruned, nor one of so many newest proven points. Of one policy no
    more than `max_runs_per_day` scheduled runs are begun.
    """

    jobs: dict[str, Job]
    scratch: Scratch | None = None
    keep_age: timedelta = timedelta(0)
    keep_proven: int = 1
    max_runs_per_day: int = 24

"""What a host file may say of backups: read whole when somebody asks, and nobody is told a secret."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsctl.cli.hostfile import HostFile
from opsctl.cli.hostfile.backups import host_of
from opsctl.cli.hostfile.jobs import Assertion, Canary, Encryption, Hook, Host, Job, Place, Scratch, Secret
from tests.cli.hostfile.saying import BASE, SEALED, host, job, refusal, written
from tests.harness import CommandLine

MINUTES = timedelta(minutes=1)


def test_a_host_without_backups_has_no_jobs_and_the_least_floors(path: Path) -> None:
    assert host_of(HostFile()) == host(path, "") == host(path, '[host]\nname = "h"\n') == Host({})


def test_the_smallest_job_of_each_driver(path: Path) -> None:
    made = {driver: job(path, driver) for driver in BASE}
    local = (Place("local", "/backup/erp"),)
    assert made["files"] == Job("erp", "files", local, sources=("/srv/erp",))
    assert made["rsync"] == Job("erp", "rsync", local, sources=("/srv/erp",))
    assert made["restic"] == Job(
        "erp", "restic", (Place("local", "/backup/restic"),), sources=("/home",),
        password=Secret("file", "/etc/opsctl/restic.pw"),
    )  # fmt: skip
    assert made["borg"] == Job("erp", "borg", (Place("local", "ssh://b@vault/./borg"),), sources=("/home",))
    assert made["postgres"] == Job(
        "erp", "postgres", (Place("local", "/backup/db"),), connection="service=erp-replica"
    )
    assert made["sqlite"] == Job("erp", "sqlite", (Place("local", "/backup/app"),), sources=("/srv/app/app.db",))
    assert made["mysql"] == Job("erp", "mysql", (Place("local", "/backup/my"),))
    assert made["mariadb"] == Job("erp", "mariadb", (Place("local", "/backup/my"),), databases=("shop", "商店"))
    assert made["command"] == Job(
        "erp", "command", (Place("local", "/backup/ldap"),), command=("/usr/sbin/slapcat",), codes=((0, "success"),)
    )


def test_what_every_job_may_say(path: Path) -> None:
    made = job(
        path, "files", **SEALED, to=None,
        copies='[{ name = "local", to = "/backup/erp" }, { name = "异地", to = "/mnt/vault/erp" }]',
        test_on='"vault1"', exclude='["*.tmp", "/srv/erp/cache"]', before='[{ command = ["erp", "quiesce"] }]',
        after='[{ command = ["/bin/erp", "resume"], timeout = "90s", required = false }]', window='"22:00-04:30"',
        start_deadline='"2h"', timeout='"3h"', idle_timeout='"10m"', nice="19", prune='"auto"',
        programs='"/opt/zstd/bin"', least_share='"25 %"',
    )  # fmt: skip
    assert made == Job(
        "erp", "files", (Place("local", "/backup/erp"), Place("异地", "/mnt/vault/erp")), sources=("/srv/erp",),
        exclude=("*.tmp", "/srv/erp/cache"), programs="/opt/zstd/bin",
        encryption=Encryption("age", "/etc/opsctl/age.pub", Secret("command", "pass show age"), "vault1"),
        before=(Hook(("erp", "quiesce"), MINUTES, True),),
        after=(Hook(("/bin/erp", "resume"), timedelta(seconds=90), False),), window=(1320, 270),
        start_deadline=timedelta(hours=2), timeout=timedelta(hours=3), idle_timeout=timedelta(minutes=10), nice=19,
        prune="auto", least_share=0.25,
    )  # fmt: skip


def test_assertions_of_every_kind(path: Path) -> None:
    digest = "AB" * 32
    made = job(path, "sqlite", **{"assert": f"""[
        {{ sql = "select count(*) from orders", expect = ">= 1000" }},
        {{ sql = "select 1", expect = 1, timeout = "5m" }},
        {{ newest = "select max(at) from orders", within = "2h" }},
        {{ file = "/home/README", sha256 = "manifest" }},
        {{ file = "home/x", sha256 = "{digest}" }},
        {{ file = "home/y", expect = ">= 1.5 KiB" }},
        {{ file = "home/z" }},
        {{ files = "manifest" }},
        {{ command = ["/usr/bin/test", "-s", "{{root}}/app.db"] }},
        {{ http = "http://127.0.0.1:{{port}}/", expect = "200" }},
    ]"""})  # fmt: skip
    assert made.asserts == (
        Assertion("sql", "select count(*) from orders", expect=">= 1000"),
        Assertion("sql", "select 1", expect="1", timeout=timedelta(minutes=5)),
        Assertion("newest", "select max(at) from orders", within=timedelta(hours=2)),
        Assertion("file", "home/README", expect="manifest"),
        Assertion("file", "home/x", expect="ab" * 32),
        Assertion("file", "home/y", expect=">= 1536"),
        Assertion("file", "home/z"),
        Assertion("files", expect="manifest"),
        Assertion("command", command=("/usr/bin/test", "-s", "{root}/app.db")),
        Assertion("http", "http://127.0.0.1:{port}/", expect="200"),
    )


def test_what_only_some_drivers_take(path: Path) -> None:
    fingerprint = "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567"
    sealed = job(path, "sqlite", encrypt=f'{{ gpg = "{fingerprint.lower()}" }}', test_on='"vault1"')
    assert sealed.encryption == Encryption("gpg", fingerprint.replace(" ", ""), None, "vault1")
    dumped = job(path, "postgres", counts='"exact"', canary='{ connection = "service=erp-canary" }')
    assert (dumped.counts, dumped.canary) == ("exact", Canary("service=erp-canary", "opsctl_canary"))
    made = job(
        path, "command", codes='{ "3" = "incomplete", "0" = "success" }', output='"/var/lib/ldap-{stamp}.ldif"',
        restore='["/usr/sbin/slapadd", "-F", "{root}", "-l", "{input}"]',
    )  # fmt: skip
    assert made.codes == ((0, "success"), (3, "incomplete"))
    assert made.output == "/var/lib/ldap-{stamp}.ldif"
    assert made.restore_command[2:] == ("{root}", "-l", "{input}")
    several = job(path, "borg", repository=None, copies='[{ name = "offsite", to = "b@vault:borg" }]')
    assert several.places == (Place("offsite", "b@vault:borg"),)
    whole = job(path, "restic", sources='["/"]', exclude='["/backup"]')
    assert (whole.sources, whole.exclude) == (("/",), ("/backup",))


@pytest.mark.parametrize(
    "connection",
    [
        "service=erp", "host=db1 dbname=erp passfile=/etc/opsctl/pgpass", "postgresql://backup@db1:5432/erp",
        "postgresql:///erp?host=/run/postgresql",
    ],
)  # fmt: skip
def test_connections_that_are_fine(path: Path, connection: str) -> None:
    assert job(path, "postgres", connection=f'"{connection}"').connection == connection


@pytest.mark.parametrize(
    "repository", ["sftp:b@vault:/srv/restic", "rest:https://vault:8000/erp", "s3:s3.example.com/erp", "rclone:r:erp"]
)
def test_repositories_elsewhere_are_fine(path: Path, repository: str) -> None:
    assert job(path, "restic", repository=f'"{repository}"').places == (Place("local", repository),)


def test_what_the_host_itself_says(path: Path) -> None:
    found = host(path, """
        [host]
        name = "backup1"
        scratch = { path = "/var/tmp/opsctl", min_free = "50GB", user = "pgserver" }
        keep_at_least = { days = 30, proven = 5 }
        max_runs_per_day = 4
    """)
    scratch = Scratch("/var/tmp/opsctl", 50_000_000_000, "pgserver")
    assert found == Host({}, scratch, timedelta(days=30), 5, 4)


@pytest.mark.parametrize("scratch", ["/srv/erp", "/srv/erp/tmp", "/srv", "/backup/erp/tmp", "/backup"])
def test_restore_tests_never_work_where_live_data_or_backups_are(path: Path, scratch: str) -> None:
    text = f'[host]\nscratch = {{ path = "{scratch}" }}\n' + written("erp", "files")
    assert refusal(path, text).message.endswith("of backups.erp lie one in the other.")


def test_a_host_cannot_hand_its_proof_to_itself(path: Path) -> None:
    text = '[host]\nname = "backup1"\n' + written("erp", "files", encrypt=SEALED["encrypt"], test_on='"backup1"')
    assert refusal(path, text).message == f"{path}: backups.erp is encrypted and can be proven nowhere."


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o666], ids=oct)
def test_options_that_others_can_read_are_refused_with_the_line_that_closes_them(path: Path, mode: int) -> None:
    options = path.with_name("my.cnf")
    options.touch()
    options.chmod(mode)
    wrong = refusal(path, written("shop", "mysql", options=f'"{options}"'))
    told = f"backups.shop.options: {options} can be read or written by others, and holds a password."
    assert wrong.message == f"{path}: {told}"
    assert wrong.hint == f"Close it with: chmod go-rwx {options}"
    options.chmod(0o600)
    assert job(path, "mysql", options=f'"{options}"').options == str(options)


def test_two_policies_may_keep_their_points_in_one_place(path: Path) -> None:
    found = host(path, written("erp", "files", to='"/backup"') + written("crm", "files", to='"/backup"'))
    assert [one.places for one in found.jobs.values()] == [(Place("local", "/backup"),)] * 2


def test_a_slip_in_a_backup_keeps_nobody_from_opening_an_incident(run: CommandLine, path: Path) -> None:
    path.write_text(
        f'[profile.default]\ndatabase = "{run.database}"\n[host]\nname = "h"\n[backups]\nerp = 7\n', encoding="utf-8"
    )
    opened = run("open", "erp down", "-s1", "--config", str(path), "--json")
    assert opened.code == 0
    assert json.loads(opened.out)["data"]


def test_reading_a_host_file_loads_nothing_of_backups(path: Path) -> None:
    path.write_text(written("erp", "files"), encoding="utf-8")
    program = (
        f"import sys; from pathlib import Path; from opsctl.cli import hostfile; hostfile.read(Path({str(path)!r})); "
        "print(*sorted(one for one in sys.modules if one.startswith('opsctl.cli.')))"
    )
    told: Any = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["opsctl.cli.hostfile", "opsctl.cli.hostfile.values"]


def test_the_host_of_a_command_is_read_once_and_again_with_another_file(run: CommandLine, path: Path) -> None:
    from opsctl.cli.context import begin

    context = begin(list, lambda: lambda _session, name: name, lambda: lambda _session, **_more: None)
    path.write_text(written("erp", "files"), encoding="utf-8")
    context.use_host_file(path)
    assert context.host is context.host
    assert list(context.host.jobs) == ["erp"]
    context.use_host_file(None)
    assert context.host == Host({})

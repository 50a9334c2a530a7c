"""Lines as a person types them: what a shell makes of them is what was run."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.backups.drivers.lines import folders, in_background, line, until
from opsctl.backups.drivers.processes import Command
from opsctl.backups.jobs.shell import typed
from opsctl.cli.hostfile.jobs import Encryption, Job, Place, Secret

JOB = Job("docs", "files", (Place("local", "/backup"),))
WORD = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.lists(WORD, min_size=1), st.lists(WORD, min_size=1))
def test_words_reach_the_programs_as_they_are(first: list[str], second: list[str]) -> None:
    said = typed(JOB, line([Command(tuple(first)), Command(tuple(second))], writes=Path("/a b")))
    assert shlex.split(said) == [*first, "|", *second, ">", "/a b"]


@pytest.mark.parametrize(
    "word", ["|", ">", "<", "&", ";", "2>&1", "$(id)", "`id`", '"', "\\", "$SCRATCH", "it's", "!x"]
)
def test_what_a_shell_would_obey_is_quoted_beside_a_variable_as_well(word: str) -> None:
    bash = shutil.which("bash") or pytest.skip("bash is not installed here")
    said = typed(JOB, ("printf", "%s\\n", f"{word}/run/of/test/{word}", word), Path("/run/of/test"))
    ran = subprocess.run([bash, "-c", f"SCRATCH='/in here'\n{said}"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"{word}/in here/{word}\n{word}\n"


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("file", "/etc/opsctl/age.key", "--identity /etc/opsctl/age.key"),
        ("file", "/etc/my key", "--identity '/etc/my key'"),
        ("env", "AGE_KEY", '--identity "$KEY"'),
        ("credential", "age", '--identity "$KEY"'),
        ("command", "pass age", '--identity "$KEY"'),
    ],
)
def test_a_secret_is_the_file_of_the_host_or_one_that_is_named(kind: str, value: str, shown: str) -> None:
    job = JOB._replace(encryption=Encryption("age", "/age.pub", Secret(kind, value), None))
    said = typed(job, line([Command(("age", "--decrypt", "--identity", "{secret:key}"), secrets={"key": b"s3cret"})]))
    assert said == f"age --decrypt {shown}"


def test_an_open_file_with_a_secret_is_opened_by_the_shell() -> None:
    job = JOB._replace(password=Secret("env", "ITS_PASSWORD"))
    words = ("env", "BORG_PASSPHRASE_FD={descriptor:password}", "borg", "list")
    assert typed(job, line([Command(words)])) == 'env BORG_PASSPHRASE_FD=3 borg list 3< "$PASSWORD"'


def test_a_server_runs_in_the_background_as_its_user_and_is_waited_for() -> None:
    scratch = Path("/scratch")
    lines = [
        *folders("nobody", scratch, scratch / "server"),
        in_background(Command(("mariadbd", "--datadir=/scratch/data"), user="nobody"), scratch / "log"),
        until(Command(("pg_isready", "--quiet"))),
    ]
    assert [typed(JOB, one, scratch) for one in lines] == [
        'chmod 711 "$SCRATCH"',
        'install -d -m 700 -o nobody "$SCRATCH/server"',
        'runuser -u nobody -- mariadbd "--datadir=$SCRATCH/data" > "$SCRATCH/log" 2>&1 &',
        "until pg_isready --quiet 2> /dev/null; do sleep 1 ; done",
    ]

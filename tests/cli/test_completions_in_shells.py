"""What the three shells make of their scripts, in a terminal: what is offered, what is asked, and what runs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.harness import CommandLine
from tests.support.shells import BASH_PACKAGE, Shell

SCRIPTS = Path(__file__).parents[2] / "completions"
NAMES = {"bash": "opsctl.bash", "zsh": "_opsctl", "fish": "opsctl.fish"}
EVERY_RECORD = (
    "incident.INC,maintenance.MNT,work.WRK,inspect.INS,action.ACT,patch.PAT,backup.BAK,backup.RST,review.REV"
)


def needs(name: str) -> None:
    """Skip where that shell is not installed."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")


@pytest.fixture(params=list(NAMES))
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    """Each shell with its script, and a program that notes how it is called in the place of opsctl."""
    needs(request.param)
    return Shell(request.param, tmp_path, SCRIPTS / NAMES[request.param])


@pytest.mark.parametrize("name", list(NAMES))
def test_the_shell_finds_no_fault_in_its_script(name: str) -> None:
    needs(name)
    checked = subprocess.run([name, "-n", SCRIPTS / NAMES[name]], capture_output=True, text=True)
    assert (checked.stdout, checked.stderr, checked.returncode) == ("", "", 0)


OFFERED: dict[str, set[str]] = {
    "opsctl inc": {"incident"},
    "opsctl incident re": {"restored", "resolve", "reclassify", "reopen", "resume"},
    "opsctl res": {"restored", "resolve"},
    "opsctl person ret": {"retire"},
    "opsctl incident list --sta": {"--state"},
    "opsctl resolve --res": {"--restored", "--result"},
    "opsctl --no": {"--no-input"},
    "opsctl incident --no": {"--no-input"},
    "opsctl incident list --no": {"--no-input"},
    "opsctl --quiet incident li": {"list"},
    "opsctl --db incident.db incident li": {"list"},
    "opsctl --db=incident.db incident li": {"list"},
    "opsctl -o incident incident li": {"list"},
    "opsctl today ": {"--handover", "--since"},
    "opsctl open --impact ": {"low", "medium", "high"},
    "opsctl open -s ": {"1", "2", "3", "4"},
    "opsctl open --down --imp": {"--impact"},
    "opsctl open --down 02:58 --imp": {"--impact"},
    "opsctl completions ": {"bash", "zsh", "fish"},
    "opsctl kpi explain rep": {"repair-on-time", "repeat-incidents"},
    "opsctl kpi report last": {"last-week", "last-month", "last-quarter", "last-year"},
    "opsctl kpi report 2026-10 --t": {"--trend", "--tz"},
    "opsctl open erp ": set(),
    "opsctl incident list --since ": set(),
    "opsctl resolve --cause ": set(),
    "opsctl db nothing ": set(),
    "opsctl nothing ": set(),
    "opsctl db status ": set(),
    "opsctl open erp -- --": set(),
}


def test_names_options_and_choices_are_offered_and_nothing_is_started(shell: Shell) -> None:
    (shell.home / "a file").touch()
    offered = shell.offers(*OFFERED)
    assert {line: set(found) for line, found in offered.items()} == OFFERED
    assert shell.calls() == []


def test_zones_are_offered_from_the_list_of_the_machine(shell: Shell) -> None:
    if not Path("/usr/share/zoneinfo/zone.tab").exists():
        pytest.skip("this machine has no list of zones")
    line = "opsctl init --zone Asia/Sh"
    assert shell.offers(line) == {line: ["Asia/Shanghai"]}
    assert shell.calls() == []


def test_a_value_behind_an_equals_sign_or_a_quote_is_completed(shell: Shell) -> None:
    shell.types("opsctl incident list --state=mit\t --format=cs\t")
    shell.types('opsctl incident list --state "mit\t')
    assert shell.calls() == [
        ["incident", "list", "--state=mitigated", "--format=csv"],
        ["incident", "list", "--state", "mitigated"],
    ]


def test_files_are_completed_with_their_blanks_where_a_file_is_wanted(shell: Shell) -> None:
    (shell.home / "my file.txt").touch()
    (shell.home / "old map.toml").touch()
    shell.types("opsctl asset import my\t --map old\t -o=o\t --photo")
    shell.types('opsctl --config "my f\t')
    shell.types("opsctl inspect log --photo fans=my\t --output=old\t")
    assert shell.calls() == [
        ["asset", "import", "my file.txt", "--map", "old map.toml", "-o=o", "--photo"],
        ["--config", "my file.txt"],
        ["inspect", "log", "--photo", "fans=my file.txt", "--output=old map.toml"],
    ]


def test_a_file_is_completed_behind_an_arrow(shell: Shell) -> None:
    (shell.home / "old ledger.jsonl").touch()
    shell.types("opsctl ledger export >> old\t")
    assert shell.calls() == [["ledger", "export"]]
    assert [file.name for file in shell.home.glob("old*")] == ["old ledger.jsonl"]


def test_records_are_asked_for_by_what_stands_there(shell: Shell) -> None:
    shell.answer("INC-2026-0002\tMail is down", "INC-2026-0001\tERP login 502")
    lines = ["opsctl resolve INC-2026-0", "opsctl --db /a/b.db incident --config=c.toml show "]
    assert shell.offers(*lines) == {line: ["INC-2026-0002", "INC-2026-0001"] for line in lines}
    shell.offers("opsctl action list --owner w", "opsctl action list --owner=w", "opsctl kpi explain mttd INC")
    calls = [call for at, call in enumerate(shell.calls()) if call not in shell.calls()[:at]]
    assert calls == [
        ["completions", "--of", "incident.INC/resolve", "--", "INC-2026-0"],
        ["completions", "--of", "incident.INC", "--db", "/a/b.db", "--config", "c.toml", "--", ""],
        ["completions", "--of", "person.PERSON", "--", "w"],
        ["completions", "--of", EVERY_RECORD, "--", "INC"],
    ]


def test_a_reference_is_completed_as_it_is_written_and_the_next_one_after_it(shell: Shell) -> None:
    shell.answer("INC-2026-0002\tMail is down")
    shell.types("opsctl resolve inc-2026-0\t INC-2026-\t")
    assert shell.calls()[-1] == ["resolve", "INC-2026-0002", "INC-2026-0002"]


def test_the_duty_of_a_policy_is_completed_behind_its_colon(shell: Shell) -> None:
    shell.answer("backup:erp-db\tThe database of ERP")
    shell.types("opsctl duty show backup:e\t")
    assert shell.calls()[-1] == ["duty", "show", "backup:erp-db"]


def test_a_database_that_only_the_shell_can_name_is_not_mistaken_for_the_usual_one(shell: Shell) -> None:
    shell.answer("INC-2026-0002\tMail is down")
    assert shell.offers("opsctl --db $NIGHT resolve ") == {"opsctl --db $NIGHT resolve ": []}
    assert shell.calls() == []


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("$(touch$IFS'pwned')", id="substitution"),
        pytest.param("`touch pwned`", id="backquotes"),
        pytest.param("a;touch pwned", id="semicolon"),
        pytest.param("a'b\"c\\", id="quotes"),
        pytest.param("a&touch pwned", id="ampersand"),
        pytest.param("a*[b]?{c,d}", id="patterns"),
        pytest.param("!!", id="history"),
    ],
)
def test_a_hostile_name_runs_nothing_and_arrives_as_it_is(shell: Shell, name: str) -> None:
    shell.answer(f"{name}\t$(touch pwned) `touch pwned` ; touch pwned %F{{red}} \\e[31m '\"")
    shell.types("opsctl asset show \t")
    assert shell.calls()[-1] in (["asset", "show", name], ["completions", "--of", "asset.ASSET", "--", ""])
    assert sorted(file.name for file in shell.home.glob("pwned*")) == []


def test_what_is_typed_runs_nothing_before_enter(shell: Shell) -> None:
    shell.offers("opsctl asset show '$(touch pwned)'", 'opsctl --db "`touch pwned`" ack ', "opsctl ack $(touch pwned) ")
    assert list(shell.home.glob("pwned*")) == []


def test_bash_finds_the_script_through_the_package(tmp_path: Path) -> None:
    needs("bash")
    if not BASH_PACKAGE.exists():
        pytest.skip("the package bash-completion is not installed")
    bash = Shell("bash", tmp_path, SCRIPTS / NAMES["bash"], how="package")
    bash.types("opsctl inc\tli\t--format=cs\t")
    assert bash.calls() == [["incident", "list", "--format=csv"]]


def test_zsh_finds_the_script_in_its_path_of_functions(tmp_path: Path) -> None:
    needs("zsh")
    zsh = Shell("zsh", tmp_path, SCRIPTS / NAMES["zsh"], how="fpath")
    zsh.types("opsctl inc\tli\t--format=cs\t")
    assert zsh.calls() == [["incident", "list", "--format=csv"]]


def test_the_shell_completes_records_of_a_real_database(shell: Shell, run: CommandLine) -> None:
    assert run("asset", "add", "erp", "--title", "ERP").code == 0
    assert run("open", "erp", "login 502").code == 0
    assert run("open", "erp", "$(touch pwned)").code == 0
    shell.use_opsctl(run.database)
    assert shell.offers("opsctl resolve ") == {"opsctl resolve ": ["INC-2026-0002", "INC-2026-0001"]}
    assert list(shell.home.glob("pwned*")) == []

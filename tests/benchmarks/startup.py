"""What needs no database, and TAB, against `import typer`, without which there is no command line."""

import shutil
import sys
from functools import partial

from measure import OPSCTL, ROOT, finish, house, in_turns, process_seconds, runs, tell

LIMIT = 1.3
CASES = {
    "opsctl --version": (["--version"], 0),
    "opsctl --help": (["--help"], 0),
    "opsctl incident --help": (["incident", "--help"], 0),
    "opsctl incident open --help": (["incident", "open", "--help"], 0),
    "opsctl --no-such-option": (["--no-such-option"], 2),
    "opsctl incident open --no-such-option": (["incident", "open", "--no-such-option"], 2),
    "opsctl --lang zh --help": (["--lang", "zh", "--help"], 0),
}
INCIDENTS = 20


def tabs() -> dict[str, list[str]]:
    """What a TAB runs: opsctl for records; for names only the shell, here with its start and with the script read."""
    scripts = ROOT / "completions"
    in_bash = (
        f"source {scripts / 'opsctl.bash'}; COMP_LINE='opsctl incident re' COMP_POINT=18 COMP_CWORD=2;"
        " COMP_WORDS=(opsctl incident re); _opsctl; test ${#COMPREPLY[@]} -gt 0"
    )
    in_zsh = (
        f"compdef() {{ :; }}; source {scripts / '_opsctl'};"
        " _describe() { (( ${#verbs} )) || exit 1 }; words=(opsctl incident re) CURRENT=3; _opsctl"
    )
    in_fish = f"source {scripts / 'opsctl.fish'}; complete -C 'opsctl incident re' | string match -q 'resolve*'"
    cases = {
        "TAB for an incident": [OPSCTL, "completions", "--of", "incident.INC/resolve", "--", ""],
        "TAB for a verb, all of bash": ["bash", "--norc", "-c", in_bash],
        "TAB for a verb, all of zsh": ["zsh", "-f", "-c", in_zsh],
        "TAB for a verb, all of fish": ["fish", "--no-config", "-c", in_fish],
    }
    return {name: command for name, command in cases.items() if shutil.which(command[0])}


def furnish(environment: dict[str, str]) -> None:
    """Make a database with some incidents to offer."""
    process_seconds([OPSCTL, "init", "--zone", "Asia/Shanghai", "--no-input"], environment)
    process_seconds([OPSCTL, "asset", "add", "erp"], environment)
    for number in range(INCIDENTS):
        process_seconds([OPSCTL, "open", "erp", f"fault {number}"], environment)


def main() -> None:
    """Print one ratio for each case."""
    kept = []
    with house() as (_home, environment):
        import_typer = partial(process_seconds, [sys.executable, "-c", "import typer"], environment)
        furnish(environment)
        for name, command in tabs().items():
            subject, floor = in_turns(partial(process_seconds, command, environment), import_typer, runs(21))
            kept.append(tell(name, subject, floor, LIMIT))
        for name, (arguments, code) in CASES.items():
            ours = partial(process_seconds, [OPSCTL, *arguments], environment, code)
            subject, floor = in_turns(ours, import_typer, runs(21))
            kept.append(tell(name, subject, floor, LIMIT))
    finish(kept)


main()

"""What needs no database, against `import typer`, without which there is no command line."""

import sys
from functools import partial

from measure import OPSCTL, finish, house, in_turns, process_seconds, runs, tell

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


def main() -> None:
    """Print one ratio for each case."""
    kept = []
    with house() as (_home, environment):
        import_typer = partial(process_seconds, [sys.executable, "-c", "import typer"], environment)
        for name, (arguments, code) in CASES.items():
            ours = partial(process_seconds, [OPSCTL, *arguments], environment, code)
            subject, floor = in_turns(ours, import_typer, runs(21))
            kept.append(tell(name, subject, floor, LIMIT))
    finish(kept)


main()

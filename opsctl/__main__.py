"""The first thing that runs: quiet until somebody can catch what goes wrong."""

import gc
import signal
import sys
from typing import NoReturn


def main() -> NoReturn:
    """The console script `opsctl`, and `python -m opsctl`."""
    # Ctrl-C while modules load just ends us, as it ends any program; a traceback out of an import helps nobody.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Modules load a tenth quicker while the collector of cycles is asleep.
    gc.disable()
    if sys.argv[1:3] == ["completions", "--of"]:  # a TAB, which waits for no Typer
        from opsctl.cli.completions.offers import answer
        from opsctl.main import rooms

        sys.exit(answer(rooms, sys.argv[2:]))
    from opsctl.main import main as front_door

    front_door()


if __name__ == "__main__":
    main()

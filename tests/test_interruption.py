"""Ctrl-C ends a command with one line wherever it strikes, also where Python can only print what it raises."""

import signal
import sys
import time
from collections.abc import Iterator

import pytest

from opsctl.main import _strike_again


class Struck:
    """Interrupted while it is taken down: what Python raises there reaches nobody."""

    def __del__(self) -> None:
        raise KeyboardInterrupt


@pytest.fixture
def handlers_as_found() -> Iterator[None]:
    found = signal.getsignal(signal.SIGALRM)
    usual = sys.unraisablehook
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, found)
    sys.unraisablehook = usual


@pytest.mark.usefixtures("handlers_as_found")
def test_an_interruption_inside_a_destructor_strikes_again_outside(capsys: pytest.CaptureFixture[str]) -> None:
    passed_on: list[object] = []
    sys.unraisablehook = lambda found: _strike_again(passed_on.append, found)
    struck = Struck()
    with pytest.raises(KeyboardInterrupt):
        del struck
        time.sleep(30)
    assert (passed_on, capsys.readouterr().err) == ([], "")

"""What must be finished although somebody is in a hurry."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_STRIKES = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no interruption strike while it lasts: for what is short, or has a time-out of its own."""
    try:
        before = {name: signal.signal(name, signal.SIG_IGN) for name in _STRIKES}
    except ValueError:  # not the main thread, which nothing interrupts
        yield
        return
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)

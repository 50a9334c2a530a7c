"""A bar on stderr for what takes seconds."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsctl.cli.context import Context


@contextmanager
def progress(context: "Context", what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar that is told how many more are done, of a `total` if it is known.

    Only where stderr is a terminal and --quiet was not said.
    """
    if context.quiet or not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)

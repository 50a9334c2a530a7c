"""Every error of the source says the next step: an error without one leaves people alone at three in the morning."""

import ast
from collections.abc import Iterator
from pathlib import Path

from opsctl.core import errors
from opsctl.core.errors import OpsctlError

ROOT = Path(__file__).parents[2]
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, OpsctlError)}
SAID_ELSEWHERE = {
    "opsctl/assets/service/imports.py": "the reason of a row that was rejected; the step is said once, for all rows",
    "opsctl/people/rules.py: named_twice": "the same",
    "opsctl/core/wire.py": "what the sample company's diary says; nobody types it",
    "opsctl/desk/service/replay.py": "the same",
    "opsctl/desk/commands/beginning.py": "asked again, with the question below it",
}


def silent(path: Path) -> Iterator[str]:
    """The functions of a file in which an error is made without a next step."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in KINDS:
            continue
        steps = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "hint")]
        step = steps[0] if steps else None
        if step is None or (isinstance(step, ast.Constant) and not step.value):
            around = [one.name for one in functions if one.lineno <= node.lineno <= (one.end_lineno or 0)]
            yield around[-1] if around else ""


def test_every_error_says_the_next_step() -> None:
    found = [
        f"{name}: {function}"
        for path in sorted((ROOT / "opsctl").rglob("*.py"))
        if (name := path.relative_to(ROOT).as_posix()) not in SAID_ELSEWHERE
        for function in silent(path)
    ]
    assert [one for one in found if one not in SAID_ELSEWHERE] == []

"""What a post-mortem says of itself in front: YAML or TOML between two lines, as entries with their lines. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any

from opsctl.core.errors import InvalidInput
from opsctl.core.texts import _
from opsctl.core.typed import clean_for_terminal
from opsctl.reviews.rules.importing.context import Remarks
from opsctl.reviews.rules.importing.source import Lines, Numbered, joined

if TYPE_CHECKING:
    from yaml import Event, MappingNode, Node

_LONGEST = 32 * 1024
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Said:
    """An entry: its label as written, its values, and its own lines, which are no other entry's.

    `number` is where it begins. `shown` is how it is kept where it is not mapped; None: by its lines.
    """

    label: str
    values: tuple[str, ...]
    number: int
    lines: frozenset[int]
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Front:
    """The front matter: its entries, its lines without the marks around them, and in which language they are."""

    entries: tuple[Said, ...]
    lines: Lines
    language: str


def split_front(lines: Lines, remarks: Remarks) -> tuple[Front | None, Lines]:
    """The front matter, where there is any, and the lines after it. What cannot be read has no entries."""
    first = next((place for place, line in enumerate(lines) if line.text.strip()), None)
    if first is None or (mark := lines[first].text.rstrip()) not in ("---", "+++"):
        return None, lines
    ends = ("---", "...") if mark == "---" else ("+++",)
    end = next((place for place in range(first + 1, len(lines)) if lines[place].text.rstrip() in ends), None)
    if end is None:
        if first + 1 < len(lines) and re.match(r"\w[^:=]{0,40}[:=]", lines[first + 1].text):
            remarks.add(
                lines[first].number,
                _("The front matter has no end; it is read as text."),
                _("End it with a line {mark}.").format(mark=mark),
            )
        return None, lines
    own, language = lines[first + 1 : end], "yaml" if mark == "---" else "toml"
    try:
        entries = _entries(own, language)
    except InvalidInput as error:
        remarks.refuse(lines[first].number, error)
        entries = ()
    except _Broken as broken:
        remarks.add(
            own[min(broken.line, len(own) - 1)].number if own else lines[first].number,
            _("The front matter is no {language}: {reason}.").format(language=language.upper(), reason=broken.reason),
            _("Mend this line; as it is, all of it is kept as text."),
        )
        entries = ()
    if entries is None:
        # Two rules with words between them, not entries.
        return None, lines
    return Front(entries, own, language), lines[end + 1 :]


def fenced(front: Front, mapped: frozenset[int]) -> str:
    """The lines of the front matter but those that were mapped, as a block of code."""
    rest = joined([line for line in front.lines if line.number not in mapped])
    if not rest:
        return ""
    longest = max((len(found) for found in re.findall("`+", rest)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{front.language}\n{rest}\n{fence}"


class _Broken(Exception):
    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = " ".join(clean_for_terminal(reason).split()).rstrip(".")[:120]
        self.line = line


def _entries(own: Lines, language: str) -> tuple[Said, ...] | None:
    """The entries, or None where the lines are no entries at all."""
    source = "\n".join(line.text for line in own)
    if len(source) > _LONGEST:
        raise InvalidInput(
            _("The front matter is too long to be read; it is kept as text."), _("Keep it below 32 KiB.")
        )
    return _yaml_entries(source, own) if language == "yaml" else _toml_entries(source, own)


def _yaml_entries(source: str, own: Lines) -> tuple[Said, ...] | None:
    import yaml

    try:
        depth = 0
        for event in yaml.parse(source, Loader=yaml.BaseLoader):
            if isinstance(event, yaml.AliasEvent):
                raise _Broken(_("aliases are not read"), _line(event))
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise _Broken(_("it is nested too deeply"), _line(event))
        node = yaml.compose(source, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _Broken(getattr(error, "problem", None) or str(error), mark.line if mark else 0) from error
    if not isinstance(node, yaml.MappingNode):
        return None
    return tuple(_of_mapping(node, "", own))


def _line(event: "Event") -> int:
    return 0 if event.start_mark is None else event.start_mark.line


def _of_mapping(node: "MappingNode", above: str, own: Lines) -> Iterator[Said]:
    import yaml

    starts = [key.start_mark.line for key, _value in node.value]
    # The end of a block is where the next thing begins.
    ends = [*starts[1:], len(own) if not above else max(node.end_mark.line, starts[-1] + 1)]
    for (key, value), start, end in zip(node.value, starts, ends, strict=True):
        label = f"{above} {key.value}".strip() if isinstance(key, yaml.ScalarNode) else above
        if isinstance(value, yaml.MappingNode) and value.value and not value.flow_style:
            yield from _of_mapping(value, label, own)
            continue
        # A comment is not the entry's, and in {a: 1, b: 2} no line is.
        whole = not node.flow_style and not any("#" in line.text for line in own[start:end])
        lines = frozenset(line.number for line in own[start:end]) if whole else frozenset()
        yield Said(label, tuple(_scalars(value)), own[start].number, lines)


def _scalars(node: "Node") -> Iterator[str]:
    import yaml

    if isinstance(node, yaml.ScalarNode):
        if node.value.strip():
            yield node.value.strip()
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _scalars(one)
    else:
        for key, value in node.value:
            yield f"{' '.join(_scalars(key))}: {', '.join(_scalars(value))}"


def _toml_entries(source: str, own: Lines) -> tuple[Said, ...]:
    import tomllib

    try:
        said = tomllib.loads(source)
    except (ValueError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise _Broken(str(error).partition(" (at")[0], int(found[1]) - 1 if found else 0) from error
    return tuple(_of_table(said, "", own, 0))


def _of_table(said: dict[str, Any], above: str, own: Lines, depth: int) -> Iterator[Said]:
    for key, value in said.items():
        label = f"{above} {key}".strip()
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _of_table(value, label, own, depth + 1)
            continue
        found = _toml_line(key, own)
        # Only what stands in one line is surely this entry and nothing else.
        alone = found is not None and not isinstance(value, (dict, list)) and '"""' not in found.text
        alone = alone and depth == 0 and found is not None and "#" not in found.text and "'''" not in found.text
        number = found.number if found else own[0].number
        yield Said(label, tuple(_toml_values(value)), number, frozenset({number}) if alone else frozenset())


def _toml_line(key: str, own: Sequence[Numbered]) -> Numbered | None:
    shape = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    found = [line for line in own if shape.match(line.text)]
    return found[0] if len(found) == 1 else None


def _toml_values(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _toml_values(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield f"{key}: {', '.join(_toml_values(one))}"
    else:
        written = value.isoformat() if isinstance(value, (date, time)) else str(value).strip()
        if written:
            yield written

"""Every page of help: an example that is this command, its exit codes, and no line wider than the terminal."""

from collections.abc import Iterator

import pytest

from opsctl.main import rooms, sections
from opsctl.render.width import display_width
from tests.harness import CommandLine


def _pages() -> Iterator[tuple[str, ...]]:
    yield ()
    for room in rooms():
        yield (room.noun,)
        for module in () if room.verb else (room.commands, *room.adds):
            for command in room.load(f"{module}:app").registered_commands:
                yield (room.noun, command.name)


PAGES = list(_pages())
ALONE = {room.noun for room in rooms() if room.verb}
MONITORS = ("backup", "check")
"""It is a plugin of a monitor, and ends as those do."""
VERBS = [page for page in PAGES if len(page) == 2 or (page[:1] and page[0] in ALONE)]


def _name(page: tuple[str, ...]) -> str:
    return "-".join(page) or "opsctl"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [46, 100])
@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_line_of_help_is_wider_than_the_terminal(
    run: CommandLine, page: tuple[str, ...], columns: int, language: str
) -> None:
    result = run(*page, "--help", "--lang", language, env={"COLUMNS": str(columns)})
    assert (result.err, result.code) == ("", 0)
    lines = [line for line in result.out.splitlines() if not line.startswith("  $ ")]
    assert [line for line in lines if display_width(line) > columns] == []


@pytest.mark.parametrize("page", VERBS, ids=_name)
def test_a_verb_has_an_example_of_its_own_and_its_exit_codes(run: CommandLine, page: tuple[str, ...]) -> None:
    lines = run(*page, "-h").out.splitlines()
    examples = [line for line in lines if line.startswith("  $ ")]
    assert examples
    # What is typed at night needs no noun, and its examples show that.
    typed = page[-1] if page[-1] in ALONE else " ".join(page)
    assert [example for example in examples if f"opsctl {typed}" not in example.replace("--as lead.wang ", "")] == []
    codes = [line.split()[0] for line in lines[lines.index("Exit codes:") + 1 :] if line[2:3].isdigit()]
    expected = ["0", "1", "2"] if page == MONITORS else ["0", "1", "2", "4", "5", "6", "7", "130"]
    assert [code for code in codes if code != "3"] == expected


@pytest.mark.parametrize("page", [page for page in PAGES if page not in VERBS], ids=_name)
def test_a_noun_lists_its_verbs(run: CommandLine, page: tuple[str, ...]) -> None:
    out = run(*page, "--help").out
    inside = [other[-1] for other in PAGES if len(other) == len(page) + 1 and other[: len(page)] == page]
    assert inside
    assert [name for name in inside if f"\n  {name}" not in out] == []


def test_the_first_page_has_every_noun_in_one_section_and_ends_with_how_to_get_on(run: CommandLine) -> None:
    assert sorted(noun for section in sections() for noun in section.nouns) == sorted(room.noun for room in rooms())
    lines = run("--help").out.splitlines()
    titles = [lines.index(f"{section.title}:") for section in sections()]
    assert titles == sorted(titles)
    for section, title in zip(sections(), titles, strict=True):
        shown = [line.split()[0] for line in lines[title + 1 : lines.index("", title)] if line[2:3].strip()]
        assert shown == list(section.nouns)
    assert [line.split("  ")[1] for line in lines[-2:]] == ["opsctl COMMAND --help", "opsctl demo"]


@pytest.mark.parametrize("columns", [46, 100])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_nouns_say_stands_in_one_column(run: CommandLine, columns: int, language: str) -> None:
    lines = run("--help", "--lang", language, env={"COLUMNS": str(columns)}).out.splitlines()
    nouns = {room.noun for room in rooms()}
    begins = {len(line) - len(line[2:].partition(" ")[2].lstrip()) for line in lines if line[2:].split(" ")[0] in nouns}
    assert len(begins) == 1

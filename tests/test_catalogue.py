"""The Chinese catalogue is complete, and the tool that says so finds each kind of fault."""

import gettext
import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


def _load_tool() -> ModuleType:
    """The script as a module; its name has no ending, so that the loader has to be named."""
    loader = importlib.machinery.SourceFileLoader("catalogue", str(ROOT / ".ci" / "catalogue"))
    spec = importlib.util.spec_from_loader("catalogue", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    # Its frozen dataclass looks itself up by the name of its module.
    sys.modules["catalogue"] = module
    loader.exec_module(module)
    return module


catalogue = _load_tool()

KINDS = (
    "not a string literal",
    "not in the catalogue",
    "no longer in the code",
    "not translated",
    "marked fuzzy",
    "other placeholders",
    "opsctl.mo is stale",
)
NO_FAULT: dict[str, list[str]] = {kind: [] for kind in KINDS}


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    faults: dict[str, list[str]] = catalogue.faults(ROOT)
    return faults


@pytest.mark.parametrize("kind", KINDS, ids=[kind.replace(" ", "-") for kind in KINDS])
def test_code_catalogue_and_compiled_catalogue_agree(kind: str, found: dict[str, list[str]]) -> None:
    assert found[kind] == []


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout of one source file with one message of each sort, translated and compiled."""
    _write_source(
        tmp_path,
        'first = _("Nothing to do.")',
        'second = ngettext("{count} record", "{count} records", 2).format(count=2)',
        'third = pgettext("a verb", "open")',
    )
    catalogue.update(tmp_path)
    _translate(tmp_path, "Nothing to do.", "无事可做。")
    _translate(tmp_path, "open", "打开")
    po = catalogue.po_path(tmp_path)
    po.write_text(po.read_text().replace('msgstr[0] ""', 'msgstr[0] "{count} 条记录"'))
    _compile(tmp_path)
    return tmp_path


def _write_source(root: Path, *lines: str) -> None:
    (root / "opsctl").mkdir(exist_ok=True)
    (root / "opsctl" / "room.py").write_text("\n".join(lines) + "\n")


def _translate(root: Path, text: str, translation: str) -> None:
    po = catalogue.po_path(root)
    po.write_text(po.read_text().replace(f'msgid "{text}"\nmsgstr ""', f'msgid "{text}"\nmsgstr "{translation}"'))


def _compile(root: Path) -> None:
    catalogue.mo_path(root).write_bytes(catalogue.compiled(root))


def test_a_translated_and_compiled_catalogue_has_no_fault(house: Path) -> None:
    assert catalogue.faults(house) == NO_FAULT


def test_the_program_reads_what_was_compiled(house: Path) -> None:
    with catalogue.mo_path(house).open("rb") as file:
        chinese = gettext.GNUTranslations(file)
    assert chinese.gettext("Nothing to do.") == "无事可做。"
    assert chinese.ngettext("{count} record", "{count} records", 1) == "{count} 条记录"
    assert chinese.ngettext("{count} record", "{count} records", 7) == "{count} 条记录"
    assert chinese.pgettext("a verb", "open") == "打开"
    assert chinese.gettext("open") == "open"


def test_an_update_without_a_change_writes_the_same_bytes(house: Path) -> None:
    before = catalogue.po_path(house).read_bytes()
    assert catalogue.update(house) == "3 messages, 0 new, 0 without a translation"
    assert catalogue.po_path(house).read_bytes() == before


def test_an_update_keeps_translations_drops_what_is_gone_and_guesses_nothing(house: Path) -> None:
    _write_source(house, 'first = _("Nothing to do.")', 'second = _("Nothing to do!")')
    assert catalogue.update(house) == (
        "dropped: 'open' (a verb) → 打开\n"
        "dropped: '{count} record' → {count} 条记录\n"
        "2 messages, 1 new, 1 without a translation"
    )
    body = catalogue.po_path(house).read_text().partition("8bit")[2]
    assert body == '\\n"\n\nmsgid "Nothing to do!"\nmsgstr ""\n\nmsgid "Nothing to do."\nmsgstr "无事可做。"\n\n'


def test_an_update_leaves_the_catalogue_alone_when_a_file_does_not_parse(house: Path) -> None:
    before = catalogue.po_path(house).read_bytes()
    _write_source(house, 'first = _("Nothing')
    with pytest.raises(catalogue.UnreadableSource, match=r"^opsctl/room\.py does not parse: "):
        catalogue.update(house)
    assert catalogue.po_path(house).read_bytes() == before


@pytest.mark.parametrize(
    "argument",
    ['f"Hello {name}"', '"Hello " + name', '"{name}".format(name=name)', "name", '"%s" % name', "", "*names"],
    ids=["f-string", "sum", "formatted-inside", "variable", "percent", "nothing", "starred"],
)
def test_a_message_that_is_no_literal_is_named_by_file_and_line(argument: str, house: Path) -> None:
    _write_source(house, "", f"greeting = _({argument})")
    assert catalogue.faults(house)["not a string literal"] == ["opsctl/room.py:2 _(…)"]


def test_both_forms_of_a_plural_must_be_literals(house: Path) -> None:
    _write_source(house, 'records = ngettext("{count} record", many, count)')
    assert catalogue.faults(house)["not a string literal"] == ["opsctl/room.py:1 ngettext(…)"]


def test_a_literal_over_two_lines_is_one_message(house: Path) -> None:
    _write_source(house, 'first = _("Nothing "', '          "to do.")')
    assert catalogue.faults(house)["not in the catalogue"] == []
    assert catalogue.faults(house)["not a string literal"] == []


def test_a_new_string_is_missing_until_the_update_and_untranslated_after_it(house: Path) -> None:
    source = house / "opsctl" / "room.py"
    source.write_text(source.read_text() + 'fourth = _("Done.")\n')
    assert catalogue.faults(house) == {**NO_FAULT, "not in the catalogue": ["'Done.'"]}
    catalogue.update(house)
    assert catalogue.faults(house) == {**NO_FAULT, "not translated": ["'Done.'"]}


def test_a_changed_plural_is_missing(house: Path) -> None:
    source = house / "opsctl" / "room.py"
    source.write_text(source.read_text().replace("{count} records", "{count} rows"))
    assert catalogue.faults(house) == {**NO_FAULT, "not in the catalogue": ["'{count} record'"]}


def test_a_string_that_left_the_code_is_stale_kept_or_commented_out(house: Path) -> None:
    source = house / "opsctl" / "room.py"
    source.write_text(source.read_text().replace('third = pgettext("a verb", "open")', ""))
    po = catalogue.po_path(house)
    po.write_text(po.read_text() + '\n#~ msgid "Old."\n#~ msgstr "旧。"\n')
    assert catalogue.faults(house) == {**NO_FAULT, "no longer in the code": ["'open' (a verb)", "'Old.'"]}


def test_a_doubtful_translation_is_named_and_left_out_of_the_compiled_catalogue(house: Path) -> None:
    po = catalogue.po_path(house)
    po.write_text(po.read_text().replace('msgid "Nothing', '#, fuzzy\nmsgid "Nothing'))
    _compile(house)
    assert catalogue.faults(house) == {**NO_FAULT, "marked fuzzy": ["'Nothing to do.'"]}
    with catalogue.mo_path(house).open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Nothing to do.") == "Nothing to do."


def test_a_translation_with_another_placeholder_is_named(house: Path) -> None:
    po = catalogue.po_path(house)
    po.write_text(po.read_text().replace("{count} 条", "{number} 条"))
    _compile(house)
    assert catalogue.faults(house) == {**NO_FAULT, "other placeholders": ["'{count} record' → {number} 条记录"]}


def test_a_compiled_catalogue_that_lags_behind_is_stale(house: Path) -> None:
    po = catalogue.po_path(house)
    po.write_text(po.read_text().replace("无事可做。", "没有待办。"))
    assert catalogue.faults(house) == {**NO_FAULT, "opsctl.mo is stale": ["run .venv/bin/python .ci/catalogue compile"]}
    catalogue.mo_path(house).unlink()
    assert catalogue.faults(house) == {**NO_FAULT, "opsctl.mo is stale": ["run .venv/bin/python .ci/catalogue compile"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("No language {word!r}.", {"word"}, id="conversion"),
        pytest.param("no answer within {seconds:g} s", {"seconds"}, id="format"),
        pytest.param("{a} and {b}", {"a", "b"}, id="two"),
        pytest.param('{"opsctl": 1}', set(), id="json-is-none"),
        pytest.param("plain", set(), id="none"),
    ],
)
def test_placeholders_are_the_names_that_format_fills_in(text: str, expected: set[str]) -> None:
    assert catalogue.placeholders(text) == expected

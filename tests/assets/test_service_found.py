"""Finding the asset that somebody means. Nothing here writes, so one store serves all."""

from datetime import UTC, datetime

import pytest

from opsctl.assets.service import assets
from opsctl.core.errors import InvalidInput, NotFound
from opsctl.store.engine import Store
from tests.factories import make_asset
from tests.harness import Read, performing


@pytest.fixture(scope="module")
def store(shared_store: Store) -> Store:
    perform = performing(shared_store, datetime(2026, 11, 5, 2, 0, tzinfo=UTC))
    make_asset(perform, "erp", title="ERP login", title_zh="ERP 登录")
    make_asset(perform, "core-sw-1", title="Core switch 1", title_zh="核心交换机一")
    make_asset(perform, "core-sw-2", title="Core switch 2", title_zh="核心交换机二")
    make_asset(perform, "twin-a", title="Twin")
    make_asset(perform, "twin-b", title="Twin")
    return shared_store


@pytest.mark.parametrize(
    ("word", "handle"),
    [
        pytest.param("erp", "erp", id="handle"),
        pytest.param("ERP", "erp", id="handle-in-capitals"),
        pytest.param("ｅｒｐ", "erp", id="handle-full-width"),
        pytest.param(" erp ", "erp", id="handle-with-blanks"),
        pytest.param("core——sw-1", "core-sw-1", id="handle-with-a-chinese-dash"),
        pytest.param("Core switch 1", "core-sw-1", id="title"),
        pytest.param("核心交换机一", "core-sw-1", id="chinese-title"),
        pytest.param("登录", "erp", id="part-of-a-chinese-title"),
        pytest.param("switch 2", "core-sw-2", id="part-of-a-title"),
        pytest.param("SWITCH 2", "core-sw-2", id="part-in-capitals"),
        pytest.param("sw-1", "core-sw-1", id="part-of-a-handle"),
    ],
)
def test_an_asset_is_found_by_what_names_it_alone(read: Read, word: str, handle: str) -> None:
    assert read(assets.find, word=word).handle == handle


@pytest.mark.parametrize(
    ("word", "handles"),
    [
        pytest.param("core", "core-sw-1, core-sw-2", id="part-of-handles"),
        pytest.param("交换机", "core-sw-1, core-sw-2", id="part-of-chinese-titles"),
        pytest.param("Twin", "twin-a, twin-b", id="title-of-two"),
    ],
)
def test_a_part_that_fits_several_names_them(read: Read, word: str, handles: str) -> None:
    with pytest.raises(InvalidInput, match=f"'{word}' fits several assets: {handles}$") as several:
        read(assets.find, word=word)
    assert several.value.hint == "Use a handle."


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        pytest.param("epr", "Did you mean erp?", id="slip"),
        pytest.param("Core swich 1", "Did you mean core-sw-1, core-sw-2?", id="slip-in-a-title"),
        pytest.param(
            "zzz", "List them with: opsctl asset list   or add it with: opsctl asset add HANDLE", id="nothing-near"
        ),
        pytest.param("%", "List them with: opsctl asset list   or add it with: opsctl asset add HANDLE", id="per-cent"),
    ],
)
def test_a_name_that_is_no_asset_offers_the_nearest(read: Read, word: str, hint: str) -> None:
    with pytest.raises(NotFound, match=f"There is no asset '{word}'") as missing:
        read(assets.find, word=word)
    assert missing.value.hint == hint


@pytest.mark.parametrize("word", ["", "  "])
def test_an_empty_name_is_no_asset(read: Read, word: str) -> None:
    with pytest.raises(NotFound, match=f"There is no asset '{word}'"):
        read(assets.find, word=word)


@pytest.mark.parametrize(
    ("word", "handle"),
    [pytest.param("ERP", "erp", id="handle"), pytest.param("核心交换机二", "core-sw-2", id="whole-title")],
)
def test_to_write_a_handle_or_a_whole_title_is_enough(read: Read, word: str, handle: str) -> None:
    assert read(assets.known_handle, word=word) == handle


@pytest.mark.parametrize("word", ["sw-1", "登录", "Twin"])
def test_to_write_a_part_or_a_title_of_two_is_not_enough(read: Read, word: str) -> None:
    with pytest.raises(NotFound, match=f"There is no asset '{word}'") as offered:
        read(assets.known_handle, word=word)
    assert offered.value.hint.startswith("Did you mean ")


def test_every_name_of_every_asset_is_known_to_a_file_with_many(read: Read) -> None:
    names = read(assets.names)
    assert {name: names[name] for name in ("erp", "ERP login", "ERP 登录", "核心交换机一")} == {
        "erp": "erp",
        "ERP login": "erp",
        "ERP 登录": "erp",
        "核心交换机一": "core-sw-1",
    }


def test_a_title_of_two_assets_names_neither_in_a_file_with_many(read: Read) -> None:
    assert "Twin" not in read(assets.names)

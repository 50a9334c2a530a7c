"""How sentences are put together in either language."""

from collections.abc import Iterator

import pytest

from opsctl.core.texts import beside, between, series, use_language


@pytest.fixture
def chinese() -> Iterator[None]:
    use_language("zh_CN")
    yield
    use_language("en")


def test_english_has_its_signs_between_words() -> None:
    assert series(["erp", "mail", 3]) == "erp, mail, 3"
    assert beside("acknowledged", "in a batch") == "acknowledged (in a batch)"
    assert between(": ").join(("asset", "erp")) == "asset: erp"


@pytest.mark.usefixtures("chinese")
def test_chinese_has_its_signs_between_words() -> None:
    assert series(["erp", "mail", 3]) == "erp、mail、3"
    assert beside("确认", "批量") == "确认（批量）"
    assert between(": ").join(("资产", "erp")) == "资产：erp"

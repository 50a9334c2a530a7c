"""Both writers of CSV, results and rejects, ask the same question of a cell."""

import pytest

from opsctl.core.spreadsheets import defused


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "＝1", "＋1", "﹢1", "  =1", "\u200b=1", "\tx", "\rx"])
def test_what_a_spreadsheet_might_run_stands_behind_an_apostrophe(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", " ", "login = 502", "1+1", "登录报 502", "'=1", "(=1)"])
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert defused(text) == text

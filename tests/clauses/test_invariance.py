"""How a text is wrapped, composed or emphasised never changes what is found; nor does a hostile one take long."""

import re
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunghan.clauses.reports import reports
from dunghan.clauses.source import Source

TEXT = """\
ỦY BAN NHÂN DÂN TỈNH A

IV. TỔ CHỨC THỰC HIỆN

1. Sở Lao động - Thương binh và Xã hội chủ trì; định kỳ hằng năm tổng hợp, báo cáo Uỷ ban nhân dân tỉnh trước ngày \
20 tháng 12.

2. Các sở, ban, ngành, UBND các xã, phường báo cáo kết quả trước ngày 01/6 và 15/11 hằng năm; báo cáo tổng kết trước \
ngày 10 tháng 12 năm 2030 gửi về UBND tỉnh (qua Sở Y tế) để tổng hợp, báo cáo Bộ Y tế.

3. Hoàn thành khảo sát trước ngày 30/6/2025; chậm nhất sau 15 ngày kể từ ngày kết thúc, Sở Nội vụ gửi báo cáo đến Bộ \
Nội vụ."""


def found(text: str) -> list[Any]:
    clauses = reports(Source(text))
    assert all(text[one.start : one.end] == one.quote for one in clauses)
    return [
        (
            _plain(one.quote),
            one.reporter,
            one.recipient,
            one.via,
            one.recurrence,
            one.due,
            one.wording,
            one.kind,
            one.rule,
        )
        for one in clauses
    ]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("*", " ").split())


EXPECTED = found(TEXT)


def test_there_is_something_to_find() -> None:
    assert [(one[4], len(one[5])) for one in EXPECTED] == [
        ("annual", 1),
        ("semiannual", 2),
        ("once", 1),
        ("relative", 0),
    ]


@given(st.data())
def test_wraps_forms_and_stars_change_nothing(data: st.DataObject) -> None:
    gap = st.sampled_from([" ", " ", " ", "\n", "  ", " **", "** ", " *", "\u00a0", " \n"])
    places = [match.start() for match in re.finditer(r"(?<=\S) (?=\S)", TEXT)]
    chosen = data.draw(st.lists(gap, min_size=len(places), max_size=len(places)))
    signs = list(TEXT)
    for place, made in zip(places, chosen, strict=True):
        signs[place] = made
    form = data.draw(st.sampled_from(["NFC", "NFD"]))
    assert found(unicodedata.normalize(form, "".join(signs))) == EXPECTED  # type: ignore[arg-type]


@pytest.mark.parametrize("turn", ["\n\n12\n\n", "\n\n- 3 -\n\n", "\f", "\n\nTrang 4/9\n\n"])
def test_a_page_that_ends_within_a_sentence_changes_nothing(turn: str) -> None:
    broken = TEXT.replace("báo cáo kết quả trước ngày", f"báo cáo kết quả{turn}trước ngày")
    assert broken != TEXT
    assert [one[1:] for one in found(broken)] == [one[1:] for one in EXPECTED]


def test_a_running_head_that_breaks_sentences_changes_nothing() -> None:
    head = "\n\nKế hoạch số 168 của Ủy ban nhân dân tỉnh\n\n"
    broken = TEXT.replace(" kết quả trước", f" kết quả{head}trước").replace(" gửi về", f"{head}gửi về")
    broken = broken.replace(" ngày kết thúc", f"{head}ngày kết thúc")
    assert [one[1:] for one in found(broken)] == [one[1:] for one in EXPECTED]


HOSTILE = [
    "a", "báo cáo ", "báo cáo trước ngày 1/1 ", "Sở ", "để tổng hợp, báo cáo ", "báo cáo (", "báo cáo 1. ", "1", " ",
    "\n\nbáo cáo", "*", "|", "báo cáo;", "báo cáo. ", "hằng năm, báo cáo ", "báo cáo (qua ",
    "a\u0301\u0302", "\f", "ß", "İ",
    "Ủy ban nhân dân các huyện, ", "từ 1 đến ngày 1/1 báo cáo ", "trong vòng 5 ngày từ a báo cáo ", "a) báo cáo ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_twice_as_much_of_anything_takes_about_twice_as_long(piece: str) -> None:
    def spent(size: int) -> float:
        text = piece * (size // len(piece))
        began = time.process_time()
        reports(Source(text))
        return time.process_time() - began

    once = min(spent(20_000) for _ in range(2))
    assert spent(80_000) < 12 * once + 0.5  # four times as much; a square would be sixteen

"""How a document was typed never changes what is found in it, and no text takes long."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunghan.clauses.budget import budget
from dunghan.clauses.duties import duties
from dunghan.clauses.extract import extract
from dunghan.clauses.found import Clause, Said
from dunghan.clauses.heading import heading
from dunghan.clauses.source import Source
from dunghan.clauses.stretch import plain
from dunghan.clauses.targets import targets
from tests.clauses.documents import LETTER, NEWS, PLAN

ALL = (PLAN, LETTER, NEWS)


def told(value: object) -> object:
    """A finding without its places, its words settled."""
    match value:
        case Said(text=text, rule=rule):
            return plain(text), rule
        case Clause():
            return plain(value.quote), value.reporter, value.recipient, value.due
        case tuple():
            return tuple(told(one) for one in value)
        case _:
            return value


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ALL), st.randoms(use_true_random=False))
def test_line_wraps_and_stray_stars_change_nothing(text: str, random: "object") -> None:
    typed = "".join(
        "\n"
        if sign == " " and random.random() < 0.3
        else f"**{sign}"
        if sign.isalpha() and random.random() < 0.02
        else sign  # type: ignore[attr-defined]
        for sign in text
    )
    assert told(extract(typed)) == told(extract(text))


@pytest.mark.parametrize("text", ALL)
def test_decomposed_letters_change_nothing(text: str) -> None:
    assert told(extract(unicodedata.normalize("NFD", text))) == told(extract(text))


HOSTILE = (
    *("1", "10% ", "Số: ", "Số: 1/K ", "1/KH-", "tổng kinh phí ", "nguồn a ", "ngày 1/1/2020 ", "1 đồng "),
    *("Sở Y tế, ", "1. Sở Y tế: a. ", "KẾ HOẠCH ", "căn cứ luật a ", "ban hành kế hoạch a ", "1% ; ", "1.111"),
    *("Cơ quan chủ trì: Sở Y tế.\n\n", "theo nghị quyết số 1/NQ-CP ", "ngân sách tỉnh: 1 đồng\n\n"),
    *("- mục tiêu 5%\n\n", "trên 1 huyện, "),
)


@pytest.mark.parametrize("unit", HOSTILE)
def test_no_text_takes_long(unit: str) -> None:
    source = Source(unit * (150_000 // len(unit)))
    assert source.low
    begun = time.perf_counter()
    heading(source), targets(source), budget(source), duties(source, ())
    assert time.perf_counter() - begun < 5

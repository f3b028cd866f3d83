"""Printed pages give back the paragraphs that were printed; pictures of pages are refused."""

import io

import pytest

from dunghan.documents import paged
from dunghan.documents.document import Refused
from tests.documents.printed import pdf, typeset

PARAGRAPHS = [
    f"{number}. The Department of Health (DOH) reports to the Committee of the province on what came of it"
    f"{' and of its parts' * (number % 7)} before the 15th of December each year."
    for number in range(1, 60)
]


def text(content: bytes) -> str:
    return paged.read(io.BytesIO(content)).text


@pytest.mark.parametrize("lines", [31, 40, 43])
def test_printed_paragraphs_come_back(lines: int) -> None:
    told = text(pdf(typeset(PARAGRAPHS, lines)))
    assert [" ".join(paragraph.split()) for paragraph in told.replace("\f", "\n").split("\n\n")] == PARAGRAPHS


def test_columns_of_one_line_are_cells() -> None:
    rows = [
        ("No: 12/KH", 85.0, 700.0),
        ("Ha Giang, 1 May", 320.0, 700.0),
        ("A plan of some length for all offices", 85.0, 660.0),
    ]
    assert text(pdf([rows])) == "No: 12/KH | Ha Giang, 1 May\n\nA plan of some length for all offices"


@pytest.mark.parametrize("signed", ["", "Signed by: the Committee, 15/5/2021"])
def test_pictures_of_pages_are_refused_though_they_are_signed(signed: str) -> None:
    with pytest.raises(Refused, match="scanned"):
        text(pdf([[(signed, 300.0, 780.0)], [], []], picture=True))


def test_a_page_of_text_upon_a_picture_is_text() -> None:
    assert text(pdf(typeset(PARAGRAPHS), picture=True)).startswith("1. The Department")

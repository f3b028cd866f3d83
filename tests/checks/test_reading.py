"""Files are what their content says, and no file does any harm, whatever it was made to do."""

import random
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from dunghan.checks.found import MOST_BYTES, MOST_MEMBERS, MOST_TEXT, Found
from dunghan.checks.reading import read
from tests.checks import made

Look = Callable[..., Found]
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><x>&i;</x>"
)


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """A factory: what is found in a content, under a name that tells nothing."""

    def put(content: bytes, **how: float) -> Found:
        path = tmp_path / "tep"
        path.write_bytes(content)
        return read(path, **how)

    return put


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        (made.word("Số 168", "/KH", "-UBND"), "docx", "Số 168/KH-UBND"),
        (made.excel("6 tháng đầu năm 2018"), "xlsx", "6 tháng đầu năm 2018"),
        (made.odt("năm 2018"), "odt", "năm 2018"),
        (made.pdf("168/KH-UBND"), "pdf", "168/KH-UBND"),
        (made.locked_pdf(user=""), "pdf", "168/KH-UBND"),
        (made.old_word(), "ole", ""),
        (made.zipped({"a.txt": "a"}), "zip", ""),
        (b"MZ" + bytes(100), "", ""),
        ("chỉ là chữ".encode(), "", ""),
    ],
    ids=["docx", "xlsx", "odt", "pdf", "pdf-owner", "ole", "zip", "exe", "text"],
)
def test_a_file_is_what_its_content_says(look: Look, content: bytes, kind: str, text: str) -> None:
    found = look(content)
    assert (found.kind, found.problem, found.text.strip()) == (kind, "", text)


@pytest.mark.parametrize(
    "content",
    [
        made.old_word(with_password=True),
        made.locked_pdf(user="bí mật"),
        made.locked_zip({"word/document.xml": "<a/>"}),
        made.odt("x", manifest='<manifest xmlns="urn:m"><encryption-data/></manifest>'),
    ],
    ids=["office", "pdf", "zip", "odt"],
)
def test_a_password_is_seen(look: Look, content: bytes) -> None:
    assert look(content).problem == "encrypted"


@pytest.mark.parametrize(
    "content",
    [
        made.word("năm 2018")[:-200],
        made.word("năm 2018").replace(b"word/document.xml", b"word/documint.xml", 1),
        made.raw_word("<a><b></a>"),
        b"%PDF-1.7 and nothing else",
        made.pdf("x").replace(b"/Pages 2 0 R", b"/Pages 9 0 R"),
    ],
    ids=["cut", "renamed-part", "xml", "pdf", "pdf-pages"],
)
def test_what_is_broken_is_unreadable(look: Look, content: bytes) -> None:
    found = look(content)
    assert (found.problem, found.text) == ("unreadable", "")


@pytest.mark.parametrize(
    "content",
    [
        made.word_of([b" " * (1 << 20)] * ((MOST_BYTES >> 20) + 2)),
        made.raw_word(LAUGHS),
        made.raw_word('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
    ],
    ids=["zip", "laughs", "file-entity"],
)
def test_a_bomb_is_known(look: Look, content: bytes) -> None:
    assert len(content) < 1 << 20
    assert look(content) == Found("zip", "bomb")


def test_what_is_merely_large_is_left_when_it_comes_to_too_much(look: Look) -> None:
    noise = random.Random(1).randbytes(1 << 19).hex().encode()  # compresses to about half
    assert look(made.word_of([noise] * ((MOST_BYTES >> 20) + 2))).problem == "too_much"


def test_the_name_of_a_dtd_is_not_followed(look: Look) -> None:
    assert look(made.raw_word('<!DOCTYPE x SYSTEM "http://a.example/x.dtd"><x/>')) == Found("docx")


def test_a_zip_of_too_many_members_is_not_opened(look: Look) -> None:
    assert look(made.zipped({str(n): b"" for n in range(MOST_MEMBERS + 1)})).problem == "too_much"


def test_deep_nesting_and_endless_text_end(look: Look) -> None:
    deep = made.raw_word("<a>" * 300_000 + "năm 2018" + "</a>" * 300_000)
    assert look(deep)._replace(detail="") in (Found("docx", text="năm 2018"), Found("zip", "unreadable"))
    assert len(look(made.word_of([b"<w:t>" + b"x" * (4 * MOST_TEXT) + b"</w:t>"])).text) == MOST_TEXT


@pytest.mark.parametrize(
    "content",
    [
        lambda: made.pdf("168/KH-UBND", kids="2 0 R"),
        lambda: made.pdf("168/KH-UBND", kids="3 0 R " * 20_000, count=20_000),
        lambda: made.pdf("168/KH-UBND", count=2_000_000_000),
        lambda: made.pdf(stream=zlib.compress(bytes(200 << 20))),
    ],
    ids=["loop", "many-pages", "false-count", "flate-bomb"],
)
def test_a_pdf_made_to_hang_or_swell_ends(look: Look, content: Callable[[], bytes]) -> None:
    found = look(content())  # made here, for packing 200 MB takes a second of whoever only collects
    assert found.kind == "pdf" and len(found.text) <= MOST_TEXT


def test_a_reading_that_takes_too_long_is_ended(look: Look) -> None:
    assert look(made.pdf("x"), seconds=0.01).problem == "too_much"

"""Documents are what their content says; each that is not read says why, and ends within its bounds."""

import codecs
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from dunghan.documents import Document, read
from dunghan.documents.document import MOST_FILE, MOST_PAGES, MOST_TEXT
from dunghan.documents.refusals import WHY
from models.errors import DocumentRefused
from tests.checks import made

Put = Callable[[bytes], Path]
CLAUSE = "Sở Y tế báo cáo trước ngày 15/12 hằng năm."
PAGE = f"<!doctype html><title>Cổng</title><p>{CLAUSE}</p>"
LAUGHS = b"""<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>&b;</w:p></w:body></w:document>"""


def word_of(*pieces: bytes) -> bytes:
    """A Word file, whole but for its main part, which is this."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(made.word(""))) as whole,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in whole.namelist():
            if name != "word/document.xml":
                archive.writestr(name, whole.read(name))
        with archive.open("word/document.xml", "w") as part:
            for piece in pieces:
                part.write(piece)
    return held.getvalue()


def body_of(*pieces: bytes) -> bytes:
    """A Word file with this in its body."""
    begin, end = LAUGHS[LAUGHS.index(b"<w:document") :].split(b"<w:p>&b;</w:p>")
    return word_of(begin, *pieces, end)


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """A factory: a file with a content, under a name that tells something else."""

    def write(content: bytes) -> Path:
        path = tmp_path / "ke-hoach.xlsx"
        path.write_bytes(content)
        return path

    return write


def refused(path: Path) -> str:
    with pytest.raises(DocumentRefused) as caught:
        read(path)
    problem = caught.value.problem
    assert str(caught.value) == f"{path}: {WHY[problem]}"
    assert caught.value.exit_code == 2
    return problem


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        (made.word("Số 168", "/KH", "-UBND"), "docx", "Số 168/KH-UBND"),
        (made.pdf("168/KH-UBND"), "pdf", "168/KH-UBND"),
        (made.pdf("168/KH-UBND", count=2_000_000_000), "pdf", "168/KH-UBND"),
        (made.locked_pdf(user=""), "pdf", "168/KH-UBND"),
        (PAGE.encode(), "html", CLAUSE),
        (b"\xef\xbb\xbf  <!-- saved -->\n<html><p>a</html>", "html", "a"),
        (CLAUSE.encode(), "text", CLAUSE),
        (b"5 < 6 & <table> is a word here", "text", "5 < 6 & <table> is a word here"),
    ],
    ids=["docx", "pdf", "pdf-false-count", "pdf-owner", "html", "html-comment", "text", "text-with-tags"],
)
def test_a_document_is_what_its_content_says(put: Put, content: bytes, kind: str, text: str) -> None:
    assert read(put(content)) == Document(text, kind)


@pytest.mark.parametrize("bom", [b"", codecs.BOM_UTF8])
def test_plain_text_is_what_python_reads(put: Put, bom: bytes) -> None:
    content = "\n  a\r\nKế hoạch\f\rhoa\u0300\t\u00a0\u200b \n\n"
    path = put(bom + content.encode())
    assert read(path).text == path.read_text(encoding="utf-8").removeprefix("\ufeff")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "cp1258"])
def test_other_encodings_of_plain_text(put: Put, encoding: str) -> None:
    text = codecs.decode(b"\xd0i\xea\xccu tra hu\xf4\xcdng: b\xe1o c\xe1o h\xe0ng qu\xfd", "cp1258")
    bom = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    assert read(put(bom + text.encode(encoding))) == Document(text, "text")


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta http-equiv=Content-Type content='text/html; charset=windows-1258'>", "cp1258"),
        ("<meta charset='no-such-code'>", "utf-8"),
        ("<meta charset=utf-16>", "utf-8"),
        ("<meta charset=utf-8>", "cp1258"),
        ("", "utf-16"),
    ],
)
def test_a_page_is_read_by_its_mark_its_word_or_what_fits(put: Put, head: str, encoding: str) -> None:
    text = codecs.decode(b"b\xe1o c\xe1o \xd0i\xea\xccu tra", "cp1258")
    assert read(put(f"<html>{head}<p>{text}</p>".encode(encoding))) == Document(text, "html")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b" \n\t \n", "empty"),
        (b"<html><body><script>let a</script></body></html>", "empty"),
        (made.word(" "), "empty"),
        (made.excel("6 tháng"), "sheet"),
        (made.odt("năm 2018"), "odt"),
        (made.zipped({"a.txt": "a"}), "archive"),
        (made.old_word(), "old"),
        (made.old_word(with_password=True), "encrypted"),
        (made.locked_pdf(user="bí mật"), "encrypted"),
        (made.locked_zip({"word/document.xml": "<a/>"}), "encrypted"),
        (b"{\\rtf1 a}", "rtf"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n", "mht"),
        (b"MZ" + bytes(300), "foreign"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff", "foreign"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a", "encoding"),
        (b"b\x8a\xe1o c\xe1o", "encoding"),
        (made.pdf(""), "scanned"),
        (made.word("năm 2018")[:-200], "damaged"),
        (word_of(b"<a><b></a>"), "damaged"),
        (made.raw_word("<a/>"), "damaged"),
        (b"%PDF-1.7 and nothing else", "damaged"),
        (word_of(LAUGHS), "harmful"),
        (word_of(LAUGHS.replace(b'"ha"', b'SYSTEM "file:///etc/passwd"')), "harmful"),
    ],
)
def test_what_is_refused_says_why(put: Put, content: bytes, problem: str) -> None:
    assert refused(put(content)) == problem


def test_what_is_not_there_or_no_file_is_missing(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.docx") == refused(tmp_path) == "missing"


def test_a_file_over_the_bound_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as handle:
        handle.truncate(MOST_FILE + 1)
    assert refused(path) == "large"


@pytest.mark.parametrize(
    "content",
    [
        b"a" * (10 << 20),
        b"<p>" + b"a" * (10 << 20),
        body_of(*[b"<w:p><w:r><w:t>" + b"x" * 1000 + b"</w:t></w:r></w:p>"] * 3100),
    ],
    ids=["one-line", "html", "docx"],
)
def test_a_text_over_the_bound_is_refused(put: Put, content: bytes) -> None:
    assert refused(put(content)) == "long"


def test_a_text_within_the_bound_is_read_whole(put: Put) -> None:
    assert len(read(put(b"a" * MOST_TEXT)).text) == MOST_TEXT


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (body_of(*[b" " * (1 << 20)] * 140), {"harmful", "large"}),
        (body_of(*[b"<w:p/>" * (1 << 18)] * 30), {"slow"}),
        (body_of(b"<w:p>" * 300_000, b"</w:p>" * 300_000), {"damaged"}),
        (b"<html>" + b"<div>" * 300_000 + b"a", {"deep"}),
        (b"<html>" + b"<p>a" * 7_000_000, {"slow", "long"}),
        (made.pdf("a", kids="2 0 R"), {"damaged", "scanned"}),
        (made.pdf("a", kids="3 0 R " * (MOST_PAGES + 1), count=MOST_PAGES + 1), {"pages"}),
        (made.pdf(stream=zlib.compress(bytes(200 << 20))), {"scanned", "slow"}),
    ],
    ids=["zip", "many-parts", "deep-xml", "deep-html", "long-html", "loop", "pages", "flate"],
)
def test_what_is_made_to_hang_or_swell_ends(put: Put, content: bytes, problems: set[str]) -> None:
    assert refused(put(content)) in problems


def test_a_reading_that_takes_too_long_is_ended(put: Put) -> None:
    path = put(made.pdf("a"))
    with pytest.raises(DocumentRefused, match="seconds or too much memory"):
        read(path, seconds=0.01)

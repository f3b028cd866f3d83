"""PDF files: the lines of text that are in them, and where on their pages these stand."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import pypdfium2
from pypdfium2 import raw

from dunghan.checks.found import Encrypted
from dunghan.documents import lines
from dunghan.documents.document import MOST_PAGES, MOST_TEXT, Document, Refused
from dunghan.documents.lines import Line

_LINE, _WORD = re.compile(r"[^\r\n]*\S[^\r\n]*"), re.compile(r"\S+")
_WIDE = 1.15
"""A line whose signs seem so much wider than the page's usual ones may have a gap between columns in it."""
_STAMP = 150
"""So few signs beside a picture are a page's number or a digital signature on a scan."""
_HYPHEN = "\ufffe"
"""What pdfium makes of a hyphen at a line's end."""


def read(handle: BinaryIO) -> Document:
    """A PDF's text. One that anybody can open, though it has an owner's password, is not encrypted.

    Raises Refused, Encrypted.
    """
    try:
        opened = pypdfium2.PdfDocument(handle.read())
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise Encrypted from None
        raise Refused("damaged") from None
    if len(opened) > MOST_PAGES:
        raise Refused("pages")
    pages, size, scanned = [], 0, 0
    for number in range(len(opened)):
        page = opened[number]
        textpage = page.get_textpage()
        pages.append(list(_lines(textpage)))
        here = sum(len(line.text) for line in pages[-1])
        scanned += here < _STAMP and any(page.get_objects([raw.FPDF_PAGEOBJ_IMAGE]))
        textpage.close()
        page.close()
        size += here
        if size > MOST_TEXT:
            raise Refused("long")
    if not size or 2 * scanned > len(pages):
        raise Refused("scanned")
    return Document(lines.text_of(pages), "pdf")


def _lines(textpage: Any) -> Iterator[Line]:
    """The lines of a page in its own order, with a bar where a line goes over from one column to the next."""
    text = textpage.get_text_range()
    if not text.isascii() and max(text) > "\uffff":
        text = "".join(sign if sign <= "\uffff" else "\ufffd\ufffd" for sign in text)  # places count UTF-16 units
    found = list(_LINE.finditer(text))
    boxed = [(line, _box(textpage, line)) for line in found]
    width = lines.usual_width([box for _, box in boxed]) if boxed else 0
    for line, box in boxed:
        words = box.text
        if (box.right - box.left) / len(words) > _WIDE * width:
            words = _barred(textpage, line, box)
        yield box._replace(text=words.replace(_HYPHEN, "-"))


def _box(textpage: Any, line: re.Match[str]) -> Line:
    words = line[0].strip()
    begin = line.start() + len(line[0]) - len(line[0].lstrip())
    left, bottom, _, top = _sign(textpage, begin)
    _, low, right, high = _sign(textpage, begin + len(words) - 1)
    return Line(words, left, min(bottom, low), right, max(top, high))


def _barred(textpage: Any, line: re.Match[str], box: Line) -> str:
    words = [(found[0], found.span()) for found in _WORD.finditer(line.string, line.start(), line.end())]
    reach = [(_sign(textpage, start)[0], _sign(textpage, end - 1)[2]) for _, (start, end) in words]
    gaps = lines.wide_gaps(reach, box.top - box.bottom)
    return "".join(
        (" | " if number in gaps else " " if number else "") + word for number, (word, _) in enumerate(words)
    )


def _sign(textpage: Any, place: int) -> tuple[float, float, float, float]:
    """The box of the sign at a place of the page's text: left, bottom, right, top; its font's height, not its own."""
    index = raw.FPDFText_GetCharIndexFromTextIndex(textpage, place)
    left, bottom, right, top = textpage.get_charbox(index, loose=True)
    return left, bottom, right, top

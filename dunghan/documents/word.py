"""Word files: their paragraphs and tables in order, with the numbers that Word makes by itself."""

import zipfile
from collections.abc import Iterable, Iterator
from io import SEEK_END
from typing import Any, BinaryIO

import docx
from docx.oxml.ns import qn

from dunghan.checks import documents
from dunghan.checks.found import Bomb
from dunghan.documents.document import MOST_TEXT, MOST_UNPACKED, Document, Refused
from dunghan.documents.numbering import Numbering

_REFUSED = {"xlsx": "sheet", "odt": "odt", "zip": "archive"}
_P, _TABLE, _ROW, _CELL, _TEXT = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc"), qn("w:t")
_BOX = qn("w:txbxContent")
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_UNSEEN = frozenset(
    map(
        qn,
        (
            "w:pPr",
            "w:rPr",
            "w:tblPr",
            "w:tcPr",
            "w:trPr",
            "w:sectPr",
            "w:sdtPr",
            "w:sdtEndPr",
            "w:del",
            "w:moveFrom",
            "w:rt",
        ),
    )
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
"""Properties, what was struck out under "track changes", and what is there a second time for old programs."""


def read(handle: BinaryIO) -> Document:
    """A Word file's text. Raises Refused, Bomb, Encrypted, TooMuch, and zipfile's, python-docx's and lxml's errors."""
    with zipfile.ZipFile(handle) as archive:
        kind, _, _ = documents.opened(archive, handle.seek(0, SEEK_END))
        if kind != "docx":
            raise Refused(_REFUSED[kind])
        if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
            raise Refused("large")
    handle.seek(0)
    opened = docx.Document(handle)  # of lxml's parser it wants no entity resolved and no depth beyond 256
    body = opened.element.body
    if body.getroottree().docinfo.doctype:
        raise Bomb
    return Document("\n\n".join(_bounded(_blocks(body, Numbering(opened)))), "docx")


def _bounded(blocks: Iterable[str]) -> Iterator[str]:
    size = 0
    for block in blocks:
        size += len(block)
        if size > MOST_TEXT:
            raise Refused("long")
        if block.strip():
            yield block


def _blocks(holder: Any, numbering: Numbering) -> Iterator[str]:
    """The paragraphs and rows of a body, a cell, or what wraps some of them (a content control, a change)."""
    for element in holder:
        if element.tag == _P:
            yield from _paragraph(element, numbering)
        elif element.tag == _TABLE:
            yield from _rows(element, numbering)
        elif element.tag not in _UNSEEN:
            yield from _blocks(element, numbering)


def _rows(table: Any, numbering: Numbering) -> Iterator[str]:
    for element in table:
        if element.tag == _ROW:
            cells = ["\n\n".join(filter(str.strip, _blocks(cell, numbering))) for cell in _cells(element)]
            yield " | ".join(cells) if any(cells) else ""
        elif element.tag not in _UNSEEN:
            yield from _rows(element, numbering)


def _cells(row: Any) -> Iterator[Any]:
    for element in row:
        if element.tag == _CELL:
            yield element
        elif element.tag not in _UNSEEN:
            yield from _cells(element)


def _paragraph(paragraph: Any, numbering: Numbering) -> Iterator[str]:
    """A paragraph, and after it those of the text boxes that are anchored in it."""
    boxes: list[Any] = []
    words = "".join(_words(paragraph, boxes)).strip()
    label = numbering.label(paragraph) if words else ""
    yield f"{label} {words}" if label else words
    for box in boxes:
        yield from _blocks(box, numbering)


def _words(holder: Any, boxes: list[Any]) -> Iterator[str]:
    for element in holder:
        if element.tag == _TEXT:
            yield element.text or ""
        elif element.tag in _SIGNS:
            yield _SIGNS[element.tag]
        elif element.tag == _BOX:
            boxes.append(element)
        elif element.tag not in _UNSEEN:
            yield from _words(element, boxes)

"""PDF files: the text that is in them, page by page."""

from typing import BinaryIO

import pypdfium2
from pypdfium2 import raw

from dunghan.checks.found import Encrypted
from dunghan.documents.document import MOST_PAGES, MOST_TEXT, Document, Refused


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
    pages, size = [], 0
    for number in range(len(opened)):
        page = opened[number]
        textpage = page.get_textpage()
        words = textpage.get_text_range().replace("\r\n", "\n")
        textpage.close()
        page.close()
        pages.append(words)
        size += len(words)
        if size > MOST_TEXT:
            raise Refused("long")
    if size and not any(map(str.strip, pages)):
        raise Refused("scanned")
    return Document("\n\f".join(pages), "pdf")

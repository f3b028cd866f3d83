"""PDF files: their text, page by page, as far as it is wanted."""

import logging
import time
from typing import BinaryIO

from pypdf import PdfReader

from dunghan.checks.found import CPU_SECONDS, MOST_PAGES, MOST_TEXT, Encrypted, Found


def read(handle: BinaryIO) -> Found:
    """What a PDF holds. One that anybody can open, though it has an owner's password, is not encrypted.

    Raises pypdf's errors, and Encrypted.
    """
    logging.disable()  # pypdf tells of every oddity
    document = PdfReader(handle, strict=False)
    if document.is_encrypted and not document.decrypt(""):
        raise Encrypted
    pieces, size = [], 0
    for number in range(min(len(document.pages), MOST_PAGES)):
        words = document.pages[number].extract_text()
        pieces.append(words)
        size += len(words)
        if size >= MOST_TEXT or time.process_time() > CPU_SECONDS / 2:
            break
    return Found("pdf", text="\n".join(pieces)[:MOST_TEXT])

"""Files as offices hand them in, honest ones and others."""

import io
import zipfile
import zlib
from collections.abc import Iterable

import docx
import openpyxl
from pypdf import PdfReader, PdfWriter

ODT = "application/vnd.oasis.opendocument.text"
_ODF = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text"))
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
)


def word(*runs: str) -> bytes:
    """A Word file with one paragraph, cut into runs."""
    document, held = docx.Document(), io.BytesIO()
    paragraph = document.add_paragraph()
    for run in runs:
        paragraph.add_run(run)
    document.save(held)
    return held.getvalue()


def excel(text: str) -> bytes:
    """An Excel file with one cell."""
    book, held = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = text
    book.save(held)
    return held.getvalue()


def odt(text: str, manifest: str = "<manifest/>") -> bytes:
    """An OpenDocument text."""
    content = f"<office:document-content {_ODF}><text:p>{text}</text:p></office:document-content>"
    return zipped({"mimetype": ODT, "content.xml": content, "META-INF/manifest.xml": manifest})


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def raw_word(document: str | bytes) -> bytes:
    """A Word file whose main part is this."""
    return zipped({"[Content_Types].xml": _TYPES, "word/document.xml": document})


def word_of(pieces: Iterable[bytes]) -> bytes:
    """A Word file whose main part comes piece by piece, so that a bomb costs its maker little."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(f'<w:document xmlns:w="{_WORD}">'.encode())
            for piece in pieces:
                part.write(piece)
            part.write(b"</w:document>")
    return held.getvalue()


def pdf(text: str = "", stream: bytes | None = None, kids: str = "3 0 R", count: int = 1) -> bytes:
    """A PDF of one page, its text in ASCII; ``stream`` is compressed content instead of it."""
    shown = stream if stream is not None else zlib.compress(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>".encode(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(shown), shown),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    written, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table) + trailer


def locked_pdf(user: str, text: str = "168/KH-UBND") -> bytes:
    """A PDF under a user's password, or with an owner's alone where that is empty."""
    writer, held = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(text)))), io.BytesIO()
    writer.encrypt(user, "owner", algorithm="AES-256")
    writer.write(held)
    return held.getvalue()


def old_word(with_password: bool = False) -> bytes:
    """The container of an old Word file, or that in which a new one with a password lies."""
    stream = "EncryptedPackage" if with_password else "WordDocument"
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1 << 20) + stream.encode("utf-16-le") + bytes(512)


def locked_zip(members: dict[str, str | bytes]) -> bytes:
    """A zip that says that its members are encrypted."""
    content = bytearray(zipped(members))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)

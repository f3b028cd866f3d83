"""PDF files as a printer driver writes them: line by line, each where it stands."""

import zlib
from collections.abc import Sequence
from textwrap import wrap

_DOT = (
    b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>"
    b"stream\nA\nendstream"
)
LEFT, TOP, PITCH, SIZE = 85, 780, 17, 12


def typeset(paragraphs: Sequence[str], lines: int = 40, width: int = 80) -> list[list[tuple[str, float, float]]]:
    """Pages of paragraphs, the first line of each indented, and from the second on each page's number above it."""
    rows = [
        (line, 36.0 * (at == 0))
        for words in paragraphs
        for at, line in enumerate(wrap(words, width, initial_indent="      "))
    ]
    pages = []
    for number, first in enumerate(range(0, len(rows), lines), 1):
        page = [
            (words.strip(), LEFT + indent, TOP - PITCH * at)
            for at, (words, indent) in enumerate(rows[first : first + lines])
        ]
        pages.append([(str(number), 300.0, TOP + 40.0), *page] if number > 1 else page)
    return pages


def pdf(pages: Sequence[Sequence[tuple[str, float, float]]], picture: bool = False) -> bytes:
    """A PDF of lines in ASCII with the lower left corner of each; ``picture`` puts one behind each page."""
    objects: list[bytes] = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>"
        % (b" ".join(b"%d 0 R" % (5 + 2 * at) for at in range(len(pages))), len(pages)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
        _DOT,
    ]
    for at, page in enumerate(pages):
        shown = "q 595 0 0 842 0 0 cm /I Do Q " * picture
        for words, left, bottom in page:
            escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            shown += f"BT /F {SIZE} Tf {left} {bottom} Td ({escaped}) Tj ET\n"
        stream = zlib.compress(shown.encode("ascii"))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>/XObject<</I 4 0 R>>>>"
            b"/Contents %d 0 R>>" % (6 + 2 * at)
        )
        objects.append(b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    written, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(written))
    return bytes(written) + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + trailer

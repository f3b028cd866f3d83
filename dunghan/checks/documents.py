"""Office files: zips of XML parts, unpacked piece by piece and parsed without building a tree, entities refused."""

import zipfile
from collections.abc import Iterable, Sequence
from io import SEEK_END
from typing import BinaryIO

from defusedxml.common import EntitiesForbidden
from defusedxml.ElementTree import XMLParser

from dunghan.checks.found import (
    MOST_BYTES,
    MOST_MEMBERS,
    MOST_SWELLING,
    MOST_TEXT,
    Bomb,
    Encrypted,
    Found,
    Kind,
    TooMuch,
)

_CHUNK = 1 << 16
_TYPES, _MANIFEST = "[Content_Types].xml", "META-INF/manifest.xml"
_ODT = b"application/vnd.oasis.opendocument.text"
_MAIN: dict[str, Kind] = {"wordprocessingml.document.main+xml": "docx", "spreadsheetml.sheet.main+xml": "xlsx"}
_TEXTUAL: dict[Kind, tuple[str, ...]] = {
    "docx": ("document.main+xml", ".header+xml", ".footer+xml", ".footnotes+xml"),
    "xlsx": (".sharedStrings+xml", ".worksheet+xml", "sheet.main+xml"),
}
"""The endings of the content types of the parts that hold text."""


def read(handle: BinaryIO) -> Found:
    """What an office file holds. Raises zipfile's and the parser's errors, Bomb, Encrypted, TooMuch."""
    with zipfile.ZipFile(handle) as archive:
        kind, parts, unpacking = opened(archive, handle.seek(0, SEEK_END))
        text = _Text()
        for part in parts:
            if not text.full:
                unpacking.parse(part, text)
        return Found(kind, text=text.told())


def opened(archive: zipfile.ZipFile, size: int) -> "tuple[Kind, Sequence[str], Unpacking]":
    """What an archive of so many bytes is, and its parts that hold text, to be parsed within the bounds.

    Raises TooMuch, Bomb, Encrypted, and the parser's errors.
    """
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise TooMuch
    if sum(member.file_size for member in members) > max(MOST_BYTES, MOST_SWELLING * size):
        raise Bomb  # zipfile unpacks no more of a member than it declares
    if any(member.flag_bits & 1 for member in members):
        raise Encrypted
    unpacking = Unpacking(archive)
    return *_parts(unpacking, {member.filename for member in members}), unpacking


class Unpacking:
    """Parses parts of an archive, and stops where they come to too much."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self._left = archive, MOST_BYTES

    def parse(self, part: str, target: object) -> None:
        """Feed a part to a parser's target, to the end (where its checksum is verified)."""
        parser = XMLParser(target=target)  # no entity is declared or fetched; a DTD's name alone (old odt) does no harm
        with self._archive.open(part) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise TooMuch
                try:
                    parser.feed(chunk)
                except EntitiesForbidden:
                    raise Bomb from None
        parser.close()

    def head(self, part: str, most: int) -> bytes:
        """The first bytes of a part."""
        with self._archive.open(part) as unpacked:
            return unpacked.read(most)


def _parts(unpacking: Unpacking, names: set[str]) -> tuple[Kind, Sequence[str]]:
    """What the archive is, and its parts that hold text, the main one first."""
    if "mimetype" in names and unpacking.head("mimetype", 200).strip() == _ODT and "content.xml" in names:
        manifest = _Attributes("encryption-data")
        if _MANIFEST in names:
            unpacking.parse(_MANIFEST, manifest)
        if manifest.found:
            raise Encrypted
        return "odt", [part for part in ("content.xml", "styles.xml") if part in names]
    if _TYPES not in names:
        return "zip", ()
    types = _Attributes("Override")
    unpacking.parse(_TYPES, types)
    named = [(held.get("PartName", "").lstrip("/"), held.get("ContentType", "")) for held in types.found]
    for main, kind in _MAIN.items():
        if any(of.endswith(main) and part in names for part, of in named):
            wanted = [[part for part, of in named if of.endswith(end) and part in names] for end in _TEXTUAL[kind]]
            return kind, [part for parts in wanted for part in parts]
    return "zip", ()


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


class _Attributes:
    """A parser's target that keeps the attributes of the elements of one name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.found: list[dict[str, str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if _bare(tag) == self._name and len(self.found) < MOST_MEMBERS:
            self.found.append(dict(attributes))

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, words: str) -> None:
        """Text."""

    def close(self) -> None:
        """The end."""


class _Text:
    """A parser's target that keeps the text of all parts, paragraphs and cells apart, as far as it is wanted."""

    _APART = frozenset({"p", "h", "si", "c", "row", "tr", "tbl"})
    _BLANK = frozenset({"tab", "br", "s", "line-break", "cr"})
    _NO_TEXT = frozenset({"v", "f", "instrText", "delText"})

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = self._unseen = 0

    @property
    def full(self) -> bool:
        """Whether no more is wanted."""
        return self._size >= MOST_TEXT

    def start(self, tag: str, attributes: Iterable[str]) -> None:  # noqa: ARG002 - the parser's signature
        """An element begins."""
        name = _bare(tag)
        self._unseen += name in self._NO_TEXT
        if name in self._BLANK:
            self._add(" ")

    def end(self, tag: str) -> None:
        """An element ends."""
        name = _bare(tag)
        self._unseen -= name in self._NO_TEXT
        if name in self._APART:
            self._add("\n")

    def data(self, words: str) -> None:
        """Text."""
        if not self._unseen:
            self._add(words)

    def close(self) -> None:
        """The end of a part."""

    def _add(self, words: str) -> None:
        if self._size < MOST_TEXT:
            self._pieces.append(words)
            self._size += len(words)

    def told(self) -> str:
        """All of it."""
        return "".join(self._pieces)[:MOST_TEXT]

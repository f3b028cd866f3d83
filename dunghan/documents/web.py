"""Web pages as browsers save them: what a reader of the page's main part sees, block by block."""

import codecs
import re
from typing import Any

from lxml import etree

from dunghan.documents import plain
from dunghan.documents.document import Document, Refused
from dunghan.documents.numbering import formed


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_AS_BROWSERS_DO = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
"""The WHATWG's reading of what a page says about itself."""
_UNSEEN = _names(
    "head script style noscript template nav menu button select textarea svg math iframe object video audio "
    "canvas map datalist dialog"
)
_ASIDE, _CONTENT = frozenset({"header", "footer", "aside"}), frozenset({"article", "main", "section"})
_ASIDE_ROLES = _names("navigation banner contentinfo complementary search menu menubar dialog")
_BLOCKS = _names(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html legend li main ol p pre section summary table tbody td "
    "tfoot th thead tr ul"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_LISTS, _CELLS = frozenset({"ul", "ol"}), frozenset({"td", "th"})
_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_MARKED = re.compile(r"[-–+•*]|\d{1,3}[.)/]|[a-zđA-Z]{1,2}[.)]|[ivxIVX]{1,5}[.)]|(?:Điều|Chương|Mục|Phần)\b")
_SPACES, _BREAK = re.compile(r"\s+"), re.compile(r" ?\0 ?")
_MENU_LINKS, _MENU_SHARE = 3, 0.8
"""A list of so many links that make up so much of its text leads elsewhere: a menu, related documents."""


def read(content: bytes) -> Document:
    """A page's text. Raises Refused and lxml's errors."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    page = etree.fromstring(decoded(content).encode("utf-8", "replace"), parser)
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise Refused("deep")
    writing, skipped = _Writing(), None
    walk = etree.iterwalk(_main(page), events=("start", "end"))
    for event, element in walk:
        if event == "end":
            writing.end(element, seen=element is not skipped)
        elif writing.skips(element):
            skipped = element
            walk.skip_subtree()
        else:
            writing.start(element)
    return Document(writing.told(), "html")


def decoded(content: bytes) -> str:
    """A page by its byte order mark, what it says of itself, as UTF-8 or as Windows-1258: as the first that fits."""
    said = _CHARSET.search(content[:4096])
    for encoding in (plain.marked_as(content), _known(said[1].decode()) if said else "", "utf-8"):
        try:
            if encoding:
                return content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return content.decode("cp1258", errors="replace")


def _known(name: str) -> str:
    """What Python calls an encoding of text; empty if it knows none of that name."""
    try:
        encoding = codecs.lookup(name).name
        b"".decode(encoding)
    except (LookupError, ValueError):
        return ""
    return _AS_BROWSERS_DO.get(encoding, encoding)


def _main(page: Any) -> Any:
    """The page's one main part, if it has one and that holds most of what is on the page."""
    found = page.xpath("//main|//*[@role='main']") or page.xpath("//article")
    if len(found) != 1:
        return page
    program = sum(map(_length, page.xpath("//script|//style")))
    return found[0] if 2 * _length(found[0]) > _length(page) - program else page


def _length(element: Any) -> int:
    return sum(map(len, element.itertext()))


class _Writing:
    """Blocks of text as they end. Tables are laid row by row: the cells of one are held until it ends."""

    def __init__(self) -> None:
        self._held: list[tuple[Any, list[str]]] = [(None, [])]
        self._line: list[str] = []
        self._label = ""
        self._numbers: list[int] = []
        self._content = self._verbatim = 0

    def told(self) -> str:
        """All that was written."""
        self._end_block()
        return "\n\n".join(self._held[0][1])

    def skips(self, element: Any) -> bool:
        """Whether an element, with all that is in it, is no part of the document. What follows it is."""
        tag = element.tag
        return bool(
            tag in _UNSEEN
            or (tag in _ASIDE and not self._content)
            or element.get("role") in _ASIDE_ROLES
            or element.get("hidden") is not None
            or _HIDDEN.search(element.get("style", ""))
            or (tag in _LISTS and not self._numbers and _leads_elsewhere(element))
        )

    def start(self, element: Any) -> None:
        """An element begins."""
        tag = element.tag
        if tag in _BLOCKS:
            self._end_block()
        if tag == "tr" or tag in _CELLS:
            self._held.append((element, []))
        elif tag in _LISTS:
            self._numbers.append(_whole(element.get("start"), 1))
        elif tag == "li":
            self._label = self._numbered(element)
        elif tag == "br":
            self._line.append("\0")
        self._content += tag in _CONTENT
        self._verbatim += tag == "pre"
        self._write(element.text)

    def end(self, element: Any, seen: bool) -> None:
        """An element ends, seen or skipped."""
        tag = element.tag
        if tag in _BLOCKS:
            self._end_block()
        if seen:
            if self._held[-1][0] is element:
                self._lay(tag, self._held.pop()[1])
            elif tag in _LISTS:
                self._numbers.pop()
            elif tag == "li":
                self._label = ""
            self._content -= tag in _CONTENT
            self._verbatim -= tag == "pre"
        self._write(element.tail)

    def _lay(self, tag: str, blocks: list[str]) -> None:
        """What a row or a cell held goes to what holds that."""
        around, there = self._held[-1]
        if tag == "tr":
            there.extend([" | ".join(blocks)] if any(blocks) else [])
        elif around is not None and around.tag == "tr":
            there.append("\n\n".join(blocks))
        else:
            there.extend(blocks)

    def _numbered(self, item: Any) -> str:
        """The number or dash that a browser shows before an item of a list."""
        parent = item.getparent()
        if not self._numbers or parent is None or parent.tag != "ol":
            return "-"
        number = _whole(item.get("value"), self._numbers[-1])
        self._numbers[-1] = number + 1
        return f"{formed(_FORMS.get(parent.get('type'), 'decimal'), number)}."

    def _write(self, words: str | None) -> None:
        if words:
            self._line.append(words.replace("\n", "\0") if self._verbatim else words)

    def _end_block(self) -> None:
        block = _BREAK.sub("\n", _SPACES.sub(" ", "".join(self._line))).strip()
        self._line.clear()
        if not block:
            return
        if self._label and not _MARKED.match(block):  # a page may show its own mark and hide the browser's
            block = f"{self._label} {block}"
        self._label = ""
        self._held[-1][1].append(block)


def _leads_elsewhere(listing: Any) -> bool:
    links = listing.findall(".//a")
    return len(links) >= _MENU_LINKS and sum(map(_length, links)) > _MENU_SHARE * _length(listing)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else otherwise

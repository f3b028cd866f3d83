"""What is still Vietnamese on an English page: words with a Vietnamese letter, not marked so and in no name."""

import re
import unicodedata
from collections.abc import Iterable
from html import unescape

_MARKED = re.compile(r'<(\w+)\b[^>]*\blang="vi"[^>]*>.*?</\1>', re.DOTALL)
_SPOKEN = re.compile(r'\b(?:aria-label|title|alt|placeholder)="([^"]*)"')


def left_over(html: str, names: Iterable[str]) -> set[str]:
    """The words of a page, and of what a screen reader says of it, that ought to be English. ``names`` are data."""
    assert '<html lang="en">' in html
    unmarked = _MARKED.sub(" ", html)
    text = unescape(" ".join([*_SPOKEN.findall(unmarked), re.sub(r"<[^>]+>", " ", unmarked)]))
    for name in sorted({"Đúng hạn", *names}, key=len, reverse=True):
        text = text.replace(name, " ")
    return {word for word in re.findall(r"\w+", text) if _vietnamese(word)}


def _vietnamese(word: str) -> bool:
    bare = unicodedata.normalize("NFD", word)
    return any(unicodedata.combining(letter) for letter in bare) or bool(set(word) & set("đĐ"))

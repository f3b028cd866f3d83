"""The numbers and bullets that Word puts before paragraphs without their standing in the text."""

from collections.abc import Callable
from typing import Any, NamedTuple

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

_ROMAN = {1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl"}
_ROMAN |= {10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i"}
_LEVELS = 9
_VALUE = qn("w:val")
_MOST_STYLES = 20


def _roman(number: int) -> str:
    """A number from 1 on in small Roman signs; beyond 4999 in Arabic ones."""
    if not 0 < number < 5000:
        return str(number)
    signs = ""
    for value, sign in _ROMAN.items():
        signs += sign * (number // value)
        number %= value
    return signs


def _letters(number: int) -> str:
    """A number from 1 on as Word letters it: a to z, aa, bb and on."""
    return chr(ord("a") + (number - 1) % 26) * min(1 + (number - 1) // 26, 3) if number > 0 else str(number)


_FORMS: dict[str, Callable[[int], str]] = {
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "decimalZero": lambda number: f"{number:02d}",
}
"""By ECMA-376's ST_NumberFormat; every other form counts as "decimal"."""


def formed(form: str, number: int) -> str:
    """A number in one of ECMA-376's forms."""
    return _FORMS.get(form, str)(number)


class _Level(NamedTuple):
    form: str
    text: str
    start: int


class Numbering:
    """Counts through the lists of one document, in the order of its paragraphs."""

    def __init__(self, document: Document) -> None:
        self._lists: dict[str, tuple[str, dict[int, _Level]]] = {}
        self._counted: dict[str, list[int | None]] = {}
        self._of_style: dict[str, Any] = {}
        self._settled: dict[str, tuple[str, int]] = {}
        self._begun: set[str] = set()
        self._restarted: dict[str, list[int]] = {}
        related = {relation.reltype: relation for relation in document.part.rels.values()}
        if RELATIONSHIP_TYPE.NUMBERING in related:
            self._learn(document.part.numbering_part.element)
        if RELATIONSHIP_TYPE.STYLES in related:
            self._of_style = {
                style.get(qn("w:styleId")): style for style in document.styles.element.findall(qn("w:style"))
            }

    def label(self, paragraph: Any) -> str:
        """What stands before a paragraph ("1.", "a)", "-"), and counts it; empty when it is in no list."""
        properties = paragraph.find(qn("w:pPr"))
        number, depth = self._place(properties)
        if number not in self._lists:
            return ""
        shared, levels = self._lists[number]
        level = levels.get(depth)
        if level is None or level.form == "none":
            return ""
        counted = self._counted.setdefault(shared, [None] * _LEVELS)
        if number not in self._begun:
            self._begun.add(number)
            for deep in self._restarted.get(number, ()):
                counted[deep] = None
        for above in range(depth):
            if counted[above] is None:
                counted[above] = levels[above].start if above in levels else 1
        before = counted[depth]
        counted[depth] = level.start if before is None else before + 1
        counted[depth + 1 :] = [None] * (_LEVELS - depth - 1)
        if level.form == "bullet":
            return "-"
        text = level.text
        for deep in range(depth + 1):
            form = levels[deep].form if deep in levels else "decimal"
            text = text.replace(f"%{deep + 1}", formed(form, counted[deep] or 0))
        return text.strip()

    def _place(self, properties: Any) -> tuple[str, int]:
        """The list that a paragraph is in ("" for none), and how deep."""
        if properties is None:
            return "", 0
        number, depth = _listed(properties)
        style = properties.find(qn("w:pStyle"))
        if number is None and style is not None:
            number, of_style = self._by_style(style.get(_VALUE))
            depth = of_style if depth is None else depth
        return number or "", min(max(depth or 0, 0), _LEVELS - 1)

    def _by_style(self, name: str) -> tuple[str, int]:
        if name not in self._settled:
            number, depth, at = None, None, name
            for _ in range(_MOST_STYLES):
                style = self._of_style.get(at)
                if style is None:
                    break
                properties = style.find(qn("w:pPr"))
                if properties is not None:
                    its_number, its_depth = _listed(properties)
                    number = its_number if number is None else number
                    depth = its_depth if depth is None else depth
                based = style.find(qn("w:basedOn"))
                if number is not None or based is None:
                    break
                at = based.get(_VALUE)
            self._settled[name] = (number or "", depth or 0)
        return self._settled[name]

    def _learn(self, numbering: Any) -> None:
        shared = {
            one.get(qn("w:abstractNumId")): dict(map(_level, one.findall(qn("w:lvl"))))
            for one in numbering.findall(qn("w:abstractNum"))
        }
        for one in numbering.findall(qn("w:num")):
            number, of = one.get(qn("w:numId")), one.find(qn("w:abstractNumId"))
            if of is None or of.get(_VALUE) not in shared:
                continue
            levels = dict(shared[of.get(_VALUE)])
            for override in one.findall(qn("w:lvlOverride")):
                depth = _whole(override.get(qn("w:ilvl")), 0)
                own, start = override.find(qn("w:lvl")), override.find(qn("w:startOverride"))
                if own is not None:
                    levels[depth] = _level(own)[1]
                if start is not None and depth in levels:
                    levels[depth] = levels[depth]._replace(start=_whole(start.get(_VALUE), 1))
                    self._restarted.setdefault(number, []).append(min(max(depth, 0), _LEVELS - 1))
            self._lists[number] = (of.get(_VALUE), levels)


def _listed(properties: Any) -> tuple[str | None, int | None]:
    """The list and the depth that properties name, each None where they do not. List 0 is none at all."""
    listed = properties.find(qn("w:numPr"))
    if listed is None:
        return None, None
    number, depth = listed.find(qn("w:numId")), listed.find(qn("w:ilvl"))
    return (
        None if number is None else number.get(_VALUE, ""),
        None if depth is None else _whole(depth.get(_VALUE), 0),
    )


def _level(level: Any) -> tuple[int, _Level]:
    def said(name: str, otherwise: str) -> str:
        child = level.find(qn(name))
        return otherwise if child is None else str(child.get(_VALUE, otherwise))

    depth = _whole(level.get(qn("w:ilvl")), 0)
    return depth, _Level(said("w:numFmt", "decimal"), said("w:lvlText", ""), _whole(said("w:start", "0"), 0))


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else otherwise

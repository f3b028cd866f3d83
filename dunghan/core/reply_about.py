"""What a reply is about: which of the reports that could be meant its file names and subject name. Never a guess."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from dunghan.core.names import kind_name, plain
from dunghan.core.periods import period_name

_DAY = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b")


class Meant(NamedTuple):
    """An obligation that a reply may be about."""

    obligation: str
    plan_number: str
    report: str
    title: str
    kind: str
    period: str


def narrowed(could_be: Sequence[Meant], files: Sequence[str], subject: str) -> list[Meant]:
    """Those that are named, by the files first; all of them where nothing tells them apart.

    >>> one = Meant("a", "168/KH-UBND", "annual", "Báo cáo hằng năm", "annual", "2018")
    >>> two = one._replace(obligation="b", period="2017")
    >>> [m.obligation for m in narrowed([one, two], ["bao-cao-2017.docx"], "Re: trước ngày 10/12/2018")]
    ['b']
    >>> len(narrowed([one, two], ["bao-cao.docx"], "Gửi báo cáo"))
    2
    """
    for texts in (files, [subject]):
        said = _bare(" ".join(texts))
        if len(found := [one for one in could_be if _named(one, could_be, said)]) == 1:
            return found
    return list(could_be)


def of_plan(could_be: Sequence[Meant], texts: Sequence[str]) -> list[Meant]:
    """Those of the plan whose number stands in one of the texts; all of them where none does.

    >>> one = Meant("a", "168/KH-UBND", "annual", "", "annual", "2018")
    >>> two = one._replace(obligation="b", plan_number="9/KH-UBND")
    >>> [m.obligation for m in of_plan([one, two], ["số 168 KH-UBND"])]
    ['a']
    """
    said = " ".join(_bare(text) for text in texts)
    return [one for one in could_be if _holds(said, one.plan_number)] or list(could_be)


def _named(one: Meant, among: Sequence[Meant], said: str) -> bool:
    """Whether whatever tells this one from the others is said."""
    told_apart = False
    if len({other.plan_number for other in among}) > 1:
        told_apart = True
        if not _holds(said, one.plan_number):
            return False
    if len({other.report for other in among}) > 1:
        told_apart = True
        if not any(_holds(said, word) for word in (one.report, one.title, kind_name(one.kind))):
            return False
    if len({other.period for other in among}) > 1:
        told_apart = True
        if not any(_holds(said, word) for word in (one.period, period_name(one.period))):
            return False
    return told_apart


def _holds(said: str, word: str) -> bool:
    bare = _bare(word)
    return bool(bare) and f" {bare} " in f" {said} "


def _bare(text: str) -> str:
    """Words without marks, in lower case, a blank between them; days are taken out: their year is no period's."""
    return " ".join(re.sub(r"[\W_]+", " ", plain(_DAY.sub(" ", text)).casefold()).split())

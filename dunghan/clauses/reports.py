"""The reporting clauses of a text: who reports to whom, how often and by when."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dunghan.clauses import parties
from dunghan.clauses.found import Clause, Kind
from dunghan.clauses.heads import FINAL, MIDTERM, Head, heads
from dunghan.clauses.offices import Office
from dunghan.clauses.sentences import Sentence, sentences
from dunghan.clauses.source import Source
from dunghan.clauses.stretch import said
from dunghan.clauses.times import YEAR, Due, Recurrence, When, Wording, times


class _Duty(NamedTuple):
    """One duty in places of the settled text; ``after`` is where the words that may speak of it end."""

    start: int
    end: int
    after: int
    head: Head
    reporter: Office | None
    recipient: Office | None
    via: str | None
    doubts: tuple[str, ...] = ()


_ABOVE = "cơ quan báo cáo lấy từ đề mục hoặc câu trước"


def reports(source: Source) -> list[Clause]:
    """Every reporting obligation of a text, in order; one that an editor repeated word for word is told once."""
    every = sentences(source)
    found: dict[tuple[str, str | None], Clause] = {}
    for number, sentence in enumerate(every):
        if "báo cáo" not in source.low[sentence.start : sentence.end]:
            continue
        for duty in _shared(list(_duties(source, sentence))):
            above = None if duty.reporter else parties.reporter_above(source, every, number)
            clause = _clause(source, duty._replace(reporter=above, doubts=(*duty.doubts, _ABOVE)) if above else duty)
            found.setdefault((source.low[duty.start : duty.end], clause.reporter), clause)
    return list(found.values())


def _duties(source: Source, sentence: Sentence) -> Iterator[_Duty]:
    """The duties of a sentence. A part's subject speaks on until another does; a limit that opens it is all parts'."""
    shared: tuple[When, ...] = ()
    reporter: Office | None = None
    for start, end in sentence.parts:
        whens = times(source.low, start, end)
        found = heads(source, start, end, whens, shared)
        for place, head in enumerate(found):
            begin = found[place - 1].end if place else start
            after, next_speaks = end, False
            if place + 1 < len(found):
                after = found[place + 1].start
                if speaker := parties.subject(source, head.end, after, False):
                    after, next_speaks = speaker.start, True
            reporter = parties.subject(source, begin, head.speaks, place == 0, whens) or reporter
            yield _duty(source, head, begin, after, reporter, next_speaks)
        if start == sentence.body:
            shared = tuple(when for when in whens if when.start - start < 3 and when.rule == "time-limit")
            reporter = reporter or (None if found else parties.subject(source, start, end, True))


def _duty(source: Source, head: Head, begin: int, after: int, reporter: Office | None, next_speaks: bool) -> _Duty:
    """What a head says, and how far its words go: from its subject or times to the last thing said of it."""
    low = source.low
    to = parties.recipient(source, head.start, head.end, after, next_speaks)
    start = min([head.start, *(when.start for when in head.whens if when.start >= begin)])
    if reporter and 0 <= start - reporter.end <= 2:
        start = reporter.start
    via, via_end = parties.via(source, head.end, after, to)
    known = max([head.end, via_end, *(w.end for w in head.whens if w.end <= after), *([to.end] if to else [])])
    aim = parties.AIM.search(low, known, after)
    end = aim.start() if aim else after
    if any(when.due and when.start > head.start for when in head.whens) or end - known > 300:
        end = known
    while end > start and low[end - 1] in " ,;.:/*-–(":
        end -= 1
    if low.endswith((" và", " hoặc"), start, end):
        end = low.rindex(" ", start, end)
    if low.count("(", start, end) > low.count(")", start, end) and low.startswith(")", end):
        end += 1
    return _Duty(start, end, after, head, reporter, to, via)


def _shared(duties: list[_Duty]) -> Iterator[_Duty]:
    """Duties of one sentence: who names no recipient has that of the next one that does, or of the last before."""
    for place, duty in enumerate(duties):
        others = [one for one in (*duties[place + 1 :], *reversed(duties[:place])) if one.recipient]
        if duty.recipient or not others:
            yield duty
        else:
            yield duty._replace(
                recipient=others[0].recipient, via=duty.via or others[0].via,
                doubts=(*duty.doubts, "nơi nhận lấy từ vế khác của câu"),
            )  # fmt: skip


def _clause(source: Source, duty: _Duty) -> Clause:
    head, stretch = duty.head, source.low[duty.start : duty.end]
    due = tuple(each for when in head.whens for each in when.due)
    kind, due = _kind(stretch, head, due)
    recurrence, assumed = _recurrence(head, due)
    if kind == "periodic" and (
        recurrence == "once"
        or head.rule == "report-on-request"
        or any(when.rule == "time-limit" for when in head.whens)
    ):
        kind = "adhoc"
    wording: Wording = next((when.wording for when in head.whens if when.wording), "undated")
    doubts = (*duty.doubts, *assumed, *_doubts(duty, due, wording, recurrence))
    start, end = source.place(duty.start, duty.end)
    sure = {"report": 0.95, "results-for-a-report": 0.8}.get(head.rule, 0.5)
    relayed = parties.relay(source, duty.end, duty.after)
    return Clause(
        source.text[start:end], start, end, _named(source, duty.reporter), _named(source, duty.recipient), duty.via,
        recurrence, due, wording, kind, head.rule, round(max(0.1, sure - 0.1 * len(doubts)), 2), doubts,
        said(source, *relayed, rule="relay") if relayed else None,
    )  # fmt: skip


def _named(source: Source, office: Office | None) -> str | None:
    return source.words[office.start : office.end] if office else None


def _kind(stretch: str, head: Head, due: tuple[Due, ...]) -> tuple[Kind, tuple[Due, ...]]:
    """Whether it is a mid-term or final report, which is due in a named year; that year may be all that is said."""
    midterm, final = MIDTERM.search(stretch), FINAL.search(stretch)
    regular = any(when.often in _REGULAR for when in head.whens)
    if head.rule == "report-on-request" or regular or not (midterm or final):
        return "periodic", due
    due = due or tuple(Due(int(found["in"])) for found in YEAR.finditer(stretch))[:1]
    if not any(one.year for one in due):
        return "periodic", due
    return "midterm" if midterm else "final", due


_REGULAR: tuple[Recurrence, ...] = ("monthly", "quarterly", "semiannual", "annual")


def _recurrence(head: Head, due: Sequence[Due]) -> tuple[Recurrence, tuple[str, ...]]:
    """How often, the most frequent of what is said, and what was assumed where a day is all that is."""
    often = {when.often for when in head.whens if when.rule != "on-request"}
    days = {(one.month, one.day) for one in due if one.month}
    for regular in _REGULAR:
        if regular in often:
            return ("semiannual" if regular == "annual" and len(days) > 1 else regular), ()
    if any(one.year for one in due):
        return "once", ()
    if "relative" in often:
        return "relative", ()
    if due:
        assumed = () if "unspecified-periodic" in often else ("văn bản không nêu năm; hiểu là hằng năm",)
        return ("semiannual" if len(days) > 1 else "annual"), assumed
    return ("relative" if head.rule == "report-on-request" else "unspecified-periodic"), ()


def _doubts(duty: _Duty, due: Sequence[Due], wording: Wording, recurrence: Recurrence) -> Iterator[str]:
    if not duty.reporter:
        yield "không thấy ai phải báo cáo"
    if not duty.recipient:
        yield "không thấy nơi nhận"
    if recurrence == "unspecified-periodic":
        yield "văn bản không nêu kỳ hạn"
    if wording == "undated":
        yield "văn bản không nêu ngày"
    elif any(one.year and not one.month for one in due):
        yield "văn bản chỉ nêu năm"

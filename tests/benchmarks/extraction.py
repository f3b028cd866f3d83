"""How well reporting clauses are found: against a careful person's reading, given as ``expected.jsonl``.

``python -m tests.benchmarks.extraction [PATH_TO_expected.jsonl]``. Beside that file lies each document as
``<doc>.txt``; without a path the corpus beside this checkout is read where it is there. Each row has ``doc, quote,
reporter, recipient, via, recurrence, due, before, kind``; ``due`` is a list of ``{year, month, day}``, or words where
the text has no date. Prints what was missed and what was found falsely, document by document, then one JSON summary.
Exit 1 where a goal is missed, 2 where there is nothing to measure.
"""

import json
import re
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from dunghan.clauses.extract import extract
from dunghan.clauses.found import Clause

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "expected.jsonl"
GOALS = {"recall": 0.95, "precision": 0.90, "dates": 0.95, "seconds_200_pages": 5.0, "mb_200_pages": 300.0}
_MOST = frozenset({"seconds_200_pages", "mb_200_pages"})
OVERLAP = 0.4
"""Two stretches are of one obligation where what they share is this part of what they cover together."""
PAGE_WORDS, PAGES = 450, 200


class Expected(NamedTuple):
    """A row of the reading: an obligation, and where its quote stands in the document."""

    row: dict[str, Any]
    start: int
    end: int


class Match(NamedTuple):
    """An expected obligation with the clause that was found for it."""

    expected: Expected
    clause: Clause
    overlap: float

    @property
    def dated(self) -> bool:
        """Whether the reading has dates to compare with."""
        return isinstance(self.expected.row["due"], list)

    @property
    def right(self) -> dict[str, bool]:
        """Which parts of the clause are as the person read them."""
        row, clause = self.expected.row, self.clause
        wanted = [(d["year"], d["month"], d["day"]) for d in row["due"]] if self.dated else []
        return {
            "recurrence": clause.recurrence == row["recurrence"],
            "dates": not self.dated or [(d.year, d.month, d.day) for d in clause.due] == wanted,
            "wording": (clause.wording == "before") == row["before"],
            "kind": clause.kind == row["kind"],
        }


class Scored(NamedTuple):
    """One document's matches, misses and false findings."""

    matches: tuple[Match, ...]
    missed: tuple[Expected, ...]
    false: tuple[Clause, ...]


def located(text: str, row: dict[str, Any]) -> Expected:
    """A row with its quote's place in the text; white space and marks of emphasis do not count.

    Raises ValueError where the quote is not there, since then the reading is of another text.
    """
    words = [word for word in re.split(r"[\s*]+", row["quote"]) if word]
    found = re.search(r"[\s*]+".join(map(re.escape, words)), text)
    if not words or not found:
        raise ValueError(f"{row['doc']}: no such words in the document: {row['quote'][:80]!r}")
    return Expected(row, *found.span())


def overlap(expected: Expected, clause: Clause) -> float:
    """What two stretches share, as a part of what they cover together.

    >>> clause = Clause("", 5, 15, None, None, None, "annual", (), "undated", "periodic", "", 1)
    >>> round(overlap(Expected({}, 0, 10), clause), 2)
    0.33
    """
    shared = min(expected.end, clause.end) - max(expected.start, clause.start)
    return max(0, shared) / (max(expected.end, clause.end) - min(expected.start, clause.start))


def score(expected: Sequence[Expected], clauses: Sequence[Clause]) -> Scored:
    """Pair each obligation with the clause that covers it best; each clause serves once."""
    pairs = [(overlap(e, c), n, m) for (n, e), (m, c) in product(enumerate(expected), enumerate(clauses))]
    of: dict[int, tuple[int, float]] = {}
    used: set[int] = set()
    for shared, n, m in sorted(pairs, key=lambda pair: -pair[0]):
        if shared >= OVERLAP and n not in of and m not in used:
            of[n] = (m, shared)
            used.add(m)
    return Scored(
        tuple(Match(expected[n], clauses[m], shared) for n, (m, shared) in sorted(of.items())),
        tuple(e for n, e in enumerate(expected) if n not in of),
        tuple(c for m, c in enumerate(clauses) if m not in used),
    )


def summary(every: Iterable[Scored]) -> dict[str, Any]:
    """The figures over all documents, as parts of one; null where nothing was there to measure."""
    held = list(every)
    matches = [match for one in held for match in one.matches]
    missed, false = sum(len(one.missed) for one in held), sum(len(one.false) for one in held)
    right = {
        part: [m.right[part] for m in matches if part != "dates" or m.dated]
        for part in ("dates", "recurrence", "wording", "kind")
    }
    return {
        "documents": len(held),
        "expected": len(matches) + missed,
        "matched": len(matches),
        "false": false,
        "recall": _part(len(matches), len(matches) + missed),
        "precision": _part(len(matches), len(matches) + false),
        "overlap": _part(sum(m.overlap for m in matches), len(matches)),
        **{part: _part(sum(held), len(held)) for part, held in right.items()},
    }


def _part(some: float, of: int) -> float | None:
    return round(some / of, 4) if of else None


def missed_goals(figures: dict[str, Any]) -> list[str]:
    """The goals that the figures miss; one that was not measured is none."""
    measured = ((name, goal, figures.get(name)) for name, goal in GOALS.items())
    return [
        f"{name} is {value:g}, the goal is {'at most' if name in _MOST else 'at least'} {goal:g}"
        for name, goal, value in measured
        if value is not None and (value > goal if name in _MOST else value < goal)
    ]


def told(name: str, one: Scored) -> list[str]:
    """What a document's lines of the printed report say."""
    lines = [f"== {name}: {len(one.matches)} found, {len(one.missed)} missed, {len(one.false)} false"]
    lines += [f"   missed: {_short(expected.row['quote'])}" for expected in one.missed]
    lines += [f"   false ({clause.rule}): {_short(clause.quote)}" for clause in one.false]
    for match in one.matches:
        row, clause, right = match.expected.row, match.clause, match.right
        wrong = [part for part, good in right.items() if not good]
        if wrong:
            days = [tuple(day)[:3] for day in clause.due]
            got = {"recurrence": clause.recurrence, "dates": days, "wording": clause.wording, "kind": clause.kind}
            wanted = {"dates": row["due"], "wording": "before" if row["before"] else "not before", **row}
            said = "; ".join(f"{part} {got[part]}, not {wanted[part]}" for part in wrong)
            lines.append(f"   {said}: {_short(clause.quote)}")
    return lines


def _short(words: str) -> str:
    said = " ".join(words.split())
    return said if len(said) <= 110 else said[:109] + "…"


def long_document(texts: Sequence[str]) -> str:
    """A document of 200 pages: others one behind the other, all read, though what repeats is told once."""
    words, pages, number = 0, [], 0
    while words < PAGE_WORDS * PAGES:
        text = texts[number % len(texts)]
        number += 1
        words += len(text.split())
        pages.append(f"{number}. Phần thứ {number}\n\n{text}")
    return "\n\n".join(pages)


def cost(text: str) -> dict[str, float]:
    """Seconds and the growth of memory in MB that one document takes, sampled from the side."""
    before, peak, done = _resident(), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            peak[0] = max(peak[0], _resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    extract(text)
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    return {"seconds_200_pages": round(seconds, 2), "mb_200_pages": round(max(peak[0] - before, 0), 1)}


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def main(words: Sequence[str]) -> int:
    """Measure and print; the exit code."""
    paths = [word for word in words if not word.startswith("--")]
    path = Path(paths[0]) if paths else CORPUS
    if not path.is_file():
        sys.stderr.write(f"There is no {path}: give the path of an expected.jsonl, its documents beside it.\n")
        return 2
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    named = dict.fromkeys(row["doc"] for row in rows)
    texts = {name: (path.parent / f"{name}.txt").read_text(encoding="utf-8") for name in named}
    scored: list[Scored] = []
    for name, text in texts.items():
        one = score([located(text, row) for row in rows if row["doc"] == name], extract(text).clauses)
        scored.append(one)
        sys.stdout.write("\n".join(told(name, one)) + "\n")
    figures = summary(scored) | cost(long_document(list(texts.values())))
    missed = missed_goals(figures)
    sys.stdout.write(json.dumps({**figures, "missed_goals": missed}, ensure_ascii=False) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What reading a document of 200 pages takes: ``python -m tests.benchmarks.documents`` prints seconds and MB as JSON.

``read`` is all of it, the process that reads included; ``found`` is what finding the clauses in its text takes.
``reader_mb`` and ``finder_mb`` are all that the two processes held, Python itself included.
"""

import html
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import docx

from dunghan.documents import read
from tests.documents.printed import pdf, typeset

PAGES, LINES = 200, 40
DUTY = (
    "{}. The Department of Health chairs and works together with the offices, districts and communes in its charge, "
    "reviews the plan and reports to the People Committee of the province before the 15th of December each year. "
)
_PEAK = (
    "import sys; from dunghan.documents import __main__ as reader; reader.main(); "
    "print(next(row for row in open('/proc/self/status') if row.startswith('VmHWM')).split()[1], file=sys.stderr)"
)
_FIND = (
    "import sys, time; from pathlib import Path; from dunghan.clauses.reports import reports; "
    "from dunghan.clauses.source import Source; begun = time.perf_counter(); "
    "reports(Source(Path(sys.argv[1]).read_text(encoding='utf-8'))); print(time.perf_counter() - begun); "
    "print(next(row for row in open('/proc/self/status') if row.startswith('VmHWM')).split()[1])"
)


def files(place: Path) -> list[Path]:
    """The same document in four kinds."""
    paragraphs: list[str] = []
    while len(pages := typeset(paragraphs, LINES)) < PAGES:
        paragraphs += [DUTY.format(len(paragraphs) + at) * (1 + at % 3) for at in range(200)]
    word = docx.Document()
    for words in paragraphs:
        word.add_paragraph(words)
    made = [place / f"a.{kind}" for kind in ("docx", "pdf", "html", "txt")]
    word.save(str(made[0]))
    made[1].write_bytes(pdf(pages[:PAGES]))
    made[2].write_text(
        "<!doctype html>" + "".join(f"<p>{html.escape(words)}" for words in paragraphs), encoding="utf-8"
    )
    made[3].write_text("\n\n".join(paragraphs), encoding="utf-8")
    return made


def measured(path: Path, text: Path) -> dict[str, float]:
    """What one document takes."""
    begun = time.perf_counter()
    text.write_text(read(path).text, encoding="utf-8")
    spent = time.perf_counter() - begun
    reader = subprocess.run([sys.executable, "-I", "-c", _PEAK, path], capture_output=True, text=True, check=True)
    finder = subprocess.run([sys.executable, "-I", "-c", _FIND, text], capture_output=True, text=True, check=True)
    found, peak = map(float, finder.stdout.split())
    return {
        "read": round(spent, 2),
        "found": round(found, 2),
        "reader_mb": round(int(reader.stderr) / 1024, 1),
        "finder_mb": round(peak / 1024, 1),
    }


def main() -> None:
    """Measure the four kinds, or the files that are named."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        named = [Path(name) for name in sys.argv[1:]] or files(place)
        print(json.dumps({path.name: measured(path, place / "text") for path in named}))  # noqa: T201


if __name__ == "__main__":
    main()

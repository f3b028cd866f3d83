"""What handing in a file of 25 MB takes: ``python -m tests.benchmarks.upload`` prints MB and seconds as JSON.

``kept_mb`` is by how much this process grew at most while the file was kept, looked into and recorded;
``reader_mb`` is all that the process held which read the file's content, Python itself included.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from config.settings import Settings
from dunghan.engine import handing_in
from dunghan.engine.context import Context
from dunghan.files import MOST_BYTES
from dunghan.store.database import migrate
from tests.benchmarks.memory import peak_mb
from tests.checks import made

ONE = "ha-giang-168-2016/annual/2018/024"


def word_file(path: Path) -> None:
    """A Word file almost as large as may be: pictures, which do not compress."""
    path.write_bytes(made.word("Báo cáo theo Kế hoạch 168/KH-UBND năm 2018"))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive, archive.open("word/media/a.jpg", "w") as picture:
        for _ in range((MOST_BYTES - (1 << 20)) >> 20):
            picture.write(os.urandom(1 << 20))


def pdf_file(path: Path) -> None:
    """A PDF as large, of which most is one picture."""
    small = made.pdf("168/KH-UBND")
    fill = MOST_BYTES - len(small) - 4096
    with path.open("wb") as written:
        written.write(b"%PDF-1.4\n")
        written.write(b"9 0 obj\n<</Length %d>>stream\n" % fill)
        for _ in range(fill >> 20):
            written.write(os.urandom(1 << 20))
        written.write(bytes(fill & ((1 << 20) - 1)))
        written.write(b"\nendstream\nendobj\n")
        written.write(_moved(small, written.tell()))


def _moved(small: bytes, by: int) -> bytes:
    """A PDF with its places moved, to stand behind something else."""
    body, mark, rest = small.partition(b"xref\n0 6\n")
    rows = rest.split(b"\n")
    for number in range(1, 6):
        rows[number] = b"%010d 00000 n " % (int(rows[number][:10]) + by)
    table = b"\n".join(rows)
    before, start, _ = table.rpartition(b"startxref\n")
    return body + mark + before + start + b"%d\n%%%%EOF" % (len(body) + by)


_PEAK = (
    "import sys; from dunghan.checks import __main__ as reader; reader.main(); "
    "print(next(row for row in open('/proc/self/status') if row.startswith('VmHWM')).split()[1], file=sys.stderr)"
)


def hand_in(context: Context, path: Path) -> dict[str, float]:
    """Hand a file in, and say what it took. The peak is that of Linux, which can be told to forget an earlier one."""
    Path("/proc/self/clear_refs").write_text("5")
    before, begun = peak_mb(), time.perf_counter()
    handing_in.submit_all(context, [handing_in.HandedIn(ONE, context.now(), (path,), via="portal")], by="bench")
    spent, grown = time.perf_counter() - begun, peak_mb() - before
    done = subprocess.run([sys.executable, "-I", "-c", _PEAK, path], capture_output=True, text=True, check=True)
    assert "168/KH-UBND" in json.loads(done.stdout)["text"]
    return {"kept_mb": round(grown, 1), "reader_mb": round(int(done.stderr) / 1024, 1), "seconds": round(spent, 2)}


def main() -> None:
    """Measure both kinds, the first one twice: what is loaded once is no part of an upload."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        context = Context(Settings(database_url=f"sqlite:///{place / 'a.db'}", files_url=str(place / "files")))
        migrate(context.db)
        small, word, pdf = (place / name for name in ("small.docx", "a.docx", "a.pdf"))
        small.write_bytes(made.word("168/KH-UBND"))
        word_file(word)
        pdf_file(pdf)
        hand_in(context, small)
        print(json.dumps({"docx": hand_in(context, word), "pdf": hand_in(context, pdf)}))  # noqa: T201


if __name__ == "__main__":
    main()

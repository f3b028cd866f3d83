"""A document of 200 pages is read, and its clauses found, within the time and memory that were promised."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS, MB = 5, 300


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks are measured as Linux tells them")
def test_200_pages_take_less_than_5_s_and_300_mb() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.documents"], capture_output=True, text=True, check=True
    )
    measured = json.loads(done.stdout)
    assert set(measured) == {"a.docx", "a.pdf", "a.html", "a.txt"}
    for name, spent in measured.items():
        assert spent["read"] + spent["found"] < SECONDS, (name, spent)
        assert spent["reader_mb"] + spent["finder_mb"] < MB, (name, spent)

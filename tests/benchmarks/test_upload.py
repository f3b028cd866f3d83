"""A large file is handed in within the memory that was promised."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MOST_MB = 60
"""Beyond what the portal holds anyway: by how much it grows, and the reader of the file beside it."""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peaks are measured as Linux tells them")
def test_a_file_of_25_mb_takes_less_than_60_mb() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks.upload"], capture_output=True, text=True, check=True)
    for kind, spent in json.loads(done.stdout).items():
        assert spent["kept_mb"] + spent["reader_mb"] < MOST_MB, (kind, spent)

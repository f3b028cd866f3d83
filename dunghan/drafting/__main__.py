"""Find what the text in one file holds, named by the only argument, under hard limits; print it as JSON."""

import json
import sys
from pathlib import Path

from dunghan.checks import apart
from dunghan.clauses.extract import extract
from dunghan.documents.document import CPU_SECONDS
from dunghan.drafting.findings_json import plain

_MEMORY = 1 << 30
"""Bytes of address space; the longest text that is read takes half of it."""


def main() -> None:
    """Find, and tell."""
    apart.confine(_MEMORY, CPU_SECONDS)
    text = Path(sys.argv[1]).read_bytes().decode("utf-8")
    sys.stdout.write(json.dumps(plain(extract(text))))


if __name__ == "__main__":
    main()

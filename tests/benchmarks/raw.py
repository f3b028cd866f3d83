"""The raw limit: the same rows and the byte-identical mails, with nothing in between.

``python -m tests.benchmarks.raw DATABASE RECORDING PORT`` prints its seconds as JSON: from opening the database and the
connection to the last commit and the server's good-bye. Starting Python and loading the recording do not count, so
the limit is as low as it can be. It writes by ``executemany`` in two transactions (before and after the mails, which
is what never twice and never lost ask for), with the product's pragmas, on the product's schema, indexes and triggers.

It waits for no answer before the next mail, which CHUNKING allows (RFC 3030): the lowest that bytes on a socket can
cost.
"""

import json
import pickle
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.benchmarks.recording import Change, Recording
from tests.benchmarks.sink import flood


def write(database: Path, changes: Sequence[Change]) -> float:
    """Seconds for all changes in one transaction."""
    began = time.perf_counter()
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "wal_autocheckpoint=8000"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("BEGIN IMMEDIATE")
        for change in changes:
            db.executemany(change.sql, change.rows)
        db.execute("COMMIT")
    return time.perf_counter() - began


def main(database: str, recording: str, port: str) -> None:
    """Do it again, and print how long each part took."""
    held: Recording = pickle.loads(Path(recording).read_bytes())
    used = time.process_time()
    first = write(Path(database), held.before)
    flooded = flood(int(port), held.mails)
    last = write(Path(database), held.after)
    used = time.process_time() - used
    rows = first + last
    spent = {"raw_s": rows + flooded, "raw_cpu_s": used, "rows_s": rows, "flood_s": flooded}
    sys.stdout.write(json.dumps(spent) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The raw limit: the same rows and the byte-identical mails, with nothing in between.

``python -m tests.benchmarks.raw DATABASE RECORDING PORT`` prints its seconds as JSON: from opening the database and the
connection to the last commit and the server's good-bye. Starting Python and loading the recording do not count, so
the limit is as low as it can be. It writes by ``executemany`` in two transactions (before and after the mails, which
is what never twice and never lost ask for), with the product's pragmas, on the product's schema, indexes and triggers.

It sends twice, for two figures. ``flooded`` waits for no answer before the next mail: no mailer may do so on one
connection (RFC 2920, 3.1: a text waits for its 354), but it is the lowest that bytes on a socket can cost, and so
the limit that ours is divided by. ``conforming`` waits, mail by mail: it shows what that round trip costs.
"""

import json
import pickle
import socket
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.benchmarks.recording import Change, Recording
from tests.benchmarks.sink import Mail, flood


def write(database: Path, changes: Sequence[Change]) -> float:
    """Seconds for all changes in one transaction."""
    began = time.perf_counter()
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("BEGIN IMMEDIATE")
        for change in changes:
            db.executemany(change.sql, change.rows)
        db.execute("COMMIT")
    return time.perf_counter() - began


def converse(port: int, mails: Sequence[Mail]) -> float:
    """Seconds to send all mails over one connection, each text on its 354, the next mail's commands behind it."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as server:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _until(server, b"220 ")
        server.sendall(b"EHLO raw\r\n")
        _until(server, b"250 ")
        server.sendall(mails[0].commands)
        for number, mail in enumerate(mails, 1):
            _until(server, b"354 ")
            server.sendall(mail.text + (mails[number].commands if number < len(mails) else b"QUIT\r\n"))
        _until(server, b"221 ")
    return time.perf_counter() - began


def _until(server: socket.socket, code: bytes) -> None:
    """Read until a line with this code is the last."""
    answers = b""
    while not (answers.endswith(b"\r\n") and answers.splitlines()[-1].startswith(code)):
        answers += server.recv(65_536)


def main(database: str, recording: str, port: str) -> None:
    """Do it again, and print how long each part took."""
    held: Recording = pickle.loads(Path(recording).read_bytes())
    used = time.process_time()
    first = write(Path(database), held.before)
    flooded = flood(int(port), held.mails)
    last = write(Path(database), held.after)
    used = time.process_time() - used
    conforming = converse(int(port), held.mails)
    rows = first + last
    spent = {"flooded_s": rows + flooded, "conforming_s": rows + conforming, "flooded_cpu_s": used}
    spent |= {"rows_s": rows, "flood_s": flooded}
    sys.stdout.write(json.dumps(spent) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A sender's journal: what the gateways have answered and the database does not know yet, in a file of this machine.

A batch is settled when all of it was sent. Who is killed before that leaves the answers here (a SIGKILL takes nothing
back from a file that was written to), and the next sender of the machine settles by them: only what was out and not
answered is of unknown fate. A file is locked while its sender lives; after a power cut, or on another machine, the
lease alone decides.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from dunghan.channels.outcome import Delivered, Outcome, Rejected, Retry, one_line

_SUFFIX = ".journal"


class Journal:
    """One sender's open file, or none: then, as on a full disk, nothing is noted and the lease alone decides."""

    def __init__(self, file: int | None) -> None:
        self._file = file

    def note(self, key: str, outcome: Outcome) -> None:
        """Put an answer on record: one append, no fsync (2 µs of CPU), from any thread."""
        if self._file is None:
            return
        line = _line(key, outcome)
        try:
            whole = os.write(self._file, line) == len(line)
        except OSError:
            whole = False
        if not whole:  # a line cut off is not read, as long as none comes behind it
            self._file = None

    def clear(self) -> None:
        """What was noted is settled."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, 0)


@contextmanager
def opened(folder: Path | None, owner: str) -> Iterator[Journal]:
    """A sender's journal, named for its lease; it is gone when the block ends well."""
    try:
        file = _create(folder, owner) if folder else None
    except OSError:
        file = None
    if folder is None or file is None:
        yield Journal(None)
        return
    try:
        yield Journal(file)
        _path(folder, owner).unlink(missing_ok=True)
        with suppress(OSError):  # another's lies there still
            folder.rmdir()
    finally:
        os.close(file)


def _path(folder: Path, owner: str) -> Path:
    return folder / f"{owner}{_SUFFIX}"


def _create(folder: Path, owner: str) -> int:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = folder / f"{owner}.new"
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    new.rename(_path(folder, owner))  # it appears locked
    return file


class Left(NamedTuple):
    """What a sender that is gone had been told: answers by the keys they were noted under."""

    owner: str
    answers: dict[str, Outcome]


def left_behind(folder: Path) -> Iterator[Left]:
    """What senders of this machine that are gone have left, one after the other; each is removed when dealt with."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        with _locked(path) as file:
            if file is not None:
                with os.fdopen(os.dup(file), encoding="utf-8", errors="replace", newline="\n") as lines:
                    answers = dict(read for line in lines if (read := _read(line)))
                yield Left(path.name.removesuffix(_SUFFIX), answers)
                path.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[int | None]:
    """The file, locked; None where its sender lives or another has tidied up."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        yield file if path.exists() else None
    finally:
        os.close(file)


def _line(key: str, outcome: Outcome) -> bytes:
    if isinstance(outcome, Delivered):  # by far the most
        kind, after, words = "D", "", outcome.reference
    elif isinstance(outcome, Rejected):
        kind, after, words = "J", "", outcome.why
    else:
        kind, after, words = "R" if outcome.counts else "W", str(outcome.after or ""), outcome.why
    return f"{key}\t{kind}\t{after}\t{words if words.isprintable() else one_line(words)}\n".encode("utf-8", "replace")


def _read(line: str) -> tuple[str, Outcome] | None:
    """A whole line; None for one that was cut off."""
    with suppress(ValueError, KeyError):
        key, kind, after, words = line.split("\t", 3)
        if words.endswith("\n"):
            said, wait = words.removesuffix("\n"), float(after) if after else None
            made: dict[str, Outcome] = {
                "D": Delivered(said), "J": Rejected(said), "R": Retry(said, wait), "W": Retry(said, wait, counts=False),
            }  # fmt: skip
            return key, made[kind]
    return None

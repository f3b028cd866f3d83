"""Supervision: services started in order, restarted when they die, and ended in the opposite order."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from deployments import child
from deployments.last_words import meaning
from deployments.logbook import Follower, Logbook
from models.errors import ServerTrouble


class Service(NamedTuple):
    """A process that is kept running."""

    name: str
    words: Sequence[str]
    """The module and its arguments, as after ``python -m``."""
    up: Callable[[Follower], bool]
    """Has this start of it, of which these are the words, come up?"""
    finish: float = 15
    """Seconds that it may take to end what it has begun, before it is made to."""
    answers: Callable[[], bool] = lambda: True
    """Is it still alive, and not only there?"""
    cwd: Path | None = None


class Patience(NamedTuple):
    """How long things may take, in seconds."""

    start: float = 90
    """Until a service is up: 9 for the server on a quiet machine."""
    pause: float = 1
    """Before the first restart; each further one waits twice as long."""
    quick: float = 60
    """A service that lived shorter than this died quickly."""
    deaths: int = 5
    """So many quick deaths in a row end the attempts."""
    silence: float = 120
    """A service that has not answered for so long is restarted."""
    glance: float = 10
    """Between two looks at whether it answers."""


class _Kept:
    """A service, its present process, and how it has fared."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.process: subprocess.Popen[bytes] | None = None
        self.follower: Follower | None = None
        self.began = self.heard = self.looked = 0.0
        self.deaths = 0

    @property
    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def cause(self) -> str:
        """What its last words mean; empty where nobody knows."""
        return meaning(self.follower.tail) if self.follower else ""


class Supervisor:
    """Keeps services running, in the order in which they are given: a later one may need an earlier one."""

    def __init__(
        self, services: Sequence[Service], env: Mapping[str, str], book: Logbook, patience: Patience | None = None
    ) -> None:
        self._kept = [_Kept(service) for service in services]
        self._env, self._book, self._patience = env, book, patience or Patience()

    def start(self) -> None:
        """Start each when the one before it is up.

        Raises ServerTrouble where one does not: at once where a person must mend the cause, else after some tries.
        """
        for one in self._kept:
            try:
                self._start(one)
            except ServerTrouble:
                if one.cause:
                    raise
                self._again(one, "did not come up")

    def watch(self) -> None:
        """Watch them for ever. Raises ServerTrouble when one dies again and again."""
        while True:
            time.sleep(min(0.5, self._patience.glance))
            for one in self._kept:
                if one.died:
                    self._again(one, f"ended with {_code(one)}")
                elif self._silent(one):
                    self._end(one, 5)
                    self._again(one, f"has not answered for {self._patience.silence:g} s")

    def stop(self) -> None:
        """End them, the last one first, each with the time that it needs to finish."""
        for one in reversed(self._kept):
            if not self._end(one, one.service.finish):
                self._say(f"{one.service.name} did not end within {one.service.finish:g} s and was killed.")

    def _start(self, one: _Kept) -> None:
        """Start a service and return when it is up."""
        service = one.service
        self._say(f"starting {service.name}")
        one.process = child.start(service.words, self._env, subprocess.PIPE, service.cwd)
        assert one.process.stdout
        one.follower = self._book.follow(service.name, one.process.stdout)
        one.began = time.monotonic()
        while not service.up(one.follower):
            if one.died:
                self._end(one, 0)
                raise ServerTrouble(self._epitaph(one, f"ended with {_code(one)} before it was up"))
            if time.monotonic() - one.began > self._patience.start:
                self._end(one, 0)
                raise ServerTrouble(self._epitaph(one, f"was not up within {self._patience.start:.0f} s"))
            time.sleep(0.1)
        one.heard = one.looked = time.monotonic()
        self._say(f"{service.name} is up after {one.heard - one.began:.0f} s")

    def _again(self, one: _Kept, why: str) -> None:
        """Start a service that has died once more, unless it dies too often."""
        while True:
            self._end(one, 0)  # what it may have left of its group
            lived = time.monotonic() - one.began
            one.deaths = one.deaths + 1 if lived < self._patience.quick else 1
            if one.deaths >= self._patience.deaths:
                raise ServerTrouble(self._epitaph(one, f"{why}, {one.deaths} times in a row"))
            pause = self._patience.pause * 2 ** (one.deaths - 1)
            self._say(f"{one.service.name} {why}: starting it again in {pause:g} s")
            time.sleep(pause)
            try:
                return self._start(one)
            except ServerTrouble:
                why = "did not come up"

    def _silent(self, one: _Kept) -> bool:
        now = time.monotonic()
        if now - one.looked >= self._patience.glance:
            one.looked = now
            if one.service.answers():
                one.heard = time.monotonic()
        return now - one.heard > self._patience.silence

    def _end(self, one: _Kept, patience: float) -> bool:
        if one.process is None:
            return True
        by_itself = child.stop(one.process, patience)
        if one.follower:
            one.follower.wait()
        if one.process.stdout:
            one.process.stdout.close()
        return by_itself

    def _epitaph(self, one: _Kept, what: str) -> str:
        """One line, also for the log: what happened to which service, what that means, where to read on."""
        told = (
            f"The {one.service.name} {what}. {f'{one.cause} ' if one.cause else ''}Its words are in {self._book.path}."
        )
        self._say(told)
        return told

    def _say(self, words: str) -> None:
        self._book.write("serve", words)


def _code(one: _Kept) -> str:
    code = one.process.returncode if one.process else 0
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def answers(url: str) -> Callable[[], bool]:
    """A check that an address answers with success within five seconds."""
    import urllib.request

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own server
                return True
        except OSError:
            return False

    return ask

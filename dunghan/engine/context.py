"""The context of a command or a run: settings, catalogue, database and clock, opened when first needed."""

import hashlib
import re
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from config.catalog import Catalog
from config.settings import Settings, load
from dunghan import clock
from dunghan.core.decide import Rules
from dunghan.core.dispatch import WorkHours
from dunghan.store import facts
from dunghan.store.rows import reading_file, sqlite_file
from models.contact import AddressKind, Contact
from models.errors import BadTime, DatabaseMissing, DatabaseTrouble
from models.plan import Plan
from models.timezone import local_day

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dunghan.store.rows import Source

_MAIL_DOMAIN = re.compile(r"[?&]from=[^&]*?@([A-Za-z0-9.-]+)|^mailtos?://(?:[^@/]*@)?([A-Za-z0-9.-]+)")

_ZALO_WAY = re.compile(r"zalo://[^\s/]*@(oa|zns|bot)\b")
_FARTHEST = 30
"""Years from now to any day that somebody may set, extend to or promise."""


class Context:
    """What every part of the engine works with. ``db`` may be given to work on another database."""

    def __init__(
        self, settings: Settings | None = None, db: "Engine | None" = None, now: Callable[[], datetime] = clock.now
    ) -> None:
        self.settings = settings or load()
        self.now = now
        if db is not None:
            self.db = db

    @cached_property
    def db(self) -> "Engine":
        """The database of the settings."""
        from dunghan.store import database

        engine = database.connect(self.settings.database_url)
        weakref.finalize(self, engine.dispose)  # the last one to close a SQLite file folds its log into it
        return engine

    @contextmanager
    def reading(self) -> Iterator["Source"]:
        """A transaction that reads facts. A SQLite file is opened without SQLAlchemy, unless that is in use already."""
        file = sqlite_file(self.settings.database_url)
        if file and "db" not in self.__dict__:
            with reading_file(file) as connection:
                yield connection
            return
        from dunghan.store import database

        with database.reading(self.db) as connection:
            yield connection

    @cached_property
    def catalog(self) -> Catalog:
        """The catalogue, with the offices that the database adds."""
        try:
            with self.reading() as connection:
                extra = facts.imported_offices(connection)
        except (DatabaseMissing, DatabaseTrouble):  # the catalogue stands without it; whoever needs facts is told
            extra = []
        return Catalog(self.settings, extra)

    def forget_offices(self) -> None:
        """Read the offices again when next asked for them."""
        self.__dict__.pop("catalog", None)

    @property
    def hours(self) -> WorkHours:
        """When messages may leave."""
        return WorkHours(*self.settings.hours)

    def rules(self, plan: Plan, held: facts.PlanFacts) -> Rules:
        """What the plan's decisions have in common."""
        return Rules(self.catalog.ladder, self.catalog.calendar, plan.issued_on, held.pauses)

    def horizon(self, now: datetime) -> int:
        """The last year listed for a plan without an end: next year."""
        return local_day(now).year + 1

    @cached_property
    def _zalo_ways(self) -> frozenset[str]:
        return frozenset(_ZALO_WAY.findall(self.settings.zalo_url))

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The address kinds that count as reaching somebody. A phone number does so only with a ZNS template."""
        return frozenset({"email", "zalo", "phone"} if "zns" in self._zalo_ways else {"email", "zalo"})

    @cached_property
    def configured(self) -> frozenset[str]:
        """The address kinds for which a gateway is set up."""
        found = {"email"} if self.settings.email_url else set()
        if "zns" in self._zalo_ways:
            found.add("phone")
        if self._zalo_ways & {"oa", "bot"}:
            found.add("zalo")
        return frozenset(found)

    def usable(self, contact: Contact) -> tuple[tuple[AddressKind, str], ...]:
        """A contact's addresses in the order in which they are tried: those with a gateway, or all without any."""
        return contact.addresses(self._connected) or contact.addresses(self.kinds)

    @cached_property
    def _connected(self) -> frozenset[str]:
        return self.kinds & self.configured

    @cached_property
    def _mail_domain(self) -> str:
        found = _MAIL_DOMAIN.search(self.settings.email_url)
        return (found.group(1) or found.group(2)) if found else "dunghan.local"

    def message_id(self, plan: str, contact: int, day: str, kind: str, about: str = "") -> str:
        """The Message-ID of a slot: the same whenever it is computed, and another for another installation."""
        seed = f"{self.settings.secret_key}|{plan}|{contact}|{day}|{kind}" + (f"|{about}" if about else "")
        return f"<{plan}.{day}.{kind}.{hashlib.sha256(seed.encode()).hexdigest()[:16]}@{self._mail_domain}>"

    def near(self, day: date) -> date:
        """``day``, or BadTime where it lies so far off that it is a slip of the pen."""
        if abs(day.year - self.now().year) > _FARTHEST:
            raise BadTime(f"The day {day} lies more than {_FARTHEST} years off: check its year.")
        return day

    def not_future(self, at: datetime, option: str) -> datetime:
        """``at``, or BadTime where it has not come yet (a minute is forgiven)."""
        if at > self.now() + timedelta(minutes=1):
            raise BadTime(
                f"{option} {at:%Y-%m-%d %H:%M} lies in the future: give the time at which it really happened."
            )
        return at

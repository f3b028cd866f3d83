"""A catalogue kept true to its files and to the imported offices, for a process that runs for months."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from dunghan.engine.context import Context
from dunghan.store import facts
from models.errors import BadFile, BadSettings, DatabaseMissing, DatabaseTrouble

if TYPE_CHECKING:
    from config.catalog import Catalog
    from dunghan.store.rows import Source

_LOG = logging.getLogger(__name__)


class Renewal:
    """Renews the catalogue of a context that several threads use; ``then`` is called whenever it has done so.

    What was read from a file stays as it was where that file can no longer be read, and a line in the log says so: a
    slip in one plan's file must not take a running portal down.
    """

    def __init__(self, context: Context, then: Callable[[], None] = lambda: None) -> None:
        """Read everything now, so that there is something to stay with. Raises BadFile for unreadable offices."""
        self._context, self._then = context, then
        self._turn = threading.Lock()
        self._offices: int | None = None
        with suppress(DatabaseMissing, DatabaseTrouble), context.reading() as connection:
            self._offices = facts.newest_office(connection)
        catalog = context.catalog
        self._files = catalog.stamps()
        try:
            catalog.read_all()
        except BadFile:
            self._take(*catalog.renewed(catalog.extra))

    def look(self, connection: "Source") -> None:
        """Take in what has changed since the last look: one query for a number, and no file is opened where none has.

        Whoever comes while another takes something in goes on with what was held before.
        """
        if not self._turn.acquire(blocking=False):
            return
        try:
            held = self._context.catalog
            files, offices = held.stamps(), facts.newest_office(connection)
            if (files, offices) == (self._files, self._offices):
                return
            imported = facts.imported_offices(connection)
            self._files, self._offices = files, offices  # as before the reading: what changes in it is seen next time
            self._take(*held.renewed(imported))
        except BadSettings as gone:
            _LOG.warning("What was read before stays in force: %s", gone)
        finally:
            self._turn.release()

    def _take(self, catalog: "Catalog", faults: list[BadFile]) -> None:
        for fault in faults:
            _LOG.warning(
                "What was read of it before stays in force, since it cannot be read now (%d faults, all of a plan's by "
                "`dunghan plan check`): %s",
                len(fault.problems),
                fault.problems[0],
            )
        self._context.__dict__["catalog"] = catalog
        self._then()

"""What one office owes and has handed in, under every plan at once: each reading is one statement by an index."""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from dunghan.store.facts import COLUMNS, obligation_of
from dunghan.store.rows import among, fetch
from models.obligation import Obligation

if TYPE_CHECKING:
    from dunghan.store.rows import Source


class Version(NamedTuple):
    """Something handed in. ``files`` are ``{name, size, sha256}``; ``nothing`` is "không phát sinh"."""

    id: int
    obligation: str
    version: int
    nothing: bool
    received_at: datetime
    reference: str
    note: str
    files: tuple[dict[str, Any], ...]


def opened(connection: "Source", office: str) -> list[Obligation]:
    """Every opened obligation of an office, the latest period first."""
    sql = f"SELECT {COLUMNS} FROM obligation WHERE office = :office ORDER BY ends_on DESC, id"  # noqa: S608 - our own
    return [obligation_of(row) for row in fetch(connection, sql, {"office": office})]


def versions(connection: "Source", obligations: Collection[str]) -> dict[str, list[Version]]:
    """What was handed in for these obligations, by obligation, the first version first."""
    sql = (
        "SELECT id, obligation_id, version, kind, received_at, reference, note, CAST(files AS TEXT) AS files "  # noqa: S608
        f"FROM submission WHERE obligation_id {among(connection, 'ids')} ORDER BY obligation_id, version"
    )
    found: dict[str, list[Version]] = defaultdict(list)
    for row in fetch(connection, sql, {"ids": list(obligations)}, instants=("received_at",)):
        found[row.obligation_id].append(
            Version(
                row.id,
                row.obligation_id,
                row.version,
                row.kind == "nothing",
                row.received_at,
                row.reference,
                row.note,
                tuple(json.loads(row.files)),
            )
        )
    return found

"""dunghan backup, dunghan restore."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dunghan.cli.output import By, Json, author, context
from dunghan.printing import show_json

if TYPE_CHECKING:
    from dunghan.engine.backup import Made
    from dunghan.engine.backup_format import Manifest
    from dunghan.engine.restore import Restored


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: dunghan backup   or   dunghan backup /mnt/usb/")(backup)
    app.command(epilog="Example: dunghan restore var/backup/dunghan-20261122-020000.zip")(restore)


def backup(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A file or a folder; var/backup/ by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write everything on record and every file handed in to one zip, while the engine goes on.

    It holds addresses: keep it where only you read. Not in it: the secret of .env, and Prefect's own database.
    """
    from dunghan.engine.backup import NOT_INCLUDED
    from dunghan.engine.backup import backup as make

    made = make(context(), file)
    _warn(made.manifest)
    if as_json:
        return show_json(_document(made.manifest) | {"file": str(made.path), "bytes": made.size})
    _tell_backup(made)
    for line in NOT_INCLUDED:
        print(f"  Not in it: {line}.")


def _tell_backup(made: "Made") -> None:
    held = made.manifest
    print(
        f"{made.path}: {sum(held.tables.values()):,} rows, {len(held.files):,} files handed in, "
        f"{made.size / 1e6:,.1f} MB (schema {held.schema_revision})."
    )


def _document(held: "Manifest") -> dict[str, object]:
    from dunghan.engine.views import stamp

    return {
        "made_at": stamp(held.made_at),
        "software": held.software,
        "schema": held.schema_revision,
        "database": held.database,
        "tables": held.tables,
        "files": len(held.files),
        "missing": list(held.missing),
        "damaged": list(held.damaged),
        "audit_break": held.audit_break,
    }


def _warn(held: "Manifest") -> None:
    """What was wrong already when the backup was made, on stderr, where a timer's mail shows it."""
    for kind, what in ((held.missing, "are missing"), (held.damaged, "are not what was handed in")):
        if kind:
            print(f"warning: {len(kind)} files named by submissions {what}: see `dunghan doctor`.", file=sys.stderr)
    if held.audit_break is not None:
        print(f"warning: the audit trail is broken at row {held.audit_break}: see `dunghan doctor`.", file=sys.stderr)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    hold: Annotated[
        bool, typer.Option("--hold", help="Pause every plan: nothing goes out until `dunghan resume PLAN`.")
    ] = False,
    accept_broken_audit: Annotated[
        bool, typer.Option("--accept-broken-audit", help="Though the audit trail was broken when it was made.")
    ] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Verify a backup, and load it into an empty database, SQLite or PostgreSQL; all of it or nothing."""
    from dunghan.engine.restore import restore as bring_back

    done = bring_back(context(), file, by=author(by), hold_plans=hold, accept_broken_audit=accept_broken_audit)
    _warn(done.manifest)
    if as_json:
        return show_json(
            _document(done.manifest)
            | {"into": done.database, "put_back": done.put_back, "there_already": done.there_already}
            | {"waiting": done.waiting, "held": list(done.held)}
        )
    _tell_restored(file, done)


def _tell_restored(file: Path, done: "Restored") -> None:
    from dunghan.engine.views import stamp

    held = done.manifest
    print(
        f"Restored {file} of {stamp(held.made_at)} into {done.database}: {sum(held.tables.values()):,} rows; "
        f"{done.put_back:,} files put back, {done.there_already:,} were there."
    )
    print("  What happened later is not in it: enter reports handed in since, or their offices are reminded.")
    if done.waiting:
        print(
            f"  {done.waiting:,} messages had not left then and go out with the next round; who got one already gets "
            "it again under the same Message-ID."
        )
    if done.held:
        print(f"  Paused: {', '.join(done.held)}. Nothing goes out until `dunghan resume PLAN`.")
    else:
        print("  To hold mail back meanwhile: `dunghan pause PLAN --because …` (or restore with --hold).")
    print("  Next: `dunghan doctor`.")

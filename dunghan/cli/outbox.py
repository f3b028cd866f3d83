"""dunghan outbox: list, show, retry."""

from typing import Annotated, Any

import typer

from dunghan.cli.output import Json, context
from dunghan.printing import show_json, show_table

app = typer.Typer(help="The messages and their fate.", no_args_is_help=True, rich_markup_mode=None)


def _fate(row: dict[str, Any]) -> str:
    """The status, and since when nobody knows whether a message arrived whose sender died."""
    since = row["unknown_since"]
    return f"{row['status']} (fate unknown since {since[:10]} {since[11:16]})" if since else str(row["status"])


@app.command("list", epilog="Example: dunghan outbox list --status dead")
def list_messages(
    plan: Annotated[str | None, typer.Option("--plan")] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", help="queued, sending, retry, delivered, rejected, dead, withdrawn, unknown"),
    ] = None,
    most: Annotated[int, typer.Option("--most", help="The newest so many.")] = 200,
    as_json: Json = False,
) -> None:
    """Messages, newest first.

    One whose fate is unknown was being sent when its sender died: the next run sends it again, under its Message-ID.
    """
    from dunghan.engine.mailroom import listing

    here = context()
    rows = listing(here, plan, status, most)
    if as_json:
        return show_json(rows)
    show_table(
        ("id", "day", "kind", "office", "contact", "channel", "status", "tries", "answer"),
        [
            (r["id"], r["day"], r["kind"], here.catalog.tree.title(r["office"]), r["contact"], r["channel"],
             _fate(r), r["attempts"], r["answer"])
            for r in rows
        ],
        title=f"Messages ({len(rows)})",
    )  # fmt: skip


@app.command()
def show(message: int, as_json: Json = False) -> None:
    """One message: its text, what it carries, every attempt and the gateway's own words."""
    from dunghan.engine.mailroom import one

    found = one(context(), message)
    if as_json:
        return show_json(found)
    for name in ("id", "plan", "day", "kind", "office", "contact", "channel", "status", "message_id", "answer"):
        print(f"{name:<11}{_fate(found) if name == 'status' else found[name]}")
    if found["unknown_since"]:
        print(
            "\nIts sender died, or was too slow, while it was being sent: it may have arrived or not. "
            "The next run sends it again under the same Message-ID."
        )
    show_table(
        ("at", "channel", "outcome", "detail"),
        [(a["at"], a["channel"], a["outcome"], a["detail"]) for a in found["tries"]],
        title="Attempts",
    )
    show_table(
        ("obligation", "rung", "reason"),
        [(r["obligation"], r["rung"], r["reason"]) for r in found["reminders"]],
        title="Carries",
    )
    print(f"\n{found['subject']}\n\n{found['body']}" if found["subject"] else "\nIts text is written when it is sent.")


@app.command(epilog="Example: dunghan outbox retry 17 18   or   dunghan outbox retry --all")
def retry(
    messages: Annotated[list[int] | None, typer.Argument()] = None,
    everything: Annotated[bool, typer.Option("--all", help="All rejected and dead ones.")] = False,
) -> None:
    """Queue rejected or dead messages again; the next run sends them."""
    from dunghan.engine.mailroom import again
    from models.errors import UsageError

    if not messages and not everything:
        raise UsageError("Which messages? Give their numbers or --all. See `dunghan outbox list --status dead`.")
    print(f"{again(context(), messages or None)} messages queued again.")

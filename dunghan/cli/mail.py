"""dunghan mail: poll, list, show, assign, dismiss."""

from typing import Annotated

import typer

from dunghan.cli.output import By, Json, Reason, author, context
from dunghan.printing import show_json, show_table

app = typer.Typer(help="Reports that come by e-mail.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def poll(as_json: Json = False) -> None:
    """Look into the mailbox now: replies with a report become submissions, what is uncertain waits for review."""
    from dunghan.engine.incoming import poll as look

    here = context()
    done = look(here, here.now())
    if as_json:
        return show_json(done._asdict())
    print(
        f"{done.submitted} handed in, {done.review} to be reviewed, {done.ignored} of no person, "
        f"{done.known} on record already."
    )


@app.command("list", epilog="Example: dunghan mail list --status review")
def list_mail(
    status: Annotated[str | None, typer.Option("--status", help="submitted, review, settled, ignored")] = None,
    most: Annotated[int, typer.Option("--most", help="The newest so many.")] = 200,
    as_json: Json = False,
) -> None:
    """Mail that came in, newest first."""
    from dunghan.engine.mail_review import listing

    rows = listing(context(), status, most)
    if as_json:
        return show_json(rows)
    show_table(
        ("id", "received", "sender", "subject", "status", "why"),
        [(r["id"], str(r["received_at"])[:16], r["sender"], r["subject"], r["status"], r["why"]) for r in rows],
        title=f"Mail ({len(rows)})",
    )


@app.command()
def show(mail: int, as_json: Json = False) -> None:
    """One mail: who sent it, what it brings, and what became of it."""
    from dunghan.engine.mail_review import one

    found = one(context(), mail)
    if as_json:
        return show_json(found)
    for name in ("id", "received_at", "sender", "subject", "status", "why", "obligation", "version", "raw"):
        print(f"{name:<13}{'' if found[name] is None else found[name]}")
    show_table(("file", "bytes"), [(f["name"], f["size"]) for f in found["files"]], title="Files")
    print(f"\n{found['text']}" if found["text"] else "\nIt says nothing beside.")


@app.command(epilog="Example: dunghan mail assign 12 ha-giang-168-2016/annual/2018/024")
def assign(
    mail: int,
    obligation: str,
    nothing: Annotated[bool, typer.Option("--nothing-to-report", help="It says so: không phát sinh.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Hand a mail in for an obligation, as received when the mail came."""
    from dunghan.engine.mail_review import assign as hand_in

    version = hand_in(context(), mail, obligation, by=author(by), nothing=nothing)
    if as_json:
        return show_json({"mail": mail, "obligation": obligation, "version": version})
    print(f"{obligation}: mail {mail} recorded as version {version}.")


@app.command(epilog="Example: dunghan mail dismiss 12 --because 'thư quảng cáo'")
def dismiss(mail: int, because: Reason, by: By = None, as_json: Json = False) -> None:
    """Take a mail off the review list; it stays on record."""
    from dunghan.engine.mail_review import dismiss as take_off

    take_off(context(), mail, by=author(by), because=because)
    if as_json:
        return show_json({"mail": mail, "status": "settled"})
    print(f"Mail {mail}: off the list.")

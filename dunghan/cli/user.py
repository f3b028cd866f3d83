"""dunghan user: add, list, disable, passwd."""

import sys
from typing import Annotated

import typer

from dunghan.cli.output import By, Json, author, context
from dunghan.printing import show_json, show_table

app = typer.Typer(help="Who may decide in the portal.", no_args_is_help=True, rich_markup_mode=None)
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]


def _password(from_stdin: bool) -> str:
    """A password that nobody sees: asked for twice, or the first line of stdin."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        from models.errors import UsageError

        raise UsageError("There is no terminal to ask for the password: pipe it in with --password-stdin.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt="The same again"))


@app.command(epilog="Example: dunghan user add tran.thi.a --name 'Trần Thị A'")
def add(
    login: str,
    name: Annotated[str, typer.Option("--name", help="The full name; it stands under decisions.")],
    from_stdin: FromStdin = False,
    by: By = None,
) -> None:
    """Add a coordinator who may log in to the portal."""
    from dunghan.engine import users

    users.add(context(), login, name, _password(from_stdin), by=author(by))
    print(f"{login}: added.")


@app.command("list")
def list_users(as_json: Json = False) -> None:
    """Every user; passwords are shown to nobody."""
    from dunghan.engine import users
    from dunghan.engine.views import stamp

    rows = [
        {"login": u.login, "name": u.name, "created_at": stamp(u.created_at), "disabled_at": stamp(u.disabled_at)}
        for u in users.listing(context())
    ]
    if as_json:
        return show_json(rows)
    columns = ("login", "name", "created_at", "disabled_at")
    show_table(columns, [tuple(r[c] or "" for c in columns) for r in rows], title=f"Users ({len(rows)})")


@app.command(epilog="Example: dunghan user disable tran.thi.a")
def disable(login: str, by: By = None) -> None:
    """Let a user in no more, and end the sessions that stand. `user passwd` lets one in again."""
    from dunghan.engine import users

    users.disable(context(), login, by=author(by))
    print(f"{login}: disabled; every session has ended.")


@app.command(epilog="Example: dunghan user passwd tran.thi.a")
def passwd(login: str, from_stdin: FromStdin = False, by: By = None) -> None:
    """Give a user another password, and end the sessions that stand."""
    from dunghan.engine import users

    users.set_password(context(), login, _password(from_stdin), by=author(by))
    print(f"{login}: has a new password; every session has ended.")

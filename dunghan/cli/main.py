"""The entry of the command line: one application, and one place where errors become one line."""

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer

from dunghan.cli import (
    act,
    backup,
    contact,
    demo,
    deploy,
    listing,
    mail,
    office,
    outbox,
    plan,
    portal,
    running,
    setup,
    user,
)

HELP = """Đúng hạn: who reports to whom by when, and one reminder, on its day.

Times are Asia/Ho_Chi_Minh unless they carry an offset: 2018-11-09, 2018-11-09T08:00.
Every reading command takes --json.
"""

app = typer.Typer(
    name="dunghan", help=HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)
for group in (demo, setup, backup, listing, running, portal, deploy, act):
    group.register(app)
app.add_typer(plan.app, name="plan")
app.add_typer(office.app, name="office")
app.add_typer(contact.app, name="contact")
app.add_typer(outbox.app, name="outbox")
app.add_typer(user.app, name="user")
app.add_typer(mail.app, name="mail")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("dunghan"))
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    if debug:
        os.environ["DUNGHAN_DEBUG"] = "1"


def main() -> None:
    """Run a command. Wrong use exits with 2, a failed operation with 1; a traceback is shown only with --debug."""
    from dunghan.collector import leave_quickly
    from models.errors import DunghanError

    leave_quickly()

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # Vietnamese stays Vietnamese, whatever the locale
    try:
        code = app(standalone_mode=False)
    except DunghanError as error:
        _say(error, str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _say(None, "Stopped.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        told: Callable[[], str] | None = getattr(error, "format_message", None)
        if told is None:
            _say(
                error,
                f"{type(error).__name__}: {_one_line(error)}. Run again with `dunghan --debug …` for the details.",
                1,
            )
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the whole help
            _say(None, told(), 2)
        _say(error, f"{_one_line(told())} {_how(error)}", 2)
    sys.exit(code if isinstance(code, int) else 0)


def _one_line(said: object) -> str:
    return " ".join(str(said).split())


def _how(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return f"See `{context.command_path if context else 'dunghan'} --help`."


def _say(error: Exception | None, message: str, code: int) -> NoReturn:
    if error is not None and os.environ.get("DUNGHAN_DEBUG"):
        import traceback

        traceback.print_exception(error)
    print(message, file=sys.stderr)
    sys.exit(code)

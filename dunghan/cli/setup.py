"""Commands that set up and look after an installation: init, doctor."""

from typing import Annotated

import typer

from dunghan.cli.output import AsOf, Json, as_of, context
from dunghan.printing import show_json


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command(epilog="Example: dunghan doctor --send-test me@office.example")(doctor)


def init() -> None:
    """Make the database, the folders and an .env with a generated secret; repeatable, keeps what is there."""
    from dunghan.engine.installation import install

    for line in install(context()):
        print(line)


def doctor(
    send_test: Annotated[
        str | None, typer.Option("--send-test", metavar="ADDRESS", help="Send one test message by e-mail.")
    ] = None,
    moment: AsOf = None,
    as_json: Json = False,
) -> None:
    """Check database, plans, contacts, channels and the Prefect API; each line says what to do."""
    from dunghan.engine.doctor import examine, test_message

    here = context()
    findings = list(examine(here, as_of(moment, here.now())))
    if send_test:
        findings.append(test_message(here, send_test))
    bad = any(f.level == "error" for f in findings)
    if as_json:
        show_json({"ok": not bad, "findings": [f._asdict() for f in findings]})
    else:
        for finding in findings:
            print(f"{finding.level:<7} {finding.about:<10} {finding.message}")
    if bad:
        raise typer.Exit(1)

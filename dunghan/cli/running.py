"""Commands that make things happen: run, simulate, serve."""

from pathlib import Path
from typing import Annotated, Any

import typer

from dunghan.cli.output import AsOf, Json, as_of, context
from dunghan.printing import show_json, show_table


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: dunghan run ha-giang-168-2016 --as-of 2018-12-07 --dry-run")(run)
    app.command(epilog="Example: dunghan simulate ha-giang-168-2016 --from 2018-11-01 --until 2018-12-31")(simulate)
    app.command(epilog="Example: dunghan serve --port 4200 --portal-port 8080")(serve)


def run(
    plan: str,
    moment: AsOf = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Decide, say what would happen, and change nothing.")
    ] = False,
    remote: Annotated[
        bool, typer.Option("--remote", help="As a run of the plan's deployment on the Prefect server.")
    ] = False,
    as_json: Json = False,
) -> None:
    """One pass of a plan's chain: open what has begun, check, decide, send."""
    here = context()
    here.catalog.plan(plan)
    now = as_of(moment, here.now())
    if remote:
        from deployments.remote import trigger

        found, kept = trigger(here, plan, now if moment else None), 0
    else:
        from dunghan.engine.run import run as run_once

        ran = run_once(here, plan, now, dry_run)
        found, kept = ran.document, ran.sent.kept
    if as_json:
        return show_json(found)
    _tell(found, dry_run, kept)


def _tell(found: dict[str, Any], dry_run: bool, kept: int) -> None:
    print(
        f"{found['plan']} as of {found['as_of']}: {found['state']}{'  (dry run, nothing changed)' if dry_run else ''}"
    )
    print(
        f"  opened {found['opened']}, reminders {found['reminders']} in {found['messages']} messages, "
        f"passed over {found['skipped']}"
    )
    print(
        f"  delivered {found['delivered']}, to be tried again {found['retry']}, rejected {found['rejected']}, "
        f"dead {found['dead']}, kept {kept}"
    )
    if kept:
        print(
            "  Kept messages wait for a gateway or for working hours: see `dunghan doctor` and `dunghan outbox list`."
        )


def simulate(
    plan: str,
    since: Annotated[str, typer.Option("--from", metavar="TIME")],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="A bare day is included.")],
    scenario: Annotated[
        Path | None, typer.Option("--scenario", help="A YAML list of {at, action, obligation, until, because}.")
    ] = None,
    with_facts: Annotated[bool, typer.Option("--with-facts", help="Start from the real history.")] = False,
    as_json: Json = False,
) -> None:
    """What would be sent to whom, when: the same code under a virtual clock; nothing is sent or changed."""
    from dunghan.core import times
    from dunghan.engine.simulate import simulate as play
    from models.errors import BadTime

    here = context()
    here.catalog.plan(plan)
    begin, end = times.instant(since, "--from"), times.until(until, "--until")
    if end < begin:
        raise BadTime(f"--until {until} lies before --from {since}: give the earlier one first.")
    steps = None
    if scenario:
        from config.yaml_lines import read
        from models.scenario import Scenario

        steps = read(scenario, Scenario)
    found = play(here, plan, begin, end, steps, with_facts)
    if as_json:
        return show_json(found)
    show_table(
        ("at", "office", "contact", "channel", "kind", "reminders"),
        [
            (
                m["at"],
                here.catalog.tree.title(m["office"]),
                m["contact"],
                m["channel"],
                m["kind"],
                _carried(m["reminders"]),
            )
            for m in found["messages"]
        ],
        title=f"Messages ({len(found['messages'])})",
    )
    reasons: dict[str, int] = {}
    for one in found["skipped"]:
        reasons[one["reason"]] = reasons.get(one["reason"], 0) + 1
    show_table(("reason", "rungs"), sorted(reasons.items()), title=f"Rungs that did not fire ({len(found['skipped'])})")


def _carried(reminders: list[dict[str, Any]]) -> str:
    first = [f"{r['obligation'].partition('/')[2]} {r['rung'] or ''}".strip() for r in reminders[:2]]
    more = len(reminders) - len(first)
    return ", ".join(first) + (f" … +{more}" if more else "")


def serve(
    port: Annotated[int, typer.Option("--port", help="Of the Prefect server and its UI.", min=1, max=65535)] = 4200,
    host: Annotated[
        str, typer.Option("--host", help="Where it listens; beyond loopback the API asks for a password.")
    ] = "127.0.0.1",
    portal_port: Annotated[
        int, typer.Option("--portal-port", help="Of the portal, always on loopback.", min=1, max=65535)
    ] = 8080,
    no_portal: Annotated[bool, typer.Option("--no-portal", help="Without the portal.")] = False,
) -> None:
    """The Prefect server, the portal and every plan's schedule on one machine; stops on Ctrl-C or SIGTERM."""
    from deployments.serve import serve as serve_here

    serve_here(context(), host, port, None if no_portal else portal_port)

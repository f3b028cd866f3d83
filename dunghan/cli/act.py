"""The coordinator's actions: submit, accept, return, extend, waive, acknowledge, set-date, pause, resume."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dunghan.cli.output import Because, By, Json, Reason, author, context
from dunghan.printing import show_json

if TYPE_CHECKING:
    from datetime import datetime

At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it was decided; now by default.")]
Until = Annotated[str, typer.Option("--until", metavar="DAY", help="Inclusive.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    example = "ha-giang-168-2016/annual/2018/024"
    app.command(epilog=f"Example: dunghan submit {example} bao-cao.docx --reference '45/BC-UBND'")(submit)
    app.command(epilog=f"Example: dunghan accept {example}")(accept)
    app.command("return", epilog=f"Example: dunghan return {example} --because 'thiếu biểu 2'")(give_back)
    app.command(epilog=f"Example: dunghan extend {example} --until 2018-12-20 --because 'lũ quét'")(extend)
    app.command(epilog=f"Example: dunghan waive {example} --because 'không có đối tượng'")(waive)
    app.command(epilog=f"Example: dunghan acknowledge {example} --until 2018-12-12")(acknowledge)
    app.command(
        "set-date",
        epilog="Example: dunghan set-date binh-thuan-687-2020 annual district 2020-12-10 --because 'công văn 12'",
    )(set_date)
    app.command(epilog="Example: dunghan pause ha-giang-168-2016 --because 'bão số 4'")(pause)
    app.command(epilog="Example: dunghan resume ha-giang-168-2016")(resume)


def _when(at: str | None) -> "datetime | None":
    from datetime import time

    from dunghan.core.times import instant

    return instant(at, "--at", bare=time(0)) if at else None


def submit(
    obligation: Annotated[str | None, typer.Argument(metavar="OBLIGATION")] = None,
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE…")] = None,
    nothing: Annotated[bool, typer.Option("--nothing-to-report", help="Không phát sinh.")] = False,
    reference: Annotated[str, typer.Option("--reference", help="The document's number, as 45/BC-UBND.")] = "",
    received: Annotated[
        str | None, typer.Option("--received-at", metavar="TIME", help="A bare day means 00:00.")
    ] = None,
    note: Annotated[str, typer.Option("--note")] = "",
    table: Annotated[
        Path | None,
        typer.Option("--from-csv", help="Columns obligation,received_at,reference,nothing_to_report,note."),
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Record a report that was handed in; every one is kept as a version of its own."""
    from datetime import time

    from dunghan.core.findings import said_to_coordinators
    from dunghan.core.times import instant
    from dunghan.engine import handing_in, receipts
    from models.errors import UsageError

    here = context()
    if table is not None:
        if obligation:
            raise UsageError("Give either an OBLIGATION or --from-csv, not both.")
        from dunghan.engine.paper import submit_table

        done = submit_table(here, table, by=author(by))
    elif obligation is None:
        raise UsageError("Which obligation? Write plan/report/period/office, or use --from-csv. See `dunghan due`.")
    else:
        at = instant(received, "--received-at", bare=time(0)) if received else None
        version = handing_in.submit(
            here, obligation, received_at=at, files=files or (), nothing=nothing, reference=reference, note=note,
            by=author(by),
        )  # fmt: skip
        found = receipts.found_in(here, obligation, version)
        for one in found:
            print(f"warning: {one.file}: {said_to_coordinators(one.code, one.detail, 'en')}", file=sys.stderr)
        done = [{"obligation": obligation, "version": version, "findings": [one._asdict() for one in found]}]
    if as_json:
        return show_json(done)
    for entry in done:
        print(f"{entry['obligation']}: recorded as version {entry['version']}.")


def accept(obligation: str, because: Because = "", by: By = None, at: At = None) -> None:
    """Accept what was handed in."""
    from dunghan.engine import actions

    actions.accept(context(), obligation, by=author(by), because=because, at=_when(at))
    print(f"{obligation}: accepted.")


def give_back(obligation: str, because: Reason, by: By = None, at: At = None) -> None:
    """Return what was handed in, with a reason; the office is told at once."""
    from dunghan.engine import actions, delivery, mailroom
    from models.errors import DunghanError

    here = context()
    actions.give_back(here, obligation, by=author(by), because=because, at=_when(at))
    trouble = ""
    try:
        delivery.deliver(here, here.now(), obligation.partition("/")[0])
    except DunghanError as error:  # the return is on record; a gateway's fault must not look like a failed return
        trouble = f" ({error})"
    print(f"{obligation}: returned; {_TOLD[mailroom.notice_fate(here, obligation)]}{trouble}.")


_TOLD = {
    "delivered": "the office has been told",
    "waiting": "the notice is queued for the next working hours or gateway",
    "nobody": "nobody there can be reached: import a contact, and call them",
    "failed": "the notice could not be sent: see `dunghan outbox list`",
}


def extend(obligation: str, until: Until, because: Reason, by: By = None, at: At = None) -> None:
    """Give an office more time: a new last day, inclusive."""
    from dunghan.core.times import day
    from dunghan.engine import actions

    last = day(until, "--until")
    actions.extend(context(), obligation, until=last, by=author(by), because=because, at=_when(at))
    print(f"{obligation}: extended; the last day is {last}.")


def waive(obligation: str, because: Reason, by: By = None, at: At = None) -> None:
    """Release an office from an obligation."""
    from dunghan.engine import actions

    actions.waive(context(), obligation, by=author(by), because=because, at=_when(at))
    print(f"{obligation}: waived.")


def acknowledge(obligation: str, until: Until, because: Because = "", by: By = None, at: At = None) -> None:
    """Note the office's promise to hand in by a day; reminders pause through it."""
    from dunghan.core.times import day
    from dunghan.engine import actions

    promised = day(until, "--until")
    actions.acknowledge(context(), obligation, until=promised, by=author(by), because=because, at=_when(at))
    print(f"{obligation}: promised by {promised}; no reminder until then.")


def set_date(
    plan: str,
    report: str,
    stage: str,
    date: Annotated[str, typer.Argument(metavar="DATE", help="The last day, inclusive.")],
    because: Reason,
    period: Annotated[str | None, typer.Option("--period", help="Where DATE lies outside its period.")] = None,
    by: By = None,
) -> None:
    """Fix the date that the text left open, for a stage in one period."""
    from dunghan.core.times import day
    from dunghan.engine import plan_actions

    last = day(date, "DATE")
    key, dated = plan_actions.set_date(context(), plan, report, stage, last, because=because, by=author(by), key=period)
    print(f"{plan}/{report}/{key}: {stage} is due by the end of {last} ({dated} offices).")


def pause(plan: str, because: Reason, by: By = None, at: At = None) -> None:
    """Send nothing for a plan until it is resumed; the rungs are put on record."""
    from dunghan.engine import plan_actions

    plan_actions.pause(context(), plan, because=because, by=author(by), at=_when(at))
    print(f"{plan}: paused.")


def resume(plan: str, because: Because = "", by: By = None, at: At = None) -> None:
    """Let a paused plan's reminders go on."""
    from dunghan.engine import plan_actions

    plan_actions.resume(context(), plan, because=because, by=author(by), at=_when(at))
    print(f"{plan}: resumed.")

"""Reading commands on what is owed: due, status, explain."""

from typing import Annotated, Any

import typer

from dunghan.cli.output import AsOf, Json, as_of, context
from dunghan.printing import show_json, show_table

Filter = typer.Option


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: dunghan due --plan ha-giang-168-2016 --period 2018 --stage district")(due)
    app.command(epilog="Example: dunghan status ha-giang-168-2016 --period 2018 --as-of 2018-12-10")(status)
    app.command(epilog="Example: dunghan explain ha-giang-168-2016/annual/2018/024 --as-of 2018-12-12")(explain)


def due(
    plan: Annotated[str | None, Filter("--plan")] = None,
    report: Annotated[str | None, Filter("--report")] = None,
    period: Annotated[str | None, Filter("--period", help="2018 takes 2018-H1 as well.")] = None,
    stage: Annotated[str | None, Filter("--stage")] = None,
    office: Annotated[str | None, Filter("--office")] = None,
    since: Annotated[
        str | None, Filter("--from", metavar="DAY", help="Last day from here on; drops undated ones.")
    ] = None,
    until: Annotated[
        str | None, Filter("--until", metavar="DAY", help="Last day up to here; drops undated ones.")
    ] = None,
    moment: AsOf = None,
    as_json: Json = False,
) -> None:
    """The agenda: who owes which report by when, and where the date comes from."""
    from dunghan.core.times import day
    from dunghan.engine import views
    from dunghan.engine.owed import Wanted
    from models.errors import BadTime

    here = context()
    now = as_of(moment, here.now())
    first, last = day(since, "--from") if since else None, day(until, "--until") if until else None
    if first and last and last < first:
        raise BadTime(f"--until {until} lies before --from {since}: give the earlier one first.")
    found = views.agenda(here, Wanted(plan, report, period, stage, office), now, first, last)
    rows = [views.due_row(here, one) for one in found]
    if as_json:
        return show_json(rows)
    show_table(
        ("obligation", "office", "last day", "basis", "clause", "binding", "state"),
        [
            (r["obligation"], r["office_name"], r["last_day"] or _undated(r), r["basis"] or "—", r["clause"] or "—",
             r["binding"], r["state"])
            for r in rows
        ],
        title=f"Due ({len(rows)})",
    )  # fmt: skip


def _undated(row: dict[str, Any]) -> str:
    return f"chưa có hạn (gợi ý {row['proposed_day']})" if row["proposed_day"] else "chưa có hạn"


def status(
    plan: Annotated[str | None, typer.Argument()] = None,
    period: Annotated[str | None, Filter("--period")] = None,
    moment: AsOf = None,
    as_json: Json = False,
) -> None:
    """How far each stage is: expected, submitted, on time, late, missing, and who is missing."""
    from dunghan.core.names import stage_name
    from dunghan.core.wording import some
    from dunghan.engine import views
    from dunghan.engine.owed import Wanted, check_wanted

    here = context()
    now = as_of(moment, here.now())
    plans = check_wanted(here, Wanted(plan=plan, period=period))
    documents = [views.status(here, one.id, now, period) for one in plans]
    if as_json:
        return show_json(documents[0] if plan else documents)
    title = here.catalog.tree.title
    for document in documents:
        rows = [
            (
                part["report"], part["period"], stage_name(s["stage"]), s["expected"], s["submitted"], s["on_time"],
                s["late"], s["missing"], s["waived"], s["undated"],
                some([title(o) for o in s["offices_missing"]], most=3),
            )
            for part in document["periods"]
            for s in part["stages"]
        ]  # fmt: skip
        show_table(
            ("report", "period", "stage", "expected", "submitted", "on time", "late", "missing", "waived", "undated",
             "who is missing"),
            rows,
            title=f"{document['plan']} as of {document['as_of']}",
        )  # fmt: skip


def explain(obligation: str, moment: AsOf = None, as_json: Json = False) -> None:
    """Why this date, why this state, and what was or was not sent, and why."""
    from dunghan.engine.explain import explain as explained

    here = context()
    found = explained(here, obligation, as_of(moment, here.now()))
    if as_json:
        return show_json(found)
    print(f"{found['obligation']}  ({found['office_name']})")
    print(
        f"  state     {found['state']} as of {found['as_of']}{'' if found['opened'] else ' (no run has opened it yet)'}"
    )
    print(f"  deadline  {found['deadline'] or 'chưa có hạn'}  [{found['basis'] or 'no basis'}] {found['basis_note']}")
    print(f"  because   {found['explanation']}")
    if found["quote"]:
        print(f"  clause    {found['clause']}: “{found['quote']}”")
    if found["note"]:
        print(f"  note      {found['note']}")
    show_table(
        ("at", "what", "by", "until", "because"),
        [(e["at"], e["kind"], e["by"], e["until"], e["because"]) for e in found["events"]],
        title="What happened",
    )
    show_table(
        ("at", "rung", "kind", "went out", "reason", "contact", "message"),
        [
            (
                r["at"],
                r["rung"],
                r["kind"],
                _went_out(r),
                r["reason"],
                r["contact"],
                _fate(r["message"]),
            )
            for r in found["reminders"]
        ],
        title="Rungs so far",
    )
    show_table(
        ("at", "rung"), [(p["at"], p["rung"]) for p in found["planned"]], title="Rungs to come if nothing changes"
    )


def _went_out(reminder: dict[str, Any]) -> str:
    if not reminder["fired"]:
        return "no"
    message = reminder["message"]
    return "yes" if message and message["status"] == "delivered" else "not yet"


def _fate(message: dict[str, Any] | None) -> str:
    if message is None:
        return ""
    said = f": {message['answer']}" if message["answer"] else ""
    return f"#{message['id']} {message['channel']} {message['status']}{said}"

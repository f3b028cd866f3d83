"""The demo: four plans, real offices, a local mail server and Zalo, and one season through the real Prefect flow."""

import asyncio
import os
import shutil
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from deployments import child, server
from dunghan.core.ladder import steps
from dunghan.core.names import stage_name
from dunghan.core.wording import some
from dunghan.demo.mailbox import Mailbox
from dunghan.demo.season import HandingIn, handing_in, people
from dunghan.demo.zalo_standin import ZaloStandIn
from dunghan.engine import actions
from dunghan.engine.context import Context
from dunghan.engine.handing_in import submit
from dunghan.engine.owed import Wanted, owed
from dunghan.engine.views import status
from dunghan.printing import show_table
from dunghan.store import contacts
from dunghan.store.database import migrate, writing
from models.errors import NotPossible
from models.obligation import Obligation
from models.timezone import VIETNAM, at, local_day

HOME = Path("var/demo")
PLAN = "ha-giang-168-2016"
FIRST, LAST = date(2018, 11, 1), date(2018, 12, 31)


def play() -> None:
    """Play the season and say what happened and where it lies.

    1. Start afresh under ``var/demo``; load plans, offices, invented contacts.
    2. Start a local SMTP server, a Zalo stand-in and a Prefect server.
    3. Let the flow run at 08:00 of every day on which a rung falls, while offices hand in by a fixed seed.
    4. Print the chain's table, the messages, and how to look at the rest.
    """
    began = time.monotonic()
    child.interrupt_on_sigterm()
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    settings = server.server_settings(HOME / "prefect", "127.0.0.1", server.free_port())
    with Mailbox(HOME / "mail") as mailbox, ZaloStandIn(HOME / "zalo.jsonl") as zalo:
        _environment(settings, mailbox, zalo)
        context = Context()
        migrate(context.db)
        _introduce(context)
        print("Starting a Prefect server …", flush=True)
        running = server.start(settings, HOME / "server.log")
        try:
            runs = _season(context)
        finally:
            child.stop(running)
        _tell(context, runs, len(mailbox.received), len(zalo.received), time.monotonic() - began)


def _environment(settings: dict[str, str], mailbox: Mailbox, zalo: ZaloStandIn) -> None:
    """Embedded defaults only: nothing of the machine's own settings is used."""
    for name in [n for n in os.environ if n.startswith(("DUNGHAN_", "PREFECT_"))]:
        del os.environ[name]
    os.environ.update(settings)
    os.environ.update(
        {
            "DUNGHAN_DATABASE_URL": f"sqlite:///{HOME}/dunghan.db",
            "DUNGHAN_FILES_URL": f"{HOME}/files",
            "DUNGHAN_EMAIL_URL": f"mailto://127.0.0.1:{mailbox.port}?from=bao-cao@so-ldtbxh.ha-giang.example",
            "DUNGHAN_ZALO_URL": zalo.url("oa"),
            "DUNGHAN_SECRET_KEY": "chỉ dùng cho bản trình diễn",
            "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "ERROR",
        }
    )


def _introduce(context: Context) -> None:
    print("Loading the plans and their offices:", flush=True)
    tree = context.catalog.tree
    for plan in context.catalog.plans():
        found = [s.one for s in owed(context, Wanted(plan=plan.id), context.now())]
        dated = sum(o.deadline.last_day is not None for o in found)
        print(f"  {plan.label:<24} {len(found):>5} obligations, {dated} with a date, {len(found) - dated} chưa có hạn")
        if plan.id == PLAN:
            with writing(context.db) as connection:
                contacts.upsert(connection, people(plan, tree, (o.office for o in found if o.deadline.last_day)))
    print(f"  {len(tree)} offices known", flush=True)


def _season(context: Context) -> Counter[str]:
    """Run the flow on every working day; between the runs, offices hand in what they hand in."""
    from flows.farewell import say_farewell
    from flows.names import flow_name
    from flows.reporting_chain import reporting_chain

    plan = context.catalog.plan(PLAN)
    chain = reporting_chain.with_options(name=flow_name(plan))
    due = [s.one for s in owed(context, Wanted(plan=PLAN, period="2018"), at(FIRST))]
    waiting = deque(handing_in(due))
    states: Counter[str] = Counter()
    print(f"\nPlaying {plan.label}, {FIRST:%d/%m/%Y} to {LAST:%d/%m/%Y}, 08:00 of each day with a rung:", flush=True)

    async def run_all() -> None:
        for now in _mornings(context, due):
            _hand_in(context, waiting, now)
            state = await chain(plan=PLAN, as_of=now, return_state=True)
            states[state.name or state.type.value] += 1
            print(f"  {now:%d/%m}  {state.name:<12} {_short(state.message or '')}", flush=True)

    asyncio.run(run_all())
    say_farewell()
    return states


def _mornings(context: Context, due: Iterable[Obligation]) -> Iterator[datetime]:
    """The mornings of the season on which a rung falls; the daily runs between them have nothing to send."""
    plan, catalog = context.catalog.plan(PLAN), context.catalog
    ladder = catalog.ladder
    lasts = {one.deadline.last_day for one in due if one.deadline.last_day}
    rungs = {step.at for last in lasts for step in steps(ladder, last, plan.issued_on, catalog.calendar)}
    yield from sorted(now for now in rungs | {at(FIRST, ladder.fires_at)} if FIRST <= local_day(now) <= LAST)


def _hand_in(context: Context, waiting: deque[HandingIn], now: datetime) -> None:
    while waiting and waiting[0].at <= now:
        one = waiting.popleft()
        submit(context, one.obligation, received_at=one.at, reference=one.reference, by="demo")
        if one.obligation.endswith("/026") and "/annual/" in one.obligation:
            actions.give_back(
                context, one.obligation, by="demo", because="thiếu biểu số 2", at=one.at + timedelta(hours=2)
            )


def _short(message: str) -> str:
    held = dict(part.rsplit(" ", 1) for part in message.partition(": ")[2].split(", ") if " " in part)
    reminders, messages, delivered = (held.get(name, "0") for name in ("reminders", "messages", "delivered"))
    return f"{reminders:>4} reminders in {messages:>3} messages, delivered {delivered}"


def _tell(context: Context, runs: Counter[str], mails: int, zalos: int, seconds: float) -> None:
    document = status(context, PLAN, datetime(2018, 12, 31, 23, 59, tzinfo=VIETNAM), "2018")
    title = context.catalog.tree.title
    rows = [
        (p["report"],
            p["period"], stage_name(s["stage"]), s["expected"], s["submitted"], s["on_time"], s["late"], s["missing"],
         s["undated"], some([title(o) for o in s["offices_missing"]], most=2))
        for p in document["periods"] for s in p["stages"]
    ]  # fmt: skip
    print()
    show_table(
        (
            "report",
            "period",
            "stage",
            "expected",
            "submitted",
            "on time",
            "late",
            "missing",
            "undated",
            "who is missing",
        ),
        rows,
        title="The chain of Hà Giang on 31 December 2018",
    )
    print(
        f"\n{sum(runs.values())} runs of the flow in {seconds:.0f} s: "
        f"{mails} e-mails and {zalos} Zalo messages delivered."
    )
    print(f"  the e-mails    {HOME}/mail/*.eml")
    print(f"  Zalo messages  {HOME}/zalo.jsonl")
    print(f"  the database   {HOME}/dunghan.db")
    print("\nAsk why:   DUNGHAN_DATABASE_URL=sqlite:///var/demo/dunghan.db \\")
    print(f"             .venv/bin/dunghan explain {PLAN}/annual/2018/026 --as-of 2018-12-31")
    print("Look:      .venv/bin/dunghan demo --ui      (the Prefect UI on this very data)")


@contextmanager
def _served(port: int) -> Iterator[str]:
    settings = server.server_settings(HOME / "prefect", "127.0.0.1", port)
    running = server.start(settings, HOME / "server.log")
    try:
        yield settings["PREFECT_API_URL"].removesuffix("/api")
    finally:
        child.stop(running)


def look(port: int) -> None:
    """Open the Prefect UI on what the last demo left, until Ctrl-C."""
    if not (HOME / "prefect").is_dir():
        raise NotPossible("No demo has been played here yet: run `dunghan demo` first.")
    server.require_free("127.0.0.1", port)
    child.interrupt_on_sigterm()
    with _served(port) as url:
        print(f"The Prefect UI is at {url} (Ctrl-C ends it).", flush=True)
        while True:
            time.sleep(3600)

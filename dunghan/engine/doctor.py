"""The doctor: is everything in place before the season? Every finding says what to do."""

import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from dunghan.core import dispatch, wording
from dunghan.engine import prefect_api
from dunghan.engine.context import Context
from dunghan.engine.delivery import gateways
from dunghan.engine.doctor_mail import mail
from dunghan.engine.doctor_portal import portal
from dunghan.engine.doctor_store import Finding, stored
from dunghan.engine.owed import Standing, Wanted, owed
from dunghan.store import contacts
from dunghan.store.database import place, reading
from models.errors import BadFile, BadSettings, DunghanError
from models.plan import Plan
from models.timezone import local_day


def examine(context: Context, now: datetime) -> Iterator[Finding]:
    """Look at everything in turn; what cannot be looked at is itself a finding."""
    yield from _plans(context)
    try:
        with reading(context.db):
            yield Finding("ok", "database", place(context.db))
    except DunghanError as error:
        yield Finding("error", "database", str(error))
        return
    yield from stored(context)
    yield from _people(context, now)
    yield from _channels(context)
    yield from mail(context)
    yield from portal(context)
    yield _api()


def _plans(context: Context) -> Iterator[Finding]:
    for plan_id, path in context.catalog.plan_files.items():
        try:
            context.catalog.check(path)
            yield Finding("ok", "plan", plan_id)
        except BadFile as error:
            first = next(p for p in error.problems if not p.warning)
            yield Finding("error", "plan", f"{first} (see `dunghan plan check {plan_id}`)")


def _people(context: Context, now: datetime) -> Iterator[Finding]:
    with reading(context.db) as connection:
        book = contacts.book(connection)
    if not book:
        yield Finding("error", "contacts", "nobody is known: `dunghan contact import contacts.csv`")
    for plan in context.catalog.plans():
        found = list(owed(context, Wanted(plan=plan.id), now))
        yield from _unreachable(context, plan, found, book, now)
        undated = sorted({(s.one.report, s.one.stage) for s in found if s.state == "undated"})
        if undated:
            which = ", ".join(f"{report}/{stage}" for report, stage in undated)
            message = f"{plan.id}: chưa có hạn (no date): {which}; nobody is reminded until `dunghan set-date`"
            yield Finding("warning", "dates", message)


def _unreachable(
    context: Context, plan: Plan, found: Sequence[Standing], book: dispatch.Book, now: datetime
) -> Iterator[Finding]:
    """Offices that owe something dated and have no officer with an address; an error while the plan's season lasts."""
    ended = local_day(now) - timedelta(days=context.catalog.ladder.obliged[-1])
    owing = {
        s.one.office: False for s in found if s.last_day and s.one.chased and s.state not in ("accepted", "waived")
    }
    for s in found:
        if s.one.office in owing and s.last_day and s.last_day >= ended:
            owing[s.one.office] = True
    lost = [o for o in owing if not dispatch.officers(book, o, context.kinds)]
    if lost:
        level: Literal["error", "warning"] = "error" if any(owing[o] for o in lost) else "warning"
        names = wording.some([f"{context.catalog.tree.title(o)} ({o})" for o in sorted(lost)], "en", most=10)
        over = "" if level == "error" else " (its season is over)"
        message = f"{plan.id}{over}: {len(lost)} offices without a reachable officer: {names}; import their contacts"
        yield Finding(level, "contacts", message)
    elif owing:
        yield Finding("ok", "contacts", f"{plan.id}: every office that owes a dated report can be reached")
    if owing and not dispatch.digest_readers(book, plan.lead, context.kinds):
        lead = context.catalog.tree.title(plan.lead)
        yield Finding(
            "warning", "contacts", f"{plan.id}: {lead} ({plan.lead}) has nobody to read the digest; import one"
        )


def _channels(context: Context) -> Iterator[Finding]:
    if not context.configured:
        yield Finding(
            "warning", "channels",
            "no gateway: messages are kept; "
            "set DUNGHAN_EMAIL_URL=mailto://user:password@smtp.example:587?from=… in .env",
        )  # fmt: skip
        return
    try:
        with gateways(context) as opened:
            yield Finding(
                "ok", "channels", f"configured: {', '.join(sorted(opened))}; try `dunghan doctor --send-test`"
            )
    except DunghanError as error:
        yield Finding("error", "channels", str(error))
    if context.settings.redirect_to:
        yield Finding(
            "warning", "channels", "a rehearsal: every message goes to DUNGHAN_REDIRECT_TO; unset it for the season"
        )


def _api() -> Finding:
    try:
        api = prefect_api.api()
    except BadSettings as error:
        return Finding("error", "prefect", str(error))
    try:
        with urllib.request.urlopen(api.request("/admin/version"), timeout=3):  # noqa: S310 - the operator's own setting
            return Finding("ok", "prefect", f"the API answers at {api.url}")
    except urllib.error.HTTPError as error:
        if error.code == 401:
            message = f"the API at {api.url} lets nobody in without a password: {prefect_api.HOW_IN}"
        else:
            message = f"what answers at {api.url} is no Prefect API (HTTP {error.code}): correct PREFECT_API_URL"
        return Finding("warning", "prefect", message)
    except (urllib.error.URLError, ValueError, OSError):
        message = f"no Prefect API answers at {api.url}: `dunghan serve` starts one, or set PREFECT_API_URL"
        return Finding("warning", "prefect", message)


def test_message(context: Context, address: str) -> Finding:
    """Send one message to an address by the e-mail gateway."""
    from dunghan.channels.outcome import Delivered, Letter

    stamp = f"{context.now():%Y%m%d%H%M%S}"
    letter = Letter(
        address=address,
        subject="Đúng hạn: thư thử",
        text="Thư này thử đường gửi của hệ thống Đúng hạn. Không cần trả lời.\n",
        html=None,
        message_id=f"<test.{stamp}@dunghan.local>",
        date=context.now(),
    )
    try:
        with gateways(context) as opened:
            if "email" not in opened:
                return Finding("error", "send-test", "there is no e-mail gateway: set DUNGHAN_EMAIL_URL in .env")
            outcome = opened["email"].send([letter])[0]
    except DunghanError as error:
        return Finding("error", "send-test", str(error))
    if isinstance(outcome, Delivered):
        return Finding("ok", "send-test", "the gateway took it; look into the mailbox")
    return Finding("error", "send-test", f"the gateway did not take it: {outcome.why}")

"""Letters from claimed messages, written when they are sent: nobody is reminded of what they have answered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from dunghan.channels.outcome import Letter
from dunghan.core import wording
from dunghan.core.dispatch import digest_readers
from dunghan.core.state import silence
from dunghan.engine.context import Context
from dunghan.engine.digest_text import digest_fields
from dunghan.engine.owed import Standing, Wanted, owed
from dunghan.outbox import Claimed, Prepared
from dunghan.store import contacts
from dunghan.store.messages import REMINDER
from models.contact import Contact
from models.obligation import State
from models.plan import Plan
from models.timezone import local_day

ANSWERED: frozenset[State] = frozenset({"submitted", "accepted", "waived"})
OWING: frozenset[State] = frozenset({"open", "due_soon", "overdue", "returned"})


class Desk(NamedTuple):
    """One plan's papers for one batch: every obligation with its state, and for whom letters are signed."""

    plan: Plan
    standing: Mapping[str, Standing]
    by_office: Mapping[str, Sequence[Standing]]
    sign: wording.Signature


class Writer:
    """Composes the letters of one delivery at the run's ``now``."""

    def __init__(self, context: Context, now: datetime) -> None:
        self._context, self._now, self._today = context, now, local_day(now)
        self._tree = context.catalog.tree
        self._desks: dict[str, Desk] = {}

    def __call__(self, connection: Connection, claimed: Sequence[Claimed]) -> dict[int, Prepared]:
        """One prepared message for every claimed one."""
        people = contacts.by_id(connection, {c.contact_id for c in claimed})
        carried = self._carried(connection, claimed)
        for plan in {c.plan for c in claimed} - self._desks.keys():
            self._desks[plan] = self._desk(connection, plan)
        return {
            one.id: self._prepare(connection, one, people[one.contact_id], self._desks[one.plan], carried[one.id])
            for one in claimed
        }

    def _carried(self, connection: Connection, claimed: Sequence[Claimed]) -> dict[int, list[str]]:
        """The obligations that each message carries."""
        query = select(REMINDER.c.message_id, REMINDER.c.obligation_id).order_by(REMINDER.c.id)
        query = query.where(REMINDER.c.message_id.in_([c.id for c in claimed]))
        found: dict[int, dict[str, None]] = defaultdict(dict)
        for row in connection.execute(query):
            found[row.message_id][row.obligation_id] = None
        return defaultdict(list, {message: list(ids) for message, ids in found.items()})

    def _desk(self, connection: Connection, plan_id: str) -> Desk:
        plan = self._context.catalog.plan(plan_id)
        standing = {s.one.id: s for s in owed(self._context, Wanted(plan=plan_id), self._now)}
        by_office: dict[str, list[Standing]] = defaultdict(list)
        for one in standing.values():
            by_office[one.one.office].append(one)
        signer = digest_readers(
            contacts.book(connection, {plan.lead}), plan.lead, frozenset({"email", "zalo", "phone"})
        )
        lead = self._tree.title(plan.lead)
        sign = (
            wording.Signature(lead, signer[0].name, signer[0].phone, signer[0].email)
            if signer
            else wording.Signature(lead)
        )
        return Desk(plan, standing, by_office, sign)

    def _prepare(
        self, connection: Connection, one: Claimed, contact: Contact, desk: Desk, carried: Sequence[str]
    ) -> Prepared:
        reach = self._context.catalog.ladder.reach_back_days
        if (self._today - one.day).days > reach:
            return Prepared(withdrawn=f"its day, {one.day}, lies more than {reach} days back")
        if one.kind == "digest":
            fields = digest_fields(self._context, connection, desk.plan, list(desk.standing.values()), self._now)
            return self._ready(one, contact, desk, [], fields)
        owing = [s for i in carried if (s := desk.standing.get(i)) and s.state not in ANSWERED]
        if one.kind == "notice":
            owing = [s for s in owing if s.state == "returned"]
        if not owing:
            return Prepared(withdrawn="everything it asked for has been answered")
        if one.kind != "notice" and all(silence(s.events, self._now) for s in owing):
            return Prepared(withdrawn="a day has been promised for everything it asks for")
        if one.kind == "reminder":
            owing += self._also_owed(desk, one.office, {s.one.id for s in owing})
        return self._ready(one, contact, desk, [self._line(desk, s) for s in owing], {})

    def _also_owed(self, desk: Desk, office: str, told: set[str]) -> list[Standing]:
        """What else the office owes under the plan and is still on the ladder for: the message carries all of it."""
        ended = self._today - timedelta(days=self._context.catalog.ladder.obliged[-1])
        return [
            s
            for s in desk.by_office.get(office, ())
            if s.one.id not in told and s.state in OWING and s.one.chased and s.last_day and s.last_day >= ended
        ]

    def _ready(
        self, one: Claimed, contact: Contact, desk: Desk, lines: Sequence[wording.Line], fields: Mapping[str, str]
    ) -> Prepared:
        context = self._context
        template = context.catalog.template(one.kind, contact.language)
        common = {
            "office": self._tree.title(contact.office),
            "name": contact.name,
            "plan": desk.plan.number,
            "plan_title": desk.plan.title,
            "place": desk.plan.place,
        }
        words = wording.letter(template, lines, desk.sign, self._today, contact.language, {**common, **fields})
        held: dict[str, str] = dict(contact.addresses(context.kinds))
        address = held.get(one.channel)
        if not address:
            return Prepared(withdrawn=f"the contact has no {one.channel} address any more")
        kinds = list(held)
        later = [k for k in kinds[kinds.index(one.channel) + 1 :] if k in (context.configured or kinds)]
        to, name = address, contact.name
        if context.settings.redirect_to:
            to, name = context.settings.redirect_to, f"{contact.name} (diễn tập)"
        return Prepared(
            Letter(
                address=to,
                subject=words.subject,
                text=words.text,
                html=words.html,
                message_id=one.message_id,
                to_name=name,
                from_name=desk.sign.office,
                reply_to=desk.sign.email,
                language=contact.language,
                date=context.now(),
                template_data={
                    "office": common["office"],
                    "plan": desk.plan.number,
                    "count": str(len(lines)),
                    "last_day": f"{min(line.last_day for line in lines):%d/%m/%Y}" if lines else "",
                },
            ),
            fallback=later[0] if later else None,
        )

    def _line(self, desk: Desk, standing: Standing) -> wording.Line:
        one = standing.one
        report = desk.plan.report(one.report)
        last = standing.last_day
        assert last is not None or standing.state == "returned"
        returned = [e for e in standing.events if e.kind == "return" and e.at <= self._now]
        return wording.Line(
            office=self._tree.title(one.office),
            report=report.title if report else one.report,
            period=one.period.key,
            last_day=last or one.period.ends_on,
            clause=one.clause or "",
            quote=one.quote or "",
            explanation=self._explained(standing),
            to=tuple(self._tree.title(code) for code in one.to),
            through=self._tree.title(one.through) if one.through else "",
            missing=self._missing(desk, standing),
            because=returned[-1].because if returned and standing.state == "returned" else "",
        )

    def _explained(self, standing: Standing) -> str:
        if standing.extended:
            given = standing.extended
            return f"Gia hạn đến hết ngày {given.until:%d/%m/%Y} theo quyết định của {given.by}: {given.because}"
        return standing.one.deadline.explanation

    def _missing(self, desk: Desk, standing: Standing) -> tuple[str, ...]:
        """Who upstream has not reported, among those this office waits for: its own territory, or all for the lead."""
        one = standing.one
        report = desk.plan.report(one.report)
        if report is None:
            return ()
        waits = {stage for link in report.chain if link.stage == one.stage for stage in link.waits_for}
        if not waits:
            return ()
        mine = (
            s
            for s in desk.standing.values()
            if s.one.report == one.report and s.one.period.key == one.period.key and s.one.stage in waits
        )
        return tuple(
            self._tree.title(s.one.office)
            for s in mine
            if s.state not in ANSWERED and s.last_day and (one.office == desk.plan.lead or one.office in s.one.to)
        )

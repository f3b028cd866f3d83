"""Letters from claimed messages, written when they are sent: nobody is reminded of what they have answered."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import Connection

from dunghan.channels.outcome import Letter
from dunghan.core import wording
from dunghan.core.state import silence
from dunghan.engine import forms
from dunghan.engine.context import Context
from dunghan.engine.counting import ended
from dunghan.engine.digest_text import digest_fields
from dunghan.engine.links import Links
from dunghan.engine.news_text import news_fields
from dunghan.engine.owed import Standing
from dunghan.engine.papers import Desk, Gatherer, Paper, Papers, Upstream, sit
from dunghan.engine.receipt_text import receipt_fields
from dunghan.engine.reply_address import ReplyAddress
from dunghan.outbox import Claimed, Prepared
from dunghan.store import contacts, papers
from models.contact import Contact
from models.obligation import ANSWERED, OWING
from models.timezone import local_day

_TO_THE_OWING = frozenset({"reminder", "notice", "receipt"})
"""The kinds of message that carry their addressee's link."""


@lru_cache(maxsize=64)
def shown(day: date) -> str:
    """A day as a ZNS template takes it."""
    return f"{day:%d/%m/%Y}"


def _for_a_template(office: str, desk: Desk, lines: Sequence[wording.Line]) -> dict[str, str]:
    """What Zalo's ZNS templates are filled with."""
    first = min((line.last_day for line in lines), default=None)
    return {
        "office": office,
        "plan": desk.plan.number,
        "count": str(len(lines)),
        "last_day": shown(first) if first else "",
    }


class Writer:
    """Composes the letters of one delivery at the run's ``now``."""

    def __init__(self, context: Context, now: datetime) -> None:
        self._context, self._now, self._today = context, now, local_day(now)
        self._tree = context.catalog.tree
        self._ended = ended(context, now)
        self._gatherer, self._upstream = Gatherer(context, now), Upstream(context, now)
        self._desks: dict[str, Desk] = {}
        self._lines: dict[tuple[int, bool], wording.Line] = {}
        self._kept: dict[int, tuple[Standing, wording.Line]] = {}
        self._forms: dict[tuple[object, ...], wording.Form] = {}
        self._written = context.now()
        self._first: set[tuple[int, str]] = set()
        self._replies = ReplyAddress(context.settings)
        self._links = Links(context.settings) if context.settings.portal_url and context.settings.secret_key else None

    def __call__(self, connection: Connection, claimed: Sequence[Claimed]) -> dict[int, Prepared]:
        """One prepared message for every claimed one, from the facts of this moment."""
        self._written = self._context.now()
        people = contacts.by_id(connection, {c.contact_id for c in claimed})
        carried = papers.carried(connection, [c.id for c in claimed])
        for plan in {one.plan for one in claimed} - self._desks.keys():
            self._desks[plan] = sit(self._context, connection, plan)
        if any(report.forms for plan in {c.plan for c in claimed} for report in self._desks[plan].plan.reports):
            self._first = papers.first_told(connection, [c.id for c in claimed])
        offices = {one.office for one in claimed if one.kind == "reminder"}
        held = self._gatherer.gather(connection, offices, {i for ids in carried.values() for i in ids})
        return {
            one.id: self._prepare(connection, one, people[one.contact_id], held, carried.get(one.id, ()))
            for one in claimed
        }

    def _prepare(
        self, connection: Connection, one: Claimed, contact: Contact, held: Papers, carried: Sequence[str]
    ) -> Prepared:
        desk = self._desks[one.plan]
        reach = self._context.catalog.ladder.reach_back_days
        if (self._today - one.day).days > reach:
            return Prepared(withdrawn=f"its day, {one.day}, lies more than {reach} days back")
        if one.kind == "digest":
            return self._ready(one, contact, desk, [], digest_fields(self._context, connection, desk.plan, self._now))
        if one.kind == "news":
            fields = news_fields(self._context, connection, desk.plan, one.contact_id, one.day)
            return self._ready(one, contact, desk, [], fields) if fields else Prepared(withdrawn="told already")
        if one.kind == "receipt":
            fields = receipt_fields(self._context, connection, one.about, contact.language)
            return self._ready(one, contact, desk, [], fields)
        owing = [p for i in carried if (p := held.by_id.get(i)) and p.like.state not in ANSWERED]
        if one.kind == "notice":
            owing = [p for p in owing if p.like.state == "returned"]
        if not owing:
            return Prepared(withdrawn="everything it asked for has been answered")
        if one.kind != "notice" and all(p.like.events and silence(p.like.events, self._now) for p in owing):
            return Prepared(withdrawn="a day has been promised for everything it asks for")
        if one.kind == "reminder":
            owing += self._also_owed(held.by_office[one.office], one.plan, carried)
        lines = [self._line(connection, desk, p, contact.office, (one.id, p.id) in self._first) for p in owing]
        return self._ready(one, contact, desk, lines, {})

    def _also_owed(self, owed: Sequence[Paper], plan: str, told: Sequence[str]) -> list[Paper]:
        """What else the office owes under the plan and is still on the ladder for: the message carries all of it."""
        return [
            p
            for p in owed
            if p.id not in told and (s := p.like).one.plan == plan and s.state in OWING and s.one.chased
            and s.last_day and s.last_day >= self._ended
        ]  # fmt: skip

    def _ready(
        self, one: Claimed, contact: Contact, desk: Desk, lines: Sequence[wording.Line], fields: Mapping[str, str]
    ) -> Prepared:
        context = self._context
        address, fallback = self._way(contact, one.channel)
        if not address:
            return Prepared(withdrawn=f"the contact has no {one.channel} address any more")
        office = self._tree.title(contact.office)
        token = self._links.token(contact) if self._links and one.kind in _TO_THE_OWING else ""
        link = self._links.at(token) if self._links and token else ""
        words = self._form(one.kind, contact, desk, lines, fields, bool(link)).to(office, contact.name, link)
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
                reply_to=self._answers_to(one, contact) or desk.sign.email,
                language=contact.language,
                date=self._written,
                again=one.attempts > 1,
                secret=token,
                template_data={} if one.channel == "email" else _for_a_template(office, desk, lines),
            ),
            fallback=fallback,
        )

    def _answers_to(self, one: Claimed, contact: Contact) -> str:
        """The address that says what an answer is about, where reports come by e-mail; none in a rehearsal."""
        asks = one.kind in ("reminder", "notice") and not self._context.settings.redirect_to
        return self._replies.of(contact, one.id) if asks else ""

    def _way(self, contact: Contact, channel: str) -> tuple[str, str | None]:
        """The contact's address by a channel (empty where it has none), and the channel to try after it."""
        address, connected = "", self._context.configured or self._context.kinds
        for kind, held in contact.addresses(self._context.kinds):
            if kind == channel:
                address = held
            elif address and kind in connected:
                return address, kind
        return address, None

    def _form(
        self,
        kind: str,
        contact: Contact,
        desk: Desk,
        lines: Sequence[wording.Line],
        fields: Mapping[str, str],
        link: bool,
    ) -> wording.Form:
        """The form of a letter; that of letters which show the same shared lines is filled in once."""
        language = contact.language
        key = (desk.plan.id, kind, language, bool(contact.name), link, *map(id, lines))
        if found := self._forms.get(key):
            return found
        template = self._context.catalog.template(kind, language)
        words, named = {**desk.words, **fields}, bool(contact.name)
        made = wording.form(template, lines, desk.sign, self._today, language, words, name=named, link=link)
        if not fields and all(id(line) in self._kept for line in lines):
            self._forms[key] = made
        return made

    def _line(self, connection: Connection, desk: Desk, paper: Paper, addressee: str, first: bool) -> wording.Line:
        """The obligation's line; of those that differ by their office alone there is one. The first names the forms."""
        standing, own = paper.like, paper.office == addressee
        missing = self._upstream.missing(connection, desk, standing.one, paper.office)
        if missing or not own:
            office = wording.ADDRESSEE if own else self._tree.title(paper.office)
            return self._written_out(desk, standing, office, missing, first and own)
        key = (id(standing), first)
        if key not in self._lines:
            line = self._written_out(desk, standing, wording.ADDRESSEE, (), first)
            self._lines[key] = line
            self._kept[id(line)] = standing, line  # both stay, so nothing else gets their ids
        return self._lines[key]

    def _written_out(
        self, desk: Desk, standing: Standing, office: str, missing: Sequence[str], first: bool
    ) -> wording.Line:
        one, last, title = standing.one, standing.last_day, self._tree.title
        assert last is not None or standing.state == "returned"
        report = desk.reports.get(one.report)
        returned = [e for e in standing.events if e.kind == "return" and e.at <= self._now]
        return wording.Line(
            office=office,
            report=report.title if report else one.report,
            period=one.period.key,
            last_day=last or one.period.ends_on,
            clause=one.clause or "",
            quote=one.quote or "",
            explanation=self._explained(standing),
            to=tuple([title(code) for code in one.to]),
            through=title(one.through) if one.through else "",
            missing=tuple([title(code) for code in missing]),
            because=returned[-1].because if returned and standing.state == "returned" else "",
            forms=tuple(forms.below(desk.plan.id, report)) if first and report else (),
        )

    def _explained(self, standing: Standing) -> str:
        if standing.extended:
            given = standing.extended
            return f"Gia hạn đến hết ngày {given.until:%d/%m/%Y} theo quyết định của {given.by}: {given.because}"
        return standing.one.deadline.explanation

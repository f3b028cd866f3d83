"""What a mail answers: by the address it was sent to, by what it refers to, or by who sent it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from dunghan.core import reply_about
from dunghan.core.replies import Reply
from dunghan.core.reply_about import Meant
from dunghan.engine.context import Context
from dunghan.engine.papers import Gatherer, Paper
from dunghan.engine.reply_address import ReplyAddress
from dunghan.store import incoming, papers
from dunghan.store.incoming import Answered
from models.errors import DunghanError
from models.obligation import OWING


class Matched(NamedTuple):
    """Whose mail it is and what it is about, ``how`` that is known; or ``why`` a person has to say."""

    contact_id: int | None = None
    obligation: str | None = None
    how: str = ""
    why: str = ""


def match(context: Context, connection: Connection, reply: Reply, now: datetime) -> Matched:
    """Find what a mail answers, by the surest sign first."""
    addresses = ReplyAddress(context.settings)
    for recipient in reply.recipients:
        if (said := addresses.read(recipient)) is not None:
            answered = incoming.answered_by_id(connection, said.message_row_id, said.contact_id)
            if answered:
                return _to_message(context, connection, reply, answered, now, "Theo địa chỉ trả lời của thư nhắc.")
    if answered := incoming.answered_by_message_id(connection, reply.answers):
        return _to_message(context, connection, reply, answered, now, "Là thư trả lời một thư nhắc.")
    return _by_sender(context, connection, reply, now)


def _to_message(
    context: Context, connection: Connection, reply: Reply, answered: Answered, now: datetime, how: str
) -> Matched:
    """What the message carried or showed: the obligations of its own reminders, and what else its office then owed."""
    carried = papers.carried(connection, [answered.id]).get(answered.id, [])
    held = Gatherer(context, now).gather(connection, {answered.office}, carried)
    asked = [p for i in carried if (p := held.by_id.get(i)) and p.office == answered.office]
    beside = [p for p in held.by_office[answered.office] if p not in asked and p.like.one.plan == answered.plan]
    asked += [p for p in beside if p.like.state in OWING and p.like.one.chased]
    if not asked:
        return Matched(answered.contact_id, why="Trả lời một thư không nhắc báo cáo nào của đơn vị.")
    subject = reply.subject.replace(answered.subject, " ") if answered.subject else reply.subject
    return _decided(_meant(context, asked), reply, subject, answered.contact_id, how)


def _by_sender(context: Context, connection: Connection, reply: Reply, now: datetime) -> Matched:
    people = incoming.senders(connection, reply.sender)
    if not people:
        return Matched(why="Không biết người gửi, cũng không phải thư trả lời một thư nhắc.")
    offices = {office for _, office in people}
    contact = people[0][0] if len(people) == 1 else None
    if len(offices) > 1:
        return Matched(why="Địa chỉ người gửi là của nhiều đơn vị: chọn đơn vị.")
    held = Gatherer(context, now).gather(connection, offices, ())
    owing = [p for p in held.by_office[offices.pop()] if p.like.state in OWING]
    if not owing:
        return Matched(contact, why="Đơn vị của người gửi không còn nợ báo cáo nào.")
    texts = [reply.subject, reply.text, *(file.name for file in reply.files)]
    could_be = reply_about.of_plan(_meant(context, owing), texts)
    return _decided(could_be, reply, reply.subject, contact, "Theo địa chỉ người gửi.")


def _decided(could_be: Sequence[Meant], reply: Reply, subject: str, contact: int | None, how: str) -> Matched:
    found = reply_about.narrowed(could_be, [file.name for file in reply.files], subject)
    if len(found) == 1:
        return Matched(contact, found[0].obligation, how)
    which = ", ".join(sorted(one.obligation for one in found)[:5])
    return Matched(contact, why=f"Không rõ nộp cho báo cáo nào trong {len(found)}: {which}.")


def _meant(context: Context, found: Iterable[Paper]) -> list[Meant]:
    """What tells obligations apart in people's words. One whose plan's file is gone has its id alone."""
    meant = []
    for paper in found:
        one = paper.like.one
        number = title = kind = ""
        try:
            plan = context.catalog.plan(one.plan)
            number, report = plan.number, plan.report(one.report)
            title, kind = (report.title, report.kind) if report else ("", "")
        except DunghanError:
            number = one.plan
        meant.append(Meant(paper.id, number, one.report, title, kind, one.period.key))
    return meant

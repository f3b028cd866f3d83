"""The counter: an installation with a portal, a mail server and two people, and what they do in a real Chromium."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

import uvicorn
from playwright.sync_api import Page, expect

from config.settings import Settings
from dunghan.demo.mailbox import Mailbox
from dunghan.engine import users
from dunghan.engine.context import Context
from dunghan.engine.delivery import deliver
from dunghan.engine.sweep import run_pass
from dunghan.portal.app import create_app
from dunghan.store import contacts
from dunghan.store.database import connect, migrate, writing
from models.contact import Contact
from tests.conftest import SettableClock
from tests.portal.conftest import OFFICE, PLAN, REPORT

OFFICER = "officer@024.example"
LOGIN, PASSWORD = "tran.a", "một mật khẩu dài"
FILE = "Báo cáo năm 2018.docx"
_LINK = re.compile(r"https?://127\.0\.0\.1:\d+/b/[\w.-]+")


class Counter:
    """Where officers and coordinators meet."""

    def __init__(self, context: Context, clock: SettableClock, mailbox: Mailbox, url: str, folder: Path) -> None:
        self.context, self.url, self._clock, self._mailbox = context, url, clock, mailbox
        self.file = folder / FILE
        self.file.write_bytes(REPORT)

    def morning(self, day: str) -> int:
        """Play the plan's morning of a day; how many mails with a link the officer got."""
        before, now = len(self.mails()), self._clock.set(day)
        run_pass(self.context, PLAN, now)
        deliver(self.context, now, PLAN)
        return len(self.mails()) - before

    def mails(self) -> list[EmailMessage]:
        """What the officer got with a link in it, in order: not what tells a district of its communes."""
        held = [one.path.read_bytes() for one in list(self._mailbox.received) if one.recipient == OFFICER]
        mails = [cast(EmailMessage, message_from_bytes(content, policy=default)) for content in held]
        return [mail for mail in mails if _LINK.search(words(mail))]

    def link(self) -> str:
        """The link in the officer's latest mail."""
        found = _LINK.search(words(self.mails()[-1]))
        assert found, words(self.mails()[-1])
        return found.group()


def words(mail: EmailMessage) -> str:
    """A mail's plain text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@contextmanager
def counter(folder: Path) -> Iterator[Counter]:
    """Open one under a folder: a fresh database, the officer of Hà Giang's first district, a coordinator."""
    clock = SettableClock("2018-11-05")
    with socket.create_server(("127.0.0.1", 0)) as listening, Mailbox(folder / "mail") as mailbox:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = Settings(
            database_url=f"sqlite:///{folder / 'dunghan.db'}", files_url=str(folder / "files"), portal_url=url,
            secret_key="a-secret-for-a-story", email_url=f"mailto://127.0.0.1:{mailbox.port}?from=dunghan@x.example",
        )  # fmt: skip
        context = Context(settings, db=connect(settings.database_url), now=clock)
        migrate(context.db)
        with writing(context.db) as connection:
            contacts.upsert(connection, [Contact(OFFICE, "Nông Văn Khánh", email=OFFICER)])
        users.add(context, LOGIN, "Trần Thị Đầu Mối", PASSWORD, by="story")
        server = uvicorn.Server(uvicorn.Config(create_app(context), access_log=False, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Counter(context, clock, mailbox, url, folder)
        finally:
            server.should_exit = True
            thread.join(10)
            context.db.dispose()


def hand_in(at: Counter, page: Page, link: str) -> None:
    """From the link to the receipt."""
    page.goto(link)
    page.locator("article", has_text="Báo cáo hằng năm, năm 2018").get_by_role("link", name="Nộp báo cáo").click()
    page.get_by_label("Tệp báo cáo").set_input_files(at.file)
    page.get_by_label("Ghi chú").fill("Đã đủ số liệu")
    page.get_by_role("button", name="Xem lại trước khi nộp").click()
    page.get_by_role("button", name="Nộp", exact=True).dblclick()
    expect(page).to_have_url(re.compile("/receipt$"), timeout=30_000)  # it asks again while a page is under way


def log_in(at: Counter, page: Page) -> None:
    """The coordinator comes, and looks at the district's report."""
    page.goto(f"{at.url}/c/o/{PLAN}/annual/2018/{OFFICE}")
    page.get_by_label("Tên đăng nhập").fill(LOGIN)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/c/o/"), timeout=30_000)

"""dunghan mail: what came in, as an operator looks at it and places it."""

from datetime import UTC, datetime

from dunghan.channels.mailbox import Fetched
from dunghan.engine.context import Context
from dunghan.engine.incoming import take
from tests.cli.conftest import Desk
from tests.mail.conftest import answer

ANNUAL = "ha-giang-168-2016/annual/2018/024"
AT = datetime(2018, 12, 8, 2, tzinfo=UTC)


def test_the_review_list_from_the_command_line(staffed: Desk) -> None:
    staffed("mail", "poll").refused(2, "DUNGHAN_IMAP_URL is not set")
    staffed.set(imap_url="imaps://a:geheim@x.example?x=1")
    staffed("mail", "poll").refused(2, "DUNGHAN_IMAP_URL: mailbox: after the folder")
    staffed.set(imap_url="imap://a:geheim@127.0.0.1:1")
    staffed("mail", "poll").refused(1, "The mailbox at 127.0.0.1:1 cannot be used")
    staffed.set(imap_url="")
    for n in (1, 2):
        mail = answer("x@x.example", ("bc.pdf", b"%PDF-"), sender=f"la{n}@x.example")
        raw = staffed.folder / "thu.eml"
        raw.write_bytes(mail.as_bytes())
        assert take(Context(), raw, Fetched(raw.stat().st_size, AT), datetime(2019, 1, 1, tzinfo=UTC)) == "review"
    rows = staffed.json("mail", "list", "--status", "review")
    assert [(row["id"], row["sender"], row["status"]) for row in rows] == [
        (2, "la2@x.example", "review"), (1, "la1@x.example", "review"),
    ]  # fmt: skip
    assert "Không biết người gửi" in staffed.ok("mail", "list")
    assert staffed.json("mail", "show", "1")["files"] == [{"name": "bc.pdf", "size": 5}]
    assert "bc.pdf" in staffed.ok("mail", "show", "1")
    assert "recorded as version 1" in staffed.ok("mail", "assign", "1", ANNUAL, "--by", "Hoa")
    assert staffed.json("mail", "show", "1")["obligation"] == ANNUAL
    staffed("mail", "assign", "1", ANNUAL).refused(1, "does not wait for review")
    staffed("mail", "assign", "2", "ha-giang-168-2016/annual/2018/0247").refused(2, "024")
    staffed("mail", "dismiss", "2", "--because", " ").refused(2, "--because is empty")
    assert "off the list" in staffed.ok("mail", "dismiss", "2", "--because", "thư lạc")
    staffed("mail", "show", "9").refused(2, "There is no mail 9")
    staffed("mail", "list", "--status", "gone").refused(2, "review")
    assert staffed.json("mail", "list", "--status", "review") == []

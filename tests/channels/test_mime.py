from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from timeit import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunghan.channels.mime import Letterhead, mailable, render
from dunghan.channels.outcome import Letter, one_line

HEAD = Letterhead("dunghan@ha-giang.example", "Đúng hạn")
NOW = datetime(2018, 11, 9, 1, 0, tzinfo=UTC)
LONG = "Đôn đốc báo cáo kết quả thực hiện Kế hoạch số 168/KH-UBND về bảo vệ, chăm sóc trẻ em " * 4
OURS = [
    "From", "Reply-To", "Subject", "Date", "Auto-Submitted", "Content-Language", "MIME-Version", "To", "Message-ID",
    "Content-Type",
]  # fmt: skip
# What Python's parser itself loses is left out: it eats some spaces, and takes format characters for line ends.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cf"], include_characters=" \r\n\0\x85"))


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)


def spaceless(text: str) -> str:
    return "".join(text.split())


def test_a_letter_as_it_leaves(letter: Callable[..., Letter]) -> None:
    message = parsed(render(letter(to_name="Sở Y tế", reply_to='"Bà Hoa" <hoa@ha-giang.example>'), HEAD, NOW))
    assert list(message.keys()) == OURS
    assert message["From"] == "Đúng hạn <dunghan@ha-giang.example>"
    assert message["To"] == "Sở Y tế <so-y-te@ha-giang.example>"
    assert message["Reply-To"] == "Bà Hoa <hoa@ha-giang.example>"
    assert message["Subject"] == "Nhắc báo cáo năm 2018"
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == "<nhac-1@dunghan.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "vi"
    text, html = message.iter_parts()
    assert text.get_content() == "Kính gửi Sở Y tế,\r\nhạn nộp là ngày 09/12/2018."
    assert html.get_content_type() == "text/html"
    assert html.get_content() == "<p>Kính gửi Sở Y tế</p>"


def test_without_html_there_is_one_part(letter: Callable[..., Letter]) -> None:
    message = parsed(render(letter(html=None), HEAD, NOW))
    assert message.get_content_type() == "text/plain"
    assert message.get_content().startswith("Kính gửi")


def test_a_letter_without_date_bears_that_of_the_sender(letter: Callable[..., Letter]) -> None:
    local = NOW.astimezone(timezone(timedelta(hours=7)))
    assert b"\r\nDate: Fri, 09 Nov 2018 08:00:00 +0700\r\n" in render(letter(date=None), HEAD, local)


def test_letterhead_gives_way_to_the_letter(letter: Callable[..., Letter]) -> None:
    head = Letterhead("dunghan@ha-giang.example", "Đúng hạn", "noreply@ha-giang.example")
    assert parsed(render(letter(), head, NOW))["Reply-To"] == "noreply@ha-giang.example"
    own = parsed(render(letter(from_name="Sở LĐTBXH", reply_to="hoa@ha-giang.example"), head, NOW))
    assert own["From"] == "Sở LĐTBXH <dunghan@ha-giang.example>"
    assert own["Reply-To"] == "hoa@ha-giang.example"


def test_long_vietnamese_subjects_are_folded_within_the_line(letter: Callable[..., Letter]) -> None:
    content = render(letter(subject=LONG, to_name=LONG), HEAD, NOW)
    assert max(len(line) for line in content.split(b"\r\n")) <= 76
    message = parsed(content)
    assert message["Subject"] == LONG.strip()
    assert spaceless(message["To"].addresses[0].display_name) == spaceless(LONG)


@pytest.mark.parametrize("field", ["subject", "to_name", "from_name", "reply_to", "language", "message_id"])
def test_line_ends_cannot_add_headers(letter: Callable[..., Letter], field: str) -> None:
    for line_end in ("\r\n", "\n", "\r", "\u2028", "\x85"):
        changes = {"reply_to": "a@b.example"} | {
            field: f"<x@y.example>{line_end}Bcc: all@evil.example{line_end * 2}body"
        }
        message = parsed(render(letter(**changes), HEAD, NOW))
        assert set(message.keys()) <= set(OURS)
        assert len(list(message.iter_parts())) == 2


@given(subject=WORDS, name=WORDS, text=WORDS)
@settings(max_examples=200, deadline=None)
def test_whatever_is_written_is_read_again(subject: str, name: str, text: str) -> None:
    letter = Letter("a@b.example", subject, text, None, "<1@x.example>", to_name=name, from_name=name)
    content = render(letter, HEAD, NOW)
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 100
    message = parsed(content)
    assert [key for key in message.keys() if key not in OURS] == ["Content-Transfer-Encoding"]  # noqa: SIM118
    assert spaceless(message["Subject"]) == spaceless(one_line(subject))
    assert [address.addr_spec for address in message["To"].addresses] == ["a@b.example"]
    assert spaceless(message["To"].addresses[0].display_name) == spaceless(one_line(name))
    assert message.get_content().replace("\r\n", "\n") == text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(max_size=60))
def test_what_is_mailable_holds_nothing_but_an_address(address: str) -> None:
    assert not mailable(f"{address}\r\nRCPT TO:<x@y.example>")
    assert not mailable(f"{address} <x@y.example>")
    assert not mailable(address) or (address.isascii() and not set(address) & set('\r\n <>,;:"'))


@pytest.mark.parametrize("address", ["a@b.example", "o'neil+tag@x-y.gov.vn", "root@localhost"])
def test_plain_addresses_are_mailable(address: str) -> None:
    assert mailable(address)


def test_building_is_cheap(letter: Callable[..., Letter]) -> None:
    text = "Kính gửi Sở Lao động – Thương binh và Xã hội tỉnh Hà Giang,\n" * 8
    one = letter(text=text, html=f"<p>{text}</p>")
    assert min(timeit(lambda: render(one, HEAD, NOW), number=200) for _ in range(5)) / 200 < 100e-6

"""Reading a mail and its address, without any server: pure, and afraid of nothing."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings, load
from dunghan.channels.mailbox import read_url
from dunghan.channels.outcome import BadGatewayUrl
from dunghan.core.replies import MOST_FILES, Attached, read
from dunghan.core.reply_about import Meant, narrowed
from dunghan.engine.reply_address import Answered, ReplyAddress
from models.contact import Contact
from models.errors import BadSettings

SET = Settings(secret_key="k", imap_url="imaps://a:b@imap.example", reply_to="bao-cao@tinh.example")
HOA = Contact("024", "Hoa", id=7)


def test_an_address_says_which_message_and_cannot_be_made_up() -> None:
    addresses = ReplyAddress(SET)
    made = addresses.of(HOA, 1_000_000_007)
    assert len(made.rpartition("@")[0]) <= 64 and made == made.lower()
    for written in (made, made.upper(), f" {made} "):
        assert addresses.read(written) == Answered(7, 1_000_000_007)
    assert addresses.of(HOA, 8) != addresses.of(HOA._replace(id=8), 7)
    for other in (made.replace("+", "-"), made[:20] + ("a" if made[20] != "a" else "b") + made[21:], "", "bao-cao+@x"):
        assert addresses.read(other) is None
    assert ReplyAddress(SET.model_copy(update={"secret_key": "other"})).read(made) is None
    assert addresses.read(made.replace("tinh.example", "elsewhere.example")) is None


@pytest.mark.parametrize("missing", ["secret_key", "imap_url", "reply_to"])
def test_where_nobody_would_read_it_there_is_no_address(missing: str) -> None:
    assert ReplyAddress(SET.model_copy(update={missing: ""})).of(HOA, 1) == ""


@pytest.mark.parametrize("address", ["hoa", "a+b@x.example", "Báo cáo <a@x.example>", f"{'a' * 32}@x.example"])
def test_an_address_that_leaves_no_room_for_a_token_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="DUNGHAN_REPLY_TO: write a bare address") as refused:
        load({"DUNGHAN_REPLY_TO": address}, tmp_path / "none")
    assert address not in str(refused.value)


def test_a_mailbox_url_is_read_strictly() -> None:
    place = read_url("imaps://bao-cao%40tinh.example:b%3A%2F%40@imap.tinh.example/B%C3%A1o%20c%C3%A1o")
    assert place == ("imap.tinh.example", 993, "bao-cao@tinh.example", "b:/@", "Báo cáo", True)
    assert read_url("imap://a:b@127.0.0.1:1143")[1:] == (1143, "a", "b", "INBOX", False)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://a:geheim@x.example", "begin with imaps://"),
        ("imap://a:geheim@x.example", "in clear"),
        ("imaps://a@b:geheim@x.example", "write @ as %40"),
        ("imaps://geheim@x.example", "password"),
        ("imaps://a:geheim@x.example:99999", "port"),
        ("imaps://a:geheim@/INBOX", "names no server"),
        ("imaps://a:geheim@x.example/INBOX?verify=no", "nothing may follow"),
        ("imaps://a:gehe%0Aim@x.example", "control character"),
    ],
)
def test_a_url_that_cannot_work_is_told_without_its_password(url: str, said: str) -> None:
    with pytest.raises(BadGatewayUrl, match=r"^mailbox: ") as refused:
        read_url(url)
    assert said in str(refused.value) and "geheim" not in str(refused.value)


def _mail(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    for name, value in ({"From": "Hoa <Hoa@024.example>", "Subject": "Báo cáo"} | headers).items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Kính gửi.\n\nVào Th 6, 9 thg 11, 2018 lúc 08:00 Sở đã viết:\n> cũ\n")
    return mail


def test_names_are_read_in_every_way_that_mail_writes_them() -> None:
    head = b"From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    names = (
        "filename*=utf-8''B%C3%A1o%20c%C3%A1o.pdf",  # RFC 2231
        "filename*0*=utf-8''B%C3%A1o; filename*1*=%20c%C3%A1o.pdf",
        'filename="=?utf-8?B?QsOhbyBjw6FvLnBkZg==?="',  # RFC 2047, as many write it
        'filename="..\\\\..\\\\B\xc3\xa1o c\xc3\xa1o.pdf"',
        "filename*=utf-8''Ba%CC%81o%20ca%CC%81o.pdf%E2%80%AE",  # decomposed, and turned round at the end
    )
    for name in names:
        part = (
            f"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; {name}\r\n\r\n%PDF\r\n--b--\r\n"
        )
        assert read(head + part.encode("latin-1")).files == (Attached("Báo cáo.pdf", b"%PDF"),), name


def test_what_a_person_did_not_attach_is_no_file() -> None:
    mail = _mail()
    mail.add_attachment(b"png", "image", "png", filename="logo.png", disposition="inline", cid="<logo>")
    mail.add_attachment(b"sig", "application", "pkcs7-signature", filename="smime.p7s")
    read_so = read(mail.as_bytes())
    assert (read_so.files, read_so.text, read_so.trouble) == ((), "Kính gửi.", "")
    scanned = _mail()
    scanned.add_attachment(b"\xff\xd8", "image", "jpeg", filename="bao-cao.jpg")
    assert [file.name for file in read(scanned.as_bytes()).files] == ["bao-cao.jpg"]


def test_too_many_files_and_mail_inside_of_mail_are_for_a_person() -> None:
    many, inside = _mail(), _mail()
    for n in range(MOST_FILES + 1):
        many.add_attachment(b"x", "application", "pdf", filename=f"{n}.pdf")
    assert read(many.as_bytes()).files == () and "21 tệp" in read(many.as_bytes()).trouble
    inside.add_attachment(many)
    assert read(inside.as_bytes()).files == () and "thư đính kèm" in read(inside.as_bytes()).trouble


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "Bulk"}, {"Return_Path": "<>"}], ids=str
)
def test_machines_are_known_by_their_headers(headers: dict[str, str]) -> None:
    assert read(_mail(**headers).as_bytes()).automatic
    assert not read(_mail(Auto_Submitted="no", Return_Path="<hoa@024.example>").as_bytes()).automatic


@given(st.binary(max_size=2000))
def test_nothing_makes_it_fall(raw: bytes) -> None:
    for head in (b"", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", b"From: ", b"Subject: =?utf-8?B?"):
        found = read(head + raw)
        found.subject.encode()
        assert all(file.name.isprintable() and "/" not in file.name for file in found.files)


def test_what_would_be_a_guess_stays_open() -> None:
    annual = Meant("a", "168/KH-UBND", "annual", "Báo cáo hằng năm", "annual", "2018")
    midterm = annual._replace(obligation="m", report="midterm", title="Báo cáo sơ kết", kind="midterm")
    for files, subject, found in (
        (["bao cao so ket.docx"], "", ["m"]),
        (["bc.docx"], "Gửi báo cáo hằng năm", ["a"]),
        (["bc.docx"], "Gửi báo cáo hằng năm và sơ kết", ["a", "m"]),
        (["BÁO CÁO SƠ KẾT.pdf"], "báo cáo hằng năm", ["m"]),
        (["semidterm.pdf"], "", ["a", "m"]),
    ):
        assert [one.obligation for one in narrowed([annual, midterm], files, subject)] == found

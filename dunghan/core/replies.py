"""Reading a mail that came in: who sent it, what it answers, which files it brings, whether a machine wrote it.

The bytes are not trusted: whatever they are, reading ends in bounded time and says what it could not take.
"""

import re
import unicodedata
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from itertools import islice
from pathlib import PurePosixPath
from typing import NamedTuple

MOST_PARTS = 60
"""How many parts a mail may have; the parser's time grows with their depth."""
MOST_LINES_OF_DASHES = 2000
"""Each may part a mail in two."""
MOST_FILES = 20
MOST_TEXT = 1000
"""Characters of the sender's own words that are kept as a note."""
_MOST_ANSWERED = 50
_LONGEST_NAME = 120
_MOST_SUBJECT = 300

_PARTS = re.compile(rb"^content-type:", re.IGNORECASE | re.MULTILINE)
_DASHES = re.compile(rb"^--", re.MULTILINE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_WRITTEN_BEFORE = re.compile(r"^(>|-----|_____|Vào .*viết:|On .*wrote:|(From|Từ|Sent|Đã gửi):)", re.IGNORECASE)
_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_BULK = {"bulk", "junk", "list", "auto_reply"}
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_OUTLOOK = {"application/ms-tnef", "application/vnd.ms-tnef"}


class Attached(NamedTuple):
    """A file of a mail; its name is one that any file system takes."""

    name: str
    content: bytes


class Reply(NamedTuple):
    """What a mail says about itself. Addresses are in lower case; ``answers`` are Message-IDs, the nearest first."""

    message_id: str
    sender: str
    subject: str
    recipients: tuple[str, ...]
    answers: tuple[str, ...]
    automatic: str = ""
    """Why it is no person's answer; empty where it may be one."""
    text: str = ""
    """The sender's own words, without what they answer to."""
    files: tuple[Attached, ...] = ()
    trouble: str = ""
    """What could not be read; empty where all of it was."""


def read(raw: bytes, whole: bool = True) -> Reply:
    """A mail from its bytes; ``whole`` says that they are all of it."""
    head = BytesHeaderParser().parsebytes(raw[:200_000].replace(b"\0", b""))
    found = Reply(
        message_id=_ids(head, "message-id", 1)[0] if _ids(head, "message-id", 1) else "",
        sender=_sender(head),
        subject=_clean(_decoded(head, "subject"))[:_MOST_SUBJECT],
        recipients=tuple(address for name in _TO for address in _addresses(head, name)),
        answers=tuple(dict.fromkeys([*_ids(head, "in-reply-to", 5), *_ids(head, "references", _MOST_ANSWERED)[::-1]])),
        automatic=_automatic(head),
    )
    if not whole:
        return found._replace(trouble="Thư quá lớn, chỉ đọc được phần đầu: mở trong hộp thư để xem.")
    if _more(_PARTS, raw, MOST_PARTS) or _more(_DASHES, raw, MOST_LINES_OF_DASHES):
        return found._replace(trouble=f"Thư có quá nhiều phần (hơn {MOST_PARTS}): không mở.")
    try:
        parts = list(islice(_leaves(message_from_bytes(raw)), MOST_PARTS + 1))
        return _with_parts(found, parts)
    except (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        return found._replace(trouble=f"Thư viết sai chuẩn, không đọc được ({type(error).__name__}).")


def _more(what: re.Pattern[bytes], raw: bytes, most: int) -> bool:
    return sum(1 for _ in islice(what.finditer(raw), most + 1)) > most


def _leaves(part: Message) -> Iterator[Message]:
    """The parts that hold something themselves. A mail inside of the mail is one of them, and is not looked into."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for inner in part.get_payload():
            if isinstance(inner, Message):
                yield from _leaves(inner)
    else:
        yield part


def _with_parts(found: Reply, parts: list[Message]) -> Reply:
    files: list[Attached] = []
    text, trouble = "", ""
    for part in parts:
        _mend(part)
        kind = part.get_content_type()
        if kind in _OUTLOOK or (part.get_filename() or "").lower() == "winmail.dat":
            trouble = "Tệp bị Outlook gói trong winmail.dat: đề nghị đơn vị gửi lại dạng thường."
        elif kind == "message/rfc822":
            trouble = trouble or "Báo cáo có thể nằm trong một thư đính kèm: mở thư để xem."
        elif _is_file(part, kind):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and content:
                files.append(Attached(_file_name(part, len(files) + 1), content))
            else:
                trouble = trouble or "Có tệp đính kèm rỗng."
        elif kind == "text/plain" and not text:
            text = _own_words(part)
    if len(files) > MOST_FILES:
        files, trouble = [], f"Thư có {len(files)} tệp, nhiều hơn {MOST_FILES}: mở thư để xem."
    return found._replace(text=text, files=tuple(files), trouble=trouble)


def _mend(part: Message) -> None:
    """Names in plain UTF-8, which no standard allowed and many write, instead of letters that cannot be shown."""
    for name, value in list(part.raw_items()):
        if name.lower() in ("content-type", "content-disposition") and not str(value).isascii():
            part.replace_header(name, _text(str(value).encode("utf-8", "surrogateescape"), None))


def _is_file(part: Message, kind: str) -> bool:
    """Whether a part was attached by a person: pictures inside of the text, signatures and the text itself were not."""
    disposition = part.get_content_disposition()
    if kind in _SIGNATURES or part.get_content_maintype() in ("message", "multipart"):
        return False
    if part.get_content_maintype() == "image" and (disposition == "inline" or part["content-id"]):
        return False
    return disposition == "attachment" or bool(part.get_filename())


def _file_name(part: Message, number: int) -> str:
    name = part.get_filename() or ""
    words = _clean(_words(name)).replace("\\", "/").rpartition("/")[2].strip(". ")
    path = PurePosixPath(words or f"tep-{number}")
    suffix = path.suffix[:12]
    return path.stem[: _LONGEST_NAME - len(suffix)] + suffix


def _own_words(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    kept: list[str] = []
    for line in _text(content[: 20 * MOST_TEXT], part.get_content_charset()).splitlines():
        if _WRITTEN_BEFORE.match(line.strip()):
            break
        kept.append(_clean(line))
    return "\n".join(kept).strip()[:MOST_TEXT]


def _text(content: bytes, charset: str | None) -> str:
    for name in dict.fromkeys(("utf-8", charset or "utf-8")):  # what claims to be Latin-1 is mostly UTF-8 after all
        try:
            return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("utf-8", "replace")


def _automatic(head: Message) -> str:
    submitted = _decoded(head, "auto-submitted").strip().lower().partition(";")[0]
    if head.get_content_type() == "multipart/report":
        return "Thư báo không gửi được, hoặc báo đã đọc, của máy chủ."
    if submitted and submitted != "no":
        return f"Thư tự động (Auto-Submitted: {submitted[:40]})."
    if _decoded(head, "precedence").strip().lower() in _BULK:
        return "Thư tự động hoặc gửi hàng loạt (Precedence)."
    if "return-path" in head and _decoded(head, "return-path").strip() == "<>":
        return "Thư của máy chủ, không có người gửi (Return-Path rỗng)."
    return ""


def _sender(head: Message) -> str:
    """The one who wrote it; empty where that is nobody or more than one."""
    found = set(_addresses(head, "from"))
    return found.pop() if len(found) == 1 else ""


def _addresses(head: Message, name: str) -> list[str]:
    values = [_shown(value)[:10_000] for value in head.get_all(name, [])][:20]
    return [address.lower() for _, address in getaddresses(values) if "@" in address and len(address) <= 254][:50]


def _ids(head: Message, name: str, most: int) -> list[str]:
    text = " ".join(_shown(value) for value in head.get_all(name, []))
    return _MESSAGE_ID.findall(text[-40_000:])[-most:]


def _decoded(head: Message, name: str) -> str:
    value = head.get(name)
    return "" if value is None else _words(value)


def _shown(value: object) -> str:
    return " ".join(str(value).split())


def _words(value: object) -> str:
    """A header's text, its encoded words read; what is broken is shown as it is."""
    try:
        pieces = decode_header(value)  # type: ignore[arg-type]  # a Header where its bytes are no ASCII
        return "".join(p if isinstance(p, str) else _text(p, charset) for p, charset in pieces)
    except (MessageError, ValueError):
        return str(value)


def _clean(text: str) -> str:
    """Composed letters on one line; what a terminal or a file system would obey, or a database refuse, is gone."""
    composed = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    kept = (c if unicodedata.category(c)[0] != "C" else " " for c in composed if unicodedata.category(c) != "Cf")
    return " ".join("".join(kept).split())

"""What the checks of a submission can find, in words: for the officer who hands in, and for coordinators."""

from typing import Literal

Code = Literal[
    "wrong_kind",
    "other_kind",
    "unreadable",
    "encrypted",
    "too_much",
    "bomb",
    "no_text",
    "no_mention",
    "same_as_other_office",
    "same_as_earlier",
]

_SAID: dict[str, dict[str, str]] = {
    "vi": {
        "wrong_kind": "Nội dung tệp không đúng với đuôi tên ({detail}): xin kiểm tra đã chọn đúng tệp chưa.",
        "other_kind": "Tệp không thuộc các loại docx, pdf, xlsx, odt: cơ quan nhận có thể không mở được.",
        "unreadable": "Không mở được tệp (có thể tệp bị hỏng): xin mở thử rồi gửi lại.",
        "encrypted": "Tệp có mật khẩu: cơ quan nhận không mở được; xin gửi bản không đặt mật khẩu.",
        "too_much": "Tệp bung ra quá lớn nên không kiểm tra hết được: xin kiểm tra lại tệp.",
        "bomb": "Tệp được tạo để gây hại (bom nén hoặc bom XML), không phải báo cáo.",
        "no_text": "Không đọc được chữ nào trong tệp (có thể là bản chụp): không kiểm tra được nội dung.",
        "no_mention": "Không thấy số kế hoạch hay kỳ báo cáo trong tệp ({detail}): xin kiểm tra đã chọn đúng tệp chưa.",
        "same_as_other_office": "Tệp giống hệt tệp mà một cơ quan khác đã nộp: xin kiểm tra đã chọn đúng tệp chưa.",
        "same_as_earlier": "Tệp giống hệt tệp đã nộp cho kỳ trước: xin kiểm tra đã chọn đúng tệp chưa.",
    },
    "en": {
        "wrong_kind": "The content is not what the name says ({detail}): check that this is the right file.",
        "other_kind": "The file is no docx, pdf, xlsx or odt: those who receive it may be unable to open it.",
        "unreadable": "The file cannot be opened (it may be damaged): open it yourself, then send it again.",
        "encrypted": "The file has a password: those who receive it cannot open it; send it without one.",
        "too_much": "The file unpacks to too much to be checked in full: look at it again.",
        "bomb": "The file was made to do harm (a zip or XML bomb): it is no report.",
        "no_text": "No text can be read in the file (it may be a scan): its content was not checked.",
        "no_mention": "The file names neither the plan nor the period ({detail}): check that this is the right file.",
        "same_as_other_office": "Another office has handed in the very same file: check that this is the right one.",
        "same_as_earlier": "The very same file was handed in for an earlier period: check that this is the right one.",
    },
}
_ELSEWHERE = ("same_as_other_office", "same_as_earlier")


def said(code: str, detail: str, language: str = "vi") -> str:
    """A finding as a sentence for an officer, who is never told which other office it is about.

    >>> said("same_as_other_office", "p/annual/2018/026", "en")
    'Another office has handed in the very same file: check that this is the right one.'
    """
    words = _SAID.get(language, _SAID["vi"])
    return words[code].format(detail=detail) if code in words else f"{code}: {detail}".rstrip(": ")


def said_to_coordinators(code: str, detail: str, language: str = "vi") -> str:
    """The same for a coordinator, who sees the obligation under which the same file lies."""
    sentence = said(code, detail, language)
    return f"{sentence} ({detail})" if code in _ELSEWHERE and detail else sentence

"""What people call things in Vietnamese: stages, kinds of report, days."""

import unicodedata
from datetime import date

_STAGES = {
    "vi": {
        "commune": "Cấp xã",
        "district": "Cấp huyện",
        "department": "Sở, ban, ngành",
        "organisation": "Tổ chức, đoàn thể",
        "dolisa": "Cơ quan thường trực",
        "province": "Cấp tỉnh",
        "ministry": "Bộ, ngành trung ương",
        "consolidating": "Cơ quan tổng hợp",
    },
    "en": {
        "commune": "Communes",
        "district": "Districts",
        "department": "Departments",
        "organisation": "Organisations",
        "dolisa": "Standing agency",
        "province": "Provinces",
        "ministry": "Ministries",
        "consolidating": "Consolidating agency",
    },
}
_KINDS = {
    "annual": "hằng năm",
    "semiannual": "6 tháng",
    "quarterly": "quý",
    "monthly": "tháng",
    "midterm": "sơ kết",
    "final": "tổng kết",
    "once": "một lần",
    "periodic": "định kỳ",
}
_WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def stage_name(stage: str, language: str = "vi") -> str:
    """What people call a stage; its own name where nobody gave it another."""
    return _STAGES.get(language, _STAGES["vi"]).get(stage, stage)


def kind_name(kind: str) -> str:
    """What people call a kind of report.

    >>> kind_name("midterm")
    'sơ kết'
    """
    return _KINDS.get(kind, kind)


def show(day: date, language: str = "vi") -> str:
    """A day as people read it in Vietnam.

    >>> show(date(2018, 12, 9))
    'Chủ nhật 09/12/2018'
    """
    return f"{_WEEKDAYS[language][day.weekday()]} {day:%d/%m/%Y}"


def plain(text: str) -> str:
    """Vietnamese without its marks, for places whose font has none (Prefect's timeline).

    >>> plain("Cấp huyện, đoàn thể")
    'Cap huyen, doan the'
    """
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))

"""What a clause's recurrence and kind are called, on the page of findings and at the desk."""

RECURRENCES = {
    "annual": "hằng năm",
    "semiannual": "6 tháng một lần",
    "quarterly": "hằng quý",
    "monthly": "hằng tháng",
    "once": "một lần",
    "relative": "theo sự việc",
    "unspecified-periodic": "định kỳ, không nêu kỳ",
}
KINDS = {"periodic": "định kỳ", "midterm": "sơ kết", "final": "tổng kết", "adhoc": "đột xuất"}

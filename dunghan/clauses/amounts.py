"""Vietnamese figures: "1.200" is a thousand and two hundred, "8,19" is eight and a bit."""

import re

FIGURE = r"\d{1,3}(?:\.\d{3}){1,5}(?:,\d{1,3})?(?![\d.,]*\d)|\d{1,15}(?:[.,]\d{1,3})?(?![\d.,]*\d)"
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")


def figure(text: str) -> float:
    """The value of a figure's words.

    >>> figure("10.800.000.000"), figure("8,19"), figure("99.5"), figure("05")
    (10800000000.0, 8.19, 99.5, 5.0)
    """
    whole, _, part = text.partition(",")
    if _THOUSANDS.fullmatch(whole):
        whole = whole.replace(".", "")
    return float(f"{whole}.{part}" if part else whole)

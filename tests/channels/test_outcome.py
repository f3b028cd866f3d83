import pytest

from dunghan.channels.outcome import mask, one_line


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("coordinator@ha-giang.example", "c…@ha-giang.example"),
        ("84912345123", "84…123"),
        ("2468013579", "24…579"),
        ("123456", "…"),
        ("", "…"),
        ("@x.example", "…@x.example"),
    ],
)
def test_a_log_shows_where_but_not_whom(address: str, shown: str) -> None:
    assert mask(address) == shown


def test_one_line_leaves_nothing_that_ends_a_line() -> None:
    assert one_line("a\r\nb\x00c\x85d\u2028e\t ") == "a b c d e"

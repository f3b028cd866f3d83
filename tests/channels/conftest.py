"""What the channel tests share: letters, a local mail server, a local Zalo."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dunghan.channels.outcome import Letter
from dunghan.demo.mailbox import Mailbox
from dunghan.demo.zalo_standin import ZaloStandIn

MORNING = datetime(2018, 11, 9, 1, 0, tzinfo=UTC)


@pytest.fixture
def letter() -> Callable[..., Letter]:
    def make(address: str = "so-y-te@ha-giang.example", number: int = 1, **changes: object) -> Letter:
        words = {
            "subject": "Nhắc báo cáo năm 2018",
            "text": "Kính gửi Sở Y tế,\nhạn nộp là ngày 09/12/2018.",
            "html": "<p>Kính gửi Sở Y tế</p>",
            "message_id": f"<nhac-{number}@dunghan.example>",
            "date": MORNING,
        }
        return Letter(address, **(words | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    with Mailbox(tmp_path / "mail") as box:
        yield box


@pytest.fixture
def zalo(tmp_path: Path) -> Iterator[ZaloStandIn]:
    with ZaloStandIn(tmp_path / "zalo.jsonl", without_zalo=["84900000000"]) as standin:
        yield standin

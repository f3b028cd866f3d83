"""What a letter becomes on each of Zalo's ways."""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from dunghan.channels.outcome import Letter, Outcome, Rejected, Retry
from dunghan.channels.zalo_api import TEXT_LIMIT, Account

Payload = dict[str, Any]
_CUT = {"vi": "\n[Tin quá dài nên đã cắt bớt tại đây]", "en": "\n[Too long for Zalo: cut here]"}


def payload(account: Account, letter: Letter) -> Payload | Outcome:
    """The JSON to send, or the outcome of a letter that cannot be sent on this way."""
    return _BY_WAY[account.way](account, letter)


def _fitting(letter: Letter) -> str:
    """The text within Zalo's limit, cut at the end of a line where it has one, with a note that says so."""
    if len(letter.text) <= TEXT_LIMIT:
        return letter.text
    note = _CUT.get(letter.language, _CUT["vi"])
    start = letter.text[: TEXT_LIMIT - len(note)]
    return (start.rpartition("\n")[0] or start) + note


def _to_user(account: Account, letter: Letter) -> Payload | Outcome:
    return {"recipient": {"user_id": letter.address}, "message": {"text": _fitting(letter)}}


def _to_chat(account: Account, letter: Letter) -> Payload | Outcome:
    return {"chat_id": letter.address, "text": _fitting(letter)}


def _to_phone(account: Account, letter: Letter) -> Payload | Outcome:
    phone = re.sub(r"^(\+|00)?(84)?0?", "84", re.sub(r"[\s.()-]", "", letter.address), count=1)
    if not re.fullmatch(r"84\d{9,10}", phone):
        return Rejected("not a Vietnamese phone number")
    known = {"subject": letter.subject, "text": letter.text, "to_name": letter.to_name, **letter.template_data}
    missing = sorted(set(account.params.values()) - known.keys())
    if missing:
        return Retry(f"the ZNS template wants {', '.join(missing)}, which the message has not: mend ZALO_URL")
    return {
        "phone": phone,
        "template_id": account.template,
        "template_data": {parameter: known[name] for parameter, name in account.params.items()}
        or dict(letter.template_data),
        "tracking_id": sha256(letter.message_id.encode()).hexdigest()[:32],
    }


_BY_WAY: Mapping[str, Callable[[Account, Letter], Payload | Outcome]] = {
    "oa": _to_user,
    "zns": _to_phone,
    "bot": _to_chat,
}

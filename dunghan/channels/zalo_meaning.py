"""What an answer of Zalo's means for the letter, with its raw code and words."""

from collections.abc import Callable

from dunghan.channels.outcome import OPERATOR_WAIT, Delivered, Outcome, Rejected, Retry, own_words
from dunghan.channels.zalo_api import Account, Meaning
from dunghan.channels.zalo_http import Halted, Reply

_UNAUTHORIZED = 401


def meaning(account: Account, reply: Reply) -> Meaning | None:
    """What the code inside is known to mean, if it is."""
    code = reply.body.get("error", reply.body.get("error_code"))
    return account.codes.get(code) if isinstance(code, int) else None


def sensible(reply: Reply) -> bool:
    """Whether the application answered at all, and not the machines before it."""
    return reply.status < 500 and bool({"error", "error_code", "ok"} & reply.body.keys())


def judge(account: Account, reply: Reply, scrub: Callable[[str], str]) -> Outcome:
    """Success as each way declares it; else what the code inside means. Raises ``Halted`` for what concerns them all.

    A busy gateway, a spent quota and a login that an operator must mend are no fault of the letter's.
    """
    body = reply.body
    if account.way == "bot":
        delivered, code, words, result = body.get("ok") is True, "error_code", "description", body.get("result")
    else:
        delivered = reply.status == 200 and body.get("error") == 0 and body["error"] is not False
        code, words, result = "error", "message", body.get("data")
    if delivered:
        details = result if isinstance(result, dict) else {}
        return Delivered(own_words(str(details.get("message_id") or details.get("msg_id") or "")))
    raw = [f"HTTP {reply.status}", str(body.get(code, "")), str(body.get(words, "answer not understood"))]
    why = own_words(scrub("Zalo: " + " ".join(filter(None, raw))))
    known = meaning(account, reply)
    if known == "rejected":
        return Rejected(why)
    if known == "relogin" or _UNAUTHORIZED in (reply.status, body.get(code)):
        raise Halted(Retry(f"{why}: check the tokens in ZALO_URL", reply.after or OPERATOR_WAIT, counts=False))
    if reply.status == 429 or known:
        raise Halted(Retry(why, reply.after, counts=False))
    return Retry(why, reply.after)

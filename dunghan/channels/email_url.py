"""The e-mail gateway's URL, read strictly: what Apprise would pass over in silence is told with its remedy."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from apprise.plugins.email import NotifyEmail

from dunghan.channels.outcome import BadGatewayUrl

EXAMPLE = "for example mailtos://user:password@smtp.example:587?from=dunghan@ha-giang.example"
_OF_THE_LETTER = {"to", "cc", "bcc", "pgp", "wkd"}
_TIMES = {"cto": "connecting", "rto": "each answer", "budget": "one batch", "rest": "leaving a dead server alone"}
_LONGEST = 86_400.0
_MOST_CONNECTIONS = 32


def seconds(text: str) -> float | None:
    """Seconds from 0 to a day, or nothing where it is no such number.

    >>> seconds("0.5"), seconds("-1"), seconds("nan"), seconds("soon")
    (0.5, None, None, None)
    """
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= _LONGEST else None


def connections(text: str) -> int | None:
    """How many connections at once, from 1 to 32, or nothing where it is no such number.

    >>> connections("4"), connections("0"), connections("many")
    (4, None, None)
    """
    return int(text) if text.isdecimal() and 1 <= int(text) <= _MOST_CONNECTIONS else None


def read_url(url: str, protocol: str) -> dict[str, Any]:
    """What Apprise reads from a ``mailto://`` or ``mailtos://`` URL, for a plugin of that protocol.

    Raises ``BadGatewayUrl`` for a URL that cannot work, or that names what each letter brings itself.
    """
    scheme, separator, rest = url.strip().partition("://")
    if scheme.lower() not in ("mailto", "mailtos") or not separator:
        raise BadGatewayUrl(f"e-mail gateway: the URL must begin with mailto:// or mailtos://, {EXAMPLE}")
    ours = f"{scheme.lower().replace('mailto', protocol)}://{rest}"
    try:
        authority = urlsplit(ours).netloc
        if "#" in rest or authority.count("@") > 1 or urlsplit(ours).port == 0:
            raise ValueError
    except ValueError:
        raise BadGatewayUrl(
            "e-mail gateway: user, password or port is malformed: write @ as %40, : as %3A, / as %2F, # as %23 "
            f"in user and password, and a port between 1 and 65535, {EXAMPLE}"
        ) from None
    fields: dict[str, Any] | None = NotifyEmail.parse_url(ours)  # type: ignore[no-untyped-call]
    if not fields or not fields["host"]:
        raise BadGatewayUrl(f"e-mail gateway: the URL names no server, {EXAMPLE}")
    if fields["targets"] or _OF_THE_LETTER & fields["qsd"].keys():
        raise BadGatewayUrl(
            "e-mail gateway: the URL names recipients or encryption; remove the path and to=, cc=, bcc=, pgp= and "
            "wkd=, since each letter brings its own address"
        )
    _check_times(fields["qsd"])
    return fields


def _check_times(query: Mapping[str, str]) -> None:
    if connections(query.get("connections", "1")) is None:
        raise BadGatewayUrl(
            f"e-mail gateway: connections= is a number from 1 to {_MOST_CONNECTIONS}, as in connections=4"
        )
    for name, what in _TIMES.items():
        value = seconds(query[name]) if name in query else 1.0
        if value is None or (value == 0 and name != "rest"):
            raise BadGatewayUrl(
                f"e-mail gateway: {name}= is a number of seconds for {what}, above 0 and at most a day, as in {name}=60"
            )

"""How often somebody may ask: bad links by the asker's address, what a good link does by its contact.

A good link is never counted against an address: a commune's neighbours behind the same router cannot lock it out.
Counts live in this process's memory and end with it.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

BAD_LINKS = RateLimitItemPerMinute(30, namespace="bad-link")
PAGES = RateLimitItemPerMinute(240, namespace="page")
UPLOADS = RateLimitItemPerHour(60, namespace="upload")


class TooMany(Exception):
    """Come back after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many requests: again in {seconds} s")


class Limits:
    """The counts of one application."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def count(self, item: RateLimitItem, who: str) -> None:
        """Count one. Raises TooMany, which tells the longest that the wait can be."""
        if not self._window.hit(item, who):
            raise TooMany(item.get_expiry())


def asker(request: Request) -> str:
    """The address that asks; of an IPv6 address its network, since one line has 2⁶⁴ of them.

    An IPv4 address counts as itself, in IPv6's clothes (``::ffff:203.0.113.7``) too: all of those lie in one network.
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))

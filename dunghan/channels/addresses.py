"""E-mail addresses as SMTP carries them: an international domain in its ASCII form, and no SMTPUTF8."""

from dunghan.channels.mime import mailable


class NotCarried(ValueError):
    """The address cannot be written to; the message says why and what to do, and does not quote it."""


def on_the_wire(address: str) -> str:
    """The address with its domain in ASCII (IDNA, RFC 3490); raises ``NotCarried``.

    SMTPUTF8 is never assumed: many a server on the way lacks it, and the mail would come back days later, or never.

    >>> on_the_wire("van-thu@hà-giang.example"), on_the_wire("van-thu@ha-giang.example")
    ('van-thu@xn--h-giang-8va.example', 'van-thu@ha-giang.example')
    """
    if mailable(address):
        return address
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if local.isascii() and mailable(carried := f"{local}@{ascii_domain}"):
        return carried
    if not local.isascii() and mailable(f"x@{ascii_domain}") and not any(mark.isspace() for mark in local):
        raise NotCarried(
            "the name before the @ has letters other than a-z, which e-mail does not carry everywhere: "
            "ask the office for an address in plain letters"
        )
    raise NotCarried("not an ASCII e-mail address")

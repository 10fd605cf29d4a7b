"""Where webhooks may go: the form of a URL, and which addresses are everybody's."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

# All of the world's IPv6 lies in the first; of it, what leads elsewhere: 6to4, and documentation.
_GLOBAL: Final = IPv6Network("2000::/3")
_ELSEWHERE: Final = (IPv6Network("2002::/16"), IPv6Network("3fff::/20"))
# Behind it stands the address in IPv4 that a translator of the network leads to (RFC 6052).
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")

_LABEL: Final = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")
# `127.1` and `0x7f000001` are addresses to some, and names to nobody.
_MAX_PORT: Final = 65_535
_NUMBER: Final = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet: neither private, loopback, link-local, multicast nor
    reserved, and none in IPv6 that leads to such a one in IPv4."""
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
        if address not in _GLOBAL or any(address in network for network in _ELSEWHERE):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped


def url_problem(text: str, *, allow_private: bool) -> str | None:
    """What is wrong with the URL of a webhook, or None. Unless `allow_private`, it must be `https`, and must
    not name an address that is not public. What a host name leads to is seen when something is sent."""
    import httpx  # noqa: PLC0415 - large, and few calls need it

    try:
        url = httpx.URL(text)
        host = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):
        return "is not a URL"
    address = _literal(host)
    name = address is None and _HOST.fullmatch(host) and not _NUMBER.fullmatch(host)
    private = address is not None and not is_public(address)
    problems = (
        (url.scheme not in ("https", "http"), "must begin with https://"),
        (address is None and not name, "has no valid host"),
        (url.port is not None and not 1 <= url.port <= _MAX_PORT, "has no valid port"),
        (url.userinfo or "#" in text, "must have no user name, no password and no fragment"),
        (url.scheme == "http" and not allow_private, "must begin with https:// by the project's settings"),
        (private and not allow_private, "must not name a private address by the project's settings"),
    )
    return next((words for wrong, words in problems if wrong), None)


def _literal(host: str) -> Address | None:
    """The IP address that a host is; None if it is a name. One that means something on one machine only, by
    the name of a network interface, is neither."""
    try:
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None

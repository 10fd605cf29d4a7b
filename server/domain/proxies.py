"""Where callers are who come through proxies of ours."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

FORWARDED: Final = "x-forwarded-for"
"""The header, or metadata, in which proxies tell whom they hear from."""


class Proxies:
    """The proxies whose word counts."""

    def __init__(self, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self._trusted = tuple(trusted)

    def way_back(self, address: str, forwarded: str) -> str:
        """The IP address of whoever a connection from this address speaks for, by what was forwarded with it:
        addresses with commas between.

        Every proxy adds whom it hears from behind what it was told, which anybody may have written. So the
        way is walked back from the connection, and ends at the first address that is none of ours.
        """
        if not self._trusted:
            return address
        told = [part.strip() for part in forwarded.split(",")]
        while told and self._is_ours(address):
            before = _address_in(told.pop())
            if before is None:
                break
            address = str(before)
        return address

    def _is_ours(self, address: str) -> bool:
        ip = _address_in(address)
        return ip is not None and any(ip in network for network in self._trusted)


def _address_in(text: str) -> IPv4Address | IPv6Address | None:
    """The address in what a proxy tells, which may have a port behind it: `1.2.3.4:5`, `[::1]:5`."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket that listens on both families shows an IPv4 caller as ::ffff:a.b.c.d.
    return getattr(ip, "ipv4_mapped", None) or ip

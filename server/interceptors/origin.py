"""Where a call comes from."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final
from urllib.parse import unquote

import grpc

from server.domain.caller import Origin

_USER_AGENT_CHARACTERS: Final = 500
_FORWARDED: Final = "x-forwarded-for"


class Origins:
    """Tells where calls come from: from the peer of the connection or, where that is a proxy of ours, from
    where the proxy tells."""

    def __init__(self, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self._trusted = tuple(trusted)

    def of(self, context: grpc.ServicerContext) -> Origin:
        """Address and user agent of a call."""
        return Origin(self.address(context), _metadata(context, "user-agent")[:_USER_AGENT_CHARACTERS])

    def address(self, context: grpc.ServicerContext) -> str:
        """The IP address that a call comes from.

        Every proxy adds whom it hears from behind what it was told, which anybody may have written. So the
        way is walked back from the connection, and ends at the first address that is none of ours.
        """
        address = peer_address(context.peer())
        if not self._trusted:
            return address
        told = [part.strip() for part in _metadata(context, _FORWARDED).split(",")]
        while told and self._is_ours(address):
            before = _address_in(told.pop())
            if before is None:
                break
            address = str(before)
        return address

    def _is_ours(self, address: str) -> bool:
        ip = _address_in(address)
        return ip is not None and any(ip in network for network in self._trusted)


def peer_address(peer: str) -> str:
    """The IP address in grpc's name of a peer: `ipv4:127.0.0.1:51234`, `ipv6:%5B::1%5D:51234`."""
    family, _, rest = unquote(peer).partition(":")
    if family not in ("ipv4", "ipv6"):
        return peer
    return rest.rpartition(":")[0].strip("[]").partition("%")[0]


def _metadata(context: grpc.ServicerContext, name: str) -> str:
    """The metadata of this name; '' for none. Of several, grpc tells the last: what the nearest proxy has
    written."""
    for key, value in context.invocation_metadata():
        if key == name and isinstance(value, str):
            return value
    return ""


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

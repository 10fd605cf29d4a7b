"""Where a call comes from."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Final
from urllib.parse import unquote

import grpc

from server.domain.caller import Origin
from server.domain.proxies import FORWARDED, Proxies

_USER_AGENT_CHARACTERS: Final = 500


class Origins:
    """Tells where calls come from: from the peer of the connection or, where that is a proxy of ours, from
    where the proxy tells."""

    def __init__(self, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self._proxies = Proxies(trusted)

    def of(self, context: grpc.ServicerContext) -> Origin:
        """Address and user agent of a call."""
        return Origin(self.address(context), _metadata(context, "user-agent")[:_USER_AGENT_CHARACTERS])

    def address(self, context: grpc.ServicerContext) -> str:
        """The IP address that a call comes from."""
        return self._proxies.way_back(peer_address(context.peer()), _metadata(context, FORWARDED))


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

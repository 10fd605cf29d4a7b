"""Addresses to listen on: reading one, and holding its port."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.startup import StartError

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port; written `host:port`, an IPv6 host in brackets."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, setting: str) -> Address:
        """Read `host:port`; an empty host means every interface.

        Raises:
            StartError: it is no address; the message names the setting.
        """
        host, colon, port = text.rpartition(":")
        if not colon or not port.isdecimal() or int(port) > 65_535:
            raise StartError(f"{setting}: {text!r} is no address; write it host:port, as in 127.0.0.1:7878")
        return cls(host.removeprefix("[").removesuffix("]") or "0.0.0.0", int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def dialled(self) -> Address:
        """The address for a caller on this machine: one cannot dial "every interface"."""
        return Address(_ANY.get(self.host, self.host), self.port)


@dataclass(frozen=True, slots=True)
class Reservation:
    """A port held for the worker processes.

    Attributes:
        listen: the numeric address, with a concrete port, that each worker binds.
        address: the same port under the host that the operator wrote.
    """

    socket: socket.socket
    listen: Address
    address: Address


@contextmanager
def reserved(text: str, setting: str) -> Iterator[Reservation]:
    """The port of the address that a setting names, held while the block lasts. Raises StartError, as
    `reserve` does."""
    reservation = reserve(Address.parse(text, setting), setting)
    with reservation.socket:
        yield reservation


def reserve(address: Address, setting: str) -> Reservation:
    """Take the port for this process and its workers, and choose one for port 0.

    The socket is bound alone first, which fails when anyone else has the port, and opened for
    sharing only then: SO_REUSEPORT from the start would share silently with a second server. It never
    listens, so it takes no connections.

    Raises:
        StartError: the port is taken, or the host is not one of this machine; the message names the setting.
    """
    holder: socket.socket | None = None
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        holder = socket.socket(family, kind, protocol)
        # Connections of an earlier server that linger in TIME_WAIT do not count as taken.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(target)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except OSError as error:
        if holder is not None:
            holder.close()
        taken = (
            "another process, perhaps another Roster, has that port"
            if error.errno == errno.EADDRINUSE
            else None
        )
        raise StartError(f"{setting}: cannot listen on {address}: {taken or error.strerror}") from error
    host, port = holder.getsockname()[:2]
    return Reservation(holder, Address(host, port), Address(address.host, port))

"""The HTTP client of webhooks, which goes only where it may.

The host name is resolved here, once an attempt, and the connection is made to an address that was looked
at: a name that leads elsewhere a moment later leads nowhere. Redirects are not followed, proxies of the
environment not used, cookies not kept.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address
from typing import Final

import httpx

from server.config import Config
from server.domain.webhook_outcomes import Answer
from server.domain.webhook_urls import is_public

_RESOLVERS: Final = 64
"""Host names that are resolved at a time, in threads of their own: slow ones delay nothing else."""
_ADDRESSES: Final = 3
"""Of one host that are tried when no connection comes about."""
_MOST_READ: Final = 64 * 1024
"""Bytes of an answer that are read, to use the connection again; they mean nothing."""
_READ_SECONDS: Final = 1.0
_SUCCESSES: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)


class Sender:
    """What all receivers share: the authorities that vouch for them, the threads that resolve their names."""

    def __init__(self, config: Config) -> None:
        self._timeout = config.webhook_timeout
        self._tls = httpx.create_ssl_context(trust_env=False)
        if config.webhook_ca_file is not None:
            self._tls.load_verify_locations(config.webhook_ca_file)
        self._resolvers = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolve")

    def receiver(self, url: str, *, allow_private: bool) -> Receiver:
        """The receiver at a URL. To be closed."""
        return Receiver(url, allow_private, self._timeout, self._tls, self._resolvers)

    def close(self) -> None:
        """Lets go of the threads; those at work end by themselves."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)


class Receiver:
    """One receiver and the connections to it, which no other one shares: another one behind the same address
    has another certificate, and may be refused what this one is allowed."""

    def __init__(
        self,
        url: str,
        allow_private: bool,
        timeout: float,
        tls: ssl.SSLContext,
        resolvers: ThreadPoolExecutor,
    ) -> None:
        self.url = url
        self.allow_private = allow_private
        self._parsed = httpx.URL(url)
        self._host = self._parsed.raw_host.decode("ascii")
        self._timeout = timeout
        self._resolvers = resolvers
        self._resolving: asyncio.Future[list[str]] | None = None
        self._transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False)

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Sends a body and returns what came of it; nothing that goes wrong is raised."""
        start = time.monotonic()

        def taken() -> timedelta:
            return timedelta(seconds=time.monotonic() - start)

        try:
            async with asyncio.timeout(self._timeout):
                response = await self._response(headers, body)
        except TimeoutError:
            return Answer(error=f"no answer within {self._timeout:g} seconds", duration=taken())
        except (_Refused, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Answer(error=_in_words(error), duration=taken())
        status = response.status_code
        retry_after = response.headers.get("retry-after", "")
        answer = Answer(status, _status_in_words(status), retry_after, taken())
        await _finish(response)
        return answer

    async def close(self) -> None:
        """Closes the connections."""
        await self._transport.aclose()

    async def _response(self, headers: Mapping[str, str], body: bytes) -> httpx.Response:
        """Raises _Refused, httpx.HTTPError."""
        failure: httpx.HTTPError | None = None
        for address in await self._addresses():
            try:
                return await self._transport.handle_async_request(self._request(address, headers, body))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        assert failure is not None, "there is an address"
        raise failure

    async def _addresses(self) -> list[str]:
        """Addresses of the host to which something may be sent, in the order to try them. Raises _Refused."""
        if self._parsed.scheme != "https" and not self.allow_private:
            raise _Refused("plain http is not allowed by the project's settings")
        # However many attempts there are at a time, a name that takes long takes one thread.
        if self._resolving is None or self._resolving.done():
            loop = asyncio.get_running_loop()
            self._resolving = loop.run_in_executor(self._resolvers, _resolved, self._host)
        found = await asyncio.shield(self._resolving)
        if not found:
            raise _Refused(f"the host name {self._host} cannot be resolved")
        allowed = [address for address in found if self.allow_private or is_public(ip_address(address))]
        if not allowed:
            raise _Refused(f"{self._host} has no public address, and the project's settings allow no other")
        return allowed[:_ADDRESSES]

    def _request(self, address: str, headers: Mapping[str, str], body: bytes) -> httpx.Request:
        # Several addresses share the time of the attempt.
        connecting = self._timeout / 2
        return httpx.Request(
            "POST",
            self._parsed.copy_with(host=address),
            headers={"host": self._parsed.netloc.decode("ascii"), **headers},
            content=body,
            # The name that the certificate must be of.
            extensions={"sni_hostname": self._host, "timeout": {"connect": connecting}},
        )


class _Refused(Exception):
    """Nothing was sent; the text says why."""


def _resolved(host: str) -> list[str]:
    """The addresses of a host, the one to prefer first; none if it is not known."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def _finish(response: httpx.Response) -> None:
    """Reads what is left of an answer, unless it is much or slow to come, and gives the connection back."""
    size = 0
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(_READ_SECONDS):
            async for part in response.aiter_raw():
                size += len(part)
                if size > _MOST_READ:
                    break
    with suppress(httpx.HTTPError, OSError):
        await response.aclose()


def _status_in_words(status: int) -> str:
    if status in _SUCCESSES:
        return ""
    return f"HTTP status {status}" + ("; redirects are not followed" if status in _REDIRECTS else "")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


# What went wrong, in words, without addresses and without anything that the receiver said. The first fits.
_WORDS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (ssl.SSLCertVerificationError, "the certificate is not accepted"),
    (ssl.SSLError, "TLS failed"),
    (ConnectionRefusedError, "the connection was refused"),
    (httpx.ConnectError, "no connection"),
    (httpx.ConnectTimeout, "no connection"),
    (httpx.ProtocolError, "the answer is not HTTP, or the connection was closed before it"),
)


def _in_words(error: Exception) -> str:
    if isinstance(error, _Refused):
        return str(error)
    causes = list(_chain(error))
    for kind, words in _WORDS:
        for cause in causes:
            if isinstance(cause, kind):
                # Says what of the certificate is wrong, and the host name that it is not of.
                more = getattr(cause, "verify_message", "")
                return f"{words}: {more}" if more else words
    return "the connection broke"

"""Hashes and verifies passwords, a bounded number at a time."""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from server.config import Config
from server.domain.passwords import opaque
from server.domain.passwords.context import Argon2Cost, context
from server.domain.passwords.patterned import base64_of
from server.errors import Error, Reason, Violation

_T = TypeVar("_T")


def hasher_of(config: Config, *, queue: int) -> Hasher:
    """The hasher of a process with these settings."""
    cost = Argon2Cost(
        time_cost=config.argon2_time_cost,
        memory_cost=config.argon2_memory_cost,
        parallelism=config.argon2_parallelism,
    )
    return Hasher(config.hashing_parallel, queue=queue, cost=cost)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a verification."""

    ok: bool
    """Whether it is the password."""

    upgrade_needed: bool
    """Whether, now that the password is at hand, it should be hashed and stored anew: what is stored is of
    another scheme or another cost. False if it is not the password."""


_CHEAP: Final = 0.5
"""A verification that takes less than this share of one for nobody is followed by one."""

_REFUSED = Verdict(ok=False, upgrade_needed=False)


class Hasher:
    """Hashes by Argon2id, verifies all schemes. Safe for use by many threads; one for each process.

    A hashing takes about 0.2 s of a core and 64 MiB at the default cost, an imported hash up to what
    `limits` says: too many at once would starve all other calls. So `parallel` are made at a time, `queue`
    more wait for their turn, and any beyond are refused with HASHING_OVERLOADED. No transaction or
    connection should be held meanwhile.
    """

    def __init__(self, parallel: int, *, queue: int = 8, cost: Argon2Cost | None = None) -> None:
        """Raises ValueError if there is no Argon2id of this cost."""
        cost = cost or Argon2Cost()
        self._context = context(cost)
        self._nobodys = _hash_of_nothing(cost)
        self._seconds = math.inf
        """What the last verification for nobody took."""
        self._turn = threading.Semaphore(parallel)
        self._most = parallel + queue
        self._under_way = 0
        self._counting = threading.Lock()

    @property
    def under_way(self) -> int:
        """Hashings that are made or wait for their turn at this moment."""
        return self._under_way

    def hash(self, password: str, *, patient: bool = False) -> str:
        """The string to store for a password. Who is `patient` waits however many others wait, in a thread
        that nobody else needs.

        Raises FIELDS_INVALID if `opaque.problem` finds one with it, HASHING_OVERLOADED.
        """
        if problem := opaque.problem(password):
            raise Error(Reason.FIELDS_INVALID, violations=[Violation(opaque.PLAIN, problem)])
        with self._turn if patient else self._slot():
            return str(_discreetly(self._context.hash, opaque.enforced(password)))

    def verify(self, password: str, stored: str) -> Verdict:
        """Whether `stored` was made of this password, by `hash` or by another system.

        What cannot be a password is none. Raises HASHING_OVERLOADED.
        """
        if opaque.problem(password):
            return _REFUSED
        with self._slot():
            return self._verdict(password, stored)

    def verify_evenly(self, password: str, stored: str | None) -> Verdict:
        """The same for who must not learn what is stored, or whether anything is (None: nothing). A refusal
        takes as long as one by a hash of ours does; longer only where an imported hash itself takes longer.
        Raises HASHING_OVERLOADED."""
        if opaque.problem(password):
            return _REFUSED
        with self._slot():
            begun = time.perf_counter()
            verdict = self._verdict(password, self._nobodys if stored is None else stored)
            if verdict.ok:
                return verdict
            if stored is None:
                self._seconds = time.perf_counter() - begun
            elif time.perf_counter() - begun < self._seconds * _CHEAP:
                self._verdict(password, self._nobodys)
        return _REFUSED

    def verify_nobody(self, password: str) -> None:
        """Does, for a user who does not exist, what a wrong password takes against a hash of ours, so
        that the time of an answer does not tell who exists. Raises HASHING_OVERLOADED."""
        self.verify_evenly(password, None)

    def _verdict(self, password: str, stored: str) -> Verdict:
        enforced = opaque.enforced(password)
        if _discreetly(self._context.verify, enforced, stored):
            return Verdict(ok=True, upgrade_needed=_discreetly(self._context.needs_update, stored))
        # Other systems hashed a password as it was typed.
        if password != enforced and _discreetly(self._context.verify, password, stored):
            return Verdict(ok=True, upgrade_needed=True)
        return _REFUSED

    @contextmanager
    def _slot(self) -> Iterator[None]:
        with self._counting:
            if self._under_way >= self._most:
                raise Error(Reason.HASHING_OVERLOADED)
            self._under_way += 1
        try:
            with self._turn:
                yield
        finally:
            with self._counting:
                self._under_way -= 1


def _hash_of_nothing(cost: Argon2Cost) -> str:
    """A hash at this cost that no password has: its digest is chance."""
    settings = f"m={cost.memory_cost},t={cost.time_cost},p={cost.parallelism}"
    return f"$argon2id$v=19${settings}${base64_of(secrets.token_bytes(16), secrets.token_bytes(32))}"


def _discreetly(function: Callable[..., _T], *secret: Any) -> _T:
    """Calls a function of passlib, whose exceptions quote hashes, and would carry them to the log.

    Raised outside of the handler, so that the original does not hang on as the context.
    """
    try:
        return function(*secret)
    except Exception as error:  # noqa: BLE001 # raised anew, as told above
        kind = type(error).__name__
    raise RuntimeError(f"A password could not be hashed or verified: {kind}.")

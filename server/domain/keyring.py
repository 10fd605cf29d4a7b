"""Admits callers by the key they present, and remembers for a few seconds whom it admitted."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from server.domain.caller import ANYBODY, Grant
from server.domain.management_keys import hash_of, key_id_in, key_of
from server.domain.settings import ProjectSettings, settings_of
from server.errors import Error, Reason
from server.store import management_keys as rows
from server.store import projects as project_rows
from server.store.database import Database

_MOST_REMEMBERED: Final = 10_000
_NOTE_USE_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Admission:
    """A verified key in the project it was presented for, or a project alone."""

    project_id: str
    grant: Grant
    page_token_key: bytes
    settings: ProjectSettings
    until: float
    """Time of `time.monotonic()` after which the key is looked at again."""


class Keyring:
    """Verifies `Bearer <project_id>:<management_key>`, and `Bearer <project_id>` where that suffices.

    Only what was found good is remembered, for `cache_seconds`: that bounds how long a revoked
    key lives on, and how late a changed one changes.
    """

    def __init__(self, database: Database, cache_seconds: float) -> None:
        self._database = database
        self._cache_seconds = cache_seconds
        self._remembered: dict[bytes, Admission] = {}

    def admit(
        self,
        authorization: str | None,
        address: Callable[[], str],
        *,
        public: bool = False,
        since: float | None = None,
    ) -> Admission:
        """The admission of a caller with this `authorization` metadata; `public` tells that a project without
        a key suffices. Of those who ask with the same `since`, a time of `time.monotonic()`, the first looks
        at a key for all.

        `address` tells the caller's IP address; it is asked only of keys that are bound to networks.
        Raises CREDENTIALS_MISSING, CREDENTIALS_MALFORMED and, only for a genuine secret, KEY_REVOKED,
        KEY_EXPIRED, PROJECT_NOT_ALLOWED, ADDRESS_NOT_ALLOWED; otherwise CREDENTIALS_INVALID.
        """
        if not authorization:
            raise Error(Reason.CREDENTIALS_MISSING)
        digest = hashlib.blake2b(authorization.encode()).digest()
        now = time.monotonic() if since is None else since
        admission = self._remembered.get(digest)
        if admission is None or admission.until < now:
            admission = self._verified(authorization, now + self._cache_seconds, public=public)
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[digest] = admission
        if admission.grant is ANYBODY and not public:
            raise Error(Reason.CREDENTIALS_MALFORMED)
        _require_valid(admission.grant, address)
        return admission

    def _verified(self, authorization: str, until: float, *, public: bool) -> Admission:
        project_id, secret, key_id = _parsed(authorization)
        if key_id is None:
            if not public:
                raise Error(Reason.CREDENTIALS_MALFORMED)
            return self._anybody(project_id, until)
        row = rows.presented(self._database, project_id, key_id)
        if row is None:
            raise Error(Reason.CREDENTIALS_INVALID)
        *columns, home_id, present_hash, previous_hash, page_token_key, settings = row
        key = key_of(tuple(columns))
        presented = hash_of(secret)
        overlapping = (
            previous_hash is not None
            and key.previous_secret_expire_time is not None
            and key.previous_secret_expire_time > datetime.now(UTC)
            and hmac.compare_digest(presented, previous_hash)
        )
        if not hmac.compare_digest(presented, present_hash) and not overlapping:
            raise Error(Reason.CREDENTIALS_INVALID)
        if key.revoke_time is not None:
            raise Error(Reason.KEY_REVOKED)
        grant = Grant(
            key_id=key_id,
            scopes=frozenset(key.scopes),
            project_ids=frozenset((home_id, *key.project_ids)),
            all_projects=key.all_projects,
            expire_time=key.expire_time,
            networks=tuple(ipaddress.ip_network(cidr, strict=False) for cidr in key.allowed_cidrs),
        )
        if page_token_key is None or not grant.may_act_in(project_id):
            raise Error(Reason.PROJECT_NOT_ALLOWED, project_id=project_id)
        if key.last_use_time is None or datetime.now(UTC) - key.last_use_time > _NOTE_USE_EVERY:
            rows.used(self._database, home_id, key_id)
        return Admission(project_id, grant, page_token_key, settings_of(settings), until)

    def _anybody(self, project_id: str, until: float) -> Admission:
        row = project_rows.admitting(self._database, project_id)
        if row is None:
            raise Error(Reason.CREDENTIALS_INVALID)
        page_token_key, settings = row
        return Admission(project_id, ANYBODY, page_token_key, settings_of(settings), until)


def _parsed(authorization: str) -> tuple[str, str, str | None]:
    """(project id, secret, key id) in an `authorization` metadata; without a secret the key id is None.
    Raises CREDENTIALS_MALFORMED."""
    scheme, _, credentials = authorization.partition(" ")
    project_id, colon, secret = credentials.strip().partition(":")
    key_id = key_id_in(secret)
    try:
        project_id = str(UUID(project_id))
    except ValueError:
        raise Error(Reason.CREDENTIALS_MALFORMED) from None
    if scheme.lower() != "bearer" or (colon and key_id is None):
        raise Error(Reason.CREDENTIALS_MALFORMED)
    return project_id, secret, key_id


def _require_valid(grant: Grant, address: Callable[[], str]) -> None:
    if grant.expire_time is not None and grant.expire_time <= datetime.now(UTC):
        raise Error(Reason.KEY_EXPIRED)
    if grant.networks:
        caller = address()
        try:
            ip = ipaddress.ip_address(caller)
        except ValueError:
            raise Error(Reason.ADDRESS_NOT_ALLOWED, address=caller) from None
        # A socket that listens on both families shows an IPv4 caller as ::ffff:a.b.c.d.
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if not any(ip in network for network in grant.networks):
            raise Error(Reason.ADDRESS_NOT_ALLOWED, address=caller)

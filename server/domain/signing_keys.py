"""The keys that access tokens are signed with: made, published, rotated, taken away."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from jwt.algorithms import ECAlgorithm

from server.domain.caller import Caller
from server.domain.identity import new_id
from server.domain.sealing import Sealer
from server.domain.settings import TokenPolicy
from server.store import signing_keys as rows
from server.store.database import Database, Row

ALGORITHM: Final = "ES256"

AHEAD: Final = timedelta(days=1)
"""For so long is a key public before it signs: verifiers keep what they have read for hours at most."""
OUTLIVE: Final = timedelta(days=1, minutes=10)
"""For so long is a key public after it has signed for the last time: no access token lasts longer."""

_REMEMBERED: Final = 60.0
"""Seconds for which a process trusts what it has read of a project's keys."""
_LOOK_AGAIN: Final = 1.0
"""Seconds at least between two looks for keys that are not there."""
_MOST_PROJECTS: Final = 10_000


class PublicKey(NamedTuple):
    """A key that tokens are verified with."""

    key_id: str
    jwk: dict[str, str]
    """The members of the JSON Web Key (RFC 7517), `kid`, `alg` and `use` included."""
    create_time: datetime
    expire_time: datetime | None


class SigningKey:
    """A key of a project, in a row of `store.signing_keys`."""

    def __init__(self, project_id: str, row: Row, sealer: Sealer) -> None:
        self.key_id: str = row[0]
        self._jwk, self._sealed = row[1], bytes(row[2])
        self.create_time: datetime = row[3]
        self.sign_time: datetime = row[4]
        self.expire_time: datetime | None = row[5]
        self._project_id = project_id
        self._sealer = sealer

    @property
    def public(self) -> PublicKey:
        """What may be told of it."""
        jwk = {**self._jwk, "kid": self.key_id, "alg": ALGORITHM, "use": "sig"}
        return PublicKey(self.key_id, jwk, self.create_time, self.expire_time)

    @cached_property
    def private_key(self) -> EllipticCurvePrivateKey:
        """What signs."""
        sealed = self._sealer.open(self._sealed, _place(self._project_id, self.key_id))
        key = load_der_private_key(sealed, None)
        assert isinstance(key, EllipticCurvePrivateKey)
        return key

    @cached_property
    def public_key(self) -> EllipticCurvePublicKey:
        """What verifies."""
        key = ECAlgorithm.from_jwk(self._jwk)
        assert isinstance(key, EllipticCurvePublicKey)
        return key


class _Ring(NamedTuple):
    """The keys of a project, the newest first, as they were a while ago."""

    keys: Sequence[SigningKey]
    read_at: float
    """Time of `time.monotonic()`."""

    def signer(self) -> SigningKey:
        """The latest whose time to sign has come."""
        now = datetime.now(UTC)
        # The first signs at once, by the database's clock.
        return next((key for key in self.keys if key.sign_time <= now), self.keys[-1])

    def find(self, key_id: str) -> SigningKey | None:
        """The key of this id, unless it has expired."""
        now = datetime.now(UTC)
        for key in self.keys:
            if key.key_id == key_id:
                return key if key.expire_time is None or key.expire_time > now else None
        return None


class SigningKeys:
    """The signing keys of all projects; every method acts in the caller's."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self._rings: dict[str, _Ring] = {}

    def public(self, caller: Caller) -> list[PublicKey]:
        """The keys that tokens are verified with, the newest first. The first is made when asked for."""
        return [key.public for key in self._read(caller.project_id, make=True).keys]

    def signer(self, caller: Caller) -> SigningKey:
        """The key that signs at present. The first is made when asked for."""
        ring = self._ring(caller.project_id)
        if not ring.keys:
            ring = self._read(caller.project_id, make=True)
        return ring.signer()

    def find(self, caller: Caller, key_id: str) -> SigningKey | None:
        """The key of this id that tokens are verified with, if there is one."""
        ring = self._ring(caller.project_id)
        found = ring.find(key_id)
        # Another process may have made it since; who makes ids up must not keep the database busy.
        if found is None and ring.read_at + _LOOK_AGAIN < time.monotonic():
            found = self._read(caller.project_id).find(key_id)
        return found

    def _ring(self, project_id: str) -> _Ring:
        ring = self._rings.get(project_id)
        if ring is None or ring.read_at + _REMEMBERED < time.monotonic():
            return self._read(project_id)
        return ring

    def _read(self, project_id: str, *, make: bool = False) -> _Ring:
        found = rows.all_of(self._database, project_id)
        if not found and make:
            rows.make_first(self._database, new_key(self._sealer, project_id))
            found = rows.all_of(self._database, project_id)
        ring = _Ring([SigningKey(project_id, row, self._sealer) for row in found], time.monotonic())
        # One that this transaction has made is gone if it fails; and the first is to be seen at once.
        if found and not any(row[-1] for row in found):
            if len(self._rings) >= _MOST_PROJECTS:
                self._rings.clear()
            self._rings[project_id] = ring
        return ring


def rotate(database: Database, sealer: Sealer, limit: int) -> int:
    """Makes the next keys of up to so many projects where it is time, in the present transaction, and returns
    how many they were."""
    values = {"ahead": AHEAD, "days": TokenPolicy().key_rotation_days, "limit": limit}
    found = rows.due(database, values)
    for project_id, generation in found:
        made = new_key(sealer, project_id)
        rows.make_next(database, {**made, "generation": generation, "ahead": AHEAD, "outlive": OUTLIVE})
    return len(found)


def new_key(sealer: Sealer, project_id: str) -> dict[str, Any]:
    """The columns of a new key that its place among the others says nothing of."""
    key_id = new_id()
    key = generate_private_key(SECP256R1())
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "project_id": project_id,
        "key_id": key_id,
        "public_key": json.dumps(ECAlgorithm.to_jwk(key.public_key(), as_dict=True)),
        "private_key": sealer.seal(private, _place(project_id, key_id)),
    }


def _place(project_id: str, key_id: str) -> str:
    return f"signing key {project_id} {key_id}"

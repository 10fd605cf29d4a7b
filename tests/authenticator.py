"""An authenticator in software: makes and uses passkeys as a browser would, honestly or not."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
"""Flags of what an authenticator says."""

AAGUID = bytes.fromhex("fbfc3007154e4ecc8c0b6e020557d7bd")

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def text(raw: bytes) -> str:
    """Bytes as WebAuthn's JSON has them."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def curve_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Passkey:
    """A passkey in an authenticator, and how it behaves: with the `flags` PRESENT it verifies nobody."""

    rp_id: str
    handle: bytes | None
    """Of the user; None: it does not tell."""
    origin: str
    """Of the page that it is used from."""
    key: Key = field(default_factory=curve_key)
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    flags: int = PRESENT | VERIFIED | BACKUP_ELIGIBLE | BACKED_UP
    sign_count: int = 0
    """Of the next signature."""
    transports: tuple[str, ...] = ("internal", "hybrid")
    client_data: tuple[tuple[str, Any], ...] = ()
    """What the browser says in place of, or beside, the truth."""

    def attestation(self, options_json: str) -> str:
        """The answer to options of a registration."""
        cose = _cose(self.key)
        length = len(self.credential_id).to_bytes(2, "big")
        attested = AAGUID + length + self.credential_id + cose
        auth_data = self._auth_data(self.flags | ATTESTED) + attested
        response = {
            "attestationObject": text(encode_cbor({"fmt": "none", "attStmt": {}, "authData": auth_data})),
            "clientDataJSON": text(self._client_data("webauthn.create", options_json)),
            "transports": list(self.transports),
        }
        return self._credential(response)

    def assertion(self, options_json: str) -> str:
        """The answer to options of a sign-in."""
        auth_data = self._auth_data(self.flags)
        client_data = self._client_data("webauthn.get", options_json)
        response = {
            "authenticatorData": text(auth_data),
            "clientDataJSON": text(client_data),
            "signature": text(_signed(self.key, auth_data + hashlib.sha256(client_data).digest())),
        }
        if self.handle is not None:
            response["userHandle"] = text(self.handle)
        return self._credential(response)

    def _auth_data(self, flags: int) -> bytes:
        rp_id_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_id_hash + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _client_data(self, kind: str, options_json: str) -> bytes:
        said = {
            "type": kind,
            "challenge": json.loads(options_json)["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(said | dict(self.client_data)).encode()

    def _credential(self, response: dict[str, Any]) -> str:
        return json.dumps(
            {
                "id": text(self.credential_id),
                "rawId": text(self.credential_id),
                "type": "public-key",
                "authenticatorAttachment": "platform",
                "clientExtensionResults": {},
                "response": response,
            }
        )


def made_for(options_json: str, origin: str) -> Passkey:
    """A passkey as the options of a registration ask for it, used from a page of this origin."""
    options = json.loads(options_json)
    return Passkey(options["rp"]["id"], raw(options["user"]["id"]), origin)


def _cose(key: Key) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return encode_cbor({1: 1, 3: -8, -1: 6, -2: key.public_key().public_bytes_raw()})
    numbers = key.public_key().public_numbers()
    x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
    return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def _signed(key: Key, said: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(said)
    return key.sign(said, ec.ECDSA(SHA256()))

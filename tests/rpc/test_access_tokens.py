"""Access tokens: what they say, and that nothing else passes for one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from jwt.algorithms import ECAlgorithm
from roster.v1 import role_pb2, tenant_pb2, user_pb2
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import tenant_service_pb2 as tenant_rpc
from roster.v1 import user_service_pb2 as rpc

from server.config import Config
from server.domain.sealing import sealer_of
from tests.calling import Client, refused
from tests.conftest import BeginSession, Running, sql
from tests.rpc.session_requests import (
    claims_of,
    create_user,
    current_user,
    refresh,
    set_token_policy,
)
from tests.rpc.user_requests import by

# -- what they say ---------------------------------------------------------------------------------


def test_token_tells_who_the_user_is_and_may_do(client: Client, begin_session: BeginSession) -> None:
    """All that a service has to know which holds nothing but the keys."""
    for name, permission in (("Reader", "books:read"), ("Clerk", "books:lend")):
        role = role_pb2.Role(name=name, permissions=[permission])
        client.roles.CreateRole(role_rpc.CreateRoleRequest(role=role))
    tenant = client.tenants.CreateTenant(
        tenant_rpc.CreateTenantRequest(tenant=tenant_pb2.Tenant(name="Acme"))
    ).tenant
    membership = user_pb2.TenantMembership(
        tenant_id=tenant.tenant_id, roles=[user_pb2.RoleGrant(name="Clerk")]
    )
    user = create_user(client, roles=[user_pb2.RoleGrant(name="Reader")], tenants=[membership])
    before = int(time.time())

    tokens = begin_session(user.user_id, methods=["PASSWORD", "TOTP"])

    claims = claims_of(client, tokens.access_token)
    assert before <= claims["iat"] <= time.time()
    assert claims.pop("exp") - claims.pop("iat") == 900
    assert claims.pop("jti")
    assert claims == {
        "iss": f"urn:uuid:{client.project_id}",
        "sub": user.user_id,
        "aud": client.project_id,
        "sid": tokens.session_id,
        "amr": ["password", "totp"],
        "roles": ["Reader"],
        "permissions": ["books:read"],
        "tenants": {tenant.tenant_id: {"roles": ["Clerk"], "permissions": ["books:lend", "books:read"]}},
    }
    header = jwt.get_unverified_header(tokens.access_token)
    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")
    assert set(header) == {"alg", "typ", "kid"}


def test_changes_of_a_user_reach_the_refreshed_token(client: Client, begin_session: BeginSession) -> None:
    """Roles given and taken, and permissions of roles."""
    role = client.roles.CreateRole(
        role_rpc.CreateRoleRequest(role=role_pb2.Role(name="Reader", permissions=["books:read"]))
    ).role
    user = create_user(client)
    tokens = begin_session(user.user_id)
    assert claims_of(client, tokens.access_token)["roles"] == []

    def modify(mode: Any) -> None:
        grants = [user_pb2.RoleGrant(role_id=role.role_id)]
        client.users.ModifyUserRoles(
            rpc.ModifyUserRolesRequest(by=by(user_id=user.user_id), mode=mode, roles=grants)
        )

    modify(rpc.MODIFY_MODE_ADD)
    given = refresh(client, tokens.refresh_token)
    changed = role_pb2.Role(permissions=["books:read", "books:write"])
    client.roles.UpdateRole(
        role_rpc.UpdateRoleRequest(by=role_pb2.RoleRef(role_id=role.role_id), role=changed)
    )
    wider = refresh(client, given.refresh_token)
    modify(rpc.MODIFY_MODE_REMOVE)
    taken = refresh(client, wider.refresh_token)

    told = [claims_of(client, answer.access_token) for answer in (given, wider, taken)]
    assert [(claims["roles"], claims["permissions"]) for claims in told] == [
        (["Reader"], ["books:read"]),
        (["Reader"], ["books:read", "books:write"]),
        ([], []),
    ]


def test_policy_tells_lifetime_and_issuer(client: Client, begin_session: BeginSession) -> None:
    """From the next token on. One of another issuer is none any more."""
    tokens = begin_session(create_user(client).user_id)

    set_token_policy(client, access_token_seconds=60, issuer="https://auth.example.com")
    refreshed = refresh(client, tokens.refresh_token)

    claims = jwt.decode(refreshed.access_token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 60
    assert claims["iss"] == "https://auth.example.com"
    assert current_user(client, refreshed.access_token)
    with refused("UNAUTHENTICATED", "ACCESS_TOKEN_INVALID"):
        current_user(client, tokens.access_token)


def test_token_does_not_outlive_its_session(client: Client, begin_session: BeginSession) -> None:
    """However long tokens are good for otherwise."""
    policy = {"session_seconds": 300, "access_token_seconds": 86_400}

    tokens = begin_session(create_user(client).user_id, token_policy=policy)

    claims = claims_of(client, tokens.access_token)
    assert claims["exp"] - claims["iat"] <= 300
    assert tokens.expire_time.timestamp() == claims["exp"]


# -- what does not pass for one --------------------------------------------------------------------


@dataclass
class Forger:
    """Makes tokens as somebody might who knows everything but the keys, and some who know a key."""

    genuine: str
    header: dict[str, Any]
    claims: dict[str, Any]
    key: EllipticCurvePrivateKey
    other_key: EllipticCurvePrivateKey
    other_key_id: str

    def signed(
        self,
        key: EllipticCurvePrivateKey | None = None,
        *,
        header: dict[str, Any] | None = None,
        without: str = "",
        **claims: Any,
    ) -> str:
        """A token that is signed by a key; the genuine one by default."""
        told = {name: value for name, value in {**self.claims, **claims}.items() if name != without}
        signer = key or self.key
        return jwt.encode(told, signer, algorithm="ES256", headers={**self.header, **(header or {})})

    def raw(self, header: dict[str, Any], sign: Callable[[bytes], bytes], **claims: Any) -> str:
        """A token that no library would make."""
        parts = [header, {**self.claims, **claims}]
        signing = ".".join(_segment(json.dumps(part).encode()) for part in parts)
        return f"{signing}.{_segment(sign(signing.encode()))}"

    def hmac_with(self, secret: bytes) -> str:
        """Signed symmetrically, by what everybody knows."""
        header = {**self.header, "alg": "HS256"}
        return self.raw(header, lambda text: hmac.digest(secret, text, hashlib.sha256))

    def public(self, encoding: Encoding, form: PublicFormat) -> bytes:
        return self.key.public_key().public_bytes(encoding, form)

    def with_claims_of_another(self) -> str:
        """The genuine signature under other claims."""
        header, _, signature = self.genuine.split(".")
        claims = _segment(json.dumps({**self.claims, "sub": str(uuid4())}).encode())
        return f"{header}.{claims}.{signature}"

    def with_own_key_named(self, **named: Any) -> str:
        """Signed by a key of the forger's own, which the header tells or leads to."""
        own = generate_private_key(SECP256R1())
        jwk = ECAlgorithm.to_jwk(own.public_key(), as_dict=True)
        values = {name: jwk if value is None else value for name, value in named.items()}
        return self.signed(own, header=values)


def _segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _private_key(url: str, config: Config, project_id: str) -> tuple[str, EllipticCurvePrivateKey]:
    """A project's signing key, which nobody but the server can open."""
    ((key_id, sealed),) = sql(
        url, "SELECT key_id::text, private_key FROM signing_keys WHERE project_id = %s", project_id
    )
    opened = sealer_of(config).open(sealed, f"signing key {project_id} {key_id}")
    key = load_der_private_key(opened, None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key_id, key


@pytest.fixture
def forger(
    client: Client,
    other_project: Client,
    server: Running,
    config: Config,
    begin_session: BeginSession,
) -> Forger:
    tokens = begin_session(create_user(client).user_id)
    begin_session(create_user(other_project).user_id, project_id=other_project.project_id)
    key_id, key = _private_key(server.url, config, client.project_id)
    other_key_id, other_key = _private_key(server.url, config, other_project.project_id)
    header = {"alg": "ES256", "kid": key_id, "typ": "at+jwt"}
    return Forger(
        tokens.access_token, header, claims_of(client, tokens.access_token), key, other_key, other_key_id
    )


PEM = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
DER = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
POINT = Encoding.X962, PublicFormat.UncompressedPoint

FORGED: dict[str, Callable[[Forger], str]] = {
    "nothing but text": lambda _: "token",
    "three times nothing": lambda _: "..",
    "no signature": lambda f: f.genuine.rpartition(".")[0] + ".",
    "two segments": lambda f: f.genuine.rpartition(".")[0],
    "four segments": lambda f: f"{f.genuine}.x",
    "white space": lambda f: f" {f.genuine}",
    "letters that are none of Base64": lambda f: f"{f.genuine}é",
    "a header that is a list": lambda f: "W10." + f.genuine.partition(".")[2],
    "a header nested too deep": lambda f: _segment(b"[" * 20_000) + "." + f.genuine.partition(".")[2],
    "algorithm none": lambda f: f.raw({**f.header, "alg": "none"}, lambda _: b""),
    "algorithm None": lambda f: f.raw({**f.header, "alg": "None"}, lambda _: b""),
    "no algorithm": lambda f: f.raw({"kid": f.header["kid"], "typ": "at+jwt"}, lambda _: b""),
    "HS256 with the public key in PEM": lambda f: f.hmac_with(f.public(*PEM)),
    "HS256 with the public key in DER": lambda f: f.hmac_with(f.public(*DER)),
    "HS256 with the public point": lambda f: f.hmac_with(f.public(*POINT)),
    "HS256 with the id of the key": lambda f: f.hmac_with(f.header["kid"].encode()),
    "HS256 with nothing": lambda f: f.hmac_with(b""),
    "an algorithm that is none of ours": lambda f: f.raw({**f.header, "alg": "ES384"}, lambda _: bytes(96)),
    "a signature of zeros": lambda f: f.raw(f.header, lambda _: bytes(64)),
    "another project's key": lambda f: f.signed(f.other_key),
    "another project's key, and its id": lambda f: f.signed(f.other_key, header={"kid": f.other_key_id}),
    "the id of another project's key": lambda f: f.signed(header={"kid": f.other_key_id}),
    "an id that no key has": lambda f: f.signed(header={"kid": str(uuid4())}),
    "no id": lambda f: f.raw({"alg": "ES256", "typ": "at+jwt"}, lambda _: bytes(64)),
    "an id that is a path": lambda f: f.signed(header={"kid": "../../dev/null"}),
    "an id that is SQL": lambda f: f.signed(header={"kid": "' OR true --"}),
    "another type": lambda f: f.signed(header={"typ": "JWT"}),
    "an own key as jwk": lambda f: f.with_own_key_named(jwk=None),
    "an own key at a jku": lambda f: f.with_own_key_named(jku="http://127.0.0.1:9/jwks.json"),
    "an own key at an x5u": lambda f: f.with_own_key_named(x5u="http://127.0.0.1:9/x.pem"),
    "a header that claims to be critical": lambda f: f.signed(header={"crit": ["unheard-of"]}),
    "claims of another": lambda f: f.with_claims_of_another(),
    "expired": lambda f: f.signed(exp=int(time.time()) - 1),
    "not yet good": lambda f: f.signed(nbf=int(time.time()) + 60),
    "no expiry": lambda f: f.signed(without="exp"),
    "another audience": lambda f: f.signed(aud=str(uuid4())),
    "no audience": lambda f: f.signed(without="aud"),
    "another issuer": lambda f: f.signed(iss="https://example.com"),
    "no issuer": lambda f: f.signed(without="iss"),
    "no subject": lambda f: f.signed(without="sub"),
    "no session": lambda f: f.signed(without="sid"),
}


def test_genuine_tokens_pass(client: Client, forger: Forger) -> None:
    """Those that the forger makes with the project's own key are as good: the others fail for what is wrong
    with them."""
    assert current_user(client, forger.genuine)
    assert current_user(client, forger.signed())
    assert current_user(client, forger.signed(header={"jku": "http://127.0.0.1:9/jwks.json"}))


@pytest.mark.parametrize("how", FORGED)
def test_forged_tokens_do_not_pass(client: Client, forger: Forger, how: str) -> None:
    """Whatever is wrong with them, the answer is the same, and does not repeat them."""
    token = FORGED[how](forger)

    with refused("UNAUTHENTICATED", "ACCESS_TOKEN_INVALID") as caught:
        current_user(client, token)

    assert caught.value.message == "The access token is not valid, or has expired; refresh the session."
    assert sorted(caught.value.details) == ["ErrorInfo"]
    assert not caught.value.metadata


def test_every_bit_of_a_token_counts(client: Client, forger: Forger) -> None:
    """One character changed anywhere, and it is none: sampled over the whole of it."""
    genuine = forger.genuine
    for place in range(0, len(genuine), 7):
        other = "A" if genuine[place] != "A" else "B"
        tampered = genuine[:place] + other + genuine[place + 1 :]

        with refused("UNAUTHENTICATED", "ACCESS_TOKEN_INVALID"):
            current_user(client, tampered)


def test_signature_in_the_other_form_of_its_number_is_none(client: Client, forger: Forger) -> None:
    """ECDSA signatures come as r and s side by side, never in DER."""
    signing, _, signature = forger.genuine.rpartition(".")
    r, s = (base64.urlsafe_b64decode(signature + "==")[i : i + 32] for i in (0, 32))
    der = b"\x30\x46\x02\x21\x00" + r + b"\x02\x21\x00" + s

    with refused("UNAUTHENTICATED", "ACCESS_TOKEN_INVALID"):
        current_user(client, f"{signing}.{_segment(der)}")


def test_private_keys_are_sealed(server: Running, forger: Forger) -> None:
    """What is stored of them is no key, nor does it hold one."""
    ((_, sealed), *_) = sql(server.url, "SELECT key_id, private_key FROM signing_keys")
    raw = forger.key.private_numbers().private_value.to_bytes(32, "big")

    assert raw not in bytes(sealed)
    with pytest.raises(ValueError, match="deserialize"):
        load_der_private_key(bytes(sealed), None)
    assert forger.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

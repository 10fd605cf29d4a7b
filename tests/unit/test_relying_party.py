"""What is believed of the answers of authenticators, and what is not."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from webauthn.helpers import encode_cbor

from server.domain.relying_party import Held, NotGenuine, RelyingParty, claim_in, handle_of, relying_party
from server.domain.settings import PasskeyPolicy
from server.domain.user import User
from server.domain.users import BLANK
from tests.authenticator import (
    AAGUID,
    ATTESTED,
    BACKED_UP,
    BACKUP_ELIGIBLE,
    PRESENT,
    VERIFIED,
    Passkey,
    made_for,
    raw,
    text,
)

ORIGIN = "https://login.example.com"
APP = "android:apk-key-hash:abc"
CHALLENGE = bytes(range(32))
USER_ID = "0190a6c8-7c1e-7000-8000-0123456789ab"
PARTY = RelyingParty("example.com", "Example", (ORIGIN, APP))


def user(**fields: Any) -> User:
    return BLANK._replace(**({"user_id": USER_ID, "email": "ann@example.com"} | fields))


def options(*held: Held, challenge: bytes = CHALLENGE) -> str:
    return PARTY.creation_options(user(), held, challenge)


def passkey(**behaviour: Any) -> Passkey:
    return replace(made_for(options(), ORIGIN), **behaviour)


def asked(challenge: bytes = CHALLENGE) -> str:
    return PARTY.request_options((), challenge)


def test_options_of_a_registration() -> None:
    """A passkey that the authenticator keeps, after it has verified the user, and no attestation."""
    held = Held(b"one there is", ["usb", "nfc"])

    asked_for = json.loads(options(held))

    assert asked_for["rp"] == {"id": "example.com", "name": "Example"}
    assert asked_for["user"] == {
        "id": text(handle_of(USER_ID)),
        "name": "ann@example.com",
        "displayName": "ann@example.com",
    }
    assert raw(asked_for["challenge"]) == CHALLENGE
    assert asked_for["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert asked_for["excludeCredentials"] == [
        {"id": text(b"one there is"), "type": "public-key", "transports": ["usb", "nfc"]}
    ]
    assert {kind["alg"] for kind in asked_for["pubKeyCredParams"]} == {-7, -8, -257}
    assert (asked_for["attestation"], asked_for["timeout"]) == ("none", 300_000)


@pytest.mark.parametrize(
    ("fields", "name", "shown"),
    [
        ({"display_name": "Ann L."}, "ann@example.com", "Ann L."),
        ({"given_name": "Ann", "family_name": "Lee"}, "ann@example.com", "Ann Lee"),
        ({"given_name": "Ann"}, "ann@example.com", "Ann"),
        ({"email": "", "phone_number": "+4930901820"}, "+4930901820", "+4930901820"),
        ({"email": "", "login_ids": ("ann", "lee")}, "ann", "ann"),
    ],
)
def test_names_by_which_an_authenticator_shows_the_user(fields: Any, name: str, shown: str) -> None:
    """An identifier, and the name if there is one."""
    named = json.loads(PARTY.creation_options(user(**fields), (), CHALLENGE))["user"]

    assert (named["name"], named["displayName"]) == (name, shown)


def test_options_of_a_sign_in() -> None:
    """Certain passkeys or any, and a verified user."""
    any_of_them = json.loads(asked())
    certain = json.loads(PARTY.request_options([Held(b"one", ["usb"]), Held(b"two", [])], CHALLENGE))

    assert (any_of_them["allowCredentials"], any_of_them["rpId"]) == ([], "example.com")
    assert {any_of_them["userVerification"], certain["userVerification"]} == {"required"}
    assert [raw(allowed["id"]) for allowed in certain["allowCredentials"]] == [b"one", b"two"]


@pytest.mark.parametrize(
    ("policy", "name", "party"),
    [
        (PasskeyPolicy(), "Shop", None),
        (PasskeyPolicy("a.test"), "Shop", RelyingParty("a.test", "Shop", ("https://a.test",))),
        (PasskeyPolicy("a.test"), "", RelyingParty("a.test", "a.test", ("https://a.test",))),
        (
            PasskeyPolicy("a.test", "Our shop", ("https://b.a.test",)),
            "Shop",
            RelyingParty("a.test", "Our shop", ("https://b.a.test",)),
        ),
    ],
)
def test_what_a_project_is_to_authenticators(
    policy: PasskeyPolicy, name: str, party: RelyingParty | None
) -> None:
    """Named as the project, used from its domain, unless it says otherwise."""
    assert relying_party(policy, name) == party


@pytest.mark.parametrize("origin", [ORIGIN, APP])
@pytest.mark.parametrize("curve", ["P-256", "Ed25519"])
def test_genuine_answers(origin: str, curve: str) -> None:
    """From any of the origins, with either kind of key."""
    made = passkey(origin=origin, sign_count=7)
    if curve == "Ed25519":
        made = replace(made, key=ed25519.Ed25519PrivateKey.generate())

    created = PARTY.created(made.attestation(options()), CHALLENGE)
    used = replace(made, sign_count=8, flags=PRESENT | VERIFIED | BACKUP_ELIGIBLE)
    signature = PARTY.signed(used.assertion(asked()), CHALLENGE, created.public_key)

    assert (created.credential_id, created.sign_count) == (made.credential_id, 7)
    assert created.aaguid.replace("-", "") == AAGUID.hex()
    assert (created.transports, created.backed_up) == (["internal", "hybrid"], True)
    assert signature == (8, False)


def test_transports_that_nobody_knows_are_left_out() -> None:
    """And those said twice are kept once."""
    made = passkey(transports=("usb", "teleport", "usb"))

    assert PARTY.created(made.attestation(options()), CHALLENGE).transports == ["usb"]


FALSE: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://login.example.org"},
    "an origin that begins so": {"origin": f"{ORIGIN}.evil.test"},
    "an origin without encryption": {"origin": "http://login.example.com"},
    "another relying party": {"rp_id": "example.org"},
    "a user who was not verified": {"flags": PRESENT},
    "a user who was not there": {"flags": VERIFIED},
    "a backup of what has none": {"flags": PRESENT | VERIFIED | BACKED_UP},
    "another challenge": {"client_data": (("challenge", text(bytes(32))),)},
    "no challenge": {"client_data": (("challenge", ""),)},
    "an answer of the other kind": {"client_data": (("type", "payment.get"),)},
    "a frame in a page of others": {"client_data": (("crossOrigin", True),)},
}


@pytest.mark.parametrize("behaviour", FALSE.values(), ids=FALSE)
def test_false_answers(behaviour: dict[str, Any]) -> None:
    """Make no passkey, and sign nobody in."""
    honest = passkey()
    key = PARTY.created(honest.attestation(options()), CHALLENGE).public_key
    false = replace(honest, **behaviour)

    with pytest.raises(NotGenuine):
        PARTY.created(false.attestation(options()), CHALLENGE)
    with pytest.raises(NotGenuine):
        PARTY.signed(false.assertion(asked()), CHALLENGE, key)


def test_registration_is_no_sign_in() -> None:
    """Nor the other way round, whatever the client data say of their type."""
    made = passkey()
    key = PARTY.created(made.attestation(options()), CHALLENGE).public_key

    with pytest.raises(NotGenuine):
        PARTY.created(made.assertion(asked()), CHALLENGE)
    with pytest.raises(NotGenuine):
        PARTY.signed(made.attestation(options()), CHALLENGE, key)


def test_signature_by_another_key() -> None:
    """Proves nothing, and neither does one of other words."""
    made, other = passkey(), passkey()
    key = PARTY.created(made.attestation(options()), CHALLENGE).public_key
    answer, other_answer = (json.loads(one.assertion(asked())) for one in (made, other))
    swapped = answer | {"response": answer["response"] | {"signature": other_answer["response"]["signature"]}}

    for false in (swapped, other_answer):
        with pytest.raises(NotGenuine):
            PARTY.signed(json.dumps(false), CHALLENGE, key)


@pytest.mark.parametrize("length", [1_023, 1_024])
def test_credential_ids_are_as_long_as_the_standard_lets_them(length: int) -> None:
    """An index could not hold one of any length."""
    made = passkey(credential_id=bytes(length))

    if length == 1_023:
        assert len(PARTY.created(made.attestation(options()), CHALLENGE).credential_id) == length
    else:
        with pytest.raises(NotGenuine):
            PARTY.created(made.attestation(options()), CHALLENGE)


OPTIONAL = ("transports", "userHandle", "authenticatorAttachment", "clientExtensionResults")
BROKEN = (None, 7, {}, "", "?", "A", text(b"\xff"), text(b"\xbf" * 99), text(bytes(200)))
KEYS = (b"", b"\x04", encode_cbor([]), encode_cbor({1: 2}), encode_cbor({1: 2, 3: -7, -1: 1, -2: b""}))


def nonsense() -> list[str]:
    """What strangers could send: no JSON, JSON of other shapes, and answers that are broken somewhere."""
    made = passkey()
    found = ["", "{", "null", "[]", "7", '"text"', "{}", "[" * 60_000, '{"a":' * 10_000, "\ud7ff\x00"]
    for whole in map(json.loads, (made.attestation(options()), made.assertion(asked()))):
        inner = whole["response"]
        found += [
            json.dumps(whole | {"response": inner | {name: broken}})
            for name, broken in product(inner, BROKEN)
            if name not in OPTIONAL
        ]
        found += [
            json.dumps(whole | {name: broken})
            for name, broken in product(whole, BROKEN)
            if name not in OPTIONAL
        ]
    for key in KEYS:
        attested = AAGUID + (1).to_bytes(2, "big") + b"x" + key
        said = {"fmt": "none", "attStmt": {}, "authData": made._auth_data(made.flags | ATTESTED) + attested}
        whole = json.loads(made.attestation(options()))
        whole["response"]["attestationObject"] = text(encode_cbor(said))
        found.append(json.dumps(whole))
    return found


NONSENSE = dict(enumerate(nonsense()))


# Their texts are others every time: keys are made anew.
@pytest.mark.parametrize("answer", NONSENSE.values(), ids=map(str, NONSENSE))
def test_nonsense_is_not_genuine(answer: str) -> None:
    """And no other error comes of it."""
    key = PARTY.created(passkey().attestation(options()), CHALLENGE).public_key

    with pytest.raises(NotGenuine):
        PARTY.created(answer, CHALLENGE)
    with pytest.raises(NotGenuine):
        PARTY.signed(answer, CHALLENGE, key)
    with suppress(NotGenuine):
        claim_in(answer)

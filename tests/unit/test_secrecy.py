"""The look for secrets in what tests write finds what it is to find."""

from __future__ import annotations

import pytest
from roster.v1 import auth_service_pb2 as rpc
from roster.v1 import password_pb2, user_pb2
from roster.v1 import user_service_pb2 as user_rpc

from tests import secrecy

TOKEN = "of-a-link-0123456789"
PASSWORD = "note G of 1843"


@pytest.mark.parametrize(
    "message",
    [
        rpc.ResetPasswordRequest(token=TOKEN, new_password=PASSWORD),
        rpc.ConfirmTotpResponse(recovery_codes=[TOKEN, PASSWORD]),
        user_rpc.GetUserRequest(by=user_pb2.UserRef(access_token=TOKEN)),
        user_rpc.CreateUserRequest(password=password_pb2.Password(plain=PASSWORD)),
    ],
    ids=lambda message: message.DESCRIPTOR.name,
)
def test_what_the_contract_marks_is_found(message: object) -> None:
    """At any depth, and in lists."""
    secrecy.note(message)

    assert secrecy.shown_in(f'{{"event": "call", "text": "{TOKEN}, {PASSWORD}"}}')
    assert not secrecy.shown_in('{"event": "call"}')


@pytest.mark.parametrize(
    "text",
    [
        "rk_0199c2f4-51b2-7c06-9a3c-0f6a2f3b8d17_c2VjcmV0IHNlY3JldCBzZWNyZXQ",
        "rt_" + "Zm9v" * 20,
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0xMjM.c2lnbmF0dXJl",
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$c2VjcmV0c2VjcmV0",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "otpauth://totp/Roster:ada",
    ],
)
def test_what_looks_like_a_secret_is_found(text: str) -> None:
    """Whoever wrote it."""
    assert secrecy.shown_in(f"before {text} after")

"""Sessions, sign-ins, and what comes of them."""

from __future__ import annotations

from typing import Any, TypeVar

from google.protobuf.struct_pb2 import Struct
from roster.v1 import auth_service_pb2
from roster.v1 import session_pb2 as pb

from server.convert.passkeys import assertion
from server.convert.users import write_user
from server.convert.values import json_value, timestamp, write_instant, write_json_members
from server.domain.logins import Login
from server.domain.password_changes import Credential
from server.domain.session import Challenge, LoginMethod, Outcome, Session, Tokens
from server.domain.sign_in import SecondFactor
from server.domain.signing_keys import PublicKey

R = TypeVar("R")


def signed_in(response: R, outcome: Outcome) -> R:
    """Puts what came of a sign-in into the response of a method that signs in, and returns it."""
    message: Any = response
    if isinstance(outcome, Challenge):
        message.challenge.CopyFrom(
            pb.Challenge(
                type=getattr(pb, f"CHALLENGE_TYPE_{outcome.type}"),
                challenge_token=outcome.token,
                expire_time=timestamp(outcome.expire_time),
                mfa_methods=[getattr(pb, f"LOGIN_METHOD_{method}") for method in outcome.mfa_methods],
            )
        )
        return response
    message.access_token = outcome.access_token
    message.refresh_token = outcome.refresh_token
    write_instant(message.expire_time, outcome.expire_time)
    write_user(message.user, outcome.user)
    return response


def credential(request: Any) -> Credential:
    """What a user shows in place of a sign-in."""
    return Credential(request.access_token, request.challenge_token)


def second_factor(request: auth_service_pb2.CompleteMfaRequest) -> SecondFactor:
    """What a user proves beside the password."""
    proof = request.WhichOneof("proof")
    if proof == "passkey":
        return SecondFactor(LoginMethod.PASSKEY, assertion=assertion(request.passkey))
    method = LoginMethod.TOTP if proof == "totp_code" else LoginMethod.RECOVERY_CODE
    return SecondFactor(method, getattr(request, str(proof)))


def login_message(value: Login) -> pb.Login:
    """An attempt to sign in, as it is answered."""
    return pb.Login(
        login_record_id=value.login_record_id,
        create_time=timestamp(value.create_time),
        ip_address=value.ip_address,
        user_agent=value.user_agent,
        method=getattr(pb, f"LOGIN_METHOD_{value.method}"),
        outcome=getattr(pb, f"LOGIN_OUTCOME_{value.outcome}"),
        session_id=value.session_id or "",
    )


def updated_access_token(value: Tokens) -> auth_service_pb2.UpdateAccessTokenResponse:
    """The access token alone of a session's tokens."""
    return auth_service_pb2.UpdateAccessTokenResponse(
        access_token=value.access_token, expire_time=timestamp(value.expire_time)
    )


def session_message(value: Session) -> pb.Session:
    """A session, as it is answered."""
    message = pb.Session(
        session_id=value.session_id,
        user_id=value.user_id,
        methods=[getattr(pb, f"LOGIN_METHOD_{method}") for method in value.methods],
        ip_address=value.ip_address,
        user_agent=value.user_agent,
    )
    message.custom_claims.SetInParent()
    write_json_members(message.custom_claims.fields, value.custom_claims)
    for name in ("create_time", "refresh_time", "expire_time"):
        write_instant(getattr(message, name), getattr(value, name))
    return message


def claims(message: Struct) -> dict[str, Any]:
    """Claims to add to access tokens; None for those to take away. Raises FIELDS_INVALID."""
    return {name: json_value(value, f"custom_claims.{name}") for name, value in message.fields.items()}


def signing_key_message(value: PublicKey) -> pb.SigningKey:
    """A key that tokens are verified with, as it is answered."""
    jwk = value.jwk
    return pb.SigningKey(
        key_id=value.key_id,
        key_type=jwk["kty"],
        algorithm=jwk["alg"],
        curve=jwk["crv"],
        x=jwk["x"],
        y=jwk["y"],
        create_time=timestamp(value.create_time),
        expire_time=timestamp(value.expire_time),
    )

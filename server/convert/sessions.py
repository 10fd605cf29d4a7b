"""Sessions, sign-ins, and what comes of them."""

from __future__ import annotations

from typing import Any, TypeVar

from roster.v1 import session_pb2 as pb

from server.convert.users import write_user
from server.convert.values import timestamp, write_instant
from server.domain.password_changes import Credential
from server.domain.session import Challenge, Outcome

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

"""Sessions, sign-ins, and what comes of them."""

from __future__ import annotations

from typing import Any

from roster.v1 import session_pb2 as pb

from server.convert.users import write_user
from server.convert.values import timestamp, write_instant
from server.domain.session import Challenge, Outcome


def write_outcome(response: Any, outcome: Outcome) -> None:
    """Puts what came of a sign-in into the response of a method that signs in."""
    if isinstance(outcome, Challenge):
        response.challenge.CopyFrom(
            pb.Challenge(
                type=getattr(pb, f"CHALLENGE_TYPE_{outcome.type}"),
                challenge_token=outcome.token,
                expire_time=timestamp(outcome.expire_time),
                mfa_methods=[
                    getattr(pb, f"LOGIN_METHOD_{method}") for method in outcome.mfa_methods
                ],
            )
        )
        return
    response.access_token = outcome.access_token
    response.refresh_token = outcome.refresh_token
    write_instant(response.expire_time, outcome.expire_time)
    write_user(response.user, outcome.user)

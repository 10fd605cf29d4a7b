"""The part of `tests.requests` that speaks of what UserService tells and changes of sign-ins."""

from __future__ import annotations

from typing import Any

from roster.v1 import user_service_pb2 as rpc


def of_sign_ins(on: Any) -> dict[str, Any]:
    """For each of these RPCs a request that succeeds on this ground."""
    return {
        "UserService/ListUserLogins": rpc.ListUserLoginsRequest(by=on.by_user),
        "UserService/ResetUserMfa": rpc.ResetUserMfaRequest(by=on.by_user),
    }

"""What UserService tells and changes of how users sign in."""

from __future__ import annotations

from dataclasses import dataclass

from roster.v1 import user_service_pb2 as rpc

from server import convert
from server.domain.logins import Logins
from server.domain.passkeys import Passkeys
from server.domain.provider_tokens import ProviderTokens
from server.domain.sessions import Sessions
from server.domain.totp import Totp
from server.handlers.paging import page_request
from server.interceptors.call import Call


@dataclass(frozen=True, slots=True)
class SignInParts:
    """What these methods call."""

    sessions: Sessions
    logins: Logins
    passkeys: Passkeys
    totp: Totp
    provider_tokens: ProviderTokens


class UserSignIns:
    """The sessions, sign-ins, passkeys, second factors and provider tokens: a part of UserService."""

    def __init__(self, parts: SignInParts) -> None:
        self._sessions = parts.sessions
        self._logins = parts.logins
        self._passkeys = parts.passkeys
        self._totp = parts.totp
        self._provider_tokens = parts.provider_tokens

    def ListUserSessions(
        self, request: rpc.ListUserSessionsRequest, call: Call
    ) -> rpc.ListUserSessionsResponse:
        page = self._sessions.list(
            call.caller, convert.user_ref(request.by, call.caller), page_request(request, call)
        )
        return rpc.ListUserSessionsResponse(
            sessions=[convert.session_message(session) for session in page.items],
            next_page_token=page.next_token,
        )

    def RevokeUserSessions(
        self, request: rpc.RevokeUserSessionsRequest, call: Call
    ) -> rpc.RevokeUserSessionsResponse:
        session_ids = [session_id.lower() for session_id in request.session_ids]
        revoked = self._sessions.revoke(call.caller, convert.user_ref(request.by, call.caller), session_ids)
        return rpc.RevokeUserSessionsResponse(revoked_count=revoked)

    def ListUserLogins(self, request: rpc.ListUserLoginsRequest, call: Call) -> rpc.ListUserLoginsResponse:
        page = self._logins.list(
            call.caller, convert.user_ref(request.by, call.caller), page_request(request, call)
        )
        return rpc.ListUserLoginsResponse(
            logins=[convert.login_message(login) for login in page.items],
            next_page_token=page.next_token,
        )

    def GetUserProviderToken(
        self, request: rpc.GetUserProviderTokenRequest, call: Call
    ) -> rpc.GetUserProviderTokenResponse:
        token = self._provider_tokens.get(
            call.caller, convert.user_ref(request.by, call.caller), request.provider
        )
        return rpc.GetUserProviderTokenResponse(provider_token=convert.provider_token_message(token))

    def SetUserProviderToken(
        self, request: rpc.SetUserProviderTokenRequest, call: Call
    ) -> rpc.SetUserProviderTokenResponse:
        token = convert.provider_token(request.provider_token)
        self._provider_tokens.set(call.caller, convert.user_ref(request.by, call.caller), token)
        return rpc.SetUserProviderTokenResponse()

    def ListUserPasskeys(
        self, request: rpc.ListUserPasskeysRequest, call: Call
    ) -> rpc.ListUserPasskeysResponse:
        page = self._passkeys.list(
            call.caller, convert.user_ref(request.by, call.caller), page_request(request, call)
        )
        return rpc.ListUserPasskeysResponse(
            passkeys=[convert.passkey_message(passkey) for passkey in page.items],
            next_page_token=page.next_token,
        )

    def DeleteUserPasskeys(
        self, request: rpc.DeleteUserPasskeysRequest, call: Call
    ) -> rpc.DeleteUserPasskeysResponse:
        passkey_ids = [passkey_id.lower() for passkey_id in request.passkey_ids]
        deleted = self._passkeys.delete(call.caller, convert.user_ref(request.by, call.caller), passkey_ids)
        return rpc.DeleteUserPasskeysResponse(deleted_count=deleted)

    def ResetUserMfa(self, request: rpc.ResetUserMfaRequest, call: Call) -> rpc.ResetUserMfaResponse:
        user = self._totp.reset(call.caller, convert.user_ref(request.by, call.caller))
        return rpc.ResetUserMfaResponse(user=convert.user_message(user))

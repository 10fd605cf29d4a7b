"""AuthService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from roster.v1 import auth_service_pb2 as rpc

from server import convert
from server.domain.email_links import EmailLinks
from server.domain.passkeys import Passkeys
from server.domain.password_changes import PasswordChanges
from server.domain.sessions import Sessions
from server.domain.sign_in import SignIn
from server.domain.sign_ups import SignUps
from server.domain.signing_keys import SigningKeys
from server.domain.totp import Totp
from server.interceptors.call import Call


class AuthService:
    """How end users of the caller's project sign in."""

    def __init__(
        self,
        sign_in: SignIn,
        sessions: Sessions,
        passwords: PasswordChanges,
        totp: Totp,
        passkeys: Passkeys,
        sign_ups: SignUps,
        links: EmailLinks,
        signing_keys: SigningKeys,
    ) -> None:
        self._sign_in = sign_in
        self._sessions = sessions
        self._passwords = passwords
        self._totp = totp
        self._passkeys = passkeys
        self._sign_ups = sign_ups
        self._links = links
        self._signing_keys = signing_keys

    # -- accounts ------------------------------------------------------------------------------

    def SignUp(self, request: rpc.SignUpRequest, call: Call) -> rpc.SignUpResponse:
        values = {name: getattr(request, name) for name in _PERSONAL}
        self._sign_ups.begin(call.caller, values, request.password)
        return rpc.SignUpResponse()

    def VerifyEmail(self, request: rpc.VerifyEmailRequest, call: Call) -> rpc.VerifyEmailResponse:
        user = self._links.verify_email(call.caller, request.token)
        return rpc.VerifyEmailResponse(user=convert.user_message(user))

    def SendPasswordReset(
        self, request: rpc.SendPasswordResetRequest, call: Call
    ) -> rpc.SendPasswordResetResponse:
        self._links.send_password_reset(call.caller, request.identifier)
        return rpc.SendPasswordResetResponse()

    def ResetPassword(self, request: rpc.ResetPasswordRequest, call: Call) -> rpc.ResetPasswordResponse:
        self._links.reset_password(call.caller, request.token, request.new_password)
        return rpc.ResetPasswordResponse()

    # -- signing in ----------------------------------------------------------------------------

    def SignIn(self, request: rpc.SignInRequest, call: Call) -> rpc.SignInResponse:
        outcome = self._sign_in.by_password(call.caller, request.identifier, request.password)
        return convert.signed_in(rpc.SignInResponse(), outcome)

    def CompleteMfa(self, request: rpc.CompleteMfaRequest, call: Call) -> rpc.CompleteMfaResponse:
        outcome = self._sign_in.complete_mfa(
            call.caller, request.challenge_token, convert.second_factor(request)
        )
        return convert.signed_in(rpc.CompleteMfaResponse(), outcome)

    def ChangePassword(self, request: rpc.ChangePasswordRequest, call: Call) -> rpc.ChangePasswordResponse:
        outcome = self._passwords.change(
            call.caller, convert.credential(request), request.current_password, request.new_password
        )
        return convert.signed_in(rpc.ChangePasswordResponse(), outcome)

    # -- sessions ------------------------------------------------------------------------------

    def RefreshSession(self, request: rpc.RefreshSessionRequest, call: Call) -> rpc.RefreshSessionResponse:
        tokens = self._sessions.refresh(call.caller, request.refresh_token)
        return convert.signed_in(rpc.RefreshSessionResponse(), tokens)

    def SignOut(self, request: rpc.SignOutRequest, call: Call) -> rpc.SignOutResponse:
        self._sessions.sign_out(call.caller, request.refresh_token, everywhere=request.all_sessions)
        return rpc.SignOutResponse()

    def UpdateAccessToken(
        self, request: rpc.UpdateAccessTokenRequest, call: Call
    ) -> rpc.UpdateAccessTokenResponse:
        tokens = self._sessions.add_claims(
            call.caller, request.access_token, convert.claims(request.custom_claims)
        )
        return convert.updated_access_token(tokens)

    def ListSigningKeys(self, request: rpc.ListSigningKeysRequest, call: Call) -> rpc.ListSigningKeysResponse:
        keys = self._signing_keys.public(call.caller)
        return rpc.ListSigningKeysResponse(signing_keys=[convert.signing_key_message(key) for key in keys])

    # -- second factors ------------------------------------------------------------------------

    def EnrolTotp(self, request: rpc.EnrolTotpRequest, call: Call) -> rpc.EnrolTotpResponse:
        enrolment = self._totp.enrol(call.caller, convert.credential(request))
        return rpc.EnrolTotpResponse(secret=enrolment.secret, otpauth_uri=enrolment.uri)

    def ConfirmTotp(self, request: rpc.ConfirmTotpRequest, call: Call) -> rpc.ConfirmTotpResponse:
        recovery_codes, tokens = self._totp.confirm(
            call.caller, convert.credential(request), request.totp_code
        )
        response = rpc.ConfirmTotpResponse(recovery_codes=recovery_codes)
        return response if tokens is None else convert.signed_in(response, tokens)

    # -- passkeys ------------------------------------------------------------------------------

    def BeginPasskeyRegistration(
        self, request: rpc.BeginPasskeyRegistrationRequest, call: Call
    ) -> rpc.BeginPasskeyRegistrationResponse:
        options, token = self._passkeys.begin_registration(call.caller, request.access_token)
        return rpc.BeginPasskeyRegistrationResponse(options_json=options, passkey_token=token)

    def FinishPasskeyRegistration(
        self, request: rpc.FinishPasskeyRegistrationRequest, call: Call
    ) -> rpc.FinishPasskeyRegistrationResponse:
        passkey = self._passkeys.finish_registration(
            call.caller,
            request.access_token,
            request.passkey_token,
            request.credential_json,
            request.display_name,
        )
        return rpc.FinishPasskeyRegistrationResponse(passkey=convert.passkey_message(passkey))

    def BeginPasskeySignIn(
        self, request: rpc.BeginPasskeySignInRequest, call: Call
    ) -> rpc.BeginPasskeySignInResponse:
        options, token = self._passkeys.begin_sign_in(call.caller, request.challenge_token)
        return rpc.BeginPasskeySignInResponse(options_json=options, passkey_token=token)

    def FinishPasskeySignIn(
        self, request: rpc.FinishPasskeySignInRequest, call: Call
    ) -> rpc.FinishPasskeySignInResponse:
        outcome = self._sign_in.by_passkey(call.caller, convert.assertion(request.passkey))
        return convert.signed_in(rpc.FinishPasskeySignInResponse(), outcome)


_PERSONAL = ("email", "given_name", "family_name", "display_name", "locale", "zoneinfo")

"""What a project is to authenticators (a relying party, in the words of WebAuthn): what it asks them for, and
what it believes of their answers.

The library is imported by the functions that use it: it takes megabytes, and most projects have no passkeys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from server.domain.settings import PasskeyPolicy
from server.domain.user import User

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

OPTIONS_SECONDS: Final = 300
"""For how long options are good."""
_MAX_CREDENTIAL_ID_BYTES: Final = 1_023
"""The standard's."""


class NotGenuine(Exception):
    """What an authenticator is said to have answered does not hold."""


class Held(NamedTuple):
    """A credential that a user has."""

    credential_id: bytes
    transports: Sequence[str]


class NewCredential(NamedTuple):
    """A credential that an authenticator has made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: list[str]
    backed_up: bool


class Signature(NamedTuple):
    """A signature that a user has let an authenticator make."""

    sign_count: int
    backed_up: bool


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """One project."""

    rp_id: str
    name: str
    origins: tuple[str, ...]

    # -- registration --------------------------------------------------------------------------

    def creation_options(self, user: User, held: Sequence[Held], challenge: bytes) -> str:
        """Asks for a passkey of the user, made by an authenticator that has none of those yet."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        names = (user.email, user.phone_number, *user.login_ids)
        return options_to_json(
            generate_registration_options(
                rp_id=self.rp_id,
                rp_name=self.name,
                user_id=handle_of(user.user_id),
                user_name=next(filter(None, names)),
                user_display_name=user.display_name or f"{user.given_name} {user.family_name}".strip(),
                challenge=challenge,
                timeout=OPTIONS_SECONDS * 1_000,
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=_descriptors(held),
            )
        )

    def created(self, credential_json: str, challenge: bytes) -> NewCredential:
        """The passkey that was made. Raises NotGenuine."""
        from webauthn import verify_registration_response
        from webauthn.helpers import (
            decode_credential_public_key,
            decoded_public_key_to_cryptography,
            parse_registration_credential_json,
        )

        try:
            credential = parse_registration_credential_json(credential_json)
            _require_no_frame(credential.response.client_data_json)
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=list(self.origins),
                require_user_verification=True,
            )
            # A key that is none would be found out only when the user wants to sign in.
            decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
        except Exception as error:  # strangers' bytes make the library raise whatever there is
            raise NotGenuine from error
        if len(verified.credential_id) > _MAX_CREDENTIAL_ID_BYTES:
            raise NotGenuine
        transports = [transport.value for transport in credential.response.transports or ()]
        return NewCredential(
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            aaguid=verified.aaguid,
            transports=list(dict.fromkeys(transports)),
            backed_up=verified.credential_backed_up,
        )

    # -- use -----------------------------------------------------------------------------------

    def request_options(self, allowed: Sequence[Held], challenge: bytes) -> str:
        """Asks for a signature by one of these passkeys, or without any by whichever the user chooses."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement

        return options_to_json(
            generate_authentication_options(
                rp_id=self.rp_id,
                challenge=challenge,
                timeout=OPTIONS_SECONDS * 1_000,
                allow_credentials=_descriptors(allowed),
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def signed(self, credential_json: str, challenge: bytes, public_key: bytes) -> Signature:
        """The signature that was made with this key. Whether its count is a good one is not looked at.
        Raises NotGenuine."""
        from webauthn import verify_authentication_response
        from webauthn.helpers import parse_authentication_credential_json

        try:
            credential = parse_authentication_credential_json(credential_json)
            _require_no_frame(credential.response.client_data_json)
            verified = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=list(self.origins),
                credential_public_key=public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except Exception as error:  # as above
            raise NotGenuine from error
        return Signature(verified.new_sign_count, verified.credential_backed_up)


def relying_party(policy: PasskeyPolicy, project_name: str) -> RelyingParty | None:
    """The project with this policy and this name; None if it takes no passkeys."""
    if not policy.rp_id:
        return None
    origins = policy.origins or (f"https://{policy.rp_id}",)
    return RelyingParty(policy.rp_id, policy.rp_name or project_name or policy.rp_id, origins)


class Claim(NamedTuple):
    """Which passkey, and whose, an answer says that it is by."""

    credential_id: bytes
    handle: bytes | None
    """Of the user; an authenticator that was asked for certain passkeys may leave it out."""


def claim_in(credential_json: str) -> Claim:
    """What an answer says of itself, none of it verified. Raises NotGenuine."""
    from webauthn.helpers import parse_authentication_credential_json

    try:
        credential = parse_authentication_credential_json(credential_json)
    except Exception as error:  # as above
        raise NotGenuine from error
    return Claim(credential.raw_id, credential.response.user_handle)


def handle_of(user_id: str) -> bytes:
    """By what authenticators know a user."""
    return UUID(user_id).bytes


def _descriptors(held: Sequence[Held]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=credential_id, transports=[AuthenticatorTransport(name) for name in transports]
        )
        for credential_id, transports in held
    ]


def _require_no_frame(client_data: bytes) -> None:
    """A page of somebody else's, with a frame of the right origin in it, could be made to mislead people."""
    from webauthn.helpers import parse_client_data_json

    if parse_client_data_json(client_data).cross_origin:
        raise NotGenuine

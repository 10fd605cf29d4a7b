"""Passkeys, and tokens of other providers."""

from __future__ import annotations

from roster.v1 import passkey_pb2 as pb

from server.convert.values import instant, timestamp, within
from server.domain.passkeys import Assertion, Passkey
from server.domain.provider_tokens import ProviderToken


def passkey_message(value: Passkey) -> pb.Passkey:
    """A passkey, as it is answered."""
    return pb.Passkey(
        passkey_id=value.passkey_id,
        display_name=value.display_name,
        aaguid=value.aaguid,
        transports=value.transports,
        backed_up=value.backed_up,
        create_time=timestamp(value.create_time),
        last_use_time=timestamp(value.last_use_time),
    )


def assertion(message: pb.PasskeyAssertion) -> Assertion:
    """What an authenticator answered, for the domain."""
    return Assertion(message.passkey_token, message.credential_json)


def provider_token_message(value: ProviderToken) -> pb.ProviderToken:
    """Tokens of a provider, as they are answered."""
    return pb.ProviderToken(
        provider=value.provider,
        provider_user_id=value.provider_user_id,
        access_token=value.access_token,
        refresh_token=value.refresh_token,
        scopes=value.scopes,
        expire_time=timestamp(value.expire_time),
        update_time=timestamp(value.update_time),
    )


def provider_token(message: pb.ProviderToken) -> ProviderToken:
    """Tokens of a provider, for the domain. Raises FIELDS_INVALID."""
    return ProviderToken(
        provider=message.provider,
        provider_user_id=message.provider_user_id,
        access_token=message.access_token,
        refresh_token=message.refresh_token,
        scopes=tuple(message.scopes),
        expire_time=within("provider_token", instant, message, "expire_time"),
    )

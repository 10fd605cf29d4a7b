"""Access tokens: JSON Web Tokens, made and verified."""

from __future__ import annotations

from server.domain.signing_keys import SigningKeys


class AccessTokens:
    """The access tokens of all projects."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

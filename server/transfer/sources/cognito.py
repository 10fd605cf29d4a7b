"""Amazon Cognito: the CSV of a user pool. It never has passwords."""

from __future__ import annotations

from typing import Final

FIELDS: Final = {
    "cognito:username": "login_ids",
    "name": "display_name",
    "phone_number": "phone_number",
    "sub": "user_id",
    "profile": "metadata.profile",
    "nickname": "metadata.nickname",
    "preferred_username": "metadata.preferred_username",
    "website": "metadata.website",
    "gender": "metadata.gender",
    "birthdate": "metadata.birthdate",
    "address": "metadata.address",
    "updated_at": "",
    "cognito:mfa_enabled": "",
}
"""Ours, by the columns that are not named as ours are; '' is left out."""
CUSTOM: Final = "custom:"
"""What the names of the pool's own attributes begin with; they become metadata."""


def field_of(column: str) -> str:
    """The field that a column holds."""
    if column.startswith(CUSTOM):
        return f"metadata.{column.removeprefix(CUSTOM)}"
    return FIELDS.get(column, column)

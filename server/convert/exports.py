"""Exports of users."""

from __future__ import annotations

from roster.v1 import user_batch_pb2, user_service_pb2

from server.convert.passwords import password_message
from server.convert.users import user_filter, user_message
from server.domain.user_exports import ExportedUser, ExportRequest


def export_request(message: user_service_pb2.ExportUsersRequest) -> ExportRequest:
    """What is to be exported."""
    return ExportRequest(
        wanted=user_filter(message.filter),
        bound=message.filter.SerializeToString(deterministic=True),
        hashes=message.include_password_hashes,
        size=message.page_size,
        resume_token=message.resume_token,
    )


def exported_user_message(value: ExportedUser) -> tuple[user_batch_pb2.ExportedUser, int]:
    """A user as it is exported, and how many bytes that has."""
    message = user_batch_pb2.ExportedUser(user=user_message(value.user), blocked=value.blocked)
    if value.stored_hash:
        message.password.CopyFrom(password_message(value.stored_hash, temporary=value.temporary))
    return message, message.ByteSize()

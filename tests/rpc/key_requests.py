"""Requests about management keys, as several tests make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import management_key_pb2 as pb
from roster.v1 import management_key_service_pb2 as rpc

from tests.calling import Client


def ahead(**time: float) -> Timestamp:
    """An instant of the future: `ahead(hours=1)`."""
    instant = Timestamp()
    instant.FromDatetime(datetime.now(UTC) + timedelta(**time))
    return instant


def create(client: Client, *scopes: str, **values: Any) -> tuple[pb.ManagementKey, str]:
    """A new key and its secret."""
    answer = client.keys.CreateManagementKey(
        rpc.CreateManagementKeyRequest(management_key=pb.ManagementKey(scopes=scopes, **values))
    )
    return answer.management_key, answer.secret


def get(client: Client, key_id: str) -> pb.ManagementKey:
    """The key as it is read."""
    found: pb.ManagementKey = client.keys.GetManagementKey(
        rpc.GetManagementKeyRequest(key_id=key_id)
    ).management_key
    return found


def update(client: Client, key_id: str, *mask: str, **values: Any) -> pb.ManagementKey:
    """The key as the update answers it."""
    updated: pb.ManagementKey = client.keys.UpdateManagementKey(
        rpc.UpdateManagementKeyRequest(
            key_id=key_id,
            management_key=pb.ManagementKey(**values),
            update_mask=FieldMask(paths=mask) if mask else None,
        )
    ).management_key
    return updated


def rotate(client: Client, key_id: str, **overlap: int) -> tuple[pb.ManagementKey, str]:
    """The key with its new secret; `rotate(..., seconds=60)` keeps the old one for a minute."""
    answer = client.keys.RotateManagementKey(
        rpc.RotateManagementKeyRequest(key_id=key_id, overlap=Duration(**overlap) if overlap else None)
    )
    return answer.management_key, answer.secret


def revoke(client: Client, key_id: str) -> pb.ManagementKey:
    """The key as its revocation answers it."""
    revoked: pb.ManagementKey = client.keys.RevokeManagementKey(
        rpc.RevokeManagementKeyRequest(key_id=key_id)
    ).management_key
    return revoked


def holder(client: Client, *scopes: str, **values: Any) -> Client:
    """A caller with a new key of these scopes."""
    _, secret = create(client, *scopes, **values)
    return client.with_key(client.project_id, secret)

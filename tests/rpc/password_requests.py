"""Requests about passwords, and what is stored of them."""

from __future__ import annotations

from enum import Enum
from typing import Any

from roster.v1 import password_pb2 as pb
from roster.v1 import project_pb2, user_pb2
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import user_service_pb2 as rpc

from server.domain.passwords.hasher import Hasher
from server.domain.passwords.imported import (
    Argon2,
    Bcrypt,
    Digest,
    DjangoPbkdf2,
    FirebaseScrypt,
    ImportedHash,
    Pbkdf2,
    Phpass,
    SaltedDigest,
    SaltedHmac,
    Scrypt,
    ScryptEncoded,
)
from tests.calling import Client, refused
from tests.conftest import sql

GOOD = "correct horse 1"
"""A password that the default policy takes."""

SCHEMES: dict[type, tuple[str, type[Any]]] = {
    Bcrypt: ("bcrypt", pb.BcryptHash),
    Argon2: ("argon2", pb.Argon2Hash),
    Scrypt: ("scrypt", pb.ScryptHash),
    ScryptEncoded: ("scrypt_encoded", pb.ScryptEncodedHash),
    FirebaseScrypt: ("firebase_scrypt", pb.FirebaseScryptHash),
    Pbkdf2: ("pbkdf2", pb.Pbkdf2Hash),
    DjangoPbkdf2: ("django_pbkdf2", pb.DjangoPbkdf2Hash),
    Phpass: ("phpass", pb.PhpassHash),
    SaltedDigest: ("salted_digest", pb.SaltedDigestHash),
    SaltedHmac: ("salted_hmac", pb.SaltedHmacHash),
}
"""Of every scheme the field and the message that the contract has for it."""

VERIFIER = Hasher(2)
"""Verifies what is stored, as a sign-in would."""


def plain(text: str, *, temporary: bool = False) -> pb.Password:
    return pb.Password(plain=text, temporary=temporary)


def hashed(imported: ImportedHash) -> pb.Password:
    """The hash as a request carries it."""
    field, message = SCHEMES[type(imported)]
    values = {name: _value(getattr(imported, name)) for name in imported.__slots__}
    return pb.Password(hashed=pb.HashedPassword(**{field: message(**values)}))


def _value(value: Any) -> Any:
    """Enums by the names that the contract has for them."""
    if not isinstance(value, Enum):
        return value
    prefix = "DIGEST_ALGORITHM" if isinstance(value, Digest) else "SALT_POSITION"
    return f"{prefix}_{value.name}"


def creation(password: pb.Password | None, *, request_id: str = "", **fields: Any) -> rpc.CreateUserRequest:
    fields = fields or {"login_ids": ["ada"]}
    return rpc.CreateUserRequest(user=user_pb2.User(**fields), password=password, request_id=request_id)


def setting(
    user: user_pb2.User, password: pb.Password, *, request_id: str = ""
) -> rpc.SetUserPasswordRequest:
    by = user_pb2.UserRef(user_id=user.user_id)
    return rpc.SetUserPasswordRequest(by=by, password=password, request_id=request_id)


def created(client: Client, password: pb.Password | None = None, **fields: Any) -> user_pb2.User:
    """The user that CreateUser makes."""
    user: user_pb2.User = client.users.CreateUser(creation(password, **fields)).user
    return user


def put(client: Client, user: user_pb2.User, text: str, *, temporary: bool = False) -> user_pb2.User:
    """The user, after this plain password was set."""
    request = setting(user, plain(text, temporary=temporary))
    changed: user_pb2.User = client.users.SetUserPassword(request).user
    return changed


def expired(client: Client, user: user_pb2.User) -> user_pb2.User:
    """The user, after ExpireUserPassword."""
    by = user_pb2.UserRef(user_id=user.user_id)
    changed: user_pb2.User = client.users.ExpireUserPassword(rpc.ExpireUserPasswordRequest(by=by)).user
    return changed


def read(client: Client, user: user_pb2.User) -> user_pb2.User:
    """The user as GetUser answers."""
    by = user_pb2.UserRef(user_id=user.user_id)
    found: user_pb2.User = client.users.GetUser(rpc.GetUserRequest(by=by)).user
    return found


def set_policy(client: Client, **rules: Any) -> None:
    """Makes these the rules of the project, and leaves the others at their defaults."""
    policy = project_pb2.PasswordPolicy(**rules)
    project = project_pb2.Project(
        project_id=client.project_id, settings=project_pb2.ProjectSettings(password_policy=policy)
    )
    client.projects.UpdateProject(project_rpc.UpdateProjectRequest(project=project))


def stored(url: str, user: user_pb2.User) -> str:
    """The hash that the database holds for the user; '' for none."""
    found = sql(url, "SELECT hash FROM passwords WHERE user_id = %s", user.user_id)
    return found[0][0] if found else ""


def former(url: str, user: user_pb2.User) -> list[str]:
    """The hashes of former passwords that the database still holds."""
    return [row[0] for row in sql(url, "SELECT hash FROM former_passwords WHERE user_id = %s", user.user_id)]


def opens(url: str, user: user_pb2.User, text: str) -> bool:
    """Whether this is the user's password."""
    return VERIFIER.verify(text, stored(url, user)).ok


def broken_rules(client: Client, request: Any) -> list[str]:
    """The rules that a refused password breaks."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        getattr(client.users, type(request).__name__.removesuffix("Request"))(request)
    assert set(error.value.fields) == {"password.plain"}
    return [violation.description for violation in error.value.details["BadRequest"].field_violations]

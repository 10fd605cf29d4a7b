from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DigestAlgorithm(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DIGEST_ALGORITHM_UNSPECIFIED: _ClassVar[DigestAlgorithm]
    DIGEST_ALGORITHM_MD5: _ClassVar[DigestAlgorithm]
    DIGEST_ALGORITHM_SHA1: _ClassVar[DigestAlgorithm]
    DIGEST_ALGORITHM_SHA256: _ClassVar[DigestAlgorithm]
    DIGEST_ALGORITHM_SHA512: _ClassVar[DigestAlgorithm]

class SaltPosition(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SALT_POSITION_UNSPECIFIED: _ClassVar[SaltPosition]
    SALT_POSITION_BEFORE: _ClassVar[SaltPosition]
    SALT_POSITION_AFTER: _ClassVar[SaltPosition]
DIGEST_ALGORITHM_UNSPECIFIED: DigestAlgorithm
DIGEST_ALGORITHM_MD5: DigestAlgorithm
DIGEST_ALGORITHM_SHA1: DigestAlgorithm
DIGEST_ALGORITHM_SHA256: DigestAlgorithm
DIGEST_ALGORITHM_SHA512: DigestAlgorithm
SALT_POSITION_UNSPECIFIED: SaltPosition
SALT_POSITION_BEFORE: SaltPosition
SALT_POSITION_AFTER: SaltPosition

class Password(_message.Message):
    __slots__ = ("plain", "hashed", "temporary")
    PLAIN_FIELD_NUMBER: _ClassVar[int]
    HASHED_FIELD_NUMBER: _ClassVar[int]
    TEMPORARY_FIELD_NUMBER: _ClassVar[int]
    plain: str
    hashed: HashedPassword
    temporary: bool
    def __init__(self, plain: _Optional[str] = ..., hashed: _Optional[_Union[HashedPassword, _Mapping]] = ..., temporary: _Optional[bool] = ...) -> None: ...

class HashedPassword(_message.Message):
    __slots__ = ("bcrypt", "argon2", "scrypt", "scrypt_encoded", "firebase_scrypt", "pbkdf2", "django_pbkdf2", "phpass", "salted_digest", "salted_hmac")
    BCRYPT_FIELD_NUMBER: _ClassVar[int]
    ARGON2_FIELD_NUMBER: _ClassVar[int]
    SCRYPT_FIELD_NUMBER: _ClassVar[int]
    SCRYPT_ENCODED_FIELD_NUMBER: _ClassVar[int]
    FIREBASE_SCRYPT_FIELD_NUMBER: _ClassVar[int]
    PBKDF2_FIELD_NUMBER: _ClassVar[int]
    DJANGO_PBKDF2_FIELD_NUMBER: _ClassVar[int]
    PHPASS_FIELD_NUMBER: _ClassVar[int]
    SALTED_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SALTED_HMAC_FIELD_NUMBER: _ClassVar[int]
    bcrypt: BcryptHash
    argon2: Argon2Hash
    scrypt: ScryptHash
    scrypt_encoded: ScryptEncodedHash
    firebase_scrypt: FirebaseScryptHash
    pbkdf2: Pbkdf2Hash
    django_pbkdf2: DjangoPbkdf2Hash
    phpass: PhpassHash
    salted_digest: SaltedDigestHash
    salted_hmac: SaltedHmacHash
    def __init__(self, bcrypt: _Optional[_Union[BcryptHash, _Mapping]] = ..., argon2: _Optional[_Union[Argon2Hash, _Mapping]] = ..., scrypt: _Optional[_Union[ScryptHash, _Mapping]] = ..., scrypt_encoded: _Optional[_Union[ScryptEncodedHash, _Mapping]] = ..., firebase_scrypt: _Optional[_Union[FirebaseScryptHash, _Mapping]] = ..., pbkdf2: _Optional[_Union[Pbkdf2Hash, _Mapping]] = ..., django_pbkdf2: _Optional[_Union[DjangoPbkdf2Hash, _Mapping]] = ..., phpass: _Optional[_Union[PhpassHash, _Mapping]] = ..., salted_digest: _Optional[_Union[SaltedDigestHash, _Mapping]] = ..., salted_hmac: _Optional[_Union[SaltedHmacHash, _Mapping]] = ...) -> None: ...

class BcryptHash(_message.Message):
    __slots__ = ("encoded",)
    ENCODED_FIELD_NUMBER: _ClassVar[int]
    encoded: str
    def __init__(self, encoded: _Optional[str] = ...) -> None: ...

class Argon2Hash(_message.Message):
    __slots__ = ("encoded",)
    ENCODED_FIELD_NUMBER: _ClassVar[int]
    encoded: str
    def __init__(self, encoded: _Optional[str] = ...) -> None: ...

class ScryptHash(_message.Message):
    __slots__ = ("n", "r", "p", "salt", "digest")
    N_FIELD_NUMBER: _ClassVar[int]
    R_FIELD_NUMBER: _ClassVar[int]
    P_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes
    def __init__(self, n: _Optional[int] = ..., r: _Optional[int] = ..., p: _Optional[int] = ..., salt: _Optional[bytes] = ..., digest: _Optional[bytes] = ...) -> None: ...

class ScryptEncodedHash(_message.Message):
    __slots__ = ("encoded",)
    ENCODED_FIELD_NUMBER: _ClassVar[int]
    encoded: str
    def __init__(self, encoded: _Optional[str] = ...) -> None: ...

class FirebaseScryptHash(_message.Message):
    __slots__ = ("digest", "salt", "signer_key", "salt_separator", "rounds", "memory_cost")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    SIGNER_KEY_FIELD_NUMBER: _ClassVar[int]
    SALT_SEPARATOR_FIELD_NUMBER: _ClassVar[int]
    ROUNDS_FIELD_NUMBER: _ClassVar[int]
    MEMORY_COST_FIELD_NUMBER: _ClassVar[int]
    digest: bytes
    salt: bytes
    signer_key: bytes
    salt_separator: bytes
    rounds: int
    memory_cost: int
    def __init__(self, digest: _Optional[bytes] = ..., salt: _Optional[bytes] = ..., signer_key: _Optional[bytes] = ..., salt_separator: _Optional[bytes] = ..., rounds: _Optional[int] = ..., memory_cost: _Optional[int] = ...) -> None: ...

class Pbkdf2Hash(_message.Message):
    __slots__ = ("algorithm", "iterations", "salt", "digest")
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    ITERATIONS_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    algorithm: DigestAlgorithm
    iterations: int
    salt: bytes
    digest: bytes
    def __init__(self, algorithm: _Optional[_Union[DigestAlgorithm, str]] = ..., iterations: _Optional[int] = ..., salt: _Optional[bytes] = ..., digest: _Optional[bytes] = ...) -> None: ...

class DjangoPbkdf2Hash(_message.Message):
    __slots__ = ("encoded",)
    ENCODED_FIELD_NUMBER: _ClassVar[int]
    encoded: str
    def __init__(self, encoded: _Optional[str] = ...) -> None: ...

class PhpassHash(_message.Message):
    __slots__ = ("encoded",)
    ENCODED_FIELD_NUMBER: _ClassVar[int]
    encoded: str
    def __init__(self, encoded: _Optional[str] = ...) -> None: ...

class SaltedDigestHash(_message.Message):
    __slots__ = ("algorithm", "digest", "salt", "salt_position", "iterations")
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    SALT_POSITION_FIELD_NUMBER: _ClassVar[int]
    ITERATIONS_FIELD_NUMBER: _ClassVar[int]
    algorithm: DigestAlgorithm
    digest: bytes
    salt: bytes
    salt_position: SaltPosition
    iterations: int
    def __init__(self, algorithm: _Optional[_Union[DigestAlgorithm, str]] = ..., digest: _Optional[bytes] = ..., salt: _Optional[bytes] = ..., salt_position: _Optional[_Union[SaltPosition, str]] = ..., iterations: _Optional[int] = ...) -> None: ...

class SaltedHmacHash(_message.Message):
    __slots__ = ("algorithm", "digest", "key", "salt", "salt_position")
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    SALT_POSITION_FIELD_NUMBER: _ClassVar[int]
    algorithm: DigestAlgorithm
    digest: bytes
    key: bytes
    salt: bytes
    salt_position: SaltPosition
    def __init__(self, algorithm: _Optional[_Union[DigestAlgorithm, str]] = ..., digest: _Optional[bytes] = ..., key: _Optional[bytes] = ..., salt: _Optional[bytes] = ..., salt_position: _Optional[_Union[SaltPosition, str]] = ...) -> None: ...

"""Hashes that other implementations made, with the passwords they were made of.

Published vectors name their source; the others were made by the program named, of `PHRASE` unless told.
"""

from __future__ import annotations

from base64 import b64decode
from typing import NamedTuple

from server.domain.passwords.imported import (
    Argon2,
    Bcrypt,
    Digest,
    DjangoPbkdf2,
    FirebaseScrypt,
    ImportedHash,
    Pbkdf2,
    Phpass,
    Scrypt,
    ScryptEncoded,
)

PHRASE = "Grüße, Jürgen 1"


class Vector(NamedTuple):
    """A hash, its password, and who made it."""

    name: str
    password: str
    imported: ImportedHash


BCRYPT = [
    # Openwall's crypt_blowfish 1.3, wrapper.c.
    Vector("2a", "U*U", Bcrypt("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")),
    Vector(
        "beyond 72 bytes",
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
        Bcrypt("$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"),
    ),
    # The manual of PHP's crypt().
    Vector("2y", "rasmuslerdorf", Bcrypt("$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq")),
    # libxcrypt 4, and the same from the package bcrypt.
    Vector("2b", PHRASE, Bcrypt("$2b$05$abcdefghijklmnopqrstuua0YSAeGjpaPCSApYgiNHAQqgkTgItjm")),
    # libxcrypt 4.
    Vector("100 bytes", "x" * 100, Bcrypt("$2b$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q")),
    # The first one, its salt with a bit set that no implementation reads: `/` for `.`.
    Vector("unused bit", "U*U", Bcrypt("$2a$05$CCCCCCCCCCCCCCCCCCCCC/E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")),
]

ARGON2 = [
    # test.c of the reference implementation, github.com/P-H-C/phc-winner-argon2.
    Vector(
        "argon2id of the reference",
        "password",
        Argon2("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
    ),
    Vector(
        "argon2i of the reference",
        "password",
        Argon2("$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"),
    ),
    # The tests of argon2-jvm.
    Vector(
        "argon2d of argon2-jvm",
        "password",
        Argon2("$argon2d$v=19$m=1024,t=2,p=1$dGhpc2lzdGhlc2FsdA$rkBsbLVYkXDowmxcwZ9qjpLuAbNjIPBXxmD27YvzHzw"),
    ),
    # Django's tests/auth_tests/test_hashers.py, without its prefix `argon2`.
    Vector(
        "version 1.0",
        "secret",
        Argon2(
            "$argon2i$m=8,t=1,p=1$c29tZXNhbHQ"
            "$gwQOXSNhxiOxPOA0+PY10P9QFO4NAYysnqRt1GSQLE55m+2GYDt9FEjPMHhP2Cuf0nOEXXMocVrsJAtNSsKyfg"
        ),
    ),
    # argon2-cffi 25.1.
    Vector(
        "several lanes",
        PHRASE,
        Argon2(
            "$argon2id$v=19$m=256,t=2,p=2$c2Vhc2FsdHNlYXNhbHQ$hcwoaGFVqh5SF/TmwpPXYbsQvG6snFXMdkEto0C9Vsc"
        ),
    ),
    Vector(
        "version 1.0 spelt out",
        PHRASE,
        Argon2("$argon2i$v=16$m=256,t=2,p=2$c2Vhc2FsdHNlYXNhbHQ$8Qoz5VIwFbZ5HhixygkQSYsrvNFDIDcbDRxBUl8pDV8"),
    ),
]

SCRYPT = [
    # RFC 7914, section 12.
    Vector(
        "p above 1",
        "password",
        Scrypt(
            n=1024,
            r=8,
            p=16,
            salt=b"NaCl",
            digest=bytes.fromhex(
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
            ),
        ),
    ),
    # node 20, crypto.scryptSync.
    Vector(
        "node",
        PHRASE,
        Scrypt(
            n=1024,
            r=8,
            p=2,
            salt=b"seasalt",
            digest=bytes.fromhex(
                "ed56d95397a70ef46b43271ea491b2b43ec718fddf3dfc59ec571872ae6e14e5"
                "74a0325876bba6a60669f2cd80cb263a909e711a039f7354203c9c991694413e"
            ),
        ),
    ),
    # openssl kdf -keylen 32 -kdfopt pass:password1 -kdfopt salt:seasalt -kdfopt n:2048 ... SCRYPT
    Vector(
        "modular",
        "password1",
        ScryptEncoded("$scrypt$ln=11,r=8,p=1$c2Vhc2FsdA$q+irDknBI2XPzeBULGfmZGfh22sIP0oFI2ONQjDaN7Y"),
    ),
    # The format's specification, unix-scrypt.txt.
    Vector(
        "crypt",
        "pleaseletmein",
        ScryptEncoded("$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D"),
    ),
    # libxcrypt 4.
    Vector(
        "libxcrypt",
        PHRASE,
        ScryptEncoded("$7$76..../....SeaSalt$rPXrr2/eHE8YXoRtrzIWs2e5NWiPfLn2lanNT1YKCH3"),
    ),
]

_SIGNER_KEY = b64decode(
    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
)

FIREBASE = [
    # The README of github.com/firebase/scrypt.
    Vector(
        "README",
        "user1password",
        FirebaseScrypt(
            digest=b64decode(
                "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="
            ),
            salt=b64decode("42xEC+ixf3L2lw=="),
            signer_key=_SIGNER_KEY,
            salt_separator=b64decode("Bw=="),
            rounds=8,
            memory_cost=14,
        ),
    ),
    # node 20, crypto.scryptSync and createCipheriv('aes-256-ctr').
    Vector(
        "no separator",
        PHRASE,
        FirebaseScrypt(
            digest=b64decode(
                "T99kXO9GCda2qbt8rR/yur0zX7o2QtdI1co/iE0Q87J8bPGq1IBylkArLVr2grIT92g1IAZVp8njFyHx47kyMg=="
            ),
            salt=b"seasalt",
            signer_key=_SIGNER_KEY,
            salt_separator=b"",
            rounds=6,
            memory_cost=10,
        ),
    ),
]

PBKDF2 = [
    # RFC 6070.
    Vector(
        "SHA-1",
        "password",
        Pbkdf2(Digest.SHA1, 4096, b"salt", bytes.fromhex("4b007901b765489abead49d926f721d065a429c1")),
    ),
    Vector(
        "SHA-1, 25 bytes",
        "passwordPASSWORDpassword",
        Pbkdf2(
            Digest.SHA1,
            4096,
            b"saltSALTsaltSALTsaltSALTsaltSALTsalt",
            bytes.fromhex("3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"),
        ),
    ),
    # RFC 7914, section 11.
    Vector(
        "SHA-256, 64 bytes",
        "Password",
        Pbkdf2(
            Digest.SHA256,
            80_000,
            b"NaCl",
            bytes.fromhex(
                "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
                "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"
            ),
        ),
    ),
    # openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt iter:2000 ... PBKDF2
    Vector(
        "SHA-256",
        "password1",
        Pbkdf2(
            Digest.SHA256,
            2000,
            b"seasalt",
            bytes.fromhex("16b5a4dd4c6f2a2eaee11367a60c7b541ea8bce6ab5908587970659b0d451bb4"),
        ),
    ),
    # node 20, crypto.pbkdf2Sync.
    Vector(
        "SHA-512",
        PHRASE,
        Pbkdf2(
            Digest.SHA512,
            1000,
            b"seasalt",
            bytes.fromhex(
                "42b321f132dc9da09e201d7a0d6ef712b03764c4a7d84669a25382c6b1a8125b"
                "96916aac55e57944cb15c40d47f4ec98130df6733b5fbd0fd0334630c35f065b"
            ),
        ),
    ),
    Vector(
        "SHA-512, 24 bytes",
        PHRASE,
        Pbkdf2(
            Digest.SHA512,
            1000,
            b"seasalt",
            bytes.fromhex("42b321f132dc9da09e201d7a0d6ef712b03764c4a7d84669"),
        ),
    ),
    # Django 4.1, tests/auth_tests/test_hashers.py.
    Vector(
        "Django, SHA-256",
        "lètmein",
        DjangoPbkdf2("pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c="),
    ),
    Vector(
        "Django, SHA-1",
        "lètmein",
        DjangoPbkdf2("pbkdf2_sha1$390000$seasalt2$aDapRanzW8aHTz97v2TcfHzWD+I="),
    ),
]

PHPASS = [
    # test.php of Openwall's phpass.
    Vector("P", "test12345", Phpass("$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0")),
    # WordPress databases, in FusionAuth's example plugins.
    Vector("WordPress", "!?!#?#?#$&@&@!&@", Phpass("$P$Buvd5FQxkeXJnDarN7..wRMwRKJeZ40")),
    # phpBB 3, in the tests of John the Ripper.
    Vector("phpBB", "123456", Phpass("$H$9PE8jEklgZhgLmZl5.HYJAzfGCQtzi1")),
]

VECTORS = [*BCRYPT, *ARGON2, *SCRYPT, *FIREBASE, *PBKDF2, *PHPASS]

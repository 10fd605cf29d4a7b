"""Digests and HMACs over salt and password that other implementations made; see `password_vectors`."""

from __future__ import annotations

from server.domain.passwords.imported import Digest, SaltedDigest, SaltedHmac, SaltPosition
from tests.unit.password_vectors import PHRASE, Vector

DIGESTS = [
    # Django 4.1, tests/auth_tests/test_hashers.py.
    Vector(
        "MD5 of Django",
        "lètmein",
        SaltedDigest(Digest.MD5, bytes.fromhex("3f86d0d3d465b7b458c231bf3555c0e3"), b"seasalt"),
    ),
    Vector(
        "SHA-1 of Django",
        "lètmein",
        SaltedDigest(Digest.SHA1, bytes.fromhex("cff36ea83f5706ce9aa7454e63e431fc726b2dc8"), b"seasalt"),
    ),
    Vector(
        "MD5 without salt",
        "lètmein",
        SaltedDigest(Digest.MD5, bytes.fromhex("88a434c88cca4e900f7874cd98123f43")),
    ),
    # printf 'seasaltpassword1' | openssl dgst -sha512
    Vector(
        "SHA-512 of openssl",
        "password1",
        SaltedDigest(
            Digest.SHA512,
            bytes.fromhex(
                "2a0844e9159cf5054993cecec87c5c53a60a3b9a918c3ca23a0433ecfc4ab35b"
                "97bf371bbb445be03c77615c1f24ecfa9693a81ec58826d7995133d1c5f89d38"
            ),
            b"seasalt",
        ),
    ),
]

# node 20, crypto.createHash: update('seasalt').update(PHRASE).
_BEFORE = {
    Digest.MD5: "bfd5b7e533ee361fc03b258e13477cbd",
    Digest.SHA1: "d51fb165e03fdb4346e01a7a045be45298c07994",
    Digest.SHA256: "d1e7a49a25fd907b8923a2103709ed69e4d894a95f7056cdba42ca79e2e717cd",
    Digest.SHA512: (
        "b3727c57bdf924c1f5eba9f552513408190d3792671c4e552efe2f4af487bd4d"
        "21f7acf6df330297cfd9fc06c4b310e915c076c5ed06312a5f265e629d252bcc"
    ),
}
DIGESTS += [
    Vector(f"{algorithm}, salt before", PHRASE, SaltedDigest(algorithm, bytes.fromhex(digest), b"seasalt"))
    for algorithm, digest in _BEFORE.items()
]

# node 20: update(PHRASE).update('seasalt'), the digest hashed 999 times more, as FusionAuth's factor does.
_AFTER = {
    Digest.MD5: "6516ad89d8764c0604de13ec18907bca",
    Digest.SHA1: "1ca740d12ed0f8a40f3c09be81068afec7889f92",
    Digest.SHA256: "cb3e85be6d3db5fbed77b4264512235134a89d5c87ec8f6368639a96b08562b3",
    Digest.SHA512: (
        "0eb36859fc15f378db1cb5af2793a416ad93179d9c7aa150b7fe7db8584a0cf4"
        "8f1024cf1894db3ac641709097bc05985bd326311214591c497302817ee26713"
    ),
}
DIGESTS += [
    Vector(
        f"{algorithm}, salt after, 1,000 iterations",
        PHRASE,
        SaltedDigest(algorithm, bytes.fromhex(digest), b"seasalt", SaltPosition.AFTER, iterations=1000),
    )
    for algorithm, digest in _AFTER.items()
]

# node 20, crypto.createHmac(algorithm, 'signer key'): PHRASE alone, 'seasalt' + PHRASE, PHRASE + 'seasalt'.
_HMACS = {
    Digest.SHA1: (
        "26e0063a5c1347325bb285d9f7ecabc104d89965",
        "bf581cb0ae4e79cde6b26ff4968e349262289a80",
        "26f22603e61f73225af285022db519f7c1bea1f1",
    ),
    Digest.SHA256: (
        "418073c90f35d850c40d6fd46577e562a9a53d947a968c0d2873e4f970452d16",
        "1c8c35732fbf9bb505479c0a7a9cfe5d4311b7b85fb0b6c59a3b5c1bb86e8693",
        "ff1360f7f9ffa8868f247cf8b4b8083aa1eeefc27f1d0644140f546a42d2148e",
    ),
    Digest.SHA512: (
        (
            "39bc02b3103b518276ad1c2d3b78bb59ca08f35ba5345df6b896b0f608bd0b04"
            "49bacc060c307673b7bd41d4de08f17a40cd03372de97aca12c185fc50ede361"
        ),
        (
            "6aa6bf8848eb991b40d4365c8bfbcc1609fe4d4207709e9d3188f76276e10f90"
            "59603a282b26943ab40eef3334362d0c8defd19f68ebca22773bbffecd1acb37"
        ),
        (
            "87e4e08cbfe9d6baa155e5562187332dede125f1f731690c9a154a14da9e4d2d"
            "29d36bf78ae462d29556e7139754febff8e7f188922edbd7b94e133118edff78"
        ),
    ),
}
_SALTINGS = {
    "key only": (b"", SaltPosition.BEFORE),
    "salt before": (b"seasalt", SaltPosition.BEFORE),
    "salt after": (b"seasalt", SaltPosition.AFTER),
}
HMACS = [
    # printf 'password1' | openssl dgst -sha256 -hmac 'signer key'
    Vector(
        "openssl",
        "password1",
        SaltedHmac(
            Digest.SHA256,
            bytes.fromhex("4f2187733b677ca69b007f5a4305a0633cdd32fcc64eee6ab6f7051e30e74e0b"),
            b"signer key",
        ),
    ),
    # RFC 2202, section 2.
    Vector(
        "RFC 2202",
        "what do ya want for nothing?",
        SaltedHmac(Digest.MD5, bytes.fromhex("750c783e6ab0b503eaa86e310a5db738"), b"Jefe"),
    ),
    # RFC 4231, section 4.3.
    Vector(
        "RFC 4231",
        "what do ya want for nothing?",
        SaltedHmac(
            Digest.SHA256,
            bytes.fromhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            b"Jefe",
        ),
    ),
    *(
        Vector(
            f"{algorithm}, {salting}",
            PHRASE,
            SaltedHmac(algorithm, bytes.fromhex(digest), b"signer key", salt, position),
        )
        for algorithm, digests in _HMACS.items()
        for digest, (salting, (salt, position)) in zip(digests, _SALTINGS.items(), strict=True)
    ),
]

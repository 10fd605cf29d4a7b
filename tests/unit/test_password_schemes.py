"""Hashes that other implementations made, of every scheme that can be imported."""

import hashlib
import unicodedata
from typing import get_args

import pytest
from passlib.hash import pbkdf2_sha256

from server.domain.passwords.context import Argon2Cost, context
from server.domain.passwords.exported import imported_form
from server.domain.passwords.hasher import Hasher, Verdict
from server.domain.passwords.imported import Argon2, Bcrypt, Digest, ImportedHash, SaltedDigest
from server.domain.passwords.stored import stored_form
from tests.unit.password_digest_vectors import DIGESTS, HMACS
from tests.unit.password_vectors import BCRYPT, PHRASE, Vector
from tests.unit.password_vectors import VECTORS as DERIVED

VECTORS = [*DERIVED, *DIGESTS, *HMACS]


@pytest.fixture(scope="module")
def hasher() -> Hasher:
    """A hasher at the present cost, which verifies anything."""
    return Hasher(2)


def _name(vector: Vector) -> str:
    return f"{type(vector.imported).__name__}: {vector.name}"


@pytest.mark.parametrize("vector", VECTORS, ids=_name)
def test_password_of_an_imported_hash_is_recognised_and_due_for_an_upgrade(
    vector: Vector, hasher: Hasher
) -> None:
    """The hash was made elsewhere, and none of them is what we would make today."""
    stored = stored_form(vector.imported)

    assert Verdict(ok=True, upgrade_needed=True) == hasher.verify(vector.password, stored)


@pytest.mark.parametrize("vector", VECTORS, ids=_name)
def test_other_passwords_are_refused(vector: Vector, hasher: Hasher) -> None:
    """One character off at the start, upper case, and another word altogether."""
    stored = stored_form(vector.imported)
    wrong = ["?" + vector.password[1:], vector.password.swapcase() + "a", "correct horse"]
    if vector.name == "beyond 72 bytes":
        wrong.append(vector.password[:71])

    for password in wrong:
        assert Verdict(ok=False, upgrade_needed=False) == hasher.verify(password, stored)


@pytest.mark.parametrize("vector", VECTORS, ids=_name)
def test_exactly_one_scheme_identifies_a_stored_form(vector: Vector) -> None:
    """No stored form can be taken for one of another scheme."""
    stored = stored_form(vector.imported)
    known = context(Argon2Cost())

    identified = [scheme for scheme in known.schemes() if known.handler(scheme).identify(stored)]

    assert [known.identify(stored)] == identified


@pytest.mark.parametrize("vector", VECTORS, ids=_name)
def test_what_is_stored_can_be_handed_in_again(vector: Vector) -> None:
    """And is stored as it was."""
    stored = stored_form(vector.imported)

    assert stored == stored_form(imported_form(stored))


def test_hash_of_ours_can_be_handed_in_elsewhere(hasher: Hasher) -> None:
    """As an Argon2 hash."""
    stored = hasher.hash(PHRASE)

    assert stored == stored_form(imported_form(stored))


def test_every_scheme_has_a_vector() -> None:
    """What an importer can hand in is proven, all of it."""
    assert set(get_args(ImportedHash)) == {type(vector.imported) for vector in VECTORS}


def test_every_scheme_of_the_context_has_a_vector() -> None:
    """No scheme is known that could not be handed in."""
    known = context(Argon2Cost())

    assert set(known.schemes()) == {known.identify(stored_form(vector.imported)) for vector in VECTORS}


@pytest.mark.parametrize("vector", VECTORS, ids=_name)
def test_repr_of_an_imported_hash_tells_nothing(vector: Vector) -> None:
    """It could end up in a log."""
    shown = repr(vector.imported)

    for name in vector.imported.__slots__:
        value = getattr(vector.imported, name)
        if isinstance(value, bytes | str) and len(value) > 8:
            assert repr(value)[2:-1] not in shown


def test_bcrypt_ignores_what_follows_72_bytes(hasher: Hasher) -> None:
    """As the implementations did that made such hashes; also in the middle of a character."""
    stored = stored_form(BCRYPT[1].imported)

    assert hasher.verify(BCRYPT[1].password[:72], stored).ok
    assert hasher.verify(BCRYPT[1].password[:72] + "ä" * 200, stored).ok
    assert not hasher.verify(BCRYPT[1].password[:71] + "ä", stored).ok


def test_password_that_was_hashed_as_typed_is_recognised_as_typed(hasher: Hasher) -> None:
    """Elsewhere it was hashed decomposed, as some keyboards send it; the upgrade mends that."""
    typed = unicodedata.normalize("NFD", PHRASE)
    imported = SaltedDigest(Digest.SHA256, hashlib.sha256(b"salt" + typed.encode()).digest(), b"salt")
    assert typed != PHRASE

    verdict = hasher.verify(typed, stored_form(imported))

    assert Verdict(ok=True, upgrade_needed=True) == verdict


def test_imported_hash_of_todays_cost_needs_no_upgrade(hasher: Hasher) -> None:
    """It is as good as one of ours, by argon2-cffi's PasswordHasher at its defaults."""
    imported = Argon2(
        "$argon2id$v=19$m=65536,t=3,p=4$nr1doEy/QSdaTN/KNRDxGw$OFYmdf5tlInmEis4SPuww9Tf0M0ZSINUmQqjE100p/k"
    )

    assert Verdict(ok=True, upgrade_needed=False) == hasher.verify(PHRASE, stored_form(imported))


def test_hash_of_todays_cost_that_matched_only_as_typed_is_upgraded(hasher: Hasher) -> None:
    """The next device may send the same password composed."""
    typed = unicodedata.normalize("NFD", PHRASE)
    stored = str(context(Argon2Cost()).hash(typed))

    assert Verdict(ok=True, upgrade_needed=True) == hasher.verify(typed, stored)


def test_stored_forms_of_pbkdf2_are_those_of_passlib() -> None:
    """What passlib's own handlers can read stays readable to them, for whoever exports it."""
    vector = next(vector for vector in VECTORS if vector.name == "SHA-256")

    assert pbkdf2_sha256.verify(vector.password, stored_form(vector.imported))


def test_unused_bits_of_bcrypt_are_mended_when_stored() -> None:
    """So that no verification has to warn of them."""
    first, odd = BCRYPT[0].imported, BCRYPT[-1].imported
    assert isinstance(first, Bcrypt)

    assert first.encoded == stored_form(odd)

"""Secrets of one-time codes, and recovery codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from server.store.database import Database, Row

_USER: Final = "project_id = %(project_id)s AND user_id = %(user_id)s"

_TOTP: Final = f"SELECT secret, new_secret, last_step FROM totp_factors WHERE {_USER}"
_PROPOSE: Final = """
INSERT INTO totp_factors (project_id, user_id, new_secret)
VALUES (%(project_id)s, %(user_id)s, %(new_secret)s)
ON CONFLICT ON CONSTRAINT totp_factors_pkey DO UPDATE SET new_secret = excluded.new_secret
"""
_CONFIRM: Final = f"""
UPDATE totp_factors SET secret = new_secret, new_secret = NULL, last_step = %(step)s
WHERE {_USER} AND new_secret = %(new_secret)s
"""
# Of many who present one code, or an older one, the first has moved the step.
_USE_STEP: Final = f"""
UPDATE totp_factors SET last_step = %(step)s WHERE {_USER} AND secret = %(secret)s AND last_step < %(step)s
"""
_USE_CODE: Final = f"DELETE FROM recovery_codes WHERE {_USER} AND code_hash = %(code_hash)s"
_FORGET_CODES: Final = f"DELETE FROM recovery_codes WHERE {_USER}"
_PUT_CODES: Final = """
INSERT INTO recovery_codes (project_id, user_id, code_hash)
SELECT %(project_id)s, %(user_id)s, unnest(%(code_hashes)s::bytea[])
"""
_FORGET_TOTP: Final = f"DELETE FROM totp_factors WHERE {_USER}"
_MARK: Final = f"""
UPDATE users SET mfa_enabled = %(enabled)s, mfa_reset_required = %(reset_required)s,
    update_time = now(), revision = revision + 1
WHERE {_USER} RETURNING update_time, revision
"""


def totp(database: Database, project_id: str, user_id: str) -> Row | None:
    """(sealed secret, sealed secret that waits to be confirmed, step of the last code taken)."""
    return database.one(_TOTP, _values(project_id, user_id))


def propose(database: Database, project_id: str, user_id: str, new_secret: bytes) -> None:
    """Keeps a sealed secret that waits to be confirmed."""
    database.execute(_PROPOSE, {**_values(project_id, user_id), "new_secret": new_secret})


def confirm(database: Database, project_id: str, user_id: str, new_secret: bytes, step: int) -> bool:
    """Makes the sealed secret that waits the one that counts, unless it is another one by now."""
    values = {**_values(project_id, user_id), "new_secret": new_secret, "step": step}
    return database.execute(_CONFIRM, values) == 1


def use_step(database: Database, project_id: str, user_id: str, secret: bytes, step: int) -> bool:
    """Takes the code of a time step, unless it or a later one was taken."""
    values = {**_values(project_id, user_id), "secret": secret, "step": step}
    return database.execute(_USE_STEP, values) == 1


def use_code(database: Database, project_id: str, user_id: str, code_hash: bytes) -> bool:
    """Takes a recovery code away; returns whether the user had it."""
    return database.execute(_USE_CODE, {**_values(project_id, user_id), "code_hash": code_hash}) == 1


def replace_codes(database: Database, project_id: str, user_id: str, code_hashes: Sequence[bytes]) -> None:
    """Gives a locked user these recovery codes in the place of former ones."""
    values = {**_values(project_id, user_id), "code_hashes": list(code_hashes)}
    database.execute(_FORGET_CODES, values)
    database.execute(_PUT_CODES, values)


def forget(database: Database, project_id: str, user_id: str) -> None:
    """Takes secrets and recovery codes of a locked user away."""
    for statement in (_FORGET_TOTP, _FORGET_CODES):
        database.execute(statement, _values(project_id, user_id))


def mark(database: Database, project_id: str, user_id: str, *, enabled: bool, reset_required: bool) -> Row:
    """Says of a locked user whether there is a second factor; returns (update_time, revision)."""
    values = {**_values(project_id, user_id), "enabled": enabled, "reset_required": reset_required}
    return database.row(_MARK, values)


def _values(project_id: str, user_id: str) -> dict[str, Any]:
    return {"project_id": project_id, "user_id": user_id}

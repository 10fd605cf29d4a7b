"""Users as a sign-in sees them: found by what they are called, with all that decides about it.

A row of one is the tuple of `CANDIDATE_COLUMNS`, in their order.
"""

from __future__ import annotations

from typing import Any, Final

from peewee import SQL

from server.store.applied_actions import PREVENTIONS
from server.store.database import Database, Row
from server.store.statements import P, compiled
from server.store.users import STATUS, USER_COLUMNS, U

_PASSWORD: Final = """(
    SELECT {column} FROM passwords w
    WHERE w.project_id = "u"."project_id" AND w.user_id = "u"."user_id")"""
_RECOVERY_CODES: Final = SQL("""EXISTS (
    SELECT FROM recovery_codes c WHERE c.project_id = "u"."project_id" AND c.user_id = "u"."user_id")""")

CANDIDATE_COLUMNS: Final[dict[str, Any]] = {
    "user_id": U.user_id,
    "status": STATUS,
    "preventions": PREVENTIONS,
    "stored_hash": SQL(_PASSWORD.format(column="w.hash")),
    "password_time": SQL(_PASSWORD.format(column="w.set_time")),
    "has_recovery_codes": _RECOVERY_CODES,
}

# An email address counts before a phone number, and that before a login id.
_BY_IDENTIFIER: Final = SQL("""(
    SELECT coalesce(
        (SELECT user_id FROM users
        WHERE project_id = %(project_id)s AND email_key = %(key)s AND email_key <> ''),
        (SELECT user_id FROM users
        WHERE project_id = %(project_id)s AND phone_number = %(phone_number)s AND phone_number <> ''),
        (SELECT user_id FROM login_ids WHERE project_id = %(project_id)s AND login_id_key = %(key)s)))""")

_CANDIDATE = U.select(*CANDIDATE_COLUMNS.values()).where(U.project_id == P.project_id)
_FIND: Final = compiled(_CANDIDATE.where(U.user_id == _BY_IDENTIFIER))
_GET: Final = compiled(_CANDIDATE.where(U.user_id == P.user_id))
_WHOLE: Final = compiled(
    U.select(*USER_COLUMNS.values(), *CANDIDATE_COLUMNS.values()).where(
        U.project_id == P.project_id, U.user_id == P.user_id
    )
)
_SIGNED_IN: Final = """
UPDATE users SET last_login_time = now() WHERE project_id = %(project_id)s AND user_id = %(user_id)s
RETURNING last_login_time
"""


def find(database: Database, project_id: str, key: str, phone_number: str) -> Row | None:
    """Whom an identifier names, folded and as a phone number in E.164 ('': it is none)."""
    return database.one(_FIND, {"project_id": project_id, "key": key, "phone_number": phone_number})


def get(database: Database, project_id: str, user_id: str) -> Row | None:
    """The same of a user with this id."""
    return database.one(_GET, {"project_id": project_id, "user_id": user_id})


def whole(database: Database, project_id: str, user_id: str) -> Row:
    """Of a locked user the columns of `store.users`, and behind them those of here."""
    return database.row(_WHOLE, {"project_id": project_id, "user_id": user_id})


def signed_in(database: Database, project_id: str, user_id: str) -> Any:
    """Notes that a locked user has signed in just now; returns when. That is no change of the user: the
    revision and update_time stay."""
    return database.row(_SIGNED_IN, {"project_id": project_id, "user_id": user_id})[0]

"""Answers to requests with a `request_id`, kept so that a repeat gets the first answer."""

from __future__ import annotations

from typing import Final

from server.config import REQUEST_ID_LIFETIME_HOURS
from server.store.database import Database, Row

# Whoever comes first takes the row. A second caller waits here until the first one's transaction has
# ended: if that committed, the row stands; if not, the second one takes it.
_TAKE: Final = f"""
INSERT INTO request_records AS present (project_id, request_id, fingerprint)
VALUES (%(project_id)s, %(request_id)s, %(fingerprint)s)
ON CONFLICT ON CONSTRAINT request_records_pkey DO UPDATE
SET fingerprint = excluded.fingerprint, response = NULL, create_time = now()
WHERE present.create_time < now() - interval '{REQUEST_ID_LIFETIME_HOURS} hours'
RETURNING 1
"""
_GET: Final = f"""
SELECT fingerprint, response FROM request_records
WHERE project_id = %(project_id)s AND request_id = %(request_id)s
    AND create_time >= now() - interval '{REQUEST_ID_LIFETIME_HOURS} hours'
"""
_ANSWER: Final = """
UPDATE request_records SET response = %(response)s, subject_id = %(subject_id)s
WHERE project_id = %(project_id)s AND request_id = %(request_id)s
"""


def find(database: Database, project_id: str, request_id: str) -> Row | None:
    """(fingerprint, response) of the request id's first use, if it was used in the last day."""
    return database.one(_GET, {"project_id": project_id, "request_id": request_id})


def take(database: Database, project_id: str, request_id: str, fingerprint: bytes) -> Row | None:
    """Claims the request id for this transaction and returns None; or, if it was used in the last day,
    returns (fingerprint, response) of its first use."""
    values = {"project_id": project_id, "request_id": request_id, "fingerprint": fingerprint}
    if database.one(_TAKE, values) is not None:
        return None
    return find(database, project_id, request_id)


def answer(
    database: Database, project_id: str, request_id: str, response: bytes, subject_id: str | None
) -> None:
    """Keeps the serialised response for repeats; `subject_id` is the user whose data it holds."""
    values = {"project_id": project_id, "request_id": request_id}
    database.execute(_ANSWER, {**values, "response": response, "subject_id": subject_id})


_FORGET: Final = """
UPDATE request_records SET response = '' WHERE project_id = %(project_id)s AND subject_id = %(subject_id)s
"""


def forget(database: Database, project_id: str, subject_id: str) -> None:
    """Empties the answers that hold a user's data: a repeat of such a request still changes nothing."""
    database.execute(_FORGET, {"project_id": project_id, "subject_id": subject_id})

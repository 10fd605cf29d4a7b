"""What emails that are due tell of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from server.store.database import Database, Row

_USER_EXISTS: Final = """
SELECT FROM users WHERE project_id = %(project_id)s AND user_id = %(user_id)s FOR KEY SHARE
"""


def user_exists(database: Database, project_id: str, user_id: str) -> bool:
    """Whether there is such a user, who then is not deleted before the transaction ends."""
    return database.one(_USER_EXISTS, {"project_id": project_id, "user_id": user_id}) is not None


_LOGIN: Final = """
SELECT create_time, ip_address, user_agent FROM logins
WHERE project_id = %(project_id)s AND login_record_id = %(login_record_id)s
"""


def login(database: Database, project_id: str, login_record_id: str) -> Row | None:
    """(create_time, ip_address, user_agent) of a recorded sign-in."""
    return database.one(_LOGIN, {"project_id": project_id, "login_record_id": login_record_id})


_EVENT: Final = """
SELECT data FROM events
WHERE project_id = %(project_id)s AND subject_id = %(subject_id)s AND event_id = %(event_id)s
"""


def event_data(database: Database, project_id: str, subject_id: str, event_id: str) -> dict[str, Any] | None:
    """The data of an event about a subject; None if it is not kept any more."""
    values = {"project_id": project_id, "subject_id": subject_id, "event_id": event_id}
    row = database.one(_EVENT, values)
    return None if row is None else row[0]


_WORDINGS: Final = """
SELECT email_template_id, content, localized_contents FROM email_templates
WHERE project_id = %(project_id)s AND email_template_id = ANY(%(email_template_ids)s::uuid[])
"""


def wordings(database: Database, project_id: str, email_template_ids: Sequence[str]) -> list[Row]:
    """(email_template_id, content, localized_contents) of these templates."""
    values = {"project_id": project_id, "email_template_ids": list(email_template_ids)}
    return database.all(_WORDINGS, values)


_OF_ACTION: Final = """
SELECT t.content, t.localized_contents
FROM user_actions AS d JOIN email_templates AS t ON t.project_id = d.project_id
    AND t.email_template_id = CASE %(phase)s WHEN 'start' THEN d.start_email_template_id
        WHEN 'modify' THEN d.modify_email_template_id WHEN 'cancel' THEN d.cancel_email_template_id
        WHEN 'end' THEN d.end_email_template_id END
WHERE d.project_id = %(project_id)s AND d.user_action_id = %(user_action_id)s
"""


def wording_of_action(database: Database, project_id: str, user_action_id: str, phase: str) -> Row | None:
    """(content, localized_contents) of the template of a phase of a user action."""
    values = {"project_id": project_id, "user_action_id": user_action_id, "phase": phase}
    return database.one(_OF_ACTION, values)


_ENDS: Final = """
SELECT a.applied_action_id, d.end_email_template_id, d.include_email_in_event
FROM applied_actions AS a
JOIN unnest(%(project_ids)s::uuid[], %(applied_action_ids)s::uuid[]) AS ended (project_id, applied_action_id)
    USING (project_id, applied_action_id)
JOIN user_actions AS d USING (project_id, user_action_id)
JOIN users AS u USING (project_id, user_id)
WHERE d.user_emailing_enabled AND d.end_email_template_id IS NOT NULL AND u.email <> ''
"""


def ends(database: Database, ended: Sequence[tuple[str, str]]) -> list[Row]:
    """(applied_action_id, email_template_id, include_email_in_event) of those of these applied
    actions, (project_id, applied_action_id), of whose end an email can be sent."""
    values = {
        "project_ids": [project_id for project_id, _ in ended],
        "applied_action_ids": [applied_action_id for _, applied_action_id in ended],
    }
    return database.all(_ENDS, values)

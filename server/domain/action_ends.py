"""The ends of applied actions whose time has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from server.domain import action_events
from server.domain.applied_action import AppliedAction, applied_of
from server.domain.caller import system
from server.domain.emails.action_emails import ActionEmails, Enclosures, Use
from server.store import applied_actions as rows
from server.store import email_deliveries as email_rows
from server.store import events as event_rows
from server.store.database import Database

Ended = tuple[str, AppliedAction]
"""The project and the action."""


def end_due(database: Database, emails: ActionEmails, limit: int) -> int:
    """Records up to so many actions of all projects as ended whose time has come, announces those ends that
    are to be, has the emails of those sent that are to be told by one, and returns how many they were. Many
    may do so at once: each takes others."""
    with database.transaction():
        ended = [(project_id, applied_of(tuple(row))) for project_id, *row in rows.end_due(database, limit)]
        uses = _uses(database, ended)
        enclosures = _enclosures(emails, ended, uses)
        told = {
            applied.applied_action_id: _event(project_id, applied, uses, enclosures[project_id])
            for project_id, applied in ended
            if applied.send_end_event
        }
        event_rows.record_all(database, list(told.values()))
        for project_id, of_project in groupby(sorted(ended, key=_project), key=_project):
            emailed = [applied for _, applied in of_project if applied.applied_action_id in uses]
            emails.send(
                system(project_id),
                [
                    (applied, told.get(applied.applied_action_id, {}).get("event_id", ""))
                    for applied in emailed
                ],
            )
    return len(ended)


def _uses(database: Database, ended: Sequence[Ended]) -> dict[str, Use]:
    """What users are to be told by email, by the id of the applied action."""
    wished = {
        applied.applied_action_id: (project_id, applied)
        for project_id, applied in ended
        if applied.email_user_on_end
    }
    if not wished:
        return {}
    found = email_rows.ends(database, [(project_id, key) for key, (project_id, _) in wished.items()])
    return {key: Use(wished[key][1], template_id, enclosed) for key, template_id, enclosed in found}


def _enclosures(
    emails: ActionEmails, ended: Sequence[Ended], uses: Mapping[str, Use]
) -> dict[str, Enclosures]:
    told: dict[str, list[Use]] = {project_id: [] for project_id, _ in ended}
    for project_id, applied in ended:
        if applied.applied_action_id in uses:
            told[project_id].append(uses[applied.applied_action_id])
    return {project_id: emails.enclosures(system(project_id), of_it) for project_id, of_it in told.items()}


def _event(
    project_id: str, applied: AppliedAction, uses: Mapping[str, Use], enclosures: Enclosures
) -> dict[str, Any]:
    use = uses.get(applied.applied_action_id)
    return action_events.event(
        system(project_id),
        "END",
        applied,
        applied.update_time,
        "",
        notify_user=applied.notify_user_on_end,
        emailed_user=use is not None,
        enclose=partial(enclosures.of, use),
    )


def _project(ended: Ended) -> str:
    return ended[0]

"""Deliveries of events to webhooks on their way: what is due is claimed, what came of it is recorded.

Events about one subject go out one after another. So of what waits for a webhook only the first of each
subject may be claimed; the others are put off when they are met, and the next one is due as soon as the first
is done: however much waits, a look at what is due finds little that is not to be sent.

A claim is a lease: `next_attempt_time` is moved to where the sender must be done, or dead. What it records
counts only while that time is still the one it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from server.store.database import Database, Row

_TARGET: Final = """
SELECT w.delete_time IS NOT NULL, w.disabled, w.url, w.failing_since, w.secret,
    CASE WHEN w.previous_secret_expire_time > now() THEN w.previous_secret END, p.settings
FROM webhooks AS w JOIN projects AS p USING (project_id)
WHERE w.project_id = %(project_id)s AND w.webhook_id = %(webhook_id)s AND p.delete_time IS NULL
"""


def target(database: Database, project_id: str, webhook_id: str) -> Row | None:
    """(is deleted, is disabled, URL, failing since, sealed secret, sealed previous secret while it signs,
    settings of the project); None if there is nothing left to do for the webhook."""
    return database.one(_TARGET, {"project_id": project_id, "webhook_id": webhook_id})


LOOK: Final = 200
"""Deliveries that one claim looks at."""

_CLAIM: Final = f"""
WITH due AS (
    SELECT delivery_id, subject_id, event_type, event_serial, next_attempt_time FROM webhook_deliveries
    WHERE project_id = %(project_id)s AND webhook_id = %(webhook_id)s AND state = 'PENDING'
        AND next_attempt_time <= now()
    ORDER BY next_attempt_time, event_serial LIMIT {LOOK} FOR UPDATE SKIP LOCKED
), placed AS (
    SELECT due.delivery_id, due.next_attempt_time AS since, due.event_serial,
        head.next_attempt_time AS head_time,
        due.event_type = 'webhook.test' OR head.delivery_id = due.delivery_id AS first
    FROM due LEFT JOIN LATERAL (
        SELECT h.delivery_id, h.next_attempt_time FROM webhook_deliveries AS h
        WHERE h.project_id = %(project_id)s AND h.webhook_id = %(webhook_id)s
            AND h.subject_id = due.subject_id AND h.state = 'PENDING' AND h.event_type <> 'webhook.test'
        ORDER BY h.event_serial LIMIT 1
    ) AS head ON true
), chosen AS (
    SELECT *, row_number() OVER (PARTITION BY first ORDER BY since, event_serial) AS place FROM placed
), moved AS (
    UPDATE webhook_deliveries AS d SET next_attempt_time =
        CASE WHEN first THEN now() + %(lease)s ELSE greatest(head_time, now() + %(lease)s) END
    FROM chosen AS c
    WHERE d.project_id = %(project_id)s AND d.delivery_id = c.delivery_id AND (NOT first OR place <= %(room)s)
    RETURNING d.*, c.first, c.place
), claimed AS (
    SELECT m.place, m.delivery_id, m.next_attempt_time, m.attempt_count, m.event_id, m.event_type,
        m.subject_id, e.event_id IS NOT NULL, e.create_time, e.data
    FROM moved AS m LEFT JOIN events AS e ON e.project_id = m.project_id
        AND e.transaction_id = m.event_transaction_id AND e.serial = m.event_serial
    WHERE m.first
)
SELECT total.n, claimed.* FROM (SELECT count(*) FROM placed) AS total (n) LEFT JOIN claimed ON true
ORDER BY place
"""


def claim(
    database: Database, project_id: str, webhook_id: str, *, room: int, lease: timedelta
) -> tuple[list[Row], bool]:
    """Claims up to `room` of what is due, for the time of `lease`.

    Returns rows of (delivery, end of the lease, attempts before, event, its type, its subject, is it kept,
    its time, its data), and whether there was more than one look sees.
    """
    values = {"project_id": project_id, "webhook_id": webhook_id, "room": room, "lease": lease}
    rows = database.all(_CLAIM, values)
    return [row[2:] for row in rows if row[1] is not None], rows[0][0] == LOOK


MAX_KEPT_ATTEMPTS: Final = 20

_ATTEMPTS: Final = f"""
CASE WHEN jsonb_array_length(d.attempts) < {MAX_KEPT_ATTEMPTS} THEN d.attempts ELSE d.attempts - 0 END
"""
_RECORD: Final = f"""
WITH told AS (
    SELECT * FROM unnest(%(delivery_ids)s::uuid[], %(leases)s::timestamptz[], %(states)s::text[],
        %(pauses)s::float8[], %(attempts)s::jsonb[]) AS t (delivery_id, lease, state, pause, attempt)
), recorded AS (
    UPDATE webhook_deliveries AS d SET state = t.state, attempt_count = d.attempt_count + 1,
        attempts = {_ATTEMPTS} || t.attempt,
        next_attempt_time = CASE WHEN t.state = 'PENDING' THEN now() + make_interval(secs => t.pause) END
    FROM told AS t
    WHERE d.project_id = %(project_id)s AND d.delivery_id = t.delivery_id AND d.state = 'PENDING'
        AND d.next_attempt_time = t.lease
    RETURNING d.delivery_id, d.subject_id, d.event_serial, d.state
), next AS (
    SELECT n.delivery_id FROM recorded AS r CROSS JOIN LATERAL (
        SELECT n.delivery_id FROM webhook_deliveries AS n
        WHERE n.project_id = %(project_id)s AND n.webhook_id = %(webhook_id)s AND n.subject_id = r.subject_id
            AND n.event_serial > r.event_serial AND n.state = 'PENDING' AND n.event_type <> 'webhook.test'
        ORDER BY n.event_serial LIMIT 1
    ) AS n
    WHERE r.state <> 'PENDING'
), hastened AS (
    UPDATE webhook_deliveries AS d SET next_attempt_time = now() FROM next
    WHERE d.project_id = %(project_id)s AND d.delivery_id = next.delivery_id AND d.next_attempt_time > now()
)
SELECT delivery_id FROM recorded
"""


def record(
    database: Database, project_id: str, webhook_id: str, outcomes: Sequence[dict[str, Any]]
) -> set[str]:
    """Writes down what came of attempts, as far as their claims still hold, and returns of which deliveries.

    An outcome has `delivery_id`, `lease`, the new `state`, `attempt` (JSON text), and `pause`: the seconds to
    the next attempt of one that stays PENDING.
    """
    columns = {
        f"{name}s": [outcome[name] for outcome in outcomes]
        for name in ("delivery_id", "lease", "state", "pause", "attempt")
    }
    values = {"project_id": project_id, "webhook_id": webhook_id, **columns}
    return {delivery_id for (delivery_id,) in database.all(_RECORD, values)}


# If the webhook has got another URL since, what came of the former one does not matter.
_NOTE_FAILING: Final = """
UPDATE webhooks SET failing_since = %(since)s
WHERE project_id = %(project_id)s AND webhook_id = %(webhook_id)s AND url = %(url)s AND NOT disabled
"""
_DISABLE: Final = """
UPDATE webhooks SET disabled = true, disable_cause = %(cause)s, update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND webhook_id = %(webhook_id)s AND url = %(url)s AND NOT disabled
    AND delete_time IS NULL
"""


def note_failing(
    database: Database, project_id: str, webhook_id: str, url: str, since: datetime | None
) -> None:
    """Notes since when every attempt to reach this URL has failed; None: the last one succeeded."""
    values = {"project_id": project_id, "webhook_id": webhook_id, "url": url, "since": since}
    database.execute(_NOTE_FAILING, values)


def disable(database: Database, project_id: str, webhook_id: str, url: str, cause: str) -> bool:
    """Disables a webhook that still has this URL, and returns whether it has."""
    values = {"project_id": project_id, "webhook_id": webhook_id, "url": url, "cause": cause}
    return database.execute(_DISABLE, values) == 1


_GIVE_UP: Final = f"""
UPDATE webhook_deliveries AS d
SET state = 'DEAD', next_attempt_time = NULL, attempts = {_ATTEMPTS} || %(attempt)s::jsonb
WHERE d.ctid = ANY(ARRAY(
    SELECT ctid FROM webhook_deliveries
    WHERE project_id = %(project_id)s AND webhook_id = %(webhook_id)s AND state = 'PENDING'
    LIMIT %(limit)s FOR UPDATE))
"""
_REMOVE_DELIVERIES: Final = """
DELETE FROM webhook_deliveries WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM webhook_deliveries WHERE project_id = %(project_id)s AND webhook_id = %(webhook_id)s
    LIMIT %(limit)s FOR UPDATE))
"""
_REMOVE: Final = """
DELETE FROM webhooks
WHERE project_id = %(project_id)s AND webhook_id = %(webhook_id)s AND delete_time IS NOT NULL
"""


def give_up(database: Database, project_id: str, webhook_id: str, attempt: str, limit: int) -> int:
    """Gives up so many of the deliveries that wait for a webhook, with `attempt` (JSON text) as their last,
    and returns how many there were."""
    values = {"project_id": project_id, "webhook_id": webhook_id, "attempt": attempt, "limit": limit}
    return database.execute(_GIVE_UP, values)


def remove(database: Database, project_id: str, webhook_id: str, limit: int) -> bool:
    """Deletes so many deliveries of a webhook that has ended, at last the webhook itself, and returns whether
    there was anything to delete."""
    values = {"project_id": project_id, "webhook_id": webhook_id, "limit": limit}
    return any(database.execute(statement, values) for statement in (_REMOVE_DELIVERIES, _REMOVE))


# One probe of an index a webhook, however much is due.
_HASTEN: Final = """
WITH due AS (
    SELECT w.project_id, w.webhook_id
    FROM webhooks AS w JOIN projects AS p USING (project_id) CROSS JOIN LATERAL (
        SELECT FROM webhook_deliveries AS d
        WHERE d.project_id = w.project_id AND d.webhook_id = w.webhook_id AND d.state = 'PENDING'
            AND d.next_attempt_time <= now()
        UNION ALL SELECT WHERE w.delete_time IS NOT NULL
        LIMIT 1
    ) AS found
    WHERE p.delete_time IS NULL
)
SELECT defer_deliveries(array_agg(project_id), array_agg(webhook_id)) FROM due HAVING count(*) > 0
"""


def hasten(database: Database) -> None:
    """Makes a job for every webhook of all projects that there is something to do for, unless one waits."""
    database.one(_HASTEN, {})

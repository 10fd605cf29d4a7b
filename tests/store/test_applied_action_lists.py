"""Lists of applied actions are one statement, and read few rows of many: every filter has its index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from server.config import Config
from server.domain.applied_action_filter import AppliedActionFilter
from server.domain.applied_actions import AppliedActions
from server.domain.caller import COMMAND_LINE, Caller
from server.domain.emails.action_emails import ActionEmails
from server.domain.paging import PageRequest, PageToken
from server.domain.user import UserRef
from server.errors import Error
from server.store.database import Database
from tests.conftest import Template
from tests.store.explained import Explained

APPLIED, USERS = 60_000, 3_000
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
COMMON, RARE, REASON, ACTIONER, APPLICATION = (str(uuid4()) for _ in range(5))
MOST_READ = 1_000
"""Rows. A page has fifty, and what is rare there are sixty of."""

_SEED = """
WITH made AS (
    INSERT INTO users (project_id, user_id, login_ids, email, email_key, email_verified, phone_number,
        phone_number_verified, given_name, family_name, family_name_key, middle_name, display_name, picture,
        locale, zoneinfo, status, metadata, test, search_text)
    SELECT %(project_id)s, gen_random_uuid(), '{}', 'u' || n, 'u' || n, false, '', false, '', '', '', '', '',
        '', '', '', 'ACTIVE', '{}', false, ''
    FROM generate_series(1, %(users)s) AS n
    RETURNING user_id
), defined AS (
    INSERT INTO user_actions (project_id, user_action_id, name, name_key, localized_names, temporal,
        prevent_login, send_end_event, options, include_email_in_event, user_emailing_enabled,
        user_notifications_enabled)
    SELECT %(project_id)s, id, id::text, id::text, '{}', true, true, true, '[]', false, false, false
    FROM unnest(%(actions)s::uuid[]) AS id
), numbered AS (
    SELECT user_id, row_number() OVER () - 1 AS place FROM made
)
INSERT INTO applied_actions (project_id, applied_action_id, user_id, user_action_id, actioner_user_id, name,
    localized_name, option, localized_option, reason_id, reason, localized_reason, reason_code,
    application_ids, comment, state, prevent_login, send_end_event, expire_time, email_user_on_end,
    notify_user_on_end, broadcast, history, create_time)
SELECT %(project_id)s, gen_random_uuid(), user_id,
    (%(actions)s::uuid[])[CASE WHEN rare THEN 2 ELSE 1 END],
    CASE WHEN rare THEN %(actioner)s::uuid ELSE gen_random_uuid() END, '', '', '', '',
    CASE WHEN rare THEN %(reason)s::uuid ELSE gen_random_uuid() END, '', '', '',
    CASE WHEN rare THEN ARRAY[%(application)s::uuid] ELSE ARRAY[gen_random_uuid()] END, '',
    CASE WHEN rare THEN 'ACTIVE' ELSE 'ENDED' END, rare, true,
    %(first)s + n * interval '1 minute' + CASE WHEN rare THEN interval '100 years' ELSE '1 hour' END,
    false, false, true, '[]', %(first)s + n * interval '1 minute'
FROM (SELECT n, n %% 1000 = 0 AS rare FROM generate_series(1, %(applied)s) AS n) AS each
JOIN numbered ON place = (n * 7) %% %(users)s
"""


@pytest.fixture
def many(database_url: str, template: Template, config: Config) -> Iterator[Explained]:
    """A store of many applied actions; of one in a thousand everything is rare."""
    values = {
        "project_id": template.credentials.project_id,
        "users": USERS,
        "applied": APPLIED,
        "actions": [COMMON, RARE],
        "reason": REASON,
        "actioner": ACTIONER,
        "application": APPLICATION,
        "first": FIRST,
    }
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_SEED, values)
        connection.execute("VACUUM (ANALYZE)")
    database = Explained(database_url, config, "applied_actions")
    yield database
    database.close()


def at(part: float) -> datetime:
    """When so much has been applied."""
    return FIRST + APPLIED * part * timedelta(minutes=1)


FILTERS = {
    "nothing": AppliedActionFilter(),
    "active": AppliedActionFilter(states=["ACTIVE"]),
    "ended": AppliedActionFilter(states=["ENDED"]),
    "preventing": AppliedActionFilter(preventing_login=True),
    "not preventing": AppliedActionFilter(preventing_login=False),
    "a common definition": AppliedActionFilter(user_action_ids=[COMMON]),
    "a rare definition": AppliedActionFilter(user_action_ids=[RARE]),
    "an unknown definition": AppliedActionFilter(user_action_ids=[str(uuid4())]),
    "a reason": AppliedActionFilter(reason_ids=[REASON]),
    "a person": AppliedActionFilter(actioner_user_id=ACTIONER),
    "an application": AppliedActionFilter(application_id=APPLICATION),
    "an unknown application": AppliedActionFilter(application_id=str(uuid4())),
    "late": AppliedActionFilter(created_after=at(0.99)),
    "early": AppliedActionFilter(created_before=at(0.01)),
    "the middle": AppliedActionFilter(created_after=at(0.49), created_before=at(0.51)),
    "a reason in the middle": AppliedActionFilter(
        reason_ids=[REASON], created_after=at(0.4), created_before=at(0.6)
    ),
    "active of a definition": AppliedActionFilter(states=["ACTIVE"], user_action_ids=[RARE]),
    "active, ending late": AppliedActionFilter(states=["ACTIVE"], expires_after=at(0.5)),
    "all at once": AppliedActionFilter(
        ["ACTIVE"], True, [RARE, COMMON], [REASON], ACTIONER, APPLICATION, at(0.1), at(0.9), FIRST, None
    ),
}


def caller_of(template: Template) -> Caller:
    return Caller(template.credentials.project_id, "", COMMAND_LINE, b"")


@pytest.mark.parametrize("by", [None, UserRef("email", "u7")], ids=["all", "one"])
def test_page_reads_few_rows(many: Explained, template: Template, by: UserRef | None) -> None:
    """Of all users and of one."""
    page = PageRequest(PageToken(b"", b""))
    for name, wanted in FILTERS.items():
        with suppress(Error):  # that a user is not found: there is no answer
            AppliedActions(many, ActionEmails(many, Config())).list(caller_of(template), by, wanted, page)

        assert many.read <= MOST_READ, name
        assert not many.whole_table, name


def test_page_is_one_statement(database: Database, template: Template) -> None:
    """With each filter, of a user and of all, counted, skipped over, and from a page on."""
    statements: list[str] = []
    database.on_statement = statements.append
    token = PageToken(b"", b"")
    page = PageRequest(token, skip=1, count=True)
    later = PageRequest(token, after=token.write((FIRST.isoformat(), COMMON)), count=True)

    for wanted in FILTERS.values():
        for asked in (page, later):
            statements.clear()
            AppliedActions(database, ActionEmails(database, Config())).list(
                caller_of(template), None, wanted, asked
            )
            assert len(statements) == 1
            statements.clear()
            with pytest.raises(Error, match="There is no user"):
                AppliedActions(database, ActionEmails(database, Config())).list(
                    caller_of(template), UserRef("email", "u7"), wanted, asked
                )
            assert len(statements) == 1

"""The database plans a usual page of users once, not each time."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from scripts.benchmark.seeding import seed
from server.config import Config
from server.domain.caller import COMMAND_LINE, Caller
from server.domain.paging import PageRequest, PageToken
from server.domain.user_lists import UserFilter, UserLists
from server.store.database import Database
from tests.conftest import Template

USERS = 5_000
CALLS = 20
PLANNED_FOR_VALUES = 5
"""As often a statement is planned for its values before a plan for all of them can take over."""
PLANS = """
SELECT sum(custom_plans)::int, sum(generic_plans)::int
FROM pg_prepared_statements WHERE statement LIKE 'SELECT "u"%%'
"""


@pytest.fixture
def database(database_url: str, template: Template, config: Config) -> Iterator[Database]:
    """A store of many users."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        seed(connection, template.credentials.project_id, USERS)
    database = Database(database_url, config)
    yield database
    database.close()


@pytest.mark.parametrize("order", ["create_time", "update_time", "email", "family_name"])
def test_usual_pages_are_planned_once(database: Database, template: Template, order: str) -> None:
    """First pages and later ones, whatever they are ordered by."""
    caller = Caller(template.credentials.project_id, "", COMMAND_LINE, b"")
    lists, token = UserLists(database), PageToken(b"", b"")
    first = lists.list(caller, UserFilter(), order, False, PageRequest(token))

    for after in ("", first.next_token):
        database.release()
        for _ in range(CALLS):
            lists.list(caller, UserFilter(), order, False, PageRequest(token, after=after))
        (plans,) = database.all(PLANS, {})

        for_values, for_all = plans
        assert PLANNED_FOR_VALUES == for_values < for_all

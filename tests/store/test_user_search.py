"""A search finds the same users in the same order by whichever way it finds them."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
import pytest

from scripts.benchmark.seeding import seed
from server.domain.text import fold
from server.domain.user import SETTABLE, folded_columns
from server.store import user_search
from server.store.database import Database
from server.store.user_search import EDGE, edged, search_users
from tests.conftest import Template, sql

USERS = 2_000
QUERIES = {
    "mar": "a beginning of many names, and a part of more",
    "ANNA": "a whole field of many",
    "e": "a part of everybody",
    "q": "one letter that hardly anybody has",
    "zz": "too short for the index, and rare",
    "weber19": "a part of few, and those are the last ones",
    "maria schmidt": "two words",
    "anna example.org 9": "three words in different fields",
    "example.com": "the end of many addresses, and the beginning of none",
    "+4930": "a mark and digits",
    "@mail": "a mark with which few fields begin",
    "nobody": "nobody",
}
FIELDS = ("ALL", "EMAIL", "GIVEN_NAME")

PUNCTUATED = {900: "@Mail", 1_500: "@Mail Room"}
"""Names that begin with a mark, by the place of their users."""
RENAME = """
UPDATE users SET search_text = %s
WHERE user_id = (SELECT user_id FROM users ORDER BY user_id OFFSET %s LIMIT 1)
"""


@pytest.fixture
def people(database_url: str, template: Template) -> Mapping[str, str]:
    """What the search looks at, by user id, of some thousand users."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        seed(connection, template.credentials.project_id, USERS)
        for place, name in PUNCTUATED.items():
            text = folded_columns({**SETTABLE, "display_name": name})["search_text"]
            connection.execute(RENAME, (text, place))
    return dict(sql(database_url, "SELECT user_id::text, search_text FROM users"))


def expected(people: Mapping[str, str], query: str, field: str) -> list[tuple[int, str]]:
    """Rank and id of everybody who matches, in order."""
    query = fold(query)
    found = []
    for user_id, text in people.items():
        lines = text.split("\n")
        looked_at = text if field == "ALL" else lines[{"EMAIL": 1, "GIVEN_NAME": 2}[field]]
        if not all(word in looked_at for word in query.split()):
            continue
        exact, prefix = edged(query) in looked_at, edged(query).removesuffix(EDGE) in looked_at
        found.append((0 if exact else 1 if prefix else 2, user_id))
    return sorted(found)


def walked(database: Database, project_id: str, query: str, field: str, limit: int) -> list[tuple[int, str]]:
    """Rank and id of everybody whom the pages of the search hold, in their order."""
    found: list[tuple[int, str]] = []
    while True:
        parameters = {"project_id": project_id, "limit": limit}
        if found:
            parameters |= dict(zip(("after_rank", "after_id"), found[-1], strict=True))
        page = search_users(database, frozenset(), field, fold(query).split(), parameters)
        found += [(row[-1], row[0]) for row in page]
        if len(page) < limit:
            return found


@pytest.mark.parametrize("per_row", [0, 1, 5, 200])
def test_pages_are_the_same_however_far_the_walk_goes(
    people: Mapping[str, str],
    database: Database,
    template: Template,
    monkeypatch: pytest.MonkeyPatch,
    per_row: int,
) -> None:
    """From no walk at all, which leaves all to the index, to one that meets everybody."""
    monkeypatch.setattr(user_search, "WALKED_PER_ROW", per_row)
    project_id = template.credentials.project_id
    for query in QUERIES:
        for field in FIELDS:
            got = walked(database, project_id, query, field, limit=150)
            assert expected(people, query, field) == got, (query, field)

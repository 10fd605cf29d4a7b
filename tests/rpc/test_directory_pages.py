"""Pages of tenants, applications and custom attributes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rpc.directory_requests import APPLICATIONS, ATTRIBUTES, STRING, TENANTS, Kind

NAMES = [f"number_{n}" for n in range(7)]


def create(client: Client, kind: Kind, name: str) -> None:
    fields: dict[str, Any] = {"type": STRING} if kind is ATTRIBUTES else {}
    kind.create(client, name=name, **fields)


@pytest.fixture(params=[TENANTS, APPLICATIONS, ATTRIBUTES], ids=lambda kind: kind.word)
def kind(request: pytest.FixtureRequest, client: Client) -> Kind:
    """Seven of each kind."""
    chosen: Kind = request.param
    for name in NAMES[::-1]:
        create(client, chosen, name)
    return chosen


def test_walk_meets_everything_once(client: Client, kind: Kind) -> None:
    """Whatever the size of a page; the total is told if asked for."""
    for size in (1, 3, 6, 7, 8):
        found: list[str] = []
        token = ""
        while True:
            answer = kind.call(client, "List", page_size=size, page_token=token, include_total_size=True)
            items = getattr(answer, f"{kind.word}s")
            assert (len(items) <= size, answer.total_size) == (True, 7)
            found += [item.name for item in items]
            token = answer.next_page_token
            if not token:
                break
        assert found == NAMES
    assert not kind.call(client, "List").HasField("total_size")


def test_walk_is_not_disturbed_by_what_happens_meanwhile(client: Client, kind: Kind) -> None:
    """What comes or goes before or behind the page moves nothing else."""
    answer = kind.call(client, "List", page_size=3)
    first = getattr(answer, f"{kind.word}s")
    for item in first[1:]:
        kind.delete(client, item)
    create(client, kind, "another")

    rest = kind.listed(client, page_token=answer.next_page_token)

    assert [item.name for item in rest] == NAMES[3:]


def test_skip_passes_over_items(client: Client, kind: Kind) -> None:
    """From where the page would begin."""
    assert [item.name for item in kind.listed(client, skip=5)] == NAMES[5:]
    assert kind.listed(client, skip=7) == []


def test_token_of_another_project_or_damaged_is_refused(
    server: Running, client: Client, other_project: Client, kind: Kind
) -> None:
    """A token says nothing and serves nobody else."""
    token = kind.call(client, "List", page_size=3).next_page_token

    for caller, wrong in ((other_project, token), (client, token[:-2]), (client, "7")):
        with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
            kind.call(caller, "List", page_token=wrong)
    for other in [other for other in (TENANTS, APPLICATIONS, ATTRIBUTES) if other is not kind]:
        with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
            other.call(client, "List", page_token=token)
    for arguments, field in (({"page_size": -1}, "page_size"), ({"skip": -1}, "skip")):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            kind.call(client, "List", **arguments)
        assert error.value.fields == [field]

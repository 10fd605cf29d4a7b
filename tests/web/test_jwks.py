"""The keys that a project's access tokens are verified with, as verifiers elsewhere fetch them."""

from __future__ import annotations

import httpx
import pytest
from roster.v1 import project_service_pb2

from server.domain import signing_keys
from server.web import jwks
from tests.calling import Client


def of_project(web: httpx.Client, project_id: str) -> httpx.Response:
    return web.get(f"/projects/{project_id}/.well-known/jwks.json")


def key_ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200
    return [key["kid"] for key in answer.json()["keys"]]


def test_set_has_the_public_parts_of_the_keys_that_sign(web: httpx.Client, client: Client) -> None:
    """And nothing of the private ones."""
    answer = of_project(web, client.project_id)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwk-set+json")
    [key] = answer.json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")


def test_set_may_be_kept_for_less_than_a_key_is_public_before_it_signs(
    web: httpx.Client, client: Client
) -> None:
    answer = of_project(web, client.project_id)

    assert answer.headers["cache-control"] == f"public, max-age={jwks.MAX_AGE}"
    assert jwks.MAX_AGE < signing_keys.AHEAD.total_seconds() / 2


def test_pages_of_any_site_may_read_it(web: httpx.Client, client: Client) -> None:
    assert of_project(web, client.project_id).headers["access-control-allow-origin"] == "*"


def test_projects_have_keys_of_their_own(web: httpx.Client, client: Client, other_project: Client) -> None:
    ours, theirs = (of_project(web, each.project_id) for each in (client, other_project))

    assert not {*key_ids(ours)} & {*key_ids(theirs)}


def test_only_project_needs_no_name(web: httpx.Client, client: Client) -> None:
    answer = web.get("/.well-known/jwks.json")

    assert key_ids(answer) == key_ids(of_project(web, client.project_id))


def test_one_of_several_projects_needs_one(web: httpx.Client, client: Client, other_project: Client) -> None:
    """Whoever trusted the keys of all would take the tokens of others."""
    refused = web.get("/.well-known/jwks.json")
    named = web.get("/.well-known/jwks.json", params={"project_id": other_project.project_id})

    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
    assert "/projects/{project_id}/.well-known/jwks.json" in refused.json()["detail"]
    assert key_ids(named) == key_ids(of_project(web, other_project.project_id))


@pytest.mark.parametrize(
    "project_id", ["6c0ed2f4-51b2-4c06-9a3c-0f6a2f3b8d17", "none", "%00", "../../healthz", "' OR 1=1 --"]
)
def test_project_that_is_none_is_told_in_json(web: httpx.Client, project_id: str) -> None:
    answer = (
        of_project(web, project_id)
        if "/" not in project_id
        else web.get("/.well-known/jwks.json", params={"project_id": project_id})
    )

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert (answer.json()["title"], answer.json()["status"]) == ("Not Found", 404)
    assert "cache-control" in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_deleted_project_has_no_keys(web: httpx.Client, client: Client, other_project: Client) -> None:
    of_project(web, other_project.project_id)
    client.projects.DeleteProject(
        project_service_pb2.DeleteProjectRequest(project_id=other_project.project_id)
    )

    assert of_project(web, other_project.project_id).status_code == 404

"""Pages: what all lists have in common, with seven things in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from roster.v1 import management_key_pb2, project_pb2, role_pb2, user_pb2
from roster.v1 import management_key_service_pb2 as key_rpc
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_action_service_pb2 as action_rpc
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import Client, refused
from tests.conftest import Running, StartServer, sql
from tests.requests import invoke
from tests.rpc.action_requests import ACTIVE, ALL, apply, define, reason


@dataclass(frozen=True)
class Listing:
    """One list: its RPC, what its items stand in, and a request for all of them."""

    rpc: str
    field: str
    request: Any
    other_arguments: Any = None
    """A request of the same RPC to which a token of the first does not belong."""
    has_skip: bool = True

    @property
    def name(self) -> str:
        return self.rpc.partition("/")[2]


LISTINGS = [
    Listing(
        "UserService/ListUsers",
        "users",
        user_rpc.ListUsersRequest(),
        user_rpc.ListUsersRequest(order_by="email"),
    ),
    Listing(
        "UserService/SearchUsers",
        "users",
        user_rpc.SearchUsersRequest(query="example"),
        user_rpc.SearchUsersRequest(query="example.com"),
        has_skip=False,
    ),
    Listing("RoleService/ListRoles", "roles", role_rpc.ListRolesRequest()),
    Listing("RoleService/ListPermissions", "permissions", role_rpc.ListPermissionsRequest(), has_skip=False),
    Listing("ProjectService/ListProjects", "projects", project_rpc.ListProjectsRequest()),
    Listing(
        "ManagementKeyService/ListManagementKeys", "management_keys", key_rpc.ListManagementKeysRequest()
    ),
    Listing(
        "UserActionService/ListUserActions",
        "user_actions",
        action_rpc.ListUserActionsRequest(),
        action_rpc.ListUserActionsRequest(states=ALL),
    ),
    Listing(
        "UserActionService/ListUserActionReasons",
        "user_action_reasons",
        action_rpc.ListUserActionReasonsRequest(),
    ),
    Listing(
        "UserActionService/ListAppliedActions",
        "applied_actions",
        action_rpc.ListAppliedActionsRequest(),
        action_rpc.ListAppliedActionsRequest(filter=action_rpc.AppliedActionFilter(states=[ACTIVE])),
    ),
]

each_list = pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.name)


@pytest.fixture
def seven(client: Client) -> Client:
    """A caller whose every list has seven items; one project and one key are there already."""
    for n in range(7):
        role = role_pb2.Role(name=f"Role {n}", permissions=[f"thing-{n}:read"])
        client.roles.CreateRole(role_rpc.CreateRoleRequest(role=role))
        asked = user_pb2.User(email=f"user-{n}@example.com")
        user = client.users.CreateUser(user_rpc.CreateUserRequest(user=asked)).user
        apply(client, user, define(client, f"Action {n}", temporal=True))
        reason(client, f"REASON {n}")
    for n in range(6):
        project = project_pb2.Project(display_name=f"Project {n}")
        client.projects.CreateProject(project_rpc.CreateProjectRequest(project=project))
        key = management_key_pb2.ManagementKey(scopes=["users:read"])
        client.keys.CreateManagementKey(key_rpc.CreateManagementKeyRequest(management_key=key))
    return client


def page(client: Client, listing: Listing, **arguments: Any) -> Any:
    """The answer to the listing's request with these further arguments."""
    request = type(listing.request)()
    request.CopyFrom(listing.request)
    for name, value in arguments.items():
        setattr(request, name, value)
    return invoke(client, listing.rpc, request)


def items(listing: Listing, answer: Any) -> list[Any]:
    """What stands on a page."""
    return list(getattr(answer, listing.field))


@each_list
def test_walk_meets_everything_once_and_in_order(seven: Client, listing: Listing) -> None:
    """Pages of three, three and one hold what one large page holds."""
    everything = items(listing, page(seven, listing))
    assert len(everything) == 7
    walked: list[Any] = []
    sizes: list[int] = []
    token = ""
    while not sizes or token:
        answer = page(seven, listing, page_size=3, page_token=token)
        walked += items(listing, answer)
        sizes.append(len(items(listing, answer)))
        token = answer.next_page_token

    assert sizes == [3, 3, 1]
    assert walked == everything


@each_list
def test_page_that_is_just_full_is_the_last(seven: Client, listing: Listing) -> None:
    """No token leads to an empty page."""
    answer = page(seven, listing, page_size=7)

    assert len(items(listing, answer)) == 7
    assert answer.next_page_token == ""


@each_list
def test_pages_of_one_walk_may_differ_in_size(seven: Client, listing: Listing) -> None:
    """A token is bound to what is listed, not to how much of it."""
    first = page(seven, listing, page_size=2)

    second = page(seven, listing, page_size=1000, page_token=first.next_page_token)

    assert items(listing, first) + items(listing, second) == items(listing, page(seven, listing))


@pytest.mark.parametrize(
    "listing", [listing for listing in LISTINGS if listing.has_skip], ids=lambda listing: listing.name
)
def test_skip_and_total(seven: Client, listing: Listing) -> None:
    """`skip` passes items over, also behind a token; the total counts all, and only if asked for."""
    everything = items(listing, page(seven, listing))

    fourth = page(seven, listing, page_size=2, skip=3, include_total_size=True)
    behind = page(seven, listing, skip=1, page_token=fourth.next_page_token, include_total_size=True)
    beyond = page(seven, listing, skip=100, include_total_size=True)

    assert items(listing, fourth) == everything[3:5]
    assert items(listing, behind) == everything[6:]
    assert items(listing, beyond) == []
    assert [fourth.total_size, behind.total_size, beyond.total_size] == [7, 7, 7]
    assert not page(seven, listing).HasField("total_size")


def damaged(token: str) -> dict[str, str]:
    """What is not quite a token that was handed out."""
    return {
        "a character more": token + "A",
        "a character less": token[:-1],
        "another first character": ("B" if token[0] == "A" else "A") + token[1:],
        "another last character": token[:-1] + ("B" if token[-1] == "A" else "A"),
        "a character between that is none of base64": f"{token[:9]}!{token[9:]}",
        "a line feed behind": token + "\n",
        "padding behind": token + "==",
        "no character of base64": "é" * len(token),
        "too short for a signature": "AAAA",
        "no signature": token[-20:],
        "a space": " ",
    }


@each_list
def test_damaged_token_is_refused(seven: Client, listing: Listing) -> None:
    """Only a token that was handed out leads anywhere."""
    tokens = damaged(page(seven, listing, page_size=2).next_page_token)

    for token in tokens.values():
        with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
            page(seven, listing, page_token=token)


@each_list
def test_token_of_another_list_is_refused(seven: Client, listing: Listing) -> None:
    """A token leads through the list that it was made for, and through no other."""
    others = [other for other in LISTINGS if other is not listing]

    for other in others:
        token = page(seven, other, page_size=2).next_page_token
        with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
            page(seven, listing, page_token=token)


@pytest.mark.parametrize(
    "listing", [listing for listing in LISTINGS if listing.other_arguments], ids=lambda listing: listing.name
)
def test_token_of_other_arguments_is_refused(seven: Client, listing: Listing) -> None:
    """A filter, order or query cannot be changed in the middle of a walk."""
    other = Listing(listing.rpc, listing.field, listing.other_arguments)
    token = page(seven, other, page_size=2).next_page_token

    with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
        page(seven, listing, page_token=token)


@each_list
def test_token_of_another_project_is_refused(seven: Client, other_project: Client, listing: Listing) -> None:
    """Each project signs with a key of its own."""
    token = page(seven, listing, page_size=2).next_page_token

    with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
        page(other_project, listing, page_token=token)


@each_list
def test_token_is_good_at_every_server_of_the_database(
    seven: Client, server: Running, start_server: StartServer, listing: Listing
) -> None:
    """The next page may be asked of another process or machine."""
    token = page(seven, listing, page_size=2).next_page_token
    expected = page(seven, listing, page_token=token)

    with grpc.insecure_channel(start_server().address) as channel:
        elsewhere = Client(channel, seven.project_id, seven.key)
        assert page(elsewhere, listing, page_token=token) == expected


@each_list
def test_negative_numbers_are_refused(client: Client, listing: Listing) -> None:
    """All of them are named."""
    arguments = {"page_size": -1} | ({"skip": -1} if listing.has_skip else {})

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        page(client, listing, **arguments)

    assert sorted(error.value.fields) == sorted(arguments)


def test_page_holds_fifty_unless_said_otherwise_and_a_thousand_at_most(
    server: Running, client: Client
) -> None:
    """0 means 50; what is above 1,000 is taken as 1,000."""
    sql(
        server.url,
        'INSERT INTO roles (project_id, role_id, name, name_key, description, permissions, "default")'
        " SELECT %s, gen_random_uuid(), 'r' || n, 'r' || n, '', ARRAY['p' || n], false"
        " FROM generate_series(1, 1001) AS n",
        client.project_id,
    )

    for listing in LISTINGS[2:4]:
        for size, expected in {0: 50, 999: 999, 1000: 1000, 1001: 1000, 2**31 - 1: 1000}.items():
            assert len(items(listing, page(client, listing, page_size=size))) == expected


@each_list
def test_empty_list_is_an_empty_page(client: Client, other_project: Client, listing: Listing) -> None:
    """Of a project with nothing in it; itself and the caller's key are always there."""
    answer = page(other_project, listing)

    assert len(items(listing, answer)) == (listing.field in ("projects", "management_keys"))
    assert answer.next_page_token == ""

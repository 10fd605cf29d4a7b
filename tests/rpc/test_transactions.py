"""One change, one transaction: what happens when the database collides, hangs or fails under a call.

The failures are the database's own, made by triggers and locks. A database that is away:
tests/process/test_database_away."""

from __future__ import annotations

import threading
from typing import Any

import grpc
import psycopg
from roster.v1 import role_pb2
from roster.v1 import role_service_pb2 as rpc
from structlog.testing import capture_logs

from tests.calling import Client, refused
from tests.conftest import Running, StartServer, sql
from tests.rows import contents, events

CREATE = rpc.CreateRoleRequest(role=role_pb2.Role(name="Admin"))


def fail(server: Running, code: str, message: str, *, times: int = 1_000) -> None:
    """Makes the next `times` inserts of a role fail with this SQLSTATE. Sequences do not roll back, so
    the attempts are counted by one."""
    sql(server.url, "CREATE SEQUENCE attempts")
    sql(
        server.url,
        f"""
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('attempts') <= {times} THEN
                RAISE EXCEPTION '{message}' USING ERRCODE = '{code}';
            END IF;
            RETURN NEW;
        END $$""",
    )
    sql(server.url, "CREATE TRIGGER fail BEFORE INSERT ON roles FOR EACH ROW EXECUTE FUNCTION fail()")


def attempts(server: Running) -> int:
    """How many inserts there were, rolled back or not."""
    ((count,),) = sql(server.url, "SELECT last_value FROM attempts")
    return int(count)


def test_collision_is_tried_again(server: Running, client: Client) -> None:
    """The caller does not notice; the change and its event happen once."""
    fail(server, "40001", "could not serialize access", times=3)

    client.roles.CreateRole(CREATE)

    assert attempts(server) == 4
    assert len(client.roles.ListRoles(rpc.ListRolesRequest()).roles) == 1
    assert len(events(server.url, client.project_id, "role.")) == 1


def test_collision_without_end_is_given_up(server: Running, client: Client) -> None:
    """After a few attempts, and the caller is told when to try again."""
    fail(server, "40P01", "deadlock detected")
    before = contents(server.url)

    with refused("ABORTED", "TRANSACTION_CONFLICT") as error:
        client.roles.CreateRole(CREATE)

    assert error.value.details["RetryInfo"].retry_delay.nanos == 100_000_000
    assert attempts(server) == 4
    assert contents(server.url) == before


def test_defect_is_internal_and_changes_nothing(server: Running, client: Client) -> None:
    """The caller gets an id that stands in the log, and no word of what the database said."""
    fail(server, "XX000", "private words")
    before = contents(server.url)

    with capture_logs() as log, refused("INTERNAL", "INTERNAL") as error:
        client.roles.CreateRole(CREATE)

    assert "private" not in f"{error.value}{error.value.details}{error.value.trailers}"
    told: Any = next(line for line in log if line["event"] == "internal error")
    assert told["error_id"] == error.value.metadata["error_id"]
    assert "private words" in str(told["exc_info"])
    assert attempts(server) == 1
    assert contents(server.url) == before


def test_call_that_waits_too_long_is_timed_out(start_server: StartServer, client: Client) -> None:
    """Nothing is changed, and the connection serves the next call."""
    server = start_server(call_timeout=1, threads=1)
    client.roles.CreateRole(CREATE)
    before = contents(server.url)
    update = rpc.UpdateRoleRequest(by=role_pb2.RoleRef(name="Admin"), role=role_pb2.Role(description="New"))
    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id, client.key)
        with psycopg.connect(server.url) as other:
            other.execute("SELECT FROM roles FOR UPDATE")
            with refused("DEADLINE_EXCEEDED", "CALL_TIMED_OUT"):
                caller.roles.UpdateRole(update)
            assert contents(server.url) == before

        assert caller.roles.UpdateRole(update).role.description == "New"


def test_database_that_refuses_connections_is_unavailable(server: Running, client: Client) -> None:
    """The caller is told when to try again; once it accepts them, calls go well by themselves."""
    name = server.url.rpartition("/")[2].partition("?")[0]
    administration = server.url.replace(f"/{name}?", "/postgres?")
    sql(administration, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    sql(administration, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name)

    for call, request in (
        (client.roles.ListRoles, rpc.ListRolesRequest()),
        (client.roles.CreateRole, CREATE),
    ):
        with refused("UNAVAILABLE", "DATABASE_UNAVAILABLE") as error:
            call(request)
        assert error.value.details["RetryInfo"].retry_delay.seconds == 1

    sql(administration, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    client.roles.CreateRole(CREATE)


def test_lost_connection_is_replaced_without_notice(server: Running, client: Client) -> None:
    """Every thread's connection is cut; the next calls go well, and happen once."""
    for _ in range(20):
        client.roles.ListRoles(rpc.ListRolesRequest())
    sql(
        server.url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )

    client.roles.CreateRole(CREATE)
    client.roles.ListRoles(rpc.ListRolesRequest())

    assert len(events(server.url, client.project_id, "role.")) == 1


def test_second_caller_waits_for_the_first_ones_answer(server: Running, client: Client) -> None:
    """Two requests with one id at the same time: one change, and the same answer for both."""
    request = rpc.CreateRoleRequest(
        role=role_pb2.Role(name="Admin"), request_id="0190b8c1-0000-7000-8000-000000000000"
    )
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(client.roles.CreateRole(request))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)
    assert len(events(server.url, client.project_id, "role.")) == 1

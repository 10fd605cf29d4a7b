"""WatchEvents: what is told, from where on, in which order, and how it goes on after a break.

Who may watch, for how long, and what watchers cost: test_events_watchers."""

from __future__ import annotations

import random

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from roster.v1 import event_service_pb2 as rpc
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as user_rpc

from server.domain.paging import PageToken
from tests.calling import Client, refused
from tests.conftest import Running, StartServer, sql
from tests.rpc.event_requests import (
    OLDEST,
    create_role,
    listed,
    marks,
    slow_transaction,
    watching,
    written,
)

# -- where a watch begins --------------------------------------------------------------------------


def test_watch_from_now_on(client: Client) -> None:
    """The first message comes at once and tells the position; then what happens, one after another."""
    create_role(client, "Before")
    watch = watching(client)

    for name in ("Admin", "Editor", "Reader"):
        role = create_role(client, name)
        (event,) = watch.next()
        assert (event.type, event.subject_id) == ("role.created", role.role_id)
        assert MessageToDict(event.data)["after"]["name"] == name
        assert event == listed(client, page_size=1)[0]


def test_watch_from_the_oldest(client: Client, server: Running) -> None:
    """All there is, in the order of the list, and then what happens."""
    written(server.url, client, *(f"early {n}" for n in range(20)))
    expected = listed(client, oldest_first=True)

    watch = watching(client, start=OLDEST)
    assert watch.hear(len(expected)) == expected

    written(server.url, client, "late")
    assert marks(watch.hear(1)) == ["late"]


def test_watch_goes_on_where_it_was_left(client: Client, server: Running) -> None:
    """With the token of any message, as often as one likes."""
    first = watching(client)
    tokens = [first.token]
    for n in range(10):
        written(server.url, client, str(n))
        first.hear(1)
        tokens.append(first.token)
    first.leave()
    written(server.url, client, "10", "11")

    for place, token in enumerate(tokens):
        again = watching(client, resume_token=token)
        assert marks(again.hear(12 - place)) == [str(n) for n in range(place, 12)]
        again.leave()


def test_token_rules_over_the_start(client: Client, server: Running) -> None:
    """Who sends both goes on."""
    written(server.url, client, "before")
    watch = watching(client)
    written(server.url, client, "after")

    assert marks(watching(client, resume_token=watch.token, start=OLDEST).hear(1)) == ["after"]


@pytest.mark.parametrize("size", [1, 499, 500, 501, 1_300])
def test_however_much_there_is(client: Client, server: Running, size: int) -> None:
    """A message has 500 events at most; one transaction may have more."""
    watch = watching(client)
    written(server.url, client, "one", times=size)
    written(server.url, client, "last")

    heard = watch.hear(size + 1)
    again = watching(client, start=OLDEST)
    again.hear(2 + len(heard))

    assert marks(heard) == ["one"] * size + ["last"]
    assert len({event.event_id for event in heard}) == size + 1
    assert again.heard[-len(heard) :] == heard


def test_messages_stay_small_enough_for_every_client(client: Client, server: Running) -> None:
    """4 MiB is what clients take; what is written meanwhile, and what was, comes in several."""
    live = watching(client)
    written(server.url, client, "text", data={"after": "ä" * 200_000}, times=20)
    written(server.url, client, "numbers", data={"after": list(range(100_000))}, times=3)
    later = watching(client, start=OLDEST)

    assert marks(live.hear(23)) == ["text"] * 20 + ["numbers"] * 3
    assert marks(later.hear(25))[-23:] == marks(live.heard)


def test_slow_reader_hears_all(client: Client, server: Running) -> None:
    """Also what is no longer in memory when its turn comes."""
    watch = watching(client)
    for n in range(30):
        written(server.url, client, f"{n}", data={"after": "x" * 50_000}, times=10)
    follower = watching(client, resume_token=watch.token)
    follower.hear(300)

    assert marks(watch.hear(300)) == marks(follower.heard) == [f"{n}" for n in range(30) for _ in range(10)]


# -- order -----------------------------------------------------------------------------------------


def test_later_transaction_that_commits_first_is_told_second(client: Client, server: Running) -> None:
    """Nothing is told before all that comes before it is known; then everything, in order, once."""
    watch = watching(client, heartbeat=1)
    with slow_transaction(server.url, client) as slow:
        slow.write("slow 1")
        written(server.url, client, "fast 1")
        slow.write("slow 2")
        written(server.url, client, "fast 2")
        # Two silences pass without a word of what is committed.
        assert watch.next() == watch.next() == []
        slow.commit()

        assert marks(watch.hear(4)) == ["slow 1", "slow 2", "fast 1", "fast 2"]


def test_what_was_rolled_back_never_was(client: Client, server: Running) -> None:
    """And what waited for it is told."""
    watch = watching(client, heartbeat=1)
    with slow_transaction(server.url, client) as slow:
        slow.write("never")
        written(server.url, client, "fast")
        assert watch.next() == []
        slow.roll_back()

        assert marks(watch.hear(1)) == ["fast"]


def test_no_break_skips_or_repeats(client: Client, server: Running) -> None:
    """Transactions end in another order than they began, and the watch breaks at every message, on one server
    and on the next."""
    breaks = random.Random(4711)
    token = watching(client).token
    heard: list[str] = []
    with (
        slow_transaction(server.url, client) as first,
        slow_transaction(server.url, client) as second,
        slow_transaction(server.url, client) as third,
    ):
        for n in range(5):
            for place, slow in enumerate((first, second, third)):
                slow.write(f"{place}-{n}")
            written(server.url, client, f"fast-{n}")
        for place, slow in enumerate((third, first, second)):
            slow.commit()
            written(server.url, client, f"after-{place}")
            for _ in range(breaks.randint(1, 3)):
                again = watching(client, resume_token=token, heartbeat=1)
                heard += marks(again.next())
                token = again.token
                again.leave()
    heard += marks(watching(client, resume_token=token).hear(23 - len(heard)))

    made_before = 2
    assert heard == marks(listed(client, oldest_first=True))[made_before:]
    assert len(heard) == len(set(heard)) == 23


def test_position_of_a_silence_is_behind_what_was_committed_late(client: Client, server: Running) -> None:
    """A token that comes without events, while a transaction is at work, does not lead past its events."""
    with slow_transaction(server.url, client) as slow:
        slow.write("slow")
        watch = watching(client, heartbeat=1)
        assert watch.next() == []
        tokens = [watch.token]
        written(server.url, client, "fast")
        assert watch.next() == []
        tokens.append(watch.token)
        slow.commit()

    for token in tokens:
        assert marks(watching(client, resume_token=token).hear(2)) == ["slow", "fast"]


# -- types -----------------------------------------------------------------------------------------


def test_only_the_types_that_are_wanted(client: Client, server: Running) -> None:
    """Live and from the oldest alike; a token is good for other types as well."""
    kinds = ("role.updated", "role.deleted", "user.created", "user_action.applied", "user.roles.modified")
    watches = {
        wanted: watching(client, types=wanted)
        for wanted in (("user.*",), ("role.updated", "user_action.*"), ("role.deleted",))
    }
    token = next(iter(watches.values())).token
    for kind in kinds:
        written(server.url, client, kind, kind=kind)

    for wanted, watch in watches.items():
        expected = [kind for kind in kinds if matches(kind, wanted)]
        assert marks(watch.hear(len(expected))) == expected
        assert marks(watching(client, types=wanted, resume_token=token).hear(len(expected))) == expected
        old = watching(client, types=wanted, start=OLDEST)
        assert marks(old.hear(len(expected))) == expected
    assert marks(watching(client, resume_token=token).hear(5)) == list(kinds)


def matches(kind: str, wanted: tuple[str, ...]) -> bool:
    """Said the long way."""
    return any(kind == entry or (entry[-1] == "*" and kind.startswith(entry[:-1])) for entry in wanted)


def test_silence_moves_the_position_on(client: Client, server: Running) -> None:
    """Who wants few events is not led through all the others again after a break."""
    watch = watching(client, types=["user.*"], heartbeat=1)
    written(server.url, client, "unwanted")
    written(server.url, client, "hint", kind="user.created")
    assert marks(watch.hear(1)) == ["hint"]
    written(server.url, client, "unwanted too")
    assert watch.next() == []
    written(server.url, client, "wanted")

    assert marks(watching(client, resume_token=watch.token).hear(1)) == ["wanted"]


def test_rare_events_are_found_among_many(client: Client, server: Running) -> None:
    """More than one look passes by, before, between and behind them."""
    written(server.url, client, "many", times=7_000)
    written(server.url, client, "rare 1", kind="user.created")
    written(server.url, client, "many", times=12_000)
    written(server.url, client, "rare 2", kind="user.created")
    written(server.url, client, "many", times=6_000)

    watch = watching(client, types=["user.*"], start=OLDEST, heartbeat=1)
    assert marks(watch.hear(2)) == ["rare 1", "rare 2"]
    while watch.next():
        pass
    written(server.url, client, "next")

    assert marks(watching(client, resume_token=watch.token).hear(1)) == ["next"]


# -- tokens ----------------------------------------------------------------------------------------


def token_of(server: Running, client: Client, transaction_id: int, serial: int) -> str:
    """The token of a position."""
    ((key,),) = sql(
        server.url, "SELECT page_token_key FROM projects WHERE project_id = %s", client.project_id
    )
    return PageToken(key, b"watch " + client.project_id.encode()).write((transaction_id, serial))


def test_token_that_is_none_of_ours_is_refused(
    client: Client, other_project: Client, server: Running
) -> None:
    """Damaged, of another project, or of a list."""
    written(server.url, client, *"ab")
    token = watching(client).token
    page = client.events.ListEvents(rpc.ListEventsRequest(page_size=1)).next_page_token
    foreign = watching(other_project).token
    damaged = [token[:-1], f"{token}A", token.swapcase(), "A", "%", "é", token[1:], f"{token}="]

    for wrong in (*damaged, page, foreign):
        with refused("INVALID_ARGUMENT", "RESUME_TOKEN_INVALID"):
            watching(client, resume_token=wrong).next()
    with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
        listed(client, page_token=token)


def test_token_is_good_on_every_server(client: Client, start_server: StartServer, server: Running) -> None:
    """The project signs it, not the process."""
    token = watching(client).token
    written(server.url, client, "next")
    with grpc.insecure_channel(start_server().address) as channel:
        elsewhere = Client(channel, client.project_id, client.key)

        assert marks(watching(elsewhere, resume_token=token).hear(1)) == ["next"]


# -- what is not kept for ever -----------------------------------------------------------------------


COLLECT = """
WITH last AS (
    SELECT project_id, transaction_id, serial FROM events WHERE request_id = %s AND project_id = %s
), gone AS (
    DELETE FROM events AS e USING last WHERE e.project_id = last.project_id
        AND (e.transaction_id, e.serial) <= (last.transaction_id, last.serial)
)
INSERT INTO collected_events SELECT * FROM last
"""


def collect(server: Running, client: Client, mark: str) -> None:
    """Deletes the events up to this one, as happens when their time is over."""
    sql(server.url, COLLECT, mark, client.project_id)


def test_position_that_is_no_longer_kept(client: Client, server: Running) -> None:
    """Rather than leave events out, the watch does not begin. Who has seen what is gone goes on."""
    watch = watching(client)
    tokens = {"": watch.token}
    for mark in "abcd":
        written(server.url, client, mark)
        watch.hear(1)
        tokens[mark] = watch.token
    collect(server, client, "b")

    for mark in ("", "a"):
        with refused("OUT_OF_RANGE", "EVENTS_COLLECTED"):
            watching(client, resume_token=tokens[mark]).next()
    assert marks(watching(client, resume_token=tokens["b"]).hear(2)) == ["c", "d"]
    assert marks(watching(client, resume_token=tokens["c"]).hear(1)) == ["d"]
    assert marks(watching(client, start=OLDEST).hear(2)) == ["c", "d"]


def test_watch_that_is_overtaken_ends(client: Client, server: Running) -> None:
    """Events that it has not been told yet are deleted: it must not go on as if there had been none."""
    written(server.url, client, "old", times=2_000, data={"after": "x" * 20_000})
    watch = watching(client, start=OLDEST)
    watch.hear(1)
    written(server.url, client, "last")
    collect(server, client, "last")

    with refused("OUT_OF_RANGE", "EVENTS_COLLECTED"):
        watch.hear(3_000)


def test_position_ahead_of_the_database(client: Client, server: Running) -> None:
    """It was set back to an earlier state: what happens now would be skipped."""
    ahead = token_of(server, client, 2**62, 1)

    with refused("OUT_OF_RANGE", "EVENTS_COLLECTED"):
        watching(client, resume_token=ahead).next()


def test_data_of_a_deleted_user_is_not_told_from_memory(client: Client) -> None:
    """Who goes on from before the deletion hears what happened, as everybody does who reads it now."""
    watch = watching(client)
    before = watch.token
    create = user_rpc.CreateUserRequest(user=user_pb2.User(email="ada@example.com", given_name="Ada"))
    user = client.users.CreateUser(create).user
    assert "Ada" in str(watch.hear(1))
    client.users.DeleteUser(user_rpc.DeleteUserRequest(by=user_pb2.UserRef(user_id=user.user_id)))
    watch.hear(1)

    created, deleted = watching(client, resume_token=before).hear(2)

    assert [(created.type, created.HasField("data")), (deleted.type, deleted.HasField("data"))] == [
        ("user.created", False),
        ("user.deleted", True),
    ]


def test_projects_do_not_hear_each_other(client: Client, other_project: Client, server: Running) -> None:
    """Live and from the oldest."""
    mine, others = watching(client), watching(other_project)
    written(server.url, client, "mine")
    written(server.url, other_project, "others")

    assert marks(mine.hear(1)) == ["mine"]
    assert marks(others.hear(1)) == ["others"]
    assert "mine" not in marks(watching(other_project, start=OLDEST).hear(3))

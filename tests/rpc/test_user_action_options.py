"""UserActionService: the options of a definition, and their ids."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from roster.v1 import user_action_pb2 as pb

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.action_requests import define, definition, option, redefine


def ids(action: pb.UserAction) -> dict[str, str]:
    """The id of each option by its name, in their order."""
    return {chosen.name: chosen.option_id for chosen in action.options}


@pytest.fixture
def ban(client: Client) -> pb.UserAction:
    """A definition with two options."""
    return define(client, "Ban", options=[option("Nicely", de="Nett"), option("Meanly")])


def test_options_have_ids_and_keep_their_order(client: Client, ban: pb.UserAction) -> None:
    """The server makes them, or the caller brings them; a name loses the white space around it."""
    assert list(ids(ban)) == ["Nicely", "Meanly"]
    assert all(UUID(option_id).version == 7 for option_id in ids(ban).values())
    own = str(uuid4())

    made = define(client, options=[option(" Own　", own.upper()), option("Other")])

    assert ids(made)["Own"] == own
    assert ids(made)["Other"] not in ("", own)


def test_action_that_does_not_last_has_options_too(client: Client) -> None:
    """They say what is done, not for how long."""
    coupon = define(client, "Send coupon", options=[option("10 %"), option("20 %")])

    assert not coupon.temporal
    assert list(ids(coupon)) == ["10 %", "20 %"]


def test_update_replaces_options_and_never_adds(client: Client, ban: pb.UserAction) -> None:
    """Whatever the mask; an update that does not speak of them leaves them."""
    assert redefine(client, ban, name="Banish").options == ban.options
    for paths in ([], ["options"]):
        changed = redefine(client, ban, *paths, options=[option("Only")])
        assert list(ids(changed)) == ["Only"]
    assert not redefine(client, ban, "options").options


def test_option_of_the_same_name_keeps_its_id(client: Client, ban: pb.UserAction) -> None:
    """In any spelling; its other names and its place are the new ones."""
    changed = redefine(client, ban, options=[option("MEANLY"), option("ｎｉｃｅｌｙ", fr="Gentiment")])

    assert ids(changed) == {"MEANLY": ids(ban)["Meanly"], "ｎｉｃｅｌｙ": ids(ban)["Nicely"]}
    assert [dict(chosen.localized_names) for chosen in changed.options] == [{}, {"fr": "Gentiment"}]


def test_option_of_the_same_id_is_the_same_under_another_name(client: Client, ban: pb.UserAction) -> None:
    """So one can take the name of another, which is a new one then."""
    nicely, meanly = ban.options
    swapped = [option("Meanly", nicely.option_id.upper()), option("Nicely", meanly.option_id)]
    assert ids(redefine(client, ban, options=swapped)) == {
        "Meanly": nicely.option_id,
        "Nicely": meanly.option_id,
    }

    taken = redefine(client, ban, options=[option("Nicely"), option("Kindly", meanly.option_id)])

    assert ids(taken)["Kindly"] == meanly.option_id
    assert ids(taken)["Nicely"] not in ids(ban).values()


def test_option_that_comes_back_is_a_new_one(client: Client, ban: pb.UserAction) -> None:
    """Unless the caller knows its id."""
    redefine(client, ban, options=[option("Other")])

    again = redefine(client, ban, options=[option("Nicely"), option("Meanly", ids(ban)["Meanly"])])

    assert ids(again)["Nicely"] != ids(ban)["Nicely"]
    assert ids(again)["Meanly"] == ids(ban)["Meanly"]


def test_options_that_are_sent_back_change_nothing(
    server: Running, client: Client, ban: pb.UserAction
) -> None:
    """As they were read, or by their names alone."""
    before = contents(server.url)

    assert redefine(client, ban, "options", options=ban.options) == ban
    assert redefine(client, ban, options=[option("Nicely", de="Nett"), option("Meanly")]) == ban

    assert contents(server.url) == before


def test_every_option_that_is_wrong_is_named(server: Running, client: Client, ban: pb.UserAction) -> None:
    """Twice the same name in any spelling, twice the same id, no name."""
    same = str(uuid4())
    options = [
        option("Straße", same),
        option("STRASSE"),
        option(" \t　"),
        option("Other", same.upper()),
    ]
    before = contents(server.url)

    for attempt in (
        lambda: define(client, options=options),
        lambda: redefine(client, ban, options=options),
    ):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            attempt()
        assert error.value.fields == [
            "user_action.options[1].name",
            "user_action.options[2].name",
            "user_action.options[3].option_id",
        ]

    assert contents(server.url) == before


def test_bounds_of_options(server: Running, client: Client) -> None:
    """100 of them, with names of 100 characters in 100 languages; a bit more is refused by its place."""
    localized = {f"de-{n}": "x" * 100 for n in range(100)}
    most = [pb.UserActionOption(name=f"{n:0>100}", localized_names=localized) for n in range(100)]
    made = define(client, options=most)
    assert definition(client, made.user_action_id) == made
    before = contents(server.url)

    for wrong, field in (
        ([option(f"{n}") for n in range(101)], "options"),
        ([option("x" * 101)], "options[0].name"),
        ([option("")], "options[0].name"),
        ([option("x", "7")], "options[0].option_id"),
        ([option("x", de="")], "options[0].localized_names"),
        ([option("x", de="a\0b")], "options[0].localized_names"),
        ([option("x", de="x" * 101)], "options[0].localized_names"),
        ([pb.UserActionOption(name="x", localized_names={"no language": "x"})], "options[0].localized_names"),
    ):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            define(client, "Other", options=wrong)
        (named,) = error.value.fields
        assert named.startswith(f"user_action.{field}")

    assert contents(server.url) == before

"""Users in CSV: columns and fields, lists and types, and what is rejected."""

from __future__ import annotations

import io

import pytest
from google.protobuf.json_format import MessageToDict
from roster.v1 import user_batch_pb2 as batch

from server.transfer.connection import Refusal
from server.transfer.csv_rows import CsvRows, line_of, mapping_of
from server.transfer.records import Unusable


def read(text: str, **mapping: str) -> list[batch.CreateUsersItem]:
    """The users of such a file."""
    rows = CsvRows(mapping)
    return [rows.item(record) for record in rows.records(io.BytesIO(text.encode()))]


def test_heading_names_fields() -> None:
    """Of every kind; an empty cell is not set."""
    (item, other) = read(
        "\ufeffemail,email_verified,login_ids,roles,tenants,status,create_time,custom_attributes.level:number,"
        "metadata.plan.name,metadata.tags:list,password.bcrypt,password.temporary,blocked\n"
        'a@example.com,yes,ada; countess,A;B,,active,2020-02-29T12:00:00Z,7,"gold, old",a;b,$2b$x,1,true\n'
        "bob@example.com,,,,,,,,,,,,\n"
    )

    assert MessageToDict(item, preserving_proto_field_name=True) == {
        "user": {
            "email": "a@example.com",
            "email_verified": True,
            "login_ids": ["ada", "countess"],
            "roles": [{"name": "A"}, {"name": "B"}],
            "status": "USER_STATUS_ACTIVE",
            "create_time": "2020-02-29T12:00:00Z",
            "custom_attributes": {"level": 7.0},
            "metadata": {"plan": {"name": "gold, old"}, "tags": ["a", "b"]},
        },
        "password": {"hashed": {"bcrypt": {"encoded": "$2b$x"}}, "temporary": True},
        "blocked": True,
    }
    assert MessageToDict(other) == {"user": {"email": "bob@example.com"}}


def test_columns_are_mapped_to_fields() -> None:
    """Or left out."""
    (item,) = read(
        "E-Mail,Plan,Internal\nada@example.com,gold,x\n",
        **{"E-Mail": "email", "Plan": "metadata.plan", "Internal": ""},
    )

    assert MessageToDict(item) == {"user": {"email": "ada@example.com", "metadata": {"plan": "gold"}}}


def test_mapping_is_read_as_it_is_told() -> None:
    """The column may have a sign of its own."""
    assert mapping_of(["a=b=email", "x="]) == {"a=b": "email", "x": ""}
    with pytest.raises(ValueError, match="column=field"):
        mapping_of(["email"])


@pytest.mark.parametrize("column", ["emial", "metadata", "metadata.", "custom_attributes.level:int"])
def test_column_that_is_no_field_is_refused_before_anything_is_read(column: str) -> None:
    """A slip must not lose a column."""
    with pytest.raises(Unusable, match="--map"):
        read(f"email,{column}\nada@example.com,x\n")


def test_mapping_of_a_column_that_is_not_there_is_refused() -> None:
    """A slip in its name must not lose it either."""
    with pytest.raises(Unusable, match="no column 'Vorname'"):
        read("email,given_name\nada@example.com,Ada\n", Vorname="display_name")


@pytest.mark.parametrize(
    ("heading", "mapping"),
    [
        ("email,email", {}),
        ("email,Mail", {"Mail": "email"}),
        ("email,roles,roles:json", {}),
        ("email,metadata.plan,Plan", {"Plan": "metadata.plan:number"}),
    ],
)
def test_columns_for_the_same_field_are_refused(heading: str, mapping: dict[str, str]) -> None:
    """None of the values is dropped in silence."""
    with pytest.raises(Unusable, match="holds what another one does"):
        read(f"{heading}\n", **mapping)


def test_white_space_is_part_of_passwords_alone() -> None:
    """Elsewhere it is how people write lists; a blank cell is not set."""
    (item, other) = read("email,password,given_name\n a@example.com , pass 1 , Ada \nb@example.com,  ,\n")

    assert (item.user.email, item.user.given_name) == ("a@example.com", "Ada")
    assert item.password.plain == " pass 1 "
    assert not other.HasField("password")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("ada@example.com,maybe,1", "neither true nor false"),
        ("ada@example.com,true,one", "is no number"),
        ("ada@example.com,true", "2 cells under 3 columns"),
    ],
)
def test_row_that_makes_no_user_is_unusable(row: str, problem: str) -> None:
    """It says why; the rows around it are read."""
    rows = CsvRows()
    text = f"email,test,metadata.n:number\n{row}\nbob@example.com,,\n"
    first, second = rows.records(io.BytesIO(text.encode()))

    with pytest.raises(Unusable, match=problem):
        rows.item(first)
    assert rows.item(second).user.email == "bob@example.com"


def test_rejected_rows_can_be_mended_and_read_again() -> None:
    """They have their columns, and one for the reason, however often that is done."""
    text = 'email,given_name\n"ada@example.com","Ada ""A"""\n'
    for reason in ("first", "second"):
        rows = CsvRows()
        (record,) = rows.records(io.BytesIO(text.encode()))
        assert rows.item(record).user.given_name == 'Ada "A"'
        text = rows.opening() + rows.rejected(record, Refusal("EMAIL_TAKEN", reason)) + rows.closing()

    assert text.splitlines() == [
        "email,given_name,rejected_reason",
        'ada@example.com,"Ada ""A""",EMAIL_TAKEN: second',
    ]


def test_cells_may_be_large() -> None:
    """As large as what a user can hold, in whatever row."""
    (item,) = read(f"email,metadata.text\nada@example.com,{'x' * 1_000_000}\n")

    assert len(item.user.metadata["text"]) == 1_000_000


@pytest.mark.parametrize("name", ["A\rB", "A\nB", 'A"B', "A,B", "A\r\nB"])
def test_row_that_is_written_is_read_as_it_was(name: str) -> None:
    """Whatever stands in its cells."""
    text = line_of(["email", "given_name"]) + line_of(["ada@example.com", name])

    (item,) = read(text)

    assert item.user.given_name == name


def test_cells_may_be_json() -> None:
    """Whole fields, or single values; what is no JSON is told."""
    (item,) = read(
        "email,tenants:json,metadata:json,custom_attributes.tags:json,password:json\n"
        'a@example.com,"[{""tenant_id"": ""t"", ""roles"": [{""name"": ""A""}]}]","{""a"": [1]}","[""x;y""]",'
        '"{""temporary"": true, ""plain"": ""p""}"\n'
    )

    assert MessageToDict(item, preserving_proto_field_name=True) == {
        "user": {
            "email": "a@example.com",
            "tenants": [{"tenant_id": "t", "roles": [{"name": "A"}]}],
            "metadata": {"a": [1.0]},
            "custom_attributes": {"tags": ["x;y"]},
        },
        "password": {"plain": "p", "temporary": True},
    }
    with pytest.raises(Unusable, match="is no JSON"):
        read("email,metadata:json\na@example.com,{\n")

"""The schema as the catalogue has it: distributable by project, named by us, and as the models say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from peewee import CompositeKey, PostgresqlDatabase

from server.store import migrations
from server.store.errors import CONSTRAINTS, PROJECT_KEYS
from server.store.models import TABLES
from tests.conftest import sql
from tests.rows import tables
from tests.store.catalogue import columns, constraints, indexes

STEPS = sorted(Path(migrations.__file__).parent.glob("[0-9]*.py"))

# Columns whose type Peewee does not know.
TYPES = {
    ("events", "transaction_id"): "xid8",
    ("collected_events", "transaction_id"): "xid8",
    ("webhook_deliveries", "event_transaction_id"): "xid8",
}

# Violations that no call can cause: the rows they refer to are locked or made in the same transaction, or
# the ids are the server's own.
UNREACHABLE = {
    "applied_actions_pkey",
    "applied_actions_state_check",
    "collected_events_pkey",
    "custom_attributes_type_check",
    "events_pkey",
    "former_passwords_pkey",
    "former_passwords_user_fkey",
    "login_ids_user_fkey",
    "management_keys_pkey",
    "one_time_tokens_pkey",
    "passkeys_pkey",
    "passkeys_user_fkey",
    "passwords_pkey",
    "passwords_user_fkey",
    "provider_tokens_pkey",
    "provider_tokens_user_fkey",
    "request_records_pkey",
    "sessions_pkey",
    "sessions_user_fkey",
    "signing_keys_generation_key",
    "signing_keys_pkey",
    "throttles_pkey",
    "user_actions_prevent_check",
    "user_applications_pkey",
    "user_applications_user_fkey",
    "user_attributes_attribute_fkey",
    "user_attributes_pkey",
    "user_attributes_user_fkey",
    "user_attributes_value_check",
    "user_roles_pkey",
    "logins_pkey",
    "logins_user_fkey",
    "recovery_codes_pkey",
    "recovery_codes_user_fkey",
    "totp_factors_pkey",
    "totp_factors_user_fkey",
    "user_roles_user_fkey",
    "user_tenant_roles_membership_fkey",
    "user_tenant_roles_pkey",
    "user_tenants_pkey",
    "user_tenants_user_fkey",
    "users_status_check",
    "webhook_deliveries_due_check",
    "webhook_deliveries_pkey",
    "webhook_deliveries_state_check",
    "webhook_deliveries_webhook_fkey",
    "webhooks_pkey",
}


def test_every_key_begins_with_the_project(database_url: str) -> None:
    """Primary keys, unique indexes and foreign keys, so that the schema can be distributed by it."""
    keys = [key for key in constraints(database_url) if key.kind in "puf"]
    unique = [index for index in indexes(database_url) if index.unique]

    assert [key.name for key in keys if key.columns[0] != "project_id"] == []
    assert [key.name for key in keys if key.kind == "f" and key.foreign_columns[0] != "project_id"] == []
    assert [index.name for index in unique if index.columns[0] != "project_id"] == []
    assert len(unique) > len(TABLES)


def test_every_table_has_a_primary_key_and_a_project(database_url: str) -> None:
    """No row is without one."""
    with_key = {key.table for key in constraints(database_url) if key.kind == "p"}
    with_project = {
        column.table
        for column in columns(database_url)
        if (column.name, column.sql_type, column.required) == ("project_id", "uuid", True)
    }

    assert with_key == with_project == set(tables(database_url))


def test_every_index_and_constraint_has_a_name_that_we_gave_it(database_url: str) -> None:
    """It stands in a migration, and says of which table it is."""
    text = "\n".join(step.read_text(encoding="utf-8") for step in STEPS)
    said = set(re.findall(r"CONSTRAINT (\w+)", text)) | set(
        re.findall(r"CREATE (?:UNIQUE )?INDEX (\w+)", text)
    )
    found = {key.name: key.table for key in constraints(database_url)}
    found |= {index.name: index.table for index in indexes(database_url)}

    assert set(found) == {name for name in said if not name.startswith(("procrastinate_", "installation_"))}
    for name, table in found.items():
        assert name.startswith(f"{table}_")
        assert re.search(r"_(pkey|key|fkey|check|idx)$", name)


def test_every_constraint_of_the_error_table_exists(database_url: str) -> None:
    """A constraint that is renamed takes its error along; one that is added needs one, or a reason."""
    found = {key.name for key in constraints(database_url)}
    found |= {index.name for index in indexes(database_url)}
    can_fail = {key.name for key in constraints(database_url)}
    can_fail |= {index.name for index in indexes(database_url) if index.unique}

    assert {*CONSTRAINTS, *PROJECT_KEYS} <= found
    assert can_fail == {*CONSTRAINTS, *PROJECT_KEYS, *UNREACHABLE}
    assert not UNREACHABLE & {*CONSTRAINTS, *PROJECT_KEYS}


def test_models_are_the_tables(database_url: str) -> None:
    """Tables, columns, their types, and whether they may be NULL."""
    of_models = {
        (
            model._meta.table_name,
            field.column_name,
            TYPES.get((model._meta.table_name, field.column_name)) or type_name(database_url, field),
            not field.null,
        )
        for model in TABLES
        for field in model._meta.sorted_fields
    }

    of_database = {
        (column.table, column.name, column.sql_type, column.required) for column in columns(database_url)
    }
    assert of_models == of_database
    assert {model._meta.table_name for model in TABLES} == set(tables(database_url))


def type_name(url: str, field: Any) -> str:
    """PostgreSQL's own name of a model field's type."""
    context: Any = PostgresqlDatabase(None, prefer_psycopg3=True).get_sql_context()
    declared, _ = context.sql(field.ddl_datatype(context)).query()
    ((found,),) = sql(url, "SELECT %s::regtype::text", declared)
    return str(found)


def test_models_have_the_primary_keys_of_the_tables(database_url: str) -> None:
    """In the same order."""
    of_database = {key.table: key.columns for key in constraints(database_url) if key.kind == "p"}

    for model in TABLES:
        key: Any = model._meta.primary_key
        names = list(key.field_names) if isinstance(key, CompositeKey) else [key.column_name]
        assert names == of_database[model._meta.table_name]


def test_every_foreign_key_has_an_index(database_url: str) -> None:
    """Or deleting what it refers to would read the whole table."""
    for key in constraints(database_url):
        if key.kind == "f":
            leading = [
                index.columns[: len(key.columns)]
                for index in indexes(database_url)
                if index.table == key.table
            ]
            assert key.columns in leading, key.name

"""The tables, as Peewee sees them. The migrations make them; a test compares the two.

Every primary key begins with `project_id`, so that the schema can be distributed by it. A text that is
absent is stored as '', so that it sorts and compares without special cases.
"""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CompositeKey,
    Model,
    TextField,
)
from playhouse.postgres_ext import ArrayField, BinaryJSONField, DateTimeTZField


class UuidField(TextField):
    """A uuid, which crosses the driver as text: ids are strings everywhere above the database."""

    field_type = "UUID"


class Table(Model):
    """A table whose name is said, never derived."""

    class Meta:
        legacy_table_names = False


class Project(Table):
    project_id = UuidField(primary_key=True)
    display_name = TextField()
    # Signs the page tokens of the project, on whichever machine.
    page_token_key = BlobField()
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "projects"


class ManagementKey(Table):
    project_id = UuidField()
    key_id = UuidField()
    display_name = TextField()
    secret_hash = BlobField()
    previous_secret_hash = BlobField(null=True)
    previous_secret_expire_time = DateTimeTZField(null=True)
    scopes = ArrayField(TextField, index=False)
    project_ids = ArrayField(UuidField, index=False)
    all_projects = BooleanField()
    allowed_cidrs = ArrayField(TextField, index=False)
    expire_time = DateTimeTZField(null=True)
    revoke_time = DateTimeTZField(null=True)
    last_use_time = DateTimeTZField(null=True)
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "management_keys"
        primary_key = CompositeKey("project_id", "key_id")


class Role(Table):
    project_id = UuidField()
    role_id = UuidField()
    name = TextField()
    name_key = TextField()
    description = TextField()
    permissions = ArrayField(TextField, index=False)
    default = BooleanField()
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "roles"
        primary_key = CompositeKey("project_id", "role_id")


class User(Table):
    project_id = UuidField()
    user_id = UuidField()
    login_ids = ArrayField(TextField, index=False)
    email = TextField()
    email_key = TextField()
    email_verified = BooleanField()
    phone_number = TextField()
    phone_number_verified = BooleanField()
    given_name = TextField()
    family_name = TextField()
    family_name_key = TextField()
    middle_name = TextField()
    display_name = TextField()
    picture = TextField()
    locale = TextField()
    zoneinfo = TextField()
    status = TextField()
    metadata = BinaryJSONField(null=True, index=False)
    test = BooleanField()
    expire_time = DateTimeTZField(null=True)
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()
    # Everything that a search looks at, folded, one field a line; see store/user_search.py.
    search_text = TextField()

    class Meta:
        table_name = "users"
        primary_key = CompositeKey("project_id", "user_id")


class LoginId(Table):
    """Keeps login ids unique; the spellings to show stand in `User.login_ids`."""

    project_id = UuidField()
    login_id_key = TextField()
    user_id = UuidField()

    class Meta:
        table_name = "login_ids"
        primary_key = CompositeKey("project_id", "login_id_key")


class UserRole(Table):
    project_id = UuidField()
    user_id = UuidField()
    role_id = UuidField()
    expire_time = DateTimeTZField(null=True)

    class Meta:
        table_name = "user_roles"
        primary_key = CompositeKey("project_id", "user_id", "role_id")


class Event(Table):
    project_id = UuidField()
    transaction_id = BigIntegerField()
    serial = BigIntegerField()
    event_id = UuidField()
    type = TextField()
    subject_id = UuidField()
    key_id = UuidField(null=True)
    request_id = TextField()
    data = BinaryJSONField(null=True, index=False)
    create_time = DateTimeTZField()

    class Meta:
        table_name = "events"
        primary_key = CompositeKey("project_id", "transaction_id", "serial")


class RequestRecord(Table):
    """The answer to a request that had a `request_id`, to be given again to a repeat."""

    project_id = UuidField()
    request_id = UuidField()
    fingerprint = BlobField()
    response = BlobField(null=True)
    create_time = DateTimeTZField()

    class Meta:
        table_name = "request_records"
        primary_key = CompositeKey("project_id", "request_id")


TABLES = (Project, ManagementKey, Role, User, LoginId, UserRole, Event, RequestRecord)

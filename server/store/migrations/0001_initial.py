"""Projects, keys, roles, users, and the record of their changes."""

from peewee import PostgresqlDatabase
from playhouse.migrate import SchemaMigrator

TABLES = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE projects (
    project_id      uuid        NOT NULL,
    display_name    text        NOT NULL,
    page_token_key  bytea       NOT NULL,
    create_time     timestamptz NOT NULL DEFAULT now(),
    update_time     timestamptz NOT NULL DEFAULT now(),
    revision        bigint      NOT NULL DEFAULT 1,
    CONSTRAINT projects_pkey PRIMARY KEY (project_id)
);

CREATE TABLE management_keys (
    project_id                  uuid        NOT NULL,
    key_id                      uuid        NOT NULL,
    display_name                text        NOT NULL,
    secret_hash                 bytea       NOT NULL,
    previous_secret_hash        bytea,
    previous_secret_expire_time timestamptz,
    scopes                      text[]      NOT NULL,
    project_ids                 uuid[]      NOT NULL,
    all_projects                boolean     NOT NULL,
    allowed_cidrs               text[]      NOT NULL,
    expire_time                 timestamptz,
    revoke_time                 timestamptz,
    last_use_time               timestamptz,
    create_time                 timestamptz NOT NULL DEFAULT now(),
    update_time                 timestamptz NOT NULL DEFAULT now(),
    revision                    bigint      NOT NULL DEFAULT 1,
    CONSTRAINT management_keys_pkey PRIMARY KEY (project_id, key_id),
    CONSTRAINT management_keys_project_fkey FOREIGN KEY (project_id) REFERENCES projects
);
-- A key may act in projects beside its own: it is found by its id alone.
CREATE INDEX management_keys_key_id_idx ON management_keys (key_id);

CREATE TABLE roles (
    project_id  uuid        NOT NULL,
    role_id     uuid        NOT NULL,
    name        text        NOT NULL,
    name_key    text        NOT NULL COLLATE "C",
    description text        NOT NULL,
    permissions text[]      NOT NULL,
    "default"   boolean     NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    update_time timestamptz NOT NULL DEFAULT now(),
    revision    bigint      NOT NULL DEFAULT 1,
    CONSTRAINT roles_pkey PRIMARY KEY (project_id, role_id),
    CONSTRAINT roles_name_key UNIQUE (project_id, name_key),
    CONSTRAINT roles_project_fkey FOREIGN KEY (project_id) REFERENCES projects
);
CREATE INDEX roles_default_idx ON roles (project_id) WHERE "default";

CREATE TABLE users (
    project_id            uuid        NOT NULL,
    user_id               uuid        NOT NULL,
    login_ids             text[]      NOT NULL,
    email                 text        NOT NULL,
    email_key             text        NOT NULL COLLATE "C",
    email_verified        boolean     NOT NULL,
    phone_number          text        NOT NULL COLLATE "C",
    phone_number_verified boolean     NOT NULL,
    given_name            text        NOT NULL,
    family_name           text        NOT NULL,
    family_name_key       text        NOT NULL COLLATE "C",
    middle_name           text        NOT NULL,
    display_name          text        NOT NULL,
    picture               text        NOT NULL,
    locale                text        NOT NULL,
    zoneinfo              text        NOT NULL,
    status                text        NOT NULL,
    metadata              jsonb,
    test                  boolean     NOT NULL,
    expire_time           timestamptz,
    create_time           timestamptz NOT NULL DEFAULT now(),
    update_time           timestamptz NOT NULL DEFAULT now(),
    revision              bigint      NOT NULL DEFAULT 1,
    search_text           text        NOT NULL COLLATE "C",
    CONSTRAINT users_pkey PRIMARY KEY (project_id, user_id),
    CONSTRAINT users_project_fkey FOREIGN KEY (project_id) REFERENCES projects,
    CONSTRAINT users_status_check CHECK (status IN ('INVITED', 'ACTIVE', 'INACTIVE')),
    CONSTRAINT users_identifier_check
        CHECK (email <> '' OR phone_number <> '' OR cardinality(login_ids) > 0)
);
CREATE UNIQUE INDEX users_email_key ON users (project_id, email_key) WHERE email_key <> '';
CREATE UNIQUE INDEX users_phone_number_key ON users (project_id, phone_number) WHERE phone_number <> '';
-- One index for every order that a list can have, ending in the id that breaks ties.
CREATE INDEX users_create_time_idx ON users (project_id, create_time, user_id);
CREATE INDEX users_update_time_idx ON users (project_id, update_time, user_id);
CREATE INDEX users_email_idx ON users (project_id, email_key, user_id);
CREATE INDEX users_family_name_idx ON users (project_id, family_name_key, user_id);
CREATE INDEX users_search_idx ON users USING gin (project_id, search_text gin_trgm_ops);
CREATE INDEX users_test_idx ON users (project_id, create_time, user_id) WHERE test;

CREATE TABLE login_ids (
    project_id   uuid NOT NULL,
    login_id_key text NOT NULL COLLATE "C",
    user_id      uuid NOT NULL,
    CONSTRAINT login_ids_pkey PRIMARY KEY (project_id, login_id_key),
    CONSTRAINT login_ids_user_fkey FOREIGN KEY (project_id, user_id)
        REFERENCES users ON DELETE CASCADE
);
CREATE INDEX login_ids_user_idx ON login_ids (project_id, user_id);

CREATE TABLE user_roles (
    project_id  uuid NOT NULL,
    user_id     uuid NOT NULL,
    role_id     uuid NOT NULL,
    expire_time timestamptz,
    CONSTRAINT user_roles_pkey PRIMARY KEY (project_id, user_id, role_id),
    CONSTRAINT user_roles_user_fkey FOREIGN KEY (project_id, user_id)
        REFERENCES users ON DELETE CASCADE,
    CONSTRAINT user_roles_role_fkey FOREIGN KEY (project_id, role_id) REFERENCES roles
);
CREATE INDEX user_roles_role_idx ON user_roles (project_id, role_id, user_id);

CREATE SEQUENCE events_serial_seq;
CREATE TABLE events (
    project_id     uuid        NOT NULL,
    -- A serial is not commit order: readers order by (transaction_id, serial) and stay below the
    -- oldest transaction still running.
    transaction_id xid8        NOT NULL DEFAULT pg_current_xact_id(),
    serial         bigint      NOT NULL DEFAULT nextval('events_serial_seq'),
    event_id       uuid        NOT NULL,
    type           text        NOT NULL,
    subject_id     uuid        NOT NULL,
    key_id         uuid,
    request_id     text        NOT NULL,
    data           jsonb,
    create_time    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT events_pkey PRIMARY KEY (project_id, transaction_id, serial)
);
CREATE INDEX events_subject_idx ON events (project_id, subject_id);

CREATE TABLE request_records (
    project_id  uuid        NOT NULL,
    request_id  uuid        NOT NULL,
    fingerprint bytea       NOT NULL,
    response    bytea,
    -- The user whose data the response holds, so that they can be removed.
    subject_id  uuid,
    create_time timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT request_records_pkey PRIMARY KEY (project_id, request_id)
);
CREATE INDEX request_records_subject_idx ON request_records (project_id, subject_id)
    WHERE subject_id IS NOT NULL;
"""


def up(_: SchemaMigrator, database: PostgresqlDatabase) -> None:
    database.execute_sql(TABLES)

"""Tenants, applications, custom attributes, passwords, and the settings of projects."""

from peewee import PostgresqlDatabase
from playhouse.migrate import SchemaMigrator

TABLES = """
ALTER TABLE projects
    ADD COLUMN settings jsonb NOT NULL DEFAULT '{}',
    -- A project that was too large to be deleted at once: it does not exist any more, and is being emptied.
    ADD COLUMN delete_time timestamptz;
CREATE INDEX projects_deleted_idx ON projects (project_id) WHERE delete_time IS NOT NULL;

CREATE TABLE tenants (
    project_id  uuid        NOT NULL,
    tenant_id   uuid        NOT NULL,
    name        text        NOT NULL,
    name_key    text        NOT NULL COLLATE "C",
    description text        NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    update_time timestamptz NOT NULL DEFAULT now(),
    revision    bigint      NOT NULL DEFAULT 1,
    CONSTRAINT tenants_pkey PRIMARY KEY (project_id, tenant_id),
    CONSTRAINT tenants_name_key UNIQUE (project_id, name_key),
    CONSTRAINT tenants_project_fkey FOREIGN KEY (project_id) REFERENCES projects
);

CREATE TABLE applications (
    project_id     uuid        NOT NULL,
    application_id uuid        NOT NULL,
    name           text        NOT NULL,
    name_key       text        NOT NULL COLLATE "C",
    description    text        NOT NULL,
    create_time    timestamptz NOT NULL DEFAULT now(),
    update_time    timestamptz NOT NULL DEFAULT now(),
    revision       bigint      NOT NULL DEFAULT 1,
    CONSTRAINT applications_pkey PRIMARY KEY (project_id, application_id),
    CONSTRAINT applications_name_key UNIQUE (project_id, name_key),
    CONSTRAINT applications_project_fkey FOREIGN KEY (project_id) REFERENCES projects
);

CREATE TABLE custom_attributes (
    project_id          uuid        NOT NULL,
    custom_attribute_id uuid        NOT NULL,
    name                text        NOT NULL COLLATE "C",
    display_name        text        NOT NULL,
    type                text        NOT NULL,
    options             text[]      NOT NULL,
    default_value       jsonb,
    required            boolean     NOT NULL,
    create_time         timestamptz NOT NULL DEFAULT now(),
    update_time         timestamptz NOT NULL DEFAULT now(),
    revision            bigint      NOT NULL DEFAULT 1,
    CONSTRAINT custom_attributes_pkey PRIMARY KEY (project_id, custom_attribute_id),
    CONSTRAINT custom_attributes_name_key UNIQUE (project_id, name),
    CONSTRAINT custom_attributes_project_fkey FOREIGN KEY (project_id) REFERENCES projects,
    CONSTRAINT custom_attributes_type_check
        CHECK (type IN ('STRING', 'NUMBER', 'BOOLEAN', 'DATE', 'SINGLE_SELECT', 'MULTI_SELECT'))
);

ALTER TABLE users ADD COLUMN last_login_time timestamptz;
-- Who never signed in comes before everybody else.
CREATE INDEX users_last_login_idx ON users
    (project_id, (coalesce(last_login_time, '0001-01-01 00:00:00+00'::timestamptz)), user_id);

CREATE INDEX users_expire_time_idx ON users (project_id, expire_time) WHERE expire_time IS NOT NULL;

-- One row a value; a MULTI_SELECT has one for each option chosen. Texts and options stand in text_value;
-- numbers, days since 1970 and booleans (0, 1) in number_value.
CREATE TABLE user_attributes (
    project_id          uuid NOT NULL,
    user_id             uuid NOT NULL,
    custom_attribute_id uuid NOT NULL,
    position            smallint NOT NULL,
    text_value          text COLLATE "C",
    number_value        double precision,
    CONSTRAINT user_attributes_pkey PRIMARY KEY (project_id, user_id, custom_attribute_id, position),
    CONSTRAINT user_attributes_user_fkey FOREIGN KEY (project_id, user_id)
        REFERENCES users ON DELETE CASCADE,
    CONSTRAINT user_attributes_attribute_fkey FOREIGN KEY (project_id, custom_attribute_id)
        REFERENCES custom_attributes ON DELETE CASCADE,
    CONSTRAINT user_attributes_value_check CHECK (num_nonnulls(text_value, number_value) = 1)
);
CREATE INDEX user_attributes_text_idx
    ON user_attributes (project_id, custom_attribute_id, text_value, user_id) WHERE text_value IS NOT NULL;
CREATE INDEX user_attributes_number_idx
    ON user_attributes (project_id, custom_attribute_id, number_value, user_id)
    WHERE number_value IS NOT NULL;

CREATE TABLE user_tenants (
    project_id uuid NOT NULL,
    user_id    uuid NOT NULL,
    tenant_id  uuid NOT NULL,
    CONSTRAINT user_tenants_pkey PRIMARY KEY (project_id, user_id, tenant_id),
    CONSTRAINT user_tenants_user_fkey FOREIGN KEY (project_id, user_id) REFERENCES users ON DELETE CASCADE,
    CONSTRAINT user_tenants_tenant_fkey FOREIGN KEY (project_id, tenant_id) REFERENCES tenants
);
CREATE INDEX user_tenants_tenant_idx ON user_tenants (project_id, tenant_id, user_id);

CREATE TABLE user_tenant_roles (
    project_id  uuid NOT NULL,
    user_id     uuid NOT NULL,
    tenant_id   uuid NOT NULL,
    role_id     uuid NOT NULL,
    expire_time timestamptz,
    CONSTRAINT user_tenant_roles_pkey PRIMARY KEY (project_id, user_id, tenant_id, role_id),
    CONSTRAINT user_tenant_roles_membership_fkey FOREIGN KEY (project_id, user_id, tenant_id)
        REFERENCES user_tenants ON DELETE CASCADE,
    CONSTRAINT user_tenant_roles_role_fkey FOREIGN KEY (project_id, role_id) REFERENCES roles
);
CREATE INDEX user_tenant_roles_role_idx ON user_tenant_roles (project_id, role_id, tenant_id, user_id);
CREATE INDEX user_tenant_roles_tenant_idx ON user_tenant_roles (project_id, tenant_id, role_id, user_id);

CREATE TABLE user_applications (
    project_id     uuid NOT NULL,
    user_id        uuid NOT NULL,
    application_id uuid NOT NULL,
    CONSTRAINT user_applications_pkey PRIMARY KEY (project_id, user_id, application_id),
    CONSTRAINT user_applications_user_fkey FOREIGN KEY (project_id, user_id)
        REFERENCES users ON DELETE CASCADE,
    CONSTRAINT user_applications_application_fkey FOREIGN KEY (project_id, application_id)
        REFERENCES applications
);
CREATE INDEX user_applications_application_idx ON user_applications (project_id, application_id, user_id);

CREATE TABLE passwords (
    project_id uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    hash       text        NOT NULL,
    -- Must be replaced at the next sign-in: temporary, or expired by an operator.
    temporary  boolean     NOT NULL,
    set_time   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT passwords_pkey PRIMARY KEY (project_id, user_id),
    CONSTRAINT passwords_user_fkey FOREIGN KEY (project_id, user_id) REFERENCES users ON DELETE CASCADE
);

CREATE TABLE former_passwords (
    project_id uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    set_time   timestamptz NOT NULL,
    hash       text        NOT NULL,
    CONSTRAINT former_passwords_pkey PRIMARY KEY (project_id, user_id, set_time),
    CONSTRAINT former_passwords_user_fkey FOREIGN KEY (project_id, user_id)
        REFERENCES users ON DELETE CASCADE
);
"""


def up(_: SchemaMigrator, database: PostgresqlDatabase) -> None:
    database.execute_sql(TABLES)

"""Sessions, signing keys, second factors, passkeys, sign-ins and their limits, links, email templates."""

from peewee import PostgresqlDatabase
from playhouse.migrate import SchemaMigrator

TABLES = """
ALTER TABLE users
    ADD COLUMN mfa_enabled boolean NOT NULL DEFAULT false,
    ADD COLUMN mfa_reset_required boolean NOT NULL DEFAULT false,
    -- Whether there is a row in passkeys.
    ADD COLUMN has_passkeys boolean NOT NULL DEFAULT false;
CREATE INDEX users_mfa_idx ON users (project_id, create_time, user_id) WHERE mfa_enabled;
CREATE INDEX users_passkeys_idx ON users (project_id, create_time, user_id) WHERE has_passkeys;

CREATE TABLE signing_keys (
    project_id  uuid        NOT NULL,
    key_id      uuid        NOT NULL,
    -- Numbers the keys of a project: of several who make the next one at the same time, one does.
    generation  integer     NOT NULL,
    -- The members of the JSON Web Key.
    public_key  jsonb       NOT NULL,
    -- Sealed with the installation's key.
    private_key bytea       NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    -- From when on it signs, if it is the latest such; verifiers learn of it before.
    sign_time   timestamptz NOT NULL,
    -- Set once another one signs: when all that this one signed has expired.
    expire_time timestamptz,
    CONSTRAINT signing_keys_pkey PRIMARY KEY (project_id, key_id),
    CONSTRAINT signing_keys_generation_key UNIQUE (project_id, generation),
    CONSTRAINT signing_keys_project_fkey FOREIGN KEY (project_id) REFERENCES projects
);
CREATE INDEX signing_keys_expire_time_idx ON signing_keys (expire_time);

-- A session that is over has no row.
CREATE TABLE sessions (
    project_id            uuid        NOT NULL,
    session_id            uuid        NOT NULL,
    user_id               uuid        NOT NULL,
    refresh_hash          bytea       NOT NULL,
    -- The token that was replaced last, which is answered alike for a while.
    previous_refresh_hash bytea,
    refresh_time          timestamptz NOT NULL DEFAULT now(),
    methods               text[]      NOT NULL,
    ip_address            text        NOT NULL,
    user_agent            text        NOT NULL,
    custom_claims         jsonb       NOT NULL DEFAULT '{}',
    create_time           timestamptz NOT NULL DEFAULT now(),
    -- In any case, and without another refresh.
    end_time              timestamptz NOT NULL,
    expire_time           timestamptz NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (project_id, session_id),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (project_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX sessions_user_idx ON sessions (project_id, user_id, create_time, session_id);
CREATE INDEX sessions_expire_time_idx ON sessions (expire_time);

-- Links in emails, challenges, and options of passkeys that were given out: each is taken once.
CREATE TABLE one_time_tokens (
    project_id  uuid        NOT NULL,
    token_hash  bytea       NOT NULL,
    purpose     text        NOT NULL,
    -- NULL: it is nobody's yet.
    user_id     uuid,
    -- A digest of the address that such a one is for.
    address_key bytea,
    -- What goes with it, sealed with the installation's key; NULL for nothing.
    payload     bytea,
    create_time timestamptz NOT NULL DEFAULT now(),
    expire_time timestamptz NOT NULL,
    CONSTRAINT one_time_tokens_pkey PRIMARY KEY (project_id, token_hash),
    CONSTRAINT one_time_tokens_project_fkey FOREIGN KEY (project_id) REFERENCES projects,
    CONSTRAINT one_time_tokens_user_fkey FOREIGN KEY (project_id, user_id)
        REFERENCES users ON DELETE CASCADE
);
CREATE INDEX one_time_tokens_user_idx ON one_time_tokens (project_id, user_id, purpose)
    WHERE user_id IS NOT NULL;
CREATE INDEX one_time_tokens_address_idx ON one_time_tokens (project_id, address_key)
    WHERE address_key IS NOT NULL;
CREATE INDEX one_time_tokens_expire_time_idx ON one_time_tokens (expire_time);

-- What is counted and, beyond a limit, refused for a while: failed sign-ins, emails.
CREATE TABLE throttles (
    project_id   uuid        NOT NULL,
    -- A digest of what is counted: an identifier of nobody is counted like that of somebody.
    key          bytea       NOT NULL,
    count        integer     NOT NULL,
    window_time  timestamptz NOT NULL,
    -- Until when it is refused; NULL: it is not.
    locked_until timestamptz,
    -- When the row has no meaning any more.
    expire_time  timestamptz NOT NULL,
    CONSTRAINT throttles_pkey PRIMARY KEY (project_id, key),
    CONSTRAINT throttles_project_fkey FOREIGN KEY (project_id) REFERENCES projects
);
CREATE INDEX throttles_expire_time_idx ON throttles (expire_time);

CREATE TABLE logins (
    project_id      uuid        NOT NULL,
    login_record_id uuid        NOT NULL,
    user_id         uuid        NOT NULL,
    create_time     timestamptz NOT NULL DEFAULT now(),
    ip_address      text        NOT NULL,
    user_agent      text        NOT NULL,
    method          text        NOT NULL,
    outcome         text        NOT NULL,
    session_id      uuid,
    CONSTRAINT logins_pkey PRIMARY KEY (project_id, login_record_id),
    CONSTRAINT logins_user_fkey FOREIGN KEY (project_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX logins_user_idx ON logins (project_id, user_id, create_time, login_record_id);
CREATE INDEX logins_create_time_idx ON logins USING brin (create_time);

CREATE TABLE totp_factors (
    project_id  uuid        NOT NULL,
    user_id     uuid        NOT NULL,
    -- The one that counts, and the one that waits to be confirmed; both sealed with the installation's key.
    secret      bytea,
    new_secret  bytea,
    -- The time step of the last code that was taken: no code is taken twice.
    last_step   bigint      NOT NULL DEFAULT 0,
    create_time timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT totp_factors_pkey PRIMARY KEY (project_id, user_id),
    CONSTRAINT totp_factors_user_fkey FOREIGN KEY (project_id, user_id) REFERENCES users ON DELETE CASCADE
);

CREATE TABLE recovery_codes (
    project_id uuid  NOT NULL,
    user_id    uuid  NOT NULL,
    code_hash  bytea NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (project_id, user_id, code_hash),
    CONSTRAINT recovery_codes_user_fkey FOREIGN KEY (project_id, user_id) REFERENCES users ON DELETE CASCADE
);

CREATE TABLE passkeys (
    project_id    uuid        NOT NULL,
    passkey_id    uuid        NOT NULL,
    user_id       uuid        NOT NULL,
    credential_id bytea       NOT NULL,
    public_key    bytea       NOT NULL,
    sign_count    bigint      NOT NULL,
    transports    text[]      NOT NULL,
    aaguid        uuid        NOT NULL,
    backed_up     boolean     NOT NULL,
    display_name  text        NOT NULL,
    create_time   timestamptz NOT NULL DEFAULT now(),
    last_use_time timestamptz,
    CONSTRAINT passkeys_pkey PRIMARY KEY (project_id, passkey_id),
    CONSTRAINT passkeys_credential_key UNIQUE (project_id, credential_id),
    CONSTRAINT passkeys_user_fkey FOREIGN KEY (project_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX passkeys_user_idx ON passkeys (project_id, user_id, create_time, passkey_id);

CREATE TABLE provider_tokens (
    project_id       uuid        NOT NULL,
    user_id          uuid        NOT NULL,
    provider         text        NOT NULL COLLATE "C",
    provider_user_id text        NOT NULL,
    -- Both tokens, sealed with the installation's key.
    tokens           bytea       NOT NULL,
    scopes           text[]      NOT NULL,
    expire_time      timestamptz,
    update_time      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provider_tokens_pkey PRIMARY KEY (project_id, user_id, provider),
    CONSTRAINT provider_tokens_user_fkey FOREIGN KEY (project_id, user_id)
        REFERENCES users ON DELETE CASCADE
);

CREATE TABLE email_templates (
    project_id         uuid        NOT NULL,
    email_template_id  uuid        NOT NULL,
    name               text        NOT NULL,
    name_key           text        NOT NULL COLLATE "C",
    -- {"subject", "text", "html"}, and such by locale.
    content            jsonb       NOT NULL,
    localized_contents jsonb       NOT NULL,
    create_time        timestamptz NOT NULL DEFAULT now(),
    update_time        timestamptz NOT NULL DEFAULT now(),
    revision           bigint      NOT NULL DEFAULT 1,
    CONSTRAINT email_templates_pkey PRIMARY KEY (project_id, email_template_id),
    CONSTRAINT email_templates_name_key UNIQUE (project_id, name_key),
    CONSTRAINT email_templates_project_fkey FOREIGN KEY (project_id) REFERENCES projects
);
"""


def up(_: SchemaMigrator, database: PostgresqlDatabase) -> None:
    database.execute_sql(TABLES)

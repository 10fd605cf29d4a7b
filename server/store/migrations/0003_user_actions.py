"""User actions and what was applied of them, webhooks and their deliveries, the job queue."""

from peewee import PostgresqlDatabase
from playhouse.migrate import SchemaMigrator
from procrastinate.schema import SchemaManager

TABLES = """
-- Over the status, which the user has again when unblocked.
ALTER TABLE users ADD COLUMN blocked boolean NOT NULL DEFAULT false;
CREATE INDEX users_blocked_idx ON users (project_id, create_time, user_id) WHERE blocked;

-- What has expired, in all projects, and is not recorded yet.
ALTER TABLE users ADD COLUMN expiry_recorded boolean NOT NULL DEFAULT false;
CREATE INDEX users_expiry_idx ON users (expire_time) WHERE expire_time IS NOT NULL AND NOT expiry_recorded;
CREATE INDEX user_roles_expiry_idx ON user_roles (expire_time) WHERE expire_time IS NOT NULL;
CREATE INDEX user_tenant_roles_expiry_idx ON user_tenant_roles (expire_time) WHERE expire_time IS NOT NULL;

CREATE TABLE user_actions (
    project_id                 uuid        NOT NULL,
    user_action_id             uuid        NOT NULL,
    name                       text        NOT NULL,
    name_key                   text        NOT NULL COLLATE "C",
    localized_names            jsonb       NOT NULL,
    temporal                   boolean     NOT NULL,
    prevent_login              boolean     NOT NULL,
    send_end_event             boolean     NOT NULL,
    options                    jsonb       NOT NULL,
    start_email_template_id    uuid,
    modify_email_template_id   uuid,
    cancel_email_template_id   uuid,
    end_email_template_id      uuid,
    include_email_in_event     boolean     NOT NULL,
    user_emailing_enabled      boolean     NOT NULL,
    user_notifications_enabled boolean     NOT NULL,
    active                     boolean     NOT NULL DEFAULT true,
    create_time                timestamptz NOT NULL DEFAULT now(),
    update_time                timestamptz NOT NULL DEFAULT now(),
    revision                   bigint      NOT NULL DEFAULT 1,
    CONSTRAINT user_actions_pkey PRIMARY KEY (project_id, user_action_id),
    CONSTRAINT user_actions_project_fkey FOREIGN KEY (project_id) REFERENCES projects,
    CONSTRAINT user_actions_prevent_check CHECK (temporal OR NOT prevent_login)
);
CREATE UNIQUE INDEX user_actions_name_key ON user_actions (project_id, name_key) WHERE active;
CREATE INDEX user_actions_name_idx ON user_actions (project_id, name_key, user_action_id);

CREATE TABLE user_action_reasons (
    project_id      uuid        NOT NULL,
    reason_id       uuid        NOT NULL,
    code            text        NOT NULL,
    code_key        text        NOT NULL COLLATE "C",
    text            text        NOT NULL,
    localized_texts jsonb       NOT NULL,
    create_time     timestamptz NOT NULL DEFAULT now(),
    update_time     timestamptz NOT NULL DEFAULT now(),
    revision        bigint      NOT NULL DEFAULT 1,
    CONSTRAINT user_action_reasons_pkey PRIMARY KEY (project_id, reason_id),
    CONSTRAINT user_action_reasons_code_key UNIQUE (project_id, code_key),
    CONSTRAINT user_action_reasons_project_fkey FOREIGN KEY (project_id) REFERENCES projects
);

-- What was applied keeps the texts and rules of its definition as they were.
CREATE TABLE applied_actions (
    project_id         uuid        NOT NULL,
    applied_action_id  uuid        NOT NULL,
    user_id            uuid        NOT NULL,
    user_action_id     uuid        NOT NULL,
    actioner_user_id   uuid,
    name               text        NOT NULL,
    localized_name     text        NOT NULL,
    option             text        NOT NULL,
    localized_option   text        NOT NULL,
    reason_id          uuid,
    reason             text        NOT NULL,
    localized_reason   text        NOT NULL,
    reason_code        text        NOT NULL,
    application_ids    uuid[]      NOT NULL,
    comment            text        NOT NULL,
    state              text        NOT NULL,
    prevent_login      boolean     NOT NULL,
    send_end_event     boolean     NOT NULL,
    expire_time        timestamptz,
    email_user_on_end  boolean     NOT NULL,
    notify_user_on_end boolean     NOT NULL,
    broadcast          boolean     NOT NULL,
    -- [{"phase", "actioner_user_id", "comment", "create_time", "previous_expire_time"}], oldest first.
    history            jsonb       NOT NULL,
    create_time        timestamptz NOT NULL DEFAULT now(),
    update_time        timestamptz NOT NULL DEFAULT now(),
    revision           bigint      NOT NULL DEFAULT 1,
    CONSTRAINT applied_actions_pkey PRIMARY KEY (project_id, applied_action_id),
    CONSTRAINT applied_actions_user_fkey FOREIGN KEY (project_id, user_id) REFERENCES users ON DELETE CASCADE,
    CONSTRAINT applied_actions_action_fkey FOREIGN KEY (project_id, user_action_id)
        REFERENCES user_actions ON DELETE CASCADE,
    CONSTRAINT applied_actions_state_check CHECK (state IN ('ACTIVE', 'COMPLETED', 'CANCELLED', 'ENDED'))
);
CREATE INDEX applied_actions_create_time_idx ON applied_actions (project_id, create_time, applied_action_id);
CREATE INDEX applied_actions_user_idx
    ON applied_actions (project_id, user_id, create_time, applied_action_id);
CREATE INDEX applied_actions_action_idx
    ON applied_actions (project_id, user_action_id, create_time, applied_action_id);
CREATE INDEX applied_actions_reason_idx
    ON applied_actions (project_id, reason_id, create_time) WHERE reason_id IS NOT NULL;
CREATE INDEX applied_actions_actioner_idx
    ON applied_actions (project_id, actioner_user_id, create_time) WHERE actioner_user_id IS NOT NULL;
CREATE INDEX applied_actions_application_idx
    ON applied_actions USING gin (project_id, application_ids) WHERE application_ids <> '{}';
-- What lasts: of all that was ever applied it is little.
CREATE INDEX applied_actions_active_idx
    ON applied_actions (project_id, create_time, applied_action_id) WHERE state = 'ACTIVE';
-- What decides whether a user may sign in.
CREATE INDEX applied_actions_preventing_idx
    ON applied_actions (project_id, user_id) WHERE prevent_login AND state = 'ACTIVE';
-- What has to be recorded as ended, in all projects.
CREATE INDEX applied_actions_due_idx
    ON applied_actions (expire_time) WHERE state = 'ACTIVE' AND expire_time IS NOT NULL;

DROP INDEX events_subject_idx;
CREATE INDEX events_subject_idx ON events (project_id, subject_id, transaction_id, serial);
CREATE INDEX events_type_idx ON events (project_id, type, transaction_id, serial);
CREATE INDEX events_key_idx ON events (project_id, key_id, transaction_id, serial);
-- Events are stored nearly in the order of their time.
CREATE INDEX events_create_time_idx ON events USING brin (create_time);

-- Up to where a project's events have been deleted after their time.
CREATE TABLE collected_events (
    project_id     uuid   NOT NULL,
    transaction_id xid8   NOT NULL,
    serial         bigint NOT NULL,
    CONSTRAINT collected_events_pkey PRIMARY KEY (project_id)
);

CREATE INDEX request_records_create_time_idx ON request_records USING brin (create_time);

CREATE TABLE webhooks (
    project_id                  uuid        NOT NULL,
    webhook_id                  uuid        NOT NULL,
    url                         text        NOT NULL,
    description                 text        NOT NULL,
    event_types                 text[]      NOT NULL,
    user_action_ids             uuid[]      NOT NULL,
    reason_codes                text[]      NOT NULL,
    phases                      text[]      NOT NULL,
    disabled                    boolean     NOT NULL,
    disable_cause               text        NOT NULL DEFAULT '',
    failing_since               timestamptz,
    -- Sealed with the installation's key.
    secret                      bytea       NOT NULL,
    previous_secret             bytea,
    previous_secret_expire_time timestamptz,
    -- Set: it exists for nobody but those who remove its deliveries, batch by batch, and then itself.
    delete_time                 timestamptz,
    create_time                 timestamptz NOT NULL DEFAULT now(),
    update_time                 timestamptz NOT NULL DEFAULT now(),
    revision                    bigint      NOT NULL DEFAULT 1,
    CONSTRAINT webhooks_pkey PRIMARY KEY (project_id, webhook_id),
    CONSTRAINT webhooks_project_fkey FOREIGN KEY (project_id) REFERENCES projects
);
CREATE INDEX webhooks_create_time_idx ON webhooks (project_id, create_time, webhook_id);

CREATE TABLE webhook_deliveries (
    project_id           uuid        NOT NULL,
    delivery_id          uuid        NOT NULL DEFAULT gen_random_uuid(),
    webhook_id           uuid        NOT NULL,
    event_id             uuid        NOT NULL,
    event_transaction_id xid8        NOT NULL,
    event_serial         bigint      NOT NULL,
    event_type           text        NOT NULL,
    subject_id           uuid        NOT NULL,
    state                text        NOT NULL DEFAULT 'PENDING',
    attempt_count        integer     NOT NULL DEFAULT 0,
    -- [{"attempt_time", "status_code", "duration_ms", "error"}], oldest first.
    attempts             jsonb       NOT NULL DEFAULT '[]',
    -- While it is being sent: when others may think that its sender died.
    next_attempt_time    timestamptz DEFAULT now(),
    create_time          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (project_id, delivery_id),
    CONSTRAINT webhook_deliveries_webhook_fkey FOREIGN KEY (project_id, webhook_id)
        REFERENCES webhooks ON DELETE CASCADE,
    CONSTRAINT webhook_deliveries_state_check CHECK (state IN ('PENDING', 'SUCCEEDED', 'DEAD')),
    CONSTRAINT webhook_deliveries_due_check CHECK ((state = 'PENDING') = (next_attempt_time IS NOT NULL))
);
CREATE INDEX webhook_deliveries_create_time_idx
    ON webhook_deliveries (project_id, create_time, delivery_id);
CREATE INDEX webhook_deliveries_webhook_idx
    ON webhook_deliveries (project_id, webhook_id, create_time, delivery_id);
CREATE INDEX webhook_deliveries_event_idx ON webhook_deliveries (project_id, event_id);
-- What waits for one webhook: by the time it is due, and each subject's in order; tests wait for nothing.
CREATE INDEX webhook_deliveries_due_idx
    ON webhook_deliveries (project_id, webhook_id, next_attempt_time, event_serial) WHERE state = 'PENDING';
CREATE INDEX webhook_deliveries_order_idx
    ON webhook_deliveries (project_id, webhook_id, subject_id, event_serial)
    WHERE state = 'PENDING' AND event_type <> 'webhook.test';
-- What was given up is looked for among much that was not.
CREATE INDEX webhook_deliveries_dead_idx
    ON webhook_deliveries (project_id, create_time, delivery_id) WHERE state = 'DEAD';
-- What is done, for its removal after its time.
CREATE INDEX webhook_deliveries_done_idx ON webhook_deliveries (create_time) WHERE state <> 'PENDING';
"""

# Every event reaches the webhooks that take it, whatever statement writes it, in its own transaction: a
# trigger, so that no statement can forget it. The jobs only hasten what a chore finds anyway, so one that
# waits already is enough.
FAN_OUT = """
CREATE INDEX procrastinate_jobs_waiting_idx ON procrastinate_jobs (lock) WHERE status = 'todo';

CREATE FUNCTION is_use_of_action(event_type text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT event_type IN
        ('user_action.applied', 'user_action.modified', 'user_action.cancelled', 'user_action.ended')
$$;

CREATE FUNCTION webhook_takes(w webhooks, event_type text, data jsonb) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT (cardinality(w.event_types) = 0 OR EXISTS (
            SELECT FROM unnest(w.event_types) AS wanted
            WHERE event_type = wanted
                OR (wanted LIKE '%.*' AND starts_with(event_type, left(wanted, -1)))
                OR (wanted = 'user.action' AND is_use_of_action(event_type))))
        AND (NOT is_use_of_action(event_type) OR (
            (data->>'broadcast')::boolean
            AND (cardinality(w.user_action_ids) = 0
                OR (data->>'user_action_id')::uuid = ANY(w.user_action_ids))
            AND (cardinality(w.phases) = 0 OR data->>'phase' = ANY(w.phases))
            AND (cardinality(w.reason_codes) = 0 OR EXISTS (
                SELECT FROM unnest(w.reason_codes) AS code WHERE lower(code) = lower(data->>'reason_code')))))
$$;

CREATE FUNCTION defer_deliveries(project_ids uuid[], webhook_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    jobs procrastinate_job_to_defer_v1[];
BEGIN
    SELECT array_agg(('webhooks', 'deliver', 0, 'webhook:' || webhook_id, NULL,
        jsonb_build_object('project_id', project_id, 'webhook_id', webhook_id), NULL
    )::procrastinate_job_to_defer_v1)
    FROM unnest(project_ids, webhook_ids) AS due (project_id, webhook_id)
    WHERE NOT EXISTS (
        SELECT FROM procrastinate_jobs AS waiting
        WHERE waiting.status = 'todo' AND waiting.lock = 'webhook:' || webhook_id)
    INTO jobs;
    IF jobs IS NOT NULL THEN
        PERFORM procrastinate_defer_jobs_v1(jobs);
    END IF;
END
$$;

-- The lock on a webhook keeps it from being removed before its deliveries are there to be removed with it.
CREATE FUNCTION fan_out_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    project_ids uuid[];
    webhook_ids uuid[];
BEGIN
    WITH made AS (
        INSERT INTO webhook_deliveries
            (project_id, webhook_id, event_id, event_transaction_id, event_serial, event_type, subject_id)
        SELECT e.project_id, w.webhook_id, e.event_id, e.transaction_id, e.serial, e.type, e.subject_id
        FROM written AS e JOIN webhooks AS w ON w.project_id = e.project_id
        WHERE NOT w.disabled AND w.delete_time IS NULL AND e.type <> 'webhook.test'
            AND webhook_takes(w, e.type, e.data)
        FOR KEY SHARE OF w
        RETURNING project_id, webhook_id
    ), due AS (
        SELECT DISTINCT project_id, webhook_id FROM made
    )
    SELECT array_agg(project_id), array_agg(webhook_id) FROM due INTO project_ids, webhook_ids;
    IF webhook_ids IS NOT NULL THEN
        PERFORM defer_deliveries(project_ids, webhook_ids);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER events_fan_out AFTER INSERT ON events
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION fan_out_events();
"""


def up(_: SchemaMigrator, database: PostgresqlDatabase) -> None:
    for script in (SchemaManager.get_schema(), TABLES, FAN_OUT):
        # The driver takes a single per cent sign for the mark of a parameter.
        database.execute_sql(script.replace("%", "%%"))

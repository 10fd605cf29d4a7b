"""What is true of the installation as a whole."""

from peewee import PostgresqlDatabase
from playhouse.migrate import SchemaMigrator

TABLES = """
-- One row. It is of no project: where the schema is distributed, every node has a copy.
CREATE TABLE installation (
    one              boolean NOT NULL DEFAULT true,
    -- Made of ROSTER_SECRET_KEY, which it does not tell.
    secret_key_check bytea   NOT NULL,
    CONSTRAINT installation_pkey PRIMARY KEY (one),
    CONSTRAINT installation_one_check CHECK (one)
);
"""


def up(_: SchemaMigrator, database: PostgresqlDatabase) -> None:
    database.execute_sql(TABLES)

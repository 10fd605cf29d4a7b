"""A PostgreSQL server of Roster's own, kept in the data directory and reached through a Unix socket only."""

from server.embedded.postgres import EmbeddedPostgres, running_url

__all__ = ["EmbeddedPostgres", "running_url"]

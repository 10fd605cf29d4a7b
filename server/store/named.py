"""What tenants and applications have in common: named things of a project that users belong to.

A row is (id, name, description, create_time, update_time, revision).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.store.database import Database, Row
from server.store.models import Application, Tenant, UserApplication, UserTenant
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P, compiled, deletion


class NamedRows:
    """The rows of one such table, and of the memberships that users have in it."""

    def __init__(self, table: Any, id_column: str, membership: Any) -> None:
        rows = table.alias("t")
        id_field = getattr(rows, id_column)
        name = table._meta.table_name  # noqa: SLF001 # Peewee's own word for it
        self._columns = [
            id_field,
            rows.name,
            rows.description,
            rows.create_time,
            rows.update_time,
            rows.revision,
        ]
        found = rows.select(*self._columns).where(rows.project_id == P.project_id, id_field == P.id)
        self._get = compiled(found)
        self._lock = compiled(found.for_update("FOR UPDATE"))
        self._create = (
            f"INSERT INTO {name} (project_id, {id_column}, name, name_key, description)"
            " VALUES (%(project_id)s, %(id)s, %(name)s, %(name_key)s, %(description)s)"
            " RETURNING create_time"
        )
        self._update = (
            f"UPDATE {name} SET name = %(name)s, name_key = %(name_key)s, description = %(description)s,"
            " update_time = now(), revision = revision + 1"
            f" WHERE project_id = %(project_id)s AND {id_column} = %(id)s"
            " RETURNING update_time, revision"
        )
        self._delete = deletion(table, table.project_id == P.project_id, getattr(table, id_column) == P.id)
        self._end_memberships = deletion(
            membership, membership.project_id == P.project_id, getattr(membership, id_column) == P.id
        )
        self._lists = {
            (after, count): page_statement(
                rows,
                self._columns,
                [rows.project_id == P.project_id],
                Order(rows.name_key, "text", id_field),
                after=after,
                count=count,
            )
            for after in (False, True)
            for count in (False, True)
        }

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return len(self._columns)

    def get(self, database: Database, project_id: str, item_id: str) -> Row | None:
        """The row with this id."""
        return database.one(self._get, {"project_id": project_id, "id": item_id})

    def lock(self, database: Database, project_id: str, item_id: str) -> Row | None:
        """The same, locked until the transaction ends."""
        return database.one(self._lock, {"project_id": project_id, "id": item_id})

    def create(self, database: Database, values: Mapping[str, Any]) -> Row:
        """Inserts a row; returns (create_time,)."""
        return database.row(self._create, values)

    def update(self, database: Database, values: Mapping[str, Any]) -> Row:
        """Writes every column of a locked row; returns (update_time, revision)."""
        return database.row(self._update, values)

    def delete(self, database: Database, project_id: str, item_id: str, *, force: bool) -> int:
        """Deletes a locked row and returns how many memberships went with it: with `force` all; without
        it they are an error."""
        values = {"project_id": project_id, "id": item_id}
        ended = database.execute(self._end_memberships, values) if force else 0
        database.execute(self._delete, values)
        return ended

    def list(
        self, database: Database, parameters: Mapping[str, Any], *, count: bool
    ) -> tuple[list[Row], int | None]:
        """A page in alphabetical order, and the total if asked for; see `store.pages`."""
        return fetch_page(database, self._lists["after_id" in parameters, count], parameters, count=count)


TENANTS = NamedRows(Tenant, "tenant_id", UserTenant)
APPLICATIONS = NamedRows(Application, "application_id", UserApplication)

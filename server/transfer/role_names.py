"""Roles by their names, for a project where they have other ids than where the users came from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from server.transfer.connection import Refusal
from server.transfer.records import Form, Record


class RolesByName:
    """A form of users whose roles are named by their names, where they have both ids and names."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def records(self, file: BinaryIO) -> Iterator[Record]:
        """As they are."""
        return self._form.records(file)

    def item(self, record: Record) -> Any:
        """The user, with such roles. Raises Unusable."""
        item = self._form.item(record)
        for grant in chain(item.user.roles, *(tenant.roles for tenant in item.user.tenants)):
            if grant.name:
                grant.ClearField("role_id")
        return item

    def opening(self) -> str:
        """As it is."""
        return self._form.opening()

    def rejected(self, record: Record, refusal: Refusal) -> str:
        """As it is."""
        return self._form.rejected(record, refusal)

    def closing(self) -> str:
        """As it is."""
        return self._form.closing()

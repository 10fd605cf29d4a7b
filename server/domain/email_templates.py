"""The use cases of email templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from server.domain.caller import Caller
from server.domain.identity import etag
from server.domain.paging import Page, PageRequest
from server.domain.user import UserRef
from server.store.database import Database


class EmailTemplate(NamedTuple):
    """A template. The fields are the columns of `store.email_templates`, in their order."""

    email_template_id: str
    name: str
    content: dict[str, str]
    localized_contents: dict[str, dict[str, str]]
    create_time: datetime
    update_time: datetime
    revision: int

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)


class Email(NamedTuple):
    """An email as it is sent."""

    subject: str
    text: str
    html: str


class EmailTemplates:
    """The templates of all projects; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, caller: Caller, email_template_id: str) -> EmailTemplate:
        """Raises EMAIL_TEMPLATE_NOT_FOUND."""
        raise NotImplementedError

    def list(self, caller: Caller, page: PageRequest) -> Page[EmailTemplate]:
        """A page of templates in alphabetical order."""
        raise NotImplementedError

    def create(self, caller: Caller, values: Mapping[str, Any], *, email_template_id: str) -> EmailTemplate:
        """Raises EMAIL_TEMPLATE_NAME_TAKEN, EMAIL_TEMPLATE_ID_TAKEN, FIELDS_INVALID."""
        raise NotImplementedError

    def update(
        self, caller: Caller, email_template_id: str, values: Mapping[str, Any], etag: str
    ) -> EmailTemplate:
        """Raises EMAIL_TEMPLATE_NOT_FOUND, EMAIL_TEMPLATE_NAME_TAKEN, ETAG_MISMATCH, FIELDS_INVALID."""
        raise NotImplementedError

    def delete(self, caller: Caller, email_template_id: str, etag: str) -> None:
        """Raises EMAIL_TEMPLATE_NOT_FOUND, EMAIL_TEMPLATE_IN_USE, ETAG_MISMATCH."""
        raise NotImplementedError

    def preview(
        self, caller: Caller, source: str | Mapping[str, Any], locale: str, by: UserRef | None
    ) -> Email:
        """Raises EMAIL_TEMPLATE_NOT_FOUND, USER_NOT_FOUND, FIELDS_INVALID."""
        raise NotImplementedError

"""The use cases of email templates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.caller import Caller
from server.domain.emails import built_in, values
from server.domain.emails.kinds import TEMPLATE_FIELDS, EmailKind
from server.domain.emails.language import Unfit
from server.domain.emails.wording import Email, Wording
from server.domain.identity import etag, new_id, require_etag
from server.domain.paging import Page, PageRequest, page_of
from server.domain.text import fold
from server.domain.user import UserRef
from server.domain.user_writing import UserWriter
from server.errors import Error, Reason, Violation, not_found, refuse_invalid
from server.store import email_templates as rows
from server.store import projects as project_rows
from server.store.database import Database, Row


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

    @property
    def wording(self) -> Wording:
        """What it says."""
        return Wording(self.content, self.localized_contents)


# What a caller can set, by name; with the value it has when nobody set it.
SETTABLE: Final[dict[str, Any]] = {"name": "", "content": {}, "localized_contents": {}}


class EmailTemplates:
    """The templates of all projects; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = UserWriter(database)

    def get(self, caller: Caller, email_template_id: str) -> EmailTemplate:
        """The template. Raises EMAIL_TEMPLATE_NOT_FOUND."""
        return _found(email_template_id, rows.get(self._database, caller.project_id, email_template_id))

    def list(self, caller: Caller, page: PageRequest) -> Page[EmailTemplate]:
        """A page of templates in alphabetical order."""
        parameters = {**page.parameters("after_key", "after_id"), "project_id": caller.project_id}
        found, total = rows.list_templates(self._database, parameters, count=page.count)
        return page_of(page, found, template_of, total)

    def create(self, caller: Caller, values: Mapping[str, Any], *, email_template_id: str) -> EmailTemplate:
        """Creates a template; `email_template_id` '' lets the server make one.
        Raises EMAIL_TEMPLATE_NAME_TAKEN, EMAIL_TEMPLATE_ID_TAKEN, FIELDS_INVALID."""
        values = _checked({**SETTABLE, **values})
        email_template_id = email_template_id or new_id()
        (create_time,) = rows.create(self._database, _columns(caller, email_template_id, values))
        data = {"after": _facts(values)}
        events.record(self._database, caller, "email_template.created", email_template_id, data)
        return EmailTemplate(
            email_template_id=email_template_id,
            create_time=create_time,
            update_time=create_time,
            revision=1,
            **values,
        )

    def update(
        self, caller: Caller, email_template_id: str, values: Mapping[str, Any], etag: str
    ) -> EmailTemplate:
        """Sets these values.
        Raises EMAIL_TEMPLATE_NOT_FOUND, EMAIL_TEMPLATE_NAME_TAKEN, ETAG_MISMATCH, FIELDS_INVALID."""
        # What a template says takes a while to check, and no transaction has begun yet.
        values = _checked(values)
        template = self._locked(caller, email_template_id)
        require_etag(etag, template.etag)
        changed = template._replace(**values)
        before = {name: getattr(template, name) for name in SETTABLE}
        after = {name: getattr(changed, name) for name in SETTABLE}
        changes = events.changes(_facts(before), _facts(after))
        if not changes:
            return template
        update_time, revision = rows.update(self._database, _columns(caller, email_template_id, after))
        events.record(self._database, caller, "email_template.updated", email_template_id, changes)
        return changed._replace(update_time=update_time, revision=revision)

    def delete(self, caller: Caller, email_template_id: str, etag: str) -> None:
        """Deletes a template that nothing names.
        Raises EMAIL_TEMPLATE_NOT_FOUND, EMAIL_TEMPLATE_IN_USE, ETAG_MISMATCH."""
        template = self._locked(caller, email_template_id)
        require_etag(etag, template.etag)
        of_policy, user_action_id = rows.used_by(
            self._database, caller.project_id, email_template_id, TEMPLATE_FIELDS
        )
        if of_policy or user_action_id:
            used_by = "email_policy" if of_policy else f"user_action:{user_action_id}"
            raise Error(Reason.EMAIL_TEMPLATE_IN_USE, used_by=used_by)
        rows.delete(self._database, caller.project_id, email_template_id)
        data = {"before": _facts({name: getattr(template, name) for name in SETTABLE})}
        events.record(self._database, caller, "email_template.deleted", email_template_id, data)

    def preview(
        self, caller: Caller, source: str | EmailKind | Mapping[str, Any], locale: str, by: UserRef | None
    ) -> Email:
        """What an email says that is worded by a template (its id), by Roster itself, or by a template that
        is not stored (its values). Raises EMAIL_TEMPLATE_NOT_FOUND, USER_NOT_FOUND, FIELDS_INVALID."""
        if isinstance(source, EmailKind):
            wording = built_in.wording(source)
        elif isinstance(source, str):
            wording = self.get(caller, source).wording
        else:
            wording = Wording(source.get("content", {}), source.get("localized_contents", {}))
            refuse_invalid(list(wording.violations()))
        user = self._writer.get(caller, by) if by is not None else None
        locale = locale or (user.locale if user else "")
        content, language = wording.content_for(locale)
        shown = values.sample(language, user.zoneinfo if user else "")
        project = project_rows.get(self._database, caller.project_id)
        if project is not None:
            shown["project"] = values.of_project(caller.project_id, project[1])
        if user is not None:
            shown["user"] = values.of_user(user)
        try:
            return content.email(shown)
        except Unfit as problem:
            raise _unfit(problem) from None

    def _locked(self, caller: Caller, email_template_id: str) -> EmailTemplate:
        return _found(email_template_id, rows.lock(self._database, caller.project_id, email_template_id))


def require_templates(database: Database, project_id: str, email_template_ids: Iterable[str | None]) -> None:
    """Keeps these templates, '' and None for none, from being deleted until the transaction ends.
    Raises EMAIL_TEMPLATE_NOT_FOUND."""
    named = sorted({template_id.lower() for template_id in email_template_ids if template_id})
    if not named:
        return
    there = rows.hold(database, project_id, named)
    for template_id in named:
        if template_id not in there:
            raise _not_found(template_id)


def template_of(row: Row) -> EmailTemplate:
    """The template in a row; what stands behind its columns is left alone."""
    return EmailTemplate._make(row[: len(rows.TEMPLATE_COLUMNS)])


def _found(email_template_id: str, row: Row | None) -> EmailTemplate:
    if row is None:
        raise _not_found(email_template_id)
    return template_of(row)


def _not_found(email_template_id: str) -> Error:
    return not_found(Reason.EMAIL_TEMPLATE_NOT_FOUND, "email_template_id", email_template_id)


def _unfit(problem: Unfit) -> Error:
    return Error(Reason.FIELDS_INVALID, violations=[Violation("email_template", str(problem))])


def _checked(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Values to set, in the form they are kept in. Raises FIELDS_INVALID."""
    kept = dict(asked)
    problems = []
    if "name" in kept:
        kept["name"] = kept["name"].strip()
        problems += [] if kept["name"] else [Violation("email_template.name", "is required")]
    if "content" in kept and not kept["content"]:
        problems.append(Violation("email_template.content", "is required"))
        del kept["content"]
    # Each is fit or not by itself.
    wording = Wording(kept.get("content") or _FIT, kept.get("localized_contents", {}))
    refuse_invalid([*problems, *wording.violations()])
    return kept


_FIT: Final = {"subject": "-", "text": "-"}


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """What events compare and show of a template: of its texts, which may be long, a digest."""
    localized = values["localized_contents"].items()
    return {
        "name": values["name"],
        "content": _digest(values["content"]),
        "localized_contents": {tag: _digest(content) for tag, content in localized},
    }


def _digest(content: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _columns(caller: Caller, email_template_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "project_id": caller.project_id,
        "email_template_id": email_template_id,
        "name": values["name"],
        "name_key": fold(values["name"]),
        "content": events.to_json(values["content"]),
        "localized_contents": events.to_json(values["localized_contents"]),
    }

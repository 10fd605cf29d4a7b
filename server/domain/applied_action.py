"""An applied action as the domain sees it, and how it is made of its definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.identity import etag, new_id
from server.domain.localizing import localized
from server.domain.text import fold
from server.errors import Error, Reason
from server.store.applied_actions import APPLIED_COLUMNS
from server.store.database import Row


class AppliedAction(NamedTuple):
    """One use of a user action. The fields are the columns of `store.applied_actions`, in their order."""

    applied_action_id: str
    user_id: str
    user_action_id: str
    actioner_user_id: str | None
    name: str
    localized_name: str
    option: str
    localized_option: str
    reason_id: str | None
    reason: str
    localized_reason: str
    reason_code: str
    application_ids: list[str]
    comment: str
    state: str
    """ACTIVE, COMPLETED, CANCELLED or ENDED at the instant of the reading."""
    ended: bool
    """Whether its end has been recorded, and announced if it is to be."""
    prevent_login: bool
    send_end_event: bool
    expire_time: datetime | None
    email_user_on_end: bool
    notify_user_on_end: bool
    broadcast: bool
    history: list[dict[str, Any]]
    """`{"phase", "actioner_user_id", "comment", "create_time", "previous_expire_time"}`, oldest first; times
    in RFC 3339, absent values None."""
    create_time: datetime
    update_time: datetime
    revision: int

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)

    @property
    def prevents(self) -> bool:
        """Whether it keeps the user from signing in."""
        return self.prevent_login and self.state == "ACTIVE"

    @property
    def end_event_state(self) -> str:
        """NONE, PENDING or SENT."""
        if not self.send_end_event or self.expire_time is None or self.state not in ("ACTIVE", "ENDED"):
            return "NONE"
        return "SENT" if self.ended else "PENDING"

    @property
    def columns(self) -> dict[str, Any]:
        """The values that are stored, by their names."""
        return {**self._asdict(), "history": events.to_json(self.history)}

    def with_change(self, phase: str, actioner_user_id: str, comment: str, now: datetime) -> AppliedAction:
        """The same with one more entry in its history."""
        before = self.expire_time if phase != "START" else None
        entry = {
            "phase": phase,
            "actioner_user_id": actioner_user_id or None,
            "comment": comment,
            "create_time": now.isoformat(),
            "previous_expire_time": before and before.isoformat(),
        }
        return self._replace(history=[*self.history, entry])


class Prevention(NamedTuple):
    """An active applied action that keeps its user from signing in."""

    applied_action_id: str
    user_action_id: str
    name: str
    localized_name: str
    option: str
    localized_option: str
    reason: str
    localized_reason: str
    reason_code: str
    expire_time: datetime | None


def applied_of(row: Row) -> AppliedAction:
    """The applied action in a row; what stands behind its columns is left alone."""
    return AppliedAction._make(row[: len(APPLIED_COLUMNS)])


_TEXTS: Final = {
    "option": "",
    "localized_option": "",
    "reason": "",
    "localized_reason": "",
    "reason_code": "",
}


class Definition(NamedTuple):
    """Of a user action what its application needs; the fields are the keys of the store's JSON."""

    user_action_id: str
    name: str
    localized_names: Mapping[str, str]
    temporal: bool
    prevent_login: bool
    send_end_event: bool
    options: Sequence[Mapping[str, Any]]
    user_emailing_enabled: bool
    user_notifications_enabled: bool
    active: bool
    email_templates: Mapping[str, str | None]
    """The id of the template of each phase."""
    include_email_in_event: bool

    def applied(
        self,
        user_id: str,
        locale: str,
        now: datetime,
        *,
        option: str,
        reason: Mapping[str, Any] | None,
        **values: Any,
    ) -> AppliedAction:
        """A new application with the texts as they are now. `option` is an id or a name.
        Raises USER_ACTION_OPTION_NOT_FOUND."""
        return AppliedAction(
            applied_action_id=new_id(),
            user_id=user_id,
            user_action_id=self.user_action_id,
            name=self.name,
            localized_name=localized(self.localized_names, locale),
            **{**_TEXTS, **self._option_texts(option, locale), **_reason_texts(reason, locale)},
            reason_id=reason["reason_id"] if reason else None,
            state="ACTIVE" if self.temporal else "COMPLETED",
            ended=False,
            prevent_login=self.prevent_login,
            send_end_event=self.temporal and self.send_end_event,
            history=[],
            create_time=now,
            update_time=now,
            revision=1,
            **values,
        )

    def _option_texts(self, option: str, locale: str) -> dict[str, Any]:
        if not option:
            return {}
        # An id counts before a name that looks like it.
        named = [chosen for chosen in self.options if option.lower() == chosen["option_id"]]
        named += [chosen for chosen in self.options if fold(option) == fold(chosen["name"])]
        if not named:
            raise Error(Reason.USER_ACTION_OPTION_NOT_FOUND, option=option)
        texts = named[0]["localized_names"]
        return {"option": named[0]["name"], "localized_option": localized(texts, locale)}


def _reason_texts(reason: Mapping[str, Any] | None, locale: str) -> dict[str, Any]:
    if reason is None:
        return {}
    return {
        "reason": reason["text"],
        "localized_reason": localized(reason["localized_texts"], locale),
        "reason_code": reason["code"],
    }

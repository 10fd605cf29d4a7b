"""What is asked for when an action is applied, the ground that it stands on, and what becomes of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from server.domain.applied_action import AppliedAction, Definition
from server.domain.emails.action_emails import Use
from server.errors import Error, Reason, Violation, not_found, refuse_invalid


class End(NamedTuple):
    """When an action is to end: at `expire_time`, or after `duration`, or (with neither) not by itself."""

    field: str
    """What the caller said it with."""
    expire_time: datetime | None = None
    duration: timedelta | None = None

    def instant(self, now: datetime) -> datetime | None:
        """The instant of the end; None for never."""
        return self.expire_time if self.duration is None else now + self.duration


@dataclass(frozen=True, slots=True)
class Wish:
    """What is common to all that is done with an action."""

    comment: str
    actioner_user_id: str
    """'' for the system."""
    email_user: bool
    notify_user: bool


@dataclass(frozen=True, slots=True)
class Application:
    """What to apply, and how."""

    user_action_id: str
    option: str
    """Id or name of an option; '' for none."""
    reason: str
    """Id or code of a reason; '' for none."""
    application_ids: Sequence[str]
    broadcast: bool
    end: End | None
    """None: the caller said nothing."""
    if_already_active: str
    """ALLOW, REJECT or RETURN_EXISTING."""
    wish: Wish

    @property
    def reason_id(self) -> str | None:
        """The reason as an id, if it can be one."""
        try:
            return str(UUID(self.reason))
        except ValueError:
            return None


class Found(NamedTuple):
    """What there is of all that an application names."""

    user_id: str
    locale: str
    has_email: bool
    now: datetime
    definition: Mapping[str, Any] | None
    reason: Mapping[str, Any] | None
    actioner_exists: bool
    missing_application: str | None

    def ground(self, asked: Application) -> Ground:
        """Raises USER_ACTION_NOT_FOUND, USER_ACTION_INACTIVE, USER_ACTION_REASON_NOT_FOUND, USER_NOT_FOUND of
        the actioner, APPLICATION_NOT_FOUND."""
        if self.definition is None:
            raise not_found(Reason.USER_ACTION_NOT_FOUND, "user_action_id", asked.user_action_id)
        if not self.definition["active"]:
            raise Error(Reason.USER_ACTION_INACTIVE)
        if asked.reason and self.reason is None:
            raise not_found(Reason.USER_ACTION_REASON_NOT_FOUND, "reason", asked.reason)
        require_actioner(asked.wish, self.actioner_exists)
        if self.missing_application is not None:
            raise not_found(Reason.APPLICATION_NOT_FOUND, "application_id", self.missing_application)
        return Ground(
            self.user_id, self.locale, self.has_email, self.now, Definition(**self.definition), self.reason
        )


class Ground(NamedTuple):
    """What an application stands on."""

    user_id: str
    locale: str
    has_email: bool
    now: datetime
    definition: Definition
    reason: Mapping[str, Any] | None

    def applied(self, asked: Application) -> tuple[AppliedAction, Use | None]:
        """What the application makes, and what the user is to be told of it by email. Raises FIELDS_INVALID,
        EMAIL_NOT_AVAILABLE, USER_ACTION_OPTION_NOT_FOUND."""
        definition, wish, now = self.definition, asked.wish, self.now
        refuse_invalid([*_end_problems(definition, asked.end, now), *flag_problems(definition, wish)])
        applied = definition.applied(
            self.user_id,
            self.locale,
            now,
            option=asked.option,
            reason=self.reason,
            actioner_user_id=wish.actioner_user_id or None,
            application_ids=list(asked.application_ids),
            comment=wish.comment,
            expire_time=asked.end.instant(now) if asked.end else None,
            email_user_on_end=wish.email_user and definition.temporal,
            notify_user_on_end=wish.notify_user and definition.temporal,
            broadcast=asked.broadcast,
        ).with_change("START", wish.actioner_user_id, wish.comment, now)
        return applied, use_of(definition, applied, wish, "START", has_email=self.has_email)


def _end_problems(definition: Definition, end: End | None, now: datetime) -> list[Violation]:
    if definition.temporal and end is None:
        return [Violation("expire_time", "or duration or indefinite is required: the action is temporal")]
    if not definition.temporal and end is not None:
        return [Violation(end.field, "must be absent: the action is not temporal")]
    return instant_problems(end, now)


def instant_problems(end: End | None, now: datetime) -> list[Violation]:
    """An end that does not lie in the future."""
    past = end is not None and end.expire_time is not None and end.expire_time <= now
    return [Violation("expire_time", "must lie in the future")] if past else []


def flag_problems(definition: Definition, wish: Wish) -> list[Violation]:
    """Wishes that the definition does not allow."""
    problems = []
    if wish.email_user and not definition.user_emailing_enabled:
        problems.append(Violation("email_user", "requires that the user action has user_emailing_enabled"))
    if wish.notify_user and not definition.user_notifications_enabled:
        problems.append(
            Violation("notify_user", "requires that the user action has user_notifications_enabled")
        )
    return problems


def use_of(
    definition: Definition, applied: AppliedAction, wish: Wish, phase: str, *, has_email: bool
) -> Use | None:
    """What the user is to be told of a phase by email; None for nothing. Raises EMAIL_NOT_AVAILABLE."""
    if not wish.email_user:
        return None
    template_id = definition.email_templates[phase]
    if template_id is None or not has_email:
        raise Error(Reason.EMAIL_NOT_AVAILABLE)
    return Use(applied, template_id, definition.include_email_in_event)


def require_actioner(wish: Wish, exists: bool) -> None:
    """Raises USER_NOT_FOUND for a person who does not exist."""
    if wish.actioner_user_id and not exists:
        raise not_found(Reason.USER_NOT_FOUND, "actioner_user_id", wish.actioner_user_id)

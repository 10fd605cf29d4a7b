"""The emails to users who are new, as those wish who create them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from server.domain.caller import Caller
from server.domain.emails import outbox
from server.domain.emails.kinds import EmailKind
from server.errors import Violation
from server.store.database import Database


class Welcome(NamedTuple):
    """What new users are sent."""

    invite: bool = False
    verify: bool = False
    """Whether they are to verify their email, unless an invitation does so."""

    def violations(self, values: Mapping[str, Any], status: str) -> list[Violation]:
        """What keeps a user with these settable values from being sent it."""
        problems = []
        if self.invite and not values.get("email"):
            problems.append(Violation("invite", "requires an email"))
        if self.invite and status != "INVITED":
            problems.append(Violation("invite", "requires the status INVITED"))
        if self.verify and not values.get("email"):
            problems.append(Violation("send_verification_email", "requires an email"))
        return problems

    def kind(self, values: Mapping[str, Any], status: str) -> EmailKind | None:
        """Which email such a user is sent."""
        if not values.get("email"):
            return None
        if self.invite and status == "INVITED":
            return EmailKind.INVITATION
        return EmailKind.VERIFICATION if self.verify and not values.get("email_verified") else None


NOTHING = Welcome()


def send(database: Database, caller: Caller, new: Iterable[tuple[str, EmailKind | None]]) -> None:
    """Has new users, by their ids, sent emails of these kinds; two statements a kind, however many."""
    by_kind: dict[EmailKind, list[str]] = {}
    for user_id, kind in new:
        if kind is not None:
            by_kind.setdefault(kind, []).append(user_id)
    for kind, user_ids in sorted(by_kind.items()):
        outbox.count_first(database, caller, kind, user_ids)
        outbox.send_all(database, caller, kind, _each(user_ids))


def _each(user_ids: Sequence[str]) -> list[dict[str, str]]:
    return [{"user_id": user_id} for user_id in user_ids]

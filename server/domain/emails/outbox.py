"""Puts emails on their way, as jobs of the present transaction, and counts those that people ask for.

A job holds ids and the kind of the email; whom it goes to and what it says is found out when it is sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from server.config import MAX_EMAILS_ASKED_FOR_PER_ADDRESS
from server.domain.address_limits import AddressLimit
from server.domain.caller import Caller
from server.domain.emails.kinds import EmailKind
from server.domain.identity import new_id
from server.domain.one_time_tokens import OneTimeTokens, Purpose
from server.domain.text import fold, phone_number_e164
from server.errors import Error, Reason
from server.store import queue, throttles
from server.store.database import Database

_HOUR: Final = 3_600
_PATIENCE: Final = 2 * 86_400
"""Seconds for which it is known what an email is about: longer than it is tried."""

FROM_ADDRESS: Final = AddressLimit(
    "emails", MAX_EMAILS_ASKED_FOR_PER_ADDRESS, _HOUR, Reason.EMAILS_TOO_FREQUENT
)
"""Those that end users ask for, whoever they go to: for nobody's identifiers something is stored as well."""


def send(database: Database, caller: Caller, kind: EmailKind, **more: str) -> None:
    """Has an email sent. `more` are the ids that the kind takes: `user_id`, and see `delivery`."""
    send_all(database, caller, kind, [more])


def send_all(database: Database, caller: Caller, kind: EmailKind, each: Sequence[dict[str, str]]) -> None:
    """Has emails sent, one for each of these, by one statement."""
    common = {"project_id": caller.project_id, "kind": kind.value}
    queue.defer_all(database, queue.SEND_EMAIL, [{**common, "email_id": new_id(), **more} for more in each])


def send_to_whom_it_concerns(
    database: Database, caller: Caller, kind: EmailKind, tokens: OneTimeTokens, about: Mapping[str, Any]
) -> None:
    """Has an email sent of which it is found out later, and told to nobody, whether it goes to a user. What
    it is about, JSON values, is sealed."""
    email_id = new_id()
    tokens.keep(caller, Purpose.EMAIL, email_id, _PATIENCE, payload=about)
    common = {"project_id": caller.project_id, "kind": kind.value}
    queue.defer_all(database, queue.SEND_EMAIL, [{**common, "email_id": email_id}])


# -- how often ---------------------------------------------------------------------------------


def of_user(kind: EmailKind, user_id: str) -> bytes:
    """What is counted of the emails of a kind to a user."""
    return _digest(kind, "user", user_id)


def of_identifier(kind: EmailKind, identifier: str) -> bytes:
    """What is counted of those to whoever goes by an identifier, in any spelling, also if nobody does."""
    return _digest(kind, "identifier", phone_number_e164(identifier) or fold(identifier))


def admitted(database: Database, caller: Caller, key: bytes) -> float | None:
    """Counts an email, in the present transaction, if another one may be sent; otherwise returns the seconds
    after which that is so."""
    policy = caller.settings.email_policy
    return throttles.admit(
        database,
        caller.project_id,
        key,
        limit=policy.emails_per_hour,
        window=_HOUR,
        interval=policy.interval_seconds,
    )


def admit(database: Database, caller: Caller, key: bytes) -> None:
    """The same. Raises EMAILS_TOO_FREQUENT."""
    if (seconds := admitted(database, caller, key)) is not None:
        raise Error(Reason.EMAILS_TOO_FREQUENT, retry_after=seconds)


def refuse_locked(database: Database, caller: Caller, key: bytes) -> None:
    """Counts nothing. Raises EMAILS_TOO_FREQUENT if an end user could not ask for another one now."""
    keys = [key, *FROM_ADDRESS.keys(caller)]
    if locked := throttles.locked(database, caller.project_id, keys):
        raise Error(Reason.EMAILS_TOO_FREQUENT, retry_after=max(locked.values()))


def count_first(database: Database, caller: Caller, kind: EmailKind, user_ids: Iterable[str]) -> None:
    """Counts the first emails of a kind to users who are new."""
    policy = caller.settings.email_policy
    throttles.begin(
        database,
        caller.project_id,
        [of_user(kind, user_id) for user_id in user_ids],
        window=_HOUR,
        pause=_HOUR if policy.emails_per_hour == 1 else policy.interval_seconds,
    )


def _digest(kind: EmailKind, what: str, whom: str) -> bytes:
    return hashlib.sha256(f"email {kind} to {what} {whom}".encode()).digest()

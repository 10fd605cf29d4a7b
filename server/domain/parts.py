"""The use cases that calls and pages have in common, and what these are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from server.config import Config
from server.domain.applied_actions import AppliedActions
from server.domain.email_links import EmailLinks
from server.domain.emails.action_emails import ActionEmails
from server.domain.lockouts import Lockouts
from server.domain.one_time_tokens import OneTimeTokens
from server.domain.passwords.hasher import Hasher
from server.domain.sealing import Sealer
from server.domain.sign_ups import SignUps
from server.domain.signing_keys import SigningKeys
from server.domain.user_passwords import UserPasswords
from server.domain.user_statuses import UserStatuses
from server.domain.users import Users
from server.store.database import Database


@dataclass(frozen=True)
class SharedParts:
    """Of one process, each made when it is asked for."""

    database: Database
    config: Config
    hasher: Hasher
    sealer: Sealer

    @cached_property
    def passwords(self) -> UserPasswords:
        return UserPasswords(self.database, self.hasher)

    @cached_property
    def users(self) -> Users:
        return Users(self.database, self.passwords)

    @cached_property
    def action_emails(self) -> ActionEmails:
        return ActionEmails(self.database, self.config)

    @cached_property
    def applied_actions(self) -> AppliedActions:
        return AppliedActions(self.database, self.action_emails)

    @cached_property
    def one_time_tokens(self) -> OneTimeTokens:
        return OneTimeTokens(self.database, self.sealer)

    @cached_property
    def signing_keys(self) -> SigningKeys:
        return SigningKeys(self.database, self.sealer)

    @cached_property
    def lockouts(self) -> Lockouts:
        return Lockouts(self.database, self.applied_actions)

    @cached_property
    def sign_ups(self) -> SignUps:
        return SignUps(self.database, self.one_time_tokens, self.passwords, self.users)

    @cached_property
    def email_links(self) -> EmailLinks:
        return EmailLinks(
            self.database,
            self.one_time_tokens,
            self.passwords,
            UserStatuses(self.database),
            self.lockouts,
            self.sign_ups,
        )

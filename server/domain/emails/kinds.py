"""The kinds of emails, and where the links of those lead that have one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from server.domain.one_time_tokens import Purpose
from server.domain.settings import EmailPolicy


class EmailKind(StrEnum):
    """What an email is sent for. The names are the contract's, and those in jobs and events."""

    VERIFICATION = "VERIFICATION"
    PASSWORD_RESET = "PASSWORD_RESET"
    INVITATION = "INVITATION"
    SIGN_UP = "SIGN_UP"
    SIGN_UP_EXISTS = "SIGN_UP_EXISTS"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    NEW_SIGN_IN = "NEW_SIGN_IN"
    USER_ACTION = "USER_ACTION"
    """Worded by a template of the user action, and by nothing else."""

    @property
    def policy_field(self) -> str:
        """The field of the email policy that names the template."""
        return f"{self.lower()}_template_id"


BUILT_IN: Final = tuple(kind for kind in EmailKind if kind is not EmailKind.USER_ACTION)
"""Those that Roster has a wording of its own for."""

TEMPLATE_FIELDS: Final = tuple(kind.policy_field for kind in BUILT_IN)
"""The fields of the email policy that name templates."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is good for. `seconds` and `url` name fields of the email policy: how long it is good, and
    the page that it leads to, which otherwise is `page` of the web process."""

    purpose: Purpose
    seconds: str
    url: str
    page: str

    def lasts(self, policy: EmailPolicy) -> int:
        """The seconds that the link is good for."""
        seconds: int = getattr(policy, self.seconds)
        return seconds

    def address(self, policy: EmailPolicy, public_url: str, project_id: str, token: str) -> str:
        """The whole link."""
        own: str = getattr(policy, self.url)
        if not own:
            return (
                f"{public_url.rstrip('/')}/{self.page}?{urlencode({'project': project_id, 'token': token})}"
            )
        parts = urlsplit(own)
        query = f"{parts.query}&" if parts.query else ""
        return urlunsplit(parts._replace(query=f"{query}token={quote(token)}"))


LINKS: Final = {
    EmailKind.VERIFICATION: Link(
        Purpose.VERIFY_EMAIL, "verification_seconds", "verification_url", "verify-email"
    ),
    EmailKind.SIGN_UP: Link(Purpose.SIGN_UP, "verification_seconds", "verification_url", "verify-email"),
    EmailKind.PASSWORD_RESET: Link(
        Purpose.RESET_PASSWORD, "password_reset_seconds", "password_reset_url", "reset-password"
    ),
    EmailKind.INVITATION: Link(Purpose.INVITATION, "invitation_seconds", "invitation_url", "invitation"),
}

"""What an email says and whom it goes to, at the moment when it is sent; and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from server.config import Config
from server.domain import events
from server.domain.caller import Caller, system
from server.domain.emails import built_in, outbox, values
from server.domain.emails.action_emails import ActionEmails
from server.domain.emails.kinds import LINKS, EmailKind
from server.domain.emails.language import Unfit
from server.domain.emails.wording import Email, Wording
from server.domain.one_time_tokens import OneTimeTokens, Purpose
from server.domain.projects import Project
from server.domain.sealing import Sealer
from server.domain.user import User, UserRef, user_of
from server.store import email_deliveries as rows
from server.store import email_templates as template_rows
from server.store import projects as project_rows
from server.store import users as user_rows
from server.store.database import Database, Row

log = structlog.get_logger("roster.emails")


@dataclass(frozen=True, slots=True)
class Order:
    """An email to send, as its job says."""

    project_id: str
    email_id: str
    """Every attempt to send it has the same."""
    kind: EmailKind
    user_id: str = ""
    """'': it is not known yet whether it goes to a user."""
    login_record_id: str = ""
    """Of a new sign-in."""
    event_id: str = ""
    """Of a use of a user action; or, of an end without an event:"""
    applied_action_id: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Order:
        """The order in the arguments of a job; those that are not known any more do not matter."""
        known = {name: value for name, value in arguments.items() if name in cls.__slots__}
        return cls(**{**known, "kind": EmailKind(known["kind"])})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """An email, ready to be sent."""

    email_id: str
    kind: EmailKind
    from_address: str
    from_name: str
    reply_to: str
    to_address: str
    to_name: str
    email: Email
    user_id: str = ""
    """'': it goes to nobody who is a user."""
    token: str = field(default="")
    """Of its link; '': it has none."""


@dataclass(frozen=True, slots=True)
class _Addressee:
    """Whom an email goes to."""

    address: str
    name: str
    locale: str
    zone: str
    values: Mapping[str, str]
    user_id: str = ""


class Delivery:
    """The emails of all projects."""

    def __init__(self, database: Database, config: Config, sealer: Sealer) -> None:
        self._database = database
        self._config = config
        self._tokens = OneTimeTokens(database, sealer)
        self._actions = ActionEmails(database, config)

    def prepare(self, order: Order) -> Letter | None:
        """The email as it is to be sent now, with a link of its own if it has one; None if it is not to be
        sent any more. Raises Unfit for a template that cannot be used."""
        with self._database.transaction():
            row = project_rows.get(self._database, order.project_id)
            if row is None:
                return None
            project = Project(*row[: len(project_rows.PROJECT_COLUMNS)])
            caller = replace(system(order.project_id), settings=project.settings)
            if order.user_id:
                return self._to_user(caller, project, order)
            if order.kind is EmailKind.SIGN_UP:
                return self._of_sign_up(caller, project, order)
            self._look_for_user(caller, order)
            return None

    def sent(self, order: Order, letter: Letter) -> None:
        """Records that an email was sent."""
        with self._database.transaction():
            self._done(order, letter, "user.email.sent")

    def failed(self, order: Order, letter: Letter | None) -> None:
        """Records that an email is given up; None: it could not even be written."""
        with self._database.transaction():
            self._done(order, letter, "user.email.failed")

    def take_back(self, order: Order, letter: Letter) -> None:
        """Makes the link of an email worthless that has certainly not been sent."""
        if letter.token:
            with self._database.transaction():
                purpose = LINKS[letter.kind].purpose
                self._tokens.take(system(order.project_id), letter.token, purpose)

    def _done(self, order: Order, letter: Letter | None, event_type: str) -> None:
        caller = system(order.project_id)
        self._tokens.take(caller, order.email_id, Purpose.EMAIL)
        user_id, kind = (letter.user_id, letter.kind) if letter else (order.user_id, order.kind)
        if user_id and rows.user_exists(self._database, order.project_id, user_id):
            events.record(self._database, caller, event_type, user_id, {"kind": kind.value})

    # -- whom it goes to -----------------------------------------------------------------------

    def _to_user(self, caller: Caller, project: Project, order: Order) -> Letter | None:
        user = self._user(caller, UserRef("user_id", order.user_id))
        if user is None or not user.email or _pointless(order.kind, user):
            return None
        addressee = _addressee(user)
        if order.kind is EmailKind.USER_ACTION:
            email = self._actions.due(caller, project, user, order.event_id, order.applied_action_id)
            return email and self._letter(project, order.kind, order, addressee, email)
        login = None
        if order.kind is EmailKind.NEW_SIGN_IN:
            login = rows.login(self._database, caller.project_id, order.login_record_id)
            if login is None:
                return None
        payload = {"email": user.email}
        return self._worded(caller, project, order.kind, order, addressee, payload, login)

    def _of_sign_up(self, caller: Caller, project: Project, order: Order) -> Letter | None:
        """Completes a sign-up, or tells the user whose address it was that there is an account."""
        kept = self._tokens.look(caller, order.email_id, Purpose.EMAIL)
        if kept is None:
            return None
        asked = kept.payload["values"]
        user = self._user(caller, UserRef("email", asked["email"]))
        if user is not None:
            return self._worded(caller, project, EmailKind.SIGN_UP_EXISTS, order, _addressee(user), {})
        stranger = _Addressee(
            address=asked["email"],
            name=asked["display_name"],
            locale=asked["locale"],
            zone=asked["zoneinfo"],
            values=values.of_stranger(asked),
        )
        return self._worded(caller, project, EmailKind.SIGN_UP, order, stranger, kept.payload)

    def _look_for_user(self, caller: Caller, order: Order) -> None:
        """Has the email sent to the user whom the identifier names that it is about, unless nobody goes by it
        or enough were sent there."""
        kept = self._tokens.take(caller, order.email_id, Purpose.EMAIL)
        if kept is None:
            return
        for kind in kept.payload["kinds"]:
            if user := self._user(caller, UserRef(kind, kept.payload["identifier"])):
                key = outbox.of_user(order.kind, user.user_id)
                if user.email and outbox.admitted(self._database, caller, key) is None:
                    outbox.send(self._database, caller, order.kind, user_id=user.user_id)
                return

    def _user(self, caller: Caller, by: UserRef) -> User | None:
        row = user_rows.get(self._database, caller.project_id, by.kind, by.key)
        return None if row is None else user_of(row)

    # -- what it says --------------------------------------------------------------------------

    def _worded(
        self,
        caller: Caller,
        project: Project,
        kind: EmailKind,
        order: Order,
        to: _Addressee,
        payload: Mapping[str, Any],
        login: Row | None = None,
    ) -> Letter:
        """A letter that a template of the policy's words, or Roster itself, also where the former fails.
        `payload` goes with the token of a link; `login` is told of."""
        policy = project.settings.email_policy
        said: dict[str, Mapping[str, str]] = {
            "project": values.of_project(project.project_id, project.display_name),
            "user": to.values,
        }
        token = ""
        wording = self._wording(caller, kind)
        content, language = wording.content_for(to.locale)
        if login is not None:
            time, ip_address, user_agent = login
            said["login"] = values.of_login(time, ip_address, user_agent, language, to.zone)
        if link := LINKS.get(kind):
            seconds = link.lasts(policy)
            token, _ = self._tokens.give(
                caller,
                link.purpose,
                seconds,
                user_id=to.user_id or None,
                address="" if to.user_id else to.address,
                payload=payload,
            )
            url = link.address(policy, self._public_url, project.project_id, token)
            said["link"] = values.of_link(url, seconds, language)
        try:
            email = content.email(said)
        except Unfit as problem:
            log.warning(
                "a template cannot be used", kind=kind, project_id=project.project_id, cause=str(problem)
            )
            email = built_in.wording(kind).content_for(to.locale)[0].email(said)
        return replace(self._letter(project, kind, order, to, email), token=token)

    def _wording(self, caller: Caller, kind: EmailKind) -> Wording:
        template_id = getattr(caller.settings.email_policy, kind.policy_field)
        row = template_id and template_rows.get(self._database, caller.project_id, template_id)
        return Wording(row[2], row[3]) if row else built_in.wording(kind)

    def _letter(
        self, project: Project, kind: EmailKind, order: Order, to: _Addressee, email: Email
    ) -> Letter:
        policy = project.settings.email_policy
        return Letter(
            email_id=order.email_id,
            kind=kind,
            from_address=policy.from_address or self._config.email_from,
            from_name=policy.from_name or project.display_name,
            reply_to=policy.reply_to,
            to_address=to.address,
            to_name=to.name,
            email=email,
            user_id=to.user_id,
        )

    @property
    def _public_url(self) -> str:
        return self._config.public_url or f"http://{self._config.web_listen}"


# Of a kind when it is of no use any more.
_POINTLESS: Final = {
    EmailKind.VERIFICATION: lambda user: user.email_verified,
    EmailKind.INVITATION: lambda user: user.status != "INVITED",
}


def _pointless(kind: EmailKind, user: User) -> bool:
    return kind in _POINTLESS and bool(_POINTLESS[kind](user))


def _addressee(user: User) -> _Addressee:
    return _Addressee(
        address=user.email,
        name=user.display_name or f"{user.given_name} {user.family_name}".strip(),
        locale=user.locale,
        zone=user.zoneinfo,
        values=values.of_user(user),
        user_id=user.user_id,
    )

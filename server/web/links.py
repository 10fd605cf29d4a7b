"""The pages that links in emails lead to.

To open one changes nothing: programs that look for danger in emails follow links, and must not use them up.
The form on the page does what the link is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import structlog
from starlette.requests import Request
from starlette.responses import Response

from server.domain.caller import Caller
from server.domain.email_links import EmailLinks, require_present
from server.domain.one_time_tokens import OneTimeTokens, Purpose, Taken
from server.domain.projects import Project
from server.domain.user import UserRef
from server.domain.users import Users
from server.errors import Error, Reason
from server.web.form_guard import FormGuard
from server.web.forms import fields_of
from server.web.languages import Language, spoken
from server.web.pages import page
from server.web.password_rules import broken, requirements
from server.web.visitors import Visitors
from server.web.work import Work

_log = structlog.get_logger("roster.web")


@dataclass(frozen=True, slots=True)
class Kind:
    """A page: where it is, and which links it is for."""

    path: str
    purposes: tuple[Purpose, ...]
    sets_password: bool = False


KINDS: Final = (
    Kind("verify-email", (Purpose.VERIFY_EMAIL, Purpose.SIGN_UP)),
    Kind("reset-password", (Purpose.RESET_PASSWORD,), sets_password=True),
    Kind("invitation", (Purpose.INVITATION,), sets_password=True),
)


class Link(NamedTuple):
    """What stands in the query of a link, and then in the form."""

    project_id: str
    token: str

    @property
    def subject(self) -> str:
        """What a form is about."""
        return f"{self.project_id} {self.token}"


class Visit(NamedTuple):
    """Somebody follows a good link."""

    caller: Caller
    project: Project
    purpose: Purpose
    account: str
    """What the visitor knows the account by."""
    language: Language


@dataclass(frozen=True, slots=True)
class Tools:
    """What the pages share."""

    visitors: Visitors
    tokens: OneTimeTokens
    users: Users
    links: EmailLinks
    guard: FormGuard
    work: Work


class LinkPage:
    """One of the pages."""

    def __init__(self, kind: Kind, tools: Tools) -> None:
        self._kind = kind
        self._tools = tools

    async def answer(self, request: Request) -> Response:
        """GET shows the form, POST does what it asks for."""
        if request.method == "POST":
            return await self._act(request)
        link = Link(request.query_params.get("project", ""), request.query_params.get("token", ""))
        return self._form(request, link, await self._visit(request, link))

    async def _act(self, request: Request) -> Response:
        fields = await fields_of(request)
        link = Link(fields.get("project", ""), fields.get("token", ""))
        visit = await self._visit(request, link)
        if not self._tools.guard.admits(request, link.subject, fields.get("form_token", "")):
            _log.warning("form refused", path=self._kind.path, request_id=request.state.request_id)
            return self._form(request, link, visit, status=403, notice="form_refused")
        new_password = fields.get("new_password", "")
        if new_password != fields.get("repeated_password", ""):
            return self._form(request, link, visit, status=422, notice="passwords_differ")
        try:
            await self._tools.work.write(lambda: self._use(visit, link, new_password))
        except Error as error:
            if error.reason is Reason.FIELDS_INVALID:
                problems = broken(visit.language, visit.project.settings.password_policy, error.violations)
                return self._form(request, link, visit, status=422, problems=problems)
            if error.reason is Reason.HASHING_OVERLOADED:
                return self._form(request, link, visit, status=503, notice="busy")
            raise
        texts = visit.language.texts[visit.purpose.lower()]
        said = {"title": texts["done_title"], "text": texts["done"]}
        return page("message", visit.language, project=visit.project.display_name, said=said, good=True)

    def _use(self, visit: Visit, link: Link, new_password: str) -> None:
        """Raises LINK_INVALID, EMAIL_TAKEN, FIELDS_INVALID, HASHING_OVERLOADED."""
        if self._kind.sets_password:
            self._tools.links.reset_password(visit.caller, link.token, new_password)
        else:
            self._tools.links.verify_email(visit.caller, link.token)

    async def _visit(self, request: Request, link: Link) -> Visit:
        """Raises PROJECT_NOT_FOUND, LINK_INVALID."""
        return await self._tools.work.read(lambda: self._looked_at(request, link))

    def _looked_at(self, request: Request, link: Link) -> Visit:
        project = self._tools.visitors.project(link.project_id)
        caller = self._tools.visitors.caller(request, project)
        taken = self._tools.tokens.look(caller, link.token, *self._kind.purposes)
        if taken is None:
            raise Error(Reason.LINK_INVALID)
        account, locale = self._whose(caller, taken)
        accepted = request.headers.get("accept-language", "")
        return Visit(caller, project, taken.purpose, account, spoken(locale, accepted))

    def _whose(self, caller: Caller, taken: Taken) -> tuple[str, str]:
        """What the account of a link is known by, and the locale of its owner. Raises LINK_INVALID."""
        if taken.user_id is None:
            asked = taken.payload["values"]
            return asked["email"], asked["locale"]
        try:
            user = self._tools.users.get(caller, UserRef("user_id", taken.user_id))
        except Error:
            raise Error(Reason.LINK_INVALID) from None
        # Who reads the mail of an address that the user has left does not learn of the new one.
        require_present(taken, user)
        return user.email, user.locale

    def _form(
        self,
        request: Request,
        link: Link,
        visit: Visit,
        *,
        status: int = 200,
        notice: str = "",
        problems: Sequence[str] = (),
    ) -> Response:
        """The page with its form; `notice` names texts that stand above it."""
        pair = self._tools.guard.pair(request, link.subject)
        texts = visit.language.texts
        password: dict[str, Any] | None = None
        if self._kind.sets_password:
            policy = visit.project.settings.password_policy
            password = {"rules": requirements(visit.language, policy), "min_length": policy.min_length}
        response = page(
            "form",
            visit.language,
            status=status,
            project=visit.project.display_name,
            said=texts[visit.purpose.lower()],
            path=self._kind.path,
            link=link,
            form_token=pair.token,
            account=visit.account,
            password=password,
            notice=texts[notice] if notice else None,
            problems=problems,
        )
        self._tools.guard.give(response, pair)
        if status == 503:
            response.headers["Retry-After"] = "1"
        return response

"""The part of `tests.requests` that speaks of emails: their templates, and their links."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from roster.v1 import auth_service_pb2 as auth
from roster.v1 import email_template_pb2 as pb
from roster.v1 import email_template_service_pb2 as rpc
from roster.v1 import project_pb2, user_pb2
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import user_action_service_pb2 as action_rpc
from roster.v1 import user_service_pb2 as user_rpc

from server.config import Config
from server.domain.caller import system
from server.domain.one_time_tokens import OneTimeTokens, Purpose
from server.domain.sealing import Sealer
from server.store.database import Database
from tests.calling import Client

SECRET_KEY = b64encode(bytes(32)).decode()
"""That of the servers under test."""


@dataclass(frozen=True)
class EmailGround:
    """A template that nothing names, and an invited user with links."""

    template: pb.EmailTemplate
    user: user_pb2.User
    verification: str
    password_reset: str


def email_ground(client: Client) -> EmailGround:
    """Puts these into the caller's project, which lets anybody sign up."""
    settings = project_pb2.ProjectSettings(sign_up_policy=project_pb2.SignUpPolicy(allowed=True))
    project = project_pb2.Project(project_id=client.project_id, settings=settings)
    mask = FieldMask(paths=["settings.sign_up_policy"])
    client.projects.UpdateProject(project_rpc.UpdateProjectRequest(project=project, update_mask=mask))
    asked = user_pb2.User(email="linus@example.com")
    user = client.users.CreateUser(user_rpc.CreateUserRequest(user=asked)).user
    verification, password_reset = (
        _given(client, purpose, user) for purpose in (Purpose.VERIFY_EMAIL, Purpose.RESET_PASSWORD)
    )
    return EmailGround(template_ground(client), user, verification, password_reset)


def _given(client: Client, purpose: Purpose, user: user_pb2.User) -> str:
    """The token of a link, as the work in the background makes it for an email."""
    database = Database(client.database_url, Config())
    try:
        with database.transaction():
            token, _ = OneTimeTokens(database, Sealer(SECRET_KEY)).give(
                system(client.project_id),
                purpose,
                3_600,
                user_id=user.user_id,
                payload={"email": user.email},
            )
        return token
    finally:
        database.close()


def template_ground(client: Client) -> pb.EmailTemplate:
    """Puts a template into the caller's project that nothing names."""
    asked = pb.EmailTemplate(name="Notice", content=pb.EmailContent(subject="Notice", text="Hello"))
    made: pb.EmailTemplate = client.email_templates.CreateEmailTemplate(
        rpc.CreateEmailTemplateRequest(email_template=asked)
    ).email_template
    return made


def of_emails(on: Any) -> dict[str, Any]:
    """For every RPC about emails a request that succeeds on this ground."""
    by = user_pb2.UserRef(user_id=on.emails.user.user_id)
    return {
        **_of_templates(on),
        "UserActionService/SendVerificationEmail": action_rpc.SendVerificationEmailRequest(by=by),
        "UserActionService/SendPasswordResetEmail": action_rpc.SendPasswordResetEmailRequest(by=by),
        "UserActionService/SendInvitationEmail": action_rpc.SendInvitationEmailRequest(by=by),
        "AuthService/SignUp": auth.SignUpRequest(
            email="new@example.com",
            password="battery staple 3",
            given_name="New",
            family_name="User",
            display_name="New User",
            locale="de-AT",
            zoneinfo="Europe/Vienna",
        ),
        "AuthService/SendPasswordReset": auth.SendPasswordResetRequest(identifier=on.emails.user.email),
        "AuthService/VerifyEmail": auth.VerifyEmailRequest(token=on.emails.verification),
        "AuthService/ResetPassword": auth.ResetPasswordRequest(
            token=on.emails.password_reset, new_password="battery staple 3"
        ),
    }


def _of_templates(on: Any) -> dict[str, Any]:
    template_id = on.emails.template.email_template_id
    content = pb.EmailContent(subject="Hello {{ user.given_name }}", html="<p>{{ project.name }}</p>")
    return {
        "EmailTemplateService/CreateEmailTemplate": rpc.CreateEmailTemplateRequest(
            email_template=pb.EmailTemplate(
                name="Welcome", content=content, localized_contents={"de": content}
            )
        ),
        "EmailTemplateService/GetEmailTemplate": rpc.GetEmailTemplateRequest(email_template_id=template_id),
        "EmailTemplateService/ListEmailTemplates": rpc.ListEmailTemplatesRequest(include_total_size=True),
        "EmailTemplateService/UpdateEmailTemplate": rpc.UpdateEmailTemplateRequest(
            email_template_id=template_id,
            email_template=pb.EmailTemplate(name="Other", content=content),
            update_mask=FieldMask(paths=["name", "content"]),
        ),
        "EmailTemplateService/DeleteEmailTemplate": rpc.DeleteEmailTemplateRequest(
            email_template_id=template_id
        ),
        "EmailTemplateService/PreviewEmailTemplate": rpc.PreviewEmailTemplateRequest(
            email_template_id=template_id, locale="de", by=on.by_user
        ),
    }

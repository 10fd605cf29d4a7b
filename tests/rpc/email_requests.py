"""Requests to EmailTemplateService, a line each, and what tests say with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from roster.v1 import email_template_pb2 as pb
from roster.v1 import email_template_service_pb2 as rpc
from roster.v1 import project_pb2, user_pb2
from roster.v1 import project_service_pb2 as project_rpc

from tests.calling import Client

PLAIN = pb.EmailContent(subject="Hello", text="Hello {{ user.given_name }}")


def template(
    client: Client, name: str = "Notice", *, request_id: str = "", **fields: Any
) -> pb.EmailTemplate:
    """Creates a template."""
    asked = pb.EmailTemplate(**{"name": name, "content": PLAIN, **fields})
    made: pb.EmailTemplate = client.email_templates.CreateEmailTemplate(
        rpc.CreateEmailTemplateRequest(email_template=asked, request_id=request_id)
    ).email_template
    return made


def templates(client: Client, template_ids: Iterable[str]) -> None:
    """Creates a template of each of these ids, for what names them."""
    for template_id in template_ids:
        template(client, f"Template {template_id}", email_template_id=template_id)


def read_template(client: Client, template_id: str) -> pb.EmailTemplate:
    """The template as GetEmailTemplate answers."""
    found: pb.EmailTemplate = client.email_templates.GetEmailTemplate(
        rpc.GetEmailTemplateRequest(email_template_id=template_id)
    ).email_template
    return found


def reword(client: Client, made: pb.EmailTemplate, *paths: str, **fields: Any) -> pb.EmailTemplate:
    """The answer to an update. Without paths there is no mask."""
    changed: pb.EmailTemplate = client.email_templates.UpdateEmailTemplate(
        rpc.UpdateEmailTemplateRequest(
            email_template_id=made.email_template_id,
            email_template=pb.EmailTemplate(**fields),
            update_mask=FieldMask(paths=paths) if paths else None,
        )
    ).email_template
    return changed


def discard(client: Client, made: pb.EmailTemplate, etag: str = "") -> None:
    """Deletes a template."""
    client.email_templates.DeleteEmailTemplate(
        rpc.DeleteEmailTemplateRequest(email_template_id=made.email_template_id, etag=etag)
    )


def preview(
    client: Client, *, locale: str = "", by: user_pb2.UserRef | None = None, **source: Any
) -> rpc.PreviewEmailTemplateResponse:
    """What an email would say."""
    answer: rpc.PreviewEmailTemplateResponse = client.email_templates.PreviewEmailTemplate(
        rpc.PreviewEmailTemplateRequest(locale=locale, by=by, **source)
    )
    return answer


def email_policy(client: Client, **fields: Any) -> project_pb2.Project:
    """Replaces the project's policy of emails."""
    settings = project_pb2.ProjectSettings(email_policy=project_pb2.EmailPolicy(**fields))
    changed: project_pb2.Project = client.projects.UpdateProject(
        project_rpc.UpdateProjectRequest(
            project=project_pb2.Project(settings=settings),
            update_mask=FieldMask(paths=["settings.email_policy"]),
        )
    ).project
    return changed

"""The part of `tests.requests` that speaks of email templates."""

from __future__ import annotations

from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from roster.v1 import email_template_pb2 as pb
from roster.v1 import email_template_service_pb2 as rpc

from tests.calling import Client


def template_ground(client: Client) -> pb.EmailTemplate:
    """Puts a template into the caller's project that nothing names."""
    asked = pb.EmailTemplate(name="Notice", content=pb.EmailContent(subject="Notice", text="Hello"))
    made: pb.EmailTemplate = client.email_templates.CreateEmailTemplate(
        rpc.CreateEmailTemplateRequest(email_template=asked)
    ).email_template
    return made


def of_email_templates(on: Any) -> dict[str, Any]:
    """For every RPC of EmailTemplateService a request that succeeds on this ground."""
    template_id = on.email_template.email_template_id
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

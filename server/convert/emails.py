"""Email templates, and what is asked to be shown of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from roster.v1 import email_template_pb2 as pb
from roster.v1 import email_template_service_pb2 as rpc

from server.convert.values import timestamp
from server.domain.email_templates import EmailTemplate
from server.domain.emails.kinds import EmailKind


def email_template_message(value: EmailTemplate) -> pb.EmailTemplate:
    """The contract's form of a template."""
    return pb.EmailTemplate(
        email_template_id=value.email_template_id,
        name=value.name,
        content=pb.EmailContent(**value.content),
        localized_contents={tag: pb.EmailContent(**texts) for tag, texts in value.localized_contents.items()},
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )


def email_template_values(message: pb.EmailTemplate, fields: Sequence[str]) -> dict[str, Any]:
    """The values of these fields, as the store keeps them."""
    values: dict[str, Any] = {}
    if "name" in fields:
        values["name"] = message.name
    if "content" in fields:
        values["content"] = _texts(message.content) if message.HasField("content") else {}
    if "localized_contents" in fields:
        values["localized_contents"] = {
            tag: _texts(content) for tag, content in sorted(message.localized_contents.items())
        }
    return values


def preview_source(request: rpc.PreviewEmailTemplateRequest) -> str | EmailKind | dict[str, Any]:
    """A template's id, a kind that is worded by Roster itself, or the values of a template."""
    match request.WhichOneof("source"):
        case "email_template_id":
            return request.email_template_id.lower()
        case "built_in":
            return EmailKind(rpc.EmailKind.Name(request.built_in).removeprefix("EMAIL_KIND_"))
        case _:
            return email_template_values(request.email_template, ("content", "localized_contents"))


def _texts(content: pb.EmailContent) -> dict[str, str]:
    return {field.name: text for field, text in content.ListFields()}

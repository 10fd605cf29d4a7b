"""EmailTemplateService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from typing import Final

from roster.v1 import email_template_service_pb2 as rpc

from server import convert
from server.domain.email_templates import EmailTemplates
from server.handlers.paging import page_request
from server.interceptors.call import Call

_FIELDS: Final = ("name", "content", "localized_contents")


class EmailTemplateService:
    """The email templates of the caller's project."""

    def __init__(self, templates: EmailTemplates) -> None:
        self._templates = templates

    def CreateEmailTemplate(
        self, request: rpc.CreateEmailTemplateRequest, call: Call
    ) -> rpc.CreateEmailTemplateResponse:
        asked = request.email_template
        template = self._templates.create(
            call.caller,
            convert.email_template_values(asked, convert.populated(asked, _FIELDS)),
            email_template_id=asked.email_template_id.lower(),
        )
        return rpc.CreateEmailTemplateResponse(email_template=convert.email_template_message(template))

    def GetEmailTemplate(
        self, request: rpc.GetEmailTemplateRequest, call: Call
    ) -> rpc.GetEmailTemplateResponse:
        template = self._templates.get(call.caller, request.email_template_id.lower())
        return rpc.GetEmailTemplateResponse(email_template=convert.email_template_message(template))

    def ListEmailTemplates(
        self, request: rpc.ListEmailTemplatesRequest, call: Call
    ) -> rpc.ListEmailTemplatesResponse:
        page = self._templates.list(call.caller, page_request(request, call))
        return rpc.ListEmailTemplatesResponse(
            email_templates=[convert.email_template_message(template) for template in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def UpdateEmailTemplate(
        self, request: rpc.UpdateEmailTemplateRequest, call: Call
    ) -> rpc.UpdateEmailTemplateResponse:
        asked = request.email_template
        paths = convert.masked(asked, request.update_mask, _FIELDS)
        template = self._templates.update(
            call.caller,
            request.email_template_id.lower(),
            convert.email_template_values(asked, paths),
            asked.etag,
        )
        return rpc.UpdateEmailTemplateResponse(email_template=convert.email_template_message(template))

    def DeleteEmailTemplate(
        self, request: rpc.DeleteEmailTemplateRequest, call: Call
    ) -> rpc.DeleteEmailTemplateResponse:
        self._templates.delete(call.caller, request.email_template_id.lower(), request.etag)
        return rpc.DeleteEmailTemplateResponse()

    def PreviewEmailTemplate(
        self, request: rpc.PreviewEmailTemplateRequest, call: Call
    ) -> rpc.PreviewEmailTemplateResponse:
        by = convert.user_ref(request.by, call.caller) if request.HasField("by") else None
        email = self._templates.preview(call.caller, convert.preview_source(request), request.locale, by)
        return rpc.PreviewEmailTemplateResponse(subject=email.subject, text=email.text, html=email.html)

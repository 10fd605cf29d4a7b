from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from roster.v1 import annotations_pb2 as _annotations_pb2_1
from roster.v1 import email_template_pb2 as _email_template_pb2
from roster.v1 import user_pb2 as _user_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EmailKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EMAIL_KIND_UNSPECIFIED: _ClassVar[EmailKind]
    EMAIL_KIND_VERIFICATION: _ClassVar[EmailKind]
    EMAIL_KIND_PASSWORD_RESET: _ClassVar[EmailKind]
    EMAIL_KIND_INVITATION: _ClassVar[EmailKind]
    EMAIL_KIND_SIGN_UP: _ClassVar[EmailKind]
    EMAIL_KIND_SIGN_UP_EXISTS: _ClassVar[EmailKind]
    EMAIL_KIND_PASSWORD_CHANGED: _ClassVar[EmailKind]
    EMAIL_KIND_NEW_SIGN_IN: _ClassVar[EmailKind]
EMAIL_KIND_UNSPECIFIED: EmailKind
EMAIL_KIND_VERIFICATION: EmailKind
EMAIL_KIND_PASSWORD_RESET: EmailKind
EMAIL_KIND_INVITATION: EmailKind
EMAIL_KIND_SIGN_UP: EmailKind
EMAIL_KIND_SIGN_UP_EXISTS: EmailKind
EMAIL_KIND_PASSWORD_CHANGED: EmailKind
EMAIL_KIND_NEW_SIGN_IN: EmailKind

class CreateEmailTemplateRequest(_message.Message):
    __slots__ = ("email_template", "request_id")
    EMAIL_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    email_template: _email_template_pb2.EmailTemplate
    request_id: str
    def __init__(self, email_template: _Optional[_Union[_email_template_pb2.EmailTemplate, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateEmailTemplateResponse(_message.Message):
    __slots__ = ("email_template",)
    EMAIL_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    email_template: _email_template_pb2.EmailTemplate
    def __init__(self, email_template: _Optional[_Union[_email_template_pb2.EmailTemplate, _Mapping]] = ...) -> None: ...

class GetEmailTemplateRequest(_message.Message):
    __slots__ = ("email_template_id",)
    EMAIL_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    email_template_id: str
    def __init__(self, email_template_id: _Optional[str] = ...) -> None: ...

class GetEmailTemplateResponse(_message.Message):
    __slots__ = ("email_template",)
    EMAIL_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    email_template: _email_template_pb2.EmailTemplate
    def __init__(self, email_template: _Optional[_Union[_email_template_pb2.EmailTemplate, _Mapping]] = ...) -> None: ...

class ListEmailTemplatesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "skip", "include_total_size")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    skip: int
    include_total_size: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., include_total_size: _Optional[bool] = ...) -> None: ...

class ListEmailTemplatesResponse(_message.Message):
    __slots__ = ("email_templates", "next_page_token", "total_size")
    EMAIL_TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    email_templates: _containers.RepeatedCompositeFieldContainer[_email_template_pb2.EmailTemplate]
    next_page_token: str
    total_size: int
    def __init__(self, email_templates: _Optional[_Iterable[_Union[_email_template_pb2.EmailTemplate, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class UpdateEmailTemplateRequest(_message.Message):
    __slots__ = ("email_template_id", "email_template", "update_mask", "request_id")
    EMAIL_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    email_template_id: str
    email_template: _email_template_pb2.EmailTemplate
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, email_template_id: _Optional[str] = ..., email_template: _Optional[_Union[_email_template_pb2.EmailTemplate, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateEmailTemplateResponse(_message.Message):
    __slots__ = ("email_template",)
    EMAIL_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    email_template: _email_template_pb2.EmailTemplate
    def __init__(self, email_template: _Optional[_Union[_email_template_pb2.EmailTemplate, _Mapping]] = ...) -> None: ...

class DeleteEmailTemplateRequest(_message.Message):
    __slots__ = ("email_template_id", "etag", "request_id")
    EMAIL_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    email_template_id: str
    etag: str
    request_id: str
    def __init__(self, email_template_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteEmailTemplateResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PreviewEmailTemplateRequest(_message.Message):
    __slots__ = ("email_template_id", "email_template", "built_in", "locale", "by")
    EMAIL_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    BUILT_IN_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    email_template_id: str
    email_template: _email_template_pb2.EmailTemplate
    built_in: EmailKind
    locale: str
    by: _user_pb2.UserRef
    def __init__(self, email_template_id: _Optional[str] = ..., email_template: _Optional[_Union[_email_template_pb2.EmailTemplate, _Mapping]] = ..., built_in: _Optional[_Union[EmailKind, str]] = ..., locale: _Optional[str] = ..., by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ...) -> None: ...

class PreviewEmailTemplateResponse(_message.Message):
    __slots__ = ("subject", "text", "html")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    HTML_FIELD_NUMBER: _ClassVar[int]
    subject: str
    text: str
    html: str
    def __init__(self, subject: _Optional[str] = ..., text: _Optional[str] = ..., html: _Optional[str] = ...) -> None: ...

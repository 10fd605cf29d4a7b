from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from roster.v1 import annotations_pb2 as _annotations_pb2_1
from roster.v1 import custom_attribute_pb2 as _custom_attribute_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateCustomAttributeRequest(_message.Message):
    __slots__ = ("custom_attribute", "request_id")
    CUSTOM_ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    custom_attribute: _custom_attribute_pb2.CustomAttribute
    request_id: str
    def __init__(self, custom_attribute: _Optional[_Union[_custom_attribute_pb2.CustomAttribute, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateCustomAttributeResponse(_message.Message):
    __slots__ = ("custom_attribute",)
    CUSTOM_ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    custom_attribute: _custom_attribute_pb2.CustomAttribute
    def __init__(self, custom_attribute: _Optional[_Union[_custom_attribute_pb2.CustomAttribute, _Mapping]] = ...) -> None: ...

class GetCustomAttributeRequest(_message.Message):
    __slots__ = ("custom_attribute_id",)
    CUSTOM_ATTRIBUTE_ID_FIELD_NUMBER: _ClassVar[int]
    custom_attribute_id: str
    def __init__(self, custom_attribute_id: _Optional[str] = ...) -> None: ...

class GetCustomAttributeResponse(_message.Message):
    __slots__ = ("custom_attribute",)
    CUSTOM_ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    custom_attribute: _custom_attribute_pb2.CustomAttribute
    def __init__(self, custom_attribute: _Optional[_Union[_custom_attribute_pb2.CustomAttribute, _Mapping]] = ...) -> None: ...

class ListCustomAttributesRequest(_message.Message):
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

class ListCustomAttributesResponse(_message.Message):
    __slots__ = ("custom_attributes", "next_page_token", "total_size")
    CUSTOM_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    custom_attributes: _containers.RepeatedCompositeFieldContainer[_custom_attribute_pb2.CustomAttribute]
    next_page_token: str
    total_size: int
    def __init__(self, custom_attributes: _Optional[_Iterable[_Union[_custom_attribute_pb2.CustomAttribute, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class UpdateCustomAttributeRequest(_message.Message):
    __slots__ = ("custom_attribute_id", "custom_attribute", "update_mask", "request_id")
    CUSTOM_ATTRIBUTE_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    custom_attribute_id: str
    custom_attribute: _custom_attribute_pb2.CustomAttribute
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, custom_attribute_id: _Optional[str] = ..., custom_attribute: _Optional[_Union[_custom_attribute_pb2.CustomAttribute, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateCustomAttributeResponse(_message.Message):
    __slots__ = ("custom_attribute",)
    CUSTOM_ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    custom_attribute: _custom_attribute_pb2.CustomAttribute
    def __init__(self, custom_attribute: _Optional[_Union[_custom_attribute_pb2.CustomAttribute, _Mapping]] = ...) -> None: ...

class DeleteCustomAttributeRequest(_message.Message):
    __slots__ = ("custom_attribute_id", "etag", "request_id")
    CUSTOM_ATTRIBUTE_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    custom_attribute_id: str
    etag: str
    request_id: str
    def __init__(self, custom_attribute_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteCustomAttributeResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

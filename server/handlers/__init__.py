"""The services of the contract: one module each, and here what is registered from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message_factory import GetMessageClass
from roster.v1 import annotations_pb2, event_pb2, user_batch_pb2
from roster.v1 import application_service_pb2 as application
from roster.v1 import application_service_pb2_grpc as application_grpc
from roster.v1 import auth_service_pb2 as auth
from roster.v1 import auth_service_pb2_grpc as auth_grpc
from roster.v1 import custom_attribute_service_pb2 as custom_attribute
from roster.v1 import custom_attribute_service_pb2_grpc as custom_attribute_grpc
from roster.v1 import email_template_service_pb2 as email_template
from roster.v1 import email_template_service_pb2_grpc as email_template_grpc
from roster.v1 import event_service_pb2 as event
from roster.v1 import event_service_pb2_grpc as event_grpc
from roster.v1 import management_key_service_pb2 as management_key
from roster.v1 import management_key_service_pb2_grpc as management_key_grpc
from roster.v1 import project_service_pb2 as project
from roster.v1 import project_service_pb2_grpc as project_grpc
from roster.v1 import role_service_pb2 as role
from roster.v1 import role_service_pb2_grpc as role_grpc
from roster.v1 import tenant_service_pb2 as tenant
from roster.v1 import tenant_service_pb2_grpc as tenant_grpc
from roster.v1 import user_action_service_pb2 as user_action
from roster.v1 import user_action_service_pb2_grpc as user_action_grpc
from roster.v1 import user_service_pb2 as user
from roster.v1 import user_service_pb2_grpc as user_grpc
from roster.v1 import webhook_service_pb2 as webhook
from roster.v1 import webhook_service_pb2_grpc as webhook_grpc

from server.domain.access_tokens import AccessTokens
from server.domain.admission import Admission
from server.domain.applied_action_batches import AppliedActionBatches
from server.domain.attempts import Attempts
from server.domain.custom_attributes import CustomAttributes
from server.domain.email_templates import EmailTemplates
from server.domain.event_feed import Feed
from server.domain.event_log import EventLog
from server.domain.logins import Logins
from server.domain.management_keys import ManagementKeys
from server.domain.memberships import Memberships
from server.domain.named import APPLICATION, TENANT, NamedThings
from server.domain.parts import SharedParts
from server.domain.passkeys import Passkeys
from server.domain.password_changes import PasswordChanges
from server.domain.permissions import Permissions
from server.domain.projects import Projects
from server.domain.provider_tokens import ProviderTokens
from server.domain.refresh_tokens import RefreshTokens
from server.domain.roles import Roles
from server.domain.second_factors import SecondFactors
from server.domain.sessions import Sessions
from server.domain.sign_in import SignIn
from server.domain.totp import Totp
from server.domain.user_action_batches import UserActionBatches
from server.domain.user_action_reasons import UserActionReasons
from server.domain.user_actions import UserActions
from server.domain.user_batch_changes import UserBatchChanges
from server.domain.user_batches import UserBatches
from server.domain.user_exports import UserExports
from server.domain.user_lists import UserLists
from server.domain.user_statuses import UserStatuses
from server.domain.webhook_deliveries import WebhookDeliveries
from server.domain.webhooks import Webhooks
from server.handlers.application_service import ApplicationService
from server.handlers.auth_service import AuthService
from server.handlers.batches import Batches
from server.handlers.custom_attribute_service import CustomAttributeService
from server.handlers.email_template_service import EmailTemplateService
from server.handlers.event_service import EventService
from server.handlers.management_key_service import ManagementKeyService
from server.handlers.project_service import ProjectService
from server.handlers.role_service import RoleService
from server.handlers.tenant_service import TenantService
from server.handlers.user_action_service import UserActionService
from server.handlers.user_service import UserService
from server.handlers.user_sign_ins import SignInParts
from server.handlers.webhook_service import WebhookService
from server.interceptors.call import Effect, Method

# Their stubs lack the types of the values.
_REQUIRED_SCOPE: Any = annotations_pb2.required_scope
_PUBLIC: Any = annotations_pb2.public


@dataclass(frozen=True)
class Parts(SharedParts):
    """What the services of one process share, those that one needs made when it is asked for."""

    batches: Batches
    feed: Feed[event_pb2.Event]
    exports: UserExports[user_batch_pb2.ExportedUser]

    @cached_property
    def access_tokens(self) -> AccessTokens:
        return AccessTokens(self.signing_keys)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self.database, self.access_tokens, RefreshTokens(self.sealer))

    @cached_property
    def passkeys(self) -> Passkeys:
        return Passkeys(self.database, self.one_time_tokens, self.sessions)

    @cached_property
    def logins(self) -> Logins:
        return Logins(self.database)

    @cached_property
    def attempts(self) -> Attempts:
        return Attempts(self.database, self.lockouts, self.logins)

    @cached_property
    def admission(self) -> Admission:
        return Admission(
            self.database,
            self.one_time_tokens,
            self.sessions,
            UserStatuses(self.database),
            self.lockouts,
            self.logins,
        )

    @cached_property
    def second_factors(self) -> SecondFactors:
        return SecondFactors(self.database, self.sealer)

    @cached_property
    def sign_in(self) -> SignIn:
        return SignIn(
            self.database,
            self.hasher,
            self.one_time_tokens,
            self.attempts,
            self.admission,
            self.second_factors,
            self.passkeys,
        )

    @cached_property
    def password_changes(self) -> PasswordChanges:
        return PasswordChanges(
            self.database,
            self.hasher,
            self.passwords,
            self.one_time_tokens,
            self.sessions,
            self.attempts,
            self.admission,
        )

    @cached_property
    def totp(self) -> Totp:
        return Totp(
            self.database,
            self.one_time_tokens,
            self.sessions,
            self.attempts,
            self.admission,
            self.second_factors,
        )


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its description, how grpc takes it, and how it is made."""

    descriptor: ServiceDescriptor
    register: Callable[[Any, Any], None]
    make: Callable[[Parts], Any]


def _user_service(parts: Parts) -> UserService:
    return UserService(
        parts.users,
        UserLists(parts.database),
        UserStatuses(parts.database),
        Memberships(parts.database),
        parts.passwords,
        Permissions(parts.database),
        UserBatches(parts.database, parts.users, parts.passwords),
        UserBatchChanges(parts.database, parts.users),
        parts.batches,
        parts.exports,
        SignInParts(
            parts.sessions,
            parts.logins,
            parts.passkeys,
            parts.totp,
            ProviderTokens(parts.database, parts.sealer),
        ),
    )


def _user_action_service(parts: Parts) -> UserActionService:
    actions = UserActions(parts.database)
    return UserActionService(
        actions,
        UserActionReasons(parts.database),
        parts.applied_actions,
        UserStatuses(parts.database),
        UserActionBatches(parts.database, actions),
        AppliedActionBatches(parts.database, parts.action_emails),
        parts.batches,
        parts.email_links,
    )


def _auth_service(parts: Parts) -> AuthService:
    return AuthService(
        parts.sign_in,
        parts.sessions,
        parts.password_changes,
        parts.totp,
        parts.passkeys,
        parts.sign_ups,
        parts.email_links,
        parts.signing_keys,
    )


SERVICES = (
    Service(
        user.DESCRIPTOR.services_by_name["UserService"],
        user_grpc.add_UserServiceServicer_to_server,
        _user_service,
    ),
    Service(
        role.DESCRIPTOR.services_by_name["RoleService"],
        role_grpc.add_RoleServiceServicer_to_server,
        lambda parts: RoleService(Roles(parts.database)),
    ),
    Service(
        project.DESCRIPTOR.services_by_name["ProjectService"],
        project_grpc.add_ProjectServiceServicer_to_server,
        lambda parts: ProjectService(Projects(parts.database)),
    ),
    Service(
        management_key.DESCRIPTOR.services_by_name["ManagementKeyService"],
        management_key_grpc.add_ManagementKeyServiceServicer_to_server,
        lambda parts: ManagementKeyService(ManagementKeys(parts.database)),
    ),
    Service(
        tenant.DESCRIPTOR.services_by_name["TenantService"],
        tenant_grpc.add_TenantServiceServicer_to_server,
        lambda parts: TenantService(NamedThings(parts.database, TENANT)),
    ),
    Service(
        application.DESCRIPTOR.services_by_name["ApplicationService"],
        application_grpc.add_ApplicationServiceServicer_to_server,
        lambda parts: ApplicationService(NamedThings(parts.database, APPLICATION)),
    ),
    Service(
        custom_attribute.DESCRIPTOR.services_by_name["CustomAttributeService"],
        custom_attribute_grpc.add_CustomAttributeServiceServicer_to_server,
        lambda parts: CustomAttributeService(CustomAttributes(parts.database)),
    ),
    Service(
        event.DESCRIPTOR.services_by_name["EventService"],
        event_grpc.add_EventServiceServicer_to_server,
        lambda parts: EventService(EventLog(parts.database), parts.feed),
    ),
    Service(
        user_action.DESCRIPTOR.services_by_name["UserActionService"],
        user_action_grpc.add_UserActionServiceServicer_to_server,
        _user_action_service,
    ),
    Service(
        webhook.DESCRIPTOR.services_by_name["WebhookService"],
        webhook_grpc.add_WebhookServiceServicer_to_server,
        lambda parts: WebhookService(
            Webhooks(parts.database, parts.sealer), WebhookDeliveries(parts.database)
        ),
    ),
    Service(
        email_template.DESCRIPTOR.services_by_name["EmailTemplateService"],
        email_template_grpc.add_EmailTemplateServiceServicer_to_server,
        lambda parts: EmailTemplateService(EmailTemplates(parts.database)),
    ),
    Service(
        auth.DESCRIPTOR.services_by_name["AuthService"],
        auth_grpc.add_AuthServiceServicer_to_server,
        _auth_service,
    ),
)


def methods() -> Mapping[str, Method]:
    """What the contract says of every RPC, by the name that the protocol gives it."""
    return {
        f"/{service.descriptor.full_name}/{method.name}": Method(
            name=f"/{service.descriptor.full_name}/{method.name}",
            scope=method.GetOptions().Extensions[_REQUIRED_SCOPE],
            public=method.GetOptions().Extensions[_PUBLIC],
            effect=_effect(method.GetOptions()),
            response=GetMessageClass(method.output_type),
        )
        for service in SERVICES
        for method in service.descriptor.methods
    }


def _effect(options: MethodOptions) -> Effect:
    harmless = options.idempotency_level == MethodOptions.NO_SIDE_EFFECTS
    return Effect.READ if harmless else Effect.WRITE

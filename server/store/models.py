"""The tables, as Peewee sees them. The migrations make them; a test compares the two.

Every primary key begins with `project_id`, so that the schema can be distributed by it. A text that is
absent is stored as '', so that it sorts and compares without special cases.
"""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CompositeKey,
    DoubleField,
    IntegerField,
    Model,
    SmallIntegerField,
    TextField,
)
from playhouse.postgres_ext import ArrayField, BinaryJSONField, DateTimeTZField


class UuidField(TextField):
    """A uuid, which crosses the driver as text: ids are strings everywhere above the database."""

    field_type = "UUID"


class Table(Model):
    """A table whose name is said, never derived."""

    class Meta:
        legacy_table_names = False


class Project(Table):
    project_id = UuidField(primary_key=True)
    display_name = TextField()
    # Signs the page tokens of the project, on whichever machine.
    page_token_key = BlobField()
    settings = BinaryJSONField(index=False)
    delete_time = DateTimeTZField(null=True)
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "projects"


class ManagementKey(Table):
    project_id = UuidField()
    key_id = UuidField()
    display_name = TextField()
    secret_hash = BlobField()
    previous_secret_hash = BlobField(null=True)
    previous_secret_expire_time = DateTimeTZField(null=True)
    scopes = ArrayField(TextField, index=False)
    project_ids = ArrayField(UuidField, index=False)
    all_projects = BooleanField()
    allowed_cidrs = ArrayField(TextField, index=False)
    expire_time = DateTimeTZField(null=True)
    revoke_time = DateTimeTZField(null=True)
    last_use_time = DateTimeTZField(null=True)
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "management_keys"
        primary_key = CompositeKey("project_id", "key_id")


class Role(Table):
    project_id = UuidField()
    role_id = UuidField()
    name = TextField()
    name_key = TextField()
    description = TextField()
    permissions = ArrayField(TextField, index=False)
    default = BooleanField()
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "roles"
        primary_key = CompositeKey("project_id", "role_id")


class User(Table):
    project_id = UuidField()
    user_id = UuidField()
    login_ids = ArrayField(TextField, index=False)
    email = TextField()
    email_key = TextField()
    email_verified = BooleanField()
    phone_number = TextField()
    phone_number_verified = BooleanField()
    given_name = TextField()
    family_name = TextField()
    family_name_key = TextField()
    middle_name = TextField()
    display_name = TextField()
    picture = TextField()
    locale = TextField()
    zoneinfo = TextField()
    status = TextField()
    metadata = BinaryJSONField(null=True, index=False)
    test = BooleanField()
    expire_time = DateTimeTZField(null=True)
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()
    # Everything that a search looks at, folded, one field a line; see store/user_search.py.
    search_text = TextField()
    last_login_time = DateTimeTZField(null=True)
    blocked = BooleanField()
    expiry_recorded = BooleanField()
    mfa_enabled = BooleanField()
    mfa_reset_required = BooleanField()
    has_passkeys = BooleanField()

    class Meta:
        table_name = "users"
        primary_key = CompositeKey("project_id", "user_id")


class LoginId(Table):
    """Keeps login ids unique; the spellings to show stand in `User.login_ids`."""

    project_id = UuidField()
    login_id_key = TextField()
    user_id = UuidField()

    class Meta:
        table_name = "login_ids"
        primary_key = CompositeKey("project_id", "login_id_key")


class UserRole(Table):
    project_id = UuidField()
    user_id = UuidField()
    role_id = UuidField()
    expire_time = DateTimeTZField(null=True)

    class Meta:
        table_name = "user_roles"
        primary_key = CompositeKey("project_id", "user_id", "role_id")


class Tenant(Table):
    project_id = UuidField()
    tenant_id = UuidField()
    name = TextField()
    name_key = TextField()
    description = TextField()
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "tenants"
        primary_key = CompositeKey("project_id", "tenant_id")


class Application(Table):
    project_id = UuidField()
    application_id = UuidField()
    name = TextField()
    name_key = TextField()
    description = TextField()
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "applications"
        primary_key = CompositeKey("project_id", "application_id")


class CustomAttribute(Table):
    project_id = UuidField()
    custom_attribute_id = UuidField()
    name = TextField()
    display_name = TextField()
    type = TextField()
    options = ArrayField(TextField, index=False)
    default_value = BinaryJSONField(null=True, index=False)
    required = BooleanField()
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "custom_attributes"
        primary_key = CompositeKey("project_id", "custom_attribute_id")


class UserAttribute(Table):
    """One value; a MULTI_SELECT has one row for each option chosen."""

    project_id = UuidField()
    user_id = UuidField()
    custom_attribute_id = UuidField()
    position = SmallIntegerField()
    text_value = TextField(null=True)
    number_value = DoubleField(null=True)

    class Meta:
        table_name = "user_attributes"
        primary_key = CompositeKey("project_id", "user_id", "custom_attribute_id", "position")


class UserTenant(Table):
    project_id = UuidField()
    user_id = UuidField()
    tenant_id = UuidField()

    class Meta:
        table_name = "user_tenants"
        primary_key = CompositeKey("project_id", "user_id", "tenant_id")


class UserTenantRole(Table):
    project_id = UuidField()
    user_id = UuidField()
    tenant_id = UuidField()
    role_id = UuidField()
    expire_time = DateTimeTZField(null=True)

    class Meta:
        table_name = "user_tenant_roles"
        primary_key = CompositeKey("project_id", "user_id", "tenant_id", "role_id")


class UserApplication(Table):
    project_id = UuidField()
    user_id = UuidField()
    application_id = UuidField()

    class Meta:
        table_name = "user_applications"
        primary_key = CompositeKey("project_id", "user_id", "application_id")


class Password(Table):
    project_id = UuidField()
    user_id = UuidField()
    hash = TextField()
    temporary = BooleanField()
    set_time = DateTimeTZField()

    class Meta:
        table_name = "passwords"
        primary_key = CompositeKey("project_id", "user_id")


class FormerPassword(Table):
    project_id = UuidField()
    user_id = UuidField()
    set_time = DateTimeTZField()
    hash = TextField()

    class Meta:
        table_name = "former_passwords"
        primary_key = CompositeKey("project_id", "user_id", "set_time")


class UserAction(Table):
    project_id = UuidField()
    user_action_id = UuidField()
    name = TextField()
    name_key = TextField()
    localized_names = BinaryJSONField(index=False)
    temporal = BooleanField()
    prevent_login = BooleanField()
    send_end_event = BooleanField()
    options = BinaryJSONField(index=False)
    start_email_template_id = UuidField(null=True)
    modify_email_template_id = UuidField(null=True)
    cancel_email_template_id = UuidField(null=True)
    end_email_template_id = UuidField(null=True)
    include_email_in_event = BooleanField()
    user_emailing_enabled = BooleanField()
    user_notifications_enabled = BooleanField()
    active = BooleanField()
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "user_actions"
        primary_key = CompositeKey("project_id", "user_action_id")


class UserActionReason(Table):
    project_id = UuidField()
    reason_id = UuidField()
    code = TextField()
    code_key = TextField()
    text = TextField()
    localized_texts = BinaryJSONField(index=False)
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "user_action_reasons"
        primary_key = CompositeKey("project_id", "reason_id")


class AppliedAction(Table):
    project_id = UuidField()
    applied_action_id = UuidField()
    user_id = UuidField()
    user_action_id = UuidField()
    actioner_user_id = UuidField(null=True)
    name = TextField()
    localized_name = TextField()
    option = TextField()
    localized_option = TextField()
    reason_id = UuidField(null=True)
    reason = TextField()
    localized_reason = TextField()
    reason_code = TextField()
    application_ids = ArrayField(UuidField, index=False)
    comment = TextField()
    state = TextField()
    prevent_login = BooleanField()
    send_end_event = BooleanField()
    expire_time = DateTimeTZField(null=True)
    email_user_on_end = BooleanField()
    notify_user_on_end = BooleanField()
    broadcast = BooleanField()
    history = BinaryJSONField(index=False)
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "applied_actions"
        primary_key = CompositeKey("project_id", "applied_action_id")


class Event(Table):
    project_id = UuidField()
    transaction_id = BigIntegerField()
    serial = BigIntegerField()
    event_id = UuidField()
    type = TextField()
    subject_id = UuidField()
    key_id = UuidField(null=True)
    request_id = TextField()
    data = BinaryJSONField(null=True, index=False)
    create_time = DateTimeTZField()

    class Meta:
        table_name = "events"
        primary_key = CompositeKey("project_id", "transaction_id", "serial")


class CollectedEvents(Table):
    """Up to where a project's events have been deleted after their time."""

    project_id = UuidField()
    transaction_id = BigIntegerField()
    serial = BigIntegerField()

    class Meta:
        table_name = "collected_events"
        primary_key = CompositeKey("project_id")


class Webhook(Table):
    project_id = UuidField()
    webhook_id = UuidField()
    url = TextField()
    description = TextField()
    event_types = ArrayField(TextField, index=False)
    user_action_ids = ArrayField(UuidField, index=False)
    reason_codes = ArrayField(TextField, index=False)
    phases = ArrayField(TextField, index=False)
    disabled = BooleanField()
    disable_cause = TextField()
    failing_since = DateTimeTZField(null=True)
    secret = BlobField()
    previous_secret = BlobField(null=True)
    previous_secret_expire_time = DateTimeTZField(null=True)
    delete_time = DateTimeTZField(null=True)
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "webhooks"
        primary_key = CompositeKey("project_id", "webhook_id")


class WebhookDelivery(Table):
    """One event on its way to one webhook; see the trigger that makes them."""

    project_id = UuidField()
    delivery_id = UuidField()
    webhook_id = UuidField()
    event_id = UuidField()
    event_transaction_id = BigIntegerField()
    event_serial = BigIntegerField()
    event_type = TextField()
    subject_id = UuidField()
    state = TextField()
    attempt_count = IntegerField()
    attempts = BinaryJSONField(index=False)
    next_attempt_time = DateTimeTZField(null=True)
    create_time = DateTimeTZField()

    class Meta:
        table_name = "webhook_deliveries"
        primary_key = CompositeKey("project_id", "delivery_id")


class RequestRecord(Table):
    """The answer to a request that had a `request_id`, to be given again to a repeat."""

    project_id = UuidField()
    request_id = UuidField()
    fingerprint = BlobField()
    response = BlobField(null=True)
    subject_id = UuidField(null=True)
    create_time = DateTimeTZField()

    class Meta:
        table_name = "request_records"
        primary_key = CompositeKey("project_id", "request_id")


class SigningKey(Table):
    project_id = UuidField()
    key_id = UuidField()
    generation = IntegerField()
    public_key = BinaryJSONField(index=False)
    private_key = BlobField()
    create_time = DateTimeTZField()
    sign_time = DateTimeTZField()
    expire_time = DateTimeTZField(null=True)

    class Meta:
        table_name = "signing_keys"
        primary_key = CompositeKey("project_id", "key_id")


class Session(Table):
    project_id = UuidField()
    session_id = UuidField()
    user_id = UuidField()
    refresh_hash = BlobField()
    previous_refresh_hash = BlobField(null=True)
    refresh_time = DateTimeTZField()
    methods = ArrayField(TextField, index=False)
    ip_address = TextField()
    user_agent = TextField()
    custom_claims = BinaryJSONField(index=False)
    create_time = DateTimeTZField()
    end_time = DateTimeTZField()
    expire_time = DateTimeTZField()

    class Meta:
        table_name = "sessions"
        primary_key = CompositeKey("project_id", "session_id")


class OneTimeToken(Table):
    project_id = UuidField()
    token_hash = BlobField()
    purpose = TextField()
    user_id = UuidField(null=True)
    address_key = BlobField(null=True)
    payload = BlobField(null=True)
    create_time = DateTimeTZField()
    expire_time = DateTimeTZField()

    class Meta:
        table_name = "one_time_tokens"
        primary_key = CompositeKey("project_id", "token_hash")


class Throttle(Table):
    project_id = UuidField()
    key = BlobField()
    count = IntegerField()
    window_time = DateTimeTZField()
    locked_until = DateTimeTZField(null=True)
    expire_time = DateTimeTZField()

    class Meta:
        table_name = "throttles"
        primary_key = CompositeKey("project_id", "key")


class Login(Table):
    project_id = UuidField()
    login_record_id = UuidField()
    user_id = UuidField()
    create_time = DateTimeTZField()
    ip_address = TextField()
    user_agent = TextField()
    method = TextField()
    outcome = TextField()
    session_id = UuidField(null=True)

    class Meta:
        table_name = "logins"
        primary_key = CompositeKey("project_id", "login_record_id")


class TotpFactor(Table):
    project_id = UuidField()
    user_id = UuidField()
    secret = BlobField(null=True)
    new_secret = BlobField(null=True)
    last_step = BigIntegerField()
    create_time = DateTimeTZField()

    class Meta:
        table_name = "totp_factors"
        primary_key = CompositeKey("project_id", "user_id")


class RecoveryCode(Table):
    project_id = UuidField()
    user_id = UuidField()
    code_hash = BlobField()

    class Meta:
        table_name = "recovery_codes"
        primary_key = CompositeKey("project_id", "user_id", "code_hash")


class Passkey(Table):
    project_id = UuidField()
    passkey_id = UuidField()
    user_id = UuidField()
    credential_id = BlobField()
    public_key = BlobField()
    sign_count = BigIntegerField()
    transports = ArrayField(TextField, index=False)
    aaguid = UuidField()
    backed_up = BooleanField()
    display_name = TextField()
    create_time = DateTimeTZField()
    last_use_time = DateTimeTZField(null=True)

    class Meta:
        table_name = "passkeys"
        primary_key = CompositeKey("project_id", "passkey_id")


class ProviderToken(Table):
    project_id = UuidField()
    user_id = UuidField()
    provider = TextField()
    provider_user_id = TextField()
    tokens = BlobField()
    scopes = ArrayField(TextField, index=False)
    expire_time = DateTimeTZField(null=True)
    update_time = DateTimeTZField()

    class Meta:
        table_name = "provider_tokens"
        primary_key = CompositeKey("project_id", "user_id", "provider")


class EmailTemplate(Table):
    project_id = UuidField()
    email_template_id = UuidField()
    name = TextField()
    name_key = TextField()
    content = BinaryJSONField(index=False)
    localized_contents = BinaryJSONField(index=False)
    create_time = DateTimeTZField()
    update_time = DateTimeTZField()
    revision = BigIntegerField()

    class Meta:
        table_name = "email_templates"
        primary_key = CompositeKey("project_id", "email_template_id")


# Each after those that it refers to.
TABLES = (
    Project,
    ManagementKey,
    Role,
    Tenant,
    Application,
    CustomAttribute,
    User,
    LoginId,
    UserRole,
    UserTenant,
    UserTenantRole,
    UserApplication,
    UserAttribute,
    Password,
    FormerPassword,
    UserAction,
    UserActionReason,
    AppliedAction,
    Event,
    CollectedEvents,
    Webhook,
    WebhookDelivery,
    SigningKey,
    Session,
    OneTimeToken,
    Throttle,
    Login,
    TotpFactor,
    RecoveryCode,
    Passkey,
    ProviderToken,
    EmailTemplate,
    RequestRecord,
)

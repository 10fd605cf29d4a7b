"""The limits that the contract states, in annotations and in words, are those of server/config.py."""

from __future__ import annotations

import re
from typing import Any, get_type_hints

import pytest

from server import config
from server.domain.event_watch import HEARTBEAT, MESSAGE_EVENTS
from server.domain.passwords.opaque import MAX_PASSWORD_BYTES
from server.domain.passwords.policy import PasswordPolicy
from server.domain.streams import PATIENCE
from server.domain.user_exports import MESSAGE_USERS
from server.errors import REASONS, Reason
from server.handlers.batches import PATIENCE as BATCH_PATIENCE
from tests.contract.descriptions import comment, fields, messages, rules


def spelled(number: int) -> str:
    """A number as the comments write it: 1,000."""
    return f"{number:,}"


@pytest.mark.parametrize(
    ("field", "limit"),
    [
        ("User.roles", config.MAX_ROLES_PER_USER),
        ("TenantMembership.roles", config.MAX_ROLES_PER_USER),
        ("ModifyUserRolesRequest.roles", config.MAX_ROLES_PER_USER),
        ("User.tenants", config.MAX_TENANTS_PER_USER),
        ("ModifyUserTenantsRequest.tenant_ids", config.MAX_TENANTS_PER_USER),
        ("User.applications", config.MAX_APPLICATIONS_PER_USER),
        ("ModifyUserApplicationsRequest.application_ids", config.MAX_APPLICATIONS_PER_USER),
    ],
)
def test_belongings_of_a_user(field: str, limit: int) -> None:
    """100 each."""
    assert rules(field).repeated.max_items == limit
    assert f"at most {limit}" in comment(field)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.TOO_MANY_ROLES, f"more than {config.MAX_ROLES_PER_USER} roles"),
        (Reason.TOO_MANY_TENANTS, f"more than {config.MAX_TENANTS_PER_USER} tenants"),
        (Reason.TOO_MANY_APPLICATIONS, f"more than {config.MAX_APPLICATIONS_PER_USER} applications"),
        (Reason.CUSTOM_ATTRIBUTE_LIMIT, f"its {config.MAX_CUSTOM_ATTRIBUTES} custom attributes"),
        (Reason.WEBHOOK_LIMIT, f"its {config.MAX_WEBHOOKS} webhooks"),
        (Reason.PASSKEY_LIMIT, f"{config.MAX_PASSKEYS_PER_USER} passkeys already"),
        (Reason.PROVIDER_TOKEN_LIMIT, f"tokens of {config.MAX_PROVIDER_TOKENS_PER_USER} providers already"),
        (Reason.TOO_MANY_MODIFICATIONS, f"modified {spelled(config.MAX_MODIFICATIONS)} times"),
    ],
)
def test_limits_in_errors(reason: Reason, words: str) -> None:
    """The reason says the number, in words and as metadata."""
    assert words in comment(f"ErrorReason.ERROR_REASON_{reason.value}")
    assert "{limit}" in REASONS[reason][1]


def test_plain_passwords_of_a_batch_message() -> None:
    """More take longer than a client waits."""
    words = f"no more than {config.MAX_PLAIN_PASSWORDS} of them with plain passwords"
    assert words in comment("BatchCreateUsersRequest.items")


def test_custom_attributes_of_a_project() -> None:
    """200, and so many values of a user."""
    assert rules("User.custom_attributes").map.max_pairs == config.MAX_CUSTOM_ATTRIBUTES
    assert f"At most {config.MAX_CUSTOM_ATTRIBUTES} in a project" in comment("CustomAttribute")


def test_words_of_a_search() -> None:
    """10."""
    assert f"at most {config.MAX_SEARCH_WORDS} words" in comment("SearchUsersRequest.query")


def test_length_of_a_password() -> None:
    """256 characters, and 1,000 bytes."""
    words = f"at most {PasswordPolicy().max_length} characters and {spelled(MAX_PASSWORD_BYTES)} bytes"
    assert words in comment("Password.plain")


def test_login_ids_of_a_user() -> None:
    """20."""
    assert rules("User.login_ids").repeated.max_items == config.MAX_LOGIN_IDS_PER_USER
    assert f"at most {config.MAX_LOGIN_IDS_PER_USER} of" in comment("User.login_ids")


def test_metadata_of_a_user() -> None:
    """64 KiB."""
    assert f"at most {config.MAX_METADATA_BYTES // 1024} KiB" in comment("User.metadata")
    assert config.MAX_METADATA_BYTES % 1024 == 0


def test_size_of_a_message() -> None:
    """4 MiB."""
    assert f"over {config.MAX_MESSAGE_BYTES // 1024**2} MiB" in comment("ErrorReason")
    assert config.MAX_MESSAGE_BYTES % 1024**2 == 0


DEFAULT_SIZES = {"ExportUsersRequest.page_size": MESSAGE_USERS}
"""Of what is no list."""


@pytest.mark.parametrize("field", [name for name in fields() if name.endswith(".page_size")])
def test_size_of_a_page(field: str) -> None:
    """50 by default, 1,000 at most; more is not an error."""
    assert f"0 means {DEFAULT_SIZES.get(field, config.DEFAULT_PAGE_SIZE)}" in comment(field)
    assert (
        f"more than {spelled(config.MAX_PAGE_SIZE)} is taken as {spelled(config.MAX_PAGE_SIZE)}"
        in comment(field)
    )
    rule = rules(field).int32
    assert (rule.gte, rule.HasField("lte"), rule.HasField("lt")) == (0, False, False)


def test_users_of_a_batch() -> None:
    """As many as a page has."""
    assert rules("BatchGetUsersRequest.by").repeated.max_items == config.MAX_PAGE_SIZE
    assert f"1 to {spelled(config.MAX_PAGE_SIZE)}" in comment("BatchGetUsersRequest.by")


BATCHES = [name for name in fields() if re.fullmatch(r"Batch\w+Request\.items", name)]


@pytest.mark.parametrize("field", BATCHES)
def test_items_of_a_message_of_a_batch(field: str) -> None:
    """1 to 1,000."""
    rule = rules(field).repeated

    assert (rule.min_items, rule.max_items) == (1, 1_000)
    assert f"1 to {spelled(1_000)}" in comment(field)


def test_patience_with_a_batch() -> None:
    """A minute."""
    assert BATCH_PATIENCE == 60.0
    assert "of more than a minute end the stream" in comment("UserService.BatchCreateUsers")
    assert "for more than a minute" in comment("ErrorReason.ERROR_REASON_BATCH_IDLE")


def test_application_in_a_batch_is_the_same_as_one_alone() -> None:
    """Field by field, but for the id of the request."""
    alone, item = (
        {field.name: field for field in messages()[name].descriptor.field}
        for name in ("ApplyUserActionRequest", "ApplyUserActionsItem")
    )

    assert item == {name: field for name, field in alone.items() if name != "request_id"}
    for name in item:
        assert comment(f"ApplyUserActionsItem.{name}") == comment(f"ApplyUserActionRequest.{name}")


def test_time_in_which_a_repeat_is_one() -> None:
    """24 hours; where a comment does not say so it points to one that does."""
    hours = f"{config.REQUEST_ID_LIFETIME_HOURS} hours"
    assert f"last {hours}" in comment("ErrorReason.ERROR_REASON_REQUEST_ID_REUSED")

    for name in fields():
        if name.endswith("Request.request_id"):
            pointed = re.match(r"As in (\w+)\.", comment(name))
            told = comment(f"{pointed.group(1)}.request_id") if pointed else comment(name)
            assert f"within {hours}" in told


def test_time_that_a_key_lives_on() -> None:
    """The comments promise 10 seconds: the setting cannot be larger."""
    constraints = get_type_hints(config.Config, include_extras=True)["key_cache_seconds"].__metadata__
    assert 10 in [getattr(constraint, "le", None) for constraint in constraints]

    for name in (
        "ManagementKeyService.UpdateManagementKey",
        "ManagementKeyService.RevokeManagementKey",
        "ProjectService.DeleteProject",
    ):
        assert "within 10 seconds" in comment(name)


def stated(rule: Any) -> set[int]:
    """The limits in a field's rules, those of its items included."""
    numbers = {
        rule.string.max_len,
        rule.string.max_bytes,
        rule.string.min_len,
        rule.repeated.max_items,
        rule.repeated.min_items,
        rule.map.max_pairs,
    }
    if rule.HasField("repeated") and rule.repeated.HasField("items"):
        numbers |= stated(rule.repeated.items)
    if rule.HasField("map"):
        numbers |= stated(rule.map.values)
    texts = [rule.string.pattern, *(cel.expression for cel in rule.cel)]
    numbers |= {int(number) for text in texts for number in re.findall(r"\d+", text)}
    return numbers - {0}


# Sizes that no annotation can state, for the domain holds them, or that it states in another unit.
UNSTATED = {
    "User.metadata",
    "Password.plain",
    "RotateManagementKeyRequest.overlap",
    "RotateWebhookSecretRequest.previous_secret_expire_time",
    "AppliedAction.history",
    "WatchEventsResponse.events",
    "ApplyUserActionRequest.duration",
    "ApplyUserActionsItem.duration",
    "ModifyAppliedActionRequest.duration",
}


@pytest.mark.parametrize(
    "name", [name for name in fields() if "at most" in fields()[name].comment and name not in UNSTATED]
)
def test_limit_in_words_is_the_limit_of_the_rules(name: str) -> None:
    """`at most 200 characters` stands beside `max_len = 200`."""
    limits = stated(rules(name))
    words = [int(number.replace(",", "")) for number in re.findall(r"at most ([\d,]*\d)", comment(name))]

    assert words
    for number in words:
        # A query of at most 10 words is one word with at most 9 behind it.
        assert number in limits or number - 1 in limits, (number, limits)


@pytest.mark.parametrize("method", ["AuthService.SignUp", "AuthService.SendPasswordReset"])
def test_emails_asked_for_from_an_address(method: str) -> None:
    """100 an hour."""
    assert f"at most {config.MAX_EMAILS_ASKED_FOR_PER_ADDRESS} an hour" in comment(method)


def test_passkey_options_asked_for_from_an_address() -> None:
    """1,000 within five minutes."""
    words = comment("AuthService.BeginPasskeySignIn")

    assert f"at most {spelled(config.MAX_PASSKEY_OPTIONS_PER_ADDRESS)} within five minutes" in words


def test_logins_recorded_of_a_lock() -> None:
    """100."""
    words = comment("LoginOutcome.LOGIN_OUTCOME_LOCKED")

    assert f"the first {config.MAX_LOGINS_RECORDED_PER_LOCK} are on record" in words


def test_overlap_of_a_rotation() -> None:
    """Seven days."""
    assert rules("RotateManagementKeyRequest.overlap").duration.lte.seconds == 7 * 24 * 3600
    assert "at most 7 days" in comment("RotateManagementKeyRequest.overlap")


def test_events_of_a_message() -> None:
    """500."""
    assert f"at most {MESSAGE_EVENTS}" in comment("WatchEventsResponse.events")


def test_silence_of_a_watch() -> None:
    """1 to 60 seconds, 15 if nothing is said."""
    words = comment("WatchEventsRequest.heartbeat_interval")
    rule = rules("WatchEventsRequest.heartbeat_interval").duration

    assert f"{rule.gte.seconds} to {rule.lte.seconds} seconds; absent: {HEARTBEAT:.0f} seconds" in words


@pytest.mark.parametrize("method", ["EventService.WatchEvents", "UserService.ExportUsers"])
def test_patience_with_a_reader(method: str) -> None:
    """30 seconds."""
    assert f"longer than {PATIENCE:.0f} seconds for a message" in comment(method)


def test_history_of_an_applied_action() -> None:
    """Its start, 1,000 modifications, its cancellation."""
    words = f"at most {spelled(config.MAX_MODIFICATIONS)} modifications"

    assert words in comment("AppliedAction.history")


@pytest.mark.parametrize(
    "message", ["ApplyUserActionRequest", "ApplyUserActionsItem", "ModifyAppliedActionRequest"]
)
def test_duration_of_an_applied_action(message: str) -> None:
    """100 years of 365 and a quarter days."""
    rule = rules(f"{message}.duration").duration

    assert (rule.lte.seconds, rule.HasField("gt"), rule.gt.seconds) == (36_525 * 86_400, True, 0)
    assert "at most 100 years" in comment(f"{message}.duration")

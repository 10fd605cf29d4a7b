"""UserActionService: what was applied keeps its texts, in the language of the user.

Which language that is: tests/unit/test_localizing."""

from __future__ import annotations

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc
from roster.v1 import user_pb2

from tests.calling import Client
from tests.rpc.action_requests import (
    apply,
    ask,
    cancel,
    define,
    listed,
    modify,
    option,
    read,
    reason,
    redefine,
    retire,
)
from tests.rpc.user_requests import created, updated

SUSPEND = {"de": "Sperren", "pt-BR": "Suspender", "zh": "暂停", "zh-Hant": "暫停"}
NICELY = {"de": "Nett", "zh-Hant": "溫和"}
SPAM = {"de": "Versandte Spam", "pt-BR": "Enviou spam", "zh-Hant": "垃圾郵件"}


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    """An action with names in some languages, as its option has."""
    nicely = pb.UserActionOption(name="Nicely", localized_names=NICELY)
    return define(client, temporal=True, localized_names=SUSPEND, options=[nicely, option("Meanly")])


@pytest.fixture
def spam(client: Client) -> pb.UserActionReason:
    return reason(client, "SPAM", "Sent spam", localized_texts=SPAM)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("", ("", "", "")),
        ("en", ("", "", "")),
        ("de", ("Sperren", "Nett", "Versandte Spam")),
        ("de-AT", ("Sperren", "Nett", "Versandte Spam")),
        ("DE-at", ("Sperren", "Nett", "Versandte Spam")),
        ("pt-BR", ("Suspender", "", "Enviou spam")),
        ("pt-PT", ("", "", "")),
        ("zh", ("暂停", "", "")),
        ("zh-CN", ("暂停", "", "")),
        ("zh-Hant-TW", ("暫停", "溫和", "垃圾郵件")),
        ("zh-TW", ("暫停", "溫和", "垃圾郵件")),
    ],
)
def test_texts_are_in_the_language_of_the_user(
    client: Client,
    suspend: pb.UserAction,
    spam: pb.UserActionReason,
    locale: str,
    expected: tuple[str, str, str],
) -> None:
    """The one that matches best; empty if none does, while the plain ones stand beside them."""
    ann = created(client, login_ids=["ann"], locale=locale)

    applied = apply(client, ann, suspend, option="Nicely", reason="SPAM")

    assert (applied.localized_name, applied.localized_option, applied.localized_reason) == expected
    assert (applied.name, applied.option, applied.reason) == ("Suspend", "Nicely", "Sent spam")
    assert read(client, applied) == applied


def test_keys_of_languages_are_taken_in_any_spelling(client: Client) -> None:
    """With an underscore, in capitals; they are kept as they were given."""
    made = define(client, localized_names={"PT_br": "Suspender"})

    applied = apply(client, created(client, login_ids=["ann"], locale="pt-BR"), made)

    assert applied.localized_name == "Suspender"
    assert dict(made.localized_names) == {"PT_br": "Suspender"}


def test_what_was_applied_is_not_harmed_by_what_becomes_of_its_parts(
    client: Client, suspend: pb.UserAction, spam: pb.UserActionReason
) -> None:
    """Other names, other options, another language, no reason, no definition: it stays as it was."""
    ann = created(client, login_ids=["ann"], locale="de-AT")
    applied = apply(client, ann, suspend, option="Nicely", reason="SPAM")

    redefine(client, suspend, "*", name="Ban", localized_names={"de": "Bannen"}, options=[option("Other")])
    text = pb.UserActionReason(text="Other", localized_texts={"de": "Anderes"})
    ask(client, rpc.UpdateUserActionReasonRequest(reason_id=spam.reason_id, user_action_reason=text))
    ask(client, rpc.DeleteUserActionReasonRequest(reason_id=spam.reason_id))
    updated(client, ann, locale="pt-BR")
    retire(client, suspend)

    assert read(client, applied) == applied
    assert listed(client, ann) == [applied]
    texts = (
        "name",
        "localized_name",
        "option",
        "localized_option",
        "reason",
        "localized_reason",
        "reason_code",
    )
    for changed in (modify(client, applied, comment="Still"), cancel(client, applied)):
        assert [getattr(changed, text) for text in texts] == [getattr(applied, text) for text in texts]
    assert changed.reason_id == spam.reason_id


def test_next_application_has_the_new_texts(
    client: Client, suspend: pb.UserAction, spam: pb.UserActionReason
) -> None:
    """In the language that the user has by then."""
    ann = created(client, login_ids=["ann"], locale="de")
    apply(client, ann, suspend, option="Meanly", reason="SPAM")
    ask(
        client,
        rpc.UpdateUserActionReasonRequest(
            reason_id=spam.reason_id,
            user_action_reason=pb.UserActionReason(code="JUNK", localized_texts={"fr": "Pourriel"}),
            update_mask=FieldMask(paths=["code", "localized_texts"]),
        ),
    )
    redefine(client, suspend, localized_names={"fr": "Suspendre"})
    ann = updated(client, ann, locale="fr-CA")

    applied = apply(client, ann, suspend, reason="junk")

    assert (applied.localized_name, applied.localized_reason) == ("Suspendre", "Pourriel")
    assert (applied.reason_code, applied.option) == ("JUNK", "")


def test_user_without_a_language_gets_none_later(client: Client, suspend: pb.UserAction) -> None:
    """The texts are chosen when the action is applied."""
    ann: user_pb2.User = created(client, login_ids=["ann"])
    applied = apply(client, ann, suspend)
    updated(client, ann, locale="de")

    assert modify(client, applied).localized_name == ""

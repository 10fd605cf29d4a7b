"""What lists of users are asked for, to see that each is served by an index: every filter, some together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from scripts.benchmark.belongings import Belongings
from server.domain.attribute_filters import AttributeCondition
from server.domain.roles import RoleRef
from server.domain.user_lists import UserFilter

NEWEST = "create_time desc"
ORDERS = ("create_time", "update_time", "last_login_time", "email", "family_name")


def conditions(
    made: Belongings, user_ids: Sequence[str], emails: Sequence[str]
) -> dict[str, tuple[UserFilter, str]]:
    """By what they are called, filters and the orders that they are asked in."""
    alone = _alone(made, user_ids, emails)
    together = {
        "rare role, in tenant, verified": replace(
            alone["rare role"], tenant_ids=[made.small_tenant], email_verified=True
        ),
        "frequent role, active, in tenant": replace(
            alone["frequent role"], statuses=["ACTIVE"], tenant_ids=[made.large_tenant]
        ),
        "attribute and application": replace(
            alone["STRING is frequent"], application_ids=[made.large_application]
        ),
        "two attributes": UserFilter(
            attributes=[*alone["STRING is frequent"].attributes, *alone["NUMBER in a range"].attributes]
        ),
        "created and updated last week": replace(
            alone["created after"], updated_after=alone["updated after"].updated_after
        ),
    }
    asked = {name: (wanted, NEWEST) for name, wanted in {**alone, **together}.items()}
    for order in ORDERS:
        for direction in ("", " desc"):
            asked[f"all, {order}{direction}"] = (UserFilter(), order + direction)
        asked[f"rare tenant, {order}"] = (alone["small tenant"], order)
    return asked


def _alone(made: Belongings, user_ids: Sequence[str], emails: Sequence[str]) -> dict[str, UserFilter]:
    # The oldest were made two years ago, one each 20 seconds.
    begin = datetime.now(UTC) - timedelta(days=730)
    early, late = begin + timedelta(hours=1), begin + timedelta(days=1)
    rare, frequent, none = (RoleRef("name", name) for name in ("rare_role", "viewer", "nobody has it"))
    return {
        "nothing": UserFilter(),
        "frequent role": UserFilter(any_roles=[frequent]),
        "rare role": UserFilter(any_roles=[rare]),
        "unknown role": UserFilter(any_roles=[none]),
        "all of two roles": UserFilter(all_roles=[frequent, RoleRef("name", "editor")]),
        "all of rare roles": UserFilter(all_roles=[rare, frequent]),
        "all of unknown roles": UserFilter(all_roles=[none]),
        **{f"status {status}": UserFilter(statuses=[status]) for status in ("INVITED", "ACTIVE", "INACTIVE")},
        "status EXPIRED": UserFilter(statuses=["EXPIRED"]),
        "status BLOCKED": UserFilter(statuses=["BLOCKED"]),
        "email verified": UserFilter(email_verified=True),
        "email not verified": UserFilter(email_verified=False),
        "phone verified": UserFilter(phone_number_verified=True),
        "phone not verified": UserFilter(phone_number_verified=False),
        "created after": UserFilter(created_after=late),
        "created before": UserFilter(created_before=early),
        "updated after": UserFilter(updated_after=late),
        "updated before": UserFilter(updated_before=early),
        "signed in after": UserFilter(last_login_after=early),
        "signed in before": UserFilter(last_login_before=late),
        "ids": UserFilter(user_ids=user_ids),
        "emails": UserFilter(emails=emails),
        "phone numbers": UserFilter(phone_numbers=[f"+4930{20_000_000 + n}" for n in range(1, 100)]),
        "login ids": UserFilter(login_ids=["gbrown4", "nobody"]),
        "small tenant": UserFilter(tenant_ids=[made.small_tenant]),
        "large tenant": UserFilter(tenant_ids=[made.large_tenant]),
        "role in small tenant": UserFilter(tenant_roles=[(made.small_tenant, rare)]),
        "role in large tenant": UserFilter(tenant_roles=[(made.large_tenant, rare)]),
        "small application": UserFilter(application_ids=[made.small_application]),
        "large application": UserFilter(application_ids=[made.large_application]),
        "action on few": UserFilter(active_user_action_ids=[made.rare_action]),
        "action on many": UserFilter(active_user_action_ids=[made.frequent_action]),
        "with password": UserFilter(auth_methods=["PASSWORD"]),
        "with passkeys": UserFilter(auth_methods=["PASSKEY"]),
        "with an authenticator app": UserFilter(auth_methods=["TOTP"]),
        "test users only": UserFilter(test_users="ONLY"),
        "test users too": UserFilter(test_users="INCLUDE"),
        "STRING is frequent": _attribute("city", equals="City 7"),
        "STRING is rare": _attribute("city", equals="Ulm"),
        "NUMBER is": _attribute("score", equals=77),
        "NUMBER in a range": _attribute("score", at_least=50_000),
        "NUMBER in a narrow range": _attribute("score", at_least=5, less_than=7),
        "DATE in a range": _attribute("joined", at_least="2020-01-01"),
        "DATE in a narrow range": _attribute("joined", less_than="2011-01-30"),
        "BOOLEAN is rare": _attribute("vip", equals=True),
        "BOOLEAN is frequent": _attribute("vip", equals=False),
        "SINGLE_SELECT is rare": _attribute("plan", equals="platinum"),
        "SINGLE_SELECT is frequent": _attribute("plan", equals="pro"),
        "MULTI_SELECT has a rare one": _attribute("tags", equals="founder"),
        "MULTI_SELECT has a frequent one": _attribute("tags", equals="loyal"),
    }


def _attribute(name: str, **asked: Any) -> UserFilter:
    return UserFilter(attributes=[AttributeCondition(name, "filter.attributes[0]", **asked)])

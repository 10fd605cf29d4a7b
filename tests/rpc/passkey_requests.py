"""Requests about passkeys, as tests send them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
from roster.v1 import auth_service_pb2 as auth
from roster.v1 import passkey_pb2 as pb
from roster.v1 import project_pb2, user_pb2
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import user_service_pb2 as rpc

from tests.authenticator import Passkey, made_for
from tests.calling import Client, Refused
from tests.conftest import sql
from tests.process.conftest import eventually
from tests.rpc.batch_requests import AT_WORK

RP_ID = "example.com"
ORIGIN = "https://login.example.com"


def set_passkey_policy(client: Client, **values: Any) -> None:
    """Makes this the project's passkey policy: that of these tests, with the values given."""
    policy = project_pb2.PasskeyPolicy(**({"rp_id": RP_ID, "origins": [ORIGIN]} | values))
    _set(client, "passkey_policy", policy)


def demand_second_factors(client: Client) -> None:
    """Passwords alone do not suffice in the project any more."""
    _set(client, "mfa_policy", project_pb2.MfaPolicy(required=True))


def _set(client: Client, name: str, policy: Any) -> None:
    """Sets one group of the project's settings, and leaves the others."""
    present = client.projects.GetProject(project_rpc.GetProjectRequest(project_id=client.project_id)).project
    getattr(present.settings, name).CopyFrom(policy)
    client.projects.UpdateProject(
        project_rpc.UpdateProjectRequest(project=present, update_mask={"paths": ["settings"]})
    )


def begin(client: Client, access_token: str) -> auth.BeginPasskeyRegistrationResponse:
    """Options to register a passkey."""
    request = auth.BeginPasskeyRegistrationRequest(access_token=access_token)
    return client.public.auth.BeginPasskeyRegistration(request)


def finish(
    client: Client, access_token: str, token: str, credential_json: str, display_name: str = "Ann's phone"
) -> pb.Passkey:
    """The passkey, registered."""
    request = auth.FinishPasskeyRegistrationRequest(
        access_token=access_token,
        passkey_token=token,
        credential_json=credential_json,
        display_name=display_name,
    )
    return client.public.auth.FinishPasskeyRegistration(request).passkey


def register(client: Client, access_token: str, **behaviour: Any) -> tuple[Passkey, pb.Passkey]:
    """A passkey of the user's, in the authenticator and as the server shows it."""
    options = begin(client, access_token)
    passkey = replace(made_for(options.options_json, ORIGIN), **behaviour)
    answer = passkey.attestation(options.options_json)
    return passkey, finish(client, access_token, options.passkey_token, answer)


def ask_for(client: Client, challenge_token: str = "") -> auth.BeginPasskeySignInResponse:
    """Options to sign in by a passkey."""
    request = auth.BeginPasskeySignInRequest(challenge_token=challenge_token)
    return client.public.auth.BeginPasskeySignIn(request)


def answer(passkey: Passkey, options: auth.BeginPasskeySignInResponse) -> pb.PasskeyAssertion:
    """What the authenticator makes of the options."""
    return pb.PasskeyAssertion(
        passkey_token=options.passkey_token, credential_json=passkey.assertion(options.options_json)
    )


def finish_sign_in(client: Client, assertion: pb.PasskeyAssertion) -> auth.FinishPasskeySignInResponse:
    return client.public.auth.FinishPasskeySignIn(auth.FinishPasskeySignInRequest(passkey=assertion))


def sign_in(client: Client, passkey: Passkey) -> auth.FinishPasskeySignInResponse:
    """Signs in by the passkey alone."""
    return finish_sign_in(client, answer(passkey, ask_for(client)))


def passkeys_of(client: Client, user_id: str, **page: Any) -> list[pb.Passkey]:
    """A page of the user's passkeys."""
    by = user_pb2.UserRef(user_id=user_id)
    return list(client.users.ListUserPasskeys(rpc.ListUserPasskeysRequest(by=by, **page)).passkeys)


def deletion(
    user_id: str, passkey_ids: Sequence[str] = (), request_id: str = ""
) -> rpc.DeleteUserPasskeysRequest:
    by = user_pb2.UserRef(user_id=user_id)
    return rpc.DeleteUserPasskeysRequest(by=by, passkey_ids=passkey_ids, request_id=request_id)


def delete_passkeys(client: Client, user_id: str, *passkey_ids: str) -> int:
    """Deletes passkeys of the user; returns how many."""
    return client.users.DeleteUserPasskeys(deletion(user_id, passkey_ids)).deleted_count


def neck_and_neck(url: str, user_id: str, calls: Sequence[Callable[[], Any]]) -> Counter[str]:
    """How often each reason, or `OK`, comes of calls all of which have read before one of them writes: the
    user is locked until they all wait for that."""

    def outcome(call: Callable[[], Any]) -> str:
        try:
            call()
        except Refused as error:
            return error.reason
        return "OK"

    with ThreadPoolExecutor(len(calls)) as pool, psycopg.connect(url) as lock:
        lock.execute("SELECT FROM users WHERE user_id = %s FOR UPDATE", [user_id])
        results = [pool.submit(outcome, call) for call in calls]
        eventually(lambda: sql(url, f"{AT_WORK} AND wait_event_type = 'Lock'") == [(len(calls),)])
        lock.commit()
        return Counter(result.result(30.0) for result in results)

"""`roster users` as people run it: a real service, and the commands as processes of their own."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

from roster.v1 import event_service_pb2 as event_rpc
from roster.v1 import project_pb2, role_pb2
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client
from tests.certificates import Authority
from tests.process.conftest import eventually
from tests.process.service import Service, StartService, only
from tests.process.transfer import items, ran, read, started, written

EVENTS = 1_000
EDITOR = role_pb2.Role(name="Editor")
DATA = Path(__file__).resolve().parents[1] / "data"

MANY = 30_000
"""Users that take longer to export than it takes to interrupt that."""
ENOUGH = 10_000
"""Users that take longer to import, fifty at a time."""


def emails(client: Client) -> Counter[str]:
    """Of all users there are."""
    request = rpc.ExportUsersRequest(filter=rpc.UserFilter(test_users=rpc.TEST_USERS_INCLUDE))
    return Counter(item.user.email for page in client.users.ExportUsers(request) for item in page.items)


def created_events(client: Client) -> Counter[str]:
    """How often each user was told to have been created."""
    request = event_rpc.ListEventsRequest(types=["user.created"], page_size=EVENTS)
    found: Counter[str] = Counter()
    while True:
        page = client.events.ListEvents(request)
        found.update(event.subject_id for event in page.events)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


def messages_done(state: Path) -> int:
    """How far an import is, by its own account."""
    return int(json.loads(state.read_bytes())["messages"]) if state.exists() else 0


def expected(count: int) -> Counter[str]:
    """The emails of `items`, each once."""
    return Counter(item["user"]["email"] for item in items(count))


def test_what_is_exported_imports_again(start: StartService, tmp_path: Path) -> None:
    """Through files and through pipes, into another project; the files are their owner's alone."""
    service = start(**only())
    client = service.client()
    client.roles.CreateRole(role_rpc.CreateRoleRequest(role=EDITOR))
    first = items(
        1_200,
        roles=[{"name": "editor"}],
        metadata={"plan": "gold"},
        status="USER_STATUS_ACTIVE",
        create_time="2020-02-29T12:00:00.123456Z",
    )
    bcrypt = {"bcrypt": {"encoded": "$2b$04$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW"}}
    first[0]["password"] = {"hashed": bcrypt}
    first[1]["user"]["test"] = True
    exported, again = tmp_path / "exported.jsonl", tmp_path / "again.jsonl"

    done = ran(service, "import", written(tmp_path / "users.jsonl", first))
    assert (done.code, done.output) == (0, "")
    assert "1,200 created" in done.errors
    assert ran(service, "export", exported, "--include-password-hashes").code == 0
    other = another_project(service, client)
    done = ran(service, "import", "-", "--roles-by-name", text=exported.read_text(encoding="utf-8"), **other)
    assert done.code == 0, done.errors
    piped = ran(service, "export", "-", "--include-password-hashes", **other)

    again.write_text(piped.output, encoding="utf-8")
    assert comparable(read(exported)) == comparable(read(again))
    assert len(read(again)) == 1_200
    assert exported.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "again.jsonl",
        "exported.jsonl",
        "users.jsonl",
    ]


def test_csv_that_is_exported_imports_again(start: StartService, tmp_path: Path) -> None:
    """With all that JSON lines hold: roles that expire, what separates, whatever is in the metadata."""
    service = start(**only())
    client = service.client()
    client.roles.CreateRole(role_rpc.CreateRoleRequest(role=EDITOR))
    pbkdf2 = {
        "algorithm": "DIGEST_ALGORITHM_SHA256",
        "iterations": 1000,
        "salt": "c2FsdA==",
        "digest": "A" * 43 + "=",
    }
    first = items(
        3,
        roles=[{"name": "editor", "expire_time": "2999-01-01T00:00:00Z"}],
        metadata={"plan": 'gold; or, "silver"\n', "seats": [1, {"a": None}], "": 0.5},
        status="USER_STATUS_ACTIVE",
    )
    first[0]["password"] = {"hashed": {"pbkdf2": pbkdf2}, "temporary": True}
    first[0]["user"]["login_ids"] = ["a;b", "c"]
    first[1]["blocked"] = True
    ran(service, "import", written(tmp_path / "users.jsonl", first))
    table, before, after = (tmp_path / name for name in ("users.csv", "before.jsonl", "after.jsonl"))
    hashes = "--include-password-hashes"

    assert ran(service, "export", table, hashes).code == 0
    assert ran(service, "export", before, hashes).code == 0
    other = another_project(service, client)
    done = ran(service, "import", table, **other)
    assert (done.code, "3 created" in done.errors) == (0, True), done.errors
    assert ran(service, "export", after, hashes, **other).code == 0

    assert comparable(read(after)) == comparable(read(before))


def another_project(service: Service, client: Client) -> dict[str, str]:
    """The variables that lead to another project, which has a role of the same name."""
    asked = project_rpc.CreateProjectRequest(project=project_pb2.Project(display_name="Other"))
    project_id = client.projects.CreateProject(asked).project.project_id
    held = service.credentials()
    client.with_key(project_id, client.key).roles.CreateRole(role_rpc.CreateRoleRequest(role=EDITOR))
    return {
        "ROSTER_ADDRESS": held["address"],
        "ROSTER_PROJECT_ID": project_id,
        "ROSTER_MANAGEMENT_KEY": held["management_key"],
        "ROSTER_DATA_DIR": "/nowhere",
    }


def comparable(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what begins anew, and the ids of roles."""
    for line in lines:
        for role in line["user"]["roles"]:
            del role["role_id"]
        for name in ("update_time", "etag"):
            del line["user"][name]
    return lines


def test_rejected_records_are_mended_and_imported(start: StartService, tmp_path: Path) -> None:
    """They stand in a file as they were, with the reasons; the others are in."""
    service = start(**only())
    users = items(30)
    users[3]["user"]["email"] = "nobody"
    users[5]["user"]["emial"] = users[5]["user"].pop("email")
    users[7]["user"]["roles"] = [{"name": "Nope"}]
    users[9]["user"]["email"] = users[8]["user"]["email"]
    file = written(tmp_path / "users.jsonl", users)
    # No message of the service can hold it.
    large = {"user": {"email": "large@example.com", "metadata": {"text": "x" * 5_000_000}}}
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"no JSON\n{json.dumps(large)}\n{'[' * 100_000}\n")
    rejects = tmp_path / "rejected.jsonl"

    done = ran(service, "import", file, "--rejected", rejects, "--batch-size", "7")

    assert done.code == 3
    assert "25 created" not in done.errors
    assert "26 created, 7 rejected" in done.errors
    found = read(rejects)
    assert [(line["rejected"]["number"], line["rejected"]["reason"]) for line in found] == [
        (4, "FIELDS_INVALID"),
        (6, "RECORD_UNUSABLE"),
        (8, "ROLE_NOT_FOUND"),
        (10, "EMAIL_TAKEN"),
        (31, "RECORD_UNUSABLE"),
        (32, "RECORD_UNUSABLE"),
        (33, "RECORD_UNUSABLE"),
    ]
    assert list(found[0]["rejected"]["fields"]) == ["user.email"]
    assert found[4]["line"] == "no JSON"

    mended = [line | users[line["rejected"]["number"] - 1] for line in found[:4]]
    for n, line in enumerate(mended):
        line["user"] = {"email": f"mended-{n}@example.com"}
    assert ran(service, "import", written(tmp_path / "mended.jsonl", mended)).code == 0
    assert len(emails(service.client())) == 30


def test_file_that_is_read_is_not_overwritten_with_rejected_records(
    start: StartService, tmp_path: Path
) -> None:
    """Who hands in what was mended, and names it for what is rejected again, loses nothing."""
    service = start(**only())
    mended = written(tmp_path / "rejected.jsonl", items(2))
    (same := tmp_path / "same.jsonl").symlink_to(mended)

    for rejects in (mended, same):
        refused = ran(service, "import", mended, "--rejected", rejects)
        assert (refused.code, "rejected records take another file" in refused.errors) == (1, True)
    assert read(mended) == items(2)
    assert ran(service, "import", mended, "--rejected", tmp_path / "again.jsonl").code == 0


def test_several_streams_bring_in_the_same(start: StartService, tmp_path: Path) -> None:
    """Rejected records are told in the order of the file; they are deleted likewise."""
    service = start(**only())
    users = items(1_000)
    for number in (3, 500, 997):
        users[number]["user"]["email"] = "nobody"
    file, rejects = written(tmp_path / "users.jsonl", users), tmp_path / "rejected.jsonl"
    several = ("--streams", "3", "--batch-size", "50")

    done = ran(service, "import", file, "--rejected", rejects, *several)
    assert (done.code, "997 created, 3 rejected" in done.errors) == (3, True)
    assert [line["rejected"]["number"] for line in read(rejects)] == [4, 501, 998]
    assert len(emails(service.client())) == 997
    exported = tmp_path / "exported.jsonl"
    ran(service, "export", exported)
    assert ran(service, "delete", "--from", exported, *several).code == 0
    assert not emails(service.client())


def test_dry_run_tells_what_would_happen(start: StartService, tmp_path: Path) -> None:
    """And changes nothing; there is no state to go on from."""
    service = start(**only())
    users = items(20)
    users[3]["user"]["email"] = "nobody"
    file = written(tmp_path / "users.jsonl", users)

    done = ran(service, "import", file, "--dry-run")

    assert done.code == 3
    assert "nothing was changed; would be: 19 created, 1 rejected" in done.errors
    assert not emails(service.client())
    assert list(tmp_path.iterdir()) == [file]


def test_conflicts_are_met_as_was_asked_for(start: StartService, tmp_path: Path) -> None:
    """Who is there already fails, is passed over or is updated; all or nothing rejects the whole message."""
    service = start(**only())
    ran(service, "import", written(tmp_path / "some.jsonl", items(10)))
    more = written(tmp_path / "more.jsonl", items(12, given_name="Augusta"))

    whole = ran(service, "import", more, "--all-or-nothing")
    assert (whole.code, "12 rejected" in whole.errors) == (3, True)
    skipped = ran(service, "import", more, "--on-conflict", "skip", "--dry-run")
    assert (skipped.code, "2 created, 10 skipped" in skipped.errors) == (0, True)
    updated = ran(service, "import", more, "--on-conflict", "update")
    assert (updated.code, "2 created, 10 updated" in updated.errors) == (0, True)
    assert emails(service.client()) == expected(12)


def test_interrupted_import_is_resumed(start: StartService, tmp_path: Path) -> None:
    """Nobody is missing and nobody was created twice; begun anew by mistake it would refuse."""
    service = start(**only())
    file = written(tmp_path / "users.jsonl", items(ENOUGH))
    state = tmp_path / "users.jsonl.import-state"
    process = started(service, "import", file, "--batch-size", "50")
    eventually(lambda: messages_done(state) > 5)

    process.send_signal(signal.SIGINT)

    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "go on with --resume" in errors
    refused = ran(service, "import", file, "--batch-size", "50")
    assert (refused.code, "go on with --resume" in refused.errors) == (1, True)
    other = ran(service, "import", file, "--batch-size", "60", "--resume")
    assert (other.code, "was begun with batch-size 50" in other.errors) == (1, True)
    resumed = ran(service, "import", file, "--batch-size", "50", "--resume")
    assert (resumed.code, f"{ENOUGH:,} created" in resumed.errors) == (0, True), resumed.errors
    assert not state.exists()
    assert emails(service.client()) == expected(ENOUGH)
    assert set(created_events(service.client()).values()) == {1}
    assert len(created_events(service.client())) == ENOUGH


def test_import_goes_on_over_a_killed_worker(start: StartService, tmp_path: Path) -> None:
    """By itself, with what was not answered."""
    service = start(**only())
    file = written(tmp_path / "users.jsonl", items(6_000))
    state = tmp_path / "users.jsonl.import-state"
    process = started(service, "import", file, "--batch-size", "50")
    for messages in (5, 40, 80):
        eventually(lambda done=messages: messages_done(state) > done, 60.0)
        kill(service.pid("worker-0"))

    _, errors = process.communicate(timeout=120)

    assert process.returncode == 0, errors
    assert "6,000 created" in errors
    assert emails(service.client()) == expected(6_000)
    assert set(created_events(service.client()).values()) == {1}


def test_import_is_resumed_when_the_service_is_there_again(start: StartService, tmp_path: Path) -> None:
    """At another address: the data directory tells it."""
    service = start(**only())
    file = written(tmp_path / "users.jsonl", items(6_000))
    state = tmp_path / "users.jsonl.import-state"
    process = started(service, "import", file, "--batch-size", "50", "--patience", "0.5")
    eventually(lambda: messages_done(state) > 5)

    service.stop(signal.SIGKILL)

    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.splitlines()[-1].startswith("roster: nothing has come")) == (1, True)
    again = start(**only())
    resumed = ran(again, "import", file, "--batch-size", "50", "--resume")
    assert (resumed.code, "6,000 created" in resumed.errors) == (0, True), resumed.errors
    assert emails(again.client()) == expected(6_000)
    assert set(created_events(again.client()).values()) == {1}


def kill(pid: int) -> None:
    """At once."""
    os.kill(pid, signal.SIGKILL)


def test_export_is_resumed(start: StartService, tmp_path: Path) -> None:
    """Behind what is in the file, each user once."""
    service = start(**only())
    ran(service, "import", written(tmp_path / "users.jsonl", items(MANY)))
    exported = tmp_path / "exported.jsonl"
    state = tmp_path / "exported.jsonl.export-state"
    process = started(service, "export", exported)
    eventually(lambda: state.exists() and json.loads(state.read_text())["users"] > 0)

    process.send_signal(signal.SIGINT)

    process.communicate(timeout=60)
    assert process.returncode == 130
    with exported.open("a", encoding="utf-8") as half:
        half.write('{"user": {"email": "half')
    assert ran(service, "export", exported).code == 1
    assert ran(service, "export", exported, "--resume").code == 0
    assert Counter(line["user"]["email"] for line in read(exported)) == expected(MANY)
    assert not state.exists()


def test_users_of_a_file_are_deleted(start: StartService, tmp_path: Path) -> None:
    """By what was exported, or by a list of whatever names them."""
    service = start(**only())
    ran(service, "import", written(tmp_path / "users.jsonl", items(20)))
    exported = tmp_path / "exported.jsonl"
    ran(service, "export", exported)
    written(exported, read(exported)[:10])

    would = ran(service, "delete", "--from", exported, "--dry-run")
    assert (would.code, "would be: 10 deleted" in would.errors) == (0, True)
    assert ran(service, "delete", "--from", exported).code == 0
    left = sorted(emails(service.client()))
    listed = tmp_path / "left.txt"
    # As some editors write it, with a mark of the encoding before the first line.
    listed.write_text("\n".join([*left[:5], "nobody@example.com"]), encoding="utf-8-sig")
    rejects = tmp_path / "rejected.txt"
    done = ran(service, "delete", "--from", listed, "--rejected", rejects)

    assert (done.code, "5 deleted, 1 rejected" in done.errors) == (3, True)
    assert rejects.read_text(encoding="utf-8").startswith("nobody@example.com \t# USER_NOT_FOUND: ")
    assert sorted(emails(service.client())) == left[5:]


def test_forms_of_files_are_told_by_their_names_or_by_a_flag(start: StartService, tmp_path: Path) -> None:
    """CSV with columns that are mapped, and what another system exports; a wrong heading is told at once."""
    service = start(**only())
    table, rejects = tmp_path / "users.csv", tmp_path / "rejected.csv"
    table.write_text("E-Mail,Plan\nada@example.com,gold\nnobody,gold\n", encoding="utf-8")
    assert ran(service, "import", "-", "--map", "a=email").code == 2
    columns = ("--map", "E-Mail=email", "--map", "Plan=metadata.plan")
    firebase = ("import", DATA / "firebase.json", "--format", "firebase", "--state", tmp_path / "state")

    unmapped = ran(service, "import", table, "--dry-run")
    assert (unmapped.code, "'E-Mail' is no field" in unmapped.errors) == (1, True)
    done = ran(service, "import", table, *columns, "--rejected", rejects)
    assert (done.code, "1 created, 1 rejected" in done.errors) == (3, True)
    text = rejects.read_text(encoding="utf-8")
    assert text.startswith("E-Mail,Plan,rejected_reason\nnobody,gold,FIELDS_INVALID: ")
    rejects.write_text(text.replace("nobody", "bob@example.com"), encoding="utf-8")
    assert ran(service, "import", rejects, *columns).code == 0
    assert ran(service, *firebase, "--hash-config", DATA / "firebase.json").code == 2
    assert ran(service, *firebase, "--hash-config", DATA / "firebase-hash-config.txt").code == 3
    assert emails(service.client()) == Counter(["ada@example.com", "bob@example.com", "", ""])


def test_key_is_never_shown(start: StartService, tmp_path: Path) -> None:
    """Neither when it is wrong nor when it is right; what is wrong is told in a line."""
    service = start(**only())
    file = written(tmp_path / "users.jsonl", items(1))
    key = service.credentials()["management_key"]
    wrong = key[:-4] + "xxxx"

    refused = ran(service, "import", file, "--key", wrong, "--state", tmp_path / "state")
    done = ran(service, "import", file, "--key", f"{service.credentials()['project_id']}:{key}")

    assert refused.code == 1
    assert refused.errors.splitlines()[-1].startswith("roster: CREDENTIALS_INVALID")
    assert done.code == 0
    assert key not in done.errors + done.output
    assert wrong not in refused.errors + refused.output


def test_commands_speak_tls(start: StartService, tmp_path: Path) -> None:
    """With the authority that vouches for the service, and a certificate where it asks for one."""
    authority = Authority(tmp_path)
    cert_file, key_file = authority.identity("server", "127.0.0.1")
    cert, key = authority.identity("client", "client")
    service = start(
        **only(),
        ROSTER_TLS_CERT_FILE=str(cert_file),
        ROSTER_TLS_KEY_FILE=str(key_file),
        ROSTER_TLS_CLIENT_CA_FILE=str(authority.file),
    )
    file, exported = written(tmp_path / "users.jsonl", items(3)), tmp_path / "exported.jsonl"
    trust = ("--ca-file", authority.file)
    shown = ("--client-cert-file", cert, "--client-key-file", key)

    assert "-plaintext" not in service.banner
    plain = ran(service, "import", file, "--patience", "0", "--state", tmp_path / "plain")
    assert (plain.code, "UNAVAILABLE" in plain.errors) == (1, True)
    nobody = ran(service, "import", file, "--patience", "0", "--state", tmp_path / "nobody", *trust)
    assert (nobody.code, "UNAVAILABLE" in nobody.errors) == (1, True)
    half = ran(service, "import", file, "--state", tmp_path / "half", *trust, *shown[:2])
    assert (half.code, "takes its key" in half.errors) == (1, True)
    assert ran(service, "import", file, *trust, *shown).code == 0
    variables = dict(zip(("ROSTER_CLIENT_CERT_FILE", "ROSTER_CLIENT_KEY_FILE"), shown[1::2], strict=True))
    done = ran(service, "export", exported, *trust, **{name: str(value) for name, value in variables.items()})
    assert (done.code, len(read(exported))) == (0, 3), done.errors


def test_without_a_service_it_gives_up_in_time(start: StartService, tmp_path: Path) -> None:
    """And tells where it tried; what was sent is sent again by --resume."""
    service = start(**only())
    file = written(tmp_path / "users.jsonl", items(1))
    away = ran(service, "import", file, "--address", "127.0.0.1:1", "--patience", "0.5")
    assert (away.code, "UNAVAILABLE" in away.errors) == (1, True)

    assert ran(service, "import", file, "--resume").code == 0
    assert emails(service.client()) == expected(1)

"""Emails on their way: over SMTP, in the clear and in TLS, with and without a login; into files; and what
they look like."""

from __future__ import annotations

import email
import email.policy
import stat
from pathlib import Path
from uuid import UUID

import pytest
from roster.v1 import project_service_pb2, user_pb2

from server.domain.emails.delivery import Letter
from server.domain.emails.kinds import EmailKind
from server.domain.emails.message import Undeliverable, message_of
from server.domain.emails.wording import Email
from tests.calling import Client
from tests.certificates import Authority
from tests.conftest import Running, sql
from tests.jobs.conftest import StartJobs, StartMailbox
from tests.mailbox import Mailbox, html_of, link_in, subjects, text_of
from tests.process.conftest import eventually
from tests.rows import events
from tests.rpc.email_requests import email_policy, template
from tests.rpc.link_requests import send_reset_to, send_verification
from tests.rpc.user_requests import ask, created, delete, updated

ADA = {"email": "ada@example.com", "display_name": "Ada Lovelace"}


def outcomes(server: Running, client: Client) -> list[tuple[str, str]]:
    """What is recorded of emails: what came of them, and their kinds."""
    return [
        (event.type, event.data["kind"]) for event in events(server.url, client.project_id, "user.email.")
    ]


def test_email_has_all_that_an_email_needs(server: Running, client: Client, mailing: Mailbox) -> None:
    """A sender, an id of its own, a date, a text and HTML; and a word that no machine is to answer it."""
    ada = created(client, **ADA)

    send_verification(client, ada)

    (message,) = mailing.wait_for(1)
    assert str(message["From"]) == f"{client_name(client)} <roster@localhost>"
    assert str(message["To"]) == "Ada Lovelace <ada@example.com>"
    assert message["Subject"].startswith("Verify your email address")
    assert message["Auto-Submitted"] == "auto-generated"
    assert UUID(message["Message-ID"].strip("<>").partition("@")[0]).version == 7
    assert message["Date"].datetime
    assert message["Reply-To"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert link_in(message) in html_of(message).replace("&amp;", "&")
    assert "Hello Ada Lovelace," in text_of(message)
    assert (mailing.envelopes[0].mail_from, mailing.envelopes[0].rcpt_tos) == (
        "roster@localhost",
        ["ada@example.com"],
    )
    eventually(lambda: outcomes(server, client) == [("user.email.sent", "VERIFICATION")])


def client_name(client: Client) -> str:
    """The display name of the project."""
    return str(client.projects.GetProject(project_service_pb2.GetProjectRequest()).project.display_name)


def test_policy_names_sender_and_where_answers_go(client: Client, mailing: Mailbox) -> None:
    """For the envelope as well."""
    email_policy(
        client, from_address="us@sender.example", from_name='Us, "here"', reply_to="help@sender.example"
    )

    send_verification(client, created(client, **ADA))

    (message,) = mailing.wait_for(1)
    assert message["From"].addresses[0].addr_spec == "us@sender.example"
    assert message["From"].addresses[0].display_name == 'Us, "here"'
    assert message["Reply-To"].addresses[0].addr_spec == "help@sender.example"
    assert message["Message-ID"].endswith("@sender.example>")
    assert mailing.envelopes[0].mail_from == "us@sender.example"


def test_email_goes_to_the_address_of_the_moment(
    server: Running, client: Client, start_jobs: StartJobs, mailbox: Mailbox
) -> None:
    """Not to that of the moment when it was asked for; who has none, or is gone, is sent nothing."""
    moved = created(client, **ADA)
    gone = created(client, email="gone@example.com")
    without = created(client, email="without@example.com", login_ids=["without"])
    for user in (moved, gone, without):
        send_reset_to(client, user)
    updated(client, moved, email="moved@example.com")
    updated(client, without, "email")
    ask(client, delete(gone))
    last = created(client, email="last@example.com")
    send_reset_to(client, last)

    start_jobs(mailbox)

    mailbox.wait_for(2)
    recipients = {address for envelope in mailbox.envelopes for address in envelope.rcpt_tos}
    assert recipients == {"moved@example.com", "last@example.com"}
    eventually(lambda: waiting(server) == 0)
    assert len(mailbox.received) == 2


def waiting(server: Running) -> int:
    """Emails that are not sent yet."""
    query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'send_email'"
    return int(sql(server.url, query)[0][0])


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_server_may_want_tls_and_a_login(
    client: Client,
    start_mailbox: StartMailbox,
    start_jobs: StartJobs,
    tmp_path: Path,
    security: str,
) -> None:
    """Nothing is said in the clear where TLS is wanted."""
    authority = Authority(tmp_path)
    context = authority.server("127.0.0.1")
    mailbox = start_mailbox(
        login=("roster", "a password of ours"),
        tls=context if security == "tls" else None,
        starttls=context if security == "starttls" else None,
    )
    start_jobs(
        mailbox,
        smtp_security=security,
        smtp_username="roster",
        smtp_password="a password of ours",
        smtp_ca_file=authority.file,
    )

    send_verification(client, created(client, **ADA))

    mailbox.wait_for(1)
    assert mailbox.secure == [security != "none"]


def refusing_worker(start_mailbox: StartMailbox, start_jobs: StartJobs, tmp_path: Path, case: str) -> Mailbox:
    """A server that something is wrong with, and a worker that is to send emails there."""
    authority = Authority(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    trusted = Authority(other).file if case == "unknown authority" else authority.file
    names = ("elsewhere.example",) if case == "other name" else ("127.0.0.1",)
    context = authority.server(*names, expired=case == "expired")
    mailbox = start_mailbox(
        login=("roster", "right") if case == "wrong login" else None,
        starttls=None if case == "no TLS" else context,
    )
    start_jobs(
        mailbox,
        smtp_security="starttls",
        smtp_ca_file=trusted,
        smtp_username="roster" if case == "wrong login" else None,
        smtp_password="another password",
    )
    return mailbox


@pytest.mark.parametrize("case", ["unknown authority", "other name", "expired", "no TLS", "wrong login"])
def test_nothing_is_sent_to_a_server_that_cannot_be_trusted(
    server: Running,
    client: Client,
    start_mailbox: StartMailbox,
    start_jobs: StartJobs,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    case: str,
) -> None:
    """Neither an email nor a password; it is tried again, for it is not the recipient's fault."""
    mailbox = refusing_worker(start_mailbox, start_jobs, tmp_path, case)

    send_verification(client, created(client, **ADA))

    eventually(lambda: attempts(server) >= 2)
    assert mailbox.commands == []
    assert outcomes(server, client) == []
    assert "another password" not in "".join(capfd.readouterr())


def attempts(server: Running) -> int:
    """How often the email was tried that waits."""
    query = "SELECT coalesce(max(attempts), 0) FROM procrastinate_jobs WHERE task_name = 'send_email'"
    return int(sql(server.url, query)[0][0])


# -- files -----------------------------------------------------------------------------------------


def test_without_a_server_emails_are_files(
    server: Running, client: Client, start_jobs: StartJobs, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """For their owner alone, whole, in the order of their names; the directory is told once."""
    start_jobs(data_dir=tmp_path / "new")
    directory = tmp_path / "new" / "emails"

    for name in ("ada", "bob", "eve"):
        send_verification(client, created(client, email=f"{name}@example.com"))
        eventually(lambda name=name: any(name in to for to in recipients_in(directory)))

    assert recipients_in(directory) == ["ada@example.com", "bob@example.com", "eve@example.com"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in directory.iterdir())
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {path.suffix for path in directory.iterdir()} == {".eml"}
    assert "".join(capfd.readouterr()).count("emails are written into files") == 1
    eventually(lambda: outcomes(server, client) == [("user.email.sent", "VERIFICATION")] * 3)


def recipients_in(directory: Path) -> list[str]:
    """Whom the files go to, in the order of their names."""
    found = []
    for path in sorted(directory.glob("*.eml")) if directory.exists() else []:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTPUTF8)
        found.append(str(message["To"]))
    return found


def test_email_that_cannot_be_written_is_tried_again(
    server: Running, client: Client, start_jobs: StartJobs, tmp_path: Path
) -> None:
    """Once there is room it is there, once."""
    (tmp_path / "emails").write_text("in the way")
    start_jobs(data_dir=tmp_path)
    send_verification(client, created(client, **ADA))
    eventually(lambda: attempts(server) >= 1)

    (tmp_path / "emails").unlink()

    eventually(lambda: recipients_in(tmp_path / "emails") == ["Ada Lovelace <ada@example.com>"])
    assert not list((tmp_path / "emails").glob(".*"))


# -- what people are called --------------------------------------------------------------------------

EVIL = "Eve\r\nBcc: victim@example.com\r\n\r\n<script>"


def letter(**fields: str) -> Letter:
    known = {
        "email_id": "01a2157d-7cfe-76e9-9666-e89c9d633b0a",
        "kind": EmailKind.VERIFICATION,
        "from_address": "us@example.com",
        "from_name": "Us",
        "reply_to": "",
        "to_address": "ada@example.com",
        "to_name": "Ada",
        "email": Email("Hello", "Hello", "<p>Hello</p>"),
    }
    return Letter(**{**known, **fields})


def shown(text: str) -> str:
    """What is left of a text in a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).replace("=?", "= ?").split())


@pytest.mark.parametrize("field", ["from_name", "to_name"])
@pytest.mark.parametrize(
    "name",
    [EVIL, "Zoë 😀", 'a"b\\c, <x@y>', "x" * 5_000, "\u202eevil", "a =?utf-8?q?x?=", "Grüße an 😀 " * 8],
)
def test_names_stay_names(field: str, name: str) -> None:
    """Whatever they hold: no header is added, none is ended, and they are read as they were."""
    sent = message_of(letter(**{field: name})).as_bytes()

    read = email.message_from_bytes(sent, policy=email.policy.SMTP)
    header = read["From" if field == "from_name" else "To"]
    assert sorted(read.keys()) == sorted(message_of(letter()).keys())
    assert [len(read[name].addresses) for name in ("From", "To")] == [1, 1]
    assert header.addresses[0].display_name == shown(name)[:100].strip()
    assert b"\r\nBcc:" not in sent


@pytest.mark.parametrize(
    "subject", [EVIL, "Grüße an 😀 " * 20, "x" * 5_000, "a\x00b\x85c\u2028d", "a =?utf-8?q?x?="]
)
def test_subjects_stay_subjects(subject: str) -> None:
    """On one line, however long."""
    sent = message_of(letter(email=Email(subject, "Hello", ""))).as_bytes()  # type: ignore[arg-type]

    read = email.message_from_bytes(sent, policy=email.policy.SMTP)
    assert sorted(read.keys()) == sorted(
        [*message_of(letter(email=Email("Hello", "Hello", ""))).keys()]  # type: ignore[arg-type]
    )
    assert read.get_body().get_content().strip() == "Hello"
    assert max(map(len, sent.split(b"\r\n"))) <= 998
    assert str(read["Subject"]) == shown(subject)[:500]


@pytest.mark.parametrize("field", ["from_address", "to_address", "reply_to"])
@pytest.mark.parametrize(
    "address",
    ["a@b.com\r\nBcc: c@d.com", "a@b.com, c@d.com", "a b@c.com", "nobody", "a@b\n.com", "<a@b.com>x"],
)
def test_what_is_no_address_is_sent_to_nobody(field: str, address: str) -> None:
    """And the error does not tell it."""
    with pytest.raises(Undeliverable) as error:
        message_of(letter(**{field: address}))
    assert not str(error.value)
    assert error.value.__cause__ is None


def test_addresses_travel_in_ascii_as_far_as_they_can(
    server: Running, client: Client, mailing: Mailbox
) -> None:
    """Only a name before the @ in other letters needs a server that takes it."""
    for address in ("ada@bücher.example", "jürgen@example.com"):
        send_verification(client, created(client, email=address))

    mailing.wait_for(2)
    assert {address for envelope in mailing.envelopes for address in envelope.rcpt_tos} == {
        "ada@xn--bcher-kva.example",
        "jürgen@example.com",
    }


def test_hostile_names_reach_nobody_else(client: Client, mailing: Mailbox) -> None:
    """In a subject and an address, by way of a template."""
    made = template(
        client,
        content={
            "subject": "{{ user.display_name }}",
            "text": "{{ user.display_name }}",
            "html": "<p>{{ user.display_name }}</p>",
        },
    )
    email_policy(client, verification_template_id=made.email_template_id)

    send_verification(client, created(client, email="eve@example.com", display_name=EVIL))

    (message,) = mailing.wait_for(1)
    assert mailing.envelopes[0].rcpt_tos == ["eve@example.com"]
    assert message["Bcc"] is None
    assert subjects([message]) == ["Eve Bcc: victim@example.com <script>"]
    assert "&lt;script&gt;" in html_of(message)


def test_user_is_addressed_in_their_language(client: Client, mailing: Mailbox) -> None:
    """By Roster's own wording, or that of the project's template."""
    email_policy(client, interval_seconds=0)
    german: user_pb2.User = created(client, email="g@example.com", locale="de-AT")
    send_verification(client, german)
    (first,) = mailing.wait_for(1)
    made = template(
        client,
        content={"subject": "English", "text": "x"},
        localized_contents={"de": {"subject": "Deutsch", "text": "{{ link.expires_in }}"}},
    )
    email_policy(
        client,
        verification_template_id=made.email_template_id,
        verification_seconds=7_200,
        interval_seconds=0,
    )
    send_verification(client, german)

    second = mailing.wait_for(2)[1]
    assert first["Subject"].startswith("Bestätigen Sie")
    assert (second["Subject"], text_of(second).strip()) == ("Deutsch", "2 Stunden")

"""What holds for every answer: its headers, its bounds, its line in the log."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from server.web import answering, forms, server
from server.web.server import MAX_HEADER_BYTES
from tests.web.conftest import StartWeb

EVERYTHING = [
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("GET", "/.well-known/jwks.json", 200),
    ("GET", "/projects/none/.well-known/jwks.json", 404),
    ("GET", "/verify-email?project=none&token=none", 404),
    ("GET", "/reset-password", 404),
    ("POST", "/verify-email", 415),
    ("DELETE", "/invitation", 405),
    ("GET", "/nowhere", 404),
    ("GET", "/", 404),
    ("GET", "/%00", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERYTHING)
def test_every_answer_has_the_headers_that_keep_browsers_safe(
    web: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = web.request(method, path)

    assert answer.status_code == status
    public = answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert public == (path == "/.well-known/jwks.json")
    own = {"Cross-Origin-Resource-Policy", "Cache-Control"} if public else set()
    for name, value in answering.HEADERS.items():
        if name == "Content-Security-Policy":
            policy = dict(part.strip().partition(" ")[::2] for part in answer.headers[name].split(";"))
            assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
            assert policy["form-action"] in ("'none'", "'self'")
            assert "unsafe" not in answer.headers[name]
        elif name not in own:
            assert answer.headers[name] == value
    assert "server" not in answer.headers


def test_https_is_made_to_stay(start_web: StartWeb) -> None:
    """Where browsers come by HTTPS, and only there."""
    secure, plain = start_web(public_url="https://id.example.com"), start_web()

    assert secure.get("/nowhere").headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in plain.get("/nowhere").headers


@pytest.mark.parametrize(
    "path", ["/healthz/", "//evil.example/healthz/", "/verify-email/", "/%2F%2Fevil.example"]
)
def test_nothing_is_redirected(web: httpx.Client, path: str) -> None:
    """Wherever the Host header would lead."""
    answer = web.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})

    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert "evil" not in answer.text


def test_refusals_are_pages_for_people(web: httpx.Client) -> None:
    answer = web.get("/nowhere", headers={"Accept-Language": "de-AT, en;q=0.5"})

    assert (answer.headers["content-type"], answer.headers["content-language"]) == (
        "text/html; charset=utf-8",
        "de",
    )
    assert "<h1>Diese Seite gibt es nicht</h1>" in answer.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"a" * (forms.MAX_BYTES + 1), "application/x-www-form-urlencoded", 413),
        (b"&".join([b"a=1"] * (forms.MAX_FIELDS + 1)), "application/x-www-form-urlencoded", 400),
        (b"token=%ff", "application/x-www-form-urlencoded", 400),
        (b"token=\xff", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"", "multipart/form-data; boundary=x", 415),
    ],
)
def test_body_that_is_no_small_form_is_refused(
    web: httpx.Client, content: bytes, kind: str, status: int
) -> None:
    answer = web.post("/verify-email", content=content, headers={"Content-Type": kind})

    assert answer.status_code == status


def test_body_without_an_announced_size_is_bounded_as_well(web: httpx.Client) -> None:
    chunks = (b"a" * 1_000 for _ in range(1_000))
    try:
        answer = web.post(
            "/verify-email", content=chunks, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
    except httpx.TransportError:  # it does not listen to the end
        return
    assert answer.status_code == 413


def test_head_of_a_request_is_bounded(web: httpx.Client) -> None:
    try:
        answer = web.get("/healthz", headers={"X-Long": "a" * 60 * MAX_HEADER_BYTES})
    except httpx.TransportError:  # it does not listen to the end
        return
    assert answer.status_code == 400


def test_what_is_no_http_is_refused_without_an_echo(web: httpx.Client) -> None:
    with socket.create_connection((web.base_url.host, web.base_url.port or 0), timeout=20) as raw:
        raw.sendall(b"<script>alert(1)</script>\r\n\r\n")
        answer = raw.recv(4096)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"script" not in answer


def test_line_of_a_request_has_no_query(web: httpx.Client, capfd: pytest.CaptureFixture[str]) -> None:
    """There the token of a link is."""
    web.get("/verify-email?project=none&token=very-secret")
    web.get("/healthz")  # the line of a request is written when it has been answered

    written = capfd.readouterr()
    assert "/verify-email" in written.out
    assert "very-secret" not in written.out + written.err


def test_database_that_is_away_is_told(start_web: StartWeb) -> None:
    """In the form that each answer has otherwise; the process itself is well."""
    web = start_web("postgresql://nobody@127.0.0.1:1/nowhere")
    project_id = "6c0ed2f4-51b2-4c06-9a3c-0f6a2f3b8d17"

    page = web.get(f"/reset-password?project={project_id}&token=any")
    keys = web.get(f"/projects/{project_id}/.well-known/jwks.json")

    assert (page.status_code, keys.status_code) == (503, 503)
    assert "<h1>Please try again in a moment</h1>" in page.text
    assert keys.json()["detail"] == "The database does not answer; try again."
    assert (web.get("/readyz").status_code, web.get("/healthz").status_code) == (503, 200)


# -- those who take their time -------------------------------------------------------------------


FORM = (
    b"POST /verify-email HTTP/1.1\r\nHost: any\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"
)


@contextmanager
def waited_for(web: httpx.Client, sent: bytes) -> Iterator[socket.socket]:
    """A connection on which this was sent, and then no more."""
    address = (web.base_url.host, web.base_url.port or 0)
    with socket.create_connection(address, timeout=20) as slow:
        slow.sendall(sent)
        yield slow


def hears(connection: socket.socket, words: bytes) -> bool:
    """Whether these words come, behind whatever else."""
    heard = b""
    while words not in heard and (more := connection.recv(4096)):
        heard += more
    return words in heard


def test_form_that_does_not_arrive_is_refused(web: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "SECONDS", 0.05)

    with waited_for(web, FORM) as slow:
        assert hears(slow, b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost:"])
def test_head_that_does_not_arrive_costs_the_connection(
    web: httpx.Client, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.05)

    with waited_for(web, sent) as slow:
        assert slow.recv(4096) == b""


def test_one_too_many_is_refused_at_once(web: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is welcome when another has gone."""
    monkeypatch.setattr(answering, "MAX_REQUESTS", 1)

    with waited_for(web, FORM) as slow:
        assert slow.recv(4096).startswith(b"HTTP/1.1 100 ")
        refused = web.get("/healthz")
        slow.sendall(b"project=1")
        assert slow.recv(4096).startswith(b"HTTP/1.1 404 ")

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert web.get("/healthz").status_code == 200

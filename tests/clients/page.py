"""A web page of an application that signs its users in with passkeys, and the backend behind it, which asks
Roster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

from google.protobuf.json_format import MessageToDict, ParseDict
from roster.v1 import auth_service_pb2

from tests.calling import Client, Refused

_PAGE: Final = """<!doctype html>
<meta charset="utf-8">
<title>Shop</title>
<link rel="icon" href="data:,">
<script>
async function ask(method, request) {
    const response = await fetch(method, {method: "POST", body: JSON.stringify(request)});
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.reason);
    return answer;
}

async function register(accessToken) {
    const begun = await ask("BeginPasskeyRegistration", {accessToken});
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(begun.optionsJson));
    const credential = await navigator.credentials.create({publicKey});
    return ask("FinishPasskeyRegistration", {
        accessToken,
        passkeyToken: begun.passkeyToken,
        credentialJson: JSON.stringify(credential.toJSON()),
        displayName: "My browser",
    });
}

async function prove(challengeToken) {
    const begun = await ask("BeginPasskeySignIn", {challengeToken});
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(begun.optionsJson));
    const credential = await navigator.credentials.get({publicKey});
    return {passkeyToken: begun.passkeyToken, credentialJson: JSON.stringify(credential.toJSON())};
}

async function signIn() {
    return ask("FinishPasskeySignIn", {passkey: await prove()});
}

async function completeMfa(challengeToken) {
    return ask("CompleteMfa", {challengeToken, passkey: await prove(challengeToken)});
}
</script>
"""


@contextmanager
def served(client: Client) -> Iterator[str]:
    """The origin, `http://localhost:PORT`, of a page of the client's project."""

    class Backend(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, "text/html", _PAGE)

        def do_POST(self) -> None:
            method = self.path.strip("/")
            length = int(self.headers["Content-Length"])
            request = getattr(auth_service_pb2, f"{method}Request")()
            ParseDict(json.loads(self.rfile.read(length)), request)
            try:
                answer = MessageToDict(getattr(client.public.auth, method)(request))
            except Refused as error:
                self._answer(400, "application/json", json.dumps({"reason": error.reason}))
            else:
                self._answer(200, "application/json", json.dumps(answer))

        def _answer(self, status: int, kind: str, body: str) -> None:
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Tests look at what is written."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

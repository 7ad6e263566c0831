"""Real providers of identities on loopback, and a person who logs in there.

npm's oidc-provider, run by node; and one that speaks OAuth 2 in Facebook's dialect and no more.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urljoin

import httpx
from flask import Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import make_server

from syncserver.config import Provider

HERE = Path(__file__).with_name("oidc")
NODE = Path(sys.executable).with_name("node")
STEPS_MAX = 20
CLIENT, SECRET = "tombola", "a secret of the client that is long enough"


@dataclass
class RealProvider:
    """The provider's process; one line in, one line out."""

    process: subprocess.Popen[str]
    issuer: str

    def tell(self, words: str) -> None:
        """Lets it misbehave, or its clock go ahead."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == "done"

    def setting(self, *whom: str, issuer: str = "", client: str = CLIENT) -> Provider:
        """How our server is told of it."""
        return Provider(
            name="test",
            label="Testland",
            client=client,
            secret=SECRET,
            whom=frozenset(whom or ("staff", "customers")),
            scope="openid email profile",
            issuer=issuer or self.issuer,
        )

    def as_oauth(self) -> Provider:
        """The same as a provider that speaks OAuth 2 alone."""
        return Provider(
            name="test",
            label="Testland",
            client=CLIENT,
            secret=SECRET,
            whom=frozenset({"customers"}),
            scope="openid email profile",
            authorize=f"{self.issuer}/auth",
            token=f"{self.issuer}/token",
            userinfo=f"{self.issuer}/me",
        )


@contextmanager
def running(back: str) -> Iterator[RealProvider]:
    """The provider, for a client that is sent back to ``back``."""
    process = subprocess.Popen(
        [str(NODE), str(HERE / "provider.mjs"), back],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "The provider did not start: is tests/oidc/node_modules there? Run make setup."
        yield RealProvider(process, json.loads(line)["issuer"])
    finally:
        process.kill()
        process.communicate()


def log_in_there(address: str, who: str, back: str) -> str:
    """Does at the provider what a person does, and returns the address to which it sends their browser back."""
    with httpx.Client(timeout=30) as browser:
        for _ in range(STEPS_MAX):
            if address.startswith(back):
                return address
            answer = browser.get(address)
            if not answer.is_redirect:
                # A page of the provider's: the log-in, or what one agrees to hand over.
                prompt = "login" if 'name="login"' in answer.text else "consent"
                form = {"prompt": prompt} | ({"login": who, "password": "any"} if prompt == "login" else {})
                answer = browser.post(address, data=form)
            address = urljoin(address, answer.headers["location"])
    raise AssertionError("the provider led nowhere")


@dataclass
class Faces:
    """A provider in Facebook's dialect (Graph API, manual log-in flow): no discovery, no id_token, no ``sub``.

    ``/me`` gives the fields that are asked for, as far as its person let it: an id of digits, a name, perhaps an address,
    and never a word on whether that is verified.
    """

    back: str
    address: str = ""
    me: dict[str, object] = field(default_factory=dict)
    """Who is at the browser, all that is known of them."""
    codes: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)

    def setting(self) -> Provider:
        """How our server is told of it."""
        return Provider(
            name="test",
            label="Faces",
            client=CLIENT,
            secret=SECRET,
            whom=frozenset({"customers"}),
            scope="email public_profile",
            authorize=f"{self.address}/v20.0/dialog/oauth",
            token=f"{self.address}/v20.0/oauth/access_token",
            userinfo=f"{self.address}/v20.0/me?fields=id,name,email",
        )

    def dialog(self) -> ResponseReturnValue:
        """Where people are asked; whoever says no is sent back with reasons of its own."""
        asked = request.args.to_dict()
        self.asked.append(asked)
        if asked.get("client_id") != CLIENT or asked.get("redirect_uri") != self.back:
            return "Invalid App ID", 400
        if not self.me:
            said = {"error": "access_denied", "error_reason": "user_denied", "error_code": "200"}
        else:
            code = f"AQ{len(self.asked):04}"
            self.codes.add(code)
            said = {"code": code}
        return redirect(f"{self.back}?{urlencode(said | {'state': asked['state']})}#_=_")

    def exchange(self) -> ResponseReturnValue:
        """A code, once, against a token."""
        form = request.values
        right = (
            form.get("client_id") == CLIENT
            and form.get("client_secret") == SECRET
            and form.get("redirect_uri") == self.back
            and form.get("code", "") in self.codes
        )
        if not right:
            return _graph_error("This authorization code has been used.", 100), 400
        self.codes.discard(form["code"])
        return jsonify(access_token="EAAB", token_type="bearer", expires_in=5_183_944)

    def tell(self) -> ResponseReturnValue:
        """Who it is, by the fields that are asked for."""
        if request.headers.get("Authorization") != "Bearer EAAB":
            return _graph_error("An active access token must be used.", 2500), 400
        wanted = request.args.get("fields", "id,name").split(",")
        return jsonify({name: self.me[name] for name in wanted if name in self.me})


def _graph_error(message: str, code: int) -> Response:
    return jsonify(error={"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"})


@contextmanager
def faces(back: str) -> Iterator[Faces]:
    """That provider on a free port of loopback, for a client that is sent back to ``back``."""
    provider, app = Faces(back), Flask("faces")
    app.add_url_rule("/v20.0/dialog/oauth", view_func=provider.dialog)
    app.add_url_rule("/v20.0/oauth/access_token", view_func=provider.exchange, methods=["GET", "POST"])
    app.add_url_rule("/v20.0/me", view_func=provider.tell)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A real provider of identities on loopback (npm's oidc-provider, run by node), and a person who logs in there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx

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

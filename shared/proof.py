"""The signature on every request of a kiosk: RFC 9421 over method, path, query and body digest (RFC 9530).

No time window is checked: a kiosk's clock may be wrong, and a day off line must not lock it out. What a
request asks is idempotent by its own keys, so that a replay changes nothing; ``created`` and ``nonce`` are
signed and handed to the caller, who may keep them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)

from shared.clock import utc
from shared.keys import SigningKey

TAG = "tombola-rsu-1"
_COVERED = ("@method", "@path", "@query")
_LABEL = "rsu"
_HOST = "http://rsu.invalid"  # the resolver wants an absolute URL; host and scheme are not covered


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(days=36500)  # an hour fast is a finding, not a locked door


class BadProof(Exception):  # noqa: N818 - says what it is
    """A request that cannot be trusted; ``code`` is one of the reply's error codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Proof:
    """Who signed a request."""

    key_id: str
    created: int
    """Seconds, by the kiosk's clock."""
    nonce: str


@dataclass
class _Request:
    method: str
    url: str
    headers: dict[str, str]


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, private: SigningKey | None, public: Callable[[str], bytes | None]) -> None:
        self._private, self._public = private, public
        self.failure: Exception | None = None
        """Why a key could not be looked for, which the library would take for a signature that does not hold."""

    def resolve_private_key(self, _key_id: str) -> Any:
        return None if self._private is None else self._private.private

    def resolve_public_key(self, key_id: str) -> Any:
        try:
            raw = self._public(key_id)
        except Exception as e:
            self.failure = e
            raise
        if raw is None:
            raise BadProof("unknown_key", "No kiosk of this office has the key that signed the request.")
        return SigningKey.public_key(raw)


def key_name(rsu: str, epoch: int) -> str:
    """The ``keyid`` under which a kiosk signs."""
    return f"{rsu}/{epoch}"


def sign_request(
    key: SigningKey, key_id: str, method: str, target: str, body: bytes, created_ms: int, nonce: str
) -> dict[str, str]:
    """The headers that prove a request: Content-Digest, Signature-Input, Signature.

    ``target`` is the path with its query, as it goes over the wire.
    """
    request = _Request(method, _HOST + target, {})
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Keys(key, lambda _: None)).sign(
        request,
        key_id=key_id,
        created=utc(created_ms),
        nonce=nonce,
        label=_LABEL,
        tag=TAG,
        covered_component_ids=_COVERED,
        body=body,
    )
    return request.headers


def verify_request(
    method: str, target: str, headers: Mapping[str, str], body: bytes, key_of: Callable[[str], bytes | None]
) -> Proof:
    """Who signed this request; ``BadProof`` where nobody whose key ``key_of`` knows did.

    What ``key_of`` itself raises is passed on: not to know is not to refuse.
    """
    if "Signature" not in headers or "Signature-Input" not in headers:
        raise BadProof("not_signed", "The request bears no signature.")
    request = _Request(method, _HOST + target, dict(headers))
    known = _Keys(None, key_of)
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=known)
    try:
        # The digest is demanded even of an empty body, so that none can be slipped in.
        found = verifier.verify(
            request, max_age=None, expect_tag=TAG, require_components=(*_COVERED, "content-digest"), body=body
        )
    except BadProof:
        raise
    except (InvalidSignature, HTTPMessageSignaturesException, ValueError) as e:
        if known.failure is not None:
            raise known.failure from None
        cause = e.__cause__ if isinstance(e.__cause__, BadProof) else None
        if cause is None and e.args and isinstance(e.args[0], BadProof):
            cause = e.args[0]
        raise cause or BadProof("bad_signature", f"The request's signature does not hold: {e}") from e
    if len(found) != 1:
        raise BadProof("bad_signature", "The request bears more than one signature of a kiosk.")
    parameters = found[0].parameters
    return Proof(str(parameters["keyid"]), int(parameters["created"]), str(found[0].nonce or ""))

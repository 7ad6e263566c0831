"""The door to providers of identities: OpenID Connect, and OAuth 2 where a provider has no more.

The code flow with state, nonce and PKCE (RFC 6749, RFC 7636, OpenID Connect Core 3.1). What a provider says is
believed once its signature, issuer, audience, nonce and times are right. While a provider does not answer, the
local log-in stays.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.errors import Fault, Refused
from syncserver.config import Config, Provider
from syncserver.office import Office

CONNECT_S_MAX: Final = 5
ANSWER_S_MAX: Final = 10
ANSWER_BYTES_MAX: Final = 256 << 10
SPEC_MS_MAX: Final = 10 * 60 * 1000
"""How long what a provider says of itself is kept before it is asked again."""
GOING_MS_MAX: Final = 10 * 60 * 1000
"""How long somebody may stay at a provider."""
DRIFT_S_MAX: Final = 60
"""By how much a provider's clock may be off ours."""
CODE_CHARS_MAX: Final = 4_096
CLAIM_CHARS_MAX: Final = 300
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures alone: a token by a shared secret, or none, is refused."""

_specs: dict[str, tuple[int, dict[str, Any], dict[str, Any]]] = {}
_specs_lock = threading.Lock()


@dataclass(frozen=True)
class Going:
    """What a browser keeps while its person is at a provider."""

    name: str
    state: str
    nonce: str
    verifier: str
    at_ms: int

    def kept(self) -> dict[str, Any]:
        """As a cookie keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Somebody:
    """Whom a provider names; ``email`` counts only where ``email_verified``."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str

    def claims(self) -> dict[str, str]:
        """By the names that providers use."""
        return {"iss": self.issuer, "sub": self.subject, "email": self.email, "name": self.name}


def offered(config: Config, whom: str) -> list[Provider]:
    """The providers for ``staff`` or ``customers``."""
    return [one for one in config.providers if whom in one.whom]


def find(config: Config, name: str, whom: str) -> Provider:
    """That provider; ``Refused`` (``unknown``) where it is not one for them."""
    for one in offered(config, whom):
        if one.name == name:
            return one
    raise Refused("unknown", "There is no such provider here.")


def begin(here: Office, provider: Provider, back: str) -> tuple[str, Going]:
    """Where to send the browser, and what it keeps meanwhile; ``Fault`` (``provider``) where the provider is dead."""
    going = Going(
        provider.name,
        here.clock.token(24).hex(),
        here.clock.token(24).hex(),
        here.clock.token(48).hex(),
        here.clock.now_ms(),
    )
    asked = {
        "response_type": "code",
        "client_id": provider.client,
        "redirect_uri": back,
        "scope": provider.scope,
        "state": going.state,
        "code_challenge": create_s256_code_challenge(going.verifier),
        "code_challenge_method": "S256",
    }
    if provider.issuer:
        asked["nonce"] = going.nonce
        address = str(_spec(here, provider)[0]["authorization_endpoint"])
    else:
        address = provider.authorize
    return str(add_params_to_uri(address, list(asked.items()))), going


def read(kept: object) -> Going | None:
    """What a browser kept; None where it is none."""
    try:
        return msgspec.convert(kept, Going)
    except msgspec.ValidationError:
        return None


def finish(
    here: Office, provider: Provider, going: Going | None, answer: Mapping[str, str], back: str
) -> Somebody:
    """Whom the provider names, by what it sent the browser back with.

    Raises ``Refused``: ``state`` (not this browser's, or too late), ``provider_refused`` (they said no, or the code
    is worth nothing), ``token`` (what the provider says is not right). ``Fault`` (``provider``) where it is dead.
    """
    if going is None:
        raise Refused(
            "state", "This way back was gone already, or was not begun in this browser.", "Begin again."
        )
    if (
        going.name != provider.name
        or not hmac.compare_digest(going.state.encode(), answer.get("state", "").encode())
        or here.clock.now_ms() - going.at_ms > GOING_MS_MAX
    ):
        raise Refused(
            "state",
            "This way back does not belong to a log-in that was begun here, or it took too long.",
            "Begin again.",
        )
    if "error" in answer:
        raise Refused(
            "provider_refused",
            f"{provider.label} did not let you through.",
            "Try again, or come another way.",
        )
    code = answer.get("code", "")
    if not 0 < len(code) <= CODE_CHARS_MAX:
        raise Refused("provider_refused", f"{provider.label} sent nothing to go on with.", "Begin again.")
    if provider.issuer:
        return _openid(here, provider, going, answer, code, back)
    return _oauth(here, provider, going, code, back)


def _openid(
    here: Office, provider: Provider, going: Going, answer: Mapping[str, str], code: str, back: str
) -> Somebody:
    spec, keys = _spec(here, provider)
    said = answer.get("iss", "")
    # RFC 9207: whoever names another issuer sends a code that is not the one asked for.
    if (said or spec.get("authorization_response_iss_parameter_supported")) and said != provider.issuer:
        raise _wrong(provider, "the answer is another provider's")
    given = _exchange(here, provider, str(spec["token_endpoint"]), going, code, back, spec)
    token = given.get("id_token")
    if not isinstance(token, str):
        raise _wrong(provider, "there is no token that says who you are")
    claims = _claims(here, provider, going, token, keys, given)
    if "email" not in claims and isinstance(spec.get("userinfo_endpoint"), str):
        more = _userinfo(here, provider, str(spec["userinfo_endpoint"]), given)
        if more.get("sub") != claims["sub"]:
            raise _wrong(provider, "it speaks of two people")
        claims = {**more, **claims}
    return _somebody(provider.issuer, str(claims["sub"]), claims)


def _claims(
    here: Office,
    provider: Provider,
    going: Going,
    token: str,
    keys: dict[str, Any],
    given: Mapping[str, Any],
) -> dict[str, Any]:
    try:
        try:
            decoded = jwt.decode(token, KeySet.import_key_set(_public(keys)), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError, KeyError):
            # Keys change: they are asked for once more.
            fresh = _spec(here, provider, again=True)[1]
            decoded = jwt.decode(token, KeySet.import_key_set(_public(fresh)), algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, KeyError) as e:
        raise _wrong(provider, "its signature is not right") from e
    claims = CodeIDToken(
        dict(decoded.claims),
        dict(decoded.header),
        {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client},
            "sub": {"essential": True},
        },
        {"nonce": going.nonce, "client_id": provider.client, "access_token": given.get("access_token")},
    )
    try:
        claims.validate(now=here.clock.now_ms() // 1000, leeway=DRIFT_S_MAX)
    except JoseError as e:
        raise _wrong(provider, f"its {getattr(e, 'claim', '') or 'token'} is not right") from e
    # Authlib takes a token of several audiences without the party it is for.
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if len(audience) > 1 and claims.get("azp") != provider.client:
        raise _wrong(provider, "it is for somebody else")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), going.nonce.encode()):
        raise _wrong(provider, "its nonce is not right")
    return dict(claims)


def _public(keys: dict[str, Any]) -> Any:
    return {
        "keys": [key for key in keys.get("keys", []) if isinstance(key, dict) and key.get("kty") != "oct"]
    }


def _oauth(here: Office, provider: Provider, going: Going, code: str, back: str) -> Somebody:
    given = _exchange(here, provider, provider.token, going, code, back, {})
    said = _userinfo(here, provider, provider.userinfo, given)
    subject = said.get("sub", said.get("id"))
    if not isinstance(subject, str | int) or not str(subject):
        raise _wrong(provider, "it does not say who you are")
    # It has no issuer of its own: the host that answers for people's names stands for it.
    return _somebody(f"https://{urlsplit(provider.userinfo).netloc}", str(subject), said)


def _somebody(issuer: str, subject: str, said: Mapping[str, Any]) -> Somebody:
    def text(name: str) -> str:
        value = said.get(name)
        return value[:CLAIM_CHARS_MAX] if isinstance(value, str) and value.isprintable() else ""

    return Somebody(
        issuer, subject[:CLAIM_CHARS_MAX], text("email"), said.get("email_verified") is True, text("name")
    )


def _exchange(
    here: Office,
    provider: Provider,
    address: str,
    going: Going,
    code: str,
    back: str,
    spec: Mapping[str, Any],
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": going.verifier,
    }
    ways = spec.get("token_endpoint_auth_methods_supported", ["client_secret_post"])
    basic = isinstance(ways, list) and "client_secret_post" not in ways
    if not basic:
        form |= {"client_id": provider.client, "client_secret": provider.secret}
    auth = httpx.BasicAuth(provider.client, provider.secret) if basic else None
    status, said = _ask(here, provider, "POST", address, form=form, auth=auth)
    if status != httpx.codes.OK or not isinstance(said.get("access_token"), str):
        raise Refused(
            "provider_refused",
            f"{provider.label} did not take its own code back: it was used already, or is too old.",
            "Begin again.",
        )
    return said


def _userinfo(here: Office, provider: Provider, address: str, given: Mapping[str, Any]) -> dict[str, Any]:
    status, said = _ask(here, provider, "GET", address, bearer=str(given["access_token"]))
    if status != httpx.codes.OK:
        raise _wrong(provider, "it does not say who you are")
    return said


def _spec(here: Office, provider: Provider, *, again: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a provider says of itself, and its keys."""
    now = here.clock.monotonic_ms()
    with _specs_lock:
        kept = _specs.get(provider.issuer)
    if kept is not None and not again and 0 <= now - kept[0] < SPEC_MS_MAX:
        return kept[1], kept[2]
    status, spec = _ask(here, provider, "GET", get_well_known_url(provider.issuer, external=True))
    if status != httpx.codes.OK or spec.get("issuer") != provider.issuer:
        raise _dead(provider, "what it says of itself is not what was expected")
    try:
        OpenIDProviderMetadata(spec).validate_authorization_endpoint()
        addresses = [str(spec[name]) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    except (ValueError, KeyError) as e:
        if provider.issuer.startswith("https://"):
            raise _dead(provider, "what it says of itself is not whole") from e
        addresses = [str(spec.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if provider.issuer.startswith("https://") and not all(one.startswith("https://") for one in addresses):
        raise _dead(provider, "what it says of itself is not safe")
    status, keys = _ask(here, provider, "GET", str(spec["jwks_uri"]))
    if status != httpx.codes.OK:
        raise _dead(provider, "it does not give its keys")
    with _specs_lock:
        _specs[provider.issuer] = (now, spec, keys)
    return spec, keys


def _ask(
    here: Office,
    provider: Provider,
    method: str,
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    auth: httpx.Auth | None = None,
    bearer: str = "",
) -> tuple[int, dict[str, Any]]:
    """A provider's status and JSON; ``Fault`` (``provider``) where there is none in time."""
    until_ms = here.clock.monotonic_ms() + ANSWER_S_MAX * 1000
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "tombola-server"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    body = bytearray()
    try:
        with (
            httpx.Client(
                timeout=httpx.Timeout(ANSWER_S_MAX, connect=CONNECT_S_MAX),
                follow_redirects=False,
                headers=headers,
            ) as client,
            client.stream(method, address, data=form, auth=auth) as response,
        ):
            for part in response.iter_raw():
                body += part
                if len(body) > ANSWER_BYTES_MAX or here.clock.monotonic_ms() > until_ms:
                    raise _dead(provider, "its answer is too long")
            status = response.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as e:
        raise _dead(provider, "it cannot be reached") from e
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise _dead(provider, f"it answered with {status}")
    try:
        said = msgspec.json.decode(bytes(body))
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise _dead(provider, "its answer cannot be read") from e
    return status, said if isinstance(said, dict) else {}


def _dead(provider: Provider, words: str) -> Fault:
    return Fault(
        "provider",
        f"{provider.label} does not help just now: {words}.",
        "Come by your password, or try again later.",
    )


def _wrong(provider: Provider, words: str) -> Refused:
    return Refused(
        "token",
        f"What {provider.label} says cannot be believed: {words}.",
        "Begin again, or come another way.",
    )

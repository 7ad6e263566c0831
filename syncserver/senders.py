"""The doors by which messages leave: a mail server, a sender of text messages, Klaviyo, and webhooks.

Each says what became of one message, and never raises for what somebody else's server does. Every exchange has an
end, however slowly the other side speaks. A webhook's address is whatever an organisation wrote down: only public
addresses are spoken to, the one that was looked at is the one that is connected to, and no redirect is followed.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import hmac
import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from http import HTTPStatus
from typing import Final, Literal
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from shared.errors import Refused
from syncserver.config import Klaviyo, Mail, Texts
from syncserver.letters import Letter

SMTP_STEP_S_MAX: Final = 20
"""For each step of a conversation with the mail server."""
EXCHANGE_S_MAX: Final = 15
"""For a whole request by http, from looking the name up to the answer's head."""
CONNECT_S_MAX: Final = 5
RETRY_AFTER_S_MAX: Final = 3_600
URL_CHARS_MAX: Final = 500
KLAVIYO_REVISION: Final = "2025-04-15"
"""The revision of Klaviyo's interface that is spoken, https://developers.klaviyo.com/en/reference/create_event."""
SIGNATURE_HEADER: Final = "Tombola-Signature"
TIMESTAMP_HEADER: Final = "Tombola-Timestamp"
ID_HEADER: Final = "Tombola-Id"
_GLOBAL: Final = ipaddress.ip_network("2000::/3")
"""The only part of IPv6 that is handed out for the internet; outside are NAT64 and site-local addresses, say."""
_NOT_GLOBAL: Final = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("3fff::/20"))
"""Within it: addresses that hold another one, which may be private (6to4), and those of examples (RFC 9637)."""
_OURS: Final = re.compile(
    r"\b5\.1\.[78]\b|\b5\.7\.(?:8|9|14|2\d|3\d|60)\b|\bsender\b|\brelay|\bauthenticat", re.IGNORECASE
)
"""In a mail server's refusal: it is about our sender address or our log-in (RFC 3463, 3.2, 3.8; RFC 4954; RFC 7372)."""
_OUR_CODES: Final = frozenset({530, 534, 535, 538})
"""Refusals of RFC 4954: a log-in is wanted, or another."""
_ADDRESSES: Final = re.compile(r"<[^>]*>|\S+@\S+")
_LATER: Final = frozenset({401, 403, 408, 409, 423, 425, 429})
"""Refusals that may pass: the key can be put right, the rush goes by."""


@dataclass(frozen=True)
class Outcome:
    """What became of a message: ``sent``; ``later``: not now; ``never``: not ever; ``unclear``: it may have gone.

    ``words`` say why, and name no receiver. ``wait_s`` is how long the other side asked to be left alone.
    """

    state: Literal["sent", "later", "never", "unclear"]
    words: str = ""
    wait_s: int = 0
    setting: bool = False
    """Our own setting is at fault, so that every message would meet the same: none is given up for it."""


SENT: Final = Outcome("sent")


# E-mail ---------------------------------------------------------------------------------------------


def message(
    mail: Mail,
    letter: Letter,
    *,
    to: str,
    name: str,
    organisation: str,
    identity: str,
    now: datetime,
    stop: str = "",
) -> EmailMessage:
    """A letter as an e-mail: text and HTML. ``identity`` is its Message-ID's, so that a repeat can be recognised.

    Raises ``ValueError`` where a header cannot hold what it is given.
    """
    shown, sender = parseaddr(mail.sender)
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(_plain(shown or organisation), addr_spec=sender)
    try:
        made["To"] = Address(_plain(name), addr_spec=to)
    except (MessageError, IndexError) as e:
        # The standard library parses the address, and fails on some in more than one way.
        raise ValueError("no address") from e
    made["Subject"] = _plain(letter.subject)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{identity}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    if stop:
        made["List-Unsubscribe"] = f"<{stop}>"
        if stop.startswith("https://"):
            made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    return made


def _plain(value: str) -> str:
    """One line of a header: no line ends, which would begin another header, and no encoded words (RFC 2047), in which
    somebody could hide them.
    """
    return " ".join("".join(ch if ch.isprintable() else " " for ch in value).split()).replace("=?", "= ?")


class MailDoor:
    """One conversation with the mail server, kept open from one message to the next; for one thread alone."""

    def __init__(self, mail: Mail, greeting: str) -> None:
        self._mail = mail
        self._greeting = greeting
        self._open: smtplib.SMTP | None = None

    def send(self, made: EmailMessage) -> Outcome:
        """Hand a message over. A refusal for good (5xx of the receiver or the text) is ``never``."""
        try:
            server = self._server()
            refused = server.send_message(made)
        except smtplib.SMTPRecipientsRefused as e:
            return self._refused("The receiver's address was refused", *next(iter(e.recipients.values())))
        except smtplib.SMTPSenderRefused as e:
            return self._refused(
                "The mail server refused the message", e.smtp_code, e.smtp_error, sender=True
            )
        except smtplib.SMTPDataError as e:
            return self._refused("The mail server refused the message", e.smtp_code, e.smtp_error)
        except smtplib.SMTPAuthenticationError as e:
            self.close()
            words = f"The mail server refused our user name or password ({e.smtp_code})."
            return Outcome("later", words, setting=e.smtp_code >= 500)
        except smtplib.SMTPNotSupportedError:
            self.close()
            return Outcome("later", "The mail server cannot do what is set: TLS, log-in, or such an address.")
        except ssl.SSLError as e:
            self.close()
            return Outcome("later", f"The connection to the mail server is not safe ({e.reason or 'TLS'}).")
        except (smtplib.SMTPException, OSError) as e:
            self.close()
            return Outcome("later", f"The mail server cannot be reached, or broke off ({type(e).__name__}).")
        except (MessageError, UnicodeError, ValueError):
            self.close()
            return Outcome("never", "The message cannot be written as an e-mail.")
        assert not refused  # one receiver: refused alone, it is an exception above
        return SENT

    def close(self) -> None:
        """End the conversation; the next message begins another."""
        server, self._open = self._open, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _server(self) -> smtplib.SMTP:
        if self._open is not None:
            with suppress(smtplib.SMTPException, OSError):
                if self._open.noop()[0] == 250:
                    return self._open
            self.close()
        mail = self._mail
        if mail.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                mail.host,
                mail.port,
                local_hostname=self._greeting,
                timeout=SMTP_STEP_S_MAX,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(mail.host, mail.port, self._greeting, timeout=SMTP_STEP_S_MAX)
        self._open = server
        if mail.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if mail.user:
            server.login(mail.user, mail.password)
        return server

    def _refused(self, words: str, code: int, said: bytes | str, *, sender: bool = False) -> Outcome:
        with suppress(smtplib.SMTPException, OSError):
            if self._open is not None:
                self._open.rset()
        told = said.decode(errors="replace") if isinstance(said, bytes) else said
        # Without the addresses in it, which may be called anything.
        ours = sender or code in _OUR_CODES or _OURS.search(_ADDRESSES.sub("", told)) is not None
        if code >= 500 and ours:
            return Outcome(
                "later", f"The mail server refused our own sender address or log-in ({code}).", setting=True
            )
        return Outcome("never" if code >= 500 else "later", f"{words} ({code}).")


# By http --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    """Of an answer what is looked at; ``status`` 0 where there was none. ``asked``: the request may have arrived."""

    status: int
    words: str = ""
    wait_s: int = 0
    asked: bool = False


def send_text(texts: Texts, to: str, said: str) -> Outcome:
    """A text message by a form with From, To and Body, as Twilio's Messages resource takes it.

    With an account the request is authenticated by it and the token (Basic), without by the token alone (Bearer).
    Nobody recognises a repeated text message, so where no answer came it is ``unclear``.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    auth = httpx.BasicAuth(texts.account, texts.token) if texts.account else None
    if texts.token and auth is None:
        headers["Authorization"] = f"Bearer {texts.token}"
    body = urlencode({"From": texts.sender, "To": to, "Body": said}).encode()
    answer = _post(texts.url, headers, body, auth=auth)
    if answer.status == 0 and answer.asked:
        return Outcome("unclear", f"No answer came whether it was sent ({answer.words}).")
    return _judge("The sender of text messages", answer, for_good=True)


def send_klaviyo(
    klaviyo: Klaviyo,
    *,
    metric: str,
    person: Mapping[str, str],
    facts: Mapping[str, str],
    identity: str,
    at: datetime,
) -> Outcome:
    """An event by Klaviyo's ``POST /api/events``; ``unique_id`` makes a repeat one with the first."""
    profile = {
        "email": person.get("email"),
        "first_name": person.get("name"),
        "phone_number": person.get("phone"),
    }
    if not (profile["phone_number"] or "").startswith("+"):
        profile["phone_number"] = None  # Klaviyo takes E.164 alone, and refuses the whole event otherwise
    body = {
        "data": {
            "type": "event",
            "attributes": {
                "properties": dict(facts),
                "time": at.isoformat(),
                "unique_id": identity,
                "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
                "profile": {
                    "data": {"type": "profile", "attributes": {k: v for k, v in profile.items() if v}}
                },
            },
        }
    }
    headers = {
        "Authorization": f"Klaviyo-API-Key {klaviyo.key}",
        "revision": KLAVIYO_REVISION,
        "Content-Type": "application/vnd.api+json",
        "Accept": "application/vnd.api+json",
    }
    return _judge(
        "Klaviyo", _post(f"{klaviyo.url}/api/events", headers, msgspec.json.encode(body)), for_good=True
    )


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """What a webhook's receiver compares: hex of HMAC-SHA-256 over the timestamp in seconds, a full stop, the body."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def send_webhook(
    url: str, secret: str, body: bytes, *, identity: str, now: datetime, private: bool = False
) -> Outcome:
    """Post a signed JSON to an address that an organisation gave. ``private`` allows its own network, without TLS."""
    timestamp = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        ID_HEADER: identity,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: f"v1={signature(secret, timestamp, body)}",
    }
    try:
        check_webhook_url(url, private=private)
    except Refused as e:
        return Outcome("never", e.message)
    answer = _post(url, headers, body, public_only=not private, proxies=False)
    if answer.status == HTTPStatus.GONE:
        return Outcome("never", "The receiver says that it is gone for good (410).")
    return _judge("The receiver", answer, for_good=False)


def check_webhook_url(url: str, *, private: bool = False) -> None:
    """``Refused`` (``webhook_url``) where a webhook cannot go there: no https, a name and password in it, a private
    address written out. What a name stands for is looked at anew each time something is sent.
    """
    refused = Refused(
        "webhook_url", "That address will not do.", "Write it like https://club.example/tombola."
    )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as e:
        raise refused from e
    schemes = {"https", "http"} if private else {"https"}
    if (
        parts.scheme not in schemes
        or not host
        or parts.username is not None
        or parts.fragment
        or len(url) > URL_CHARS_MAX
        or not url.isascii()
        or not url.isprintable()
        or " " in url
    ):
        raise refused
    with suppress(ValueError):
        if not private and not is_public(str(ipaddress.ip_address(host))):
            raise Refused(
                "webhook_url",
                "That address is of a private network.",
                "A webhook goes to an address that the whole internet can reach.",
            )


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet, and none of a private, local or reserved network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip not in _GLOBAL or any(ip in network for network in _NOT_GLOBAL):
            return False
    return ip.is_global and not ip.is_multicast


def _judge(who: str, answer: _Answer, *, for_good: bool) -> Outcome:
    """``for_good``: a 4xx says that the same request will never do."""
    status = answer.status
    if status == 0:
        return Outcome("later", f"{who} did not answer ({answer.words}).")
    if 200 <= status < 300:
        return SENT
    if 300 <= status < 400:
        return Outcome("later", f"{who} sends one elsewhere ({status}), which is not followed.")
    if for_good and 400 <= status < 500 and status not in _LATER:
        return Outcome("never", f"{who} refused it ({status}).")
    return Outcome("later", f"{who} answered with {status}.", answer.wait_s)


def _post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    auth: httpx.Auth | None = None,
    public_only: bool = False,
    proxies: bool = True,
) -> _Answer:
    """One request, ended after ``EXCHANGE_S_MAX`` whatever the other side does."""
    asked = [False]

    async def ask() -> _Answer:
        target = url
        extra: dict[str, str] = {}
        sni: dict[str, str] = {}
        if not proxies:
            target, extra, sni = await _pinned(url, public_only=public_only)
        async with (
            httpx.AsyncClient(
                verify=_trust(),
                trust_env=proxies,
                follow_redirects=False,
                timeout=httpx.Timeout(EXCHANGE_S_MAX, connect=CONNECT_S_MAX),
                headers={"User-Agent": "tombola-server", "Accept-Encoding": "identity"},
            ) as client,
            client.stream(
                "POST",
                target,
                content=_noted(body, asked),
                headers={**headers, **extra, "Content-Length": str(len(body))},
                extensions=sni,
                auth=auth or httpx.USE_CLIENT_DEFAULT,
            ) as response,
        ):
            return _Answer(
                response.status_code, wait_s=_wait(response.headers.get("Retry-After", "")), asked=True
            )

    async def limited() -> _Answer:
        return await asyncio.wait_for(ask(), EXCHANGE_S_MAX)

    try:
        return asyncio.run(limited())
    except _NotPublicError:
        return _Answer(0, "its address is of a private network", asked=False)
    except TimeoutError:
        return _Answer(0, "in time", asked=asked[0])
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as e:
        return _Answer(0, type(e).__name__, asked=asked[0])


async def _noted(body: bytes, asked: list[bool]) -> AsyncIterator[bytes]:
    """The body, noting when it is asked for: from then on the request may have arrived."""
    asked[0] = True
    yield body


class _NotPublicError(Exception):
    """The name stands for an address that is not of the internet."""


async def _pinned(url: str, *, public_only: bool) -> tuple[str, dict[str, str], dict[str, str]]:
    """The same address by number, with the headers that name its host: what was looked at is what is connected to."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = [str(one[4][0]) for one in found]
    if not numbers or (public_only and not all(is_public(one) for one in numbers)):
        raise _NotPublicError
    number = f"[{numbers[0]}]" if ":" in numbers[0] else numbers[0]
    path = parts.path or "/"
    target = f"{parts.scheme}://{number}:{port}{path}{f'?{parts.query}' if parts.query else ''}"
    return target, {"Host": parts.netloc}, {"sni_hostname": host}


def _wait(said: str) -> int:
    """Retry-After in seconds; a date, or nonsense, is none."""
    return min(int(said), RETRY_AFTER_S_MAX) if said.isascii() and said.isdigit() and len(said) < 10 else 0


@functools.cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()

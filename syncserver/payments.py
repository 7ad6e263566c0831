"""The only door to Stripe: opens a payment page, says how it stands, pays back, and proves what Stripe tells.

Whatever is asked bears a key of its own, so that asking again after a lost answer does nothing twice. The key of the
account and buyers' data are never logged.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import stripe

from shared.errors import Fault, Refused
from syncserver import config
from syncserver.office import Office

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams, SessionExpireParams, SessionListParams

WAIT_S_MAX: Final = 10
RETRIES: Final = 1
"""Beyond the first try, by the library, under the same key."""
QUICK_S_MAX: Final = 3
"""So long, and without another try, while somebody's browser waits: the worker asks again."""
PAGES_AT_ONCE: Final = 3
"""So many requests of one process wait for Stripe to open or end a payment page: kiosks need the other threads."""
TOLERANCE_S: Final = 300
"""How old what Stripe tells may be; the library's own default."""
EVENT_BYTES_MAX: Final = 256 * 1024
NAME_CHARS_MAX: Final = 200
LISTED_MAX: Final = 100
"""Refunds of one payment; more than a basket can hold."""
PAGE: Final = 100
"""Payment pages in one answer; Stripe gives no more."""
PAGES_MAX: Final = 1_000
"""Answers to one question for them."""
HUNDREDFOLD: Final = frozenset({"ISK", "UGX"})
"""Currencies without decimals that Stripe's interface takes with two (docs.stripe.com/currencies, Special cases)."""
LANGUAGES: Final = frozenset({"en", "fr", "es", "de", "it", "nl", "pt", "pl"})
"""In which Stripe's page can be asked for; in any other it goes by the browser."""


@dataclass(frozen=True)
class Item:
    """A line of the payment page."""

    name: str
    price: int
    """Of one, minor units."""
    count: int


@dataclass(frozen=True)
class Wanted:
    """A payment page as it is asked for; the same one again under the same ``checkout``."""

    checkout: str
    office: str
    """Names this office, so that another one at the same account knows that it is not meant."""
    organisation: str
    """Whose the money is, should the checkout ever be unknown here."""
    items: Sequence[Item]
    currency: str
    email: str
    language: str
    back: str
    """Where the buyer comes back to after having paid."""
    cancel: str
    until: datetime
    """At least half an hour off, says Stripe."""


@dataclass(frozen=True)
class Returned:
    """Money of a payment that went back to its buyer, or goes."""

    id: str
    """Of the refund; empty where Stripe told of the payment alone, so that its refunds are to be looked up."""
    intent: str
    amount: int
    """Minor units."""
    currency: str
    key: str
    """As it was asked for; empty where it was not asked for here, but by hand at Stripe."""


@dataclass(frozen=True)
class Session:
    """How a payment page stands."""

    id: str
    url: str
    status: str
    """``open``, ``complete`` or ``expired``."""
    paid: bool
    amount: int
    """Minor units, all of it."""
    currency: str
    intent: str
    """What names the payment itself; empty where there is none yet."""
    checkout: str
    office: str
    organisation: str = ""
    returned: tuple[Returned, ...] = ()
    """What of it went back already, where Stripe was asked; what it tells of its own accord does not say it."""


@dataclass(frozen=True)
class Trouble:
    """A payment that its buyer's bank disputes, or a refund that did not reach the buyer."""

    disputed: bool
    id: str
    """Of the dispute, or of the refund."""
    intent: str
    amount: int
    """Minor units."""
    currency: str
    key: str
    """Of the refund, as it was asked for; empty where it was not asked for here."""


@dataclass(frozen=True)
class Told:
    """Something that Stripe tells of its own accord; ``session`` where it is of a payment page."""

    id: str
    type: str
    session: Session | None
    trouble: Trouble | None = None
    returned: Returned | None = None
    at_s: int = 0
    """When it happened, by Stripe's clock: seconds since 1970."""


REFUND_TOLD: Final = frozenset({"refund.created", "refund.failed", "refund.updated", "charge.refund.updated"})
"""What Stripe calls its word of how a refund went on."""
_LOST: Final = frozenset({"failed", "canceled"})
"""How a refund stands that did not reach the buyer."""
_looking = threading.BoundedSemaphore(1)
_opening = threading.BoundedSemaphore(PAGES_AT_ONCE)


@contextmanager
def place_to_look() -> Iterator[bool]:
    """Whether this request may ask Stripe how a page stands: one of this process does at a time, and nobody waits."""
    got = _looking.acquire(blocking=False)
    try:
        yield got
    finally:
        if got:
            _looking.release()


@contextmanager
def place_to_open() -> Iterator[None]:
    """A place among the few requests that ask Stripe to open or end a page. ``Fault`` (``payments.busy``) at once
    where all are taken.
    """
    if not _opening.acquire(blocking=False):
        raise Fault("payments.busy", "Many buyers are paying at this moment.", "Try again in a moment.")
    try:
        yield
    finally:
        _opening.release()


class Door:
    """One Stripe account."""

    def __init__(self, settings: config.Stripe) -> None:
        self._secret, self._url = settings.webhook_secret, settings.url
        self._client = stripe.StripeClient(
            settings.key,
            base_addresses={"api": settings.url},
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(timeout=WAIT_S_MAX),
        )
        self._quick = stripe.StripeClient(
            settings.key,
            base_addresses={"api": settings.url},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=QUICK_S_MAX),
        )

    @property
    def pages(self) -> tuple[str, ...]:
        """Where its payment pages are, as a page's policy names sources: an account may have a domain of its own."""
        parts = urlsplit(self._url)
        return ("https:",) if parts.scheme == "https" else ("https:", f"{parts.scheme}://{parts.netloc}")

    def open(self, wanted: Wanted) -> Session:
        """Open a payment page. Raises ``Fault`` (ask again with the same) and ``Refused``."""
        named = {
            "checkout": wanted.checkout,
            "office": wanted.office,
            "organisation": wanted.organisation,
        }
        params: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": wanted.checkout,
            "customer_email": wanted.email,
            "metadata": named,
            "payment_intent_data": {"metadata": named},
            "line_items": [
                {
                    "quantity": item.count,
                    "price_data": {
                        "currency": wanted.currency.lower(),
                        "unit_amount": to_stripe(item.price, wanted.currency),
                        "product_data": {"name": item.name[:NAME_CHARS_MAX]},
                    },
                }
                for item in wanted.items
            ],
            "success_url": wanted.back,
            "cancel_url": wanted.cancel,
            "expires_at": int(wanted.until.timestamp()),
        }
        if wanted.language in LANGUAGES:
            params["locale"] = cast("Any", wanted.language)
        try:
            made = self._client.v1.checkout.sessions.create(
                params, {"idempotency_key": f"open-{wanted.checkout}"}
            )
        except stripe.StripeError as e:
            raise _known(e) from e
        return _session(made)

    def session(self, session: str, *, quick: bool = False) -> Session:
        """How a payment page stands; ``quick`` waits only as long as a browser may.

        Raises ``Fault``, and ``Refused`` where Stripe knows of none.
        """
        client = self._quick if quick else self._client
        try:
            return self._whole(_session(client.v1.checkout.sessions.retrieve(session)), client)
        except stripe.StripeError as e:
            raise _known(e) from e

    def whole(self, said: Session) -> Session:
        """The same payment page, and what of its payment went back already. Raises ``Fault`` and ``Refused``."""
        try:
            return self._whole(said, self._quick)
        except stripe.StripeError as e:
            raise _known(e) from e

    def _whole(self, said: Session, client: stripe.StripeClient) -> Session:
        if not said.paid or not said.intent:
            return said
        return replace(said, returned=tuple(self._refunds(said.intent, client)))

    def completed(self, since: datetime, until: datetime) -> Iterator[list[Session]]:
        """The payment pages opened from ``since`` to before ``until`` and since completed, whoever opened them at this
        account: a hundred at a time, the newest first. Raises ``Fault`` and ``Refused``.
        """
        asked: SessionListParams = {
            "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
            "status": "complete",
            "limit": PAGE,
        }
        for _ in range(PAGES_MAX):
            try:
                listed = self._client.v1.checkout.sessions.list(asked)
            except stripe.StripeError as e:
                raise _known(e) from e
            found = [_session(one) for one in listed.data]
            yield found
            if not listed.has_more or not found:
                return
            asked["starting_after"] = found[-1].id
        raise Fault("payments.too_many", "Stripe has more payments of an hour than can be looked through.")

    def expire(self, session: str) -> Session:
        """End a payment page that nobody has paid yet; how it stands then. One that was paid stays paid."""
        params: SessionExpireParams = {}
        try:
            return _session(self._client.v1.checkout.sessions.expire(session, params))
        except stripe.InvalidRequestError:
            # It is complete, or has expired by itself.
            return self.session(session)
        except stripe.StripeError as e:
            raise _known(e) from e

    def refund(
        self,
        payment_intent: str,
        amount: int,
        currency: str,
        key: str,
        *,
        attempt: str = "",
        tried: bool = False,
    ) -> str:
        """Pay ``amount`` (minor units) back, once for ``key``; what Stripe calls it.

        Stripe answers the same to the same ``attempt`` for a day, a refusal too: after one that refused, give another.
        Where it was ``tried`` before, in whatever attempt, what was paid back for ``key`` is looked up first.
        Raises ``Fault`` (ask again with the same) and ``Refused`` where Stripe will not.
        """
        try:
            if tried and (there := self._refunded(payment_intent, key)) is not None:
                return there
            made = self._client.v1.refunds.create(
                {
                    "payment_intent": payment_intent,
                    "amount": to_stripe(amount, currency),
                    "metadata": {"refund": key},
                },
                {"idempotency_key": f"refund-{key}-{attempt}" if attempt else f"refund-{key}"},
            )
        except stripe.InvalidRequestError as e:
            if e.code == "charge_already_refunded":
                return payment_intent
            raise _known(e) from e
        except stripe.StripeError as e:
            raise _known(e) from e
        if made.status in _LOST:
            raise Refused("payments.refund", "The card’s bank has not taken the money back.")
        return str(made.id)

    def refunds(self, payment_intent: str) -> list[Returned]:
        """What of a payment went back, whoever asked for it. Raises ``Fault``, and ``Refused`` of an unknown one."""
        try:
            return self._refunds(payment_intent, self._client)
        except stripe.StripeError as e:
            raise _known(e) from e

    def _refunds(self, payment_intent: str, client: stripe.StripeClient) -> list[Returned]:
        known = client.v1.refunds.list({"payment_intent": payment_intent, "limit": LISTED_MAX})
        listed: list[dict[str, Any]] = [one.to_dict() for one in known.data]
        return [_returned(said, payment_intent) for said in listed if said.get("status") not in _LOST]

    def _refunded(self, payment_intent: str, key: str) -> str | None:
        """What Stripe calls the refund under this key that stands; None where there is none."""
        return next((one.id for one in self._refunds(payment_intent, self._client) if one.key == key), None)

    def read(self, body: bytes, signature: str) -> Told:
        """What Stripe tells, proved by its signature. ``Refused`` (``signature``) where it does not hold, and
        ``signature_time`` where it does and was made long ago by this server's clock: Stripe signs each try anew, so
        that one of the clocks is wrong.
        """
        refused = Refused("signature", "This does not come from Stripe, or is too old.")
        if len(body) > EVENT_BYTES_MAX:
            raise refused
        try:
            event = self._client.construct_event(body, signature, self._secret, TOLERANCE_S)
            about: object = event.data.object
            kind = str(event.type)
            session = _session(about) if kind.startswith("checkout.session.") else None
            at = int(getattr(event, "created", 0))
            return Told(str(event.id), kind, session, _trouble(kind, about), _back(kind, about), at)
        except stripe.SignatureVerificationError as e:
            if self._signed(body, signature):
                raise Refused("signature_time", "This comes from Stripe, and not at this time.") from e
            raise refused from e
        except (ValueError, AttributeError, KeyError, TypeError) as e:
            raise refused from e

    def _signed(self, body: bytes, signature: str) -> bool:
        """Whether Stripe signed this, whenever."""
        try:
            return bool(stripe.WebhookSignature.verify_header(body.decode(), signature, self._secret))
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            return False


@lru_cache(maxsize=4)
def _door(settings: config.Stripe) -> Door:
    return Door(settings)


def door(office: Office) -> Door | None:
    """The office's Stripe account; None where it has none, and so sells nothing on line."""
    settings = office.config.stripe
    return None if settings is None else _door(settings)


def to_stripe(amount: int, currency: str) -> int:
    """Minor units as Stripe's interface has them."""
    return amount * 100 if currency.upper() in HUNDREDFOLD else amount


def _from_stripe(amount: int, currency: str) -> int:
    return amount // 100 if currency.upper() in HUNDREDFOLD else amount


def _session(found: Any) -> Session:
    said: dict[str, Any] = found.to_dict()
    metadata: Mapping[str, str] = said.get("metadata") or {}
    currency = str(said.get("currency") or "").upper()
    intent = said.get("payment_intent") or ""
    return Session(
        id=str(said["id"]),
        url=str(said.get("url") or ""),
        status=str(said.get("status") or "open"),
        paid=said.get("payment_status") == "paid",
        amount=_from_stripe(int(said.get("amount_total") or 0), currency),
        currency=currency,
        intent=str(intent["id"] if isinstance(intent, dict) else intent),
        checkout=str(said.get("client_reference_id") or metadata.get("checkout", "")),
        office=str(metadata.get("office", "")),
        organisation=str(metadata.get("organisation", "")),
    )


def _trouble(kind: str, found: Any) -> Trouble | None:
    disputed = kind == "charge.dispute.created"
    if not disputed and kind not in REFUND_TOLD:
        return None
    said: dict[str, Any] = found.to_dict()
    if not disputed and said.get("status") not in _LOST:
        return None
    currency = str(said.get("currency") or "").upper()
    intent = said.get("payment_intent") or ""
    return Trouble(
        disputed,
        str(said["id"]),
        str(intent["id"] if isinstance(intent, dict) else intent),
        _from_stripe(int(said.get("amount") or 0), currency),
        currency,
        str((said.get("metadata") or {}).get("refund", "")),
    )


def _back(kind: str, found: Any) -> Returned | None:
    if kind == "charge.refunded":
        said: dict[str, Any] = found.to_dict()
        return _returned(said | {"id": "", "amount": said.get("amount_refunded"), "metadata": {}}, "")
    if kind not in REFUND_TOLD:
        return None
    said = found.to_dict()
    return None if said.get("status") in _LOST else _returned(said, "")


def _returned(said: Mapping[str, Any], intent: str) -> Returned:
    currency, named = str(said.get("currency") or "").upper(), said.get("payment_intent") or intent
    return Returned(
        str(said["id"]),
        str(named["id"] if isinstance(named, dict) else named),
        _from_stripe(int(said.get("amount") or 0), currency),
        currency,
        str((said.get("metadata") or {}).get("refund", "")),
    )


def _known(error: stripe.StripeError) -> Fault | Refused:
    """What went wrong, in words; Stripe's own only where they are meant for the buyer."""
    match error:
        case stripe.CardError():
            return Refused("payments.card", error.user_message or "The card was declined.")
        case stripe.AuthenticationError() | stripe.PermissionError():
            return Fault(
                "payments.key", "Stripe does not take this server’s key.", "Check TOMBOLA_STRIPE_KEY."
            )
        case stripe.IdempotencyError():
            return Fault("payments.key_reused", "Stripe has another request under the same key.")
        case stripe.InvalidRequestError(param="expires_at"):
            return Fault(
                "payments.clock",
                "Tickets cannot be paid on line at this moment.",
                "Try again later, or buy them at a kiosk.",
            )
        case stripe.InvalidRequestError():
            return Refused(
                "payments.refused", f"Stripe refuses this: {error.code or 'a value does not fit'}."
            )
        case _:
            return Fault("payments.unreachable", "Stripe does not answer.", "Try again in a moment.")

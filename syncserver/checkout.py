"""A basket on its way to tickets: held, paid, and made a sale once; or given back.

A checkout holds its numbers before anybody is sent to pay, so that no paid basket finds the event sold out. However
often and in whichever order its payment is told (by Stripe's call, by the buyer's return, by asking), one transaction
turns it into one sale. What was paid and can have no tickets any more goes back, and the buyer is told so. A hold ends
only once Stripe says that its page can take no money any more.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Interval,
    Row,
    Text,
    and_,
    cast,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import keys, money, numbers
from shared.clock import utc
from shared.errors import Fault, KnownError, Refused
from shared.ids import uuid7
from shared.wire import Customer
from syncserver import (
    confirmations,
    events,
    letters,
    messages,
    notifications,
    online,
    payments,
    phrases,
    questions,
)
from syncserver import models as m
from syncserver.audit import acting, critical_event
from syncserver.office import Office
from syncserver.payments import Door, Item, Session, Wanted

HOLD: Final = timedelta(minutes=35)
"""How long a checkout holds its numbers: Stripe wants its page open for half an hour at least."""
OPENED_WITHIN: Final = timedelta(minutes=4)
"""After so long no payment page is opened for a checkout any more."""
UNHEARD_MAX: Final = timedelta(hours=24)
"""Where Stripe cannot be asked, a hold ends after so long all the same; it is asked on, and a payment found later is
made tickets or given back.
"""
UNHEARD_ASKED: Final = timedelta(days=30)
"""For so long."""
UNHEARD: Final = "Stripe could not be asked whether this was paid."
ASK_AFTER: Final = timedelta(minutes=1)
"""Asked of Stripe by the worker, after so long without a word."""
LATE: Final = timedelta(minutes=1)
"""Of a payment that is told so late Stripe is asked what is left of it: somebody may have given it back by hand."""
ASK_AGAIN: Final = timedelta(seconds=3)
"""Between two questions of a buyer who waits for their tickets."""
AT_ONCE: Final = 50
"""Checkouts that one run of the timed work looks at."""
RUN_MS_MAX: Final = 5_000
"""A run asks how pages stand for so long, and pays back for as long; the next goes on. The worker has other work."""
PIECES_MAX: Final = online.LINES_MAX
OPEN_PER_BUYER_MAX: Final = 3
OPEN_PER_ADDRESS_MAX: Final = 100
"""Of one network address: a whole stand may sit behind one."""
HELD_PER_ADDRESS: Final = 4
"""Of the numbers that are left, one network address holds at most this part (a quarter) beside its first basket."""
HELD_PER_ADDRESS_MIN: Final = 50
"""So many in any case."""
GUESSES_PER_ADDRESS_MAX: Final = 30
"""Wrong answers of guests of one network address to an event's question: a whole stand may sit behind one."""
GUESSES_WITHIN: Final = timedelta(minutes=10)
"""Within so long."""
SEEN_EVERY: Final = timedelta(minutes=15)
"""Between two looks through what was paid at Stripe."""
SEEN_AT_ONCE: Final = timedelta(hours=1)
SEEN_BACK_MAX: Final = timedelta(days=30)
"""How old a backup may be of which what was paid since is found."""
SETTLED: Final = HOLD + timedelta(minutes=10)
"""A payment page so old has been paid, or never will be; with ten minutes for clocks that differ."""
REFUND_TRIES_MAX: Final = 20
REFUND_TRIES_SHOWN: Final = 1
"""After so many refusals the office is shown it."""
REFERENCE_CHARS_MAX: Final = 200
REFUND_WAIT_S: Final = 60
"""After Stripe refused to pay back; twice as long each time, as there may be money in the account tomorrow."""
REFUND_WAITS_MAX: Final = 720
"""Of these at most."""
TICKETS_MAX_DEFAULT: Final = 500
TICKETS_MAX: Final = 10_000
REMIND_BEFORE_END: Final = timedelta(minutes=10)

WAITING: Final = ("held", "open")
UNSETTLED: Final = (*WAITING, "expired")
"""Of which a payment can still become tickets."""


@dataclass(frozen=True)
class Rules:
    """How an event is sold on line."""

    on_sale: bool = False
    order_tickets_max: int = TICKETS_MAX_DEFAULT
    customer_tickets_max: int | None = None
    guests: bool = False
    """Whoever has no account may buy with an e-mail address."""


@dataclass(frozen=True)
class Line:
    """So many pieces of a package, as the basket shows it."""

    event: UUID
    event_name: str
    package: UUID
    package_name: str
    pieces: int
    tickets: int
    """Of one piece."""
    price: int
    """Of one piece, minor units."""

    @property
    def total(self) -> int:
        """Minor units."""
        return self.pieces * self.price


@dataclass(frozen=True)
class Cart:
    """A basket, reckoned: what it costs, and what stands in its way."""

    lines: tuple[Line, ...] = ()
    organisation: UUID | None = None
    currency: str = ""
    age_min: int = 0
    guests: bool = True
    gone: tuple[str, ...] = ()
    """What was in it and is not to be had any more, in words."""

    @property
    def total(self) -> int:
        """Minor units."""
        return sum(line.total for line in self.lines)

    @property
    def pieces(self) -> int:
        """Packages in it."""
        return sum(line.pieces for line in self.lines)

    @property
    def events(self) -> list[UUID]:
        """Each once, in order of first appearance."""
        return list(dict.fromkeys(line.event for line in self.lines))


@dataclass(frozen=True)
class Buyer:
    """Who buys: a customer of the organisation, or a guest by their e-mail address."""

    email: str
    name: str = ""
    phone: str = ""
    language: str = "en"
    user: UUID | None = None


# What is on sale ------------------------------------------------------------------------------------


def rules(c: Connection, event: UUID) -> Rules:
    """How the event is sold on line; not at all where nobody has said so."""
    r = m.online_rules
    row = c.execute(select(r).where(r.c.event_id == event)).one_or_none()
    if row is None:
        return Rules()
    return Rules(row.on_sale, row.order_tickets_max, row.customer_tickets_max, row.guests)


def set_rules(office: Office, c: Connection, event: UUID, given: Rules, by: UUID) -> None:
    """Say whether, and how, the event is sold on line; at any time, since no draw depends on it. ``Refused``: ``limit``."""
    for limit in (given.order_tickets_max, given.customer_tickets_max):
        if limit is not None and not 1 <= limit <= TICKETS_MAX:
            raise Refused("limit", f"A limit is from 1 to {TICKETS_MAX} tickets.")
    events.get(c, event)
    values = {
        "on_sale": given.on_sale,
        "order_tickets_max": given.order_tickets_max,
        "customer_tickets_max": given.customer_tickets_max,
        "guests": given.guests,
        "updated_at": office.now(),
        "updated_by": by,
    }
    c.execute(
        upsert(m.online_rules)
        .values(event_id=event, **values)
        .on_conflict_do_update(index_elements=["event_id"], set_=values)
    )


def on_offer(now: datetime) -> ColumnElement[bool]:
    """Of packages joined with their events and online rules: those that can be bought on line now (E13)."""
    e, p, r = m.raffle_events, m.ticket_packages, m.online_rules
    return and_(
        r.c.on_sale,
        ~messages.called_home(e.c.organization_id),
        e.c.state == "active",
        e.c.opens_at <= now,
        e.c.closes_at > now,
        p.c.is_active,
        p.c.price > 0,
        or_(p.c.active_from.is_(None), p.c.active_from <= now),
        or_(p.c.active_to.is_(None), p.c.active_to > now),
    )


def left(c: Connection, event: UUID) -> int:
    """How many numbers of the event can still be bought on line: free ones and the web shop's own, less what is held."""
    k, a, r = m.number_counters, m.rsu_allocations, m.rsus
    free = c.execute(
        select(k.c.last_number - k.c.next_number + 1).where(k.c.event_id == event)
    ).scalar_one_or_none()
    own = c.execute(
        select(func.coalesce(func.sum(a.c.end_number - a.c.next_draw_number + 1), 0))
        .join(r, r.c.id == a.c.rsu_id)
        .where(a.c.raffle_event_id == event, a.c.state == "active", r.c.kind == "online")
    ).scalar_one()
    return max(0, int(free or 0) + int(own) - _held(c, [event])[event])


@dataclass(frozen=True)
class Offer:
    """How an event is sold on line at this moment."""

    packages: frozenset[UUID]
    """That can be bought now."""
    left: int
    on_line: bool
    """It is sold on line at all, now or at another time."""
    age_min: int = 0


def offer(office: Office, c: Connection, event: UUID) -> Offer:
    """What of the event can be bought on line now."""
    e, p, r = m.raffle_events, m.ticket_packages, m.online_rules
    found = c.execute(
        select(p.c.id)
        .select_from(p.join(e, e.c.id == p.c.event_id).join(r, r.c.event_id == e.c.id))
        .where(e.c.id == event, on_offer(office.now()))
    ).scalars()
    row = c.execute(
        select(e.c.configuration, func.coalesce(r.c.on_sale, false()).label("on_line"))
        .outerjoin(r, r.c.event_id == e.c.id)
        .where(e.c.id == event)
    ).one()
    age = events.settings(row.configuration).policies.age_min
    return Offer(frozenset(found), left(c, event), row.on_line, age)


def progress(c: Connection, wanted: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Of each event: how many of its tickets are sold and not void, of how many that can be; no void one's number is
    sold again.
    """
    a, k = m.rsu_allocations, m.number_counters
    blocks = (
        select(
            a.c.raffle_event_id.label("event"),
            func.sum(a.c.tickets_sold - a.c.tickets_voided).label("sold"),
            func.sum(a.c.total_tickets - a.c.tickets_voided).label("out"),
        )
        .where(a.c.raffle_event_id.in_(wanted))
        .group_by(a.c.raffle_event_id)
        .subquery()
    )
    rows = c.execute(
        select(
            k.c.event_id,
            func.coalesce(blocks.c.sold, 0).label("sold"),
            (k.c.last_number - k.c.next_number + 1 + func.coalesce(blocks.c.out, 0)).label("most"),
        )
        .select_from(k.outerjoin(blocks, blocks.c.event == k.c.event_id))
        .where(k.c.event_id.in_(wanted))
    )
    return {row.event_id: (int(row.sold), int(row.most)) for row in rows}


def cart(office: Office, c: Connection, wanted: Mapping[UUID, int]) -> Cart:
    """The basket of so many pieces of each package, reckoned by what is on offer at this moment.

    All of it is of one organisation and currency: what does not fit the first is left out, and said so.
    """
    e, p, r = m.raffle_events, m.ticket_packages, m.online_rules
    found = c.execute(
        select(
            p.c.id,
            p.c.name,
            p.c.ticket_count,
            p.c.price,
            p.c.currency,
            p.c.event_id,
            e.c.name.label("event_name"),
            e.c.organization_id,
            e.c.configuration,
            r.c.guests,
            on_offer(office.now()).label("offered"),
        )
        .select_from(p.join(e, e.c.id == p.c.event_id).outerjoin(r, r.c.event_id == e.c.id))
        .where(p.c.id.in_(wanted))
    ).all()
    by_id = {row.id: row for row in found}
    rows = [by_id[one] for one in wanted if one in by_id]
    gone = [
        f"{row.name} of {row.event_name} is not on sale here any more." for row in rows if not row.offered
    ]
    rows = [row for row in rows if row.offered]
    first = rows[0] if rows else None
    kept = [
        row
        for row in rows
        if first is not None
        and (row.organization_id, row.currency) == (first.organization_id, first.currency)
    ]
    gone += [
        f"{row.name} of {row.event_name} is sold by somebody else: pay for it apart."
        for row in rows
        if row not in kept
    ]
    return Cart(
        tuple(
            Line(
                row.event_id,
                row.event_name,
                row.id,
                row.name,
                wanted[row.id],
                row.ticket_count,
                row.price,
            )
            for row in kept
        ),
        first.organization_id if first is not None else None,
        first.currency if first is not None else "",
        max((events.settings(row.configuration).policies.age_min for row in kept), default=0),
        all(row.guests for row in kept),
        tuple(gone),
    )


# Held -----------------------------------------------------------------------------------------------


def begin(
    office: Office,
    checkout: UUID,
    basket: Cart,
    buyer: Buyer,
    *,
    address: str,
    age_checked: bool = False,
) -> UUID:
    """Hold the basket's numbers for this buyer; the same ``checkout`` again is the one there is.

    Raises ``Refused``: ``empty``, ``too_many``, ``email``, ``guest``, ``age``, ``question``, ``limit``, ``holds``,
    ``sold_out``, ``not_open``, ``banned``.
    """
    _check(basket, buyer, age_checked=age_checked)
    assert basket.organisation is not None
    b, h = m.checkouts, _keyed(office, "buyer", buyer.email.strip().lower())
    at = _keyed(office, "address", address)
    with office.begin(None, basket.organisation) as c:
        rows = online.lock_events(c, basket.events)
        shop = online.open_shop(office, c, basket.organisation)
        # The numbers that it takes are the shop's doing; the buyer never touches a kiosk's books.
        acting(c, shop.rsu)
        before = c.execute(select(b.c.buyer).where(b.c.id == checkout)).one_or_none()
        if before is not None:
            if not hmac.compare_digest(bytes(before.buyer), h):
                raise Refused("over", "This checkout is over.", "Begin again with your basket.")
            return checkout
        for row in rows.values():
            online.check_open(shop, row, office.now())
        _check_buyer(c, basket, buyer, checkout)
        _check_limits(c, basket, h, at)
        held = _held(c, basket.events)
        for event in sorted(basket.events):
            tickets = sum(line.pieces * line.tickets for line in basket.lines if line.event == event)
            online.stock(shop, event, tickets, held[event])
        shop.write()
        acting(c, buyer.user)
        contact = {
            "email": buyer.email.strip(),
            "name": buyer.name,
            "phone": buyer.phone,
            "language": buyer.language,
        }
        c.execute(
            insert(b).values(
                id=checkout,
                organization_id=basket.organisation,
                user_id=buyer.user,
                buyer=h,
                address=at,
                contact=contact,
                state="held",
                amount=basket.total,
                currency=basket.currency,
                age_checked=age_checked and basket.age_min > 0,
                created_at=office.now(),
                expires_at=office.now() + HOLD,
            )
        )
        c.execute(
            insert(m.checkout_lines),
            [
                {
                    "checkout_id": checkout,
                    "line_no": place,
                    "event_id": line.event,
                    "package_id": line.package,
                    "pieces": line.pieces,
                    "ticket_count": line.tickets,
                    "price": line.price,
                }
                for place, line in enumerate(basket.lines)
            ],
        )
    return checkout


def _check(basket: Cart, buyer: Buyer, *, age_checked: bool) -> None:
    """What can be said of a basket without looking anything up."""
    if not basket.lines or basket.organisation is None:
        raise Refused("empty", "Your basket is empty.", "Choose tickets first.")
    if basket.pieces > PIECES_MAX:
        raise Refused(
            "too_many", f"At most {PIECES_MAX} packages can be bought at once.", "Pay for these in two parts."
        )
    if notifications.address(buyer.email) is None:
        raise Refused("email", "That is no e-mail address.", "Your tickets are sent there: look at it again.")
    if buyer.user is None and not basket.guests:
        raise Refused(
            "guest", "These tickets are sold to customers with an account.", "Sign in, or register."
        )
    if basket.age_min and not age_checked:
        raise Refused("age", f"Buyers must be {basket.age_min} or older.", "Confirm your age to go on.")


def subject(buyer: Buyer, checkout: UUID) -> str:
    """Whose answers to a question count together: a customer's, or those of a guest's one checkout."""
    return f"customer:{buyer.user}" if buyer.user is not None else f"checkout:{checkout}"


def guessers(office: Office, buyer: Buyer, address: str) -> tuple[questions.Guesser, ...]:
    """As whom a guest's wrong answers count beside their checkout, which a new basket would make anew: their e-mail
    address, and for a while where they are.
    """
    if buyer.user is not None:
        return ()
    email = _keyed(office, "buyer", buyer.email.strip().lower())[:16].hex()
    place = _keyed(office, "address", address)[:16].hex()
    return (
        questions.Guesser(f"{questions.ALSO}buyer:{email}"),
        questions.Guesser(f"{questions.ALSO}address:{place}", GUESSES_PER_ADDRESS_MAX, GUESSES_WITHIN),
    )


def _check_buyer(c: Connection, basket: Cart, buyer: Buyer, checkout: UUID) -> None:
    if buyer.user is not None:
        a = m.customer_accounts
        account = c.execute(select(a).where(a.c.user_id == buyer.user)).one_or_none()
        if account is None or account.organization_id != basket.organisation:
            raise Refused("guest", "Your account is with another organisation.", "Register here as well.")
        if account.banned_at is not None or account.deleted_at is not None:
            raise Refused("banned", "This account cannot buy tickets.", "Ask the organiser.")
        if account.email_verified_at is None:
            raise Refused(
                "unverified", "Your e-mail address is not confirmed yet.", "Open the link we sent you."
            )
    for event in basket.events:
        if not questions.answered(c, event, subject(buyer, checkout)):
            raise Refused("question", "The question has not been answered rightly.", "Answer it to go on.")


def _check_limits(c: Connection, basket: Cart, buyer: bytes, address: bytes) -> None:
    b, line = m.checkouts, m.checkout_lines
    for which, most in (
        (b.c.buyer == buyer, OPEN_PER_BUYER_MAX),
        (b.c.address == address, OPEN_PER_ADDRESS_MAX),
    ):
        waiting = c.execute(
            select(func.count()).select_from(b).where(which, b.c.state.in_(WAITING))
        ).scalar_one()
        if waiting >= most:
            raise Refused(
                "holds",
                "You have other baskets that are not paid yet.",
                "Pay for them or give them up, or wait half an hour.",
            )
    for event in basket.events:
        wanted = sum(one.pieces * one.tickets for one in basket.lines if one.event == event)
        given = rules(c, event)
        name = next(one.event_name for one in basket.lines if one.event == event)
        here: int = c.execute(
            select(func.coalesce(func.sum(line.c.pieces * line.c.ticket_count), 0))
            .join(b, b.c.id == line.c.checkout_id)
            .where(line.c.event_id == event, b.c.address == address, b.c.state.in_(WAITING))
        ).scalar_one()
        # Whoever pays for nothing must not hold everything, under however many names.
        if here and here + wanted > max((left(c, event) + here) // HELD_PER_ADDRESS, HELD_PER_ADDRESS_MIN):
            raise Refused(
                "holds",
                f"Many tickets of {name} wait to be paid for from where you are.",
                "Try again in a few minutes, or choose fewer.",
            )
        if wanted > given.order_tickets_max:
            raise Refused(
                "limit",
                f"At most {given.order_tickets_max} tickets of {name} can be bought at once; these are {wanted}.",
                "Choose fewer.",
            )
        if given.customer_tickets_max is None:
            continue
        waiting_for: int = c.execute(
            select(func.coalesce(func.sum(line.c.pieces * line.c.ticket_count), 0))
            .join(b, b.c.id == line.c.checkout_id)
            .where(line.c.event_id == event, b.c.buyer == buyer, b.c.state.in_(WAITING))
        ).scalar_one()
        o = m.orders
        # What was made void has gone back: it is no ticket of theirs any more.
        bought: int = c.execute(
            select(func.coalesce(func.sum(o.c.ticket_count), 0))
            .join(b, b.c.sale_id == o.c.sale_id)
            .where(o.c.event_id == event, b.c.buyer == buyer, o.c.payment_status != "void")
        ).scalar_one()
        before = waiting_for + bought
        if before + wanted > given.customer_tickets_max:
            room = max(0, given.customer_tickets_max - before)
            raise Refused(
                "limit",
                f"Each customer can buy at most {given.customer_tickets_max} tickets of {name} on line.",
                f"You can still have {room}." if room else "You have them all.",
            )


def _held(c: Connection, wanted: Collection[UUID], but: UUID | None = None) -> Counter[UUID]:
    """How many numbers of each event checkouts hold; without those of ``but``."""
    b, line = m.checkouts, m.checkout_lines
    rows = c.execute(
        select(line.c.event_id, func.sum(line.c.pieces * line.c.ticket_count).label("n"))
        .join(b, b.c.id == line.c.checkout_id)
        .where(line.c.event_id.in_(wanted), b.c.state.in_(WAITING), b.c.id.is_distinct_from(but))
        .group_by(line.c.event_id)
    )
    return Counter({row.event_id: int(row.n) for row in rows})


def _keyed(office: Office, *labels: str) -> bytes:
    return keys.derive(office.secret, "checkout", *labels)


def pass_for(office: Office, checkout: UUID) -> str:
    """What opens a checkout's page, beside its id: whoever has the link, a guest too, sees the tickets."""
    return _keyed(office, "pass", str(checkout))[:16].hex()


def admits(office: Office, checkout: UUID, given: str) -> bool:
    """Whether ``given`` opens that checkout's page."""
    return hmac.compare_digest(pass_for(office, checkout).encode(), given.encode())


# Paid for -------------------------------------------------------------------------------------------


def open_page(office: Office, door: Door, checkout: UUID, back: str, cancel: str) -> str:
    """The address at which the checkout is paid; asked for again it is the same. Raises ``Fault`` and ``Refused``."""
    b = m.checkouts
    with office.begin() as c:
        row = _row(c, checkout)
        lines = _lines(c, checkout)
    if row.state == "open" and row.session_url:
        return str(row.session_url)
    if row.state != "held" or office.now() > row.created_at + OPENED_WITHIN:
        raise Refused("over", "This checkout is over.", "Begin again with your basket.")
    wanted = Wanted(
        checkout=str(checkout),
        office=keys.key_id(office.key.public),
        organisation=str(row.organization_id),
        items=[Item(f"{line.event_name}: {line.package_name}", line.price, line.pieces) for line in lines],
        currency=row.currency,
        email=row.contact["email"],
        language=row.contact["language"],
        back=back,
        cancel=cancel,
        until=row.expires_at,
    )
    try:
        with payments.place_to_open():
            made = door.open(wanted)
    except Fault as e:
        if e.code == "payments.clock":
            note_clock(office, "Stripe opens no payment page: by its clock it would be over at once.")
        raise
    except Refused:
        # It can never be paid, such as an amount below what Stripe takes: nothing is held for it any more.
        with office.begin() as c:
            _end(office, c, checkout, "held")
        raise
    with office.begin() as c:
        c.execute(
            update(b)
            .where(b.c.id == checkout, b.c.state == "held")
            .values(state="open", session_id=made.id, session_url=made.url)
        )
    return made.url


def note_clock(office: Office, words: str) -> None:
    """Put on record, once an hour, that Stripe's clock and this server's are not the same."""
    with office.begin() as c:
        new = c.execute(
            upsert(m.payment_events)
            .values(id=f"clock/{office.now():%Y-%m-%dT%H}", type="clock", received_at=office.now())
            .on_conflict_do_nothing()
            .returning(m.payment_events.c.id)
        ).first()
        if new is not None:
            critical_event(c, "payment_clock", "ERROR", f"{words} Set the clock of this server.")


def look(office: Office, door: Door, checkout: UUID) -> str:
    """How the checkout stands, for a buyer who waits; Stripe is asked where that was not done just now, and nobody of
    this process asks at this moment. The worker asks in any case.

    Raises ``Fault`` where Stripe does not answer at once.
    """
    b = m.checkouts
    with payments.place_to_look() as mine:
        with office.begin() as c:
            row = _row(c, checkout)
            due = row.asked_at is None or row.asked_at < office.now() - ASK_AGAIN
            if row.state != "open" or not due or not mine:
                return str(row.state)
            c.execute(update(b).where(b.c.id == checkout).values(asked_at=office.now()))
        said = door.session(row.session_id, quick=True)
    return settle(office, checkout, said)


def give_up(office: Office, door: Door, checkout: UUID) -> str:
    """The buyer does not want to pay: end the page and the hold; one that was paid is paid. Raises ``Fault``."""
    with office.begin() as c:
        row = _row(c, checkout)
    if row.state == "open":
        with payments.place_to_open():
            said = door.expire(row.session_id)
        return settle(office, checkout, said)
    if row.state == "held":
        with office.begin() as c:
            _end(office, c, checkout, "held")
    with office.begin() as c:
        return str(_row(c, checkout).state)


def settle(office: Office, checkout: UUID, said: Session) -> str:
    """Do what follows from how a payment page stands; the checkout's state then. Done again it changes nothing.

    One transaction makes the tickets, or notes that the money goes back.
    """
    with office.begin() as c:
        lines = _lines(c, checkout)
        if not lines:
            return str(_row(c, checkout).state)
        # The order of locks that sales have: events, the web shop, the checkout.
        online.lock_events(c, {line.event for line in lines})
        organisation = _row(c, checkout).organization_id
        online.open_shop(office, c, organisation).write()
        row = _forgotten(c, _row(c, checkout, lock=True))
        if row.state not in UNSETTLED:
            return str(row.state)
        if not said.paid:
            if said.status == "expired" and row.state in WAITING:
                _end(office, c, checkout, row.state)
                return "expired"
            if said.status == "expired" and row.problem == UNHEARD:
                c.execute(update(m.checkouts).where(m.checkouts.c.id == checkout).values(problem=None))
            return str(row.state)
        c.execute(
            update(m.checkouts)
            .where(m.checkouts.c.id == checkout)
            .values(
                session_id=said.id,
                payment_intent=said.intent,
                paid_amount=said.amount,
                paid_currency=said.currency,
                problem=None,
            )
        )
        if said.returned:
            return _given_back(office, c, row, lines, said)
        if (said.amount, said.currency) != (row.amount, row.currency):
            words = (
                f"{money.text(said.amount, said.currency)} were paid instead of "
                f"{money.text(row.amount, row.currency)}."
            )
            critical_event(
                c,
                "payment_mismatch",
                "ERROR",
                f"Checkout {checkout}: {words} No tickets were made of it.",
                event_id=lines[0].event,
            )
            return _owe(office, c, row, lines, words, "mismatch")
        try:
            with c.begin_nested():
                sold = _sell(office, c, row, lines, said)
        except Refused as e:
            return _owe(office, c, row, lines, e.message, e.code)
        c.execute(
            update(m.checkouts)
            .where(m.checkouts.c.id == checkout)
            .values(state="paid", sale_id=sold, ended_at=office.now())
        )
        once, link = f"checkout/{checkout}", _link(office, checkout)
        confirmations.tell_placed(office, c, sold, _to(row), once, link)
        return "paid"


def _forgotten(c: Connection, row: Row[Any]) -> Row[Any]:
    """The checkout without its buyer where they have deleted their account since: nothing is sold or written to them."""
    a, b = m.customer_accounts, m.checkouts
    gone = select(a.c.user_id).where(a.c.user_id == row.user_id, a.c.deleted_at.is_not(None))
    if row.user_id is None or row.contact is None or c.execute(gone).first() is None:
        return row
    c.execute(update(b).where(b.c.id == row.id).values(contact=None))
    return _row(c, row.id)


def _sell(office: Office, c: Connection, row: Row[Any], lines: Sequence[Line], said: Session) -> UUID:
    if row.user_id is not None:
        a = m.customer_accounts
        if c.execute(select(a.c.banned_at).where(a.c.user_id == row.user_id)).scalar_one_or_none():
            raise Refused("banned", "This account cannot buy tickets.")
    sold = uuid7(office.clock)
    told = row.contact
    if told is None:
        raise Refused("erased", "What you told us of yourself was erased meanwhile.")
    paid = online.Paid(
        sale=sold,
        pieces=[
            online.Piece(line.event, line.package, line.tickets, line.price, row.currency)
            for line in lines
            for _ in range(line.pieces)
        ],
        reference=said.intent,
        amount=row.amount,
        currency=row.currency,
        buyer=Customer(
            name=told["name"], phone=told["phone"], email=told["email"], language=told["language"]
        ),
        age_checked=row.age_checked,
        user=row.user_id,
    )
    held = _held(c, {line.event for line in lines}, row.id)
    online.sell(office, c, row.organization_id, paid, held=held)
    return sold


def _end(office: Office, c: Connection, checkout: UUID, before: str) -> None:
    b = m.checkouts
    c.execute(
        update(b)
        .where(b.c.id == checkout, b.c.state == before)
        .values(state="expired", ended_at=office.now())
    )


def _given_back(office: Office, c: Connection, row: Row[Any], lines: Sequence[Line], said: Session) -> str:
    """Money of the payment went back before the office heard that it was paid, by hand at Stripe, or by this office
    before it was restored: no tickets are made of it, and what is left goes back too.
    """
    b, gone = m.checkouts, sum(one.amount for one in said.returned)
    left = max(0, said.amount - gone)
    # Stripe tells of each by itself too, perhaps later.
    c.execute(
        upsert(m.payment_events)
        .values(
            [
                {"id": one.id, "type": "refund", "checkout_id": row.id, "received_at": office.now()}
                for one in said.returned
            ]
        )
        .on_conflict_do_nothing()
    )
    words = (
        f"{money.text(gone, said.currency)} of it were given back at Stripe before it was known to be paid."
    )
    if left:
        c.execute(update(b).where(b.c.id == row.id).values(paid_amount=left))
        return _owe(office, c, row, lines, words, "returned")
    return _owe(office, c, row, lines, words, "returned", reference=said.returned[0].id)


def _owe(
    office: Office,
    c: Connection,
    row: Row[Any],
    lines: Sequence[Line],
    words: str,
    code: str,
    *,
    reference: str | None = None,
) -> str:
    """Paid, and no tickets can be made of it: the money goes back, or is back by this ``reference``, and the buyer
    hears why, in their language.
    """
    b = m.checkouts
    state = "refund_due" if reference is None else "refunded"
    c.execute(
        update(b)
        .where(b.c.id == row.id)
        .values(state=state, problem=words, ended_at=office.now(), asked_at=None, refund_reference=reference)
    )
    critical_event(
        c,
        "payment_returned",
        "WARN",
        f"Checkout {row.id} was paid and got no tickets, so that its money goes back: {words}",
        event_id=lines[0].event,
    )
    paid = c.execute(select(b.c.paid_amount, b.c.paid_currency).where(b.c.id == row.id)).one()
    to = _to(row)
    tongue = letters.language(to.language)
    notifications.enqueue(
        office,
        c,
        row.organization_id,
        "refunded",
        once=f"checkout/{row.id}",
        to=to,
        facts={
            "event": _names(lines),
            "link": _link(office, row.id),
            "total": money.text(paid.paid_amount, paid.paid_currency, tongue),
            "how": phrases.BACK[tongue]["stripe"],
            "back": phrases.GOES_BACK[tongue][reference is not None],
            "reason": phrases.UNSOLD[tongue].get(code) or phrases.UNSOLD[tongue][""],
        },
        event=lines[0].event,
    )
    return state


# What is told ---------------------------------------------------------------------------------------


def page(office: Office, checkout: UUID) -> str:
    """The path of the checkout's page."""
    return f"/checkout/{checkout}/{pass_for(office, checkout)}"


def _link(office: Office, checkout: UUID) -> str:
    return office.config.public_url + page(office, checkout)


def link_of(office: Office, c: Connection, order: UUID) -> str:
    """Where the buyer of an order that was bought on line finds it; empty of any other."""
    b, o = m.checkouts, m.orders
    found = c.scalar(select(b.c.id).join(o, o.c.sale_id == b.c.sale_id).where(o.c.id == order))
    return "" if found is None else _link(office, found)


def _names(lines: Sequence[Line]) -> str:
    return ", ".join(dict.fromkeys(line.event_name for line in lines))


def zone(c: Connection, lines: Sequence[Line]) -> ZoneInfo:
    """By whose clock the times of a basket are told: the venue's of its first event."""
    e, v = m.raffle_events, m.venues
    here = c.scalar(select(v.c.timezone).join(e, e.c.venue_id == v.c.id).where(e.c.id == lines[0].event))
    return ZoneInfo(here or "UTC")


def _to(row: Row[Any]) -> notifications.To:
    told = row.contact
    if told is None:
        return notifications.To()
    return notifications.To(
        email=told["email"],
        phone=told["phone"] or None,
        name=told["name"],
        language=told["language"],
        user=row.user_id,
    )


def spans(found: Collection[int]) -> list[numbers.Range]:
    """Numbers that follow each other, put together."""
    spans: list[numbers.Range] = []
    for number in sorted(found):
        if spans and spans[-1].last + 1 == number:
            spans[-1] = numbers.Range("", spans[-1].first, spans[-1].count + 1)
        else:
            spans.append(numbers.Range("", number, 1))
    return spans


# What Stripe tells, and what the worker does --------------------------------------------------------


def told(office: Office, door: Door, body: bytes, signature: str) -> str:
    """Take in what Stripe tells; what was done, in words. ``Refused`` (``signature``) where it is not from there, and
    ``Fault`` where it tells of it late, and does not say when asked what is left of the payment.
    """
    event = door.read(body, signature)
    said = event.session
    checkout = _ours(office, said)
    words = "nothing to do"
    if said is not None and checkout is not None:
        with office.begin() as c:
            known = c.execute(select(m.checkouts.c.state).where(m.checkouts.c.id == checkout)).first()
        if known is not None:
            if known.state in UNSETTLED and utc(event.at_s * 1000) < office.now() - LATE:
                said = door.whole(said)
            words = settle(office, checkout, said)
        elif said.paid:
            _unknown(office, checkout, said)
            words = "unknown"
    with office.begin() as c:
        c.execute(
            upsert(m.payment_events)
            .values(id=event.id, type=event.type, checkout_id=checkout, received_at=office.now())
            .on_conflict_do_nothing()
        )
    return words


def _ours(office: Office, said: Session | None) -> UUID | None:
    """The checkout that a payment page is of; None where another program at the same account opened it."""
    if said is None or said.office != keys.key_id(office.key.public):
        return None
    try:
        return UUID(said.checkout)
    except ValueError:
        return None


def _unknown(office: Office, checkout: UUID, said: Session) -> None:
    """Ours by its mark, and not here: the database was restored from before it. A person has to look, and is told once,
    whether Stripe told of it or was asked.

    It stands among the payments without tickets, from where it can be paid back.
    """
    g, heard = m.organizations, m.payment_events
    with office.begin() as c:
        new = c.execute(
            upsert(heard)
            .values(id=said.id, type="unknown", checkout_id=checkout, received_at=office.now())
            .on_conflict_do_nothing()
            .returning(heard.c.id)
        ).first()
        if new is None:
            return
        words = "It was paid, and is not known here: the database was restored from before it."
        critical_event(
            c,
            "payment_unknown",
            "ERROR",
            f"Checkout {checkout} was paid, and is not known here: pay it back on the page Refunds.",
        )
        mine = c.scalar(select(g.c.id).where(cast(g.c.id, Text) == said.organisation))
        if mine is None:
            known = c.scalars(select(g.c.id).limit(2)).all()
            mine = known[0] if len(known) == 1 else None
        if mine is None or said.amount <= 0:
            return
        c.execute(
            upsert(m.checkouts)
            .values(
                id=checkout,
                organization_id=mine,
                buyer=b"",
                address=b"",
                state="refund_due",
                amount=said.amount,
                currency=said.currency,
                created_at=office.now(),
                expires_at=office.now(),
                ended_at=office.now(),
                session_id=said.id,
                payment_intent=said.intent,
                paid_amount=said.amount,
                paid_currency=said.currency,
                problem=words,
                # Nothing goes back by itself: somebody may have tickets of it in their mail.
                refund_tries=REFUND_TRIES_MAX,
            )
            .on_conflict_do_nothing()
        )
        notifications.enqueue_staff(
            office,
            c,
            mine,
            "alarm",
            once=f"payment:{said.id}",
            facts={
                "what": f"{money.text(said.amount, said.currency)} were paid for a checkout that is not known here.",
                "todo": "Pay it back on the page Refunds, with a word to the buyer.",
                "link": f"{office.config.public_url}/admin/refunds#payments",
            },
        )


def look_through(office: Office, door: Door | None) -> list[str]:
    """Find, among all that was paid at Stripe, what is not known here or not as paid; what was found, in words.

    Stripe tells of a payment once. A database restored from a backup lacks those made since, and its own note until
    when all are known went back with it: from there on Stripe's list is gone through, an hour's pages at a time.
    """
    s = m.server_state.c.payments_seen_until
    now = office.now()
    with office.begin() as c:
        seen = c.scalar(select(s))
    at = max(seen or now - SEEN_BACK_MAX, now - SEEN_BACK_MAX)
    if door is None or at > now - SETTLED - SEEN_EVERY:
        return []
    done: list[str] = []
    until = office.clock.monotonic_ms() + RUN_MS_MAX
    while at < now and office.clock.monotonic_ms() < until:
        to = at + SEEN_AT_ONCE
        try:
            for some in door.completed(at, to):
                done += _missed(office, door, [one for one in some if one.paid])
        except KnownError as e:
            done.append(
                f"what was paid at Stripe since {at:%Y-%m-%d %H:%M} UTC is not known yet: {e.message}"
            )
            break
        at = to
        with office.begin() as c:
            known = min(at, now - SETTLED)
            c.execute(
                update(m.server_state).where(or_(s.is_(None), s < known)).values(payments_seen_until=known)
            )
    return done


def _missed(office: Office, door: Door, paid: Sequence[Session]) -> list[str]:
    """Of these payment pages, which are paid, see to those of whose payment nothing is known."""
    b, heard = m.checkouts, m.payment_events
    ours = {checkout: one for one in paid if (checkout := _ours(office, one)) is not None}
    if not ours:
        return []
    with office.begin() as c:
        known = {row.id: row.state for row in c.execute(select(b.c.id, b.c.state).where(b.c.id.in_(ours)))}
        told_of = set(c.scalars(select(heard.c.id).where(heard.c.id.in_([one.id for one in ours.values()]))))
    done = []
    for checkout, one in ours.items():
        if one.id in told_of or (checkout in known and known[checkout] not in UNSETTLED):
            continue
        try:
            whole = door.whole(one)
            if checkout in known:
                done.append(f"checkout {checkout} was paid, and is {settle(office, checkout, whole)}")
                continue
        except Refused as e:
            done.append(f"checkout {checkout} was paid, and waits: {e.message}")
            continue
        # What went back before the restore is nobody's any more.
        left_over = whole.amount - sum(back.amount for back in whole.returned)
        if left_over > 0:
            _unknown(office, checkout, replace(whole, amount=left_over))
            done.append(f"checkout {checkout} was paid, and is not known here")
    return done


def stranded(c: Connection, organisation: UUID) -> Sequence[Row[Any]]:
    """Payments of which no tickets were made and that have not gone back: somebody has to do something about them."""
    b = m.checkouts
    return c.execute(
        select(b)
        .where(
            b.c.organization_id == organisation,
            b.c.state == "refund_due",
            b.c.refund_tries >= REFUND_TRIES_SHOWN,
        )
        .order_by(b.c.ended_at.desc(), b.c.id)
        .limit(AT_ONCE)
    ).all()


def pay_back_again(office: Office, c: Connection, organisation: UUID, checkout: UUID) -> None:
    """Let Stripe be asked anew to pay back a payment without tickets. ``Refused`` (``not_due``) where none is due."""
    b = m.checkouts
    done = c.execute(
        update(b)
        .where(b.c.id == checkout, b.c.organization_id == organisation, b.c.state == "refund_due")
        .values(refund_tries=0, refund_round=b.c.refund_round + 1, asked_at=office.now())
    )
    if not done.rowcount:
        raise Refused("not_due", "Nothing of this is to be paid back.", "See the payments that are left.")


def paid_back_by_hand(c: Connection, organisation: UUID, checkout: UUID, reference: str) -> None:
    """Note that a payment without tickets was paid back by a person. ``Refused``: ``not_due``, ``reference``."""
    b, reference = m.checkouts, reference.strip()
    if not 1 <= len(reference) <= REFERENCE_CHARS_MAX or "\x00" in reference:
        raise Refused("reference", "A reference is needed.", "Write down what the bank or Stripe calls it.")
    done = c.execute(
        update(b)
        .where(b.c.id == checkout, b.c.organization_id == organisation, b.c.state == "refund_due")
        .values(state="refunded", refund_reference=reference)
    )
    if not done.rowcount:
        raise Refused("not_due", "Nothing of this is to be paid back.", "See the payments that are left.")


def run_due(office: Office, door: Door | None) -> list[str]:
    """The timed work: heal what was paid and never told, end holds, pay back; what was done, in words."""
    done = []
    if door is not None:
        until = office.clock.monotonic_ms() + RUN_MS_MAX
        for checkout in _to_ask(office):
            if office.clock.monotonic_ms() >= until:
                break
            try:
                done.append(f"checkout {checkout} is {_ask(office, door, checkout)}")
            except KnownError as e:
                done.append(f"checkout {checkout} waits: {e.message}")
                if isinstance(e, Fault):
                    break
        done += _pay_back(office, door)
    done += _free(office)
    _remind(office)
    return done


def _to_ask(office: Office) -> list[UUID]:
    b = m.checkouts
    now = office.now()
    with office.begin() as c:
        return list(
            c.execute(
                select(b.c.id)
                .where(
                    or_(
                        b.c.state == "open",
                        and_(
                            b.c.state == "expired",
                            b.c.problem == UNHEARD,
                            b.c.ended_at > now - UNHEARD_ASKED,
                        ),
                    ),
                    b.c.created_at < now - ASK_AFTER,
                    or_(b.c.asked_at.is_(None), b.c.asked_at < now - ASK_AFTER),
                )
                .order_by(b.c.asked_at.nulls_first(), b.c.id)
                .limit(AT_ONCE)
            ).scalars()
        )


def _ask(office: Office, door: Door, checkout: UUID) -> str:
    """Where its time is over, or nothing of it is on sale any more, the page is ended with the question."""
    with office.begin() as c:
        row = _row(c, checkout)
        if row.state not in {"open", "expired"}:
            return str(row.state)
        states = c.execute(
            select(m.raffle_events.c.state)
            .join(m.checkout_lines, m.checkout_lines.c.event_id == m.raffle_events.c.id)
            .where(m.checkout_lines.c.checkout_id == checkout)
        ).scalars()
        over = row.expires_at <= office.now() or any(state not in events.UNDER_SALE for state in states)
        c.execute(update(m.checkouts).where(m.checkouts.c.id == checkout).values(asked_at=office.now()))
    said = door.expire(row.session_id) if over else door.session(row.session_id)
    return settle(office, checkout, said)


def _free(office: Office) -> list[str]:
    """End the holds that nobody was sent to pay for, and those of which Stripe has not been heard for a day."""
    b = m.checkouts
    now = office.now()
    ends: tuple[tuple[ColumnElement[bool], str | None], ...] = (
        (and_(b.c.state == "held", b.c.expires_at <= now), None),
        (and_(b.c.state == "open", b.c.expires_at <= now - UNHEARD_MAX), UNHEARD),
    )
    with office.begin() as c:
        ended = [
            one
            for which, problem in ends
            for one in c.execute(
                update(b)
                .where(which)
                .values(state="expired", ended_at=now, problem=problem)
                .returning(b.c.id)
            ).scalars()
        ]
    return [f"checkout {one} is over" for one in ended]


def _pay_back(office: Office, door: Door) -> list[str]:
    b = m.checkouts
    until = office.clock.monotonic_ms() + RUN_MS_MAX
    waits = func.least(func.power(2, b.c.refund_tries - 1), REFUND_WAITS_MAX) * REFUND_WAIT_S
    again = b.c.asked_at + func.make_interval(0, 0, 0, 0, 0, 0, waits, type_=Interval)
    with office.begin() as c:
        due = c.execute(
            select(
                b.c.id,
                b.c.payment_intent,
                b.c.paid_amount,
                b.c.paid_currency,
                b.c.refund_tries,
                b.c.refund_round,
                b.c.asked_at,
            )
            .where(
                b.c.state == "refund_due",
                b.c.refund_tries < REFUND_TRIES_MAX,
                or_(b.c.refund_tries == 0, again <= office.now()),
            )
            .order_by(b.c.asked_at.nulls_first(), b.c.id)
            .limit(AT_ONCE)
        ).all()
    done = []
    for row in due:
        if office.clock.monotonic_ms() >= until:
            break
        here = b.c.id == row.id
        with office.begin() as c:
            c.execute(update(b).where(here).values(asked_at=office.now()))
        try:
            reference = door.refund(
                row.payment_intent,
                row.paid_amount,
                row.paid_currency,
                str(row.id),
                # Each refusal is an answer, which Stripe would give again to the same attempt; silence is none.
                attempt=f"{row.refund_round}-{row.refund_tries}"
                if row.refund_round
                else str(row.refund_tries or ""),
                tried=row.asked_at is not None,
            )
        except Fault as e:
            done.append(f"checkout {row.id} is not paid back yet: {e.message}")
            break
        except Refused as e:
            done.append(f"checkout {row.id} could not be paid back: {e.message}")
            with office.begin() as c:
                c.execute(update(b).where(here).values(refund_tries=b.c.refund_tries + 1))
                if row.refund_tries in {0, REFUND_TRIES_MAX - 1}:
                    critical_event(
                        c,
                        "refund_refused",
                        "ERROR",
                        f"Checkout {row.id} could not be paid back: {e.message} "
                        + (
                            "It is tried again."
                            if row.refund_tries == 0
                            else "Try it again on the page Refunds, or pay it back another way."
                        ),
                        event_id=next((line.event for line in _lines(c, row.id)), None),
                    )
            continue
        with office.begin() as c:
            c.execute(
                update(b)
                .where(here, b.c.state == "refund_due")
                .values(state="refunded", refund_reference=reference)
            )
        done.append(f"checkout {row.id} is paid back")
    return done


def _remind(office: Office) -> None:
    """Tell those who began to pay and did not finish, once, while their tickets are still held."""
    b = m.checkouts
    now = office.now()
    with office.begin() as c:
        rows = c.execute(
            select(b)
            .where(
                b.c.state == "open",
                b.c.expires_at > now,
                b.c.expires_at <= now + REMIND_BEFORE_END,
            )
            .order_by(b.c.expires_at)
            .limit(AT_ONCE)
        ).all()
        for row in rows:
            lines, to = _lines(c, row.id), _to(row)
            until = letters.moment(row.expires_at, zone(c, lines), to.language, dated=False)
            notifications.enqueue(
                office,
                c,
                row.organization_id,
                "checkout_started",
                once=f"checkout/{row.id}",
                to=to,
                facts={
                    "event": _names(lines),
                    "link": _link(office, row.id),
                    "count": str(sum(line.pieces * line.tickets for line in lines)),
                    "total": money.text(row.amount, row.currency, letters.language(to.language)),
                    "until": until,
                },
                event=lines[0].event,
            )


# Looking up -----------------------------------------------------------------------------------------


def get(c: Connection, checkout: UUID) -> Row[Any]:
    """The checkout's row. ``Refused`` (``unknown``) where there is none."""
    return _row(c, checkout)


def lines_of(c: Connection, checkout: UUID) -> list[Line]:
    """What the checkout is of."""
    return _lines(c, checkout)


def _row(c: Connection, checkout: UUID, *, lock: bool = False) -> Row[Any]:
    wanted = select(m.checkouts).where(m.checkouts.c.id == checkout)
    row = c.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        raise Refused("unknown", "There is no such checkout.")
    return row


def _lines(c: Connection, checkout: UUID) -> list[Line]:
    line, e, p = m.checkout_lines, m.raffle_events, m.ticket_packages
    rows = c.execute(
        select(line, e.c.name.label("event_name"), p.c.name.label("package_name"))
        .join(e, e.c.id == line.c.event_id)
        .join(p, p.c.id == line.c.package_id)
        .where(line.c.checkout_id == checkout)
        .order_by(line.c.line_no)
    )
    return [
        Line(
            row.event_id,
            row.event_name,
            row.package_id,
            row.package_name,
            row.pieces,
            row.ticket_count,
            row.price,
        )
        for row in rows
    ]

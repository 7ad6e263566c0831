"""The till: turns a paid basket into one journal entry, and refuses, in words, what must not be sold.

Everything it knows follows from the journal: which numbers are used, what is void, what still has to be printed.
The same ``Ledger.apply`` builds that at start and after each fact, so a restart cannot know anything else.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kiosk import ledger
from kiosk.catalog import CAN, CLOSE_CUT, Answer, Shelf, read_grant
from kiosk.journal import Head, Journal
from kiosk.ledger import Block, Ledger, Sold
from kiosk.store import Job
from kiosk.words import phrase
from shared import entry, numbers, sale, shift, wire
from shared.clock import Clock
from shared.errors import Fault, Refused
from shared.ids import uuid7
from shared.money import text as money
from shared.numbers import Range

BACK_MS_MAX = 2_000
"""How far the clock may lie before the last entry: the time service's small steps."""
SKEW_MS_MAX = 60_000
"""How far the clock may lie from the server's before it is called wrong."""
CUT_WAIT_MS_MAX = 600_000
"""How long a cut waits for the operator to say whether a ticket came out."""
EXPIRY_WARNING_MS = 3_600_000
PROJECT_ENTRIES = 500
DERIVE_ENTRIES = 500
COPY_FROM_ENTRIES = 20_000
"""A shorter journal is read whole at start, in some 0.15 s; of a longer one the ledger is kept."""
COPY_EVERY_ENTRIES = 5_000
"""How far the kept ledger may lie behind before it is kept anew."""
DRAFT_MS_MAX = 86_400_000
"""A draft holds so long at most, where nothing opens, closes or expires."""
TEST_ENDS_MS = 1_000
"""So long before an event opens the last test of it is sold, so that none bears a time after the opening."""
PREPARED = 20
"""Validation numbers worked out ahead in the block that is being sold."""


class Watch:
    """The time by which sales open and close.

    It is the server's, carried on by the clock that counts from boot, so that nobody sells longer by turning the
    wall clock back. Without contact since boot it is the wall clock's at start, carried on likewise; a wall clock
    that is set forward is believed then.
    """

    def __init__(self, clock: Clock, boot: str, kept: dict[str, int | str] | None) -> None:
        """``kept`` is what :meth:`keep` returned last; it counts in full only within the same boot."""
        self._clock, self._boot = clock, boot
        self._start = (clock.now_ms(), clock.monotonic_ms())
        self._base: tuple[int, int] | None = None
        self.server_last = 0
        """The newest time the server has told, milliseconds."""
        if kept:
            self.server_last = int(kept["server"])
            # A machine that does not name its boots gives no proof that this is still the same one.
            if boot and kept["boot"] == boot:
                self._base = (self.server_last, int(kept["monotonic"]))

    def seen(self, server_time: int, monotonic: int) -> None:
        """The server's clock showed ``server_time`` when ours had counted ``monotonic``."""
        self._base = (server_time, monotonic)
        self.server_last = max(self.server_last, server_time)

    def keep(self) -> dict[str, int | str]:
        """What the next start needs of it."""
        server, monotonic = self._base or (self.server_last, 0)
        return {"server": server, "monotonic": monotonic, "boot": self._boot if self._base else ""}

    def now(self) -> int:
        """The time that decides, milliseconds."""
        if self._base is not None:
            server, monotonic = self._base
            return server + self._clock.monotonic_ms() - monotonic
        wall, monotonic = self._start
        return max(wall + self._clock.monotonic_ms() - monotonic, self._clock.now_ms(), self.server_last)

    def skew_ms(self) -> int | None:
        """How far the wall clock is ahead of the server's; None without contact since boot."""
        return None if self._base is None else self._clock.now_ms() - self.now()

    def check(self, last_entry_at: int) -> Answer:
        """Whether the wall clock can be right: never before the last entry, nor before the last server time.

        An entry made while the clock was fast does not count once the server has shown that it is right now.
        """
        wall = self._clock.now_ms()
        if wall < self.server_last - SKEW_MS_MAX:
            return Answer(
                "clock_back",
                phrase("The kiosk's clock is behind the office's."),
                phrase("Correct date and time."),
            )
        if wall < last_entry_at - BACK_MS_MAX:
            skew = self.skew_ms()
            if skew is None or abs(skew) > SKEW_MS_MAX:
                return Answer(
                    "clock_back",
                    phrase("The kiosk's clock was turned back."),
                    phrase("Correct date and time."),
                )
        return CAN


class Receipt(msgspec.Struct, frozen=True):
    """What became of a basket: its tickets, in order."""

    tickets: tuple[Sold, ...]
    repeated: bool = False
    """It had been sold before: the second tap of the same sale."""


class BasketLine(msgspec.Struct, frozen=True):
    """So many tickets of one package; each becomes a line, an order and a ticket of its own."""

    event: str
    package: str
    quantity: int = 1


class Draft(msgspec.Struct, frozen=True):
    """A basket worked out ahead of the tap that sells it; worth something while nothing that it rests on has changed."""

    basket: tuple[BasketLine, ...]
    events: tuple[wire.EventInfo, ...]
    lines: tuple[sale.Line, ...]
    due: int
    """What it costs, minor units."""
    head: Head
    catalog: wire.Catalog | None
    stopped: Answer
    online: bool
    since: int
    until: int
    """By the time that decides, it holds from ``since`` until before ``until``."""
    unsynced_max: int
    """The lowest limit of its events."""


class Print(msgspec.Struct, frozen=True):
    """A copy of a ticket that has to come out, or whose coming out is in doubt."""

    ticket: Sold
    copy: int
    state: str
    """``queued``, or ``sending``, ``sent``, ``unknown``: then somebody must say whether it came out."""
    foils: bool = False
    """Not the ticket but its counterfoils; a ``copy`` above 0 says so on each of them."""


class Known(msgspec.Struct, frozen=True):
    """An order of this kiosk as it stands now."""

    ticket: Sold
    void: bool
    copies: int


class Till:
    """Sells, voids, reprints, cuts. It belongs to the thread of its journal."""

    def __init__(self, journal: Journal, shelf: Shelf, clock: Clock, boot: str = "") -> None:
        """Read the journal through; ``Fault`` where it holds what this program cannot read."""
        self.journal, self.shelf, self._clock = journal, shelf, clock
        self._store = journal.store
        self.watch = Watch(clock, boot, self._store.get_json("watch"))
        self.online = False
        """Whether the office answered a moment ago; some events are sold only then."""
        self.none_to_come: set[str] = set()
        """Events for which the office has just refused numbers."""
        self.stopped = Answer()
        """Why this kiosk sells nothing whatever the catalog says (fork, damaged journal)."""
        self._secrets = self._store.secrets()
        self._draft: Draft | None = None
        self._reserve = True
        """The disk's reserve was untouched when it was last looked at: with every answer to ``can_sell``."""
        self._cut_waits: dict[str, int] = {}
        kept = self._store.get_json("claim")
        self.claim_open: wire.ClaimRequest | None = kept and msgspec.convert(kept, wire.ClaimRequest)
        """The request to pay a prize that the office has not answered yet."""
        self._copy = ledger.kept(self._store, journal.identity)
        """The ledger as it was kept; what is sold from it is derived again behind the screens."""
        self._copied = self._copy.seq if self._copy else 0
        self._derived = Ledger()
        self.ledger = ledger.ledger_from(self._copy) if self._copy else Ledger()
        try:
            for row, header, body in journal.bodies(self.ledger.seq):
                self.ledger.apply(row.seq, header.at, body)
        except (msgspec.MsgspecError, KeyError, ValueError) as e:
            raise Fault(
                "journal_unreadable",
                phrase("This program cannot read the kiosk's journal: {e}.", e=e),
                phrase("Install the program that wrote it, or a newer one."),
            ) from e
        self.acknowledged = int(self._store.get_json("acknowledged") or 0)
        if self._copy is not None and self._copy.acknowledged > self.acknowledged:
            self._recount(self.acknowledged)
        self.ledger.acknowledge(self.acknowledged)

    def _state(self, body: sale.Body) -> tuple[int, int]:
        """Journal a fact and take it in; its seq and time."""
        row, at = self.journal.append(body)
        self.ledger.apply(row.seq, at, body)
        return row.seq, at

    def state(self, body: sale.Body) -> None:
        """Journal a fact that nothing here has to be asked for; ``Fault`` where the disk failed."""
        self._state(body)

    # Who answers for the money ----------------------------------------------------------------------

    def is_supervisor(self, operator: str) -> bool:
        """Whether the office has made this operator a supervisor."""
        known = self.shelf.operators.get(operator)
        return known is not None and known.supervisor

    def takes_money(self, operator: str) -> Answer:
        """Whether the operator may sell into the drawer as it stands: into their own shift, or where none is wanted."""
        held = self.ledger.book.open
        if held is None:
            catalog = self.shelf.catalog
            if catalog is None or not catalog.shifts.required:
                return CAN
            return Answer(
                "no_shift", phrase("No shift is open."), phrase("Count the float and open one first.")
            )
        if held.operator != operator:
            return self._not_theirs(held)
        return CAN

    def _not_theirs(self, held: shift.Shift) -> Answer:
        known = self.shelf.operators.get(held.operator)
        return Answer(
            "other_shift",
            phrase("This is {name}'s shift.", name=known.name if known else held.operator[:8]),
            phrase("They or a supervisor must close it first."),
        )

    def _drawer_of(self, by: str, approved_by: str = "") -> None:
        """``Refused`` where the open shift is another's, and no supervisor stands by."""
        held = self.ledger.book.open
        if (
            held is not None
            and by != held.operator
            and not (self.is_supervisor(by) or self.is_supervisor(approved_by))
        ):
            self._not_theirs(held).demand()

    def _approval(self, by: str, approved_by: str) -> str:
        """The supervisor who agrees: the one named, or the operator themselves; ``Refused`` where neither is one."""
        for who in (approved_by, by):
            if self.is_supervisor(who):
                return who
        raise Refused(
            "needs_supervisor",
            phrase("A supervisor has to agree to this."),
            phrase("Ask one to type their PIN."),
        )

    # Selling ----------------------------------------------------------------------------------------

    def can_sell(self, event_id: str, *, test: bool = False) -> Answer:
        """Whether the event can be sold at this moment, and if not why; with ``test``, whether it can be tried (E5)."""
        if not self.stopped.can:
            return self.stopped
        now = self.watch.now()
        if test:
            # The wall clock stamps the sale, and the office goes by that.
            soon = max(now, self._clock.now_ms()) + TEST_ENDS_MS
            answer = self.shelf.event(event_id, soon, test=True)
        else:
            answer = self.shelf.event(event_id, now)
        if answer.can and self.is_cut(event_id):
            event = self.shelf.events[event_id]
            answer = Answer(
                "closed",
                phrase("Sales for {event} are closed.", event=event.name),
                phrase("Choose another event."),
            )
        if answer.can:
            answer = self.watch.check(self.journal.head.at)
        if answer.can:
            answer = self._limits(self.shelf.events[event_id], now)
        return answer

    def _limits(self, event: wire.EventInfo, now: int) -> Answer:
        self._reserve = self._store.has_reserve()
        if not self._reserve:
            return Answer(
                "disk_reserve",
                phrase("The kiosk's disk is nearly full; no more sales are taken."),
                phrase("Call the office: old files must be removed. Sales made so far are safe."),
            )
        limit = event.policies.unsynced_max
        if len(self.ledger.unsynced) >= limit:
            return Answer(
                "unsynced_limit",
                phrase("{limit} sales wait to be uploaded; no more are taken.", limit=limit),
                phrase("Connect the kiosk to the network. Selling goes on by itself."),
            )
        if not event.policies.offline and not self.online:
            return Answer(
                "offline",
                phrase("{event} is sold with a connection only.", event=event.name),
                phrase("Check the network."),
            )
        if not any(self._usable(block, now) for block in self.ledger.open.get(event.id, ())):
            if not any(block.grant.event == event.id for block in self.ledger.blocks.values()):
                return self._no_numbers_yet(event)
            return Answer(
                "sold_out",
                phrase("This kiosk has no numbers left for {event}.", event=event.name),
                phrase("Connect it to the network to fetch more, or sell at another kiosk."),
            )
        return Answer()

    def _no_numbers_yet(self, event: wire.EventInfo) -> Answer:
        """What a kiosk that never had a number of the event waits for."""
        words = phrase("This kiosk has no numbers for {event} yet.", event=event.name)
        if not self.online:
            return Answer(
                "no_numbers", words, phrase("Connect it to the network: the office hands them out.")
            )
        if event.id in self.none_to_come or self._store.request_for(event.id) is None:
            return Answer("no_numbers", words, phrase("Ask the office for numbers."))
        return Answer(
            "no_numbers",
            phrase("The numbers are on their way from the office."),
            phrase("Selling starts by itself."),
        )

    def _usable(self, block: Block, now: int) -> bool:
        expires, event = block.grant.validation_expires_at, self.shelf.events.get(block.grant.event)
        if event is not None and block.grant.allocation in event.switched_off:
            return False
        return block.grant.allocation in self._secrets and (expires is None or now < expires)

    def draft(self, basket: Sequence[BasketLine]) -> None:
        """Work the basket out while its buyer looks for money, so that its sale is the write alone.

        Nothing is used up, and what is against the sale is said by :meth:`complete`. Call it again after whatever
        may have changed something: where nothing did it costs next to nothing.
        """
        wanted = tuple(basket)
        if not wanted or self.ledger.unprinted or self._ready(wanted) is not None:
            return
        try:
            self._draft = None if self._cuts_due() else self._work_out(wanted)
        except Refused:
            self._draft = None

    def _ready(self, basket: tuple[BasketLine, ...]) -> Draft | None:
        """The draft of this basket, while it holds."""
        draft = self._draft
        if (
            draft is not None
            and draft.head is self.journal.head
            and draft.catalog is self.shelf.catalog
            and draft.stopped is self.stopped
            and draft.online == self.online
            and draft.basket == basket
            and draft.since <= self.watch.now() < draft.until
            and len(self.ledger.unsynced) < draft.unsynced_max
            and self.watch.check(draft.head.at).can
            and self._reserve
        ):
            return draft
        return None

    def _work_out(self, basket: tuple[BasketLine, ...], *, test: bool = False) -> Draft:
        """What the basket is sold as; ``Refused`` where it cannot be sold now."""
        now = self.watch.now()
        for event in dict.fromkeys(line.event for line in basket):
            self.can_sell(event, test=test).demand()
        lines = tuple(self._lines(basket))
        events = tuple(self.shelf.events[event] for event in dict.fromkeys(line.event for line in basket))
        return Draft(
            basket=basket,
            events=events,
            lines=lines,
            due=sum(line.price for line in lines),
            head=self.journal.head,
            catalog=self.shelf.catalog,
            stopped=self.stopped,
            online=self.online,
            since=now,
            until=self._next_change(now),
            unsynced_max=min(event.policies.unsynced_max for event in events),
        )

    def _next_change(self, now: int) -> int:
        """When the next thing opens, closes, expires or is due, milliseconds."""
        times: list[int | None] = []
        for event in self.shelf.events.values():
            times += [event.opens_at, event.closes_at]
            times += [cut.at for cut in event.cuts]
            times += [t for p in event.packages for t in (p.active_from, p.active_to)]
            times += [b.grant.validation_expires_at for b in self.ledger.open.get(event.id, ())]
        return min((t for t in times if t is not None and t > now), default=now + DRAFT_MS_MAX)

    def complete(
        self,
        sale_id: str,
        basket: Sequence[BasketLine],
        operator: str,
        tendered: int,
        method: str = "cash",
        reference: str = "",
        card: int = 0,
        *,
        age_checked: bool = False,
        customer: str = "",
        self_service: bool = False,
        test: bool = False,
    ) -> Receipt:
        """Sell the basket: one journal row, on the disk when this returns.

        ``sale_id`` was made when the basket opened; the same one again is the same sale. ``tendered`` is the cash
        given and what the card paid (``card``, where the method is ``split``), minor units; ``customer`` is the
        commitment to what the buyer told. A ``test`` (E5) is sold before its events open, by whoever sets the kiosk
        up: no money is taken, no shift and nothing of a buyer is asked for, and its numbers are in no pool.
        ``Refused`` says what is against it, and then nothing was sold; ``Fault`` where the disk failed.
        """
        if sale_id in self.ledger.sales:
            return Receipt(self._tickets(self.ledger.sales[sale_id]), repeated=True)
        if not operator:
            raise Refused(
                "no_operator", phrase("Nobody is logged on to take the money."), phrase("Log on first.")
            )
        if self.ledger.unprinted:
            raise Refused(
                "print_open",
                phrase("A ticket has not come out whole yet."),
                phrase("Print it again or void it first."),
            )
        taking = self.takes_money(operator)
        if not (test and taking.code == "no_shift"):
            taking.demand()
        if method not in ("cash", "card", "split"):
            raise ValueError(f"no such way to pay: {method}")
        wanted = tuple(basket)
        draft = None if test else self._ready(wanted)
        if draft is None:
            draft = self._work_out(wanted, test=test)
            # What is due stands before the sale: no sale made after an early bird's end is in its draw.
            if self.cut():
                draft = self._work_out(wanted, test=test)
        lines, due = draft.lines, draft.due
        if test:  # whatever was said of money and buyer
            method, tendered, age_checked, customer, self_service = "cash", due, False, "", False
        if tendered < due:
            short = money(due - tendered, lines[0].currency)
            raise Refused(
                "not_enough",
                phrase("{short} are missing.", short=short),
                phrase("Take the rest of the money."),
            )
        by_card = {"cash": 0, "card": due, "split": card}[method]
        if not test:
            self._terms(draft.events, method, by_card, due, tendered, reference)
            self._buyer(draft.events, age_checked=age_checked, told=bool(customer))
        body = sale.Sale(
            sale=sale_id,
            operator=operator,
            lines=lines,
            payment=sale.Payment(
                method=method,  # type: ignore[arg-type]  # one of the three, as was asked above
                amount=due,
                tendered=tendered,
                change=tendered - due,
                reference=reference if by_card else "",
                card=by_card,
            ),
            test=test,
            age_checked=age_checked,
            customer=customer,
            self_service=self_service,
            catalog=self.shelf.version,
        )
        row, at = self.journal.append(body, sign_later=True)
        self._draft = None
        self.ledger.apply(row.seq, at, body)
        unprinted = self.ledger.unprinted
        return Receipt(tuple([unprinted[line.order, 0] for line in lines]))  # type: ignore[misc]  # just put there

    @staticmethod
    def _terms(
        events: tuple[wire.EventInfo, ...], method: str, by_card: int, due: int, tendered: int, reference: str
    ) -> None:
        """``Refused`` where the basket's events are not paid for like this."""
        ways = ("cash", "card") if method == "split" else (method,)
        for event in events:
            for way in ways:
                if way not in event.policies.payments:
                    raise Refused(
                        "payment_method",
                        phrase("{event} is not paid for like this.", event=event.name),
                        phrase("Choose another way to pay."),
                    )
        if method == "split" and not 0 < by_card < due:
            raise Refused(
                "card_amount",
                phrase("A card and cash share the sum: the card pays a part of it."),
                phrase("Type what the card has paid."),
            )
        if method == "card" and tendered != due:
            raise Refused(
                "card_amount",
                phrase("A card pays exactly what is due."),
                phrase("Charge it again with the right amount."),
            )
        if by_card and not reference.strip():
            raise Refused(
                "no_reference",
                phrase("A card's payment needs its reference."),
                phrase("Type what the card terminal has printed."),
            )

    @staticmethod
    def _buyer(events: tuple[wire.EventInfo, ...], *, age_checked: bool, told: bool) -> None:
        """``Refused`` where an event wants to know of the buyer what nobody asked."""
        years, wanted = 0, False
        for event in events:
            policies = event.policies
            years = max(years, policies.age_min)
            wanted = wanted or bool(policies.customer_required and policies.customer_fields)
        if years and not age_checked:
            raise Refused(
                "age", phrase("Nobody has said that the buyer is {n}.", n=years), phrase("Ask for their age.")
            )
        if wanted and not told:
            raise Refused(
                "no_customer",
                phrase("These tickets are sold with the buyer's details only."),
                phrase("Ask for them."),
            )

    def _lines(self, basket: Sequence[BasketLine]) -> list[sale.Line]:
        """The basket's lines with their numbers; ``Refused`` where it cannot be sold. Nothing is used up yet."""
        now = self.watch.now()
        if not 1 <= sum(line.quantity for line in basket) <= sale.LINES_MAX:
            raise Refused(
                "basket_size",
                phrase("One sale holds 1 to {n} tickets.", n=sale.LINES_MAX),
                phrase("Make two sales of it."),
            )
        plan: dict[str, tuple[int, int]] = {}
        lines = []
        for wanted in basket:
            event = self.shelf.events[wanted.event]
            package = self.shelf.package(wanted.event, wanted.package, now)
            for _ in range(wanted.quantity):
                ranges, validation = self._numbers(event, package.ticket_count, now, plan)
                lines.append(
                    sale.Line(
                        order=str(uuid7(self._clock)),
                        event=event.id,
                        package=package.id,
                        game=event.game,
                        ranges=ranges,
                        price=package.price,
                        currency=package.currency,
                        validation=validation,
                    )
                )
        if len({line.currency for line in lines}) > 1:
            raise Refused(
                "currencies", phrase("One sale cannot mix currencies."), phrase("Make two sales of it.")
            )
        return lines

    def _numbers(
        self, event: wire.EventInfo, need: int, now: int, plan: dict[str, tuple[int, int]]
    ) -> tuple[tuple[Range, ...], str]:
        """The next ``need`` numbers of the event behind what ``plan`` has taken, and the line's validation number."""
        ranges: list[Range] = []
        validation, missing = "", need
        for block in self.ledger.open.get(event.id, ()):
            if not missing:
                break
            grant = block.grant
            used, issued = plan.get(grant.allocation, (block.used, block.issued))
            take = min(missing, grant.last - grant.first + 1 - used)
            if not take or not self._usable(block, now):
                continue
            ranges.append(Range(grant.allocation, grant.first + used, take))
            if not validation:
                issued += 1
                validation = block.ready.get(issued) or self._issue(block, issued)
            plan[grant.allocation] = (used + take, issued)
            missing -= take
        if missing:
            raise Refused(
                "sold_out",
                phrase(
                    "This kiosk has only {n} numbers left for {event}.",
                    n=self.numbers_left(event.id),
                    event=event.name,
                ),
                phrase("Sell a smaller package, or connect the kiosk to fetch more."),
            )
        return tuple(ranges), validation

    def _issue(self, block: Block, place: int) -> str:
        grant = block.grant
        secret = self._secrets[grant.allocation]
        return numbers.ValidationBlock(grant.validation_block, grant.validation_size, secret).issue(place)

    def prepare(self) -> None:
        """Work the next validation numbers out, between sales: a fifth of what a sale costs besides the disk."""
        now = self.watch.now()
        for blocks in self.ledger.open.values():
            block = next((b for b in blocks if self._usable(b, now)), None)
            if block is not None:
                places = range(
                    block.issued + 1, min(block.issued + PREPARED, block.grant.validation_size) + 1
                )
                block.ready = {i: block.ready.get(i) or self._issue(block, i) for i in places}

    def _tickets(self, seq: int) -> tuple[Sold, ...]:
        row = self._store.entry(seq)
        assert row is not None
        found = entry.read(row.data)
        body = sale.decode(found.body)
        assert isinstance(body, sale.Sale)
        return tuple(Sold(body, i, seq, found.header.at) for i in range(len(body.lines)))

    # Printing ---------------------------------------------------------------------------------------

    def pending(self) -> list[Print]:
        """Prints whose end is not known, oldest first, then counterfoils; sale of anything waits for them (N9)."""
        states = {(job.order, job.copy): job.state for job in self._store.jobs()}
        found = []
        for (order, copy), ticket in list(self.ledger.unprinted.items()):
            known = ticket
            if known is None:
                order_found = self.find(order)
                assert order_found is not None
                known = order_found.ticket
            found.append(Print(known, copy, states.get((order, copy), "queued")))
        return found + self._pending_foils(states)

    def _pending_foils(self, states: dict[tuple[str, int], str]) -> list[Print]:
        """Counterfoils that were asked for and have no end, or were never asked for though their event has them."""
        asked = {order: _foils_row(row) for order, row in states if row < 0}
        found = []
        for order in {**self.ledger.unfoiled, **asked}:
            ticket = self.ledger.unfoiled.get(order)
            if ticket is None:
                known = self.find(order)
                ticket = known.ticket if known is not None and not known.void else None
            if ticket is None or (order not in asked and not self.has_counterfoils(ticket)):
                continue
            copy = asked.get(order, self.next_foils(order))
            found.append(Print(ticket, copy, states.get((order, _foils_row(copy)), "queued"), foils=True))
        return found

    def has_counterfoils(self, ticket: Sold) -> bool:
        """Whether this ticket has to be followed by counterfoils: never where it is a test, which is in no draw."""
        event = self.shelf.events.get(ticket.line.event)
        return event is not None and event.policies.counterfoils and not ticket.fact.test

    def next_foils(self, order: str) -> int:
        """What the next counterfoils of an order say: 0, nothing, where none were printed, else AGAIN n."""
        return self.ledger.foils.get(order, 0 if order in self.ledger.unfoiled else 1)

    def foils_wanted(self, order: str) -> Print:
        """Counterfoils are to be printed (again); ``Refused`` where the order is void or foreign. Durable when it returns."""
        known = self.find(order)
        if known is None:
            raise Refused(
                "unknown_order",
                phrase("This kiosk did not sell that ticket."),
                phrase("Print its counterfoils where it was sold."),
            )
        if known.void:
            raise Refused("already_void", phrase("This ticket is void and has no counterfoils."))
        if not self.has_counterfoils(known.ticket):
            raise Refused("no_counterfoils", phrase("This event has no counterfoils."))
        order = known.ticket.line.order
        copy = self.next_foils(order)
        self.foils_sending(order, copy, "queued")
        return Print(known.ticket, copy, "queued", foils=True)

    def foils_sending(self, order: str, copy: int, state: str = "sending") -> None:
        """As ``sending``, of counterfoils."""
        self.sending(order, _foils_row(copy), state)

    def foils_ended(
        self, ticket: Sold, copy: int, *, whole: bool, said_by_printer: bool, by: str, approved_by: str = ""
    ) -> None:
        """State how the printing of counterfoils ended; without effect where that is already stated."""
        line = ticket.line
        if self.next_foils(line.order) == copy and line.order not in self.ledger.voided:
            self._state(
                sale.CounterfoilsPrinted(
                    order=line.order,
                    event=line.event,
                    count=line.count,
                    copy=copy,
                    outcome="confirmed" if whole else "failed",
                    said_by="printer" if said_by_printer else "operator",
                    by=by,
                    approved_by=approved_by,
                )
            )
        self._store.drop_job(line.order, _foils_row(copy))

    def sending(self, order: str, copy: int, state: str = "sending", detail: str = "") -> None:
        """Note, before a byte leaves, that the print has begun; durable when this returns."""
        with self.journal.signing():
            self._store.keep_job(Job(order, copy, state, detail), self._clock.now_ms())

    def printed(self, order: str, copy: int, *, whole: bool, said_by_printer: bool, detail: str = "") -> None:
        """State how a print ended; without effect where that is already stated."""
        if (order, copy) not in self.ledger.unprinted:
            return
        self._state(
            sale.Printed(
                order=order,
                copy=copy,
                outcome="confirmed" if whole else "failed",
                said_by="printer" if said_by_printer else "operator",
                detail=detail[:200],
            )
        )

    def reprint(self, order: str, reason: str, by: str, *, approved_by: str = "") -> Print:
        """State that another copy is wanted, and give it to print; ``Refused`` where the order is void or foreign.

        A ticket that is still to come out whole needs nobody's approval.
        """
        known = self.find(order)
        if known is None:
            raise Refused(
                "unknown_order",
                phrase("This kiosk did not sell that ticket."),
                phrase("Reprint it where it was sold."),
            )
        if known.void:
            raise Refused("already_void", phrase("This ticket is void and cannot be printed again."))
        copy = known.copies + 1
        order = known.ticket.line.order
        event = self.shelf.events.get(known.ticket.line.event)
        unfinished = [k for k in self.ledger.unprinted if k[0] == order]
        if not unfinished and event is not None and event.policies.reprint_supervisor:
            approved_by = self._approval(by, approved_by)
        for key in unfinished:
            self.printed(*key, whole=False, said_by_printer=False, detail="reprinted")
        self._state(
            sale.Reprinted(order=order, copy=copy, reason=reason[:200], by=by, approved_by=approved_by)
        )
        return Print(known.ticket, copy, "queued")

    # Voids, cuts, the rest --------------------------------------------------------------------------

    def void(
        self, order: str, reason: str, by: str, *, misprint: bool = False, approved_by: str = ""
    ) -> Known:
        """State that an order is void, whole and for ever; ``Refused`` in words where it cannot be.

        A misprint needs nobody's approval: its ticket has to be settled before the next sale.
        """
        known = self.find(order)
        if known is None:
            raise Refused(
                "unknown_order",
                phrase("This kiosk did not sell that ticket."),
                phrase("Void it where it was sold."),
            )
        line = known.ticket.line
        event = self.shelf.events.get(line.event)
        if known.void:
            raise Refused("already_void", phrase("This ticket is void already."))
        if not misprint:
            if event is not None and not event.policies.void_allowed:
                raise Refused(
                    "void_forbidden",
                    phrase("{event} does not allow voids here.", event=event.name),
                    phrase("Call the office."),
                )
            if self.is_cut(line.event) or (event is not None and self.watch.now() >= event.closes_at):
                raise Refused(
                    "closed",
                    phrase("Sales are closed; this ticket takes part in the draw."),
                    phrase("Call the office."),
                )
            if not reason:
                raise Refused("no_reason", phrase("A void needs a reason."), phrase("Choose one."))
            self._drawer_of(by, approved_by)
            if event is not None and event.policies.void_supervisor:
                approved_by = self._approval(by, approved_by)
        fact, book = known.ticket.fact, self.ledger.book
        by_card = shift.card_part(fact, known.ticket.index)
        self._state(
            sale.Voided(
                order=line.order,
                event=line.event,
                validation=line.validation,
                reason=reason[:200],
                by=by,
                misprint=misprint,
                approved_by=approved_by,
                returned=0 if fact.test else line.price - by_card,
                returned_card=0 if fact.test else by_card,
                currency="" if fact.test else line.currency,
                shift="" if book.open is not None else book.shift_of(known.ticket.seq),
            )
        )
        return Known(known.ticket, void=True, copies=known.copies)

    def is_cut(self, event_id: str) -> bool:
        """The event's close is journalled: this kiosk never sells it again."""
        event = self.shelf.events.get(event_id)
        return event is not None and any(c.kind == CLOSE_CUT and c.id in self.ledger.cuts for c in event.cuts)

    def _cuts_due(self) -> list[tuple[wire.EventInfo, wire.CutInfo]]:
        """Draws whose time has come, and that the chain is not cut for."""
        cuts = self.ledger.cuts
        return [
            (event, due)
            for event, due in self.shelf.cuts_due(self.watch.now())
            if due.id not in cuts and event.state not in ("created", "cancelled")
        ]

    def cut(self) -> list[sale.Cut]:
        """Cut the chain for every draw whose time has come; a ticket still at the printer is waited for."""
        made = []
        waiting = {t.line.event for t in self.ledger.unprinted.values() if t is not None}
        for event, due in self._cuts_due():
            since = self._cut_waits.setdefault(due.id, self._clock.monotonic_ms())
            if event.id in waiting and self._clock.monotonic_ms() - since < CUT_WAIT_MS_MAX:
                continue
            body = sale.Cut(event=event.id, cut=due.id, due_at=due.at)
            self._state(body)
            made.append(body)
        return made

    def witness(self) -> bool:
        """Journal what the office has published of its draws, where it is new; whether anything was."""
        events = self.shelf.events.values()
        known = self.ledger.witnessed
        manifests = tuple(m for e in events for m in e.manifests if m not in known)
        seeds = tuple(s for e in events for s in e.seeds if s not in known)
        if not manifests and not seeds:
            return False
        generation, serial = self.shelf.version
        self._state(sale.Witnessed(generation=generation, serial=serial, manifests=manifests, seeds=seeds))
        return True

    def claim(self, ticket: str, result: str, operator: str, *, identity_checked: bool) -> wire.ClaimRequest:
        """A request to pay a prize here, kept before it is sent so that its repeat is the same one.

        ``Refused`` (``claim_open``) while another one has no answer yet, or where the drawer is another's.
        """
        self._drawer_of(operator)
        if self.claim_open is not None:
            raise Refused(
                "claim_open",
                phrase("The office has not answered about the last prize yet."),
                phrase("Wait for that answer; the kiosk goes on asking."),
            )
        asked = wire.ClaimRequest(
            request=str(uuid7(self._clock)),
            ticket=ticket,
            result=result,
            operator=operator,
            identity_checked=identity_checked,
        )
        self._store.put_json("claim", msgspec.to_builtins(asked))
        self.claim_open = asked
        return asked

    def claimed(self, request: str, reply: wire.ClaimReply) -> wire.ClaimRequest | None:
        """The office has answered: state the payout, where it is one, then forget the request. None where it was known.

        The office may be asked twice and answers alike; the journal says it once.
        """
        asked = self.claim_open
        if asked is None or asked.request != request:
            return None
        if reply.verdict == "paid" and request not in self.ledger.paid:
            self._state(
                sale.Paid(
                    claim=request,
                    result=asked.result,
                    event=reply.event,
                    validation=reply.validation,
                    number=reply.number,
                    amount=reply.amount,
                    currency=reply.currency,
                    by=asked.operator,
                    identity_checked=asked.identity_checked,
                )
            )
        self._store.put_json("claim", None)
        self.claim_open = None
        return asked

    def take_grants(self, grants: Sequence[wire.SignedGrant]) -> int:
        """Take blocks of numbers in: proved, journalled, then usable. How many were new. ``Refused`` for a false one."""
        new = 0
        for signed in grants:
            grant = read_grant(signed, self.journal.identity)
            secret = bytes.fromhex(signed.secret)
            if self._secrets.get(grant.allocation) != secret:
                self._store.keep_secret(grant.allocation, secret)
                self._secrets[grant.allocation] = secret
            if grant.allocation not in self.ledger.blocks:
                self._state(sale.Granted(grant=signed.grant, grant_signature=signed.signature))
                new += 1
        return new

    def wanted(self) -> list[tuple[str, str, int]]:
        """Requests for numbers that are due: id, event, count. Each is kept until it is answered (N4)."""
        now = self.watch.now()
        for event in self.shelf.events.values():
            sells = event.state == "active" and now < event.closes_at and not self.is_cut(event.id)
            low = sells and self.numbers_left(event.id) < event.policies.low_water
            if low and self._store.request_for(event.id) is None:
                count = min(event.policies.block_size, wire.ALLOCATION_COUNT_MAX)
                self._store.keep_request(str(uuid7(self._clock)), event.id, count)
        return self._store.requests()

    def answered(self, request: str) -> None:
        """A request for numbers has its answer."""
        self._store.drop_request(request)

    def log_on(self, operator: str) -> None:
        """State that an operator proved who they are."""
        self._state(sale.LoggedOn(operator=operator))

    def log_off(self, operator: str) -> None:
        """State that the operator left."""
        self._state(sale.LoggedOff(operator=operator))

    def critical(self, code: str, severity: str, detail: str = "") -> None:
        """State a significant event of the unit (GLI-31 5.6)."""
        level = severity if severity in ("INFO", "WARN", "ERROR") else "ERROR"
        self._state(sale.Critical(code=code, severity=level, detail=detail[:500]))  # type: ignore[arg-type]

    # What is known ----------------------------------------------------------------------------------

    def acknowledge(self, seq: int) -> None:
        """The office holds the chain up to ``seq``; lower than before where it was restored."""
        if seq < self.acknowledged:
            self._recount(seq)
        else:
            self.ledger.acknowledge(seq)
        if seq != self.acknowledged:
            self.acknowledged = seq
            self._store.put_json("acknowledged", seq)

    def _recount(self, after: int) -> None:
        self.ledger.unsynced.clear()
        while rows := self._store.entries(after, PROJECT_ENTRIES):
            for row in rows:
                header = entry.read(row.data).header
                if header.kind in ("sale", "voided"):
                    self.ledger.unsynced.append((row.seq, header.at))
            after = rows[-1].seq

    def numbers_left(self, event_id: str) -> int:
        """Draw numbers that this kiosk can still sell for the event."""
        now = self.watch.now()
        return sum(b.left for b in self.ledger.open.get(event_id, ()) if self._usable(b, now))

    def expires_soon(self, event_id: str) -> bool:
        """The event's numbers expire within the hour (N12)."""
        now = self.watch.now()
        times = [b.grant.validation_expires_at for b in self.ledger.open.get(event_id, ())]
        return any(t is not None and now < t < now + EXPIRY_WARNING_MS for t in times)

    def find(self, text: str) -> Known | None:
        """The order behind an order's id or a validation number, if this kiosk sold it."""
        place = self._store.find_order(text)
        found: Sold | None = None
        if place is not None:
            found = self._tickets(place[0])[place[1]]
        else:
            after = self._projected()
            while found is None and (rows := self._store.entries(after, PROJECT_ENTRIES)):
                found = next((t for row in rows for t in _orders(row.data) if text in (t.line.order, t.line.validation)), None)  # fmt: skip
                after = rows[-1].seq
        if found is None:
            return None
        order = found.line.order
        return Known(found, void=order in self.ledger.voided, copies=self.ledger.copies.get(order, 0))

    def _projected(self) -> int:
        return int(self._store.get_json("orders_mark") or 0)

    def project_step(self) -> bool:
        """Bring the look-up of orders one step nearer to the journal's head; False when it is there."""
        rows = self._store.entries(self._projected(), PROJECT_ENTRIES)
        if not rows:
            return False
        tickets = [t for row in rows for t in _orders(row.data)]
        self._store.project_orders(
            [(t.line.validation, t.line.order, t.seq, t.index) for t in tickets], rows[-1].seq
        )
        return len(rows) == PROJECT_ENTRIES

    def tidy(self) -> None:
        """Forget the device's notes of prints that the journal has the end of."""
        for job in self._store.jobs():
            ended = (job.order, job.copy) not in self.ledger.unprinted
            if job.order in self.ledger.voided if job.copy < 0 else ended:
                self._store.drop_job(job.order, job.copy)

    # The kept ledger --------------------------------------------------------------------------------

    def keep_ledger(self) -> bool:
        """Keep the ledger for the next start, where the journal is long and the kept one old; whether it was."""
        head = self.journal.head
        if head.seq < COPY_FROM_ENTRIES or head.seq - self._copied < COPY_EVERY_ENTRIES:
            return False
        if self.ledger.unprinted:
            return False
        copy = ledger.copy_of(self.ledger, head.hash, self.acknowledged)
        ledger.keep(self._store, self.journal.identity, copy)
        self._copied = head.seq
        return True

    def derive_step(self) -> bool:
        """One step of deriving from the journal the ledger that this start took over; False when it was compared.

        ``Fault`` where it is another: then what this kiosk took for unsold may be sold.
        """
        copy = self._copy
        if copy is None:
            return False
        for row, header, body in self.journal.bodies(self._derived.seq, DERIVE_ENTRIES):
            if row.seq > copy.seq:
                break
            self._derived.apply(row.seq, header.at, body)
        if self._derived.seq < copy.seq:
            return True
        self._derived.acknowledge(copy.acknowledged)
        same = not self._derived.unprinted and copy == ledger.copy_of(
            self._derived, bytes.fromhex(copy.hash), copy.acknowledged
        )
        self._copy, self._derived = None, Ledger()
        if not same:
            raise Fault(
                "journal_corrupt",
                phrase("What this kiosk kept of its sales does not follow from its journal."),
                phrase("Do not sell. Call the office; it needs this kiosk and its second copy."),
            )
        return False


def _foils_row(copy: int) -> int:
    """Where the device's note of counterfoils stands: beside those of tickets, counting down from -1; and the way back."""
    return -1 - copy


def _orders(data: bytes) -> list[Sold]:
    """The tickets of an entry; none where it is no sale."""
    found = entry.read(data)
    if found.header.kind != "sale":
        return []
    body = sale.decode(found.body)
    if not isinstance(body, sale.Sale):
        return []
    return [Sold(body, i, found.header.seq, found.header.at) for i in range(len(body.lines))]

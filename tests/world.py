"""A whole world from one seed: kiosks on real SQLite, a server on real PostgreSQL, and a wire between them that fails.

The seed decides everything: what is sold, what is lost on the way, who dies and which disk is copied. So a world that
breaks a law breaks it again, the same way, whenever it is asked for by its seed. What it checks stands in
``tests/sim/laws.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import httpx
import pytest
from sqlalchemy import insert

from kiosk.till import BasketLine
from shared import numbers
from shared.clock import utc
from shared.errors import Refused
from shared.wire import Policies
from syncserver import draws, events, ingest, pools, reconcile, rsus
from syncserver import models as m
from syncserver.app import create_app
from syncserver.events import NewEvent, PoolPlan
from syncserver.office import furnish, restored
from tests.postgres import Cluster
from tests.sim import laws
from tests.sim.books import Books
from tests.sim.lossy import CLEAR, ROUGH, LossyWire, Weather
from tests.sim.machines import PaperPrinter, SeededClock, copy_disk
from tests.sim.unit import OPERATOR, Unit, batches_from, batches_from_medium

START_MS = 1_790_000_000_000
OPEN_FOR_MS = 3 * 3_600_000
ACTIONS_MIN, ACTIONS_MAX = 60, 90
STORY_LINES = 40
HEAL_STEPS_MAX = 60
BOSS, SECOND = UUID(int=0xB055), UUID(int=0x5EC0)

MISFORTUNES = (
    "rolled back",
    "rolled back with a second copy",
    "cloned",
    "restored",
    "revoked",
    "enrolled anew",
    "clock jump",
    "replies lost",
    "killed",
    "power cut",
    "server down",
    "dead for good",
    "replayed",
)
GRAVE = (*MISFORTUNES[:6], "dead for good")
"""At most one of these a world: together they ask for decisions that nobody could take from what the office knows."""
BIRDS = {f"bird-{k}": START_MS + OPEN_FOR_MS * k // 4 for k in (1, 2)}
"""Early birds, in worlds that have them, and when they end."""


def plan(seed: int) -> dict[str, float]:
    """Which misfortunes the world of this seed meets, and when: from 0, its beginning, to 1, its close."""
    dice = Random(f"plan {seed}")
    chosen = {"replies lost", "replayed", dice.choice(["killed", "power cut"])}
    chosen |= {name for name in ("clock jump", "server down") if dice.random() < 0.4}
    if seed % (len(GRAVE) + 1):
        chosen.add(GRAVE[seed % (len(GRAVE) + 1) - 1])
    return {name: dice.uniform(0.25, 0.9) for name in sorted(chosen)}


class Server:
    """The real application on a real database, which can be backed up, lost and restored."""

    def __init__(self, cluster: Cluster, home: Path, clock: SeededClock) -> None:
        self._cluster, self._home, self._clock = cluster, home, clock
        self.name = cluster.create(cluster.template())
        self.backup_name = ""
        self.backed_up_at = 0
        self.start()

    def start(self) -> None:
        """Open the database and the application over it."""
        self.database = self._cluster.open(self.name)
        self.office = furnish(self.database, self._home, self._clock, demo=True)
        self.transport: httpx.BaseTransport = httpx.WSGITransport(app=create_app(self.office))

    def back_up(self) -> None:
        """Keep the database as it is now."""
        self.database.close()
        if self.backup_name:
            self._cluster.drop(self.backup_name)
        self.backup_name = self._cluster.create(self.name)
        self.start()

    def restore(self) -> None:
        """Lose the database, and go on with the backup as the manual says."""
        self.database.close()
        self._cluster.drop(self.name)
        self.name = self._cluster.create(self.backup_name)
        opened = self._cluster.open(self.name)
        restored(opened, self._home)
        opened.close()
        self.start()

    def close(self) -> None:
        """Let go of everything."""
        self.database.close()
        for name in filter(None, (self.name, self.backup_name)):
            self._cluster.drop(name)


@dataclass
class Grave:
    """What a grave misfortune left behind, for the office to put in order at the end."""

    name: str
    unit: Unit
    others: list[Unit] = field(default_factory=list)
    """Further machines or disks of the same kiosk, outside ``World.units``."""
    hole: bool = False
    """Its chain cannot become whole: the draw stays shut until two people leave it out."""


@dataclass
class World:
    """Everything there is; ``live`` lives it through and checks its laws."""

    seed: int
    cluster: Cluster
    folder: Path
    early: bool = False
    """Its events have early birds, drawn while the kiosks go on selling."""
    books: Books = field(default_factory=Books)
    happened: Counter[str] = field(default_factory=Counter)
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        self.plan = plan(self.seed)
        self.boss = BOSS
        self.now_ms = START_MS
        self.clocks: list[SeededClock] = []
        self.wire = LossyWire(Random(f"wire {self.seed}"), None)
        self.server = Server(self.cluster, self.folder / "office", self._clock("server"))
        self.images: dict[str, tuple[Path, int]] = {}
        self.left_out: set[str] = set()
        self.grave: Grave | None = None
        self.imports = 0
        self.early_winners: dict[str, dict[int, str]] = {}
        """By event: the numbers that won in early birds' draws, and their orders."""
        self.drawn: set[tuple[str, str]] = set()
        self.lost: set[bytes] = set()
        """Entries that are on no medium any more: a kiosk died with them."""
        self.unheard: set[str] = set()
        """Kiosks that have not heard from the server since it was restored."""
        self._found_organisation()
        self.wire.server = self.server.transport
        self.units = [self._new_unit(i) for i in range(self.dice.choice([2, 2, 3, 3, 4, 5]))]

    def live(self) -> None:
        """From the opening to the winner."""
        self.evening()
        self.heal()
        self.close()
        self.put_in_order()
        laws.everything_is_there(self)
        laws.numbers_are_unique(self)
        laws.the_sums_are_what_counting_gives(self)
        laws.the_draw_is_of_what_stands(self)
        assert set(self.plan) <= set(self.happened), set(self.plan) - set(self.happened)
        if self.early and self.grave is None:
            assert self.happened["early draw while selling"], "no early bird was drawn in time"

    def shut(self) -> None:
        """Let go of everything."""
        for unit in self.units + (self.grave.others if self.grave else []):
            unit.stop()
        self.server.close()

    # Beginning --------------------------------------------------------------------------------------

    def _clock(self, who: str) -> SeededClock:
        clock = SeededClock(f"{self.seed} {who}", self.now_ms)
        self.clocks.append(clock)
        return clock

    def _found_organisation(self) -> None:
        office = self.server.office
        opens, closes = utc(START_MS - 600_000), utc(START_MS + OPEN_FOR_MS)
        self.closes_at = START_MS + OPEN_FOR_MS
        self.packages: dict[str, list[tuple[str, int, int]]] = {}
        with office.begin() as c:
            for user, name in ((BOSS, "Ida"), (SECOND, "Noor"), (UUID(OPERATOR), "Anna")):
                c.execute(insert(m.users).values(id=user, cognito_sub=f"local:{user}", display_name=name))
            self.organisation = events.create_organisation(c, "Harbour Lights", "EUR", "R-17")
            for user, role in ((BOSS, "admin"), (SECOND, "admin"), (UUID(OPERATOR), "operator")):
                c.execute(
                    insert(m.organization_users).values(
                        organization_id=self.organisation, user_id=user, role=role
                    )
                )
            venue = events.create_venue(c, self.organisation, "Pier 7", "Europe/Berlin")
            for k in range(self.dice.randint(1, 2)):
                new = NewEvent(
                    name=f"Night {k}",
                    identifier=f"night-{self.seed}-{k}",
                    organisation=self.organisation,
                    venue=venue,
                    opens_at=opens,
                    closes_at=closes,
                    draw_at=closes + timedelta(hours=1),
                    first_number=1 + 1_000 * k,
                    pools=tuple(
                        PoolPlan(name=name, label=name, until=utc(end), draw_at=utc(end + 60_000))
                        for name, end in (BIRDS if self.early else {}).items()
                    ),
                    policies=Policies(block_size=self.dice.choice([40, 150, 400]), low_water=30),
                )
                event = events.create_event(office, c, new, BOSS)
                kinds = [(1, 200), (5, 800), (12, 1_500)][: self.dice.randint(2, 3)]
                self.packages[str(event)] = [
                    (str(events.add_package(c, event, f"{n} tickets", n, price)), n, price)
                    for n, price in kinds
                ]
                events.add_prize(c, event, "Half of it", "percentage", basis_points=5_000, position=1)
                events.add_prize(c, event, "A bicycle", "fixed", 30_000, position=2)
                for position, name in enumerate(BIRDS if self.early else (), start=3):
                    events.add_prize(c, event, "A radio", "fixed", 5_000, position, pool=name)
                events.activate(office, c, event, BOSS)

    def _new_unit(self, i: int) -> Unit:
        label = f"kiosk-{i}"
        with self.server.office.begin(BOSS) as c:
            rsu = rsus.create_rsu(c, self.organisation, label)
        unit = Unit(
            label,
            rsu,
            self.folder / label,
            self._clock(label),
            PaperPrinter(Random(f"printer {self.seed} {label}"), trouble=0.05),
            self.wire,
            self.books,
            Random(f"disk {self.seed} {label}"),
            medium=self.folder / f"stick-{i}" if self.dice.random() < 0.5 else None,
        )
        self._enrol(unit)
        return unit

    def _enrol(self, unit: Unit) -> None:
        """With a new code, as often as it takes: replies may be lost."""
        office = self.server.office
        with office.begin(BOSS) as c:
            code = rsus.new_code(office, c, unit.rsu, BOSS)
        unit.start()
        for _ in range(HEAL_STEPS_MAX):
            if unit.type_code(code):
                break
            self._pass(2_000)
        assert unit.open, unit.desk.view()["enrol"]
        with office.begin(BOSS) as c:
            rsus.set_state(c, unit.rsu, "enabled", BOSS, "ready to sell")
        self.tell(f"{unit.label} is enrolled, epoch {unit.identity.epoch}")

    # Time and story ---------------------------------------------------------------------------------

    def _pass(self, ms: int) -> None:
        self.now_ms += ms
        for clock in self.clocks:
            clock.true_ms = self.now_ms

    def tell(self, words: str) -> None:
        minute, second = divmod((self.now_ms - START_MS) // 1000, 60)
        self.story.append(f"{minute:3}:{second:02} {words}")

    def _met(self, misfortune: str, words: str) -> None:
        self.happened[misfortune] += 1
        self.tell(f"{misfortune.upper()}: {words}")

    @contextmanager
    def _calm(self) -> Iterator[None]:
        """For a moment the wire is sound and the server there."""
        weather, server = self.wire.weather, self.wire.server
        self.wire.weather, self.wire.server = CLEAR, self.server.transport
        yield
        self.wire.weather, self.wire.server = weather, server

    # The evening ------------------------------------------------------------------------------------

    def evening(self) -> None:
        """Everybody sells, and things happen, until shortly before the close."""
        count = self.dice.randint(ACTIONS_MIN, ACTIONS_MAX)
        strikes = sorted((int(at * count), name) for name, at in self.plan.items())
        backup_at = int(self.plan.get("restored", -1) * count) // 2
        for unit in self.units:
            self._until_whole(unit)
        self.wire.weather = ROUGH
        pause_ms_max = 2 * (OPEN_FOR_MS - 2_400_000) // count
        for i in range(count):
            if i == backup_at:
                self._back_up()
            if i == count // 8:
                self._take_images()
            while strikes and strikes[0][0] <= i:
                self._strike(strikes.pop(0)[1])
            self._action()
            self._pass(self.dice.randint(0, pause_ms_max))
            if self.early and self.dice.random() < 0.3:
                self._draw_early()
            if self.dice.random() < 0.03:
                laws.shut(self)

    def _selling(self) -> list[Unit]:
        return [unit for unit in self.units if unit.open]

    def _action(self) -> None:
        unit = self.dice.choice(self._selling())
        acts: list[Callable[[Unit], None]]
        acts = [self._sell, self._void, self._reprint, self._connect, self._idle, self._small_trouble]
        self.dice.choices(acts, [50, 8, 5, 30, 6, 3])[0](unit)

    def _sell(self, unit: Unit) -> None:
        self._settle_prints(unit)
        event = self.dice.choice(list(self.packages))
        basket = [
            BasketLine(event, self.dice.choice(self.packages[event])[0], self.dice.choice([1, 1, 2]))
            for _ in range(self.dice.choice([1, 1, 2]))
        ]
        if len(self.packages) > 1 and self.dice.random() < 0.2:
            other = next(e for e in self.packages if e != event)
            basket.append(BasketLine(other, self.packages[other][0][0]))
        sale_id = str(UUID(bytes=unit.clock.token(16)))
        before = Counter(unit.refusals)
        receipt = unit.sell(sale_id, basket, 1_000_000)
        if receipt is None:
            self.tell(f"{unit.label} may not sell: {', '.join(unit.refusals - before)}")
            return
        words = "; ".join(numbers.words(ticket.line.ranges) for ticket in receipt.tickets)
        self.tell(f"{unit.label} sells {words} (entry {unit.head.seq})")
        if self.dice.random() < 0.2:
            again = unit.till.complete(sale_id, basket, OPERATOR, 1_000_000)
            assert again.repeated
            assert [t.line for t in again.tickets] == [t.line for t in receipt.tickets]
        if self.dice.random() < 0.9:
            unit.print_pending()

    def _settle_prints(self, unit: Unit) -> None:
        """The operator answers for every ticket before the next sale."""
        while waiting := unit.till.pending():
            unit.printer.out_of_paper = False
            if waiting[0].state == "queued":
                unit.print_pending()
                continue
            choice = self.dice.choice(["yes", "reprint", "misprint"])
            self.tell(f"{unit.label} asks about a print: {choice}")
            unit.answer(waiting[0], choice)

    def _orders_of(self, unit: Unit) -> list[str]:
        """The orders that stand on this very disk."""
        me, found = (unit.identity.rsu, unit.identity.epoch), []
        for promise in self.books.promises:
            if (promise.rsu, promise.epoch) == me:
                row = unit.store.entry(promise.seq)
                if row is not None and row.hash == promise.entry:
                    found += [t.order for t in promise.tickets]
        return found

    def _void(self, unit: Unit) -> None:
        if orders := self._orders_of(unit):
            order = self.dice.choice(orders)
            done = unit.void(order, "changed their mind")
            self.tell(f"{unit.label} {'makes' if done else 'may not make'} {order[-6:]} void")

    def _reprint(self, unit: Unit) -> None:
        orders = self._orders_of(unit)
        if orders and not unit.till.ledger.unprinted:
            order = self.dice.choice(orders)
            if order in unit.till.ledger.voided:
                with pytest.raises(Refused, match="void"):
                    unit.till.reprint(order, "torn", OPERATOR)
                return
            unit.till.reprint(order, "torn", OPERATOR)
            self.tell(f"{unit.label} prints {order[-6:]} again")
            unit.print_pending()

    def _connect(self, unit: Unit) -> None:
        before = unit.till.acknowledged
        unit.connect(hurry=self.dice.random() < 0.5)
        now, last = unit.till.acknowledged, unit.head.seq
        self.tell(f"{unit.label} talks to the office: {before} to {now} of {last}")
        laws.shown(self, unit)

    def _idle(self, unit: Unit) -> None:
        unit.idle()

    def _small_trouble(self, unit: Unit) -> None:
        unit.printer.out_of_paper = not unit.printer.out_of_paper
        if self.wire.server is None:
            self.wire.server = self.server.transport
            self.tell("the server is up again")
        else:
            self.wire.deliver_late()

    # Early birds ------------------------------------------------------------------------------------

    def _draw_early(self) -> None:
        """Hear from everybody, and hold each early bird's draw whose gates open; the others are refused."""
        due = [
            (event, bird)
            for event in self.packages
            for bird, end in BIRDS.items()
            if self.now_ms >= end and (event, bird) not in self.drawn
        ]
        if not due:
            return
        with self._calm():
            for unit in self._selling():
                self._settle_prints(unit)
                unit.idle()
                self._until_whole(unit)
        for event, bird in due:
            with self.server.office.begin(BOSS) as c:
                gates = reconcile.gates(self.server.office, c, UUID(event), bird)
            shut = {gate.code for gate in gates if not gate.passed}
            if shut <= {"voids", "confirmed"}:
                self._hold_early(event, bird)
                self.happened["early draw while selling"] += 1
            else:
                self._refused_early(event, bird)
                self.tell(f"{bird} waits: {', '.join(sorted(shut))}")

    def _refused_early(self, event: str, bird: str) -> None:
        with pytest.raises(Refused) as refused, self.server.office.begin(BOSS) as c:
            draws.freeze(self.server.office, c, UUID(event), {"source": "none"}, BOSS, plan=bird)
        assert refused.value.code.startswith("gate_"), refused.value

    def _hold_early(self, event: str, bird: str) -> None:
        office = self.server.office
        self._refused_early(event, bird)
        with office.begin(BOSS) as c:
            reconcile.acknowledge_voids(c, UUID(event), BOSS)
            reconcile.confirm(office, c, UUID(event), BOSS, bird)
        self.drawn.add((event, bird))
        self.happened["early draw"] += 1
        expected = laws.early_pool(self, event, bird)
        if not expected:
            with office.begin(BOSS) as c, pytest.raises(Refused, match="empty"):
                draws.freeze(office, c, UUID(event), {"source": "none"}, BOSS, plan=bird)
            self.tell(f"{bird}: nobody bought so early")
            return
        draw = draws.draw_now(office, UUID(event), BOSS, plan=bird)
        with office.begin(BOSS) as c:
            packed = draws.pool(c, draw, bird)
            draws.make_official(office, c, draw, BOSS)
            won = [row for row in draws.results(c, UUID(event)) if row.draw == draw]
            plans = {plan.name: plan.state for plan in pools.plans(office, c, UUID(event))}
        assert packed == b"".join(n.to_bytes(4) for n in expected), f"the pool of {bird}"
        assert plans[bird] == "drawn"
        self.early_winners.setdefault(event, {}).update({row.number: str(row.order) for row in won})
        self.tell(f"{bird} is drawn from {len(expected)} numbers: {[row.number for row in won]}")

    # Misfortunes ------------------------------------------------------------------------------------

    def _strike(self, name: str) -> None:
        strikes: dict[str, Callable[[], None]] = {
            "rolled back": self._roll_back,
            "rolled back with a second copy": self._roll_back_with_copy,
            "cloned": self._clone,
            "restored": self._restore,
            "revoked": self._revoke,
            "enrolled anew": self._enrol_anew,
            "clock jump": self._clock_jump,
            "replies lost": self._lose_replies,
            "killed": self._kill,
            "power cut": self._power_cut,
            "server down": self._server_down,
            "dead for good": self._die_for_good,
            "replayed": self._replay,
        }
        strikes[name]()

    def _take_images(self) -> None:
        """Somebody copies every disk; most copies are never used."""
        for unit in self._selling():
            to = copy_disk(unit.folder, self.folder / f"image-{unit.label}")
            self.images[unit.label] = (to, unit.head.seq)

    def _server_down(self) -> None:
        self.wire.server = None
        self._met("server down", "nobody answers")

    def _back_up(self) -> None:
        up = self.wire.server is not None
        self.server.back_up()
        self.wire.server = self.server.transport if up else None
        self.tell("the server is backed up")

    def _restore(self) -> None:
        self.server.restore()
        self.wire.server = self.server.transport
        self.unheard = {unit.label for unit in self.units}
        self._met("restored", f"the server is that of the backup, generation {self.server.office.generation}")

    def _kill(self, *, power_cut: bool = False) -> None:
        unit = self.dice.choice(self._selling())
        unit.die(power_cut=power_cut)
        unit.start()
        assert unit.open, unit.halted
        self._met("power cut" if power_cut else "killed", unit.label)

    def _power_cut(self) -> None:
        self._kill(power_cut=True)

    def _clock_jump(self) -> None:
        unit = self.dice.choice(self._selling())
        unit.clock.wrong_ms += self.dice.choice([-3_600_000, 3_600_000, -600_000, 7_200_000])
        self._met("clock jump", f"{unit.label} is off by {unit.clock.wrong_ms // 1000} s")

    def _lose_replies(self) -> None:
        """The server commits, and the kiosk never hears of it."""
        unit = self.dice.choice(self._selling())
        self._some_sales(unit, 1)
        with self._calm():
            self.wire.weather = Weather(reply_lost=1.0)
            unit.connect(hurry=True)
        self._met("replies lost", unit.label)

    def _replay(self) -> None:
        with self._calm():
            laws.replay(self)
        self.happened["replayed"] += 1

    def _some_sales(self, unit: Unit, count: int = 2) -> None:
        for _ in range(count):
            self._sell(unit)

    def _victim(self, *, medium: bool) -> Unit:
        """A kiosk with an image of before, and with a second copy or without."""
        unit = self.dice.choice([u for u in self._selling() if u.label in self.images])
        if medium != (unit.medium is not None):
            unit.medium = self.folder / f"stick-{unit.label}-new" if medium else None
            unit.stop()
            unit.start()
        return unit

    def _put_image_back(self, unit: Unit) -> Path:
        """The disk of before is put in; where the one taken out lies."""
        true_disk = unit.die(power_cut=True)
        image, seq = self.images[unit.label]
        unit.folder = copy_disk(image, self.folder / f"{unit.label}-rolled-back")
        unit.start()
        self.tell(f"{unit.label} has the disk of entry {seq}")
        return copy_disk(true_disk, self.folder / f"{unit.label}-true")

    def _roll_back(self) -> None:
        unit = self._victim(medium=False)
        self._some_sales(unit)
        with self._calm():
            unit.connect(hurry=True)
        assert unit.till.acknowledged > self.images[unit.label][1]
        true_disk = self._put_image_back(unit)
        assert unit.open, unit.halted
        self._some_sales(unit, self.dice.randint(0, 2))
        with self._calm():
            unit.connect(hurry=True)
        assert unit.till.stopped.code == "forked", "a rolled-back kiosk went on selling"
        self._met("rolled back", f"{unit.label} is stopped: {unit.till.stopped.words}")
        true = replace(unit, label=f"{unit.label}-true", folder=true_disk, open=False)
        self.grave = Grave("rolled back", unit, [true])

    def _roll_back_with_copy(self) -> None:
        unit = self._victim(medium=True)
        self._some_sales(unit, 1)
        unit.idle()
        if unit.head.seq == self.images[unit.label][1]:
            unit.till.log_on(OPERATOR)
        unit.copy_to_medium()
        true_disk = self._put_image_back(unit)
        assert unit.halted == "forked", "an old disk was not told from its second copy"
        self._met("rolled back with a second copy", f"{unit.label} does not start: {unit.halted}")
        unit.folder = true_disk
        unit.start()
        assert unit.open, unit.halted

    def _clone(self) -> None:
        unit = self._victim(medium=False)
        to = copy_disk(unit.folder, self.folder / f"{unit.label}-clone")
        twin = replace(unit, label=f"{unit.label}-clone", folder=to, clock=self._clock("clone"), open=False)
        twin.start()
        assert twin.open, twin.halted
        self.units.append(twin)
        for one in (unit, twin):
            self._settle_prints(one)
            one.till.log_on(OPERATOR)
            self._some_sales(one)
        with self._calm():
            for one in (unit, twin):
                one.connect(hurry=True)
            stopped = [one for one in (unit, twin) if one.till.stopped.code == "forked"]
        assert stopped, "two machines went on under one name"
        self._met("cloned", f"{stopped[0].label} is stopped")
        self.grave = Grave("cloned", unit)

    def _revoke(self) -> None:
        unit = self.dice.choice(self._selling())
        with self.server.office.begin(BOSS) as c:
            rsus.set_state(c, unit.rsu, "revoked", BOSS, "stolen")
        self._met("revoked", unit.label)
        self.grave = Grave("revoked", unit, hole=True)
        self._some_sales(unit, self.dice.randint(0, 2))

    def _enrol_anew(self) -> None:
        """The disk is changed; the old one lies in a drawer until the evening's end."""
        unit = self._victim(medium=False)
        self._settle_prints(unit)
        drawer = replace(unit, label=f"{unit.label}-drawer", open=False)
        drawer.folder = unit.die()
        unit.folder = self.folder / f"{unit.label}-anew"
        with self._calm():
            self._enrol(unit)
            self._until_whole(unit)
        self._met("enrolled anew", f"{unit.label} has epoch {unit.identity.epoch}")
        self.grave = Grave("enrolled anew", unit, [drawer])

    def _die_for_good(self) -> None:
        unit = self.dice.choice(self._selling())
        self._some_sales(unit)
        last, medium = unit.head.seq, 0 if unit.desk.mirror is None else unit.desk.mirror.seq
        me = unit.identity
        held = laws.head(self, unit)[0]
        self.lost = {
            note.entry
            for note in self.books.promises
            if (note.rsu, note.epoch) == (me.rsu, me.epoch) and note.seq > max(held, medium)
        }
        unit.stop()
        self.units.remove(unit)
        self._met("dead for good", f"{unit.label} at entry {last}; the office has {held}, its stick {medium}")
        self.grave = Grave("dead for good", unit, hole=True)

    # The end ----------------------------------------------------------------------------------------

    def heal(self) -> None:
        """The storm is over: server up, clocks right, paper in."""
        self.wire.weather, self.wire.server = CLEAR, self.server.transport
        while self.wire.late:
            self.wire.deliver_late()
        for unit in self._selling():
            unit.clock.wrong_ms = 0
            unit.printer.out_of_paper, unit.printer.trouble = False, 0.0
            self._settle_prints(unit)
            self._until_whole(unit)
        self.tell("all is well again")

    def _until_whole(self, unit: Unit) -> None:
        """Connect until the office has everything and nothing is asked for; a stopped kiosk cannot."""
        for _ in range(HEAL_STEPS_MAX):
            unit.connect(hurry=True)
            asks = unit.desk.shelf is not None and unit.desk.shelf.unit().can and unit.desk.requests()
            whole = unit.till.acknowledged == unit.head.seq and not asks
            online = unit.desk.view()["status"]["network"] == "online"
            if not unit.till.stopped.can or (whole and online):
                return
            self._pass(61_000 if self.wire.weather is CLEAR else 1_000)
        raise AssertionError(f"{unit.label} does not come to rest: {unit.uplink.outbox.state}")

    def close(self) -> None:
        """The closing time: every kiosk cuts its chain and hands it over."""
        laws.shut(self)
        self._pass(max(0, self.closes_at + 1_000 - self.now_ms))
        for unit in self._selling():
            unit.idle()
            if unit.till.stopped.can and not unit.halted:
                assert all(unit.till.is_cut(event) for event in self.packages), unit.label
            sold = unit.sell(str(UUID(bytes=unit.clock.token(16))), [self._smallest()], 1_000_000)
            assert sold is None, "sold after the close"
        done = events.run_due(self.server.office)
        assert len(done) == len(self.packages), done
        laws.shut(self)
        for unit in self._selling():
            self._until_whole(unit)
            laws.shown(self, unit)
        self.tell("closed")

    def _smallest(self) -> BasketLine:
        event = next(iter(self.packages))
        return BasketLine(event, self.packages[event][0][0])

    def put_in_order(self) -> None:
        """What a person at the office does about each grave misfortune, and about every finding."""
        grave, office = self.grave, self.server.office
        if grave is not None:
            if grave.name != "cloned":
                laws.shut(self, self._name(grave))
            for other in grave.others:
                other.start()
                assert other.open, other.halted
                self._settle_prints(other)
                other.idle()
                other.connect(hurry=True)
            for disk in [grave.unit, *grave.others, *(u for u in self.units if u.label.endswith("-clone"))]:
                if grave.name in ("rolled back", "cloned", "enrolled anew"):
                    self._import(disk, batches_from(self._image_of(disk)))
            if grave.name == "dead for good" and grave.unit.medium is not None:
                self._import(grave.unit, batches_from_medium(grave.unit.medium, grave.unit.identity))
            if grave.hole:
                laws.shut(self, self._name(grave))
                self._leave_out(grave)
        for event in self.packages:
            laws.shut(self)
            self._decide_findings(UUID(event))
            with office.begin(BOSS) as c:
                reconcile.acknowledge_voids(c, UUID(event), BOSS)
        laws.shut(self)
        for event in self.packages:
            for bird in BIRDS if self.early else ():
                if (event, bird) not in self.drawn:
                    self._hold_early(event, bird)
        for event in self.packages:
            with office.begin(BOSS) as c:
                reconcile.confirm(office, c, UUID(event), BOSS)
        self.tell("reconciled and confirmed")
        laws.replay(self)

    def _name(self, grave: Grave) -> str:
        return grave.unit.label.removesuffix("-clone")

    def _image_of(self, unit: Unit) -> Path:
        self.imports += 1
        return copy_disk(unit.folder, self.folder / f"import-{self.imports}")

    def _import(self, unit: Unit, batches: list[bytes]) -> None:
        """The office takes in a disk or a stick that somebody brought."""
        identity = unit.identity
        for batch in batches:
            reply = ingest.take(self.server.office, UUID(identity.rsu), identity.epoch, batch)
            assert reply.verdict in ("accepted", "duplicate", "fork"), reply
        self.tell(f"the disk of {unit.label} is imported")

    def _leave_out(self, grave: Grave) -> None:
        """Two people let the draw go on without a kiosk."""
        rsu, epoch = grave.unit.rsu, grave.unit.identity.epoch
        for event in self.packages:
            if not laws.holds_numbers(self, grave.unit, event):
                continue
            with self.server.office.begin(BOSS) as c:
                finding = reconcile.except_unit(c, UUID(event), rsu, epoch, "it cannot come back", BOSS)
            with pytest.raises(Refused, match="second person"), self.server.office.begin(BOSS) as c:
                reconcile.decide(self.server.office, c, finding, "accept", "so be it", BOSS)
            with self.server.office.begin(SECOND) as c:
                reconcile.decide(self.server.office, c, finding, "accept", "seen and agreed", SECOND)

    def _decide_findings(self, event: UUID) -> None:
        with self.server.office.begin(BOSS) as c:
            for finding in reconcile.findings(c, event, open_only=True):
                self._expected_finding(finding)
                # A void of an order that has won changes nothing, whatever is decided.
                order = "" if finding.kind == "void_after_draw" else finding.detail.get("order", "")
                stands = not order or (order not in self.left_out and self.dice.random() < 0.7)
                if order and not stands:
                    self.left_out.add(order)
                if finding.kind in ("fork", "revoked_entries"):
                    stands = False  # the books count what is in the chains
                decision = "accept" if stands else "exclude"
                reconcile.decide(self.server.office, c, finding.id, decision, "looked into", BOSS)
                self.tell(f"{finding.kind} of {finding.unit}: {'stands' if stands else 'left out'}")

    def _expected_finding(self, finding: reconcile.FindingRow) -> None:
        """The office doubts only what the seed gave it reason to doubt."""
        reasons = {
            "fork": {"rolled back", "cloned"},
            "revoked_entries": {"revoked"},
            "restored": {"restored"},
            "late": {"clock jump"},
            "early": {"clock jump"},
            "clock": {"clock jump"},
            "order_twice": set(),
            "void_after_draw": {"early draw"},
        }
        assert reasons.get(finding.kind, set()) & set(self.happened), finding

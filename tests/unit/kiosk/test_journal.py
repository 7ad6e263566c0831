from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from kiosk import journal
from kiosk.journal import export
from kiosk.mirror import Mirror
from kiosk.store import DATABASE, IDENTITY, Store
from kiosk.till import BasketLine
from shared import entry, sale, wire
from shared.errors import Fault, Refused
from shared.keys import SigningKey
from tests.unit.kiosk.paper_office import (
    EVENT,
    OPERATOR,
    SMALL,
    Kiosk,
    PaperOffice,
    SetClock,
    event,
    open_kiosk,
)

ROOT = Path(__file__).parents[3]
KILLS = 8

SELLER = """
import sys
from pathlib import Path
from uuid import UUID
from kiosk.till import BasketLine
from tests.unit.kiosk.paper_office import EVENT, LARGE, OPERATOR, PaperOffice, SetClock, open_kiosk
kiosk = open_kiosk(Path(sys.argv[1]), PaperOffice(), SetClock(seed=int(sys.argv[2])))
for pending in kiosk.till.pending():
    kiosk.till.printed(pending.ticket.line.order, pending.copy, whole=True, said_by_printer=False)
for i in range(10_000):
    sale = str(UUID(int=int(sys.argv[2]) * 100_000 + i))
    receipt = kiosk.till.complete(sale, [BasketLine(EVENT, LARGE)], OPERATOR, 1_000)
    print(sale, receipt.tickets[0].line.ranges[0].first, flush=True)
    kiosk.till.sending(receipt.tickets[0].line.order, 0)
    kiosk.till.printed(receipt.tickets[0].line.order, 0, whole=True, said_by_printer=True)
    if i % 7 == 0:
        kiosk.store.idle()
"""


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    made = open_kiosk(tmp_path / "k", PaperOffice(), SetClock())
    made.office.grant(1_000)
    made.take(event())
    yield made
    made.close()


def sell(kiosk: Kiosk, count: int, first: int = 0) -> None:
    for i in range(first, first + count):
        kiosk.till.complete(str(UUID(int=i + 1)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
        kiosk.print_all()


def test_a_seller_killed_at_any_moment_leaves_each_sale_whole_or_absent(tmp_path: Path) -> None:
    """K9: kill -9 at random moments: what was shown as sold is there, numbers are used once, the chain holds."""
    folder = tmp_path / "k"
    kiosk = open_kiosk(folder, PaperOffice(), SetClock())
    kiosk.office.grant(500_000)
    kiosk.take(event(policies=wire.Policies(unsynced_max=10**6)))
    kiosk.close()
    shown: dict[str, int] = {}
    for run in range(1, KILLS + 1):
        seller = subprocess.Popen(
            [sys.executable, "-c", SELLER, str(folder), str(run)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert seller.stdout is not None
        for _ in range(run * 3 % 17 + 1):
            ident, first = seller.stdout.readline().split()
            shown[ident] = int(first)
        seller.send_signal(signal.SIGKILL)
        for left in seller.stdout.read().splitlines():
            if len(parts := left.split()) == 2 and parts[1].isdecimal():
                shown[parts[0]] = int(parts[1])
        seller.stdout.close()
        seller.wait()
    kiosk = open_kiosk(folder, PaperOffice(), SetClock())
    check_whole(kiosk)
    sold: dict[str, int] = {}
    for _, _, body in kiosk.journal.bodies():
        if isinstance(body, sale.Sale):
            assert sale.problems(body) == []
            sold[body.sale] = body.lines[0].ranges[0].first
    assert shown.items() <= sold.items(), "a sale that was shown is missing"
    assert len(set(sold.values())) == len(sold), "a number was sold twice"
    assert sorted(sold.values()) == list(range(100, 100 + 5 * len(sold), 5)), "a number was left out"
    kiosk.close()


def test_a_copy_of_the_folder_after_each_commit_opens_whole(kiosk: Kiosk, tmp_path: Path) -> None:
    """K9: the disk as it is at every commit is a journal of just the sales so far."""
    for i in range(4):
        sell(kiosk, 1, i)
        copy = tmp_path / f"copy{i}"
        shutil.copytree(kiosk.store.folder, copy)
        again = open_kiosk(copy, PaperOffice(), SetClock())
        assert again.journal.head == kiosk.journal.head
        assert len(again.till.ledger.sales) == i + 1
        again.close()


def check_whole(kiosk: Kiosk) -> None:
    while kiosk.journal.check_step():
        pass


def flip(path: Path, needle: bytes) -> None:
    data = bytearray(path.read_bytes())
    at = data.find(needle)
    assert at > 0
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("sealed", [False, True])
def test_a_flipped_byte_stops_the_kiosk_and_the_file_is_kept(kiosk: Kiosk, *, sealed: bool) -> None:
    """K5: corruption stops selling at start, also before the last seal; the bad file stays as it is."""
    sell(kiosk, 30)
    row = kiosk.store.entry(20)
    assert row is not None
    if sealed:
        kiosk.journal.seal()
    kiosk.store.idle()
    folder, office, clock = kiosk.store.folder, kiosk.office, kiosk.clock
    kiosk.close()
    flip(folder / DATABASE, row.data[-40:])
    damaged = (folder / DATABASE).read_bytes()
    with pytest.raises(Fault) as found:
        open_kiosk(folder, office, clock)
    assert found.value.code == "journal_corrupt"
    assert (folder / DATABASE).read_bytes()[:4096] == damaged[:4096]


def test_an_entry_put_in_anothers_place_is_found_behind_the_screens(kiosk: Kiosk) -> None:
    """K5: an entry that is whole by itself and breaks the chain, before the last seal, is seen by the whole check."""
    sell(kiosk, 30)
    row = kiosk.store.entry(20)
    assert row is not None
    kiosk.journal.seal()
    kiosk.store.idle()
    folder, office, clock = kiosk.store.folder, kiosk.office, kiosk.clock
    kiosk.close()
    other = row.data.replace(b'"at":1', b'"at":2', 1)
    assert other != row.data
    file = sqlite3.connect(folder / DATABASE)
    file.execute(
        "UPDATE journal SET data = ?, hash = ? WHERE seq = 20", (other, hashlib.sha256(other).digest())
    )
    file.commit()
    file.close()
    again = open_kiosk(folder, office, clock)
    with pytest.raises(Fault) as found:
        check_whole(again)
    again.close()
    assert found.value.code == "journal_corrupt"


def test_a_file_that_is_no_database_is_said_to_be_damaged(kiosk: Kiosk) -> None:
    """K5: never a silent new database."""
    folder = kiosk.store.folder
    kiosk.store.idle()
    kiosk.close()
    (folder / DATABASE).write_bytes(b"not a database" * 1_000)
    with pytest.raises(Fault) as found:
        open_kiosk(folder, kiosk.office, kiosk.clock)
    assert found.value.code == "journal_corrupt"


@pytest.mark.parametrize("emptied", [False, True])
def test_a_journal_that_is_gone_is_never_begun_anew(kiosk: Kiosk, *, emptied: bool) -> None:
    """K5: never a silent new database."""
    folder = kiosk.store.folder
    kiosk.close()
    for path in folder.glob(DATABASE + "*"):
        path.unlink()
    if emptied:
        sqlite3.connect(folder / DATABASE).close()
        (folder / DATABASE).touch()
    with pytest.raises(Fault) as found:
        open_kiosk(folder, kiosk.office, kiosk.clock)
    assert found.value.code == "journal_missing"


def test_a_newer_programs_journal_is_refused_with_a_sentence(kiosk: Kiosk) -> None:
    """K15: downgrade refused with a sentence."""
    folder = kiosk.store.folder
    kiosk.close()
    connection = sqlite3.connect(folder / DATABASE)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(Refused, match="newer program"):
        Store(folder)


def test_secrets_are_in_the_identity_file_alone(kiosk: Kiosk) -> None:
    """Z4: the private key and the kiosk's secret are never in the database; the file is the owner's."""
    sell(kiosk, 3)
    kiosk.store.idle()
    folder = kiosk.store.folder
    assert (folder / IDENTITY).stat().st_mode & 0o777 == 0o600
    held = json.loads((folder / IDENTITY).read_text())
    for path in folder.iterdir():
        if path.name != IDENTITY:
            data = path.read_bytes()
            for secret in (held["key"], held["kiosk_secret"]):
                assert secret.encode() not in data
                assert bytes.fromhex(secret) not in data
    assert held["key"] not in repr(kiosk.identity)


def test_a_full_disk_refuses_the_sale_and_keeps_the_rest(kiosk: Kiosk, tmp_path: Path) -> None:
    """K7: a disk that is full in the midst of a sale leaves it absent, and the journal goes on when there is room."""
    source, small = kiosk.store.folder, tmp_path / "small"
    kiosk.store.idle()
    kiosk.close()
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(small)], check=True)
    try:
        shutil.copytree(source, small, dirs_exist_ok=True)
        tight = open_kiosk(small, kiosk.office, kiosk.clock)
        with pytest.raises(Fault) as full:
            sell(tight, 5_000)
        assert full.value.code in ("disk_full", "disk")
        head = tight.journal.head
        assert len(tight.till.ledger.sales) > 0
        tight.close()
        subprocess.run(["mount", "-o", "remount,size=4m", str(small)], check=True)
        again = open_kiosk(small, kiosk.office, kiosk.clock)
        assert again.journal.head.seq == head.seq
        again.print_all()
        sell(again, 1, 6_000)
        again.close()
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_an_export_holds_what_the_office_lacks_as_uploads(kiosk: Kiosk, tmp_path: Path) -> None:
    """K6: the office imports the file, idempotently: it is made of uploads."""
    sell(kiosk, 10)
    target = tmp_path / "out"
    assert export(kiosk.store, kiosk.identity, 4, target) == kiosk.journal.head.seq - 4
    with target.open("rb") as file:
        head = json.loads(file.readline())
        assert head["format"] == "tombola-export-1"
        header, frames = wire.unpack_batch(file.read(int.from_bytes(file.read(4))))
        assert file.read() == b""
    entries = [entry.read(data) for data in entry.unframe(frames, 1_000)]
    assert (header.first, header.count) == (5, len(entries))
    held = kiosk.store.entry(4)
    assert held is not None
    assert entry.first_break(entries, header.rsu, header.epoch, (4, held.hash)) is None
    assert entry.signed_by(kiosk.identity.key.public, entries[-1].hash, bytes.fromhex(header.signature))


def test_the_program_exports_without_a_window(kiosk: Kiosk, tmp_path: Path) -> None:
    """K6: `tombola-kiosk --export FILE`; while the kiosk runs it says so."""
    command = [
        sys.executable,
        "-m",
        "kiosk",
        "--data",
        str(kiosk.store.folder),
        "--export",
        str(tmp_path / "out"),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    busy = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert busy.returncode == 2
    assert "already running" in busy.stderr
    head = kiosk.journal.head.seq
    kiosk.close()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{head} entries" in done.stdout


def test_keys_of_another_kiosk_do_not_open_a_journal(kiosk: Kiosk) -> None:
    """Y8: a journal under another identity is not continued."""
    folder = kiosk.store.folder
    held = kiosk.store.identity()
    kiosk.store.save_identity(held | {"key": SigningKey(b"z" * 32).seed.hex()})
    kiosk.close()
    with pytest.raises(Fault, match="wrong signature"):
        open_kiosk(folder, kiosk.office, kiosk.clock)


def test_the_log_is_begun_anew_when_nobody_waits_and_not_by_a_sale(kiosk: Kiosk) -> None:
    """K9: a sale is one sync; the second one, of a log that begins, is paid for in idle time."""
    log = kiosk.store.path.with_name(DATABASE + "-wal")

    def begun() -> int:
        return int.from_bytes(
            log.read_bytes()[12:16]
        )  # checkpoint sequence number: the file format, section 4.1

    before = begun()
    kiosk.store.idle()
    assert begun() == before + 1
    kiosk.store.idle()
    assert begun() == before + 1, "an idle kiosk wears its disk out"
    kiosk.store.put_json("something", 1)
    assert begun() == before + 1
    kiosk.store.idle()
    assert begun() == before + 2


# Signatures that a sale does not wait for -----------------------------------------------------------


def bare(kiosk: Kiosk) -> list[int]:
    """Entries whose row bears no signature yet."""
    return [row.seq for row in kiosk.store.entries(0, 1_000) if len(row.signature) != journal.SIGNATURE_BYTES]


def sell_unsigned(kiosk: Kiosk, ident: int = 1) -> int:
    sell(kiosk, 2, 100)
    kiosk.till.complete(str(UUID(int=ident)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
    return kiosk.journal.head.seq


def test_a_sale_gets_its_signature_with_the_next_write(kiosk: Kiosk) -> None:
    """K6: whatever is written next signs the sale: the note that its print begins, another fact, the seal."""
    writes = (
        lambda: kiosk.till.sending(str(UUID(int=9)), 0),
        lambda: kiosk.till.log_on(OPERATOR),
        kiosk.journal.seal,
        kiosk.journal.sign,
    )
    for i, write in enumerate(writes):
        kiosk.print_all()
        kiosk.till.complete(str(UUID(int=i + 1)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
        assert bare(kiosk) == [kiosk.journal.head.seq]
        write()
        assert bare(kiosk) == []
    for row in kiosk.store.entries(0, 1_000):
        assert entry.signed_by(kiosk.identity.key.public, row.hash, row.signature)


def test_what_leaves_the_disk_is_signed_as_it_leaves(kiosk: Kiosk, tmp_path: Path) -> None:
    """K6: a dead unit's second copy is proof, its last sale included; so is an upload."""
    seq = sell_unsigned(kiosk)
    mirror = Mirror(tmp_path / "stick", kiosk.identity)
    mirror.open(kiosk.store)
    mirror.follow(kiosk.store)
    upload = journal.pack(kiosk.identity, kiosk.store.entries(0, 1_000))
    assert bare(kiosk) == [seq]
    copied = list(mirror.rows())
    assert len(copied) == seq
    for data, signed in copied:
        assert entry.signed_by(kiosk.identity.key.public, entry.read(data).hash, signed)
    header, _ = wire.unpack_batch(upload)
    kiosk.journal.sign()
    held = kiosk.store.entry(seq)
    assert held is not None
    assert header.signature == held.signature.hex() == copied[-1][1].hex()


def test_a_start_signs_what_a_power_failure_left_without(kiosk: Kiosk) -> None:
    """K9: the last sale before the power went is whole, and signed at the next start."""
    seq = sell_unsigned(kiosk)
    kiosk.close()
    again = open_kiosk(kiosk.store.folder, kiosk.office, kiosk.clock)
    assert again.journal.head.seq == seq
    assert bare(again) == []
    held = again.store.entry(seq)
    assert held is not None
    assert entry.signed_by(again.identity.key.public, held.hash, held.signature)
    assert str(UUID(int=1)) in again.till.ledger.sales
    again.close()


def test_a_last_entry_that_this_kiosk_did_not_write_is_signed_by_nobody(kiosk: Kiosk, tmp_path: Path) -> None:
    """Y8: a row without a signature needs the proof that only this kiosk's key can make."""
    seq = sell_unsigned(kiosk)
    folder = kiosk.store.folder
    kiosk.close()
    base = sqlite3.connect(folder / DATABASE)
    ((data,),) = base.execute("SELECT data FROM journal WHERE seq = ?", (seq,)).fetchall()
    dearer = data.replace(b'"price":500', b'"price":900')
    assert dearer != data
    base.execute(
        "UPDATE journal SET data = ?, hash = ? WHERE seq = ?", (dearer, hashlib.sha256(dearer).digest(), seq)
    )
    base.commit()
    base.close()
    with pytest.raises(Fault, match="wrong signature"):
        open_kiosk(folder, kiosk.office, kiosk.clock)
    with Store(folder) as store, pytest.raises(Fault, match="wrong signature"):
        export(store, kiosk.identity, 0, tmp_path / "out")

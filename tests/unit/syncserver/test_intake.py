"""A dead kiosk's stick and export, brought to the office whole, torn, flipped, twice, too late, and by mistake."""

from __future__ import annotations

import argparse
import base64
import hashlib
import html
import io
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from kiosk.journal import export
from kiosk.mirror import Mirror
from kiosk.store import Identity, Row, Store
from shared import entry, sale, wire
from shared.clock import SystemClock
from shared.errors import Fault, KnownError
from shared.keys import SigningKey
from syncserver import auth, draws, intake, reconcile, rsus, shifts
from syncserver import models as m
from syncserver.admin import kiosks
from syncserver.app import create_app
from syncserver.config import read_config
from syncserver.db import Database, migrate, open_database
from syncserver.intake import Imported
from syncserver.office import Office
from tests.chains import PRICE, Kiosk, Scene, SetClock, backup, open_scene
from tests.drawers import FLOAT, closed, count, opened
from tests.postgres import Cluster
from tests.server import PASSWORD, log_in, open_home, run, token

SOLD = 12


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def identity(kiosk: Kiosk) -> Identity:
    said = kiosk.enrolment
    return Identity(
        rsu=said.rsu,
        epoch=said.epoch,
        name=said.name,
        organisation=said.organisation,
        certificate=base64.b64decode(said.certificate),
        certificate_signature=bytes.fromhex(said.certificate_signature),
        key=kiosk.key,
        kiosk_secret=bytes.fromhex(said.kiosk_secret),
        server="https://office.example",
        server_key=bytes.fromhex(said.server_key),
        demo=False,
    )


def rows(kiosk: Kiosk) -> list[Row]:
    return [
        Row(seq, data, entry.sign(kiosk.key, data), hashlib.sha256(data).digest())
        for seq, data in enumerate(kiosk.entries, start=1)
    ]


def stick(kiosk: Kiosk, folder: Path, count: int | None = None) -> Path:
    """The kiosk's second copy, as the kiosk writes it; of its first entries where told so."""
    mirror = Mirror(folder, identity(kiosk))
    with Store(folder.with_name(f"{folder.name}-disk")) as store:
        mirror.open(store)
    mirror.append(rows(kiosk)[:count])
    return mirror.path


def exported(kiosk: Kiosk, folder: Path, after: int = 0) -> Path:
    """The kiosk's export of what lies behind ``after``, as the kiosk writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    with Store(folder / "disk") as store:
        for row in rows(kiosk):
            store.append(row)
        export(store, identity(kiosk), after, folder / "out")
    return folder / "out"


Write = Callable[[Kiosk, Path], Path]


def dead(scene: Scene, sold: int = SOLD) -> Kiosk:
    """A kiosk that has sold and never been heard of since its enrolment."""
    kiosk = scene.kiosk("North")
    for _ in range(sold):
        kiosk.sell()
    return kiosk


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)


def record(path: Path, kiosk: Kiosk, seq: int) -> int:
    """Where in the second copy the entry begins, behind its length."""
    at = path.read_bytes().find(kiosk.entries[seq - 1])
    assert at > 0
    return at


def counts(done: Imported) -> tuple[int, int, int, int, int]:
    return done.found, done.new, done.already, done.quarantined, done.left


def closed_gates(scene: Scene) -> list[str]:
    with scene.office.begin() as c:
        return [g.code for g in reconcile.status(scene.office, c, scene.event).gates if not g.passed]


def happened(office: Office, kind: str) -> list[tuple[str, UUID | None, str]]:
    with office.begin() as c:
        found = c.execute(m.critical_events.select().where(m.critical_events.c.event_type == kind)).all()
    return [(row.severity, row.user_id, row.description) for row in found]


@pytest.mark.parametrize("write", [stick, exported])
def test_a_dead_kiosk_s_sales_come_in_once_however_often_its_medium_does(
    scene: Scene, tmp_path: Path, write: Write
) -> None:
    """K6, Y1: from the second copy and from the export alike; what is there already changes nothing."""
    kiosk = dead(scene)
    kiosk.send(1, 3)
    path = write(kiosk, tmp_path / "medium")
    before = path.read_bytes()
    done = intake.take_path(scene.office, path, scene.user)
    assert counts(done) == (SOLD + 2, SOLD - 1, 3, 0, 0)
    assert (done.unit, done.epoch, done.first, done.last, done.sales) == ("North", 1, 1, SOLD + 2, SOLD)
    assert (done.head, done.missing, done.troubles, done.notes) == (SOLD + 2, "", (), ())
    assert scene.total() == (SOLD * PRICE, SOLD * PRICE)
    assert counts(intake.take_path(scene.office, path)) == (SOLD + 2, 0, SOLD + 2, 0, 0)
    assert scene.total() == (SOLD * PRICE, SOLD * PRICE)
    assert scene.findings() == []
    assert path.read_bytes() == before
    assert [(severity, by) for severity, by, _ in happened(scene.office, "journal_imported")] == [
        ("INFO", scene.user),
        ("INFO", None),
    ]


@pytest.mark.parametrize("write", [stick, exported])
def test_a_dead_kiosk_s_shifts_and_cash_come_in_with_its_sales(
    scene: Scene, tmp_path: Path, write: Write
) -> None:
    """K6, K13: what its drawer held is counted again, as if the kiosk had handed it in itself."""
    kiosk = dead(scene, 0)
    mine = opened(kiosk)
    card = sale.Payment(method="card", amount=PRICE, tendered=PRICE, change=0, card=PRICE, reference="T-9")
    kiosk.sell(payment=card)
    kiosk.sell()
    count(kiosk, mine, FLOAT + PRICE)
    closed(kiosk, mine)
    file = write(kiosk, tmp_path / "medium")
    for new in (len(kiosk.entries), 0):
        done = intake.take_path(scene.office, file, scene.user)
        assert (done.new, done.troubles) == (new, ())
    with scene.office.begin() as c:
        (shift,) = shifts.of_kiosk(c, kiosk.rsu)
        (unit,) = reconcile.status(scene.office, c, scene.event).rows
    assert (shift.agrees, shift.sums[0].counted) == (True, FLOAT + PRICE)
    assert (unit.card, unit.cash, unit.drawer.over) == (PRICE, PRICE, 0)
    assert scene.findings() == []


def test_a_torn_last_record_costs_nothing_that_was_whole(scene: Scene, tmp_path: Path) -> None:
    """K6: power fails while the second copy is written; zeros at the end are what some file systems leave."""
    kiosk = dead(scene)
    path = stick(kiosk, tmp_path)
    whole = path.read_bytes()
    begins = record(path, kiosk, SOLD + 2) - 4
    for torn in (whole[:-40], whole[: begins + 3], whole[:begins] + bytes(700)):
        path.write_bytes(torn)
        done = intake.take_path(scene.office, path)
        assert (done.found, done.last, done.whole) == (SOLD + 1, SOLD + 1, True)
        assert "cut off" in done.notes[0]
    path.write_bytes(whole)
    assert intake.take_path(scene.office, path).new == 1


def test_a_cut_off_export_is_said_to_be_incomplete(scene: Scene, tmp_path: Path) -> None:
    """K6: an export is written whole; where it ends early it was copied badly, and sales may be missing."""
    path = exported(dead(scene), tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    done = intake.take_path(scene.office, path)
    assert counts(done) == (0, 0, 0, 0, 0)
    assert "copy it again" in done.troubles[0]
    assert happened(scene.office, "journal_imported")[0][0] == "WARN"


@pytest.mark.parametrize("where", ["body", "length", "signature", "header"])
def test_a_flipped_byte_is_named_and_another_copy_heals_it(scene: Scene, tmp_path: Path, where: str) -> None:
    """K5, K6: what is whole before it comes in, what is behind it waits for the one entry, and nothing is lost."""
    kiosk = dead(scene)
    bad, good = stick(kiosk, tmp_path / "a"), exported(kiosk, tmp_path / "b", 5)
    begins = record(bad, kiosk, 7)
    size = len(kiosk.entries[6])
    flip(
        bad,
        {"body": begins + size - 9, "length": begins - 2, "signature": begins + size + 5, "header": 40}[
            where
        ],
    )
    done = intake.take_path(scene.office, bad)
    if where in {"length", "header"}:
        # Where the next record begins says how long this one is; whose it is, the records say themselves.
        assert counts(done) == (SOLD + 2, SOLD + 2, 0, 0, 0)
        return
    assert counts(done) == (SOLD + 1, 6, 0, 0, SOLD - 5)
    assert done.missing == "7"
    assert "behind entry 6, before entry 8" in done.troubles[0]
    assert f"Entries 8 to {SOLD + 2} of this file ({SOLD - 5} sales)" in done.troubles[1]
    assert counts(intake.take_path(scene.office, good)) == (SOLD - 3, SOLD - 4, 1, 0, 0)
    again = intake.take_path(scene.office, bad)
    assert (again.whole, again.notes) == (
        True,
        ("1 place is damaged; what stood there came in from elsewhere.",),
    )
    assert scene.total() == (SOLD * PRICE, SOLD * PRICE)
    assert scene.findings() == []


def test_several_damaged_copies_make_one_whole(scene: Scene, tmp_path: Path) -> None:
    """K6: each of two sticks lacks another entry; given together, all comes in."""
    kiosk = dead(scene)
    one, two = stick(kiosk, tmp_path / "a"), stick(kiosk, tmp_path / "b")
    flip(one, record(one, kiosk, 5) + 300)
    flip(two, record(two, kiosk, 4) + 300)
    flip(two, record(two, kiosk, 9) + 300)
    came = [(path, done) for path, done in intake.take_paths(scene.office, [two, tmp_path / "none", one])]
    assert [path for path, _ in came] == [two, tmp_path / "none", one, two, one, two]
    assert isinstance(came[1][1], Fault)
    assert scene.total() == (SOLD * PRICE, SOLD * PRICE)
    assert isinstance(came[-1][1], Imported)
    assert (came[-1][1].head, came[-1][1].left) == (SOLD + 2, 0)


def refusal(call: Callable[[], object]) -> KnownError:
    with pytest.raises(KnownError) as found:
        call()
    return found.value


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n" + bytes(5_000), b'{"format":"tombola-mirror-9"}\n', b'{"at":' * 5_000]
)
def test_a_file_that_is_no_journal_is_refused_with_a_sentence(
    scene: Scene, tmp_path: Path, content: bytes
) -> None:
    """Z3: any file may be chosen by mistake."""
    path = tmp_path / "IMG_1.png"
    path.write_bytes(content)
    error = refusal(lambda: intake.take_path(scene.office, path))
    assert (error.code, error.message) == ("no_journal", "IMG_1.png holds no journal of a kiosk.")
    assert "tombola-kiosk --export" in error.hint
    assert happened(scene.office, "import_refused")[0][0] == "WARN"
    assert "cannot be read" in refusal(lambda: intake.take_path(scene.office, tmp_path)).message


@pytest.mark.parametrize("write", [stick, exported])
def test_another_office_s_kiosk_is_refused(
    scene: Scene, postgres: Cluster, tmp_path: Path, write: Write
) -> None:
    """Z1: only a kiosk that this office has enrolled, or signed for."""
    with postgres.fresh() as other:
        path = write(dead(open_scene(other, tmp_path / "elsewhere")), tmp_path / "medium")
    error = refusal(lambda: intake.take_path(scene.office, path))
    assert error.code == "other_office"
    assert "the office that this kiosk belongs to" in error.hint
    assert scene.tickets() == {}


def test_entries_that_somebody_else_signed_are_not_taken(scene: Scene, tmp_path: Path) -> None:
    """Y8: a medium proves nothing by itself; each record bears the kiosk's signature, or is no record."""
    kiosk = dead(scene)
    kiosk.key = SigningKey(b"forger".ljust(32, b"."))
    done = intake.take_path(scene.office, stick(kiosk, tmp_path))
    assert counts(done) == (0, 0, 0, 0, 0)
    assert "not signed by this kiosk" in done.troubles[0]
    assert scene.tickets() == {}


@pytest.mark.parametrize("flipped", [None, 200])
def test_an_office_restored_from_before_the_enrolment_takes_the_stick(
    scene: Scene, postgres: Cluster, tmp_path: Path, flipped: int | None
) -> None:
    """Y7: the certificate says who it is: the one in the file's first line, else the one in the chain's first entry."""
    with backup(scene, postgres) as restore:
        kiosk = dead(scene)
        kiosk.send_all()
        path = stick(kiosk, tmp_path / "medium")
        if flipped:
            flip(path, flipped)
        restore()
        assert scene.tickets() == {}
        done = intake.take_path(scene.office, path)
        assert counts(done) == (SOLD + 2, SOLD + 2, 0, 0, 0)
        assert scene.total() == (SOLD * PRICE, SOLD * PRICE)
        with scene.office.begin() as c:
            assert rsus.unit_state(c, kiosk.rsu, kiosk.epoch) == "enabled"


def test_an_export_for_the_office_of_yesterday_leaves_a_hole_that_is_named(
    scene: Scene, postgres: Cluster, tmp_path: Path
) -> None:
    """Y7: an export holds what the office lacked before its restore; the rest is on the stick."""
    kiosk = dead(scene)
    kiosk.send(1, 4)
    with backup(scene, postgres) as restore:
        kiosk.send(5, 9)
        path = exported(kiosk, tmp_path / "medium", 9)
        restore()
        done = intake.take_path(scene.office, path)
        assert counts(done) == (SOLD - 7, 0, 0, 0, SOLD - 7)
        assert done.missing == "5 to 9"
        assert "begins with entry 1" in done.troubles[0]
        assert intake.take_path(scene.office, stick(kiosk, tmp_path / "stick")).whole
        assert scene.total() == (SOLD * PRICE, SOLD * PRICE)


def test_a_copied_disk_s_sales_lie_in_quarantine_until_somebody_decides(scene: Scene, tmp_path: Path) -> None:
    """Y8: the branch is kept with a finding, also where it is longer than the chain; the unit is stopped."""
    kiosk = dead(scene, 3)
    clone = kiosk.copy()
    kiosk.sell()
    kiosk.send_all()
    for _ in range(4):
        clone.sell()
    path = stick(clone, tmp_path)
    done = intake.take_path(scene.office, path)
    assert counts(done) == (9, 0, 5, 4, 0)
    assert "second chain" in done.notes[0]
    assert scene.findings() == [("fork", True)]
    assert counts(intake.take_path(scene.office, path)) == (9, 0, 5, 4, 0)
    assert scene.findings() == [("fork", True)]
    with scene.office.begin() as c:
        assert rsus.unit_state(c, kiosk.rsu, kiosk.epoch) == "forked"
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    assert "findings" in closed_gates(scene)


def test_of_a_branch_too_long_to_keep_the_rest_is_said_to_be_in_the_file_alone(
    scene: Scene, tmp_path: Path
) -> None:
    """Y8: nothing is passed over in silence."""
    kiosk = dead(scene, 1)
    clone = kiosk.copy()
    kiosk.sell()
    kiosk.send_all()
    for i in range(wire.BATCH_ENTRIES_MAX + 5):
        clone.journal(sale.Critical(code="note", severity="INFO", detail=str(i)))
    done = intake.take_path(scene.office, stick(clone, tmp_path))
    assert (done.quarantined > 0, done.quarantined + done.left) == (True, wire.BATCH_ENTRIES_MAX + 5)
    assert done.whole == (done.left == 0)
    assert done.whole or "not taken. Keep the file" in done.troubles[0]


def test_what_a_revoked_kiosk_sold_afterwards_lies_in_quarantine(scene: Scene, tmp_path: Path) -> None:
    """Y8: what was known at the revocation stands, what came after is for a person."""
    kiosk = dead(scene, 3)
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        rsus.set_state(c, kiosk.rsu, "revoked", scene.user, "stolen")
    kiosk.sell()
    done = intake.take_path(scene.office, stick(kiosk, tmp_path))
    assert counts(done) == (6, 0, 5, 1, 0)
    assert "after the kiosk was revoked" in done.notes[0]
    assert scene.kinds() == {"revoked_entries"}


def test_a_draw_that_waits_for_a_dead_kiosk_opens_when_its_medium_is_in(scene: Scene, tmp_path: Path) -> None:
    """Law 6, K6: its cut is on the stick, so the draw opens, and its numbers are in the pool."""
    kiosk = dead(scene)
    scene.close()
    kiosk.cut()
    assert closed_gates(scene) == ["unit", "confirmed"]
    done = intake.take_path(scene.office, stick(kiosk, tmp_path))
    assert done.whole
    assert closed_gates(scene) == ["confirmed"]
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    draw = draws.draw_now(scene.office, scene.event, scene.user)
    with scene.office.begin() as c:
        assert [size for _, size, _ in draws.get(c, draw).pools] == [SOLD * 5]


def test_a_medium_that_ends_before_the_cut_says_what_is_missing(scene: Scene, tmp_path: Path) -> None:
    """Law 6, Y11: the draw stays shut and names the kiosk; what it last said of itself says how much is missing."""
    kiosk = dead(scene)
    with scene.office.begin() as c:
        report = wire.Health(
            seq=1,
            at=scene.clock.now_ms(),
            last_seq=SOLD + 2,
            unsynced=SOLD + 2,
            oldest_unsynced_at=None,
            numbers_left={},
            printer="ready",
            scanner="none",
            disk_free_bytes=1,
            software="1.0",
            state="selling",
            catalog=(1, 1),
        )
        rsus.health(scene.office, c, kiosk.rsu, kiosk.epoch, report)
    path = stick(kiosk, tmp_path, SOLD)
    heard = scene.office.now()
    scene.close()
    done = intake.take_path(scene.office, path)
    assert counts(done) == (SOLD, SOLD, 0, 0, 0)
    assert done.missing == f"{SOLD + 1} to {SOLD + 2}"
    assert "Look for a later copy" in done.troubles[0]
    assert done.troubles[1].startswith(
        "Summer raffle: the close's cut is not among what North has handed over"
    )
    assert "two people may leave the kiosk out" in done.troubles[1]
    with scene.office.begin() as c:
        assert [row.last_seen_at for row in reconcile.status(scene.office, c, scene.event).rows] == [heard]
    assert closed_gates(scene) == ["unit", "confirmed"]


def test_more_than_one_upload_holds_comes_in_by_parts(scene: Scene, tmp_path: Path) -> None:
    """Y6: three weeks off line are more than one upload."""
    kiosk = scene.kiosk("North")
    for i in range(2 * wire.BATCH_ENTRIES_MAX):
        kiosk.journal(sale.Critical(code="note", severity="INFO", detail=str(i)))
    kiosk.sell()
    total = len(kiosk.entries)
    kiosk.send(1, 700)
    assert counts(intake.take_path(scene.office, stick(kiosk, tmp_path))) == (total, total - 700, 700, 0, 0)


# The page and the program ---------------------------------------------------------------------------


def browser(scene: Scene, role: str = "manager") -> FlaskClient:
    """Somebody of this role, logged in."""
    with scene.office.begin() as c:
        auth.create_user(c, scene.organisation, role, f"Per {role}", PASSWORD, role)
    made = create_app(scene.office).test_client()
    assert log_in(made, role).status_code == 303
    return made


def upload(client: FlaskClient, kiosk: UUID, data: bytes, name: str = "tombola.journal") -> tuple[int, str]:
    """Sends the form, follows it, and what the page then says."""
    form = {"csrf": token(client), "medium": (io.BytesIO(data), name)}
    answer = client.post(f"/admin/kiosks/{kiosk}/import", data=form, follow_redirects=True)
    return answer.status_code, html.unescape(answer.get_data(as_text=True))


def test_the_office_brings_a_medium_in_on_the_kiosk_s_page(scene: Scene, tmp_path: Path) -> None:
    """K6, O4: by a manager, on record under their name; twice changes nothing; larger than a request's usual limit."""
    kiosk = dead(scene)
    for _ in range(12):
        kiosk.journal_raw("note", b"x" * 250_000)
    data = stick(kiosk, tmp_path).read_bytes()
    assert len(data) > wire.REQUEST_BYTES_MAX
    client, total = browser(scene), len(kiosk.entries)
    assert 'type="file"' in client.get(f"/admin/kiosks/{kiosk.rsu}").get_data(as_text=True)
    status, page = upload(client, kiosk.rsu, data)
    assert status == 200
    assert f"{total} entries found: {total} new, 0 here already, 0 in quarantine, 0 left out." in page
    assert f"0 new, {total} here already" in upload(client, kiosk.rsu, data)[1]
    assert scene.total() == (SOLD * PRICE, SOLD * PRICE)
    by = {by for _, by, _ in happened(scene.office, "journal_imported")}
    assert by != {None}
    assert len(by) == 1


def test_the_page_says_what_is_wrong_with_a_file(scene: Scene, tmp_path: Path) -> None:
    """Z2, Z3: none chosen, no journal, another kiosk's, too large, damaged: a sentence on the kiosk's own page."""
    kiosk, client = dead(scene), browser(scene)
    path = stick(kiosk, tmp_path)
    other = scene.kiosk("South").rsu
    nothing = client.post(
        f"/admin/kiosks/{kiosk.rsu}/import", data={"csrf": token(client)}, follow_redirects=True
    )
    assert "No file was chosen." in nothing.get_data(as_text=True)
    assert "cat.jpg holds no journal of a kiosk." in upload(client, kiosk.rsu, b"miaow", "cat.jpg\x07")[1]
    assert "tombola.journal is of another kiosk." in upload(client, other, path.read_bytes())[1]
    status, page = upload(client, kiosk.rsu, bytes(kiosks.MEDIUM_BYTES_MAX + kiosks.FORM_BYTES + 1))
    assert status == 200
    assert "The file is larger than 32 MB." in page
    flip(path, record(path, kiosk, 7) + 300)
    assert "Not all of North is in." in upload(client, kiosk.rsu, path.read_bytes())[1]
    assert scene.total() == (4 * PRICE, 4 * PRICE)
    assert upload(client, UUID(int=1), path.read_bytes())[0] == 404


def test_those_who_only_look_cannot_bring_a_medium_in(scene: Scene, tmp_path: Path) -> None:
    """Z2: managers and administrators alone; a form without its token is refused."""
    kiosk = dead(scene)
    data = stick(kiosk, tmp_path).read_bytes()
    auditor = browser(scene, "auditor")
    assert 'type="file"' not in auditor.get(f"/admin/kiosks/{kiosk.rsu}").get_data(as_text=True)
    assert upload(auditor, kiosk.rsu, data)[0] == 403
    forged = browser(scene).post(
        f"/admin/kiosks/{kiosk.rsu}/import", data={"medium": (io.BytesIO(data), "x")}
    )
    assert forged.status_code == 403
    assert scene.tickets() == {}


def test_the_program_tells_for_each_file_what_came_of_it(tmp_path: Path) -> None:
    """K6: `tombola-server import FILE…` at the office's machine, with what to do where something is amiss."""
    with open_home() as home:
        config = read_config({"TOMBOLA_HOME": str(home)}, argparse.Namespace())
        with closing(open_database(config, SystemClock())) as database:
            migrate(database)
            clock = SetClock()
            clock.ms = SystemClock().now_ms()
            kiosk = dead(open_scene(database, home, clock=clock))
            bad, good = stick(kiosk, tmp_path / "a"), exported(kiosk, tmp_path / "b")
            flip(bad, record(bad, kiosk, 7) + 300)
            (tmp_path / "cat.jpg").write_bytes(b"miaow")
            told = run(home, "import", str(bad), str(tmp_path / "cat.jpg"))
            assert told.returncode == 1
            assert "left out       7\n" in told.stdout
            assert "missing        7\n" in told.stdout
            assert "! cat.jpg holds no journal of a kiosk." in told.stdout
            assert "Not everything came in" in told.stderr
            assert "Traceback" not in told.stderr
            done = run(home, "import", str(good), str(bad))
            assert done.returncode == 0, done.stderr
            assert "new            8\n" in done.stdout
            assert "office has     entries up to 14\n" in done.stdout

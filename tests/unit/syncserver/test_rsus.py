"""Kiosks: enrolled by a one-time code, known again by their certificate, stopped by the office."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from shared import keys, sale, wire
from shared.errors import Refused
from syncserver import audit, rsus
from syncserver import models as m
from syncserver.db import Database
from tests.chains import HOUR_MS, Kiosk, Scene, b64, open_scene, together


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def code_for(scene: Scene, name: str = "North") -> str:
    with scene.office.begin(scene.user) as c:
        rsu = rsus.create_rsu(c, scene.organisation, name, scene.venue)
        return rsus.new_code(scene.office, c, rsu, scene.user)


def ask(code: str, key: keys.SigningKey) -> wire.EnrolRequest:
    return wire.EnrolRequest(code=code, public_key=key.public.hex(), device="m\x00achine", software="1.0")


def refusal(scene: Scene, request: wire.EnrolRequest) -> str:
    with pytest.raises(Refused) as e:
        rsus.enrol(scene.office, request)
    return e.value.code


def health(seq: int, **fields: object) -> wire.Health:
    said = wire.Health(
        seq=seq,
        at=0,
        last_seq=9,
        unsynced=3,
        oldest_unsynced_at=None,
        numbers_left={"e": 50},
        printer="The printer is ready.",
        scanner="The scanner is ready.",
        disk_free_bytes=1,
        software="1.1",
        state="selling",
        catalog=(1, 1),
    )
    return msgspec.structs.replace(said, **fields)


def test_a_kiosk_enrols_by_its_code_once_and_is_disabled_at_first(scene: Scene) -> None:
    """K2: un-enrolled and disabled by default; case and dashes do not count; the same key gets the same answer."""
    code = code_for(scene)
    key = keys.SigningKey.new(scene.clock)
    first = rsus.enrol(scene.office, ask(code.lower().replace("-", " "), key))
    assert rsus.enrol(scene.office, ask(code, key)) == first
    assert refusal(scene, ask(code, keys.SigningKey.new(scene.clock))) == "code_used"
    certificate = msgspec.json.decode(b64(first.certificate), type=wire.Certificate)
    assert (certificate.rsu, certificate.epoch, certificate.public_key) == (first.rsu, 1, key.public.hex())
    assert keys.verify(
        bytes.fromhex(first.server_key),
        keys.CERTIFICATE,
        b64(first.certificate),
        bytes.fromhex(first.certificate_signature),
    )
    with scene.office.begin() as c:
        assert c.execute(m.rsus.select()).one().state == "disabled"
        codes = c.execute(m.enrolment_codes.select()).all()
    assert code.replace("-", "").encode() not in b"".join(bytes(row.code_hash) for row in codes)


def test_one_code_enrols_one_kiosk_even_when_two_type_it_at_once(scene: Scene) -> None:
    code = code_for(scene)
    pair = [keys.SigningKey.new(scene.clock) for _ in range(2)]

    def enrol(key: keys.SigningKey) -> str:
        try:
            return str(rsus.enrol(scene.office, ask(code, key)).epoch)
        except Refused as e:
            return e.code

    assert sorted(together([lambda k=k: enrol(k) for k in pair])) == ["1", "code_used"]  # type: ignore[misc]


def test_wrong_and_old_codes_are_refused(scene: Scene) -> None:
    code = code_for(scene)
    key = keys.SigningKey.new(scene.clock)
    assert refusal(scene, ask("0000-0000", key)) == "code_unknown"
    assert refusal(scene, ask("\x00", key)) == "code_unknown"
    assert (
        refusal(scene, wire.EnrolRequest(code=code, public_key="zz", device="", software="")) == "bad_request"
    )
    scene.clock.pass_ms(HOUR_MS)
    assert refusal(scene, ask(code, key)) == "code_expired"


def test_a_certificate_of_ours_is_adopted_and_another_s_is_not(scene: Scene, tmp_path: Path) -> None:
    """PROTOCOL 2: a server restored from before the enrolment knows the kiosk again."""
    kiosk = scene.kiosk(blocks=0)
    certificate = b64(kiosk.enrolment.certificate)
    signature = bytes.fromhex(kiosk.enrolment.certificate_signature)
    assert rsus.adopt(scene.office, certificate, signature) == (kiosk.rsu, kiosk.epoch)
    assert rsus.adopt(scene.office, certificate, bytes(64)) is None
    forged = keys.SigningKey(bytes(32)).sign(keys.CERTIFICATE, certificate)
    assert rsus.adopt(scene.office, certificate, forged) is None
    assert rsus.adopt(scene.office, b"{}", scene.office.key.sign(keys.CERTIFICATE, b"{}")) is None
    new_key = keys.SigningKey.new(scene.clock)
    said = msgspec.json.decode(certificate, type=wire.Certificate)
    later = msgspec.structs.replace(said, epoch=7, public_key=new_key.public.hex())
    data, proof = wire.sign(scene.office.key, keys.CERTIFICATE, later)
    assert rsus.adopt(scene.office, data, proof) == (kiosk.rsu, 7)
    other = msgspec.structs.replace(later, public_key=kiosk.key.public.hex())
    assert rsus.adopt(scene.office, *wire.sign(scene.office.key, keys.CERTIFICATE, other)) is None
    header = f"{kiosk.enrolment.certificate}.{kiosk.enrolment.certificate_signature}"
    assert rsus.read_certificate(header) == (certificate, signature)
    assert rsus.read_certificate("nonsense") is None


def test_a_revoked_kiosk_is_not_simply_enabled_again(scene: Scene) -> None:
    kiosk = scene.kiosk(blocks=0)
    kiosk.send()
    with scene.office.begin(scene.user) as c, pytest.raises(Refused, match="reason"):
        rsus.set_state(c, kiosk.rsu, "revoked", scene.user, "")
    with scene.office.begin(scene.user) as c:
        rsus.set_state(c, kiosk.rsu, "revoked", scene.user, "stolen")
        with pytest.raises(Refused, match="revoked"):
            rsus.set_state(c, kiosk.rsu, "enabled", scene.user, "found")
        with pytest.raises(Refused, match="revoked"):
            rsus.new_code(scene.office, c, kiosk.rsu, scene.user)
        assert rsus.unit_state(c, kiosk.rsu, 1) == "revoked"
        rsus.set_state(c, kiosk.rsu, "disabled", scene.user, "found")
    again = scene.enrol(kiosk.rsu)
    assert again.epoch == 2
    with scene.office.begin() as c:
        assert rsus.unit_state(c, kiosk.rsu, 1) == "revoked"
        assert rsus.unit_state(c, kiosk.rsu, 2) == "disabled"
        row = c.execute(m.rsu_epochs.select().where(m.rsu_epochs.c.epoch == 1)).one()
        assert row.revoked_head_seq == 1


def test_an_old_health_report_changes_nothing(scene: Scene) -> None:
    """PROTOCOL 7; and no text of it can do harm."""
    kiosk = scene.kiosk(blocks=0)
    report(scene, kiosk, health(5, printer="Out of paper.\x00", printer_code="paper_out"))
    report(scene, kiosk, health(4, unsynced=99))
    report(scene, kiosk, health(5, unsynced=98))
    with scene.office.begin() as c:
        row = rsus.board(c, scene.organisation, scene.office.now())[0]
    assert (row.unsynced, row.printer.words, row.numbers_left, row.software) == (
        3,
        "Out of paper",
        {"e": 50},
        "1.1",
    )
    assert row.skew_ms == scene.clock.now_ms()
    assert not row.ok
    with pytest.raises(Refused):
        report(scene, kiosk, health(6, unsynced=2**40))


def report(scene: Scene, kiosk: Kiosk, said: wire.Health) -> None:
    with scene.office.begin() as c:
        rsus.health(scene.office, c, kiosk.rsu, kiosk.epoch, said)


def test_a_kiosk_that_stopped_by_itself_goes_on_record_once(scene: Scene) -> None:
    """O4: memory errors and a full buffer, each time it begins; an ordinary state is none."""
    kiosk = scene.kiosk()
    for seq, state in enumerate(
        ("selling", "disk_full", "disk_full", "selling", "disk_full", "journal_corrupt"), 1
    ):
        report(scene, kiosk, health(seq, state=state))
    with scene.office.begin() as c:
        k = m.critical_events
        codes = c.execute(
            select(k.c.event_type)
            .where(k.c.rsu_id == kiosk.rsu, k.c.severity == "ERROR")
            .order_by(k.c.event_type)
        ).scalars()
        assert list(codes) == ["DISK_FULL", "DISK_FULL", "JOURNAL_CORRUPT"]
    assert {code.upper() for code in rsus.STOPS} <= set(audit.CODES)


@pytest.mark.parametrize(
    ("code", "words", "shown", "well"),
    [
        ("ready", "L'imprimante est prête.", "ready", True),
        ("", "The printer is fine, says an older kiosk.", "unknown", True),
        ("unknown", "No printer", "unknown", True),
        ("none", "No printer is set up.", "none", True),
        ("paper_out", "L'imprimante n'a plus de papier.", "L'imprimante n'a plus de papier", False),
        ("head_lifted", "", "printer: head lifted", False),
    ],
)
def test_a_device_is_judged_by_its_code_and_never_by_its_words(
    scene: Scene, code: str, words: str, shown: str, well: bool
) -> None:
    """O6: in whatever language a kiosk speaks; a code of tomorrow is trouble, no word at all is none."""
    kiosk = scene.kiosk()
    report(scene, kiosk, health(5, printer=words, printer_code=code, scanner=words, scanner_code=code))
    with scene.office.begin() as c:
        row = rsus.board(c, scene.organisation, scene.office.now())[0]
    assert (row.printer.words, not row.printer.wrong, shown not in row.words) == (shown, well, well)
    assert row.scanner.wrong == row.printer.wrong


def test_the_board_says_what_is_wrong_in_words(scene: Scene) -> None:
    """O6: kiosks with their state."""
    scene.kiosk("A", blocks=0)
    scene.kiosk("B", enable=False)
    with scene.office.begin() as c:
        rsus.create_rsu(c, scene.organisation, "C")
        with pytest.raises(Refused, match="called"):
            rsus.create_rsu(c, scene.organisation, "C")
    scene.clock.pass_ms(HOUR_MS)
    with scene.office.begin() as c:
        board = rsus.board(c, scene.organisation, scene.office.now())
    assert [(row.name, row.state) for row in board] == [("A", "enabled"), ("B", "disabled"), ("C", "new")]
    assert "out of reach for 60 minutes" in board[0].words
    assert "enable it" in board[1].words
    assert "not enrolled" in board[2].words


def test_a_buyer_s_call_stands_on_the_board_for_a_while(scene: Scene) -> None:
    """O4: CALL_ATTENDANT of a kiosk in self-service."""
    kiosk = scene.kiosk("North")
    kiosk.journal(sale.Critical(code=rsus.CALL, severity="WARN"))
    kiosk.send()

    def words() -> str:
        with scene.office.begin() as c:
            return rsus.board(c, scene.organisation, scene.office.now())[0].words

    assert "a buyer calls for an attendant" in words()
    scene.clock.pass_ms(180_000)
    assert "a buyer called for an attendant 3 minutes ago" in words()
    scene.clock.pass_ms(480_000)
    assert "attendant" not in words()

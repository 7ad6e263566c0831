"""PROTOCOL.md against the office's core: a kiosk's whole life, and the page's own tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

from shared import keys, sale, wire
from shared.numbers import ValidationBlock, block_number
from shared.wire import ClaimReply
from syncserver import catalog, claims, draws, reconcile, rsus
from syncserver.db import Database
from tests.chains import Kiosk, Scene, b64, open_scene

PAGE = (Path(__file__).parents[2] / "shared" / "PROTOCOL.md").read_text(encoding="utf-8")


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def test_the_page_names_every_verdict_and_no_other() -> None:
    table = PAGE[PAGE.index("| verdict | when") : PAGE.index("Whatever the verdict")]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(get_args(wire.Verdict))


def table(under: str, head: str) -> set[str]:
    """The first column of a table of the page's section."""
    section = PAGE[PAGE.index(under) :]
    rows = section[section.index(head) :].split("\n\n", 1)[0]
    return set(re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE))


def test_the_page_names_every_verdict_on_a_ticket_and_on_a_claim() -> None:
    """Section 9"""
    assert table("## 9.", "| verdict | the ticket") == set(get_args(claims.Verdict))
    assert table("## 9.", "| verdict | when") == set(get_args(get_type_hints(ClaimReply)["verdict"]))
    states = PAGE[PAGE.index("stands in one state") :].split("`can_pay`", 1)[0]
    assert set(re.findall(r"`(\w+)`", states)) == set(get_args(claims.State))


def test_the_page_names_every_kind_of_entry_every_policy_and_what_becomes_of_a_customer() -> None:
    """Sections 4, 5 and 10."""
    kinds = PAGE[PAGE.index("| kind | states") :].split("\n\n", 1)[0]
    first = " ".join(row.split("|")[1] for row in kinds.splitlines()[2:])
    assert set(re.findall(r"`(\w+)`", first)) == {str(b.__struct_config__.tag) for b in get_args(sale.Body)}
    policies = PAGE[PAGE.index("| policy |") :].split("\n\n", 1)[0]
    first = " ".join(row.split("|")[1] for row in policies.splitlines()[2:])
    assert set(re.findall(r"`(\w+)`", first)) == set(wire.Policies.__struct_fields__)
    outcomes = set(wire.CustomersReply.__struct_fields__) - {"server_time"}
    assert table("## 10.", "| outcome | when") == outcomes


def shown(scene: Scene, kiosk: Kiosk) -> wire.Catalog:
    with scene.office.begin() as c:
        signed = catalog.build(scene.office, c, kiosk.rsu, kiosk.epoch)
    assert keys.verify(
        bytes.fromhex(kiosk.enrolment.server_key), keys.CATALOG, signed.data, bytes.fromhex(signed.signature)
    )
    return msgspec.json.decode(signed.data, type=wire.Catalog)


def test_from_enrolment_to_a_paid_prize(scene: Scene) -> None:
    """Sections 3 to 7 in the order in which a kiosk lives them; every lost reply is simply asked again."""
    kiosk = scene.kiosk("North", blocks=0)
    assert shown(scene, kiosk).rsu_state == "enabled"
    grant = kiosk.allocate(200)
    assert shown(scene, kiosk).events[0].grants == tuple(signed for _, signed in kiosk.grants)
    block = ValidationBlock(
        grant.validation_block, grant.validation_size, bytes.fromhex(kiosk.grants[0][1].secret)
    )
    assert block_number(block.issue(1)) == grant.validation_block
    lines = [kiosk.sell().lines[0] for _ in range(30)]
    assert [kiosk.send().verdict, kiosk.send().verdict] == ["accepted", "duplicate"]
    kiosk.void(lines[0])
    kiosk.journal(sale.Printed(order=lines[1].order, copy=0, outcome="confirmed", said_by="printer"))
    scene.close()
    kiosk.cut()
    reply = kiosk.send_all()
    assert (reply.head.seq, reply.head.hash) == (len(kiosk.entries), kiosk.head[1].hex())
    assert shown(scene, kiosk).events[0].settled
    with scene.office.begin(scene.user) as c:
        reconcile.acknowledge_voids(c, scene.event, scene.user)
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    draw = draws.draw_now(scene.office, scene.event, scene.user)
    said = shown(scene, kiosk).events[0]
    assert said.results == ()
    kiosk.journal(sale.Witnessed(generation=1, serial=1, manifests=said.manifests, seeds=said.seeds))
    assert kiosk.send_all().verdict == "accepted"
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
        won = draws.results(c, scene.event)[0]
    assert [r.state for r in shown(scene, kiosk).events[0].results] == ["open"] * 3
    line = next(one for one in lines if one.order == str(won.order))
    with scene.office.begin(scene.user) as c:
        claims.pay(
            scene.office,
            c,
            line.validation,
            won.id,
            scene.user,
            {"name": "Eve"},
            identity_checked=True,
            desk="1",
        )
    assert [r.state for r in shown(scene, kiosk).events[0].results] == ["paid", "open", "open"]
    assert scene.findings() == []


def test_a_restored_office_adopts_whoever_shows_its_certificate(scene: Scene) -> None:
    """Section 2: the certificate alone brings an unknown enrolment back, its chain empty."""
    kiosk = scene.kiosk(blocks=0)
    said = msgspec.json.decode(b64(kiosk.enrolment.certificate), type=wire.Certificate)
    key = keys.SigningKey.new(scene.clock)
    lost = msgspec.structs.replace(said, epoch=3, public_key=key.public.hex())
    data, signature = wire.sign(scene.office.key, keys.CERTIFICATE, lost)
    assert rsus.adopt(scene.office, data, signature) == (kiosk.rsu, 3)
    with scene.office.begin() as c:
        assert rsus.public_key(c, kiosk.rsu, 3) == key.public
    assert Kiosk(scene, kiosk.rsu, 3, key, kiosk.enrolment).send(1, 0).head.seq == 0

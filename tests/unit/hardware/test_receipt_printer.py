"""Every misfortune of a printer, and what is said to have become of the ticket."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware import ports
from hardware.escpos import encode
from hardware.printer import (
    TOLD,
    Confirmed,
    Cut,
    DeviceError,
    Document,
    Failed,
    JobState,
    Kicked,
    Limits,
    PrinterStatus,
    Text,
    Unknown,
)
from hardware.receipt_printer import ReceiptPrinter
from hardware.virtual import VirtualPrinter, change_state

TICKET = Document([Text("A 1", bold=True), Text("B")])
NEXT = Document([Text("NEXT")])
JOB_BYTES = len(encode(TICKET, job_id=1))
WAIT_S_MAX = 10.0

Connect = Callable[..., ReceiptPrinter]


def whole_ids(virtual: VirtualPrinter) -> list[str | None]:
    return [job["process_id"] for job in virtual.jobs() if job["whole"]]


@pytest.mark.parametrize("way", ["address", "pty_address"])
def test_a_ticket_is_confirmed_by_the_printer_itself(
    virtual: VirtualPrinter, connect: Connect, way: str
) -> None:
    """K10: confirmed means that the printer said so after the cut."""
    states: list[JobState] = []
    printer = connect(getattr(virtual, way))
    assert printer.status().ready
    assert printer.print(TICKET, 1, states.append) == Confirmed("GS ( H")
    assert states == ["sending", "sent"]
    assert whole_ids(virtual) == ["0001"]


def test_a_device_file_is_as_good_as_a_serial_line(virtual: VirtualPrinter, connect: Connect) -> None:
    address = virtual.pty_address.replace("serial://", "file://").partition("?")[0]
    assert connect(address).print(TICKET, 1) == Confirmed("GS ( H")


def test_a_clone_confirms_by_its_answer_in_order(virtual: VirtualPrinter, connect: Connect) -> None:
    """K10: printers without GS ( H."""
    virtual.set(supports_gs_h=False)
    printer = connect(virtual.address)
    for job_id in (1, 2, 3):
        assert printer.print(TICKET, job_id) == Confirmed("GS r")
    assert len(virtual.receipts()) == 3


def test_a_slow_printer_is_waited_for(virtual: VirtualPrinter, connect: Connect) -> None:
    virtual.set(ms_per_line=60)
    assert connect(virtual.address).print(TICKET, 1) == Confirmed("GS ( H")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"paper": "out"}, "paper_out"),
        ({"cover": "open"}, "cover_open"),
        ({"cutter": "jammed"}, "cutter"),
        ({"silent": True}, "silent"),
        ({"disconnected": True}, "disconnected"),
        ({"fault": "ff"}, "fatal"),
        ({"battery": "low"}, "battery_low"),
    ],
)
@pytest.mark.parametrize("way", ["address", "pty_address"])
def test_a_printer_that_cannot_print_gets_no_byte(
    virtual: VirtualPrinter, connect: Connect, changes: dict[str, object], reason: str, way: str
) -> None:
    """K10: shown at once, and refused before a byte of the ticket is sent; it heals when the trouble is gone."""
    pin3 = "pin3=battery" if "battery" in changes else "pin3=open-low"
    address = getattr(virtual, way)
    virtual.set(battery="ok" if "battery" in changes else "none")
    printer = connect(f"{address}{'&' if '?' in address else '?'}{pin3}")
    assert printer.status().ready
    good = virtual.state()
    states: list[JobState] = []
    virtual.set(**changes)
    result = printer.print(TICKET, 1, states.append)
    assert isinstance(result, Failed)
    assert result.reason == reason == printer.status().reason
    assert result.words == printer.status().words()
    assert states == []
    virtual.set(**{name: getattr(good, name) for name in changes})
    assert printer.print(NEXT, 2) == Confirmed("GS ( H")
    assert whole_ids(virtual) == ["0002"]
    assert len(virtual.receipts()) == 1


def test_near_end_is_told_and_prints(virtual: VirtualPrinter, connect: Connect) -> None:
    """K10: near end."""
    virtual.set(paper="near_end")
    printer = connect(virtual.address)
    assert printer.status().paper == "near_end"
    assert isinstance(printer.print(TICKET, 1), Confirmed)


@pytest.mark.parametrize("supports_gs_h", [True, False])
@pytest.mark.parametrize("k", range(JOB_BYTES + 1))
def test_paper_out_at_byte_k_gives_one_whole_ticket_or_one_in_doubt_and_nothing_stale(
    virtual: VirtualPrinter, connect: Connect, k: int, supports_gs_h: bool
) -> None:
    """K10: paper out at every byte k; nothing stale prints after the refill. N9."""
    virtual.set(paper_out_at_byte=k, supports_gs_h=supports_gs_h)
    printer = connect(virtual.address)
    result = printer.print(TICKET, 1)
    slips = len(virtual.receipts())
    whole = [job["whole"] for job in virtual.jobs()]
    if isinstance(result, Confirmed):
        assert whole == [True]
    else:
        assert isinstance(result, Unknown)
        assert result.reason == "paper_out"
        assert len(whole) == slips <= 1
    virtual.set(paper="ok", paper_out_at_byte=None)
    assert isinstance(printer.print(NEXT, 2), Confirmed)
    after = virtual.jobs()[slips:]
    assert [job["whole"] for job in after].count(True) == 1
    assert after[-1]["whole"]
    assert after[-1]["bytes"] == len(encode(NEXT))


@pytest.mark.parametrize("k", range(0, JOB_BYTES + 1, 2))
@pytest.mark.parametrize("way", ["address", "pty_address"])
def test_a_line_cut_at_byte_k_heals_and_the_next_ticket_is_alone_on_its_paper(
    virtual: VirtualPrinter, connect: Connect, k: int, way: str
) -> None:
    """K10: unplugging heals; N9: a torn ticket never hangs on the next one."""
    virtual.set(cut_off_at_byte=k)
    printer = connect(getattr(virtual, way))
    first = printer.print(TICKET, 1)
    assert not isinstance(first, Failed)
    if isinstance(first, Unknown):
        assert first.reason == "disconnected"
    virtual.set(cut_off_at_byte=None)
    assert printer.print(NEXT, 2) == Confirmed("GS ( H")
    whole = [job for job in virtual.jobs() if job["whole"]]
    assert whole[-1]["bytes"] == len(encode(NEXT))
    assert len(whole) <= 2
    if isinstance(first, Confirmed):
        assert len(whole) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cover": "open"}, "cover_open"),
        ({"paper": "out"}, "paper_out"),
        ({"cutter": "jammed"}, "cutter"),
        ({"silent": True}, "silent"),
        ({"disconnected": True}, "disconnected"),
    ],
)
def test_trouble_while_printing_leaves_a_ticket_in_doubt_with_words(
    virtual: VirtualPrinter, connect: Connect, changes: dict[str, object], reason: str
) -> None:
    """K10: everything after the first byte without the printer's word is unknown."""
    virtual.set(ms_per_line=3_000)
    good = virtual.state()
    printer = connect(virtual.address, confirm_s_max=1.0)
    result = printer.print(TICKET, 1, lambda state: virtual.set(**changes) if state == "sent" else None)
    assert isinstance(result, Unknown)
    assert result.reason == reason
    assert (result.fact, result.advice) == TOLD[reason]
    virtual.set(**{name: getattr(good, name) for name in changes}, ms_per_line=0)
    assert virtual.wait(WAIT_S_MAX, lambda: printer.status().ready)
    assert isinstance(printer.print(NEXT, 2), Confirmed)
    assert virtual.jobs()[-1]["whole"]
    assert virtual.jobs()[-1]["process_id"] == "0002"


def test_a_printer_that_never_says_it_is_done_is_not_believed(
    virtual: VirtualPrinter, connect: Connect
) -> None:
    """K10: a write that returned is no confirmation."""
    virtual.set(ms_per_line=1_000)
    result = connect(virtual.address, confirm_s_max=0.2).print(TICKET, 1)
    assert isinstance(result, Unknown)
    assert result.reason == "timeout"


def test_a_printer_that_holds_on_to_a_torn_ticket_gets_no_other(
    virtual: VirtualPrinter, connect: Connect
) -> None:
    """K10: nothing stale; N9. It must prove that nothing is held before anything else is sent."""
    virtual.set(ms_per_line=1_500, supports_gs_h=False)
    printer = connect(virtual.address, confirm_s_max=0.1)
    assert isinstance(printer.print(TICKET, 1), Unknown)
    refused = printer.print(NEXT, 2)
    assert isinstance(refused, Failed)
    assert refused.reason == "held"
    assert "tear off" in refused.words
    virtual.set(ms_per_line=0)
    assert virtual.wait(WAIT_S_MAX, lambda: isinstance(printer.print(NEXT, 3), Confirmed))
    assert [job["whole"] for job in virtual.jobs()].count(True) == 1


@pytest.mark.parametrize("supports_gs_h", [True, False])
@pytest.mark.parametrize("way", ["address", "pty_address"])
def test_answers_to_a_process_that_died_are_never_taken_for_ours(
    virtual: VirtualPrinter, connect: Connect, way: str, supports_gs_h: bool
) -> None:
    """K9: killed while printing; the ticket then in the printer still comes out whole, and confirms only itself."""
    virtual.set(ms_per_line=40, supports_gs_h=supports_gs_h)
    dead = ports.open_port(getattr(virtual, way))
    dead.write(encode(TICKET, job_id=1), 1.0)
    dead.close()
    printer = connect(getattr(virtual, way), settle_s=0.1)
    assert isinstance(printer.print(NEXT, 2), Confirmed)
    assert [(job["whole"], job["bytes"]) for job in virtual.jobs()] == [
        (True, len(encode(TICKET))),
        (True, len(encode(NEXT))),
    ]


def test_unplugging_heals_within_ten_seconds(virtual: VirtualPrinter, connect: Connect) -> None:
    """K10: unplugging heals within 10 s."""
    printer = ReceiptPrinter(virtual.address, limits=Limits())
    assert printer.status().ready
    virtual.set(disconnected=True)
    assert printer.status().link == "disconnected"
    virtual.set(disconnected=False)
    begun = time.monotonic()
    assert printer.status().ready
    assert time.monotonic() - begun < 10
    printer.close()


def test_a_second_owner_is_told_that_the_printer_does_not_answer(
    virtual: VirtualPrinter, connect: Connect
) -> None:
    """K10: port 9100 takes one connection."""
    first, second = connect(virtual.address), connect(virtual.address)
    assert first.status().ready
    assert second.status().link == "silent"
    assert isinstance(second.print(TICKET, 1), Failed)
    first.close()
    assert virtual.wait(WAIT_S_MAX, lambda: second.status().ready)


def test_a_serial_line_in_use_is_said_to_be(virtual: VirtualPrinter, connect: Connect) -> None:
    first, second = connect(virtual.pty_address), connect(virtual.pty_address)
    assert first.status().ready
    assert "used by another program" in second.status().detail


def test_what_fails_before_sending_sends_nothing(virtual: VirtualPrinter, connect: Connect) -> None:
    """K9: the job's state is on disk before its first byte leaves."""

    def full_disk(_state: JobState) -> None:
        raise OSError(28, "No space left on device")

    printer = connect(virtual.address)
    with pytest.raises(OSError, match="No space"):
        printer.print(TICKET, 1, full_disk)
    assert printer.print(NEXT, 2) == Confirmed("GS ( H")
    assert whole_ids(virtual) == ["0002"]


def test_clearing_is_acknowledged_and_parts_the_paper(virtual: VirtualPrinter, connect: Connect) -> None:
    """K9: after a crash the spooler clears before it prints."""
    printer = connect(virtual.address)
    assert printer.clear()
    virtual.set(supports_gs_h=False)
    assert not printer.clear()
    assert isinstance(printer.print(TICKET, 1), Confirmed)
    assert [job["whole"] for job in virtual.jobs()] == [True]


def test_an_address_that_cannot_be_is_refused(tmp_path: Path) -> None:
    for address in (
        "",
        "LPT1",
        "tcp://",
        "tcp://x:99999",
        "serial:///dev/x?baud=fast",
        "serial:///dev/x?colour=1",
    ):
        with pytest.raises(DeviceError) as e:
            ReceiptPrinter(address)
        assert e.value.code == "address"
    (tmp_path / "file").touch()
    status = ReceiptPrinter(f"file://{tmp_path / 'file'}").status()
    assert "is not a device" in status.detail


def test_another_process_can_pull_the_paper_out(virtual: VirtualPrinter, connect: Connect) -> None:
    printer = connect(virtual.address)
    assert printer.status().paper == "ok"
    change_state(virtual.folder, paper="out")
    assert virtual.wait(WAIT_S_MAX, lambda: printer.status().paper == "out")


PAIR = Document([Text("ONE"), Cut(), Text("TWO"), Cut()])
PAIR_BYTES = len(encode(PAIR, job_id=1))


@pytest.mark.parametrize("k", range(0, PAIR_BYTES + 1, 3))
def test_several_slips_of_one_job_are_confirmed_only_when_the_last_is_out(
    virtual: VirtualPrinter, connect: Connect, k: int
) -> None:
    """K10, D5: counterfoils come out of one job; paper out within it, and nothing stale after the refill."""
    virtual.set(paper_out_at_byte=k)
    printer = connect(virtual.address)
    result = printer.print(PAIR, 1)
    before = [job["whole"] for job in virtual.jobs()]
    if isinstance(result, Confirmed):
        assert before == [True, True]
    else:
        assert isinstance(result, Unknown)
        assert len(before) <= 2
    virtual.set(paper="ok", paper_out_at_byte=None)
    assert isinstance(printer.print(NEXT, 2), Confirmed)
    after = virtual.jobs()[len(before) :]
    assert [job["whole"] for job in after].count(True) == 1
    assert after[-1]["whole"]


# The cash drawer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["address", "pty_address"])
@pytest.mark.parametrize(
    "changes",
    [{}, {"paper": "out"}, {"cover": "open"}, {"paper": "near_end"}],
    ids=lambda c: next(iter(c), "ready"),
)
def test_the_drawer_opens_also_where_nothing_can_be_printed(
    virtual: VirtualPrinter, connect: Connect, changes: dict[str, object], way: str
) -> None:
    """K10: money can be given back without paper; its switch says that it is open."""
    virtual.set(**changes)
    printer = connect(getattr(virtual, way))
    assert printer.status().drawer == "closed"
    assert printer.kick() == Kicked("open")
    assert printer.status().drawer == "open"
    virtual.set(paper="ok", cover="closed", drawer="closed")
    assert isinstance(printer.print(TICKET, 1), Confirmed)
    assert virtual.state().drawer_kicks == 1, "no pulse was kept for later"
    assert virtual.state().fault is None


def test_a_locked_drawer_is_seen_to_stay_shut(virtual: VirtualPrinter, connect: Connect) -> None:
    virtual.set(drawer="locked")
    assert connect(virtual.address).kick() == Kicked("closed")
    assert virtual.state().drawer_kicks == 1


def test_a_drawer_whose_switch_works_the_other_way_round_is_read_so(
    virtual: VirtualPrinter, connect: Connect
) -> None:
    assert connect(f"{virtual.address}?pin3=open-high").status().drawer == "open"


@pytest.mark.parametrize(
    ("changes", "reason"), [({"silent": True}, "silent"), ({"disconnected": True}, "disconnected")]
)
def test_a_printer_that_is_not_there_opens_no_drawer_and_says_so(
    virtual: VirtualPrinter, connect: Connect, changes: dict[str, object], reason: str
) -> None:
    printer = connect(virtual.address)
    virtual.set(**changes)
    kicked = printer.kick()
    assert isinstance(kicked, Failed)
    assert kicked.reason == reason
    assert virtual.state().drawer_kicks == 0


# What is told while it works ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cover": "open"}, "cover_open"),
        ({"paper": "out"}, "paper_out"),
        ({"cutter": "jammed"}, "cutter"),
        ({"silent": True}, "silent"),
        ({"disconnected": True}, "disconnected"),
    ],
)
def test_trouble_in_the_midst_of_a_job_is_told_before_its_end(
    virtual: VirtualPrinter, connect: Connect, changes: dict[str, object], code: str
) -> None:
    """K10: faults are shown within a second, also while it prints."""
    told: list[str] = []
    virtual.set(ms_per_line=3_000)
    printer = ReceiptPrinter(
        virtual.address,
        limits=Limits(status_s_max=0.2, confirm_s_max=4.0, silence_s_max=2.0, poll_s=0.1),
        on_status=lambda status: told.append(status.code),
    )
    begun: list[float] = []

    def sent(state: JobState) -> None:
        if state == "sent":
            told.clear()
            virtual.set(**changes)
            begun.append(time.monotonic())

    result = printer.print(TICKET, 1, sent)
    assert isinstance(result, Unknown)
    assert result.reason == code
    if code != "disconnected":  # a line that breaks ends the job at once
        assert told[-1 if code != "silent" else 0] == code
    printer.close()


def test_a_line_that_stays_silent_is_told_before_another_is_tried(
    virtual: VirtualPrinter, connect: Connect
) -> None:
    """K10: no answer is never "ready"."""
    told: list[PrinterStatus] = []
    printer = ReceiptPrinter(virtual.address, limits=Limits(status_s_max=0.1), on_status=told.append)
    assert printer.status().ready
    virtual.set(silent=True)
    told.clear()
    assert not printer.status().ready
    assert [status.code for status in told] == ["silent", "silent"]
    printer.close()


def test_a_printer_that_comes_back_under_another_name_is_found(tmp_path: Path, connect: Connect) -> None:
    """K10: hot plug: a pattern names whichever device is there."""
    first = VirtualPrinter(tmp_path / "lp0").start()
    printer = connect(f"file://{tmp_path}/lp*/printer-tty")
    assert isinstance(printer.print(TICKET, 1), Confirmed)
    first.stop()
    assert printer.status().link == "disconnected"
    second = VirtualPrinter(tmp_path / "lp1").start()
    assert second.wait(WAIT_S_MAX, lambda: printer.status().ready)
    assert isinstance(printer.print(NEXT, 2), Confirmed)
    assert [job["process_id"] for job in second.jobs()] == ["0002"]
    second.stop()

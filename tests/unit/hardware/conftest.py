"""Virtual printers and those who print on them, with waits short enough for hundreds of misfortunes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hardware import escpos
from hardware.printer import Limits
from hardware.receipt_printer import ReceiptPrinter
from hardware.virtual import VirtualPrinter

QUICK = Limits(
    connect_s_max=1.0,
    status_s_max=0.5,
    write_s_max=2.0,
    confirm_s_max=2.0,
    silence_s_max=0.1,
    clear_s_max=0.2,
    trouble_grace_s=0.03,
    poll_s=0.02,
    settle_s=0.01,
)


@pytest.fixture(scope="session", autouse=True)
def _encoder_loaded() -> None:
    escpos.warm_up()


@pytest.fixture
def virtual(tmp_path: Path) -> Iterator[VirtualPrinter]:
    printer = VirtualPrinter(tmp_path / "printer").start()
    yield printer
    printer.stop()


@pytest.fixture
def connect() -> Iterator[Callable[..., ReceiptPrinter]]:
    """Open a printer at an address, with short waits unless told otherwise; it is let go at the end."""
    opened: list[ReceiptPrinter] = []

    def open_(address: str, **limits: float) -> ReceiptPrinter:
        opened.append(ReceiptPrinter(address, limits=replace(QUICK, **limits)))
        return opened[-1]

    yield open_
    for printer in opened:
        printer.close()

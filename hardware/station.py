"""A station's devices from its settings: addresses in, a printer and a scanner out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from hardware.printer import DOTS_BY_PAPER_MM, DeviceError, Limits, Printer
from hardware.receipt_printer import ReceiptPrinter
from hardware.scanner import Scanner
from hardware.scans import BadScan, Scan


@dataclass(slots=True)
class Station:
    """The devices of one kiosk. Both connect by themselves and again after every interruption."""

    printer: Printer
    scanner: Scanner | None

    @classmethod
    def open(
        cls,
        *,
        printer: str,
        scanner: str | None = None,
        on_scan: Callable[[Scan | BadScan], None] | None = None,
        paper_mm: int = 80,
        limits: Limits | None = None,
    ) -> Self:
        """Open what these addresses name (see `ports`); nothing needs to be plugged in yet.

        `on_scan` is called on the scanner's own thread. Raises DeviceError for settings that cannot be.
        """
        if paper_mm not in DOTS_BY_PAPER_MM:
            raise DeviceError(
                "paper", f"Paper of {paper_mm} mm is not known.", f"Set one of {sorted(DOTS_BY_PAPER_MM)}."
            )
        if scanner is not None and on_scan is None:
            raise DeviceError("scanner", "A scanner is set, but nobody takes its scans.")
        return cls(
            ReceiptPrinter(printer, paper_mm, limits),
            Scanner(scanner, on_scan) if scanner is not None and on_scan is not None else None,
        )

    def close(self) -> None:
        """Let go of all of them."""
        if self.scanner is not None:
            self.scanner.close()
        self.printer.close()

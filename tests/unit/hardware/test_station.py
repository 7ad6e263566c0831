"""Devices from settings."""

import queue
from pathlib import Path

import pytest

from hardware.printer import Confirmed, DeviceError, Document, Text
from hardware.scans import BadScan, Scan
from hardware.station import Station
from hardware.virtual import VirtualPrinter, VirtualScanner


def test_a_station_prints_and_scans(virtual: VirtualPrinter, tmp_path: Path) -> None:
    """K12: printer and scanner side by side."""
    scans: queue.Queue[Scan | BadScan] = queue.Queue()
    gun = VirtualScanner(tmp_path / "gun").start()
    station = Station.open(printer=virtual.address, scanner=gun.address, on_scan=scans.put)
    assert station.printer.print(Document([Text("x")]), 1) == Confirmed("GS ( H")
    assert station.scanner is not None
    assert station.scanner.wait_connected(10)
    gun.send("CODE")
    assert scans.get(timeout=10) == Scan("CODE")
    station.close()
    gun.stop()


def test_settings_that_cannot_be_are_said(virtual: VirtualPrinter) -> None:
    for settings in (
        {"printer": virtual.address, "paper_mm": 100},
        {"printer": "nothing"},
        {"printer": virtual.address, "scanner": "serial:///dev/null"},
    ):
        with pytest.raises(DeviceError):
            Station.open(**settings)


def test_nothing_needs_to_be_plugged_in_yet() -> None:
    station = Station.open(printer="tcp://127.0.0.1:1")
    assert station.printer.status().reason == "disconnected"
    station.close()

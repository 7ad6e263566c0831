"""A scanner on a line of its own: a serial line, or an input device that is taken from everybody else.

It owns the line and a thread, and finds the scanner again after replugging. What the bytes mean is `scans` and, of keys,
`keys.KeyFraming`. Scanners that type into the window are `keys.Wedge`'s.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from hardware import ports
from hardware.keys import KeyFraming
from hardware.printer import DeviceError
from hardware.scans import BadScan, Frames, Framing, Scan

_log = logging.getLogger(__name__)

REOPEN_S: Final = 1.0
_WAKE_S_MAX: Final = 0.5
_JOIN_S_MAX: Final = 5.0


def ignore_state(_trouble: DeviceError | None) -> None:
    """Ignore whether the scanner is there."""


class Scanner:
    """A scanner at an address; calls `on_scan` on its own thread, and finds the scanner again after replugging.

    `on_state` is told on that thread when the scanner has appeared (None), and when it cannot be reached, why; each
    only where that is news. Raises DeviceError for an address that cannot be.
    """

    def __init__(
        self,
        address: str,
        on_scan: Callable[[Scan | BadScan], None],
        on_state: Callable[[DeviceError | None], None] = ignore_state,
    ) -> None:
        self._framing = KeyFraming if ports.is_keyboard(address) else Framing
        self.address = address
        self._on_scan = on_scan
        self._on_state = on_state
        self._stop = threading.Event()
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether the line is open now."""
        return self._connected.is_set()

    def wait_connected(self, wait_s_max: float) -> bool:
        """Wait until the line is open; False if it is not in time."""
        return self._connected.wait(wait_s_max)

    def close(self) -> None:
        """Stop reading and let go of the line."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join(_JOIN_S_MAX)

    def _run(self) -> None:
        told = ""
        while not self._stop.is_set():
            trouble: DeviceError | None = None
            try:
                port = ports.open_port(self.address)
            except DeviceError as e:
                trouble = e
            else:
                told = ""
                self._on_state(None)
                self._connected.set()
                try:
                    self._read(port)
                except DeviceError as e:
                    trouble = e
                finally:
                    self._connected.clear()
                    port.close()
            if trouble is not None:
                if trouble.code != told:
                    _log.warning("scanner: %s", trouble.words)
                    self._on_state(trouble)
                told = trouble.code
                self._stop.wait(REOPEN_S)

    def _read(self, port: ports.Port) -> None:
        framing: Frames = self._framing()
        waited_s = 0.0
        while not self._stop.is_set():
            pause_s = framing.pause_s
            wait_s = _WAKE_S_MAX if pause_s is None else min(_WAKE_S_MAX, max(0.0, pause_s - waited_s))
            chunk = port.read(wait_s)
            if chunk:
                waited_s = 0.0
                self._tell(framing.feed(chunk))
            elif pause_s is not None:
                waited_s += wait_s
                if waited_s >= pause_s:
                    waited_s = 0.0
                    self._tell(framing.idle())

    def _tell(self, scans: list[Scan | BadScan]) -> None:
        for scan in scans:
            try:
                self._on_scan(scan)
            except Exception:  # noqa: BLE001 - a bug in what takes scans must not end the thread; it is logged
                _log.exception("a scan was not taken")

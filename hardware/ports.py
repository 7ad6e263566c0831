"""The only opener of sockets, serial lines and device files: addresses as text in, bytes both ways, every wait bounded.

`tcp://192.168.1.50:9100`, `serial:///dev/ttyUSB0?baud=38400&flow=rtscts`, `file:///dev/usb/lp0`. A port that breaks is
closed and raises `DeviceError` with how many bytes had gone out; its owner opens a new one.
"""

import errno
import os
import select
import socket
import stat
import termios
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass
from glob import glob
from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

import serial
import serial.tools.list_ports

from hardware.printer import DeviceError

CONNECT_S_MAX: Final = 2.0
READ_BYTES_MAX: Final = 4_096
RAW_TCP_PORT: Final = 9_100
BAUD_DEFAULT: Final = 9_600
_NO_DATA_POLL_S: Final = 0.05

_EXAMPLES: Final = "tcp://192.168.1.50:9100, serial:///dev/ttyUSB0?baud=38400 or file:///dev/usb/lp0"
_FLOWS: Final = ("none", "rtscts", "dsrdtr", "xonxoff")


class Port(Protocol):
    """An open line to a device."""

    def write(self, data: bytes, wait_s_max: float) -> None:
        """Hand over all bytes; raises DeviceError, whose `sent_bytes` says how many had gone, when it cannot in time."""
        ...

    def read(self, wait_s_max: float) -> bytes:
        """What has come, b"" if nothing did in time; raises DeviceError when the other end is gone."""
        ...

    def close(self) -> None:
        """Let go; more than once is fine."""
        ...


def _write_all(fd: int, send: Callable[[bytes], int], data: bytes, wait_s_max: float) -> None:
    sent = 0
    deadline = time.monotonic() + wait_s_max
    try:
        while sent < len(data):
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([], [fd], [], left_s)[1]:
                raise DeviceError("blocked", "The device takes no more data.", sent)
            try:
                sent += send(data[sent:])
            except BlockingIOError:
                continue
    except (OSError, ValueError) as e:  # ValueError: the port was closed meanwhile, its descriptor is -1
        raise DeviceError("disconnected", f"The connection to the device broke ({e}).", sent) from e


def _has_input(fd: int, wait_s_max: float) -> bool:
    try:
        return bool(select.select([fd], [], [], max(0.0, wait_s_max))[0])
    except (OSError, ValueError) as e:
        raise DeviceError("disconnected", f"The connection to the device broke ({e}).") from e


class _SocketPort:
    def __init__(self, host: str, port: int, connect_s_max: float) -> None:
        self._socket = socket.create_connection((host, port), timeout=connect_s_max)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def write(self, data: bytes, wait_s_max: float) -> None:
        _write_all(self._socket.fileno(), self._socket.send, data, wait_s_max)

    def read(self, wait_s_max: float) -> bytes:
        if not _has_input(self._socket.fileno(), wait_s_max):
            return b""
        try:
            data = self._socket.recv(READ_BYTES_MAX)
        except BlockingIOError:
            return b""
        except OSError as e:
            raise DeviceError("disconnected", f"The connection to the device broke ({e}).") from e
        if not data:
            raise DeviceError("disconnected", "The device has closed the connection.")
        return data

    def close(self) -> None:
        self._socket.close()


class _FilePort:
    """A character device: a USB printer's lp file, or any terminal."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISCHR(os.fstat(self._fd).st_mode):
                raise DeviceError("address", f"{path} is not a device.")  # noqa: TRY301 - closes below
            self._terminal = os.isatty(self._fd)
            if self._terminal:
                tty.setraw(self._fd, termios.TCSANOW)
        except BaseException:
            self.close()
            raise

    def write(self, data: bytes, wait_s_max: float) -> None:
        _write_all(self._fd, lambda part: os.write(self._fd, part), data, wait_s_max)

    def read(self, wait_s_max: float) -> bytes:
        if not _has_input(self._fd, wait_s_max):
            return b""
        try:
            data = os.read(self._fd, READ_BYTES_MAX)
        except BlockingIOError:
            return b""
        except OSError as e:
            raise DeviceError("disconnected", f"The connection to the device broke ({e}).") from e
        if not data and self._terminal:
            raise DeviceError("disconnected", "The device is gone.")
        if not data:  # an lp file says "readable, nothing" at once: do not spin
            time.sleep(min(_NO_DATA_POLL_S, max(0.0, wait_s_max)))
        return data

    def close(self) -> None:
        fd, self._fd = getattr(self, "_fd", -1), -1
        if fd >= 0:
            os.close(fd)


class _SerialPort:
    """pyserial opens and sets the line; bytes go through its descriptor, since its own write does not count."""

    def __init__(self, path: str, baud: int, flow: str) -> None:
        self._serial = serial.Serial(
            path,
            baudrate=baud,
            timeout=0,
            rtscts=flow == "rtscts",
            dsrdtr=flow == "dsrdtr",
            xonxoff=flow == "xonxoff",
            exclusive=True,
        )

    def _fd(self) -> int:
        return self._serial.fileno() if self._serial.is_open else -1

    def write(self, data: bytes, wait_s_max: float) -> None:
        fd = self._fd()
        _write_all(fd, lambda part: os.write(fd, part), data, wait_s_max)

    def read(self, wait_s_max: float) -> bytes:
        fd = self._fd()
        if not _has_input(fd, wait_s_max):
            return b""
        try:
            data = os.read(fd, READ_BYTES_MAX)
        except BlockingIOError:
            return b""
        except OSError as e:
            raise DeviceError("disconnected", f"The device was unplugged ({e}).") from e
        if not data:
            raise DeviceError("disconnected", "The device was unplugged.")
        return data

    def close(self) -> None:
        self._serial.close()


def _cannot_open(address: str, e: OSError) -> DeviceError:
    code = getattr(e, "errno", None)
    text = str(e)
    if code in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return DeviceError("busy", f"{address} is used by another program. Close that one first.")
    if code in (errno.EACCES, errno.EPERM):
        return DeviceError(
            "forbidden",
            f"{address} may not be opened by this user. Add the user to the groups dialout and lp.",
        )
    if code in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
        return DeviceError("disconnected", f"{address} is not there. Check that it is plugged in.")
    return DeviceError("disconnected", f"{address} cannot be reached ({e}). Check power, cable and address.")


@dataclass(frozen=True, slots=True)
class _Address:
    scheme: str
    host: str
    port: int
    path: str
    baud: int
    flow: str


def _parse(address: str) -> _Address:
    try:
        parts = urlsplit(address)
        port, host = parts.port or RAW_TCP_PORT, parts.hostname or ""
    except ValueError as e:
        raise DeviceError("address", f"{address!r} is no device address ({e}). Examples: {_EXAMPLES}.") from e
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    baud, flow = options.pop("baud", str(BAUD_DEFAULT)), options.pop("flow", "none")
    if options or flow not in _FLOWS or not (baud.isascii() and baud.isdigit()):
        raise DeviceError(
            "address", f"{address!r}: options are baud=NUMBER and flow= one of {', '.join(_FLOWS)}."
        )
    if not (parts.scheme == "tcp" and host) and not (parts.scheme in ("serial", "file") and parts.path):
        raise DeviceError("address", f"{address!r} is no device address. Examples: {_EXAMPLES}.")
    return _Address(parts.scheme, host, port, parts.path, int(baud), flow)


def check_address(address: str) -> None:
    """Raise DeviceError, with examples, for what cannot be an address; whether something is there is another matter."""
    _parse(address)


def open_port(address: str, connect_s_max: float = CONNECT_S_MAX) -> Port:
    """Open the device at an address; raises DeviceError with words for whoever set it up."""
    at = _parse(address)
    try:
        if at.scheme == "tcp":
            return _SocketPort(at.host, at.port, connect_s_max)
        if at.scheme == "serial":
            return _SerialPort(at.path, at.baud, at.flow)
        return _FilePort(at.path)
    except (OSError, termios.error, ValueError) as e:
        raise _cannot_open(address, e if isinstance(e, OSError) else OSError(str(e))) from e


def present_devices() -> list[tuple[str, str]]:
    """(address, description) of the serial ports and USB printer files there are now."""
    found = [
        (f"serial://{p.device}", p.description or "serial port") for p in serial.tools.list_ports.comports()
    ]
    found += [(f"file://{path}", "USB printer") for path in sorted(glob("/dev/usb/lp*"))]  # noqa: PTH207 - names only
    return found

"""The only opener of sockets, serial lines and device files: addresses as text in, bytes both ways, every wait bounded.

`tcp://192.168.1.50:9100`, `serial:///dev/ttyUSB0?baud=38400&flow=rtscts`, `file:///dev/usb/lp0`, and for a scanner that
is a keyboard `evdev:///dev/input/by-id/usb-…-event-kbd`, which nobody else then hears. A path may hold `*`: the
first device that opens is taken, so that one which comes back under another name is found again. A port that breaks is closed
and raises `DeviceError` with how many bytes had gone out; its owner opens a new one.
"""

import errno
import fcntl
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
from typing import Final, Protocol, cast, get_args
from urllib.parse import parse_qs, urlsplit

import serial
import serial.tools.list_ports

from hardware.escpos import Pin3
from hardware.printer import DeviceError

CONNECT_S_MAX: Final = 2.0
READ_BYTES_MAX: Final = 4_096
RAW_TCP_PORT: Final = 9_100
BAUD_DEFAULT: Final = 9_600
_NO_DATA_POLL_S: Final = 0.05

EVIOCGRAB: Final = 0x40044590
"""Linux's ioctl by which one reader takes an input device for itself: `_IOW('E', 0x90, int)`, linux/input.h."""

_EXAMPLES: Final = "tcp://192.168.1.50:9100, serial:///dev/ttyUSB0?baud=38400 or file:///dev/usb/lp0"
_PIN3_DEFAULT: Final = "open-low"
_PATTERN: Final = "*"
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
                raise DeviceError("blocked", "The device takes no more data.", sent_bytes=sent)
            try:
                sent += send(data[sent:])
            except BlockingIOError:
                continue
    except (OSError, ValueError) as e:  # ValueError: the port was closed meanwhile, its descriptor is -1
        raise DeviceError(
            "disconnected", f"The connection to the device broke ({e}).", sent_bytes=sent
        ) from e


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


class _KeysPort:
    """An input device of the kernel, taken for ourselves; or a pipe in its place, on which recorded events are played."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            mode = os.fstat(self._fd).st_mode
            if stat.S_ISCHR(mode):
                fcntl.ioctl(self._fd, EVIOCGRAB, 1)
            elif not stat.S_ISFIFO(mode):
                raise DeviceError("address", f"{path} is not an input device.")  # noqa: TRY301 - closes below
        except BaseException:
            self.close()
            raise

    def write(self, data: bytes, wait_s_max: float) -> None:  # noqa: ARG002 - the protocol's
        raise DeviceError("blocked", "A keyboard takes no data.")

    def read(self, wait_s_max: float) -> bytes:
        if not _has_input(self._fd, wait_s_max):
            return b""
        try:
            data = os.read(self._fd, READ_BYTES_MAX)
        except BlockingIOError:
            return b""
        except OSError as e:
            raise DeviceError("disconnected", f"The device was unplugged ({e}).") from e
        if not data:
            raise DeviceError("disconnected", "The device was unplugged.")
        return data

    def close(self) -> None:
        fd, self._fd = getattr(self, "_fd", -1), -1
        if fd >= 0:
            os.close(fd)  # the kernel ends the grab with the descriptor


def _cannot_open(address: str, e: OSError) -> DeviceError:
    code = getattr(e, "errno", None)
    text = str(e)
    if code in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return DeviceError("busy", f"{address} is used by another program.", "Close that one first.")
    if code in (errno.EACCES, errno.EPERM):
        return DeviceError(
            "forbidden",
            f"{address} may not be opened by this user.",
            "Add the user to the groups dialout, lp and input.",
        )
    if code in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
        return DeviceError("disconnected", f"{address} is not there.", "Check that it is plugged in.")
    return DeviceError(
        "disconnected", f"{address} cannot be reached ({e}).", "Check power, cable and address."
    )


@dataclass(frozen=True, slots=True)
class _Address:
    scheme: str
    host: str
    port: int
    path: str
    baud: int
    flow: str
    pin3: Pin3


def _parse(address: str) -> _Address:
    try:
        parts = urlsplit(address)
        port, host = parts.port or RAW_TCP_PORT, parts.hostname or ""
    except ValueError as e:
        raise DeviceError(
            "address", f"{address!r} is no device address ({e}).", f"Examples: {_EXAMPLES}."
        ) from e
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    baud, flow = options.pop("baud", str(BAUD_DEFAULT)), options.pop("flow", "none")
    pin3 = options.pop("pin3", _PIN3_DEFAULT)
    known = flow in _FLOWS and pin3 in get_args(Pin3) and baud.isascii() and baud.isdigit()
    if options or not known:
        raise DeviceError(
            "address",
            f"{address!r}: there is no such option.",
            f"Options are baud=NUMBER, flow= one of {', '.join(_FLOWS)}, pin3= one of {', '.join(get_args(Pin3))}.",
        )
    local = parts.scheme in ("serial", "file", "evdev") and parts.path
    if not (parts.scheme == "tcp" and host) and not local:
        raise DeviceError("address", f"{address!r} is no device address.", f"Examples: {_EXAMPLES}.")
    return _Address(parts.scheme, host, port, parts.path, int(baud), flow, cast(Pin3, pin3))


def check_address(address: str) -> None:
    """Raise DeviceError, with examples, for what cannot be an address; whether something is there is another matter."""
    _parse(address)


def pin3_of(address: str) -> Pin3:
    """What the third pin of the drawer connector means at this address; raises as `check_address`."""
    return _parse(address).pin3


def is_keyboard(address: str) -> bool:
    """Whether key events come from there, not text; raises as `check_address`."""
    return _parse(address).scheme == "evdev"


def open_port(address: str, connect_s_max: float = CONNECT_S_MAX) -> Port:
    """Open the device at an address; raises DeviceError with words for whoever set it up."""
    at = _parse(address)
    if at.scheme == "tcp":
        return _open(address, at, "", connect_s_max)
    paths = sorted(glob(at.path)) if _PATTERN in at.path else [at.path]  # noqa: PTH207 - names only
    failed: DeviceError | None = None
    for path in paths:
        try:
            return _open(address, at, path, connect_s_max)
        except DeviceError as e:
            failed = failed or e
    raise failed or _cannot_open(address, FileNotFoundError(errno.ENOENT, "nothing has such a name"))


def _open(address: str, at: _Address, path: str, connect_s_max: float) -> Port:
    try:
        if at.scheme == "tcp":
            return _SocketPort(at.host, at.port, connect_s_max)
        if at.scheme == "serial":
            return _SerialPort(path, at.baud, at.flow)
        return _KeysPort(path) if at.scheme == "evdev" else _FilePort(path)
    except (OSError, termios.error, ValueError) as e:
        raise _cannot_open(address, e if isinstance(e, OSError) else OSError(str(e))) from e


def present_devices() -> list[tuple[str, str]]:
    """(address, description) of the serial ports and USB printer files there are now."""
    found = [
        (f"serial://{p.device}", p.description or "serial port") for p in serial.tools.list_ports.comports()
    ]
    found += [(f"file://{path}", "USB printer") for path in sorted(glob("/dev/usb/lp*"))]  # noqa: PTH207 - names only
    found += [
        (f"evdev://{path}", "keyboard, or a scanner that is one")
        for path in sorted(glob("/dev/input/by-id/*-event-kbd"))  # noqa: PTH207 - names only
    ]
    return found

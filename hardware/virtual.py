"""A receipt printer with its cash drawer, and scanners, without hardware: real bytes in, paper as PNG out, misfortunes on request.

The printer understands exactly the commands `escpos` sends, as Epson's *ESC/POS Command Reference* describes them; any other
byte is a fault it keeps, shows in its answers and in `state.json`. Its folder is its front panel:

- `state.json`: paper, cover, cutter, the cash drawer and the misfortunes to come (`State`); any process may write it at any
  time: pushing the drawer shut is writing `"drawer": "closed"`
- `out/000001.png` …: the slips in the order they left the printer, at 203 dots per inch
- `jobs.jsonl`: a line for each slip: png, bytes, process_id, whole, why
- `printer-tty`: its serial line, while it is plugged in

As with real ones, port 9100 takes one connection and lets others wait; real-time commands are obeyed on arrival, even inside a
picture; without paper or with an open cover it holds what it has and goes on after the refill, unless cleared.
"""

import contextlib
import json
import logging
import os
import selectors
import socket
import threading
import time
import tty
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, Self

from hardware import keys
from hardware.mechanism import FaultError, FolderTray, IncompleteError, Mechanism

_log = logging.getLogger(__name__)

BUFFER_BYTES_MAX: Final = 65_536
_POLL_S: Final = 0.02
_READ_BYTES_MAX: Final = 4_096
_JOIN_S_MAX: Final = 5.0
_ALLOWED: Final = {
    "paper": ("ok", "near_end", "out"),
    "cover": ("closed", "open"),
    "cutter": ("ok", "jammed"),
    "drawer": ("closed", "open", "locked", "none"),
    "battery": ("none", "ok", "low"),
}


@dataclass(slots=True)
class State:
    """What the front panel shows and what is to go wrong. The two `…_at_byte` count a job's bytes from its `ESC @` on and
    happen once; `fault` says which byte was not understood and is taken away by setting it to null.
    """

    paper: Literal["ok", "near_end", "out"] = "ok"
    cover: Literal["closed", "open"] = "closed"
    cutter: Literal["ok", "jammed"] = "ok"
    silent: bool = False
    disconnected: bool = False
    drawer: Literal["closed", "open", "locked", "none"] = "closed"
    """Its switch pulls pin 3 LOW while it is open; one that is locked gets the pulse and stays closed."""
    drawer_kicks: int = 0
    """Pulses that went out so far."""
    battery: Literal["none", "ok", "low"] = "none"
    """With one, bit 2 of the answer to DLE EOT 1 speaks of it and not of a drawer."""
    supports_gs_h: bool = True
    ms_per_line: int = 0
    paper_out_at_byte: int | None = None
    cut_off_at_byte: int | None = None
    fault: str | None = None

    @classmethod
    def read(cls, folder: Path) -> Self:
        """From the folder's state.json; what is not in it has its default. Raises ValueError for nonsense."""
        try:
            found = json.loads((folder / "state.json").read_text())
        except FileNotFoundError:
            return cls()
        if not isinstance(found, dict) or not set(found) <= {f.name for f in fields(cls)}:
            raise ValueError(f"state.json must be an object with known keys, not {found!r}")
        state = cls(**found)
        state.check()
        return state

    def check(self) -> None:
        """Raise ValueError if a value is not one of those that can be."""
        for name, allowed in _ALLOWED.items():
            if (value := getattr(self, name)) not in allowed:
                raise ValueError(f"{name} is {value!r}; it can be {', '.join(allowed)}")
        for name in ("silent", "disconnected", "supports_gs_h"):
            if not isinstance(value := getattr(self, name), bool):
                raise ValueError(f"{name} is {value!r}; it can be true or false")  # noqa: TRY004 - a wrong value
        for name in ("paper_out_at_byte", "cut_off_at_byte", "ms_per_line", "drawer_kicks"):
            value = getattr(self, name)
            if not (value is None and name.endswith("at_byte")) and (type(value) is not int or value < 0):
                raise ValueError(f"{name} is {value!r}; it can be a whole number from 0 on")

    def write(self, folder: Path) -> None:
        """To the folder's state.json, at once and whole."""
        _write_whole(folder / "state.json", (json.dumps(asdict(self), indent=1) + "\n").encode())


def _write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    temporary.write_bytes(data)
    temporary.replace(path)


def change_state(folder: Path, **changes: Any) -> State:
    """Change a virtual printer's state from any process: `change_state(folder, paper="out")`."""
    state = State.read(folder)
    known = {f.name for f in fields(State)}
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"{name} is not part of a virtual printer's state; known are {sorted(known)}")
        setattr(state, name, value)
    state.check()
    state.write(folder)
    return state


class _RealTime:
    """Finds real-time commands in arriving bytes, wherever they stand, and takes them out of what is buffered."""

    _LENGTH: Final = {0x04: 3, 0x05: 3}
    _LENGTH_DC4: Final = {0x01: 5, 0x08: 10}
    """Of DLE DC4, by its function."""

    def __init__(self) -> None:
        self._held = b""

    def split(self, data: bytes) -> list[tuple[bool, bytes]]:
        """(is real-time, bytes) in order of arrival."""
        data = self._held + data
        self._held = b""
        found: list[tuple[bool, bytes]] = []
        start = at = 0
        while (at := data.find(b"\x10", at)) >= 0:
            if at + 1 == len(data):
                break
            if data[at + 1] == 0x14 and at + 2 == len(data):
                break
            length = (
                self._LENGTH_DC4.get(data[at + 2]) if data[at + 1] == 0x14 else self._LENGTH.get(data[at + 1])
            )
            if length is None:
                at += 1
                continue
            if at + length > len(data):
                break
            if at > start:
                found.append((False, data[start:at]))
            found.append((True, data[at : at + length]))
            start = at = at + length
        end = at if at >= 0 else len(data)
        if end > start:
            found.append((False, data[start:end]))
        self._held = data[end:]
        return found


@dataclass(slots=True)
class _Line:
    """One way in: the bytes that come and the way back."""

    send: Callable[[bytes], None]
    real_time: _RealTime


class VirtualPrinter:
    """See the module. `tcp_port` 0 lets the system choose; `pty=True` also offers a serial line."""

    def __init__(self, folder: Path, paper_mm: int = 80, tcp_port: int = 0, pty: bool = True) -> None:
        self.folder = Path(folder)
        self.paper_mm = paper_mm
        self._tcp_port = tcp_port
        self._with_pty = pty
        self.folder.mkdir(parents=True, exist_ok=True)
        self._state = State.read(self.folder)
        self._stamp: tuple[int, int, int] | None = None
        self._turn = threading.Condition()
        self._mechanism = Mechanism(paper_mm, self._answer_in_order, FolderTray(self.folder), self._kicked)
        self._selector = selectors.DefaultSelector()
        self._listener: socket.socket | None = None
        self._peer: socket.socket | None = None
        self._pty: int | None = None
        self._slave: int | None = None
        self._answers_to: _Line | None = None
        self._lines: dict[int, _Line] = {}
        self._arrived_in_job: int | None = None
        self._last_arrived = b""
        self._stopping = False
        self._threads: list[threading.Thread] = []

    @property
    def address(self) -> str:
        """Its address on the network; stays the same while it is started."""
        return f"tcp://127.0.0.1:{self._tcp_port}"

    @property
    def pty_address(self) -> str:
        """Its address as a serial line; stays the same over replugging."""
        return f"serial://{(self.folder / 'printer-tty').absolute()}?baud=38400"

    def start(self) -> Self:
        """Power on."""
        self._state.write(self.folder)
        self._stamp = self._state_stamp()
        self._plug(not self._state.disconnected)
        for name, run in (("virtual-printer", self._receive), ("virtual-printer-head", self._work)):
            thread = threading.Thread(target=run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """Power off; the folder stays."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()
        for thread in self._threads:
            thread.join(_JOIN_S_MAX)
        with self._turn:
            self._plug(False)
            self._selector.close()
            self._mechanism.flush_entry()

    def set(self, **changes: Any) -> None:
        """Change its state (see `State`), in force when this returns."""
        with self._turn:
            self._take_state()
            self._apply(change_state(self.folder, **changes))
            self._stamp = self._state_stamp()

    def state(self) -> State:
        """Its state now."""
        with self._turn:
            self._take_state()
            return State(**asdict(self._state))

    def receipts(self) -> list[Path]:
        """The pictures of all slips so far, oldest first."""
        return sorted((self.folder / "out").glob("[0-9]*.png"))

    def jobs(self) -> list[dict[str, Any]]:
        """The lines of jobs.jsonl."""
        path = self.folder / "jobs.jsonl"
        with self._turn:
            lines = path.read_text().splitlines() if path.exists() else []
            return [json.loads(line) for line in lines] + self._mechanism.pending()

    def wait(self, wait_s_max: float, until: Callable[[], bool]) -> bool:
        """Wait until something holds, looked at whenever the printer has done something; False if it does not in time."""
        deadline = time.monotonic() + wait_s_max
        while not until():
            if time.monotonic() > deadline:
                return False
            with self._turn:
                self._turn.wait(_POLL_S)
        return True

    # State

    def _state_stamp(self) -> tuple[int, int, int] | None:
        try:
            found = (self.folder / "state.json").stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _take_state(self) -> None:
        stamp = self._state_stamp()
        if stamp == self._stamp:
            return
        try:
            state = State.read(self.folder)
        except ValueError as e:  # half-written or wrong: keep the old state until it changes again
            _log.error("virtual printer: %s", e)
            self._stamp = stamp
            return
        self._stamp = stamp
        self._apply(state)

    def _apply(self, state: State) -> None:
        before, self._state = self._state, state
        if before.paper != "out" and state.paper == "out":
            self._mechanism.spoil("paper_out")
        if before.paper == "out" and state.paper != "out":
            self._mechanism.new_roll()
        if before.cover == "closed" and state.cover == "open":
            self._mechanism.spoil("cover_open")
        if before.disconnected != state.disconnected:
            self._plug(not state.disconnected)
        self._turn.notify_all()

    def _own_change(self, **changes: Any) -> None:
        self._apply(change_state(self.folder, **changes))
        self._stamp = self._state_stamp()

    # Lines

    def _plug(self, in_: bool) -> None:
        if in_ and self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self._tcp_port), backlog=1)
            self._listener.setblocking(False)
            self._tcp_port = self._listener.getsockname()[1]
            self._selector.register(self._listener, selectors.EVENT_READ)
            if self._with_pty:
                self._pty, self._slave = os.openpty()
                os.set_blocking(self._pty, False)
                tty.setraw(self._slave)
                link = self.folder / "printer-tty"
                link.unlink(missing_ok=True)
                link.symlink_to(os.ttyname(self._slave))
                self._lines[self._pty] = _Line(self._send_pty, _RealTime())
                self._selector.register(self._pty, selectors.EVENT_READ)
        elif not in_:
            self._hang_up()
            if self._listener is not None:
                with contextlib.suppress(KeyError):  # not registered while a connection is held
                    self._selector.unregister(self._listener)
                self._listener.close()
                self._listener = None
            if self._pty is not None and self._slave is not None:
                (self.folder / "printer-tty").unlink(missing_ok=True)
                self._selector.unregister(self._pty)
                self._forget(self._pty)
                os.close(self._pty)
                os.close(self._slave)
                self._pty = self._slave = None

    def _forget(self, fd: int) -> None:
        if self._answers_to is self._lines.pop(fd, None):
            self._answers_to = None

    def _hang_up(self) -> None:
        """Close the connection; the next one in the queue is then taken."""
        if self._peer is None:
            return
        self._selector.unregister(self._peer)
        self._forget(self._peer.fileno())
        self._peer.close()
        self._peer = None
        if self._listener is not None:
            self._selector.register(self._listener, selectors.EVENT_READ)

    def _send_pty(self, data: bytes) -> None:
        if self._pty is not None:
            with contextlib.suppress(
                BlockingIOError
            ):  # nobody reads: a real printer's answer is lost as well
                os.write(self._pty, data)

    def _receive(self) -> None:
        while True:
            events = self._selector.select(_POLL_S)
            with self._turn:
                if self._stopping:
                    return
                self._take_state()
                for key, _ in events:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif self._peer is not None and key.fileobj is self._peer:
                        self._read_peer(self._peer)
                    elif key.fileobj == self._pty and self._pty is not None:
                        self._read_pty(self._pty)
                self._turn.notify_all()

    def _accept(self) -> None:
        if self._listener is None or self._peer is not None:
            return
        try:
            self._peer, _ = self._listener.accept()
        except OSError:  # it went away again while it waited
            return
        self._peer.setblocking(False)
        self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.unregister(self._listener)  # the others wait until this one is done
        self._selector.register(self._peer, selectors.EVENT_READ)
        self._lines[self._peer.fileno()] = _Line(self._send_peer, _RealTime())

    def _send_peer(self, data: bytes) -> None:
        if self._peer is not None:
            with contextlib.suppress(OSError):  # the other end is gone: its answer is lost
                self._peer.send(data)

    def _read_peer(self, peer: socket.socket) -> None:
        try:
            data = peer.recv(_READ_BYTES_MAX)
        except OSError:
            data = b""
        if data:
            self._arrive(data, self._lines[peer.fileno()])
        else:
            self._hang_up()

    def _read_pty(self, fd: int) -> None:
        try:
            data = os.read(fd, _READ_BYTES_MAX)
        except BlockingIOError:
            return
        self._arrive(data, self._lines[fd])

    def _arrive(self, data: bytes, line: _Line) -> None:
        for real_time, part in line.real_time.split(data):
            if real_time:
                self._obey(part, line)
                continue
            kept = self._until_cut_off(part)
            self._answers_to = line
            room = BUFFER_BYTES_MAX - len(self._mechanism.buffer)
            if len(kept) > room:
                self._fault(f"{len(kept) - room} bytes more than the buffer holds")
            self._mechanism.buffer += kept[:room]
            if len(kept) < len(part):
                self._mechanism.spoil("cut_off")
                self._own_change(cut_off_at_byte=None)
                if line.send == self._send_peer:
                    self._hang_up()
                else:
                    self._plug(False)
                    self._plug(True)
                return

    def _until_cut_off(self, part: bytes) -> bytes:
        """The bytes that still come before the line breaks."""
        start = (self._last_arrived + part).rfind(b"\x1b@")
        before = len(self._last_arrived) - start if start >= 0 else self._arrived_in_job
        self._last_arrived = part[-1:]
        if before is None:  # no job has begun yet
            return part
        self._arrived_in_job = before + len(part)
        limit = self._state.cut_off_at_byte
        if limit is None or self._arrived_in_job <= limit:
            return part
        return part[: max(0, limit - before)]

    # Answers

    def _answer(self, data: bytes, line: _Line | None) -> None:
        if not self._state.silent and line is not None:
            line.send(data)

    def _answer_in_order(self, what: bytes) -> None:
        if what == b"r":
            self._answer(b"\x03" if self._state.paper == "near_end" else b"\x00", self._answers_to)
        elif self._state.supports_gs_h:
            self._answer(b"\x37\x22" + what[1:] + b"\x00", self._answers_to)

    def _obey(self, command: bytes, line: _Line) -> None:
        state = self._state
        if command[1] == 0x04 and 1 <= command[2] <= 4:
            broken = state.fault is not None
            jammed = state.cutter == "jammed"
            empty = state.battery == "low"
            stopped = state.paper == "out" or state.cover == "open" or broken or jammed or empty
            high = empty if state.battery != "none" else state.drawer != "open"
            bits = {
                1: (0x08 if stopped else 0) | (0x04 if high else 0),
                2: (0x04 if state.cover == "open" else 0)
                | (0x20 if state.paper == "out" else 0)
                | (0x40 if broken or jammed else 0),
                3: (0x20 if broken else 0) | (0x08 if jammed else 0),
                4: {"ok": 0, "near_end": 0x0C, "out": 0x6C}[state.paper],
            }[command[2]]
            self._answer(bytes((0x12 | bits,)), line)
        elif command == b"\x10\x05\x02":
            self._mechanism.clear()
        elif command[:3] == b"\x10\x14\x01" and command[3] in (0, 1) and 1 <= command[4] <= 8:
            if not (state.fault or state.cutter == "jammed"):  # ignored while there is an error
                self._kicked()
        elif command == b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08":
            if state.supports_gs_h:
                self._mechanism.clear()
                self._answer(b"\x37\x25\x00", line)
        else:
            self._fault(command.hex())

    def _kicked(self) -> None:
        s = self._state
        if s.battery == "none" and s.drawer != "none":
            self._own_change(
                drawer_kicks=s.drawer_kicks + 1, drawer="open" if s.drawer == "closed" else s.drawer
            )

    def _fault(self, what: str) -> None:
        _log.error("virtual printer: not in the reference: %s", what)
        self._mechanism.spoil("fault")
        self._own_change(fault=what)

    # Printing

    def _can_print(self) -> bool:
        s = self._state
        well = s.cutter == "ok" and s.fault is None and s.battery != "low"
        return well and s.paper != "out" and s.cover == "closed"

    def _work(self) -> None:
        with self._turn:
            while not self._stopping:
                self._take_state()
                if not self._can_print() or not self._mechanism.buffer or not self._step():
                    self._turn.wait(_POLL_S)

    def _step(self) -> bool:
        """Work off one command; False if it is not whole yet or may not be."""
        m = self._mechanism
        try:
            length = m.command_length()
            limit = self._state.paper_out_at_byte
            starts = bytes(m.buffer[:2]) == b"\x1b@"
            done = 0 if starts else m.job_bytes
            if limit is not None and done is not None and done + length > limit:
                m.spoil("paper_out")
                self._own_change(paper="out", paper_out_at_byte=None)
                return False
            lines = m.lines
            m.step(length)
        except IncompleteError:
            return False
        except (FaultError, UnicodeDecodeError) as e:
            self._fault(str(e))
            return False
        if m.lines != lines:
            begun = time.monotonic()
            while not self._stopping:  # the state may change meanwhile
                left_s = begun + self._state.ms_per_line / 1_000 - time.monotonic()
                if left_s <= 0:
                    break
                self._turn.wait(left_s)
        self._turn.notify_all()
        return True


class VirtualScanner:
    """A pty on which scans arrive as a serial scanner sends them; a link in the folder keeps its address over replugging."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._link = self.folder / "scanner-tty"
        self._ends: tuple[int, int] | None = None

    @property
    def address(self) -> str:
        """Its address as a serial line."""
        return f"serial://{self._link.absolute()}?baud=9600"

    def start(self) -> Self:
        """Plug it in."""
        if self._ends is None:
            self._ends = os.openpty()
            tty.setraw(self._ends[1])
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(os.ttyname(self._ends[1]))
        return self

    def stop(self) -> None:
        """Unplug it."""
        if self._ends is not None:
            self._link.unlink(missing_ok=True)
            for fd in self._ends:
                os.close(fd)
            self._ends = None

    def send(self, text: str | bytes, terminator: str = "\r", chunks: int = 1) -> None:
        """Scan a code: its bytes and terminator go out in so many pieces."""
        if self._ends is None:
            raise ValueError("the virtual scanner is not plugged in")
        data = (text.encode() if isinstance(text, str) else text) + terminator.encode()
        size = max(1, -(-len(data) // max(1, chunks)))
        for start in range(0, len(data), size):
            part = data[start : start + size]
            while part:
                part = part[os.write(self._ends[0], part) :]


class VirtualKeyScanner:
    """A scanner that is a keyboard, under the kernel's input devices: its events, byte for byte, on a pipe in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._pipe = self.folder / "scanner-event"
        self._end: int | None = None

    @property
    def address(self) -> str:
        """Its address as an input device."""
        return f"evdev://{self._pipe.absolute()}"

    def start(self) -> Self:
        """Plug it in."""
        if self._end is None:
            self._pipe.unlink(missing_ok=True)
            os.mkfifo(self._pipe)
            self._end = os.open(self._pipe, os.O_RDWR | os.O_CLOEXEC)
        return self

    def stop(self) -> None:
        """Unplug it."""
        if self._end is not None:
            self._pipe.unlink(missing_ok=True)
            os.close(self._end)
            self._end = None

    def send(self, text: str, terminator: str = "\r", chunks: int = 1) -> None:
        """Scan a code: its key events go out in so many pieces."""
        self.play(key_events(text + terminator), chunks)

    def play(self, events: bytes, chunks: int = 1) -> None:
        """Have the device say these bytes, in so many pieces."""
        if self._end is None:
            raise ValueError("the virtual scanner is not plugged in")
        size = max(1, -(-len(events) // max(1, chunks)))
        for start in range(0, len(events), size):
            part = events[start : start + size]
            while part:
                part = part[os.write(self._end, part) :]


def key_events(text: str) -> bytes:
    """What the kernel tells of a scanner that types this on a US keyboard: a report for each key down and up.

    Raises ValueError for a character that such a keyboard does not have.
    """
    codes = {
        char: (code, bool(shifted))
        for code, pair in keys.US_KEYS.items()
        for shifted, char in enumerate(pair)
    } | {"\r": (keys.KEY_ENTER, False)}
    found = b""

    def report(code: int, value: int) -> bytes:
        scan_code = keys.EVENT.pack(0, 0, keys.EV_MSC, keys.MSC_SCAN, 0x70000 + code)
        key = keys.EVENT.pack(0, 0, keys.EV_KEY, code, value)
        return scan_code + key + keys.EVENT.pack(0, 0, keys.EV_SYN, 0, 0)

    for char in text:
        if char not in codes:
            raise ValueError(f"a US keyboard has no {char!r}")
        code, shifted = codes[char]
        down = report(keys.SHIFTS[0], 1) if shifted else b""
        up = report(keys.SHIFTS[0], 0) if shifted else b""
        found += down + report(code, 1) + report(code, 0) + up
    return found


def follow(
    folder: Path, send: Callable[[str], None], stop: threading.Event, when_ready: Callable[[], None]
) -> None:
    """Have each line sent that is appended to the folder's scans.txt from now on, until told to stop."""
    path = folder / "scans.txt"
    path.touch()
    with path.open("rb") as scans:
        scans.seek(0, os.SEEK_END)
        when_ready()
        rest = b""
        while not stop.is_set():
            rest += scans.read()
            *lines, rest = rest.split(b"\n")
            for line in lines:
                send(line.decode(errors="replace"))
            stop.wait(_POLL_S)


def scan(folder: Path, text: str) -> None:
    """Have the virtual scanner that follows this folder scan a text; from any process."""
    if "\n" in text or "\r" in text:
        raise ValueError("a scan is one line")
    with (Path(folder) / "scans.txt").open("ab") as scans:
        scans.write(text.encode() + b"\n")

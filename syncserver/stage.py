"""A stage for a demonstration: real programs started, driven and ended as a person would.

Every kiosk here is the console script ``tombola-kiosk`` with its real window, its own virtual printer and
scanner in processes of their own, and a wire to the server that can be cut.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from shared.clock import Clock
from shared.errors import Fault

START_S_MAX = 180
"""A program that starts on a machine with much else to do; one that ends instead is noticed at once."""
LOG_BYTES_TOLD = 600
STOP_S_MAX = 15
ANSWER_S_MAX = 60
TOUCH_S_MAX = 10
PIPE_BYTES = 65_536


def script(name: str) -> str:
    """The console script ``name`` of this very installation."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise Fault(
            "stage.script", f"The program {name} is not installed.", "Install Tombola with its scripts."
        )
    return found


class Program:
    """A program of ours in a process of its own, its output in a log file."""

    def __init__(
        self, argv: Sequence[str], log: Path, env: Mapping[str, str] | None = None, *, announces: bool = False
    ) -> None:
        """Start it. One that ``announces`` prints a line of JSON when it is ready: ``announced``."""
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [script(argv[0]), *argv[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if announces else out,
                stderr=out,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        self.announced: dict[str, Any] = self._announcement() if announces else {}

    def _announcement(self) -> dict[str, Any]:
        pipe = self._process.stdout
        assert pipe is not None
        ready, _, _ = select.select([pipe], [], [], START_S_MAX)
        line = pipe.readline() if ready else b""
        if not line:
            self.stop()
            raise Fault("stage.start", f"A program did not start: {self._process.args!r}", f"See {self.log}.")
        return dict(json.loads(line))

    @property
    def runs(self) -> bool:
        """Whether it is alive."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL."""
        self._process.kill()
        self._ended()

    def stop(self) -> None:
        """End it politely, and by force where it will not."""
        if self.runs:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._ended()

    def _ended(self) -> None:
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Wire:
    """A network cable between a kiosk and the server: bytes pass, until it is cut."""

    def __init__(self, port: int) -> None:
        """Lay a cable to ``port`` of this machine; its near end is ``self.port``."""
        self._far = port
        self._live: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self.port = 0
        self.mend()

    @property
    def url(self) -> str:
        """Where the kiosk finds the server."""
        return f"http://127.0.0.1:{self.port}"

    def mend(self) -> None:
        """Let bytes pass (again), at the same port."""
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self._listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Break what is open and refuse what comes, as a dead network does."""
        if self._listener is not None:
            # shutdown() wakes the accepting thread; close() alone would leave it, and the port, listening.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            for end in self._live:
                end.close()
            self._live.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self._far))
            except OSError:
                return
            with self._lock:
                self._live |= {near, far}
            for source, sink in [(near, far), (far, near)]:
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(PIPE_BYTES):
                sink.sendall(data)
        except OSError:
            pass  # the cable was cut, or an end hung up
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                end.close()


class Door:
    """The socket through which a demonstration's kiosk takes touches (``tombola-kiosk --drive``)."""

    def __init__(self, path: Path, program: Program, clock: Clock) -> None:
        """Knock until the kiosk opens; ``Fault`` where it does not within START_S_MAX seconds."""
        self._clock = clock
        self._hint = f"See {program.log}; --keep leaves it behind."
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(ANSWER_S_MAX)
        deadline = clock.monotonic_ms() + START_S_MAX * 1000
        pause = threading.Event()
        while True:
            try:
                self._socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError) as e:
                if not program.runs:
                    said = program.log.read_bytes()[-LOG_BYTES_TOLD:].decode(errors="replace").strip()
                    raise Fault("stage.door", f"A kiosk ended while it started: {said}", self._hint) from e
                if clock.monotonic_ms() > deadline:
                    words = f"A kiosk did not open its door within {START_S_MAX} seconds."
                    raise Fault("stage.door", words, self._hint) from e
                pause.wait(0.05)
        self._lines = self._socket.makefile("r", encoding="utf-8")

    def ask(self, do: str, **what: object) -> dict[str, Any]:
        """One command, one answer; ``Fault`` with the kiosk's words where it cannot."""
        try:
            self._socket.sendall(json.dumps({"do": do, **what}).encode() + b"\n")
            line = self._lines.readline()
        except OSError as e:
            raise Fault("stage.door", f"The kiosk does not answer at its door: {e}.", self._hint) from e
        if not line:
            raise Fault("stage.door", "The kiosk closed its door.", self._hint)
        answer = json.loads(line)
        if not answer.get("ok"):
            raise Fault("stage.door", f"{do} {what}: {answer.get('error')}")
        return dict(answer)

    def tap(self, *targets: str) -> None:
        """Touch one thing after the other, each as soon as it can be touched, as a person would."""
        for target in targets:
            deadline = self._clock.monotonic_ms() + TOUCH_S_MAX * 1000
            while (refused := self.touch(target)) and self._clock.monotonic_ms() < deadline:
                threading.Event().wait(0.02)
            if refused:
                raise refused

    def touch(self, target: str) -> Fault | None:
        """Touch it once, now; what came of it where it could not be touched."""
        try:
            self.ask("tap", target=target)
        except Fault as e:
            return e
        return None

    def view(self) -> dict[str, Any]:
        """What the kiosk shows."""
        return dict(self.ask("view")["view"])

    def wait(self, seconds_max: float = 20, **where: object) -> dict[str, Any]:
        """Wait until the view is so (``a__b`` for ``a.b``; lists for any of), and what it is then."""
        dotted = {name.replace("__", "."): value for name, value in where.items()}
        self._socket.settimeout(seconds_max + ANSWER_S_MAX)
        self.ask("wait", where=dotted, timeout_ms=int(seconds_max * 1000))
        self._socket.settimeout(ANSWER_S_MAX)
        return self.view()

    def grab(self, path: Path) -> None:
        """A picture of the window."""
        self.ask("grab", path=str(path))

    def close(self) -> None:
        """Let go of the socket."""
        self._lines.close()
        self._socket.close()


@dataclass
class Kiosk:
    """One kiosk with its printer, scanner and cable."""

    name: str
    folder: Path
    sockets: Path
    """A folder with a short name: a socket's path has at most 107 bytes."""
    clock: Clock
    wire: Wire
    size: str = "1280x800"
    theme: str = "light"
    language: str = "en"
    _printer: Program = field(init=False)
    _scanner: Program = field(init=False)
    _program: Program | None = field(init=False, default=None)
    _door: Door | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        data = self.folder / "data"
        data.mkdir(parents=True)
        # What is set at the kiosk itself and has no place on its command line.
        (data / "kiosk.toml").write_text("drawer = true\n")
        self._printer = self._device("virtual-printer")
        self._scanner = self._device("virtual-scanner")

    def _device(self, kind: str) -> Program:
        folder = self.folder / kind
        folder.mkdir(exist_ok=True)
        argv = ["tombola-hardware", kind, "--dir", str(folder)]
        return Program(argv, self.folder / f"{kind}.log", announces=True)

    @property
    def door(self) -> Door:
        """The way to its screen; ``Fault`` while the kiosk is not running."""
        if self._door is None:
            raise Fault("stage.kiosk", f"The kiosk {self.name} is not running.")
        return self._door

    def switch_on(self) -> None:
        """Start the kiosk's program."""
        path = self.sockets / f"{self.folder.name}.sock"
        path.unlink(missing_ok=True)
        argv = ["tombola-kiosk", "--data", str(self.folder / "data"), "--server", self.wire.url]
        argv += [
            "--printer",
            self._printer.announced["address"],
            "--scanner",
            self._scanner.announced["address"],
        ]
        argv += ["--mirror", str(self.folder / "mirror"), "--drive", str(path)]
        argv += ["--size", self.size, "--theme", self.theme, "--language", self.language]
        env = (
            {}
            if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
            else {"QT_QPA_PLATFORM": "offscreen"}
        )
        self._program = Program(argv, self.folder / "kiosk.log", {"QT_QUICK_BACKEND": "software", **env})
        self._door = Door(path, self._program, self.clock)

    def kill(self) -> None:
        """Pull the plug."""
        if self._program:
            self._program.kill()
        self._hang_up()

    def switch_off(self) -> None:
        """End kiosk, printer and scanner."""
        self._hang_up()
        for program in filter(None, [self._program, self._scanner, self._printer]):
            program.stop()
        self.wire.cut()

    def unplug_scanner(self) -> None:
        """Pull the scanner's plug."""
        self._scanner.stop()

    def plug_scanner_in(self) -> None:
        """The same scanner again, at the same place."""
        self._scanner = self._device("virtual-scanner")

    def export(self) -> Path:
        """End the kiosk politely, and have its program write its whole journal into a file, as for the office."""
        self._hang_up()
        if self._program:
            self._program.stop()
        target = self.folder / "journal.export"
        argv = ["tombola-kiosk", "--data", str(self.folder / "data"), "--export-all", str(target)]
        subprocess.run([script(argv[0]), *argv[1:]], check=True, capture_output=True)
        return target

    def _hang_up(self) -> None:
        if self._door:
            self._door.close()
            self._door = None

    def printer(self, **state: object) -> None:
        """Do something to the printer: ``paper="out"``, ``cover="open"`` …"""
        changes = [f"{name}={json.dumps(value)}" for name, value in state.items()]
        folder = str(self.folder / "virtual-printer")
        subprocess.run([script("tombola-hardware"), "virtual-set", folder, *changes], check=True)

    def receipts(self) -> list[Path]:
        """The pictures of what the printer cut off, in order."""
        return sorted((self.folder / "virtual-printer" / "out").glob("*.png"))

    def scan(self, text: str) -> None:
        """Hold a code before the scanner."""
        with (self.folder / "virtual-scanner" / "scans.txt").open("a") as scans:
            scans.write(text + "\n")

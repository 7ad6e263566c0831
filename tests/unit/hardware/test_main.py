"""tombola-hardware, as a person starts it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardware.__main__ import main
from hardware.virtual import VirtualPrinter, VirtualScanner


@contextmanager
def running(*arguments: str) -> Iterator[dict[str, str]]:
    """A command that serves till terminated; what it said on its first line."""
    command = [sys.executable, "-m", "hardware", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            assert process.wait(10) == 0


def test_virtual_devices_run_as_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printer = tmp_path / "printer"
    with running("virtual-printer", "--dir", str(printer), "--pty") as said:
        for address in (said["address"], said["pty_address"]):
            assert main(["status", "--printer", address]) == 0
            assert main(["test-page", "--printer", address]) == 0
        assert main(["virtual-set", str(printer), "paper=out", "ms_per_line=1"]) == 0
        while main(["status", "--printer", said["address"]]) == 0:
            pass
        assert main(["test-page", "--printer", said["address"]]) == 1
        assert "Put in a new roll" in capsys.readouterr().err
    assert len(list((printer / "out").glob("*.png"))) == 2


@pytest.mark.parametrize("kind", [[], ["--keys"]])
def test_a_virtual_scanner_runs_as_a_process(tmp_path: Path, kind: list[str]) -> None:
    with running("virtual-scanner", "--dir", str(tmp_path), *kind) as said:
        reader = [sys.executable, "-m", "hardware", "scan", "--scanner", said["address"], "--count", "1"]
        with subprocess.Popen(reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            assert "Scan now" in process.stderr.readline()
            assert main(["virtual-scan", str(tmp_path), "7QK4-M2XD"]) == 0
            assert process.stdout is not None
            assert process.stdout.readline() == "7QK4-M2XD\n"
            assert process.wait(10) == 0


def test_the_drawer_is_kicked_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    virtual = VirtualPrinter(tmp_path, pty=False).start()
    assert main(["kick", "--printer", virtual.address]) == 0
    assert capsys.readouterr().out == "The drawer is open.\n"
    virtual.set(drawer="locked")
    assert main(["kick", "--printer", virtual.address]) == 1
    virtual.stop()
    assert main(["kick", "--printer", virtual.address]) == 1
    assert "Check its power" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["test-page", "--printer", "LPT1"], "Examples: tcp://"),
        (["test-page", "--printer", "tcp://127.0.0.1:1"], "Check power, cable and address"),
        (["scan", "--scanner", "serial:///dev/ttyNONE"], "Check that it is plugged in"),
        (["virtual-scan", "/nonexistent", "X"], "Start one with virtual-scanner"),
    ],
)
def test_every_error_says_what_to_do(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    assert words in capsys.readouterr().err


def test_wrong_settings_of_a_virtual_printer_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    VirtualPrinter(tmp_path).start().stop()
    assert main(["virtual-set", str(tmp_path), "paper=green"]) == 1
    assert "ok, near_end, out" in capsys.readouterr().err
    assert main(["virtual-set", str(tmp_path), "paper"]) == 1
    assert "name=value" in capsys.readouterr().err


def test_the_list_tells_how_to_name_what_it_cannot_see(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert "tcp://ADDRESS:9100" in capsys.readouterr().out


def test_an_unplugged_virtual_scanner_cannot_scan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plugged in"):
        VirtualScanner(tmp_path).send("X")

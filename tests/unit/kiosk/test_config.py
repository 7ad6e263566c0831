from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from kiosk.config import Config, changed, check_server, load, version
from shared.errors import Refused


def test_the_command_line_counts_for_more_than_the_file(tmp_path: Path) -> None:
    """K4: how a kiosk is set up is in one file and on its command line."""
    (tmp_path / "kiosk.toml").write_text(
        'server = "https://office.example/"\npaper_mm = 58\nmirror = "/media/stick"\nsize = "1280x800"\n'
    )
    config = load(tmp_path, {"paper_mm": 80, "printer": None})
    assert (config.paper_mm, config.printer, config.mirror) == (80, "", Path("/media/stick"))
    assert config.size == (1280, 800)
    assert load(tmp_path / "none", {}) == Config(data=tmp_path / "none")


@pytest.mark.parametrize(
    "text",
    [
        "paper_mm = 70",
        'theme = "pink"',
        'language = "de"',
        'language = ""',
        'server = "http://office.example"',
        "colour = 1",
        "= x",
        'size = "big"',
        'size = "0x0"',
        'size = "٣x٤"',
        "size = 5",
        "mirror = true",
        "printer = 5",
        "server = 5",
        "publisher = 5",
        'drawer = "no"',
        "large_text = 1",
        'disk_reserve_bytes = "much"',
        "paper_mm = true",
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_in_words(tmp_path: Path, text: str) -> None:
    """K4: what cannot be meant is said, not guessed."""
    (tmp_path / "kiosk.toml").write_text(text)
    with pytest.raises(Refused) as refused:
        load(tmp_path, {})
    assert refused.value.message


def test_a_server_is_reached_by_tls_but_for_loopback() -> None:
    """Z1: encryption in transit outside loopback."""
    assert check_server("office.example/") == "https://office.example"
    assert check_server("localhost:5000") == "http://localhost:5000"
    assert check_server("http://127.0.0.1:80/") == "http://127.0.0.1:80"
    for bad in (
        "http://10.0.0.1",
        "ftp://office.example",
        "https://",
        "https://office.example:port",
        "http://[",
        "https://a℀b",
    ):
        with pytest.raises(Refused):
            check_server(bad)


def test_a_changed_setting_leaves_the_rest_of_the_file_as_it_is(tmp_path: Path) -> None:
    """K1: what a supervisor sets stands in kiosk.toml, beside what somebody wrote there by hand."""
    path = tmp_path / "kiosk.toml"
    path.write_text('# North stand\npaper_mm = 58  # the narrow one\n\nprinter = "tcp://10.0.0.9:9100"\n')
    path.write_text(
        changed(tmp_path, {"paper_mm": 80, "large_text": True, "scanner": 'a "quoted" \x7f\\ name'})
    )
    assert path.read_text().startswith('# North stand\npaper_mm = 80\n\nprinter = "tcp://10.0.0.9:9100"\n')
    config = load(tmp_path, {})
    assert (config.paper_mm, config.large_text, config.printer) == (80, True, "tcp://10.0.0.9:9100")
    assert config.scanner == 'a "quoted" \x7f\\ name'
    path.write_text(changed(tmp_path, {"printer": ""}))
    assert load(tmp_path, {}).printer == ""
    assert load(tmp_path, {}).large_text
    path.write_text('printer = """tcp://\\\n10.0.0.9:9100"""\npaper_mm = 58\n')
    path.write_text(changed(tmp_path, {"printer": "file:///dev/usb/lp0"}))
    assert load(tmp_path, {}).printer == "file:///dev/usb/lp0"
    assert load(tmp_path, {}).paper_mm == 58


def test_a_change_that_cannot_be_meant_changes_nothing(tmp_path: Path) -> None:
    """K1: neither a value that there is not, nor any value while the file cannot be read."""
    for wrong in ({"mode": "alone"}, {"sell_mode": "slow"}, {"paper_mm": 81}, {"publisher": "xyz"}):
        with pytest.raises(Refused):
            changed(tmp_path, wrong)
    (tmp_path / "kiosk.toml").write_text("= x")
    with pytest.raises(Refused, match="cannot be read"):
        changed(tmp_path, {"paper_mm": 58})


def test_the_version_is_the_project_s() -> None:
    """K4: the version on the logon screen is the one that was built."""
    assert version() == metadata.version("tombola")

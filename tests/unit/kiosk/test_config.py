from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.config import Config, check_server, load
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
        'server = "http://office.example"',
        "colour = 1",
        "= x",
        'size = "big"',
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
    for bad in ("http://10.0.0.1", "ftp://office.example", "https://", "https://office.example:port"):
        with pytest.raises(Refused):
            check_server(bad)

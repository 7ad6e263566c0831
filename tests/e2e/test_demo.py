"""The demonstration is the product's own proof: a whole evening on real programs, every number agreeing."""

import csv
import json
import re
import subprocess
from pathlib import Path

import pytest

from shared import draw
from syncserver.stage import script

EVENING_S_MAX = 900


@pytest.mark.browser
def test_an_evening_from_the_first_ticket_to_the_winner(tmp_path: Path) -> None:
    """K9, K10, K7, K13, Y1, Y9, N8, O6, O8, D1, D3, D9: on line, off line, killed, out of paper, void, counted, drawn, paid once."""
    out = tmp_path / "evening"
    played = subprocess.run(
        [script("tombola-server"), "demo", "--scripted", "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=EVENING_S_MAX,
        check=False,
    )
    assert played.returncode == 0, played.stdout[-4000:] + played.stderr[-4000:]
    summary = json.loads((out / "summary.json").read_text())
    assert summary["orders"] >= 300
    assert summary["tickets"] >= 1_500
    assert summary["synced"] == summary["orders"]
    assert (summary["lost"], summary["duplicated"], summary["findings"]) == (0, 0, 0)
    assert (summary["winners"], summary["claims"]) == (4, 1)
    assert summary["over"] == {"North Gate": -250, "South Gate": 0, "Family Stand": 135}
    assert len(list((out / "reports").glob("*-[xz].png"))) == 6
    with (out / "tickets.csv").open(newline="") as file:
        tickets = list(csv.DictReader(file))
    valid = sorted(int(row["draw_number"]) for row in tickets if row["state"] == "sold")
    pool = draw.read_pool(out / "pool.csv")
    assert [pool.number_at(i) for i in range(pool.size)] == valid
    assert summary["voided"] == len(tickets) - len(valid) > 0
    assert draw.verify((out / "draw.json").read_bytes(), [pool]).ok
    early = draw.read_pool(out / "early-bird.csv")
    assert draw.verify((out / "early-bird.json").read_bytes(), [early]).ok
    assert 0 < early.size < pool.size
    draw.verify_proof((out / "proof.json").read_bytes())
    assert summary["online"] == {"orders": 4, "paid": 80_00}
    assert len(list((out / "receipts").glob("*.png"))) == summary["orders"] - 4
    assert all(
        (out / "screens" / f"{name}.png").stat().st_size for name in ("north-gate-sell", "south-gate-closed")
    )
    assert all(
        (out / "pages" / f"{name}.png").stat().st_size
        for name in ("draw", "office-claims", "office-live", "shop-my-tickets", "home")
    )
    # Whoever wrote a letter, its links lead to the one server that there is.
    assert len(set(re.findall(r"https?://[^/\s]+", (out / "letters.txt").read_text()))) == 1

"""A browser over a house's pages, and patience for it: what is expected is waited for as long as a busy machine may take."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from werkzeug.serving import make_server

from syncserver.admin.live import end_streams
from syncserver.db import Database
from tests.e2e.pages import CHROMIUM, FLAGS
from tests.server import House, make_house

EXPECTED_MS_MAX = 60_000

expect.set_options(timeout=EXPECTED_MS_MAX)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """The house's pages over real HTTP; its streams end before the server does."""
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    end_streams(house.app.extensions)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A window whose console stays silent: a blocked script or style would speak there."""
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    trouble: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # The log-in page comes with 401, a form that is refused with 422, a full server with 503: Chromium notes it.
        if message.type in {"error", "warning"} and not re.search("401|422|503", message.text):
            trouble.append(message.text)

    opened.on("console", hear)
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    yield opened
    context.close()
    assert trouble == []

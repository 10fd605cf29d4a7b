"""A real browser: the Chromium of the system, steered by its driver, with no network but this machine's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
DRIVER = "chromedriver"

_FLAGS = (
    "--headless",
    "--no-sandbox",  # it does not start as root with one
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page, or the browser itself, asks for elsewhere is not found.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
)
_PATIENCE = 20
"""Seconds for a page, or a script in it."""


@contextmanager
def opened(profile: Path) -> Iterator[Chrome]:
    """A browser with this directory for what it keeps. `get_log("browser")` tells what stood in its console.

    Skips the test on a machine without one, but not where all tests have to run.
    """
    options = ChromeOptions()
    options.binary_location = _program(*BROWSERS)
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options, Service(_program(DRIVER)))
    try:
        browser.set_page_load_timeout(_PATIENCE)
        browser.set_script_timeout(_PATIENCE)
        yield browser
    finally:
        browser.quit()


def _program(*names: str) -> str:
    """The first of these programs that is there."""
    for name in names:
        if found := shutil.which(name):
            return found
    missing = f"there is no {names[0]} on this machine"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)

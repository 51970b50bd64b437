"""Starts the machine's Chromium, or the one that `.ci/install-browser` unpacked into .venv."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

UNPACKED = Path(__file__).parents[2] / ".venv" / "browser"
OPTIONS = ("--no-sandbox", "--no-zygote", "--headless=shell", "--font-render-hinting=none")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    installed = shutil.which("chromium") or shutil.which("chromium-browser")
    path = installed or str(UNPACKED / "chromium")
    libraries = {} if installed else {"LD_LIBRARY_PATH": str(UNPACKED / "al2023" / "lib")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(OPTIONS), env={**os.environ, **libraries}
        )
        try:
            yield browser
        finally:
            browser.close()

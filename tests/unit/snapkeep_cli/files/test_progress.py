"""A person at a terminal sees how much of a file has arrived; a file or pipe gets no bar."""

from __future__ import annotations

import pytest

from snapkeep_cli.files.progress import download_of
from tests.fakes.terminal import terminal

SIZE = 3 * 2**20


def fetch() -> None:
    with download_of(SIZE) as shown:
        for done in (SIZE // 3, SIZE):
            shown(done)


def test_a_terminal_shows_how_much_has_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch, 80) as screen:
        fetch()
    assert "3.0/3.0 MiB" in screen.text


def test_a_pipe_gets_nothing_from_a_quick_download(capsys: pytest.CaptureFixture[str]) -> None:
    fetch()
    assert capsys.readouterr() == ("", "")

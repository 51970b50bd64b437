"""`snapkeep report`: the page into a file, or to standard output."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapkeep_cli.api.transport import Unreachable
from snapkeep_cli.commands import report
from tests.fakes.world import World
from tests.unit.snapkeep_cli.conftest import Command

PAGE = b"<!doctype html><p>page</p>"


@pytest.fixture
def written(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A written report behind its link, and an empty folder to be in."""
    world.pages.write("myeks", "page")
    links = {"https://reports.example.test/myeks.html": PAGE}
    monkeypatch.setattr(report, "fetch", links.__getitem__)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_is_written_into_a_temporary_directory_and_not_here(
    snapkeep: Command, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = written.parent / f"{written.name}-temporary"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    ended = snapkeep("report")
    (page,) = elsewhere.glob("snapkeep-*/snapkeep-myeks.html")
    assert (page.read_bytes(), ended.out) == (PAGE, "")
    assert ended.err.strip() == f"{page}: the report of myeks as of 2026-11-24T18:00:00Z"
    assert list(written.iterdir()) == []


def test_the_page_goes_where_one_says(snapkeep: Command, written: Path) -> None:
    snapkeep("report", "-o", "page.html")
    assert (written / "page.html").read_bytes() == PAGE
    assert snapkeep("report", "-o", "-").out == PAGE.decode()
    snapkeep("report", "-o", ".")
    assert (written / "snapkeep-myeks.html").read_bytes() == PAGE


def test_a_place_that_cannot_be_written_is_refused(snapkeep: Command, written: Path) -> None:
    ended = snapkeep("report", "-o", "no/such/page.html")
    assert ended.code == 1
    assert "error[cannot_write]: no/such/page.html cannot be written: No such file" in ended.err


def test_the_page_opens_in_the_browser(
    snapkeep: Command, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    answers = [True, False]
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or answers.pop(0))
    assert "browser" not in snapkeep("report", "-o", "page.html", "--open").err
    assert opened == [(written / "page.html").as_uri()]
    assert "there is no browser here" in snapkeep("report", "-o", "page.html", "--open").err
    assert snapkeep("report", "-o", "-", "--open").code == 2


def test_without_a_page_it_is_not_found(snapkeep: Command) -> None:
    ended = snapkeep("report")
    assert ended.code == 4
    assert "write_report runs every hour" in ended.err


def test_a_link_that_does_not_answer_is_unavailable(
    snapkeep: Command, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(url: str) -> bytes:
        raise Unreachable(f"{url} answered HTTP 403")

    monkeypatch.setattr(report, "fetch", gone)
    assert snapkeep("report").code == 6
    assert list(written.iterdir()) == []

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


def test_the_page_is_written_under_the_clusters_name(snapkeep: Command, written: Path) -> None:
    ended = snapkeep("report")
    assert (written / "snapkeep-myeks.html").read_bytes() == PAGE
    assert ended.out == ""
    assert ended.err.strip() == "snapkeep-myeks.html: the report of myeks as of 2026-11-24T18:00:00Z"


def test_the_page_goes_where_one_says(snapkeep: Command, written: Path) -> None:
    snapkeep("report", "-o", "page.html")
    assert (written / "page.html").read_bytes() == PAGE
    assert snapkeep("report", "-o", "-").out == PAGE.decode()


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

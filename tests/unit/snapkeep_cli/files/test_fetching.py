"""Where a fetched file goes: where somebody says, under its own name, never over what is there."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import typer

from snapkeep_cli.files import fetching
from snapkeep_cli.files.fetching import Target, fetch_into
from snapkeep_cli.files.places import Place, read_place

CONTENT = b"<?php\n"
FILE: dict[str, Any] = {
    "path": "/wp-config.php",
    "is_tar": False,
    "size": len(CONTENT),
    "sha256": hashlib.sha256(CONTENT).hexdigest(),
    "modified": "2026-09-14T07:01:30Z",
    "taken": "2026-11-24T18:00:00Z",
    "url": "https://files.example.test/key",
}
FOLDER = FILE | {"path": "/", "is_tar": True, "modified": None}
CONFIG = Place("shop/data", "/wp-config.php")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and the content behind the link."""
    monkeypatch.setattr(fetching, "streamed", lambda url: iter([CONTENT]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("given", "where", "found", "name"),
    [
        ("", "shop/data:/wp-config.php", FILE, "wp-config.php"),
        ("mine.php", "shop/data:/wp-config.php", FILE, "mine.php"),
        ("sub", "shop/data:/wp-config.php", FILE, "sub/wp-config.php"),
        ("", "shop/data:/wp-content/", FOLDER, "wp-content.tar"),
        ("", "shop/data", FOLDER, "shop-data.tar"),
        ("all.tar", "shop/data:", FOLDER, "all.tar"),
    ],
)
def test_it_is_named_as_somebody_says_or_as_it_is_there(
    here: Path, given: str, where: str, found: dict[str, Any], name: str
) -> None:
    (here / "sub").mkdir()
    fetch_into(Target.of(given, read_place(where), replace=False), found)
    assert (here / name).read_bytes() == CONTENT


def test_what_is_there_already_is_refused_before_anything_is_read(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "mine.php").write_bytes(b"mine")
    with pytest.raises(typer.Exit) as ended:
        Target.of("mine.php", CONFIG, replace=False)
    assert ended.value.exit_code == 3
    assert "error[file_exists]: mine.php already exists" in capsys.readouterr().err
    fetch_into(Target.of("mine.php", CONFIG, replace=True), FILE)
    assert (here / "mine.php").read_bytes() == CONTENT


def test_a_name_of_its_own_that_is_there_is_refused_as_well(here: Path) -> None:
    (here / "wp-config.php").write_bytes(b"mine")
    with pytest.raises(typer.Exit):
        fetch_into(Target.of("", CONFIG, replace=False), FILE)
    assert (here / "wp-config.php").read_bytes() == b"mine"


def test_a_place_that_cannot_be_written_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        fetch_into(Target.of("no/such/file", CONFIG, replace=False), FILE)
    assert ended.value.exit_code == 1
    assert "error[cannot_write]: no/such/file cannot be written: No such file" in capsys.readouterr().err


def test_what_was_spoilt_on_the_way_is_not_kept(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        fetch_into(Target.of("", CONFIG, replace=False), FILE | {"sha256": "0" * 64})
    assert ended.value.exit_code == 6
    assert "error[spoilt_download]: what arrived is not /wp-config.php" in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_standard_output_gets_the_bytes_alone(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    fetch_into(Target.of("-", CONFIG, replace=False), FILE)
    assert capfdbinary.readouterr() == (CONTENT, b"")
    with pytest.raises(typer.Exit):
        fetch_into(Target.of("-", CONFIG, replace=False), FILE | {"size": 5})
    assert b"6 of 5 bytes arrived" in capfdbinary.readouterr().err

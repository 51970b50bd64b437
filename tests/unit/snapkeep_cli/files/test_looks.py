"""Files look as `ls -l` shows them, and their names cannot touch the terminal."""

from __future__ import annotations

import pytest

from snapkeep_cli.files.looks import escaped, mode_of, named


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("wp-config.php", "wp-config.php"),
        ("größe 1.txt", "größe 1.txt"),
        ("two\nlines", r"two\nlines"),
        ("red\x1b[31m", r"red\x1b[31m"),
        ("back\\slash", r"back\\slash"),
        ("gpj.\u202eexe", r"gpj.\u202eexe"),
        ("latin-\udce9", r"latin-\xe9"),
    ],
)
def test_a_name_stays_on_its_line(name: str, shown: str) -> None:
    assert escaped(name) == shown


@pytest.mark.parametrize(
    ("kind", "mode", "shown"),
    [
        ("file", "0640", "-rw-r-----"),
        ("folder", "1777", "drwxrwxrwt"),
        ("link", "0777", "lrwxrwxrwx"),
        ("file", "4755", "-rwsr-xr-x"),
        ("other", "0660", "?rw-rw----"),
    ],
)
def test_a_mode_is_written_as_ls_does(kind: str, mode: str, shown: str) -> None:
    assert mode_of({"kind": kind, "mode": mode}) == shown


def test_folders_and_links_are_marked() -> None:
    assert named({"kind": "folder", "name": "uploads"}) == "uploads/"
    assert named({"kind": "link", "name": "now", "target": "../a\tb"}) == r"now -> ../a\tb"

"""A file that is fetched is whole and unchanged, or not there."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from snapkeep_cli.files.saving import Promised, Spoilt, copy, save

CONTENT = b"INSERT INTO wp_posts"
MODIFIED = datetime(2026, 11, 24, 18, 0, 1, 500_000, tzinfo=UTC)
PROMISED = Promised(len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), MODIFIED)


def in_pieces() -> Iterator[bytes]:
    yield CONTENT[:7]
    yield CONTENT[7:]


def test_a_whole_file_has_its_time_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path, shown = tmp_path / "posts.sql", list[int]()
    save(in_pieces(), path, PROMISED, replace=False, shown=shown.append)
    assert path.read_bytes() == CONTENT
    assert path.stat().st_mtime == MODIFIED.timestamp()
    assert path.stat().st_mode & 0o777 == 0o600
    assert shown == [7, len(CONTENT)]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("chunks", "why"),
    [
        ([CONTENT[:-1]], "19 of 20 bytes arrived"),
        ([CONTENT, b"!"], "21 of 20 bytes arrived"),
        ([CONTENT.upper()], "the SHA-256 is "),
    ],
)
def test_what_arrives_otherwise_leaves_what_was_there(tmp_path: Path, chunks: list[bytes], why: str) -> None:
    path = tmp_path / "posts.sql"
    path.write_bytes(b"mine")
    with pytest.raises(Spoilt, match=why):
        save(chunks, path, PROMISED, replace=True)
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield CONTENT[:7]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(broken(), tmp_path / "posts.sql", PROMISED, replace=False)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_replaced_only_on_demand_even_a_link_to_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "posts.sql"
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        save(in_pieces(), path, PROMISED, replace=False)
    save(in_pieces(), path, PROMISED, replace=True)
    assert (path.read_bytes(), path.is_symlink()) == (CONTENT, False)


def test_a_stream_is_judged_at_its_end() -> None:
    out = io.BytesIO()
    copy(in_pieces(), out, PROMISED)
    assert out.getvalue() == CONTENT
    with pytest.raises(Spoilt):
        copy([CONTENT[:3]], out, PROMISED)

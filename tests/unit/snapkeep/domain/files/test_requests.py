"""Questions about files: what is the same question, and which paths can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from snapkeep.domain.errors import Invalid
from snapkeep.domain.files.limits import FileLimits
from snapkeep.domain.files.requests import FileRequest, QuestionKind, ReadPoint, clean_path

POINT = ReadPoint("sk-1", "snap-1", datetime(2026, 11, 30, tzinfo=UTC))
REQUEST = FileRequest(QuestionKind.LS, "myeks", "shop", "db", (POINT,), "/a", "", FileLimits())


def test_the_same_question_is_the_same_operation() -> None:
    assert replace(REQUEST).operation_id == REQUEST.operation_id


@pytest.mark.parametrize(
    "change",
    [
        {"kind": QuestionKind.GET},
        {"cluster": "other"},
        {"namespace": "other"},
        {"claim": "db-2"},
        {"path": "/a/b"},
        {"name": "*.frm"},
        {"points": (replace(POINT, snapshot_id="snap-2"),)},
        {"points": (POINT, POINT)},
        {"limits": FileLimits(most_entries=1)},
    ],
)
def test_another_question_is_another_operation(change: dict[str, object]) -> None:
    assert replace(REQUEST, **change).operation_id != REQUEST.operation_id  # type: ignore[arg-type]


def test_paths_are_cleaned() -> None:
    assert clean_path("/") == clean_path("//./") == "/"
    assert clean_path("//a/./b c//") == "/a/b c"
    assert clean_path("/..a/b..") == "/..a/b.."
    assert clean_path("/\udcff") == "/\udcff", "a byte that is no UTF-8"


@pytest.mark.parametrize("path", ["", "a", "/a/../b", "/..", "/a\0b", "/" + "a" * 4096, "/\ud800"])
def test_paths_that_cannot_be_are_refused(path: str) -> None:
    with pytest.raises(Invalid):
        clean_path(path)

"""An operation on files, and answers of every kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from snapkeep.domain.files.limits import FileLimits
from snapkeep.domain.files.operations import FileOperation
from snapkeep.domain.files.requests import FileRequest, QuestionKind, ReadPoint
from snapkeep.domain.files.results import (
    Answer,
    Fetched,
    Found,
    FoundPath,
    ListedEntry,
    Listing,
    Version,
    Versions,
    VersionState,
)
from snapkeep.domain.proof.files import FileEntry, FileKind

TAKEN = datetime(2026, 11, 24, 18, 0, 5, tzinfo=UTC)
MODIFIED = datetime(2026, 11, 24, 17, 59, 59, 123456, tzinfo=UTC)

HOSTILE = "a\n\x1b[31m\"'; rm\\\udcff%2e"
"""A name with a newline, an escape sequence, quotes, and a byte that is no UTF-8."""

ENTRY = FileEntry(HOSTILE, FileKind.LINK, 5, MODIFIED, 0o777, 1000, 2000)

ANSWERS: tuple[Answer, ...] = (
    Listing((ListedEntry(ENTRY, "../\udcfe"), ListedEntry(ENTRY)), "log replayed: 7", "1 more"),
    Fetched(HOSTILE, True, 5, "ab" * 32, MODIFIED),
    Versions(
        (
            Version("sk-2", TAKEN, VersionState.CHANGED, ENTRY),
            Version("sk-1", TAKEN - timedelta(days=1), VersionState.NOT_LOOKED_AT, reason="key x"),
        )
    ),
    Found((FoundPath("/" + HOSTILE, FileKind.FILE, 5, MODIFIED, "sk-2", 2, TAKEN, TAKEN),)),
)


def a_request(kind: QuestionKind = QuestionKind.LS, path: str = "/", **changes: Any) -> FileRequest:
    """A question about the point sk-1 of shop/db in myeks."""
    given: dict[str, Any] = {
        "kind": kind,
        "cluster": "myeks",
        "namespace": "shop",
        "claim": "db",
        "points": (ReadPoint("sk-1", "snap-1", TAKEN),),
        "path": path,
        "name": "",
        "limits": FileLimits(),
    }
    return FileRequest(**(given | changes))


def an_operation(request: FileRequest | None = None, attempt: str = "one") -> FileOperation:
    """An operation that ann has begun when the point was taken."""
    request = request or a_request()
    return FileOperation(request.operation_id, request, "arn:aws:iam::1:user/ann", TAKEN, attempt)

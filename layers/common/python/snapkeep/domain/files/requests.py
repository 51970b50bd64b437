"""Questions about files in recovery points."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.errors import Invalid
from snapkeep.domain.files.limits import FileLimits

LONGEST_PATH = 4096
"""Bytes of a path that Linux takes."""

ID_LENGTH = 32
"""Hex digits of the id of an operation: nobody guesses one."""


class QuestionKind(StrEnum):
    """What is asked: what a folder holds, a file's (or folder's) content, a path in every point of a claim,
    or where files of a name are."""

    LS = "ls"
    GET = "get"
    VERSIONS = "versions"
    FIND = "find"

    @property
    def is_about_claim(self) -> bool:
        """True for a question about all points of a claim."""
        return self in (QuestionKind.VERSIONS, QuestionKind.FIND)


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """A question as somebody asks it: about the point `point_id`, or about a `claim` with all its points.

    `namespace` is "" for a point of any namespace. `path` is absolute. `name` is what `find` looks for below
    it, in which `*`, `?` and `[...]` match as in a shell.
    """

    kind: QuestionKind
    cluster: str
    namespace: str
    path: str = "/"
    point_id: str = ""
    claim: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ReadPoint:
    """A recovery point to read: its snapshot, and when that was started (aware UTC)."""

    id: str
    snapshot_id: str
    taken: datetime


@dataclass(frozen=True, slots=True)
class FileRequest:
    """A question whose points are known, newest first; `left_out` says which points of the claim are not
    among them, "" for none."""

    kind: QuestionKind
    cluster: str
    namespace: str
    claim: str
    points: tuple[ReadPoint, ...]
    path: str
    name: str
    limits: FileLimits
    left_out: str = ""

    @property
    def operation_id(self) -> str:
        """The same for the same question, whoever asks: snapshots never change, so the answer stays true."""
        limits = self.limits
        text = json.dumps(
            [
                *(self.kind, self.cluster, self.namespace, self.claim, self.path, self.name),
                [[point.id, point.snapshot_id] for point in self.points],
                [limits.largest_file, limits.most_entries, limits.deepest, limits.longest.total_seconds()],
            ]
        )
        return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]

    @property
    def words(self) -> str:
        """What is read, for people."""
        whose = f"{self.namespace}/{self.claim}"
        return f"{self.path} in {whose if self.kind.is_about_claim else self.points[0].id}"


def clean_path(path: str) -> str:
    """A path without doubled slashes and dots. Raises Invalid for one that is not absolute, leads upwards, or
    cannot exist."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if "\0" in path:
        raise Invalid("a path cannot contain a NUL byte")
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise Invalid("a path cannot contain half a character (a lone surrogate)") from error
    if not path.startswith("/"):
        raise Invalid("a path must begin with a slash, such as /data/out.txt")
    if ".." in parts:
        raise Invalid("a path cannot contain `..`: name the folder itself")
    if len(path) > LONGEST_PATH:
        raise Invalid(f"a path can have {LONGEST_PATH:,} bytes at most")
    return "/" + "/".join(parts)

"""Bodies of questions about files in recovery points, and of their answers.

Names are what a file system holds. Bytes in them that are no UTF-8 are lone surrogates in JSON, from U+DC80
on, as Python's `os.fsdecode` gives them; models take such text only unchecked.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, SkipValidation, WithJsonSchema

from snapkeep.domain.files.operations import OperationState
from snapkeep.domain.files.requests import QuestionKind
from snapkeep.domain.proof.files import FileKind
from snapkeep.inbound.api.body import Body

LONGEST_PATH, LONGEST_NAME = 4096, 255
"""Bytes that Linux takes (PATH_MAX, NAME_MAX)."""

Stored = SkipValidation[str]
"""Text as a file system holds it."""


def _path(value: object) -> object:
    if not (isinstance(value, str) and value.startswith("/") and len(value) <= LONGEST_PATH):
        raise ValueError(f"must be an absolute path of at most {LONGEST_PATH:,} characters")
    return _without_nul(value)


def _name(value: object) -> object:
    if not (isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and "/" not in value):
        raise ValueError(f"must be a name of 1 to {LONGEST_NAME} characters without a slash")
    return _without_nul(value)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not hold a NUL, which no name can")
    return text


def _text(longest: int, pattern: str, description: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "maxLength": longest, "pattern": pattern, "description": description}
    )


FilePath = Annotated[
    Any,
    AfterValidator(_path),
    _text(LONGEST_PATH, "^/", "An absolute path in the volume; links are not followed"),
]
FileName = Annotated[
    Any,
    AfterValidator(_name),
    _text(LONGEST_NAME, "^[^/]+$", "A name, in which *, ? and [abc] match as in a shell"),
]


class PathBody(Body):
    """A file or a folder."""

    model_config = ConfigDict(extra="forbid")

    path: FilePath = "/"


class SearchBody(PathBody):
    """A name, and the folder below which it is looked for."""

    name: FileName


class SizedModel(Body):
    """The size in bytes, and when the content was last modified; null where nothing was seen."""

    size: int | None
    modified: str | None


class EntryModel(SizedModel):
    """A name in a folder. `mode` are its permission bits in octal; `target` is where a link leads."""

    name: Stored
    kind: FileKind
    mode: str
    owner: int
    group: int
    target: Stored


class AnswerModel(Body):
    """What every answer says: `log` is what was done about changes that the log of the file system still
    held, and `left_out` what is missing here, and why."""

    namespace: str
    claim: str
    path: Stored
    log: str
    left_out: str


class OfPointModel(AnswerModel):
    """An answer about one recovery point, and when that was taken."""

    recovery_point: str
    taken: str


class ListingModel(OfPointModel):
    """What is in a folder, by name; a path that is no folder is listed alone."""

    entries: list[EntryModel]


class DownloadModel(OfPointModel):
    """A file to fetch. The `url` needs no signature until it expires; a folder comes as a tar archive."""

    is_tar: bool
    size: int
    sha256: str
    modified: str
    url: str
    expires_at: str


class VersionModel(SizedModel):
    """A file in one recovery point: `changed` since the point before, the `same`, `missing`, or `not looked
    at` for the reason."""

    recovery_point: str
    taken: str
    state: Literal["changed", "same", "missing", "not looked at"]
    reason: str


class VersionsModel(AnswerModel):
    """A file in every recovery point of a claim, newest first."""

    versions: list[VersionModel]


class FoundPathModel(SizedModel):
    """A path that was found, as it is in the newest point that has it (`recovery_point`), and in how many
    points it is; the `first` and `last` of them were taken then."""

    path: Stored
    kind: FileKind
    recovery_point: str
    points: int
    first: str
    last: str


class SearchModel(AnswerModel):
    """What was found under a name in the recovery points of a claim."""

    name: Stored
    found: list[FoundPathModel]


class FileProblemModel(Body):
    """Why there is no answer."""

    status: int
    code: str
    detail: str
    fix: str


class FileOperationModel(Body):
    """Work that takes longer than an answer may: ask the same again when its `state` is `done`. `text` says
    how far it is."""

    id: str
    kind: QuestionKind
    state: OperationState
    text: str
    begun_at: str
    problem: FileProblemModel | None

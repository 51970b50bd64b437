"""Answers about files as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
from snapkeep.domain.times import precise


def answer_text(answer: Answer) -> str:
    """An answer as JSON in ASCII: names that are no text stay as they are, escaped."""
    return json.dumps({"kind": type(answer).__name__, **dataclasses.asdict(answer)}, default=precise)


def answer_of(text: str) -> Answer:
    """The answer in a text of `answer_text`. Raises LookupError, TypeError or ValueError for another."""
    document = json.loads(text)
    kind = document.pop("kind")
    found: Answer = _READERS[kind](document)
    return found


def _listing(document: dict[str, Any]) -> Listing:
    entries = (ListedEntry(_entry(each["entry"]), each["target"]) for each in document["entries"])
    return Listing(**document | {"entries": tuple(entries)})


def _fetched(document: dict[str, Any]) -> Fetched:
    return Fetched(**document | {"modified": datetime.fromisoformat(document["modified"])})


def _versions(document: dict[str, Any]) -> Versions:
    return Versions(**document | {"versions": tuple(map(_version, document["versions"]))})


def _version(fields: Mapping[str, Any]) -> Version:
    return Version(
        point_id=fields["point_id"],
        taken=datetime.fromisoformat(fields["taken"]),
        state=VersionState(fields["state"]),
        entry=_entry(fields["entry"]) if fields["entry"] else None,
        reason=fields["reason"],
    )


def _found(document: dict[str, Any]) -> Found:
    return Found(**document | {"paths": tuple(map(_path, document["paths"]))})


def _path(fields: Mapping[str, Any]) -> FoundPath:
    times = {name: datetime.fromisoformat(fields[name]) for name in ("modified", "first", "last")}
    return FoundPath(**{**fields, **times, "kind": FileKind(fields["kind"])})


def _entry(fields: Mapping[str, Any]) -> FileEntry:
    modified = datetime.fromisoformat(fields["modified"])
    return FileEntry(**{**fields, "kind": FileKind(fields["kind"]), "modified": modified})


_READERS: Mapping[str, Any] = {
    "Listing": _listing,
    "Fetched": _fetched,
    "Versions": _versions,
    "Found": _found,
}

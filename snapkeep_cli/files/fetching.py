"""Where a fetched file goes, and how it gets there."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer

from snapkeep.domain.sizes import about
from snapkeep_cli.api.calls import Document
from snapkeep_cli.api.links import streamed
from snapkeep_cli.files.looks import escaped
from snapkeep_cli.files.places import Place
from snapkeep_cli.files.progress import download_of
from snapkeep_cli.files.saving import Promised, Spoilt, copy, save
from snapkeep_cli.output import fail, say

STDOUT = "-"
TAR = ".tar"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to write a file: to standard output if there is no path.

    `name` is what the file is called in a folder; an archive gets `.tar` at its end.
    """

    path: Path | None
    name: str
    replace: bool

    @classmethod
    def of(cls, given: str, wanted: Place, replace: bool) -> Target:
        """What somebody typed after `-o`. Ends the command if that is there and must not be replaced."""
        name = wanted.path.rstrip("/").rpartition("/")[2] or wanted.whose.replace("/", "-")
        target = cls(None if given == STDOUT else Path(given or "."), name, replace)
        if target.path and not target.path.is_dir():
            target.check(target.path)
        return target

    def file(self, is_tar: bool) -> Path:
        """The path of the file, in the folder if one was given."""
        assert self.path is not None
        return self.path / f"{self.name}{TAR if is_tar else ''}" if self.path.is_dir() else self.path

    def check(self, path: Path) -> None:
        """End the command if there is a file that must not be replaced."""
        if os.path.lexists(path) and not self.replace:
            raise fail(
                "file_exists",
                f"{escaped(str(path))} already exists",
                "give --force to replace it, or another name with -o",
            )


def fetch_into(target: Target, found: Document) -> None:
    """Write what the API links to; ends the command if it cannot be written, or is not what was read."""
    promised = Promised(found["size"], found["sha256"], _moment(found["modified"]))
    if target.path is None:
        _print(found, promised)
        return
    path = target.file(found["is_tar"])
    target.check(path)
    try:
        with download_of(promised.size) as shown:
            save(streamed(found["url"]), path, promised, replace=target.replace, shown=shown)
    except Spoilt as error:
        raise _spoilt(found, error) from error
    except OSError as error:
        text = f"{escaped(str(path))} cannot be written: {error.strerror or error}"
        raise fail("cannot_write", text, "give -o FILE") from error
    what = "the folder as an archive" if found["is_tar"] else "the file"
    say(f"{escaped(str(path))}: {what}, {about(promised.size)}, as of {found['taken']}; its SHA-256 is right")


def _print(found: Document, promised: Promised) -> None:
    out = typer.get_binary_stream("stdout")
    if found["is_tar"] and sys.stdout.isatty():
        text = f"{escaped(found['path'])} is a folder, and an archive is nothing for a terminal"
        raise fail("usage", text, "give -o FILE, or pipe it into `tar -t`")
    try:
        copy(streamed(found["url"]), out, promised)
        out.flush()
    except Spoilt as error:
        raise _spoilt(found, error) from error


def _spoilt(found: Document, error: Spoilt) -> typer.Exit:
    text = f"what arrived is not {escaped(found['path'])} as it was read from the recovery point: {error}"
    return fail("spoilt_download", text, "try again")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

"""How names, modes and kinds of files are shown: as `ls -l` does, on one line whatever the name holds."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from typing import Any

KINDS = {"file": stat.S_IFREG, "folder": stat.S_IFDIR, "link": stat.S_IFLNK}
MARKS = {"folder": "/"}


def escaped(name: str) -> str:
    r"""A name without control characters, each written as in Python: a newline as `\n`, a backslash as `\\`.

    Names are bytes to the file system; those that are no text come from the API as lone surrogates.
    """
    return "".join(map(_letter, name))


def mode_of(entry: Mapping[str, Any]) -> str:
    """The mode as `ls -l` writes it, such as `-rw-r--r--`; `?` first for what is no file, folder or link."""
    return stat.filemode(KINDS.get(entry["kind"], 0) | int(entry["mode"], 8))


def named(entry: Mapping[str, Any]) -> str:
    """The name with a slash behind a folder, and behind a link where it leads."""
    name = escaped(entry["name"]) + MARKS.get(entry["kind"], "")
    return f"{name} -> {escaped(entry['target'])}" if entry.get("target") else name


def _letter(letter: str) -> str:
    if letter == "\\":
        return r"\\"
    if letter.isprintable():
        return letter
    if "\udc80" <= letter <= "\udcff":
        return rf"\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode()

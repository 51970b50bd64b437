"""Names of files in sentences."""

from __future__ import annotations


def shown(name: str) -> str:
    """A name or path on one line: what is not printable is escaped as Python does it."""
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in name)


def is_possible(name: str) -> bool:
    """True for a name that a file can have. A damaged or forged folder may hold others, which would lead out
    of it."""
    return name not in ("", ".", "..") and "/" not in name and "\0" not in name


def below(folder: str, name: str) -> str:
    """The path of a name in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape", "surrogatepass").decode()

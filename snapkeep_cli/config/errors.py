"""The problems of a config file, each with its place and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Location = tuple[str | int, ...]
"""Keys and list positions from the top of the document, as pydantic gives them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: where (line 0 if unknown) and what, in words."""

    location: Location
    text: str
    line: int = 0

    def __str__(self) -> str:
        path = key_path(self.location)
        return f"{path}: {self.text}" if path else self.text


class ConfigError(Exception):
    """A config file cannot be used; the text lists every problem with file, line and key path."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(self._line(problem) for problem in self.problems))

    def _line(self, problem: Problem) -> str:
        return f"{self.file}:{problem.line}: {problem}" if problem.line else f"{self.file}: {problem}"


def key_path(location: Location) -> str:
    """The location as people write it, such as `policies[1].schedule.timezone`."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part != "[key]":
            path += f".{part}" if path else part
    return path


def did_you_mean(word: object, allowed: Iterable[str]) -> str:
    """` (did you mean 'x'?)` if an allowed word is close, otherwise nothing."""
    close = difflib.get_close_matches(str(word), list(allowed), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""

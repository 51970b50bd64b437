"""Reads a YAML file into plain data and records the line of each key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from snapkeep_cli.config.errors import ConfigError, Location, Problem

DEEPEST = 30
"""Levels of lists and mappings; real settings use fewer than half as many."""

QUOTE_STARS = "quote text that begins with *, and put what policies share under defaults"
SHORTHAND = ', such as "@daily"'


@dataclass(frozen=True, slots=True)
class Document:
    """The data of a file, the line of each key, and problems that YAML allows but we do not."""

    data: Any
    lines: Mapping[Location, int]
    problems: tuple[Problem, ...] = field(default_factory=tuple)

    def line(self, location: Location) -> int:
        """The line of a key, or of its nearest existing parent (0 if there is none)."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 0)


def read(path: Path) -> Document:
    """The document in a file. Raises ConfigError if it cannot be read or is not YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(str(path), [Problem((), f"cannot be read: {reason}")]) from error
    try:
        unwanted = list(_unwanted(text))
        if unwanted:
            raise ConfigError(str(path), unwanted)
        if yaml.compose(text, yaml.SafeLoader) is None:
            raise ConfigError(str(path), [Problem((), "is empty: it needs clusters and policies")])
        return _parse(text)
    except yaml.YAMLError as error:
        raise ConfigError(str(path), [_yaml_problem(error)]) from error


def _parse(text: str) -> Document:
    lines: dict[Location, int] = {}
    problems = list(_walk(yaml.compose(text, yaml.SafeLoader), (), lines))
    return Document(yaml.load(text, _Loader), lines, tuple(problems))


class _Loader(yaml.SafeLoader):
    """Names the line of a value that YAML takes for another type and cannot convert, such as the date
    2027-02-30.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """The value of a node. PyYAML lets the errors of Python's own types through."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError) as error:
            kind, text = str(node.tag).rpartition(":")[2], str(node.value)[:60]
            wrong = f"{text!r} looks like a {kind} but is not valid; correct it, or put text in quotes"
            raise yaml.constructor.ConstructorError(None, None, wrong, node.start_mark) from error


def _unwanted(text: str) -> Iterator[Problem]:
    """Problems to find before the file is loaded, because loading might never end.

    Most aliases are unquoted cron expressions. Deep nesting would be read recursively.
    """
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent | yaml.CollectionEndEvent):
            depth += 1 if isinstance(event, yaml.CollectionStartEvent) else -1
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 0
            yield Problem((), f"is nested more than {DEEPEST} levels deep; no setting needs that", line)
            return
        if isinstance(event, yaml.AliasEvent) and event.start_mark is not None:
            line = event.start_mark.line + 1
            yield Problem((), f"*{event.anchor} is a YAML alias, which is not used here; {QUOTE_STARS}", line)


def _walk(node: yaml.Node | None, location: Location, lines: dict[Location, int]) -> Iterator[Problem]:
    """Record the line of everything below the node; yield duplicate keys and missing values."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*location, index)] = item.start_mark.line + 1
            yield from _walk(item, (*location, index), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here, line = (*location, str(key.value)), key.start_mark.line + 1
            if here in lines:
                yield Problem(here, f"appears twice, first on line {lines[here]}; keep one", line)
                continue
            lines[here] = line
            if key.tag != "tag:yaml.org,2002:str":
                yield Problem(here, "is not read as text; put it in quotes", line)
            if value.tag == "tag:yaml.org,2002:null":
                yield Problem(here, "has no value; give it one or remove the key", line)
            yield from _walk(value, here, lines)


def _yaml_problem(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    text = str(getattr(error, "problem", None) or error)
    return Problem((), f"is not valid YAML: {text}{_hint(error, text)}", mark.line + 1 if mark else 0)


def _hint(error: yaml.YAMLError, text: str) -> str:
    if getattr(error, "context", "") == "while scanning an alias":
        return f"; {QUOTE_STARS}"
    begins = re.search(r"found character '(.+)' that cannot start any token", text)
    match begins and begins[1]:
        case "@" | "%" | "`" as first:
            return f"; put text that begins with {first} in quotes{SHORTHAND if first == '@' else ''}"
        case r"\t":
            return "; indent with spaces"
    return ""

"""What each command takes: the last part of `docs/commands.md`, which `make docs` writes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperArgument, TyperGroup

from snapkeep_cli.main import app

PAGE = Path(__file__).with_suffix(".md")

BEGINS = "## Every command and option\n"


def page(text: str) -> str:
    """The page with its last part regenerated."""
    return text.split(BEGINS)[0] + BEGINS + "\n".join(("", *_lines())) + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its name, such as `snapkeep get points`."""
    yield from _under("snapkeep", the_command())


def the_command() -> TyperGroup:
    """The whole command, from its parser."""
    found = typer.main.get_command(app)
    assert isinstance(found, TyperGroup)
    return found


def _under(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(command, TyperGroup):
        yield name, command
        return
    for each, found in sorted(command.commands.items()):
        yield from _under(f"{name} {each}", found)


def _lines() -> Iterator[str]:
    yield "Written by `make docs`. Before a command's name, `snapkeep` takes:"
    yield ""
    yield from _parameters(the_command())
    for name, command in commands():
        arguments = [_shown(each) for each in command.params if isinstance(each, TyperArgument)]
        yield ""
        yield f"### `{' '.join((name, *arguments))}`"
        yield ""
        yield inspect.cleandoc(command.help or "")
        options = list(_parameters(command))
        if options:
            yield ""
            yield from options


def _parameters(command: Any) -> Iterator[str]:
    for each in command.params:
        if not getattr(each, "hidden", False):
            yield f"- `{_shown(each)}`: {getattr(each, 'help', None) or ''}{_needed(each)}"


def _needed(parameter: Any) -> str:
    return " Required." if parameter.required and not isinstance(parameter, TyperArgument) else ""


def _shown(parameter: Any) -> str:
    if not isinstance(parameter, TyperArgument):
        return "`, `".join(parameter.opts)
    name = (parameter.metavar or parameter.name or "").upper()
    return name if parameter.required else f"[{name}]"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))

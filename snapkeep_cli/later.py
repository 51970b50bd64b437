"""Groups whose commands are imported when they are used, so that nobody waits for those of the others."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer

from snapkeep_cli.usage import Commands

FOLDER = "snapkeep_cli.commands"


class LaterCommands(Commands):
    """A group; `later` maps its commands' names to `module:attribute`, in the order of the help.

    The attribute is the command's function, or the app of a group.
    """

    later: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.commands: dict[str, Any] = _Imported({**self.later, **self.commands})

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the help; imports nothing."""
        return list(self.commands)


class _Imported(dict[str, Any]):
    """Commands by name; those that are still `module:attribute` are imported when somebody takes them."""

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if isinstance(found, str):
            found = self[name] = _imported(name, found)
        return found

    def get(self, name: str, default: Any = None) -> Any:
        known = name in self
        return self[name] if known else default

    def items(self) -> Any:
        for name in self:
            self[name]
        return super().items()


def _imported(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(f"{FOLDER}.{module}"), attribute)
    if isinstance(found, typer.Typer):
        group = typer.main.get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return typer.main.get_command(alone)

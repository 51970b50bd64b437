"""Refuses mistakes on the command line like all others: with a code, in a sentence, and with what to type."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

Mistake: Any = typer.BadParameter.__mro__[1]
"""The parser's exception for every mistake. Versions of typer keep the class in different modules."""

HELP_ITSELF = "NoArgsIsHelpError"
"""How the parser prints the help of a group that was typed without a command."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says when the disk behind the output takes no more."""


class Commands(TyperGroup):
    """The whole command; a mistake that the parser finds ends it as every other refusal does."""

    def make_context(self, info_name: Any, *given: Any, **named: Any) -> Any:
        """Read the options before the command's name."""
        with _refusing(lambda: str(info_name)):
            return super().make_context(info_name, *given, **named)

    def invoke(self, ctx: Any) -> Any:
        """Read the words after the command's name, and run it."""
        with (
            _output_full(),
            _refusing(lambda: " ".join(filter(None, (ctx.command_path, ctx.invoked_subcommand)))),
        ):
            return super().invoke(ctx)


@contextmanager
def _refusing(command: Callable[[], str]) -> Iterator[None]:
    """Turn a parser's mistake into a refusal that names the help to read. `command` names the command if the
    parser does not."""
    try:
        yield
    except Mistake as mistake:
        if type(mistake).__name__ == HELP_ITSELF:
            raise
        from snapkeep_cli.output import fail  # what shows text is imported only if there is something to say

        where = mistake.ctx.command_path if mistake.ctx else command()
        raise fail("usage", in_words(mistake), f"{where} --help") from mistake


@contextmanager
def _output_full() -> Iterator[None]:
    """Say that the answer could not be written. A reader that went away is left to the parser."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        from snapkeep_cli.output import fail

        what = error.filename or "the output"
        raise fail(
            "cannot_write", f"{what} cannot be written: {error.strerror}", "make room, then try again"
        ) from error


def in_words(mistake: Any) -> str:
    """The sentence for a mistake: the option or argument first, and then what is wrong with it.

    It reads the fields of the exception, never its formatted text, which differs between versions.
    """
    name = _name(mistake)
    if name and type(mistake).__name__ == "MissingParameter":
        return f"{name} is missing"
    text = mistake.message.strip().removeprefix("Value error, ").removeprefix("Input ").removesuffix(".")
    if name:
        return f"{name}: {text}"
    meant = getattr(mistake, "possibilities", None)
    guess = f" (did you mean {', '.join(sorted(meant))}?)" if meant else ""
    return f"{text[:1].lower()}{text[1:]}{guess}"


def _name(mistake: Any) -> str:
    """The option or argument as the help writes it; "" if the mistake is about none."""
    param = getattr(mistake, "param", None)
    if param is None:
        return ""
    options = [each for each in param.opts if each.startswith("-")]
    return ", ".join(options) or str(param.metavar or param.name).upper()

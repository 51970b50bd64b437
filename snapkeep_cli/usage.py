"""Mistakes on the command line, refused like all others: with a code, in words, and with what to type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

Mistake: Any = typer.BadParameter.__mro__[1]
"""What the parser raises for every mistake. Versions of typer keep the class in different modules."""

HELP_ITSELF = "NoArgsIsHelpError"
"""The parser's way to print the help of a group that was named alone."""

_WORDS = (
    (r"No such option: (\S+)(?: \(Possible options: (.+)\))?", r"there is no option \1"),
    (r"No such command ('.*?')\.?", r"there is no command \1"),
    (r"Missing command\.?", "a command is missing"),
    (r"Option '(.+?)' requires an argument\.?", r"\1 needs a value"),
    (r"Option '(.+?)' does not take a value\.?", r"\1 takes no value"),
    (r"Got unexpected extra arguments? ?(?:\(s\) )?\((.+)\)", r"\1: too many words"),
)
_VALUES = (
    (r"(?:Input should be|.* is not) a valid integer.*", "it must be a whole number"),
    (r"(?:Input should be|.* is not) a valid (?:number|float).*", "it must be a number"),
    (r"Input should be greater than or equal to (.+)", r"it must be at least \1"),
    (r"Input should be less than or equal to (.+)", r"it must be at most \1"),
    (r".+ is not in the range x>=(.+?)\.?", r"it must be at least \1"),
    (r".+ is not in the range (\S+?)<=x<=(\S+?)\.?", r"it must be \1 to \2"),
    (r"(?:Value error, )?'(.*)' is not one of (.+)", r"'\1' is none of \2"),
    (r"Value error, (.+)", r"\1"),
)
_MISSING = re.compile(r"Missing (?:argument|parameter|option) (?P<what>'.+?')\..*", re.DOTALL)
_BAD_VALUE = re.compile(r"Invalid value(?: for (?P<what>.+?))?: (?P<why>.+)", re.DOTALL)
_MEANT = re.compile(r"(?:Did you mean (?P<one>.+)\?|\(Possible options: (?P<many>.+)\))$")


class Commands(TyperGroup):
    """The whole command: what the parser cannot read ends it as every other refusal does."""

    def make_context(self, info_name: Any, *given: Any, **named: Any) -> Any:
        """Read the options before the command's name."""
        with _refusing(lambda: str(info_name)):
            return super().make_context(info_name, *given, **named)

    def invoke(self, ctx: Any) -> Any:
        """Read the words after the command's name, and run it."""
        with _refusing(lambda: " ".join(filter(None, (ctx.command_path, ctx.invoked_subcommand)))):
            return super().invoke(ctx)


@contextmanager
def _refusing(command: Callable[[], str]) -> Iterator[None]:
    """Ends the command at a mistake, and tells the help of the command that was meant. `command` names it
    where the parser does not."""
    try:
        yield
    except Mistake as mistake:
        if type(mistake).__name__ == HELP_ITSELF:
            raise
        from snapkeep_cli.output import fail  # what shows text is imported only if there is something to say

        where = mistake.ctx.command_path if mistake.ctx else command()
        raise fail("usage", in_words(mistake.format_message()), f"{where} --help") from mistake


def in_words(message: str) -> str:
    """A parser's message as a sentence without its full stop."""
    guess = _MEANT.search(message)
    if guess:
        meant = (guess["one"] or guess["many"]).replace("'", "")
        return f"{in_words(message[: guess.start()].strip())} (did you mean {meant}?)"
    missing = _MISSING.fullmatch(message)
    if missing:
        return f"{_name(missing['what'])} is missing"
    bad = _BAD_VALUE.fullmatch(message)
    if not bad:
        return _translated(message, _WORDS)
    why = _translated(bad["why"], _VALUES)
    return f"{_name(bad['what'])}: {why}" if bad["what"] else why


def _translated(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for pattern, words in table:
        found = re.fullmatch(pattern, text.strip(), re.DOTALL)
        if found:
            return found.expand(words).removesuffix(".")
    return text.strip().removesuffix(".")


def _name(hint: str) -> str:
    """An option or an argument as the help writes it."""
    words = hint.replace("'", "").replace(" / ", ", ")
    return words if words.startswith("-") else words.strip("[]{}.").upper()

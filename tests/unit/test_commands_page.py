"""docs/commands.md shows every command with its options, and names no command that does not exist."""

from __future__ import annotations

import re

import pytest

from docs import commands

TEXT = commands.PAGE.read_text()
NAMES = [name for name, _ in commands.commands()]


def test_the_page_is_up_to_date() -> None:
    assert commands.page(TEXT) == TEXT, "run: make docs"


@pytest.mark.parametrize("name", NAMES)
def test_the_overview_names_the_command(name: str) -> None:
    """In a row of the table, which puts `describe point` beside `snapkeep get points`."""
    rows = [
        line.split("|")[1] for line in TEXT.split(commands.BEGINS)[0].splitlines() if line.startswith("| `")
    ]
    short = name.removeprefix("snapkeep ")
    assert any(re.search(rf"`(snapkeep )?{short}\b", row) for row in rows), f"{name} has no row"


def test_every_command_that_it_names_exists() -> None:
    for named in re.findall(r"`snapkeep ([a-z ]+?)(?= [-A-Z@\[/]|`| [a-z-]+/)", TEXT):
        found = commands.the_command()
        for word in named.split():
            known = getattr(found, "commands", None)
            if known is None:
                break  # an argument, such as a claim
            assert word in known, f"snapkeep {named}"
            found = known[word]

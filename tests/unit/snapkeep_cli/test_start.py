"""What every command pays before it begins."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from snapkeep_cli.main import app

HEAVY = {
    "boto3",
    "botocore",
    "pydantic",
    "rich",
    "snapkeep.domain",
    "snapkeep_cli.commands",
    "snapkeep_cli.config.models",
    "urllib3",
    "yaml",
}


def loaded(*words: str) -> set[str]:
    """The modules that a process has after it ran `snapkeep` with these words."""
    code = (
        "import sys; from snapkeep_cli.main import app\n"
        f"try: app({list(words)!r})\nexcept SystemExit: pass\n"
        "print('MODULES', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.partition("MODULES")[2].split())


def test_the_version_costs_nothing_but_the_parser() -> None:
    assert loaded("--version") & HEAVY == set()


def test_a_command_loads_the_module_of_no_other_nor_the_config_models_that_it_does_not_read() -> None:
    """`--help` of one command parses it, as running it does."""
    modules = loaded("get", "points", "--help")
    assert {name for name in modules if name.startswith("snapkeep_cli.commands.")} == {
        "snapkeep_cli.commands.points"
    }
    assert {"boto3", "snapkeep_cli.config.models"} & modules == set()


@pytest.mark.parametrize("words", [["schema"], ["plan", "--help"], ["cost", "--help"]])
def test_a_command_that_asks_no_api_does_without_the_aws_sdk(words: list[str]) -> None:
    assert loaded(*words) & {"botocore", "urllib3"} == set()


@pytest.mark.parametrize("words", [["get", "pionts"], ["coverag"]])
def test_a_mistyped_name_is_told_without_importing_any_command(words: list[str]) -> None:
    assert not any(name.startswith("snapkeep_cli.commands.") for name in loaded(*words))


def test_every_command_of_the_tables_is_there_under_its_name() -> None:
    def check(group: typer.core.TyperGroup) -> int:
        count = 0
        for name, command in group.commands.items():
            assert command.name == name
            assert command.help, name
            count += check(command) if isinstance(command, typer.core.TyperGroup) else 1
        return count

    whole = typer.main.get_command(app)
    assert isinstance(whole, typer.core.TyperGroup)
    assert check(whole) > 25

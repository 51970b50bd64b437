"""The runbooks tell the truth: their commands exist with these options, and their links lead somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from typer.main import get_command

from snapkeep_cli.main import app

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
PAGES = sorted(RUNBOOKS.glob("*.md"))
OF_THE_COMMAND_ITSELF = {"--query", "--cli-binary-format", "--output", "--region"}
"""Options that every `aws` command takes."""

NOT_AN_OPERATION = {"logs tail": {"--since", "--filter-pattern"}}
"""Commands that the AWS CLI adds to what the service has.
https://docs.aws.amazon.com/cli/latest/reference/logs/tail.html
"""


def commands(tool: str) -> Iterator[str]:
    """Every line of the runbooks' shell blocks that starts this tool."""
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
            yield from (line.strip() for line in block.splitlines() if line.strip().startswith(tool + " "))


def options(words: list[str]) -> set[str]:
    return {word for word in words if word.startswith("--")} - OF_THE_COMMAND_ITSELF


@pytest.mark.parametrize("command", sorted(set(commands("aws"))))
def test_an_aws_command_exists_with_these_options(command: str) -> None:
    _, service, operation, *words = shlex.split(command)
    known = NOT_AN_OPERATION.get(f"{service} {operation}")
    if known is None:
        model = ServiceModel(create_loader().load_service_model(service, "service-2"), service)
        named = {xform_name(name, "-"): name for name in model.operation_names}
        shape = model.operation_model(named[operation]).input_shape
        known = {f"--{xform_name(member, '-')}" for member in (shape.members if shape else ())}

    assert options(words) <= known


@pytest.mark.parametrize("command", sorted(set(commands("snapkeep"))))
def test_a_snapkeep_command_exists_with_these_options(command: str) -> None:
    found: Any = get_command(app)
    words = shlex.split(command)[1:]
    while inner := getattr(found, "commands", None):
        found = inner[words.pop(0)]
    known = {name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts)}

    assert {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_on_the_first_one_and_says_what_to_do() -> None:
    index = (RUNBOOKS / "README.md").read_text()
    for page in PAGES:
        if page.name != "README.md":
            assert f"]({page.name})" in index
            assert re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE) == [
                "What it means",
                "How to investigate",
                "How to fix it",
            ]

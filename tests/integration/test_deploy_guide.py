"""The way from an account to the first backup, as docs/deploy.md tells it: each line runs, or would.

So would what docs/team.md and docs/notifications.md do in the account.

Blocks fenced by ```sh run here, in a folder where snapkeep.yaml is the one that the guide shows. Blocks
fenced by ```sh account need an account or a cluster: their programs, operations and options are checked.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import typer

from snapkeep_cli.doctor.commands import CDK
from snapkeep_cli.main import app
from tests.fakes import aws_cli

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "deploy.md").read_text()
TEAM = (ROOT / "docs" / "team.md").read_text()
PAGES = (GUIDE, TEAM, (ROOT / "docs" / "notifications.md").read_text())
MADE_HERE = frozenset({"snapkeep.yaml", ".build", ".git"})
CLI_ONLY = frozenset({("cloudformation", "deploy"), ("eks", "update-kubeconfig"), ("logs", "tail")})
"""What the AWS CLI adds to the APIs.
https://docs.aws.amazon.com/cli/latest/reference/
"""


def blocks(fence: str, page: str = GUIDE) -> list[str]:
    return re.findall(rf"^```{fence}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def lines(fence: str, *pages: str) -> list[str]:
    return [line for page in pages for block in blocks(fence, page) for line in block.splitlines()]


HERE, IN_THE_ACCOUNT = lines("sh", GUIDE), lines("sh account", *PAGES)
PARTS = [part for line in IN_THE_ACCOUNT for part in line.split(" | ")]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """This repository with the guide's snapkeep.yaml in it."""
    for path in ROOT.iterdir():
        if path.name not in MADE_HERE:
            (tmp_path / path.name).symlink_to(path)
    (example,) = blocks("yaml")
    (tmp_path / "snapkeep.yaml").write_text(example)
    return tmp_path


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=folder,
        env={**environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(line, marks=pytest.mark.slow if line.startswith("make ") else ())
        for line in dict.fromkeys(HERE)
    ],
)
def test_what_needs_no_account_runs(line: str, clone: Path) -> None:
    done = run(line, clone)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_plan_it_shows_is_the_plan_of_its_config(clone: Path) -> None:
    (command,) = [line for line in HERE if line.startswith("snapkeep plan")]
    (shown,) = blocks("text")

    assert [line.rstrip() for line in run(command, clone).stdout.splitlines()] == shown.splitlines()


def test_the_costs_it_shows_are_those_of_the_command(clone: Path) -> None:
    shown, _ = blocks("text", TEAM)

    assert run("snapkeep cost", clone).stdout.startswith(shown)


def test_it_leads_through_every_step() -> None:
    told = "\n".join([*HERE, *lines("sh account", GUIDE)])
    steps = [
        "validate",
        "plan",
        "doctor",
        "make synth",
        "bootstrap",
        "deploy",
        "manifests",
        "backup",
        "destroy",
    ]

    assert [step for step in steps if step not in told] == []


@pytest.mark.parametrize("command", sorted({part for part in PARTS if part.startswith("aws ")}))
def test_the_aws_commands_exist_with_these_options(command: str) -> None:
    _, service, operation, *_ = shlex.split(command)
    if (service, operation) in CLI_ONLY:
        return

    aws_cli.call_of(command, aws_cli.a_client)


@pytest.mark.parametrize("command", sorted({part for part in PARTS if part.startswith("snapkeep ")}))
def test_the_snapkeep_commands_exist_with_these_options(command: str) -> None:
    _, name, *words = shlex.split(command)
    group: Any = typer.main.get_command(app)

    if name == "get":
        group, name, words = group.commands[name], words[0], words[1:]
    found = group.commands[name].make_context(name, words, parent=click.Context(group))

    assert found.params


def test_every_other_program_is_known_and_the_cdk_is_the_one_of_the_lock() -> None:
    programs = {shlex.split(part)[0] for part in PARTS}
    cdk = [part for part in PARTS if part.startswith("npx ")]

    assert programs == {"aws", "export", "kubectl", "npm", "npx", "snapkeep"}
    assert cdk and all(part.startswith(CDK + " ") for part in cdk)
    assert {part for part in PARTS if part.startswith("kubectl ")} == {
        "kubectl apply -f -",
        "kubectl delete -f -",
    }

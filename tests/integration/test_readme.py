"""The README tells the truth: what it names exists, and the commands it shows run."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapkeep_cli.config import load_options

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def commands() -> Iterator[str]:
    """Every line of the README's shell blocks, without its comment."""
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL):
        yield from (line.split(" #")[0].strip() for line in block.splitlines())


@pytest.mark.parametrize("command", [line for line in commands() if line.startswith(".venv/bin/snapkeep")])
def test_the_snapkeep_commands_run(command: str, tmp_path: Path) -> None:
    ours = command.split(" | ")[0].replace("deploy/snapkeep", str(tmp_path))

    done = subprocess.run(shlex.split(ours), cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert done.stdout or done.stderr


def test_every_make_target_it_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = {line.split()[1] for line in commands() if line.startswith("make ")}

    assert "demo" in targets
    assert [name for name in targets if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_every_folder_and_file_it_names_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    named = re.findall(r"^\| `([^`]+/)`", README, re.MULTILINE)
    paths = [path for path in [*links, *named] if not path.startswith("https://")]

    assert len(paths) > 5
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_policy_it_explains_is_one_of_the_example() -> None:
    policy, _deployment = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    example = (ROOT / "snapkeep.yaml").read_text()

    assert policy in example


def test_the_deployment_options_it_shows_are_accepted(tmp_path: Path) -> None:
    _policy, options = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    config = tmp_path / "snapkeep.yaml"
    config.write_text((ROOT / "snapkeep.yaml").read_text() + "\n" + options)

    assert load_options(config).log_retention_days == 365


def test_the_retention_it_explains_comes_out_as_shown() -> None:
    (command,) = [line for line in commands() if line.startswith(".venv/bin/snapkeep retention explain")]
    excerpt = README.split(command)[1].split("```text\n")[1].split("```")[0]

    done = subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, text=True, timeout=60)

    told, said = [line for line in excerpt.splitlines() if line != " …"], done.stdout.splitlines()
    assert len(told) > 10
    assert [line for line in told if line not in said and line + ":" not in said] == []

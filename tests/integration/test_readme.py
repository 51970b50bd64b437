"""The README and the pages it leads to tell the truth: what they name exists, and what they show runs."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapkeep_cli.config import load, load_options

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TAUGHT = ("account-and-cluster", "commands", "configuration", "demo", "how-it-works", "interruptions")
PAGES = [
    ROOT / "README.md",
    *(DOCS / f"{name}.md" for name in (*TAUGHT, "report", "restores", "retention")),
]


def commands(page: Path) -> Iterator[str]:
    """Every line of the shell blocks of a page, without its comment."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        yield from (line.split(" #")[0].strip() for line in block.splitlines())


def ours() -> list[str]:
    """Each command of Snapkeep that a page shows, once."""
    lines = (line for page in PAGES for line in commands(page))
    return sorted({line for line in lines if line.startswith(".venv/bin/snapkeep")})


@pytest.mark.parametrize("command", ours())
def test_the_snapkeep_commands_run(command: str, tmp_path: Path) -> None:
    alone = command.split(" | ")[0].replace("deploy/snapkeep", str(tmp_path))

    done = subprocess.run(shlex.split(alone), cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert done.stdout or done.stderr


def test_every_make_target_they_name_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = {line.split()[1] for page in PAGES for line in commands(page) if line.startswith("make ")}

    assert {"demo", "wheel"} <= targets
    assert [name for name in targets if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_it_links_to_exists(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())

    assert [
        link for link in links if not link.startswith("https://") and not (page.parent / link).exists()
    ] == []


def test_the_readme_leads_to_every_page() -> None:
    linked = set(re.findall(r"\]\((docs/[^)#]+)", (ROOT / "README.md").read_text()))

    assert [page.name for page in PAGES[1:] if str(page.relative_to(ROOT)) not in linked] == []


def test_the_readme_is_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "configuration.md"], ids=lambda page: page.name)
def test_the_policy_it_explains_is_one_of_the_example(page: Path) -> None:
    policy, *_ = re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)

    assert policy in (ROOT / "snapkeep.yaml").read_text()


def test_the_places_that_are_explained_are_accepted(tmp_path: Path) -> None:
    _, *files = re.findall(r"```yaml\n(.*?)```", (DOCS / "configuration.md").read_text(), re.DOTALL)
    config = tmp_path / "snapkeep.yaml"
    names = []
    for whole in files:
        config.write_text(whole)
        names += [place.name for place in load(config).places]

    assert names == ["osaka", "vault"]


def test_the_deployment_options_that_are_shown_are_accepted(tmp_path: Path) -> None:
    (options,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "account-and-cluster.md").read_text(), re.DOTALL)
    config = tmp_path / "snapkeep.yaml"
    config.write_text((ROOT / "snapkeep.yaml").read_text() + "\n" + options)

    assert load_options(config).log_retention_days == 365


def test_the_retention_that_is_explained_comes_out_as_shown() -> None:
    page = DOCS / "retention.md"
    (command,) = [line for line in commands(page) if line.startswith(".venv/bin/snapkeep retention explain")]
    excerpt = page.read_text().split(command)[1].split("```text\n")[1].split("```")[0]

    done = subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, text=True, timeout=60)

    told, said = [line for line in excerpt.splitlines() if line != " …"], done.stdout.splitlines()
    assert len(told) > 10
    assert [line for line in told if line not in said and line + ":" not in said] == []

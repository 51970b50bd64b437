"""Whoever deploys runs the CDK CLI whose hash is in package-lock.json, not what npm has today."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from snapkeep_cli.doctor.commands import CDK

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
RUNS_NPX = [page for page in PAGES if re.search(r"^npx ", page.read_text(), re.MULTILINE)]


def test_the_cli_is_one_version_with_its_hash() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    (cdk,) = [locked[f"node_modules/{name}"] for name in wanted]

    assert wanted == {"aws-cdk": cdk["version"]} and re.fullmatch(r"[0-9.]+", cdk["version"])
    assert all(each.get("integrity", "").startswith("sha512-") for name, each in locked.items() if name)


def test_the_lock_names_no_registry() -> None:
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()
    assert "://" not in (ROOT / "package-lock.json").read_text()


@pytest.mark.parametrize("page", RUNS_NPX, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_installs_the_cli_before_it_runs_it(page: Path) -> None:
    lines = [
        line
        for block in re.findall(r"```sh.*?```", page.read_text(), re.DOTALL)
        for line in block.splitlines()
    ]
    first = min(number for number, line in enumerate(lines) if line.startswith("npx "))

    assert any(line.startswith("npm ci") for line in lines[:first])
    assert [line for line in lines if line.startswith("npx ") and not line.startswith(f"{CDK} ")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_version_of_its_own(page: Path) -> None:
    assert not re.search(r"aws-cdk@|npx (?!cdk\b)", page.read_text())


def test_pages_tell_how_to_deploy() -> None:
    assert {page.name for page in RUNS_NPX} == {"README.md", "deploy.md", "lab.md", "team.md"}

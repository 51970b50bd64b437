"""What a contributor's tools read: hooks run what `make lint` runs, and workflows run `.ci/run`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(workflow: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(workflow.read_text())["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def test_the_hooks_run_what_make_lint_runs() -> None:
    (lint,) = re.findall(r"^lint:.*\n\t(.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]

    assert {hook["entry"].removeprefix("make ") for hook in hooks} == set(re.findall(r"lint-[a-z]+", lint))
    assert not any(hook["pass_filenames"] for hook in hooks)


def test_main_is_checked_by_the_script_that_everybody_can_run() -> None:
    assert [step["run"] for step in steps(ROOT / ".github/workflows/ci.yml") if "run" in step] == [".ci/run"]


def test_a_change_is_shown_by_synth_diff_and_doctor_before_it_is_deployed() -> None:
    told = [step["run"] for step in steps(ROOT / ".github/workflows/diff.yml") if "run" in step]

    assert told[0] == "make synth" and told[-1].endswith("snapkeep doctor")
    assert any(line.startswith("npx cdk diff ") for line in told)
    assert not any("deploy" in line for line in told)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_pinned_actions_with_few_rights_and_ends(workflow: Path) -> None:
    document = yaml.safe_load(workflow.read_text())
    used = [step["uses"] for step in steps(workflow) if "uses" in step]

    assert used and all(re.search(r"@[0-9a-f]{40}$", each) for each in used)
    assert set(document["permissions"].items()) <= {("contents", "read"), ("id-token", "write")}
    assert all(job["timeout-minutes"] <= 90 for job in document["jobs"].values())


def test_the_version_is_in_the_changelog_with_its_day() -> None:
    released = re.findall(
        r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", (ROOT / "CHANGELOG.md").read_text(), re.M
    )

    assert released[0] == ("Unreleased", "")
    assert released[1][0] == PROJECT["version"] and released[1][1]


def test_nobody_publishes_what_has_no_license() -> None:
    has_one = any(ROOT.glob("LICENSE*"))

    assert has_one != (PROJECT["license"] == "LicenseRef-Not-Chosen")
    assert has_one or "Private :: Do Not Upload" in PROJECT["classifiers"]


def test_editors_are_told_the_length_of_lines_that_ruff_allows() -> None:
    allowed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["line-length"]

    assert f"max_line_length = {allowed}" in (ROOT / ".editorconfig").read_text()

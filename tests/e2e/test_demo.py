"""The demo's steps, as `make demo` plays them, on a real control plane.

Its slots are due within minutes: what the API server writes carries the real time, and a clock that was
moved to tomorrow would make every object look a day old.
"""

from __future__ import annotations

import io
from itertools import count
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from sandbox.demo import build
from sandbox.demo.steps import Steps
from sandbox.demo.story import Story
from tests.e2e.product import PATIENCE, real_sandbox

PERIOD, APART = 15, 5
"""Minutes between two slots of a schedule, and between the slots of two schedules, which fire in turn."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The example's config, with slots every fifteen minutes, and without the policy for file systems: the
    kubelets that are played here mount none of EFS."""
    document = yaml.safe_load((build.ROOT / "snapkeep.yaml").read_text())
    document["policies"] = [each for each in document["policies"] if each.get("method") != "aws-backup"]
    for policy, first in zip(document["policies"], count(0, APART), strict=False):
        policy["schedule"]["expression"] = f"{first}-59/{PERIOD} * * * *"
    path = tmp_path / "snapkeep.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def test_every_step_of_the_demo_works(config: Path, tmp_path: Path, audits: list[Path]) -> None:
    shown = io.StringIO()
    console = Console(file=shown, highlight=False, width=120)
    steps = Steps(console, PATIENCE)
    story = Story(config, tmp_path, console, steps)
    sandbox = real_sandbox(tmp_path / "sandbox")
    try:
        story.play(sandbox)
    finally:
        print(shown.getvalue())
        sandbox.stop()

    assert steps.failed == ""
    assert {str(each.claim) for each in story.restores} == {
        "default/ebs-claim-restored",
        "wordpress/mysql-pv-claim",
        "wordpress/wp-pv-claim",
    }
    methods = {point.method for fact in story.claims for point in fact.points}
    assert methods == {"csi", "ebs"}
    audits.append(tmp_path / "sandbox" / "cluster" / "audit.log")

"""The demo's checks of what is read from points: whatever is wrong is said in words."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo.build import ROOT
from sandbox.demo.facts import CheckFact
from sandbox.demo.files import verify
from sandbox.demo.lost_region.configs import HOME_KEY, with_places
from sandbox.lab.volumes import Archived
from snapkeep_cli.config import load

HELD = {"default/ebs-claim": Archived(Path("image"), {"/out.txt": ("file", 3, "ab"), "/d": ("directory",)})}
CHECK = CheckFact(
    claim="default/ebs-claim",
    point="point-1",
    verdict="checked",
    reasons=(),
    contents="xfs",
    made_as="xfs",
    transactions=7,
    names=("d", "out.txt"),
    tag="checked 20261201T000000Z",
)


def test_a_good_check_is_nothing_to_complain_about() -> None:
    assert verify.checked([CHECK], HELD) == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"verdict": "", "tag": ""}, "point-1 is not checked, and EC2 shows '': nobody looked into it"),
        ({"verdict": "suspicious", "reasons": ("gone",)}, "point-1 is suspicious"),
        ({"tag": ""}, "EC2 shows ''"),
        ({"contents": "ext4"}, "is said to hold ext4; its volume was formatted as xfs"),
        ({"transactions": 0}, "nothing of its log was replayed"),
        ({"names": ("d",)}, "is said to hold d; the kernel finds d, out.txt"),
    ],
)
def test_whatever_is_wrong_with_a_check_is_told(changes: dict[str, Any], complaint: str) -> None:
    (found,) = verify.checked([dataclasses.replace(CHECK, **changes)], HELD)

    assert complaint in found


@pytest.mark.parametrize(("looks", "keys"), [(True, (HOME_KEY,)), (False, None)])
def test_the_demo_looks_into_points_under_its_own_key(
    tmp_path: Path, looks: bool, keys: tuple[str, ...] | None
) -> None:
    found = load(with_places(ROOT / "snapkeep.yaml", tmp_path / "home.yaml", looks=looks))

    assert (found.checks.keys if found.checks else None) == keys

"""The demo's checks of what is read from points: whatever is wrong is said in words."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.packaging import third_party
from infra.packaging.target import Target
from sandbox.demo.build import ROOT
from sandbox.demo.facts import CheckFact, FetchedFact, VersionFact
from sandbox.demo.files import verify
from sandbox.demo.files.building import LOCK
from sandbox.demo.lost_region.configs import HOME_KEY, with_places
from sandbox.lab.volumes import Archived
from snapkeep_cli.config import load

HELD = {"default/ebs-claim": Archived(Path("image"), {"/out.txt": ("file", 3, "ab"), "/d": ("directory",)})}
VERSIONS = (VersionFact("point-2", None), VersionFact("point-1", 3))
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


def test_what_the_kernel_finds_is_nothing_to_complain_about() -> None:
    fetched = FetchedFact("default/ebs-claim", "point-1", "/out.txt", 3, "ab")

    assert verify.fetched(fetched, HELD["default/ebs-claim"]) == []
    assert verify.versions(VERSIONS, "point-1", "point-2", ("file", 3, "ab")) == []


@pytest.mark.parametrize("changes", [{"size": 2}, {"sha256": "cd"}, {"path": "/other"}, {"path": "/d"}])
def test_a_file_that_the_kernel_does_not_find_is_told(changes: dict[str, Any]) -> None:
    fetched = FetchedFact("default/ebs-claim", "point-1", "/out.txt", 3, "ab")

    (found,) = verify.fetched(dataclasses.replace(fetched, **changes), HELD["default/ebs-claim"])

    assert "of point-1 has" in found and "the kernel finds" in found


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("point-2", "point-1", "point-2 is said to hold None, expected 3"),
        ("point-0", "point-2", "point-0 is said to hold no answer, expected 3"),
        ("point-1", "point-3", "point-3 is said to hold no answer, expected None"),
    ],
)
def test_versions_that_do_not_show_when_it_went_are_told(before: str, after: str, complaint: str) -> None:
    assert complaint in verify.versions(VERSIONS, before, after, ("file", 3, "ab"))


def test_libraries_that_cannot_be_installed_are_told_by_their_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo then builds without them."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    lock = tmp_path / LOCK
    lock.write_text(f"snapkeep-no-such-library==1 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(subprocess.CalledProcessError, match=LOCK):
        third_party.install(lock, Target("python3.11", "arm64"), tmp_path / "out")


@pytest.mark.parametrize(("looks", "keys"), [(True, (HOME_KEY,)), (False, None)])
def test_the_demo_looks_into_points_under_its_own_key(
    tmp_path: Path, looks: bool, keys: tuple[str, ...] | None
) -> None:
    found = load(with_places(ROOT / "snapkeep.yaml", tmp_path / "home.yaml", looks=looks))

    assert (found.checks.keys if found.checks else None) == keys

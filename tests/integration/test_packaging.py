"""The third-party layer, built for real."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from infra.packaging.build import ROOT, Builder
from infra.packaging.target import Target
from snapkeep.domain.policies import Cluster, Deployment

AARCH64 = 183
"""e_machine of 64-bit ARM in an ELF header, at byte 18."""


@pytest.mark.slow
def test_two_builds_of_one_commit_are_the_same_bytes_and_run_on_arm(tmp_path: Path) -> None:
    deployment = Deployment(clusters=(Cluster("myeks", "ap-northeast-2"),), policies=())
    first, second = (
        Builder(Target("python3.13", "arm64"), ROOT, tmp_path / name).assets(deployment).layers["third_party"]
        for name in ("first", "second")
    )

    assert first.digest == second.digest
    assert first.path.read_bytes() == second.path.read_bytes()
    assert processors(first.path) == {AARCH64}


def processors(zipped: Path) -> set[int]:
    """The processors that the shared objects of a zip were built for."""
    with zipfile.ZipFile(zipped) as archive:
        objects = [name for name in archive.namelist() if name.endswith(".so")]
        return {int.from_bytes(archive.read(name)[18:20], "little") for name in objects}

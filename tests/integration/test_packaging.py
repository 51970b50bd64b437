"""The layers of third-party packages, built for real."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from infra.packaging.build import ROOT, Builder
from infra.packaging.target import Target
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.domain.proof.rules import CheckRules
from tests.fakes.world import a_policy

AARCH64 = 183
X86_64 = 62
"""e_machine of each in an ELF header, at byte 18."""


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


@pytest.mark.slow
@pytest.mark.parametrize(("architecture", "processor"), [("arm64", AARCH64), ("x86_64", X86_64)])
def test_the_reader_of_file_systems_is_built_for_lambda_s_processor_with_its_licences(
    tmp_path: Path, architecture: str, processor: int
) -> None:
    deployment = Deployment((Cluster("myeks", "ap-northeast-2"),), (), checks=CheckRules())
    builder = Builder(Target("python3.13", architecture), ROOT, tmp_path)
    layer = builder.assets(deployment).optional_layers["filesystems"].path

    assert processors(layer) == {processor}
    with zipfile.ZipFile(layer) as archive:
        files = set(archive.namelist())
    assert {"NOTICE", "python/snapkeep_filesystems/opening.py"} <= files
    for library in ("libfsext_python", "libfsxfs_python"):
        licences = {name.rpartition("/")[2] for name in files if name.startswith(f"python/{library}")}
        assert {"COPYING", "COPYING.LESSER"} <= licences


@pytest.mark.slow
@pytest.mark.parametrize(("architecture", "processor"), [("arm64", AARCH64), ("x86_64", X86_64)])
def test_the_library_that_encrypts_is_built_for_lambda_s_processor_with_its_licences(
    tmp_path: Path, architecture: str, processor: int
) -> None:
    policy = a_policy(objects=ObjectScope.NAMESPACE, secrets_key="arn:key")
    deployment = Deployment((Cluster("myeks", "ap-northeast-2"),), (policy,))
    builder = Builder(Target("python3.13", architecture), ROOT, tmp_path)
    layer = builder.assets(deployment).optional_layers["encryption"].path

    assert processors(layer) == {processor}
    with zipfile.ZipFile(layer) as archive:
        names = {name.rpartition("/")[2] for name in archive.namelist() if "/cryptography-" in name}
    assert {"LICENSE", "LICENSE.APACHE", "LICENSE.BSD"} <= names
    assert layer.stat().st_size < 6 * 2**20


def processors(zipped: Path) -> set[int]:
    """The processors that the shared objects of a zip were built for."""
    with zipfile.ZipFile(zipped) as archive:
        objects = [name for name in archive.namelist() if name.endswith(".so")]
        return {int.from_bytes(archive.read(name)[18:20], "little") for name in objects}

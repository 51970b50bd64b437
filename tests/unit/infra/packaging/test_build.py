"""Building the zips of a small repository, without its third-party packages."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from infra.packaging import third_party
from infra.packaging.assets import Assets
from infra.packaging.build import Builder
from infra.packaging.target import Target
from snapkeep.domain.policies import Deployment, from_document
from snapkeep.domain.proof.rules import CheckRules
from tests.unit.infra.conftest import DEPLOYMENT

HERE = Target(f"python{sys.version_info.major}.{sys.version_info.minor}", "x86_64")
NOWHERE = Target("python3.99", "arm64")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def install(lock: Path, target: Target, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "package.py").write_text("")

    monkeypatch.setattr(third_party, "install", install)
    for lock in ("runtime", "filesystems", "encryption"):
        (tmp_path / f"requirements-{lock}.lock").write_text("package==1.0\n")
    for source in (
        "lambdas/prune/handler.py",
        "layers/common/python/snapkeep/settings.py",
        "layers/filesystems/python/snapkeep_filesystems/files.py",
    ):
        (tmp_path / source).parent.mkdir(parents=True)
        (tmp_path / source).write_text("x = 1\n")
    return tmp_path


def build(repository: Path, target: Target = HERE, deployment: Deployment = DEPLOYMENT) -> Assets:
    return Builder(target, repository, repository / ".build").assets(deployment)


def names(zipped: Path) -> set[str]:
    with zipfile.ZipFile(zipped) as archive:
        return {name for name in archive.namelist() if not name.endswith(".pyc")}


def test_a_layer_holds_what_lambda_puts_on_the_path(repository: Path) -> None:
    layers = build(repository).layers

    assert list(layers) == ["third_party", "common", "deployment"]
    assert names(layers["third_party"].path) == {"python/package.py"}
    assert names(layers["common"].path) == {"python/snapkeep/settings.py"}


def test_the_reader_of_file_systems_is_built_with_its_notice_only_for_checks(repository: Path) -> None:
    (repository / "layers/filesystems/NOTICE").write_text("LGPL\n")
    assert build(repository).optional_layers == {}

    checked = build(repository, deployment=replace(DEPLOYMENT, checks=CheckRules()))

    assert list(checked.layers) == ["third_party", "common", "deployment"]
    assert set(checked.handlers) == {"prune"}
    assert names(checked.optional_layers["filesystems"].path) == {
        "NOTICE",
        "python/package.py",
        "python/snapkeep_filesystems/files.py",
    }


def test_the_library_that_encrypts_is_built_only_where_secrets_are_saved(repository: Path) -> None:
    (policy, *others) = DEPLOYMENT.policies
    deployment = replace(DEPLOYMENT, policies=(replace(policy, secrets_key="arn:key"), *others))

    saving = build(repository, deployment=deployment)

    assert list(saving.optional_layers) == ["encryption"]
    assert names(saving.optional_layers["encryption"].path) == {"python/package.py"}
    (repository / "requirements-encryption.lock").write_text("package==2.0\n")
    later = build(repository, deployment=deployment)
    assert later.optional_layers["encryption"].digest != saving.optional_layers["encryption"].digest
    assert later.layers == saving.layers


def test_a_change_of_the_reader_or_its_libraries_builds_its_layer_again(repository: Path) -> None:
    deployment = replace(DEPLOYMENT, checks=CheckRules())
    digests = set()
    for changed in (
        "requirements-filesystems.lock",
        "layers/filesystems/python/snapkeep_filesystems/files.py",
    ):
        digests.add(build(repository, deployment=deployment).optional_layers["filesystems"].digest)
        (repository / changed).write_text("x = 2\n")
    digests.add(build(repository, deployment=deployment).optional_layers["filesystems"].digest)

    assert len(digests) == 3


def test_a_handler_is_at_the_root_of_its_zip(repository: Path) -> None:
    handlers = build(repository).handlers

    assert set(handlers) == {"prune"}
    assert names(handlers["prune"].path) == {"handler.py"}


def test_the_deployment_layer_carries_the_policies_as_a_function_reads_them(repository: Path) -> None:
    with zipfile.ZipFile(build(repository).layers["deployment"].path) as archive:
        document = json.loads(archive.read("python/snapkeep_deployment/deployment.json"))

    assert from_document(document) == DEPLOYMENT


def test_nothing_is_built_again_while_nothing_changed(repository: Path) -> None:
    first = build(repository)
    written = {asset.path: asset.path.stat().st_mtime_ns for asset in first.layers.values()}
    second = build(repository)

    assert first == second
    assert {path: path.stat().st_mtime_ns for path in written} == written


def test_a_change_gives_that_asset_a_new_hash_and_no_other(repository: Path) -> None:
    before = build(repository)
    (repository / "lambdas/prune/handler.py").write_text("x = 2\n")
    after = build(repository)

    assert before.handlers["prune"].digest != after.handlers["prune"].digest
    assert before.layers == after.layers


def test_without_the_runtimes_python_sources_are_shipped_with_a_warning(repository: Path) -> None:
    asset = build(repository, NOWHERE).layers["common"]

    with zipfile.ZipFile(asset.path) as archive:
        assert archive.namelist() == ["python/snapkeep/settings.py"]
    assert "no Python 3.99 on this machine" in asset.warning
    assert "every cold start takes about 3 s longer" in asset.warning


def test_with_it_bytecode_is_shipped_and_nothing_is_said(repository: Path) -> None:
    asset = build(repository).layers["common"]

    with zipfile.ZipFile(asset.path) as archive:
        assert [name for name in archive.namelist() if name.endswith(".pyc")]
    assert asset.warning == ""


def test_the_same_input_gives_the_same_bytes_and_the_same_hash_elsewhere(
    repository: Path, tmp_path: Path
) -> None:
    first = build(repository)
    for source in ("lambdas/prune/handler.py", "layers/common/python/snapkeep/settings.py"):
        os.utime(repository / source, (0, 0))  # another checkout has other times
    second = Builder(HERE, repository, tmp_path / "elsewhere").assets(DEPLOYMENT)

    for name, asset in {**first.layers, **first.handlers}.items():
        other = {**second.layers, **second.handlers}[name]
        assert (asset.digest, asset.path.read_bytes()) == (other.digest, other.path.read_bytes())


def test_a_build_that_breaks_leaves_nothing_behind(repository: Path) -> None:
    (repository / "lambdas/prune/handler.py").write_text("def broken(:\n")

    with pytest.raises(Exception, match="compileall"):
        build(repository)

    assert [path.name for path in (repository / ".build").iterdir() if "prune" in path.name] == []

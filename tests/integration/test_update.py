"""A deployment is updated in place from the last release, and deploying it again changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import yaml

from infra.packaging.build import ROOT
from sandbox.demo import build
from sandbox.demo.kube import Admin
from sandbox.deploy import DeployedStack, deploy
from sandbox.kubernetes.control import ClusterControl
from sandbox.launch import Sandbox
from tests.integration.deployed import CLUSTER, Deployed, config_of
from tests.unit.infra.state import robbed_roles, state_in

pytestmark = pytest.mark.slow

TEMPLATE = "Snapkeep.template.json"

BEFORE_THE_FIRST_RELEASE = "2a2793d62b26657e198df8d8d8fa651c774a1a02"
"""What is updated from until a release is tagged."""


def last_release() -> str:
    """The newest tag `v…` behind this commit, or the commit that stands for it."""
    asked = ["git", "describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() or BEFORE_THE_FIRST_RELEASE


def synthesize_release(revision: str, config: Path, folder: Path) -> Path:
    """The cloud assembly of a revision, made by its own code with today's packages."""
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=True).stdout
    source = folder / "source"
    with tarfile.open(fileobj=BytesIO(archive)) as packed:
        packed.extractall(source, filter="data")
    paths = os.pathsep.join([str(source), str(source / "layers/common/python")])
    words = "import sys; from pathlib import Path; from sandbox.demo import build; "
    words += "build.synthesize(*map(Path, sys.argv[1:]))"
    command = [sys.executable, "-c", words, str(config), str(folder / "cdk.out")]
    subprocess.run(command, cwd=source, env={**os.environ, "PYTHONPATH": paths}, check=True)
    return folder / "cdk.out"


def test_an_update_from_the_last_release_keeps_everything(tmp_path: Path) -> None:
    config = tmp_path / "snapkeep.yaml"
    config.write_text(yaml.safe_dump(config_of({"name": "updated", "method": "ebs"})))
    before = synthesize_release(last_release(), config, tmp_path / "before")
    after = build.synthesize(config, tmp_path / "after")
    old_template, new_template = (json.loads((each / TEMPLATE).read_text()) for each in (before, after))
    assert state_in(old_template).items() <= state_in(new_template).items()
    assert robbed_roles(old_template, new_template) == set()

    with Sandbox(tmp_path / "sandbox") as sandbox:
        (old,) = deploy(before, sandbox.client)
        product = running(sandbox, old, config)
        product.make_claims("updated", 1)
        product.backup("updated")
        product.until_closed("updated")

        (new,) = deploy(after, sandbox.client)

        assert_only_named_roles_are_left(sandbox)
        product = replace(product, outputs=new.outputs)
        assert new.outputs["JournalTableName"] == old.outputs["JournalTableName"]
        assert [each.name for each in sandbox.aws.schedules() if "updated" in each.name] == ["backup.updated"]
        assert product.run("updated")["state"] == "completed"
        product.backup("updated")
        product.until_closed("updated")
        assert len(product.snapshots("updated")) == 2

        (again,) = deploy(after, sandbox.client)
        assert again == new


def assert_only_named_roles_are_left(sandbox: Sandbox) -> None:
    """Every function works with a role of the deployment's path, and every cluster knows no other."""
    functions = sandbox.client("lambda").list_functions()["Functions"]
    roles = {each["Role"] for each in functions}
    entries = sandbox.client("eks").list_access_entries(clusterName=CLUSTER)["accessEntries"]
    left = [each["RoleName"] for each in sandbox.client("iam").list_roles()["Roles"]]
    assert {role.rpartition("/")[0] for role in roles} == {"arn:aws:iam::111122223333:role/snapkeep"}
    assert {each for each in entries if ":role/snapkeep/" in each} == {r for r in roles if r in entries}
    assert not [name for name in left if name.startswith("Snapkeep-") and "CloudWatchRole" not in name]


def running(sandbox: Sandbox, stack: DeployedStack, config: Path) -> Deployed:
    cluster = ClusterControl.from_folder(sandbox.kubeconfig.parent)
    cluster.call("lab", {})
    admin = Admin(sandbox.kubeconfig)
    admin.apply(build.manifests(config, CLUSTER))
    return Deployed(sandbox, cluster, admin, stack.outputs)

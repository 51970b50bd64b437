"""A deployment is updated in place from the last release, and deploying it again changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.packaging.build import ROOT
from sandbox.demo import build
from sandbox.demo.facts import LiveSnapshot
from sandbox.demo.kube import Admin
from sandbox.deploy import DeployedStack, deploy
from sandbox.kubernetes.control import ClusterControl
from sandbox.launch import Sandbox
from snapkeep.domain import tags
from tests.integration.api import Person
from tests.integration.deployed import CLUSTER, PATIENCE, Deployed, config_of, until
from tests.unit.infra.state import robbed_roles, state_in

pytestmark = pytest.mark.slow

TEMPLATE = "Snapkeep.template.json"

BEFORE_THE_FIRST_RELEASE = "2a2793d62b26657e198df8d8d8fa651c774a1a02"
"""What is updated from until a release is tagged."""

BEFORE_NAMES = "840b679997ff07bce44cdb8a360529ea7dc6eb57"
"""Of before deployments had names, VolumeSnapshots nonces and the journal slots of policies."""

CLAIMS, RUNS = 100, 2
UNDER_WAY: dict[str, Any] = {
    "policies": (
        {"name": "many", "method": "ebs"},
        {"name": "uncut", "method": "csi"},
        {"name": "cut", "method": "ebs"},
    ),
    "pace": {"per_second": 100, "burst": 1000, "pending": 100},
}
"""200 points, a run whose VolumeSnapshot nobody binds, and one whose snapshot stays pending."""


def last_release() -> str:
    """The newest tag `v…` behind this commit, or the commit that stands for it."""
    asked = ["git", "describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() or BEFORE_THE_FIRST_RELEASE


def run_release(revision: str, folder: Path, words: str, *arguments: object) -> str:
    """What a revision's own code prints for these words of Python, with today's packages."""
    source = folder / "source"
    if not source.exists():
        asked = ["git", "archive", revision]
        archive = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True).stdout
        with tarfile.open(fileobj=BytesIO(archive)) as packed:
            packed.extractall(source, filter="data")
    paths = os.pathsep.join([str(source), str(source / "layers/common/python")])
    begin = (
        f"import sys; from pathlib import Path; from sandbox.demo import build; build.SECONDS *= {PATIENCE}"
    )
    whole = f"{begin}; {words}"
    command = [sys.executable, "-c", whole, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.run(
        command, cwd=source, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def synthesize_release(revision: str, config: Path, folder: Path) -> Path:
    """The cloud assembly of a revision, made by its own code with today's packages."""
    words = "build.synthesize(*map(Path, sys.argv[1:]))"
    run_release(revision, folder, words, config, folder / "cdk.out")
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


def test_an_upgrade_with_200_points_and_everything_under_way_loses_nothing(tmp_path: Path) -> None:
    config = tmp_path / "snapkeep.yaml"
    policies = UNDER_WAY["policies"]
    config.write_text(yaml.safe_dump(config_of(*policies, pace=UNDER_WAY["pace"], orphans="delete")))
    before = synthesize_release(BEFORE_NAMES, config, tmp_path / "before")
    printing = f"print(build.manifests(Path(sys.argv[1]), '{CLUSTER}'))"
    manifests = run_release(BEFORE_NAMES, tmp_path / "before", printing, config)
    raised = {**UNDER_WAY["pace"], "limits_raised": True}  # a key that the old release does not know
    config.write_text(yaml.safe_dump(config_of(*policies, pace=raised, orphans="delete")))
    after = build.synthesize(config, tmp_path / "after", build.SECONDS * PATIENCE)
    old_template, new_template = (json.loads((each / TEMPLATE).read_text()) for each in (before, after))
    assert state_in(old_template).items() <= state_in(new_template).items()
    assert robbed_roles(old_template, new_template) == set()

    with Sandbox(tmp_path / "sandbox") as sandbox:
        (old,) = deploy(before, sandbox.client)
        product = running(sandbox, old, config, manifests)
        state = prepare(product)

        (new,) = deploy(after, sandbox.client)
        product = replace(product, outputs=new.outputs)

        everything_counts(product, state)
        product.admin.apply(build.manifests(config, CLUSTER, build.SECONDS * PATIENCE))
        finish(product, state)
        everything_counts(product, state)
        cut_before = len(state.snapshots | {state.pending})
        assert f"{CLUSTER}: {cut_before} snapshots" in adopt(product, config)
        everything_counts(product, state)
        assert {each.tags.get(tags.DEPLOYMENT) for each in all_of(product)} == {"snapkeep"}
        for policy in ("many", "uncut"):
            product.backup(policy)
            product.until_closed(policy, 120)
        everything_counts(product, state)


@dataclass(frozen=True)
class UnderWay:
    """What the old version left: its snapshots, a held point, a restore, and the pending snapshot."""

    snapshots: frozenset[str]
    held: str
    restored: str
    pending: str


def prepare(product: Deployed) -> UnderWay:
    """Let the old version take points, hold one, and leave a restore and two runs unfinished."""
    for policy, claims in (("many", CLAIMS), ("uncut", 1), ("cut", 1)):
        product.make_claims(policy, claims)
    for _ in range(RUNS):
        product.backup("many")
        assert product.until_closed("many", 120)["state"] == "completed"
    held, restored = (each.tags[tags.POINT] for each in product.snapshots("many")[:2])
    ann, place = Person(product, "ann"), f"/v1/clusters/{CLUSTER}"
    assert ann.send("PUT", f"{place}/recovery-points/{held}/hold", {"reason": "audit"}).status == 200
    wish = {"recovery_point": restored, "target": "back"}
    answer = ann.post(f"{place}/namespaces/many/restores", wish)
    assert answer.status == 202, answer.body
    product.invoke("finish-restores", {})
    product.cluster.call("driver", {"snapshot_controller": "missing"})
    product.backup("uncut")
    product.sandbox.aws.settings(snapshot_seconds=None)
    product.backup("cut")
    (pending,) = until(lambda: product.snapshots("cut") or None, "the snapshot to be cut")
    product.sandbox.aws.wait_idle()
    done = {each.id for each in product.snapshots("many")}
    assert len(done) == CLAIMS * RUNS
    return UnderWay(frozenset(done), held, restored, pending.id)


def finish(product: Deployed, state: UnderWay) -> None:
    """Let what the old version began come to its end under the new one."""
    aws = product.sandbox.aws
    aws.settle_snapshot(state.pending)
    aws.settings(snapshot_seconds=1.0)
    assert product.until_closed("cut")["state"] == "completed"
    product.cluster.call("driver", {"snapshot_controller": "running"})
    assert product.until_closed("uncut", 120)["state"] == "completed"
    product.admin.create("/api/v1/namespaces/many/pods", a_pod("back"))
    claim = "/api/v1/namespaces/many/persistentvolumeclaims/back"
    until(lambda: product.admin.get(claim).get("status", {}).get("phase") == "Bound" or None, "the claim")
    assert product.invoke("finish-restores", {})["finished"]


def everything_counts(product: Deployed, state: UnderWay) -> None:
    """Nothing of before is deleted, orphaned, unreadable or marked, and what was held is held."""
    product.invoke("reconcile", {})
    product.prune()
    found = {each.id: each for each in all_of(product)}
    assert state.snapshots <= found.keys()
    assert not [each for each in found.values() if tags.DUPLICATE in each.tags]
    counts = product.prune(dry_run=True)["counts"]
    assert (counts["delete"], counts["refused"], counts["unreadable"]) == (0, 0, 0)
    assert counts["keep"] >= len(state.snapshots)
    assert product.prune(orphans=True)["orphans"] == []
    held = next(each for each in found.values() if each.tags.get(tags.POINT) == state.held)
    assert tags.HOLD in held.tags
    listed = Person(product, "bob").get(f"/v1/clusters/{CLUSTER}/recovery-points/{state.restored}")
    assert (listed.status, listed.json["state"]) == (200, "ready"), listed.body


def all_of(product: Deployed) -> list[LiveSnapshot]:
    """The snapshots of all policies."""
    return [each for policy in UNDER_WAY["policies"] for each in product.snapshots(policy["name"])]


def adopt(product: Deployed, config: Path) -> str:
    """What `snapkeep adopt --yes` says."""
    command = [sys.executable, "-m", "snapkeep_cli.main", "adopt", "--yes", "--config", str(config)]
    environment = {**os.environ, **product.sandbox.environment()}
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


def a_pod(claim: str) -> dict[str, Any]:
    """A pod that uses a claim of namespace many."""
    container = {"name": "app", "image": "busybox", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "app", "namespace": "many"},
        "spec": {"containers": [container], "volumes": volumes},
    }


def assert_only_named_roles_are_left(sandbox: Sandbox) -> None:
    """Every function works with a role of the deployment's path, and every cluster knows no other."""
    functions = sandbox.client("lambda").list_functions()["Functions"]
    roles = {each["Role"] for each in functions}
    entries = sandbox.client("eks").list_access_entries(clusterName=CLUSTER)["accessEntries"]
    left = [each["RoleName"] for each in sandbox.client("iam").list_roles()["Roles"]]
    assert {role.rpartition("/")[0] for role in roles} == {"arn:aws:iam::111122223333:role/snapkeep"}
    assert {each for each in entries if ":role/snapkeep/" in each} == {r for r in roles if r in entries}
    assert not [name for name in left if name.startswith("Snapkeep-") and "CloudWatchRole" not in name]


def running(sandbox: Sandbox, stack: DeployedStack, config: Path, manifests: str = "") -> Deployed:
    cluster = ClusterControl.from_folder(sandbox.kubeconfig.parent)
    cluster.call("lab", {})
    admin = Admin(sandbox.kubeconfig)
    admin.apply(manifests or build.manifests(config, CLUSTER))
    return Deployed(sandbox, cluster, admin, stack.outputs)

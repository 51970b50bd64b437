"""A cluster and a policy with the longest names that are allowed, from the schedule to the restored claim."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest

from sandbox.demo import build, evidence
from sandbox.demo.kube import Admin
from sandbox.deploy import deploy
from sandbox.kubernetes.control import ClusterControl
from sandbox.launch import Sandbox
from snapkeep.domain import tags
from snapkeep.domain.naming import backup_schedule, snapshot_class
from tests.integration.deployed import Deployed, config_of, until
from tests.integration.flows.command import snapkeep

pytestmark = pytest.mark.slow

LONG = f"Prod_Payments-{'x' * 82}_A-0"
ALIKE = LONG.lower().replace("_", "-")
"""Another cluster, which Kubernetes could not tell from the first by its name; nothing answers there."""

POLICY = "every-night-" + "n" * 51


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Two clusters with long names under one policy; the second one does not answer."""
    folder = tmp_path_factory.mktemp("long")
    clusters = [{"name": name, "region": "ap-northeast-2"} for name in (LONG, ALIKE)]
    config = folder / "snapkeep.yaml"
    config.write_text(json.dumps(config_of({"name": POLICY, "method": "csi"}, clusters=clusters)))
    assembly = build.synthesize(config, folder / "cdk.out")
    with Sandbox(folder / "sandbox", cluster=LONG) as sandbox:
        authority = base64.b64encode(sandbox.authority.read_bytes()).decode()
        sandbox.aws.register_cluster(ALIKE, "https://127.0.0.1:9", authority)
        (stack,) = deploy(assembly, sandbox.client)
        cluster = ClusterControl.from_folder(sandbox.kubeconfig.parent)
        cluster.call("lab", {})
        admin = Admin(sandbox.kubeconfig)
        admin.apply(build.manifests(config, LONG))
        yield Deployed(sandbox, cluster, admin, stack.outputs)


def ended_runs(product: Deployed) -> dict[str, str] | None:
    """The state of each cluster's run, once both have ended."""
    table = product.outputs["JournalTableName"]
    runs = evidence.read_journal(product.sandbox.client("dynamodb"), table).runs
    ended = {run["cluster"]: run["state"] for run in runs if run.get("closed_at")}
    return ended if ended.keys() == {LONG, ALIKE} else None


def test_one_schedule_backs_up_every_cluster_and_the_claim_comes_back(product: Deployed) -> None:
    assert (len(LONG), len(ALIKE), len(POLICY)) == (100, 100, 63)
    product.make_claims(POLICY, 1)
    aws = product.sandbox.aws
    aws.settings(functions_follow_clock=True)
    (schedule,) = [each for each in aws.schedules() if each.name == backup_schedule(POLICY)]
    assert schedule.next

    fired = aws.advance_to(schedule.next, only=schedule.name)

    assert [each.schedule for each in fired] == [schedule.name]
    assert until(lambda: ended_runs(product), "both runs to end", 300) == {LONG: "completed", ALIKE: "failed"}
    (snapshot,) = product.snapshots(POLICY)
    assert snapshot.tags[tags.CLUSTER] == LONG
    assert snapshot.tags[tags.RUN] == f"{LONG}.{POLICY}.{schedule.next:%Y%m%dT%H%M%SZ}"
    path = f"/apis/snapshot.storage.k8s.io/v1/namespaces/{POLICY}/volumesnapshots"
    (taken,) = product.admin.get(path)["items"]
    assert taken["spec"]["volumeSnapshotClassName"] == snapshot_class(LONG)
    point = str(snapshot.tags[tags.POINT])

    listed = snapkeep(product, "get", "points", "-n", POLICY, "--cluster", LONG, "-o", "json")
    assert listed.returncode == 0, listed.stderr
    assert [item["id"] for item in json.loads(listed.stdout)["recovery_points"]] == [point]

    words = ("restore", point, "-n", POLICY, "--cluster", LONG, "--as", "back", "--wait")
    restored = snapkeep(product, *words)
    assert restored.returncode == 0, restored.stderr

    report = product.invoke("write-report", {"cluster": LONG, "scheduledTime": f"{aws.now():%FT%TZ}"})
    assert report["written"], report

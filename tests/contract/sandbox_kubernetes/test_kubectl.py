"""kubectl against the sandbox."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.kubectl import program
from sandbox.kubernetes.cluster import ClusterServer
from tests.contract.sandbox_kubernetes.client import (
    BINDINGS,
    CLAIMS,
    NODES,
    ROLES,
    SNAPSHOTS,
    TABLE,
    Client,
    claim,
    snapshot,
)

MANIFESTS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: gp3}
provisioner: ebs.csi.aws.com
volumeBindingMode: WaitForFirstConsumer
allowVolumeExpansion: true
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop, labels: {app: shop}}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: gp3
  resources: {requests: {storage: 4Gi}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: main, image: example}]}
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotClass
metadata: {name: retain}
driver: ebs.csi.aws.com
deletionPolicy: Retain
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: {name: s1, namespace: shop}
spec:
  volumeSnapshotClassName: retain
  source: {persistentVolumeClaimName: data}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: backup}
rules: [{apiGroups: [""], resources: [persistentvolumeclaims], verbs: [get, list]}]
"""


@dataclass(frozen=True)
class Kubectl:
    """Runs kubectl; `run` answers its output."""

    binary: Path
    kubeconfig: Path
    home: Path

    def run(self, *arguments: str, given: str = "", fails: bool = False) -> str:
        environment = {"KUBECONFIG": str(self.kubeconfig), "HOME": str(self.home), "PATH": os.environ["PATH"]}
        done = subprocess.run(
            [self.binary, *arguments],
            input=given,
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        output = done.stdout + done.stderr
        assert (done.returncode != 0) is fails, output
        return output

    def says(self, *arguments: str, given: str = "", fails: bool = False) -> list[str]:
        return [line.rstrip() for line in self.run(*arguments, given=given, fails=fails).splitlines()]


@pytest.fixture
def kubectl(server: ClusterServer, tmp_path: Path) -> Kubectl:
    return Kubectl(program(), server.kubeconfig, tmp_path)


def shown(kubectl: Kubectl, admin: Client, path: str, *arguments: str) -> list[dict[str, str]]:
    """The rows of `kubectl get`, or of the Table it prints them from."""
    table = admin.get(path, Accept=TABLE).body
    names = [row["name"].upper() for row in table["columnDefinitions"] if row["priority"] == 0]
    rows = [dict(zip(names, map(str, row["cells"]), strict=False)) for row in table["rows"]]
    for row, line in zip(rows, kubectl.says("get", *arguments, "--no-headers"), strict=True):
        for cell in row.values():
            assert cell.removesuffix("s") in line or "AGE" in row
    return rows


def test_apply_creates_changes_and_leaves_alone(kubectl: Kubectl, admin: Client) -> None:
    said = kubectl.says("apply", "-f", "-", given=MANIFESTS)
    assert len(said) == 7 and all(line.endswith(" created") for line in said)
    again = kubectl.says("apply", "-f", "-", given=MANIFESTS)
    assert all(line.endswith(" unchanged") for line in again)
    changed = MANIFESTS.replace("replicas: 1", "replicas: 2").replace("image: example", "image: other")
    assert "deployment.apps/shop configured" in kubectl.says("apply", "-f", "-", given=changed)
    assert all("serverside-applied" in line for line in server_side(kubectl))
    assert admin.get(CLAIMS.replace("default", "shop") + "/data").body["spec"]["storageClassName"] == "gp3"
    assert admin.names("/apis/snapshot.storage.k8s.io/v1/volumesnapshots") == ["s1"]
    assert admin.names("/apis/apps/v1/deployments") == ["shop"]


def server_side(kubectl: Kubectl) -> list[str]:
    return kubectl.says("apply", "--server-side", "--force-conflicts", "-f", "-", given=MANIFESTS)


def test_get_prints_columns_as_on_a_real_cluster(kubectl: Kubectl, admin: Client) -> None:
    admin.post(CLAIMS, claim("data", storageClassName="gp3"))
    node = {"metadata": {"name": "n1"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    admin.post(NODES, node)
    rows = shown(kubectl, admin, CLAIMS, "pvc")
    assert (rows[0]["NAME"], rows[0]["STATUS"], rows[0]["STORAGECLASS"]) == ("data", "Pending", "gp3")
    rows = shown(kubectl, admin, NODES, "nodes")
    assert (rows[0]["NAME"], rows[0]["STATUS"], rows[0]["ROLES"]) == ("n1", "Ready", "<none>")
    wide = kubectl.says("get", "pvc", "-o", "wide")
    assert wide[0].endswith("VOLUMEMODE") and wide[1].endswith("Filesystem")


@pytest.mark.parametrize(
    "kinds",
    ["pvc,pv,sc,nodes,csinodes,volumeattachments", "vs,vsc,vsclass", "all", "pdb,quota,cm,secret,sa,ev"],
)
def test_every_short_name_is_known(kubectl: Kubectl, admin: Client, kinds: str) -> None:
    assert kubectl.says("get", kinds, "-A") == ["No resources found"]
    groups = [row for path in ("/api", "/apis") for row in discovered(admin, path)]
    short = {name for row in groups for name in (row.get("shortNames") or [])}
    assert {"pvc", "pv", "sc", "vs", "vsc", "vsclass", "pdb", "po", "no"} <= short


def discovered(admin: Client, path: str) -> list[dict[str, list[str]]]:
    accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    items = admin.get(path, Accept=accept).body["items"]
    return [row for item in items for version in item["versions"] for row in version["resources"]]


def test_describe_tells_claims_snapshots_and_nodes_with_their_events(kubectl: Kubectl, admin: Client) -> None:
    made = admin.post(CLAIMS, claim("data")).body["metadata"]
    involved = {"kind": "PersistentVolumeClaim", "name": "data", "namespace": "default", "uid": made["uid"]}
    event = {
        "metadata": {"name": "data.1"},
        "involvedObject": involved,
        "type": "Warning",
        "reason": "ProvisioningFailed",
        "message": "requested volume size is too small",
    }
    assert admin.post("/api/v1/namespaces/default/events", event).status == 201
    admin.post(SNAPSHOTS, snapshot("s1", persistentVolumeClaimName="data"))
    admin.post(NODES, {"metadata": {"name": "n1"}})
    selected = "involvedObject.name%3Ddata,involvedObject.kind%3DPersistentVolumeClaim"
    assert admin.names(f"/api/v1/namespaces/default/events?fieldSelector={selected}") == ["data.1"]
    assert "requested volume size is too small" in kubectl.run("describe", "pvc", "data")
    assert "Persistent Volume Claim Name:  data" in kubectl.run("describe", "vs", "s1")
    assert "Unschedulable:      false" in kubectl.run("describe", "node", "n1")


def test_cordon_patch_label_and_delete(kubectl: Kubectl, admin: Client) -> None:
    admin.post(NODES, {"metadata": {"name": "n1"}})
    admin.post(CLAIMS, claim("data"))
    assert kubectl.says("cordon", "n1") == ["node/n1 cordoned"]
    assert kubectl.says("label", "pvc", "data", "snapkeep.io/policy=gold") == [
        "persistentvolumeclaim/data labeled"
    ]
    kubectl.run("patch", "pvc", "data", "-p", '{"metadata":{"annotations":{"a":"b"}}}')
    assert admin.get(f"{NODES}/n1").body["spec"]["unschedulable"] is True
    meta = admin.get(f"{CLAIMS}/data").body["metadata"]
    assert (meta["labels"], meta["annotations"]) == ({"snapkeep.io/policy": "gold"}, {"a": "b"})
    (said,) = kubectl.says("delete", "pvc", "data")
    assert said.startswith('persistentvolumeclaim "data" deleted')
    assert admin.names(CLAIMS) == []


def test_create_and_can_i_send_what_only_kubectl_sends(kubectl: Kubectl, admin: Client) -> None:
    """The imperative commands of kubectl write protobuf."""
    kubectl.run("create", "namespace", "shop")
    kubectl.run("create", "configmap", "settings", "--from-literal=colour=blue")
    kubectl.run("create", "serviceaccount", "robot")
    kubectl.run("create", "clusterrole", "reader", "--verb=get,list", "--resource=pods,volumesnapshots")
    kubectl.run(
        "create", "clusterrolebinding", "readers", "--clusterrole=reader", "--user=bob", "--group=team"
    )
    kubectl.run("create", "pdb", "web", "--selector=app=web", "--min-available=1")
    assert admin.get("/api/v1/namespaces/shop").status == 200
    settings = admin.get("/api/v1/namespaces/default/configmaps/settings").body
    assert settings["data"] == {"colour": "blue"}
    groups = [rule["apiGroups"] for rule in admin.get(f"{ROLES}/reader").body["rules"]]
    assert groups == [[""], ["snapshot.storage.k8s.io"]]
    assert [row["name"] for row in admin.get(f"{BINDINGS}/readers").body["subjects"]] == ["bob", "team"]
    assert kubectl.says("auth", "can-i", "list", "pods", "--as=bob") == ["yes"]
    assert kubectl.says("auth", "can-i", "delete", "pods", "--as=bob", fails=True) == ["no"]
    assert "volumesnapshots.snapshot.storage.k8s.io" in kubectl.run("auth", "can-i", "--list", "--as=bob")
    refused = kubectl.run("get", "nodes", "--as=bob", fails=True)
    assert 'User "bob" cannot list resource "nodes" in API group "" at the cluster scope' in refused

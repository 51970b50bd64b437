"""Another cluster in Osaka, empty but for a node and a storage class, for what is restored there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandbox.demo import build, kube
from sandbox.demo.kube import Admin
from sandbox.deploy import deploy
from sandbox.kubernetes import control
from sandbox.kubernetes.control import ClusterControl
from sandbox.launch import RunningCluster, Sandbox
from tests.integration.deployed import PATIENCE, Deployed, until
from tests.integration.synthesis import synthesize

OSAKA = "ap-northeast-3"
SPARE = "spare"
SCOPED = "AmazonEBSCSIDriverEKSClusterScopedPolicy"
CLAIMS = "/api/v1/namespaces/{}/persistentvolumeclaims/{}"


def start_spare(sandbox: Sandbox, storage_class: str, driver_policy: str = SCOPED) -> RunningCluster:
    """Start the cluster `spare` in Osaka with one node and this storage class; its driver has that policy."""
    cluster = sandbox.start_cluster(SPARE, OSAKA)
    lab = ClusterControl.from_folder(cluster.kubeconfig.parent, control.SECONDS * PATIENCE)
    lab.call("lab", {"bulk_nodes": 1})
    lab.call("driver", {"driver_policy": driver_policy})
    admin_of(cluster).create(
        "/apis/storage.k8s.io/v1/storageclasses",
        {
            "metadata": {"name": storage_class},
            "provisioner": "ebs.csi.aws.com",
            "volumeBindingMode": "WaitForFirstConsumer",
            "parameters": {"type": "gp3", "csi.storage.k8s.io/fstype": "xfs"},
        },
    )
    return cluster


def admin_of(cluster: RunningCluster) -> Admin:
    """The administrator of a cluster."""
    return Admin(cluster.kubeconfig, kube.SECONDS * PATIENCE)


def deploy_to(cluster: RunningCluster, sandbox: Sandbox, config: Path, folder: Path) -> Deployed:
    """The product deployed for a cluster in its Region, with what an administrator applies there."""
    assembly = synthesize(config, folder / "cdk.out")
    stack, *_ = deploy(assembly, sandbox.client)
    admin = admin_of(cluster)
    admin.apply(build.manifests(config, cluster.name, build.SECONDS * PATIENCE))
    lab = ClusterControl.from_folder(cluster.kubeconfig.parent, control.SECONDS * PATIENCE)
    return Deployed(sandbox, lab, admin, stack.outputs, region=cluster.region)


def used(admin: Admin, namespace: str, *claims: str) -> None:
    """A pod that uses these claims."""
    volumes = [{"name": each, "persistentVolumeClaim": {"claimName": each}} for each in claims]
    spec = {"containers": [{"name": "app", "image": "busybox"}], "volumes": volumes}
    admin.create(f"/api/v1/namespaces/{namespace}/pods", {"metadata": {"name": "user"}, "spec": spec})


def made_from(admin: Admin, ec2: Any, namespace: str, claim: str) -> str:
    """The snapshot that the volume of a claim was made from, once the claim is bound."""
    path = CLAIMS.format(namespace, claim)
    bound = until(
        lambda: found if (found := admin.get(path))["status"]["phase"] == "Bound" else None,
        f"{namespace}/{claim} to be bound",
    )
    volume = admin.get(f"/api/v1/persistentvolumes/{bound['spec']['volumeName']}")
    handle = volume["spec"]["csi"]["volumeHandle"]
    (made,) = ec2.describe_volumes(VolumeIds=[handle])["Volumes"]
    return str(made["SnapshotId"])

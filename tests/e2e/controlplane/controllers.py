"""Everything that works on the API server's objects: Kubernetes' controllers, and the CSI side of EBS."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.building.programs import Programs
from tests.e2e.controlplane.api_server import ApiServer
from tests.e2e.controlplane.processes import Processes

DRIVER_SECONDS = 60.0
NODE_GRACE_SECONDS = 20
"""How long a node may be silent; Kubernetes' own 50 s would only make the tests longer."""
LEFT_OUT = (
    "device-taint-eviction-controller",
    "node-ipam-controller",
    "cloud-node-lifecycle-controller",
    "bootstrap-signer-controller",
    "token-cleaner-controller",
)
"""What needs a cloud provider, or an API that is not served."""
CHART = ("--kube-api-qps=20", "--kube-api-burst=100", "--worker-threads=100")
"""What the chart of aws-ebs-csi-driver gives its sidecars:
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/charts/aws-ebs-csi-driver/values.yaml"""


def start_controllers(programs: Programs, processes: Processes, server: ApiServer) -> None:
    """kube-controller-manager and kube-scheduler."""
    common = (f"--kubeconfig={server.kubeconfig}", "--leader-elect=false", "--bind-address=127.0.0.1")
    processes.start(
        "kube-controller-manager",
        programs.path("kube-controller-manager"),
        *common,
        "--secure-port=0",
        f"--service-account-private-key-file={processes.folder}/service-account.key",
        f"--root-ca-file={server.authority}",
        "--use-service-account-credentials=false",
        "--controllers=" + ",".join(["*", *(f"-{name}" for name in LEFT_OUT)]),
        f"--node-monitor-grace-period={NODE_GRACE_SECONDS}s",
        "--node-monitor-period=1s",
        "--attach-detach-reconcile-sync-period=5s",
        "--pvclaimbinder-sync-period=5s",
    )
    processes.start("kube-scheduler", programs.path("kube-scheduler"), *common, "--secure-port=0")


def start_csi(
    programs: Programs, processes: Processes, server: ApiServer, *, cluster: str, region: str, aws: str
) -> None:
    """The snapshot controller, the EBS driver as EKS runs it, and its sidecars. `aws` is EC2's URL."""
    config = f"--kubeconfig={server.kubeconfig}"
    socket = Path(processes.folder / "csi.sock")
    _start_driver(programs, processes, config, socket, cluster, region, aws)
    processes.start(
        "snapshot-controller",
        programs.path("snapshot-controller"),
        config,
        # EKS' add-on elects a leader, and Snapkeep looks at its lease.
        "--leader-election=true",
        "--leader-election-namespace=kube-system",
        "--http-endpoint=",
        # Its own 5 a second would let 100 claims take 100 s: the EKS add-on takes that long.
        "--kube-api-qps=50",
        "--kube-api-burst=100",
    )
    side = (config, f"--csi-address={socket}", "--leader-election=false", "--timeout=60s")
    metadata = "--extra-create-metadata"
    topology = ("--feature-gates=Topology=true", "--default-fstype=ext4")
    processes.start("csi-provisioner", programs.path("csi-provisioner"), *side, *CHART, metadata, *topology)
    processes.start("csi-snapshotter", programs.path("csi-snapshotter"), *side, *CHART, metadata)
    processes.start("csi-attacher", programs.path("csi-attacher"), *side, *CHART)
    in_use = "--handle-volume-inuse-error=false"
    processes.start("csi-resizer", programs.path("csi-resizer"), *side, *CHART[:2], in_use)


def _start_driver(
    programs: Programs, processes: Processes, config: str, socket: Path, cluster: str, region: str, aws: str
) -> None:
    environment = {
        "AWS_REGION": region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EC2_ENDPOINT": aws,
    }
    processes.start(
        "aws-ebs-csi-driver",
        programs.path("aws-ebs-csi-driver"),
        "controller",
        config,
        f"--endpoint=unix://{socket}",
        "--batching=true",
        f"--k8s-tag-cluster-id={cluster}",
        env=environment,
    )
    processes.wait_for("aws-ebs-csi-driver", socket.exists, DRIVER_SECONDS)

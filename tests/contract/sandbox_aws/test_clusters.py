"""A cluster in another Region lives on that Region's EC2 and is registered with its EKS."""

import json
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.launch import RunningCluster, Sandbox

from .regions import HOME, OSAKA


@pytest.fixture(scope="module")
def cluster(sandbox: Sandbox) -> Iterator[RunningCluster]:
    yield sandbox.start_cluster("spare", OSAKA)
    sandbox.stop_cluster("spare")


def call(cluster: RunningCluster, path: str, body: Any = None) -> Any:
    """Send the cluster's administrator's request."""
    headers = {"Authorization": f"Bearer {cluster.admin_token.read_text().strip()}"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        cluster.url + path, data, {**headers, "Content-Type": "application/json"}
    )
    context = ssl.create_default_context(cafile=str(cluster.authority))
    with urllib.request.urlopen(request, context=context, timeout=60) as answer:
        return json.load(answer)


def test_eks_of_its_region_knows_the_cluster(sandbox: Sandbox, cluster: RunningCluster) -> None:
    eks = sandbox.client("eks", OSAKA)

    found = eks.describe_cluster(name="spare")["cluster"]

    assert found["endpoint"] == cluster.url
    assert found["arn"] == f"arn:aws:eks:{OSAKA}:111122223333:cluster/spare"
    assert "spare" not in sandbox.client("eks", HOME).list_clusters()["clusters"]


def test_its_nodes_and_volumes_are_in_its_region(sandbox: Sandbox, cluster: RunningCluster) -> None:
    call(cluster, "/_sandbox/lab", {})

    nodes = call(cluster, "/api/v1/nodes")["items"]
    volumes = sandbox.client("ec2", OSAKA).describe_volumes(
        Filters=[{"Name": "tag:ebs.csi.aws.com/cluster-name", "Values": ["spare"]}]
    )["Volumes"]

    zones = {each["metadata"]["labels"]["topology.kubernetes.io/zone"] for each in nodes}
    assert zones and all(zone.startswith(OSAKA) for zone in zones)
    assert volumes and {each["AvailabilityZone"][:-1] for each in volumes} == {OSAKA}
    assert Path(cluster.kubeconfig).exists()

"""Opening EKS clusters: described once, and reasons in words when that fails."""

from __future__ import annotations

import base64
from typing import Any

import boto3
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from snapkeep.adapters.kubernetes.cluster import EksClusters, KubernetesCluster
from snapkeep.adapters.kubernetes.connections import EksConnections
from snapkeep.domain.claims import VolumeKind
from snapkeep.domain.errors import ClusterUnreachable, PermanentError
from tests.contract.ports.official_transport import official_transport
from tests.fakes import TestClock
from tests.unit.snapkeep.adapters.kubernetes.scripted import Reply, a_client

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def an_eks_client() -> Any:
    return boto3.client("eks", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b")


def clusters(eks: Any) -> EksClusters:
    clock = TestClock()
    credentials = Credentials("a", "b")
    connections = EksConnections(eks, "ap-northeast-2", credentials, clock, official_transport)
    return EksClusters(connections, clock)


def described(**changes: Any) -> dict[str, Any]:
    authority = {"data": base64.b64encode(PEM.encode()).decode()}
    given = {"name": "myeks", "endpoint": "https://myeks.example", "certificateAuthority": authority}
    return {"cluster": given | changes}


def test_a_cluster_is_described_once() -> None:
    eks = an_eks_client()
    with Stubber(eks) as stubber:
        stubber.add_response("describe_cluster", described(), {"name": "myeks"})
        opened = clusters(eks)
        opened.open("myeks")
        opened.open("myeks")


def test_a_cluster_eks_does_not_know_is_a_permanent_error() -> None:
    eks = an_eks_client()
    with Stubber(eks) as stubber:
        stubber.add_client_error("describe_cluster", "ResourceNotFoundException", "No cluster found")
        with pytest.raises(PermanentError, match="EKS has no cluster myeks in ap-northeast-2") as caught:
            clusters(eks).open("myeks")
    assert "its backups stay" in caught.value.reason


@pytest.mark.parametrize("code", ["AccessDeniedException", "ServerException", "ThrottlingException"])
def test_a_cluster_that_cannot_be_described_is_unreachable(code: str) -> None:
    eks = an_eks_client()
    with Stubber(eks) as stubber:
        stubber.add_client_error("describe_cluster", code, "no")
        with pytest.raises(ClusterUnreachable, match=code):
            clusters(eks).open("myeks")


def test_an_eks_that_does_not_answer_is_unreachable() -> None:
    class Away:
        def describe_cluster(self, name: str) -> None:
            raise EndpointConnectionError(endpoint_url="https://eks.example")

    with pytest.raises(ClusterUnreachable, match="cannot describe cluster myeks"):
        clusters(Away()).open("myeks")


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ({"cluster": {"name": "myeks", "status": "CREATING"}}, "its status is CREATING"),
        (described(certificateAuthority={"data": ""}), "no certificate authority"),
    ],
)
def test_a_cluster_that_is_not_ready_or_not_to_be_trusted_is_unreachable(
    description: dict[str, Any], words: str
) -> None:
    eks = an_eks_client()
    with Stubber(eks) as stubber:
        stubber.add_response("describe_cluster", description)
        with pytest.raises(ClusterUnreachable, match=words):
            clusters(eks).open("myeks")


def test_claims_come_with_their_volumes() -> None:
    volume = {
        "metadata": {"name": "pv-1", "uid": "pv-uid"},
        "spec": {"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}},
    }
    claim = {
        "metadata": {"name": "data", "namespace": "web", "uid": "uid-1"},
        "spec": {"volumeName": "pv-1", "resources": {"requests": {"storage": "4Gi"}}},
        "status": {"phase": "Bound"},
    }
    client, http = a_client(Reply(200, {"items": [volume]}), Reply(200, {"items": [claim]}))
    (found,) = KubernetesCluster(client, TestClock()).claims()
    assert found.volume is not None
    assert (found.volume.kind, found.volume.handle) == (VolumeKind.EBS_CSI, "vol-1")
    assert [url.split("?")[0] for _, url, _ in http.requests] == [
        "/api/v1/persistentvolumes",
        "/api/v1/persistentvolumeclaims",
    ]


def test_only_running_pods_are_asked_for_scratch_volumes() -> None:
    pod = {
        "metadata": {"name": "sorter", "namespace": "batch", "uid": "pod-uid"},
        "spec": {"volumes": [{"name": "scratch", "emptyDir": {}}]},
    }
    client, http = a_client(Reply(200, {"items": [pod]}))
    assert [str(volume) for volume in KubernetesCluster(client, TestClock()).scratch_volumes()] == [
        "batch/sorter:scratch"
    ]
    assert "fieldSelector=status.phase%3DRunning" in http.requests[0][1]

"""The real kubectl, as `snapkeep objects --diff` calls it."""

import pytest

from sandbox.kubectl import program
from sandbox.kubernetes.cluster import ClusterServer
from snapkeep_cli.cluster.kubectl import Kubectl, KubectlFailed
from tests.contract.sandbox_kubernetes.client import Client

pytestmark = pytest.mark.slow


@pytest.fixture
def kubectl(server: ClusterServer, monkeypatch: pytest.MonkeyPatch) -> Kubectl:
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    return Kubectl(str(program()))


def test_objects_are_read_by_kind_and_by_name(kubectl: Kubectl, admin: Client) -> None:
    for name in ("shop", "store"):
        admin.post("/api/v1/namespaces", {"metadata": {"name": name}})
    for name in ("a", "b"):
        admin.post("/api/v1/namespaces/shop/configmaps", {"metadata": {"name": name}, "data": {"x": name}})

    read = kubectl.objects("configmaps", "shop")
    assert {"a": "a", "b": "b"}.items() <= {
        item["metadata"]["name"]: (item.get("data") or {}).get("x") for item in read
    }.items()
    assert {item["kind"] for item in read} == {"ConfigMap"}
    assert [each["metadata"]["name"] for each in kubectl.objects("namespaces", "", ["shop"])] == ["shop"]
    both = kubectl.objects("namespaces", "", ["shop", "gone", "store"])
    assert [each["metadata"]["name"] for each in both] == ["shop", "store"]
    assert kubectl.objects("namespaces", "", ["gone"]) == []
    assert kubectl.objects("deployments.apps", "gone") == []


def test_a_kind_that_is_not_served_has_no_objects_and_other_trouble_is_raised(
    kubectl: Kubectl, server: ClusterServer
) -> None:
    assert kubectl.objects("certificates.cert-manager.io", "shop") == []
    assert kubectl.cluster()
    server.stop()
    with pytest.raises(KubectlFailed):
        kubectl.objects("configmaps", "shop")

"""What a restore of a namespace asks of a cluster: the real kubectl against the sandbox, and the fake."""

from __future__ import annotations

import shutil

import pytest

from sandbox.kubernetes.cluster import ClusterServer
from snapkeep.domain.objects.yaml_text import document
from snapkeep_cli.cluster.kubectl import MANAGER, NO_SUCH_KIND, Ask, Kubectl, KubectlFailed
from snapkeep_cli.namespaces.ports import TargetCluster
from tests.fakes.target_cluster import FakeTargetCluster
from tests.fakes.world import World

pytestmark = pytest.mark.slow

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
CONF = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "conf", "namespace": "shop"},
    "data": {"a": "b"},
}
ROLE = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": "reads", "namespace": "shop"},
    "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
}
ALL = "".join(map(document, (NAMESPACE, CONF, ROLE)))
LABELS = {"namespace/shop", "configmap/conf", "role.rbac.authorization.k8s.io/reads"}


@pytest.fixture(params=["kubectl", "fake"])
def cluster(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> TargetCluster:
    if request.param == "fake":
        return FakeTargetCluster(World())
    server: ClusterServer = request.getfixturevalue("server")
    program = shutil.which("kubectl")
    assert program, "what Snapkeep asks of kubectl is tried with kubectl: put it on PATH"
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    return Kubectl(program)


def test_objects_are_applied_in_order_under_our_name(cluster: TargetCluster) -> None:
    assert cluster.objects("namespaces", "", ["shop"]) == []
    assert cluster.apply(ALL).done == LABELS

    assert [each["metadata"]["name"] for each in cluster.objects("namespaces", "", ["shop"])] == ["shop"]
    found = cluster.living(["configmaps", "roles.rbac.authorization.k8s.io"], "shop")
    assert {(each["kind"], each["metadata"]["name"]) for each in found} == {
        ("ConfigMap", "conf"),
        ("Role", "reads"),
    }
    assert all(each["metadata"]["managedFields"][0]["manager"] == MANAGER for each in found)


def test_a_dry_run_makes_nothing(cluster: TargetCluster) -> None:
    cluster.apply(document(NAMESPACE))

    assert cluster.apply(document(CONF), dry_run=True).done == {"configmap/conf"}
    assert cluster.living(["configmaps"], "shop") == []


def test_what_is_refused_is_said_and_the_rest_is_applied(cluster: TargetCluster) -> None:
    elsewhere = {**CONF, "metadata": {"name": "conf", "namespace": "nowhere"}}

    answer = cluster.apply(document(elsewhere) + ALL)

    assert answer.done == LABELS
    assert answer.said == ('Error from server (NotFound): namespaces "nowhere" not found',)


def test_kinds_are_known_by_their_api_version(cluster: TargetCluster) -> None:
    assert cluster.served("v1")["ConfigMap"] == "configmaps"
    assert cluster.served("apps/v1")["Deployment"] == "deployments"
    assert cluster.served("example.com/v1") == {}
    assert cluster.served("v1")["Namespace"] == "namespaces"
    assert "Node" not in cluster.served("v1"), "no archive of a namespace has it"
    with pytest.raises(KubectlFailed, match=NO_SUCH_KIND):
        cluster.living(["configmaps", "widgets.example.com"], "shop")


def test_rights_are_answered_in_the_order_of_the_questions(cluster: TargetCluster) -> None:
    asked = [Ask("create", "apps", "deployments", "shop"), Ask("patch", "", "namespaces", "shop")]
    assert cluster.may(asked) == [True, True]
    assert cluster.names("secrets", "shop") == frozenset()

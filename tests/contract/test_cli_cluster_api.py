"""The doctor's way into a cluster, over HTTPS to an API that behaves as the real one."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.kubernetes.cluster import ClusterServer, Settings
from snapkeep_cli.cluster.manifests import cluster_manifests
from snapkeep_cli.config.cluster_access import FUNCTIONS
from snapkeep_cli.doctor.cluster import RULES_REVIEW, Cluster
from snapkeep_cli.doctor.cluster_api import PAGE, ClusterApi, NoAnswer, Refused
from snapkeep_cli.doctor.facts import Grant, Rights

NAMESPACES = "/api/v1/namespaces"
PLURALS = {
    "VolumeSnapshotClass": "volumesnapshotclasses",
    "ClusterRole": "clusterroles",
    "ClusterRoleBinding": "clusterrolebindings",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ClusterServer]:
    server = ClusterServer(Settings(tmp_path / "cluster"))
    server.start()
    yield server
    server.stop()


def api(server: ClusterServer, token: str = "") -> ClusterApi:
    authority = base64.b64encode(server.certificate_authority.read_bytes()).decode()
    return ClusterApi(server.url, authority, token or server.admin_token)


def test_objects_are_read_found_or_absent(server: ClusterServer) -> None:
    assert api(server).get(f"{NAMESPACES}/default")["metadata"]["name"] == "default"
    assert api(server).find(f"{NAMESPACES}/absent") is None


def test_lists_go_through_all_their_pages(server: ClusterServer) -> None:
    for number in range(PAGE + 1):
        server.store.create("namespaces", None, {"metadata": {"name": f"team-{number}"}})

    names = [item["metadata"]["name"] for item in api(server).list(NAMESPACES)]

    assert len(names) == len(set(names)) == PAGE + 1 + len(["default", "node-lease", "public", "system"])


def test_a_refusal_carries_the_words_of_the_cluster(server: ClusterServer) -> None:
    with pytest.raises(Refused, match="Unauthorized") as refusal:
        api(server, "wrong").get(NAMESPACES)

    assert refusal.value.status == 401


def test_nobody_at_the_endpoint_is_told_with_its_address(server: ClusterServer) -> None:
    inside = api(server)
    server.stop()

    with pytest.raises(NoAnswer, match="does not answer"):
        inside.get(NAMESPACES)


def test_rights_are_those_of_the_group_it_speaks_for(server: ClusterServer) -> None:
    for manifest in cluster_manifests("myeks"):
        if manifest["kind"] in PLURALS:
            server.store.create(PLURALS[manifest["kind"]], None, manifest)

    rights = Cluster(api(server), "").rights(["prune"])["prune"]

    assert isinstance(rights, Rights)
    for rule in FUNCTIONS["prune"]:
        assert Grant((rule.api_group,), rule.resources, rule.verbs) in rights.grants
    assert Grant(("*",), ("*",), ("*",)) not in rights.grants


def test_without_a_group_it_speaks_for_itself(server: ClusterServer) -> None:
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview"}

    found = api(server).create(RULES_REVIEW, {**review, "spec": {"namespace": "default"}})

    assert found["status"]["resourceRules"] == [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]

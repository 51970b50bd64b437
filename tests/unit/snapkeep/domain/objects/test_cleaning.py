"""What a cluster wrote is removed, and nothing that a person wrote."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.objects.cleaning import METADATA, cleaned

NAMES = st.text("abc.-/", min_size=1, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
SYSTEM = st.dictionaries(st.sampled_from(sorted(METADATA)), JSON)


def item(kind: str, spec: Any = None, **metadata: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "web", **metadata}}
    return found | ({} if spec is None else {"spec": spec})


@given(
    kind=st.sampled_from(["ConfigMap", "Certificate", "Widget"]),
    spec=st.dictionaries(NAMES, JSON, min_size=1, max_size=4),
    labels=st.dictionaries(NAMES, NAMES, min_size=1, max_size=3),
    system=SYSTEM,
    status=JSON,
)
def test_what_people_wrote_stays_and_what_the_cluster_wrote_goes(
    kind: str, spec: dict[str, Any], labels: dict[str, str], system: dict[str, Any], status: Any
) -> None:
    written = item(kind, spec, labels=labels)
    stored = {**written, "metadata": {**written["metadata"], **system}, "status": status}
    before = copy.deepcopy(stored)
    assert cleaned(stored) == written
    assert stored == before, "the given object is not changed"
    assert cleaned(cleaned(stored)) == written


@pytest.mark.parametrize(
    ("kind", "stored", "kept"),
    [
        ("Namespace", {"finalizers": ["kubernetes"]}, None),
        (
            "PersistentVolumeClaim",
            {"volumeName": "pvc-1", "storageClassName": "gp3"},
            {"storageClassName": "gp3"},
        ),
        (
            "PersistentVolume",
            {"claimRef": {"name": "data", "namespace": "shop", "uid": "u", "resourceVersion": "7"}},
            {"claimRef": {"name": "data", "namespace": "shop"}},
        ),
        (
            "Service",
            {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "ports": [{"port": 80, "nodePort": 30080}]},
            {"ports": [{"port": 80}]},
        ),
        (
            "Service",
            {"clusterIP": "None", "clusterIPs": ["None"], "selector": {"app": "db"}},
            {"clusterIP": "None", "clusterIPs": ["None"], "selector": {"app": "db"}},
        ),
        (
            "Pod",
            {
                "nodeName": "ip-10",
                "priority": 0,
                "serviceAccount": "web",
                "serviceAccountName": "web",
                "volumes": [{"name": "kube-api-access-x2v"}, {"name": "data"}],
                "containers": [
                    {"name": "a", "volumeMounts": [{"name": "kube-api-access-x2v"}, {"name": "data"}]},
                    {"name": "b", "volumeMounts": [{"name": "kube-api-access-x2v"}]},
                ],
            },
            {
                "serviceAccountName": "web",
                "volumes": [{"name": "data"}],
                "containers": [{"name": "a", "volumeMounts": [{"name": "data"}]}, {"name": "b"}],
            },
        ),
        (
            "Job",
            {
                "selector": {"matchLabels": {"controller-uid": "u"}},
                "template": {"metadata": {"labels": {"controller-uid": "u", "job-name": "j", "app": "x"}}},
            },
            {"template": {"metadata": {"labels": {"app": "x"}}}},
        ),
        (
            "Job",
            {"manualSelector": True, "selector": {"matchLabels": {"app": "x"}}},
            {"manualSelector": True, "selector": {"matchLabels": {"app": "x"}}},
        ),
        (
            "StatefulSet",
            {
                "template": {"metadata": {"creationTimestamp": None, "labels": {"app": "db"}}},
                "volumeClaimTemplates": [
                    {"metadata": {"name": "data", "creationTimestamp": None}, "status": {"phase": "Pending"}}
                ],
            },
            {
                "template": {"metadata": {"labels": {"app": "db"}}},
                "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
            },
        ),
    ],
)
def test_each_kind_loses_what_is_assigned_to_it(kind: str, stored: dict[str, Any], kept: Any) -> None:
    before = copy.deepcopy(stored)
    found = cleaned(item(kind, stored))
    assert found == item(kind, kept)
    assert stored == before
    assert cleaned(found) == found


def test_annotations_and_labels_that_controllers_write_go() -> None:
    found = cleaned(
        item(
            "Deployment",
            {"replicas": 2},
            annotations={"kubectl.kubernetes.io/last-applied-configuration": "{}", "team": "a"},
            labels={"kubernetes.io/metadata.name": "shop"},
        )
    )
    assert found["metadata"] == {"name": "web", "annotations": {"team": "a"}}


def test_an_account_keeps_secrets_but_not_its_old_tokens() -> None:
    account = item("ServiceAccount") | {"secrets": [{"name": "web-token-abcde"}, {"name": "pull"}]}
    assert cleaned(account)["secrets"] == [{"name": "pull"}]
    assert "secrets" not in cleaned(item("ServiceAccount") | {"secrets": [{"name": "web-token-abcde"}]})

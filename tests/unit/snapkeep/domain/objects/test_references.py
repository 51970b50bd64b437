"""What pods, accounts and ingresses name."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.objects.references import references
from snapkeep.domain.objects.workloads import mounts

POD: dict[str, Any] = {
    "serviceAccountName": "shop",
    "imagePullSecrets": [{"name": "registry"}],
    "volumes": [
        {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "conf", "configMap": {"name": "nginx"}},
        {"name": "tls", "secret": {"secretName": "tls", "items": [{"key": "tls.crt", "path": "c"}]}},
        {
            "name": "all",
            "projected": {"sources": [{"configMap": {"name": "more"}}, {"secret": {"name": "token"}}]},
        },
    ],
    "initContainers": [{"envFrom": [{"configMapRef": {"name": "init"}}]}],
    "containers": [
        {
            "envFrom": [{"secretRef": {"name": "whole"}}],
            "env": [
                {"name": "A", "value": "plain"},
                {"name": "B", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
                {"name": "C", "valueFrom": {"secretKeyRef": {"name": "db", "key": "user"}}},
                {"name": "D", "valueFrom": {"configMapKeyRef": {"name": "env", "key": "k"}}},
            ],
        }
    ],
}
TEMPLATE = {"metadata": {"labels": {"app": "shop", "tier": "web"}}, "spec": POD}
WORKLOADS = [
    {"kind": "Pod", "metadata": {"labels": {"app": "shop", "tier": "web"}}, "spec": POD},
    {"kind": "Deployment", "spec": {"template": TEMPLATE}},
    {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": TEMPLATE}}}},
]


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda each: str(each["kind"]))
def test_everything_that_pods_name_is_found(workload: dict[str, Any]) -> None:
    found = references(workload)
    assert found.claims == {"data"}
    assert found.config_maps == {"nginx", "more", "init", "env"}
    assert found.accounts == {"shop"}
    assert found.secrets == {
        "registry": set(),
        "tls": {"tls.crt"},
        "token": set(),
        "whole": set(),
        "db": {"password", "user"},
    }
    assert mounts(workload, {"data"}) and not mounts(workload, {"other"})


def test_an_ingress_and_an_account_name_secrets() -> None:
    ingress = {"kind": "Ingress", "spec": {"tls": [{"secretName": "cert"}, {"hosts": ["a"]}]}}
    account = {"kind": "ServiceAccount", "imagePullSecrets": [{"name": "registry"}]}
    assert references(ingress).secrets == {"cert": set()}
    assert references(account).secrets == {"registry": set()}


def test_pods_without_an_account_use_the_default_one() -> None:
    assert references({"kind": "Pod", "spec": {"containers": [], "nodeSelector": {}}}).accounts == {"default"}
    assert references({"kind": "ConfigMap", "data": {"spec": "x"}}).accounts == set()

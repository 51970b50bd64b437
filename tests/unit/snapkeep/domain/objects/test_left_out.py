"""Single objects that are not saved: the reason is what people read."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.objects.kinds import Kind
from snapkeep.domain.objects.left_out import unsaved_maker, why_left_out


def item(kind: str, name: str = "web", status: Any = None, **metadata: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": "shop", **metadata}, "status": status}


def owner(kind: str, controller: bool) -> list[dict[str, Any]]:
    return [{"kind": kind, "name": "o", "controller": controller}]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (item("Deployment"), ""),
        (item("ReplicaSet", ownerReferences=owner("Deployment", True)), "Deployment makes it"),
        (item("ConfigMap", ownerReferences=owner("Widget", False)), ""),
        (item("ConfigMap", "kube-root-ca.crt"), "the cluster makes it"),
        (
            item("ConfigMap", "sh.helm.release.v1.web.v1", labels={"owner": "helm"}),
            "a release of Helm's history",
        ),
        (item("ConfigMap", annotations={"control-plane.alpha.kubernetes.io/leader": "{}"}), "is renewed by"),
        (
            item("ConfigMap", labels={"snapkeep.io/exclude": "true"}),
            "its label snapkeep.io/exclude excludes it",
        ),
        (item("Service", "kubernetes"), ""),
        (item("Service", "kubernetes", namespace="default"), "the cluster makes it"),
        (item("Pod", status={"phase": "Running"}), ""),
        (item("Pod", status={"phase": "Succeeded"}), "has finished and would run again"),
        (item("Job", status={"conditions": [{"type": "Suspended", "status": "True"}]}), ""),
        (item("Job", status={"conditions": [{"type": "Complete", "status": "True"}]}), "would run again"),
        (item("Job", status={"conditions": [{"type": "Failed", "status": "False"}]}), ""),
        (item("Deployment", deletionTimestamp="2026-11-23T00:00:00Z"), "it was being deleted"),
    ],
)
def test_the_reason_why_an_object_is_left_out(found: dict[str, Any], reason: str) -> None:
    said = why_left_out(found)
    assert reason in said if reason else said == ""


POSTGRESQL = Kind("acid.zalan.do", "v1", "postgresqls", "postgresql")


@pytest.mark.parametrize(
    ("api_version", "kind", "status", "maker"),
    [
        ("acid.zalan.do/v1", "postgresql", {}, "postgresqls.acid.zalan.do"),
        ("acid.zalan.do/v2", "postgresql", {}, "postgresqls.acid.zalan.do"),
        ("apps/v1", "StatefulSet", {}, ""),
        ("v1", "Node", {}, ""),
        ("acid.zalan.do/v1", "postgresql", {"phase": "Succeeded"}, ""),
    ],
)
def test_nothing_makes_an_object_again_whose_maker_is_not_saved(
    api_version: str, kind: str, status: Any, maker: str
) -> None:
    made_by = {"apiVersion": api_version, "kind": kind, "controller": True}
    assert unsaved_maker(item("Pod", status=status, ownerReferences=[made_by]), [POSTGRESQL]) == maker


def test_an_object_that_nobody_makes_has_no_maker() -> None:
    assert unsaved_maker(item("Pod"), [POSTGRESQL]) == ""

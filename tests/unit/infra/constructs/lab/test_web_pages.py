"""The lab's pages under names of the domain."""

from __future__ import annotations

from tests.unit.infra.lab import CHART, custom, objects, waits_for
from tests.unit.infra.template import Template


def test_both_pages_share_one_load_balancer_that_only_the_visitors_reach(lab: Template) -> None:
    pages = {item["spec"]["rules"][0]["host"]: item for item in objects(lab) if item["kind"] == "Ingress"}

    assert set(pages) == {"wordpress.example.com", "kube-ops-view.example.com"}
    for page in pages.values():
        annotations = page["metadata"]["annotations"]
        assert annotations["alb.ingress.kubernetes.io/group.name"] == "lab"
        assert annotations["alb.ingress.kubernetes.io/inbound-cidrs"] == "203.0.113.7/32"
        assert page["spec"]["ingressClassName"] == "alb"


def test_without_a_domain_there_is_no_way_in_from_outside(labs: dict[str, Template]) -> None:
    assert [item for item in objects(labs["plain"]) if item["kind"] == "Ingress"] == []
    services = [item for item in objects(labs["plain"]) if item["kind"] == "Service"]
    assert [item["spec"].get("type", "ClusterIP") for item in services] == ["ClusterIP", "ClusterIP"]


def test_the_load_balancer_is_removed_before_the_controllers_that_remove_it(lab: Template) -> None:
    (pages,) = (name for name in lab.document["Resources"] if name.startswith("WebPages"))

    assert set(custom(lab, CHART)) <= waits_for(lab, pages)

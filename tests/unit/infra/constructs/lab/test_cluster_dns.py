"""Names inside the cluster."""

from __future__ import annotations

from tests.unit.infra.lab import waits_for
from tests.unit.infra.template import Template


def test_coredns_comes_when_there_are_nodes_for_its_pods(lab: Template) -> None:
    (dns,) = (name for name, item in lab.resources("EKS::Addon").items() if item["AddonName"] == "coredns")

    assert set(lab.resources("EKS::Nodegroup")) <= waits_for(lab, dns)

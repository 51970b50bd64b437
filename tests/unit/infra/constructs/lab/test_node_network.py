"""What a node needs before it can be ready."""

from __future__ import annotations

import json

from tests.unit.infra.lab import addons, waits_for
from tests.unit.infra.template import Template

NEEDED = {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}


def test_pods_get_addresses_in_blocks_so_that_a_hundred_fit_on_a_node(lab: Template) -> None:
    settings = json.loads(addons(lab)["vpc-cni"]["ConfigurationValues"])

    assert settings["env"]["ENABLE_PREFIX_DELEGATION"] == "true"


def test_no_node_starts_before_its_network_is_there(lab: Template) -> None:
    for group in lab.resources("EKS::Nodegroup"):
        before = waits_for(lab, group)
        names = {item["AddonName"] for name, item in lab.resources("EKS::Addon").items() if name in before}
        assert names == NEEDED
        assert before & set(lab.resources("EC2::Route"))

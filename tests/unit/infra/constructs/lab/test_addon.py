"""Add-ons and the roles of their pods."""

from __future__ import annotations

from typing import Any

from tests.unit.infra.lab import addons
from tests.unit.infra.template import Template


def trust(template: Template, reference: dict[str, Any]) -> dict[str, Any]:
    (statement,) = template.at(reference)["AssumeRolePolicyDocument"]["Statement"]
    found: dict[str, Any] = statement
    return found


def test_a_role_serves_one_service_account_of_this_cluster_alone(lab: Template) -> None:
    (association,) = addons(lab)["aws-ebs-csi-driver"]["PodIdentityAssociations"]
    statement = trust(lab, association["RoleArn"])
    conditions = statement["Condition"]["StringEquals"]

    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert conditions.pop("aws:RequestTag/eks-cluster-name")["Ref"].startswith("LabCluster")
    assert conditions == {
        "aws:SourceAccount": {"Ref": "AWS::AccountId"},
        "aws:RequestTag/kubernetes-namespace": "kube-system",
        "aws:RequestTag/kubernetes-service-account": "ebs-csi-controller-sa",
    }


def test_an_add_on_without_a_role_or_settings_says_nothing_of_them(lab: Template) -> None:
    assert set(addons(lab)["kube-proxy"]) == {"AddonName", "ClusterName", "ResolveConflicts"}

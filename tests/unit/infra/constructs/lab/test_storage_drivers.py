"""The drivers behind claims."""

from __future__ import annotations

import pytest

from tests.unit.infra.lab import addons, waits_for
from tests.unit.infra.template import Template, text


@pytest.mark.parametrize(
    ("driver", "account", "policy"),
    [
        ("aws-ebs-csi-driver", "ebs-csi-controller-sa", "service-role/AmazonEBSCSIDriverPolicyV2"),
        ("aws-efs-csi-driver", "efs-csi-controller-sa", "service-role/AmazonEFSCSIDriverPolicy"),
    ],
)
def test_a_drivers_controller_has_a_role_of_its_own_with_awss_policy(
    lab: Template, driver: str, account: str, policy: str
) -> None:
    (association,) = addons(lab)[driver]["PodIdentityAssociations"]
    (managed,) = lab.at(association["RoleArn"])["ManagedPolicyArns"]

    assert association["ServiceAccount"] == account
    assert text(managed) == f"arn:{{AWS::Partition}}:iam::aws:policy/{policy}"


def test_the_snapshot_controller_needs_no_role(lab: Template) -> None:
    assert "PodIdentityAssociations" not in addons(lab)["snapshot-controller"]


def test_the_ebs_driver_finds_the_snapshot_crds_when_it_comes(lab: Template) -> None:
    names = {item["AddonName"]: name for name, item in lab.resources("EKS::Addon").items()}

    assert names["snapshot-controller"] in waits_for(lab, names["aws-ebs-csi-driver"])


def test_drivers_go_after_the_volumes_that_they_made(lab: Template) -> None:
    drivers = {
        name
        for name, item in lab.resources("EKS::Addon").items()
        if "csi" in item["AddonName"] or "snapshot" in item["AddonName"]
    }
    workloads = [
        name for name in lab.document["Resources"] if name.startswith(("Writer", "WordPresswordpress"))
    ]

    assert len(drivers) == 3
    assert len(workloads) == 2
    for workload in workloads:
        assert drivers <= waits_for(lab, workload)

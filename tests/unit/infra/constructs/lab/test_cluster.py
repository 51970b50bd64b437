"""The lab's cluster."""

from __future__ import annotations

from tests.unit.infra.template import Template, text

ADMINISTRATOR = "AmazonEKSClusterAdminPolicy"


def administrators(template: Template) -> set[str]:
    return {
        text(entry["PrincipalArn"])
        for entry in template.resources("EKS::AccessEntry").values()
        if any(text(policy["PolicyArn"]).endswith(ADMINISTRATOR) for policy in entry["AccessPolicies"])
    }


def test_the_cluster_is_the_one_of_the_config_with_access_entries_alone(lab: Template) -> None:
    (cluster,) = lab.resources("EKS::Cluster").values()

    assert (cluster["Name"], cluster["Version"]) == ("myeks", "1.36")
    assert cluster["AccessConfig"] == {
        "AuthenticationMode": "API",
        "BootstrapClusterCreatorAdminPermissions": False,
    }
    assert len(cluster["ResourcesVpcConfig"]["SubnetIds"]) == 3


def test_no_add_on_comes_that_nobody_manages(lab: Template) -> None:
    (cluster,) = lab.resources("EKS::Cluster").values()

    assert cluster["BootstrapSelfManagedAddons"] is False
    assert cluster["ComputeConfig"] == {"Enabled": False}


def test_the_admin_who_was_named_administers_beside_the_function_that_applies_manifests(
    labs: dict[str, Template],
) -> None:
    (function,) = administrators(labs["plain"])

    assert function.startswith("{LabClusterKubectlProvider")
    assert administrators(labs["full"]) == {function, "arn:aws:iam::111122223333:role/Admin"}


def test_the_identity_provider_is_cloudformations_own(lab: Template) -> None:
    assert lab.resources("IAM::OIDCProvider")

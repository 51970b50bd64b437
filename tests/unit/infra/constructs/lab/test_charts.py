"""What Helm installs."""

from __future__ import annotations

import re

from tests.unit.infra.lab import CHART, charts, custom, waits_for
from tests.unit.infra.template import Template


def test_every_chart_is_pinned_to_an_exact_version(lab: Template) -> None:
    versions = {name: chart["Version"] for name, chart in charts(lab).items()}

    assert set(versions) == {"aws-load-balancer-controller", "external-dns", "kube-ops-view"}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())


def test_external_dns_is_there_only_for_a_domain(labs: dict[str, Template]) -> None:
    assert set(charts(labs["plain"])) == {"aws-load-balancer-controller", "kube-ops-view"}


def test_the_controller_knows_cluster_and_network_without_asking_the_instance(lab: Template) -> None:
    values = charts(lab)["aws-load-balancer-controller"]["Values"]

    assert values["clusterName"].startswith("{LabCluster")
    assert values["vpcId"].startswith("{NetworkVpc")
    assert values["region"] == "ap-northeast-2"


def test_external_dns_changes_records_of_the_domain_alone(lab: Template) -> None:
    values = charts(lab)["external-dns"]["Values"]
    identity = next(
        item
        for item in lab.resources("EKS::PodIdentityAssociation").values()
        if item["ServiceAccount"] == "external-dns"
    )
    statements = {item["Sid"]: item for item in lab.statements_of(identity["RoleArn"])}

    assert values["domainFilters"] == ["example.com"]
    assert values["serviceAccount"]["name"] == identity["ServiceAccount"]
    assert statements["ChangeRecordsOfTheDomain"]["Condition"] == {
        "ForAllValues:StringLike": {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["example.com", "*.example.com"]
        }
    }
    writing = [item for item in statements.values() if "Change" in str(item["Action"])]
    assert writing == [statements["ChangeRecordsOfTheDomain"]]


def test_everything_else_waits_for_the_load_balancer_controller(lab: Template) -> None:
    names = {properties["Chart"]: name for name, properties in custom(lab, CHART).items()}

    for chart in ("kube-ops-view", "external-dns"):
        assert names["aws-load-balancer-controller"] in waits_for(lab, names[chart])

"""Functions in a VPC: who is in it, what may pass, and that only Lambda moves network interfaces."""

from __future__ import annotations

import pytest

from snapkeep_cli.config.cluster_access import FUNCTIONS as WITH_CLUSTER_ACCESS
from tests.unit.infra.conftest import FUNCTIONS
from tests.unit.infra.template import Template, text


def test_without_a_vpc_no_function_is_in_one(template: Template) -> None:
    assert not template.resources("EC2::SecurityGroup")
    assert not [name for name in FUNCTIONS if "VpcConfig" in template.function(name)]


def test_functions_that_talk_to_clusters_run_in_the_subnets(full_template: Template) -> None:
    (group,) = full_template.resources("EC2::SecurityGroup")
    inside = [name for name in FUNCTIONS if "VpcConfig" in full_template.function(name)]

    assert set(inside) == set(WITH_CLUSTER_ACCESS)
    for name in inside:
        assert full_template.function(name)["VpcConfig"] == {
            "SubnetIds": ["subnet-0000000a", "subnet-0000000b"],
            "SecurityGroupIds": [{"Fn::GetAtt": [group, "GroupId"]}],
        }


def test_nothing_comes_in_and_only_https_goes_out(full_template: Template) -> None:
    (group,) = full_template.resources("EC2::SecurityGroup").values()

    assert group["VpcId"] == "vpc-01234567"
    assert "SecurityGroupIngress" not in group
    assert [(rule["FromPort"], rule["ToPort"]) for rule in group["SecurityGroupEgress"]] == [(443, 443)]


def test_each_private_endpoint_lets_the_functions_in_by_https(full_template: Template) -> None:
    (group,) = full_template.resources("EC2::SecurityGroup")
    rules = full_template.resources("EC2::SecurityGroupIngress").values()

    assert {rule["GroupId"] for rule in rules} == {"sg-00000001", "sg-00000002"}
    for rule in rules:
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)
        assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": [group, "GroupId"]}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_own_code_may_not_move_network_interfaces(full_template: Template, name: str) -> None:
    statements = {item.get("Sid"): item for item in full_template.statements(name)}
    if name not in WITH_CLUSTER_ACCESS:
        assert "NetworkInterfaces" not in statements
        return
    allowed, denied = statements["NetworkInterfaces"], statements["OnlyByLambda"]

    assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
    assert set(allowed["Action"]) == set(denied["Action"])
    (function,) = denied["Condition"]["ArnEquals"].values()
    assert text(function).endswith(f":function:snapkeep-{name.replace('_', '-')}")

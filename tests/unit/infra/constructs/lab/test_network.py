"""The lab's network."""

from __future__ import annotations

from tests.unit.infra.template import Template


def test_three_public_subnets_in_three_zones(lab: Template) -> None:
    subnets = lab.resources("EC2::Subnet").values()

    assert [subnet["AvailabilityZone"] for subnet in subnets] == [
        "ap-northeast-2a",
        "ap-northeast-2b",
        "ap-northeast-2c",
    ]
    assert all(subnet["MapPublicIpOnLaunch"] for subnet in subnets)


def test_nothing_in_the_network_costs_by_itself(lab: Template) -> None:
    assert not lab.resources("EC2::NatGateway")
    assert not lab.resources("EC2::EIP")


def test_load_balancers_find_the_subnets(lab: Template) -> None:
    for subnet in lab.resources("EC2::Subnet").values():
        assert {"Key": "kubernetes.io/role/elb", "Value": "1"} in subnet["Tags"]


def test_nobody_is_let_in_by_address(lab: Template) -> None:
    rules = [
        *lab.resources("EC2::SecurityGroupIngress").values(),
        *(rule for group in lab.resources("EC2::SecurityGroup").values() for rule in ingress(group)),
    ]

    assert [rule for rule in rules if "CidrIp" in rule or "CidrIpv6" in rule] == []


def ingress(group: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    return group.get("SecurityGroupIngress", [])

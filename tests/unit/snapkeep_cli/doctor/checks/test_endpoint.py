"""The way from the functions to the API of the cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from snapkeep_cli.config.cluster_access import FUNCTIONS
from snapkeep_cli.doctor.checks.endpoint import endpoint
from snapkeep_cli.doctor.facts import EksCluster, Facts, Function
from snapkeep_cli.doctor.findings import Verdict
from tests.fakes.doctor_samples import CLUSTER, ROLE, healthy

PRIVATE = replace(CLUSTER, public=False, private=True)
RESTRICTED = replace(CLUSTER, public_cidrs=("203.0.113.0/24",))


def inside(vpc: str, described: EksCluster, **changes: Any) -> Facts:
    """All functions are in this VPC, with security group sg-ours."""
    functions = {name: Function(name, ROLE + name, vpc, ("sg-ours",)) for name in FUNCTIONS}
    return healthy(functions=functions, described=described, **changes)


@pytest.mark.parametrize(
    ("described", "told"), [(PRIVATE, "is private"), (RESTRICTED, "is open to 203.0.113.0/24 only")]
)
def test_functions_without_a_vpc_need_a_public_endpoint(described: EksCluster, told: str) -> None:
    (found,) = endpoint(healthy(described=described))

    assert found.verdict is Verdict.PROBLEM
    assert told in found.text and f"{len(FUNCTIONS)} functions" in found.text and "vpc-1" in found.text
    assert "cluster_security_groups names sg-cluster for myeks" in found.text
    assert found.fix == "npm ci && npx cdk deploy --all"


def test_before_the_deploy_the_endpoint_is_judged_all_the_same() -> None:
    (found,) = endpoint(healthy(described=PRIVATE, functions={}))

    assert found.verdict is Verdict.PROBLEM


def test_the_cluster_must_let_the_functions_in() -> None:
    (closed,) = endpoint(inside("vpc-1", PRIVATE))
    (open,) = endpoint(inside("vpc-1", PRIVATE, open_to_functions=frozenset({"sg-ours"})))

    assert open.verdict is Verdict.OK
    assert closed.verdict is Verdict.PROBLEM
    assert closed.fix == (
        "aws ec2 authorize-security-group-ingress --group-id sg-cluster --protocol tcp --port 443 "
        "--source-group sg-ours --region eu-west-1"
    )


@pytest.mark.parametrize(("vpc", "described"), [("vpc-2", PRIVATE), ("vpc-1", CLUSTER)])
def test_what_only_routes_decide_is_left_open(vpc: str, described: EksCluster) -> None:
    (found,) = endpoint(inside(vpc, described))

    assert found.verdict is Verdict.CANNOT_TELL
    assert "routes" in found.text

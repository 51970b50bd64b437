"""Large deployments with the longest names: what CloudFormation and the services behind it still take.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep_cli.config.stack_options import StackOptions, Vpc
from snapkeep_cli.config.stack_size import BASE, LOCK_LENGTHS, QUOTA, ROOM, StackSize
from tests.unit.infra.conftest import DEPLOYMENT, NIGHTLY, OPTIONS, synthesized, template_of
from tests.unit.infra.template import Template, text

LONG = 100
"""Characters of an EKS cluster's name.
https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
"""


def long_name(number: int) -> str:
    """Names that differ in their last characters only, with all that EKS allows."""
    return f"Prod_Payments-{'x' * 100}"[: LONG - 3] + f"_{number:02d}"


def of_size(clusters: int, policies: int) -> Deployment:
    """So many policies, all on so many clusters with long names."""
    names = tuple(long_name(number) for number in range(clusters))
    return Deployment(
        clusters=tuple(Cluster(name, "ap-northeast-2") for name in names),
        policies=tuple(
            replace(
                NIGHTLY,
                name=f"{'n' * 58}-{number:03d}",
                clusters=names,
                lock=Lock(LockMode.GOVERNANCE, 14 + number % LOCK_LENGTHS),
            )
            for number in range(policies)
        ),
    )


def with_everything(deployment: Deployment) -> StackOptions:
    """Every option, and a rule for the endpoint of each cluster."""
    groups = {cluster.name: "sg-00000001" for cluster in deployment.clusters}
    vpc = Vpc(id="vpc-01234567", subnets=["subnet-0000000a"], cluster_security_groups=groups)
    return OPTIONS.model_copy(update={"vpc": vpc})


@pytest.fixture(scope="module", params=[(5, 100), (15, 20)], ids=["100 policies", "15 clusters"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The assembly of a large deployment with every option."""
    deployment = of_size(*request.param)
    options = with_everything(deployment)
    return synthesized(tmp_path_factory.mktemp("large"), options, deployment=deployment), request.param


@pytest.fixture(scope="module")
def large_template(large: Any) -> Template:
    """Its template."""
    return template_of(large[0])


def counted(template: Template) -> tuple[int, int]:
    """The resources of a template, and the split policies among them."""
    split = len(template.resources("IAM::ManagedPolicy"))
    return len(template.document["Resources"]) - split, split


def check_formula(template: Template, size: StackSize) -> None:
    """Fail, saying how to mend the formula, unless it counts the resources of a template."""
    more = counted(template)[0] - size.resources
    assert more == 0, f"snapkeep_cli/config/stack_size.py: set BASE to {BASE + more} if all stacks grew"


def test_the_formula_counts_what_is_synthesized(template: Template, full_template: Template) -> None:
    clusters, policies = len(DEPLOYMENT.clusters), len(DEPLOYMENT.policies)

    check_formula(template, StackSize(clusters, policies))
    check_formula(full_template, StackSize(clusters, policies, 1, 2))
    assert counted(template)[1] == counted(full_template)[1] == 0


def test_the_formula_counts_large_deployments_and_keeps_room_for_split_policies(
    large: Any, large_template: Template
) -> None:
    clusters, policies = large[1]
    resources, split = counted(large_template)

    check_formula(large_template, StackSize(clusters, policies, 1, clusters))
    assert split <= ROOM - 2
    assert resources + split <= QUOTA


def test_the_template_is_no_larger_than_cloudformation_reads(large: Any) -> None:
    path = Path(large[0].get_stack_by_name("Snapkeep").template_full_path)

    assert path.stat().st_size < 1024 * 1024


def test_logical_ids_and_outputs_are_within_bounds(large_template: Template) -> None:
    assert max(map(len, large_template.document["Resources"])) <= 255
    assert len(large_template.document["Outputs"]) <= 200


def test_every_schedule_has_a_name_of_its_own(large_template: Template) -> None:
    schedules = list(large_template.resources("Scheduler::Schedule").values())

    assert all(re.fullmatch(r"[0-9a-zA-Z_.-]{1,64}", schedule["Name"]) for schedule in schedules)
    assert all(len(schedule["Description"]) <= 512 for schedule in schedules)
    assert max(Counter(schedule["Name"] for schedule in schedules).values()) == 1


def test_no_role_has_more_than_iam_lets_it_have(large_template: Template) -> None:
    inline: Counter[str] = Counter()
    for policy in large_template.resources("IAM::Policy").values():
        for role in policy["Roles"]:
            inline[role["Ref"]] += characters(policy["PolicyDocument"])
    managed = [
        characters(policy["PolicyDocument"])
        for policy in large_template.resources("IAM::ManagedPolicy").values()
    ]

    assert max(inline.values()) <= 10_240
    assert max(managed, default=0) <= 6_144


def test_no_functions_environment_grows_with_the_deployment(large_template: Template) -> None:
    for function in large_template.resources("Lambda::Function").values():
        variables = function["Environment"]["Variables"]
        assert sum(len(key) + len(spelled(value)) for key, value in variables.items()) < 2048


def test_no_rules_pattern_grows_past_what_eventbridge_takes(large_template: Template) -> None:
    for rule in large_template.resources("Events::Rule").values():
        assert len(json.dumps(rule["EventPattern"])) < 2048


def characters(document: Any) -> int:
    """The characters of a policy that IAM counts: without white space, references filled in."""
    return len(re.sub(r"\s", "", json.dumps(filled(document))))


def filled(value: Any) -> Any:
    """A document with every reference replaced by a text as long as what it stands for may be."""
    match value:
        case list():
            return [filled(item) for item in value]
        case {"Fn::Join": _} | {"Ref": _} | {"Fn::GetAtt": _}:
            return spelled(value)
        case dict():
            return {key: filled(item) for key, item in value.items()}
    return value


def spelled(value: Any) -> str:
    """A text with references: a Region, an account, or the ARN of a resource of ours."""
    known = {
        "AWS::Partition": "aws-us-gov",
        "AWS::AccountId": "1" * 12,
        "AWS::Region": "ap-northeast-2",
        "AWS::URLSuffix": "amazonaws.com",
    }
    shown = re.sub(r"{(AWS::\w+)}", lambda found: known[found[1]], text(value))
    return re.sub(r"{\w+(\.\w+)?}", "a" * 120, shown)


def test_the_longest_names_stay_apart() -> None:
    assert len({long_name(number) for number in range(20)}) == 20
    assert {len(long_name(number)) for number in range(20)} == {LONG}

"""Every command the doctor tells is one that the programs of today take."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from snapkeep_cli.config.cluster_access import FUNCTIONS
from snapkeep_cli.doctor.checks import examine
from snapkeep_cli.doctor.commands import let_in
from snapkeep_cli.doctor.facts import (
    AccessEntry,
    Controller,
    Facts,
    Function,
    Quota,
    Rights,
    Volume,
    Workload,
)
from snapkeep_cli.doctor.facts import AddOn as Installed
from tests.fakes import aws_cli
from tests.fakes.doctor_samples import CLASS, CLUSTER, KEY, ROLE, VISIT, healthy

CLI_ONLY = frozenset({("eks", "wait"), ("ec2", "authorize-security-group-ingress")})
"""Commands, or options of them, that the AWS CLI has beside the API: looked up in its reference.
https://docs.aws.amazon.com/cli/latest/reference/ec2/authorize-security-group-ingress.html
"""
BARE = Workload("kube-system/ebs-csi-controller", 1, {"csi-snapshotter": ()})


def sick() -> list[Facts]:
    """Clusters that together have everything wrong that a command mends."""
    inside = {name: Function(name, ROLE + name, "vpc-1", ("sg-ours",)) for name in FUNCTIONS}
    return [
        healthy(
            described=replace(CLUSTER, authentication_mode="CONFIG_MAP", public=False),
            entries=dict.fromkeys(FUNCTIONS),
            rights=dict.fromkeys(FUNCTIONS, Rights((), "asked as its group")),
            snapshot_kinds=frozenset(),
            controller=Controller(),
            driver=Controller(add_on=Installed("ACTIVE", "v1"), workload=BARE),
            classes=(),
            volumes=(Volume("vol-1", "shop/data", {}, KEY),),
            keys={KEY: "PendingDeletion"},
            snapshots=Quota(100_000, 80_000, 80_000),
            pending=90,
        ),
        healthy(
            described=replace(CLUSTER, private=True),
            functions=inside,
            entries=dict.fromkeys(FUNCTIONS, AccessEntry(())),
            controller=Controller(workload=Workload("kube-system/sc", 0)),
            driver=Controller(workload=BARE),
            classes=(replace(CLASS, is_default=True), replace(CLASS, name="snapkeep-old")),
            keys={KEY: "Unavailable"},
        ),
        healthy(described=None, functions={}, driver=Controller(add_on=Installed("DEGRADED", "v1"))),
        healthy(described=replace(CLUSTER, status="UPDATING"), keys={KEY: "Disabled"}),
    ]


FIXES = sorted({finding.fix for facts in sick() for finding in examine(facts) if finding.fix})
ADMIT = let_in(VISIT, "arn:aws:iam::111122223333:user/ada")


@pytest.mark.parametrize("command", [part for fix in [*FIXES, ADMIT] for part in fix.split(" && ")])
def test_a_command_is_one_that_its_program_takes(command: str) -> None:
    program, *words = shlex.split(command)

    assert program in {"aws", "helm", "kubectl", "npm", "npx", "snapkeep"}
    if program == "aws" and tuple(words[:2]) not in CLI_ONLY:
        aws_cli.call_of(command, aws_cli.a_client)
    if program == "snapkeep":
        assert command == "snapkeep manifests --cluster myeks | kubectl apply -f -"


def test_nobody_becomes_an_administrator_to_look() -> None:
    assert "AmazonEKSAdminViewPolicy" in ADMIT
    assert not any("ClusterAdmin" in fix or "system:masters" in fix for fix in [*FIXES, ADMIT])


def test_every_aws_command_says_in_which_region() -> None:
    commands = [part for fix in [*FIXES, ADMIT] for part in fix.split(" && ") if part.startswith("aws ")]

    assert len(commands) > 10
    assert [command for command in commands if "--region eu-west-1" not in command] == []

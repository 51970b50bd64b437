"""Which policies are for file systems."""

from __future__ import annotations

from snapkeep.domain.efs.policies import on_efs
from snapkeep.domain.policies import Deployment, Method
from tests.fakes.world import a_policy


def test_only_the_method_aws_backup_is_for_file_systems() -> None:
    policies = tuple(a_policy(method.value, method=method) for method in Method)
    assert [policy.name for policy in on_efs(Deployment((), policies))] == ["aws-backup"]

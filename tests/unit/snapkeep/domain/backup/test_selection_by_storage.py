"""Claims on EBS and on EFS: each is taken by policies of its kind alone."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.backup.selection import Code, select
from snapkeep.domain.policies import Method
from tests.unit.snapkeep.domain.backup.selections import EFS, claim, exclusive, policy, taken_by


def test_each_claim_is_taken_by_the_policies_of_its_kind_of_storage_alone() -> None:
    policies = (policy("disks"), policy("shared", Method.AWS_BACKUP))
    assert taken_by(*policies, one=claim("a")) == ["disks"]
    assert taken_by(*policies, one=claim("a", volume=EFS)) == ["shared"]


def test_an_exclusive_policy_keeps_nothing_from_policies_of_another_kind_of_storage() -> None:
    disks, shared = exclusive("disks"), replace(exclusive("shared"), method=Method.AWS_BACKUP)
    assert taken_by(disks, policy("shared", Method.AWS_BACKUP), one=claim("a", volume=EFS)) == ["shared"]
    assert taken_by(shared, policy("disks"), one=claim("a")) == ["disks"]
    assert taken_by(shared, policy("more", Method.AWS_BACKUP), one=claim("a", volume=EFS)) == ["shared"]


def test_a_claim_on_efs_that_policies_for_efs_leave_says_why_each_does() -> None:
    shared = policy("shared", Method.AWS_BACKUP, namespaces=("bank",))
    (left,) = select([claim("a", "shop", volume=EFS)], [policy("disks"), shared], "myeks").skipped
    assert left.code is Code.NO_POLICY
    assert "shared: namespace 'shop' is not among bank" in left.reason
    (left,) = select([claim("a")], [policy("shared", Method.AWS_BACKUP)], "myeks").skipped
    assert (left.code, "policy with method csi or ebs" in left.reason) == (Code.NO_POLICY, True)

"""Conditions of statements about snapshots, and the ARNs they apply to.

Snapshot ARNs have an empty account field.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Stack

from snapkeep.domain import tags
from snapkeep.domain.drivers import DRIVERS


@dataclass(frozen=True)
class Owner:
    """Whose snapshots a statement covers: those of a deployment (by its name) and of its clusters."""

    deployment: str
    clusters: Sequence[str]


def ours(kind: str, owner: Owner) -> dict[str, Mapping[str, object]]:
    """The snapshot belongs to this deployment and its clusters; older points carry no deployment name."""
    name = {f"aws:{kind}/{tags.DEPLOYMENT}": owner.deployment}
    marks = {f"aws:{kind}/{tags.MANAGED}": "true", f"aws:{kind}/{tags.CLUSTER}": list(owner.clusters)}
    if kind == "RequestTag":
        return when("StringEquals", {**marks, **name})
    return when("StringEquals", marks) | when("StringEqualsIfExists", name)


def only(keys: Sequence[str]) -> dict[str, Mapping[str, object]]:
    """The request writes or deletes only tags with these keys.

    Without `Null`, a request that carries no tag at all would pass ForAllValues.
    """
    return {
        "ForAllValues:StringEquals": {"aws:TagKeys": list(keys)},
        "Null": {"aws:TagKeys": "false"},
    }


def names_its_point_first() -> dict[str, Mapping[str, object]]:
    """The request names the point of a snapshot that names none yet.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    key = tags.POINT
    return when("Null", {f"aws:ResourceTag/{key}": "true", f"aws:RequestTag/{key}": "false"})


def as_owner_writes(owner: Owner) -> dict[str, dict[str, object]]:
    """Tags name this deployment, if any; the tags by which drivers recognise their snapshots name its
    clusters."""
    named = {f"aws:RequestTag/{tags.DEPLOYMENT}": owner.deployment}
    return all_of(when("StringEqualsIfExists", named), names_drivers_of(owner))


def names_drivers_of(owner: Owner) -> dict[str, Mapping[str, object]]:
    """The tags by which drivers recognise their snapshots name the deployment's clusters, where written."""
    values: dict[str, object] = {}
    for driver in DRIVERS.values():
        values |= {
            f"aws:RequestTag/{driver.mark}": "true",
            f"aws:RequestTag/{driver.cluster_key}": list(owner.clusters),
        }
    return when("StringEqualsIfExists", values)


def all_of(*conditions: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    """All of these conditions, merged by operator."""
    merged: dict[str, dict[str, object]] = {}
    for condition in conditions:
        for operator, keys in condition.items():
            known = merged.setdefault(operator, {})
            if known.keys() & keys.keys():
                raise ValueError(f"{operator} is used twice for {sorted(known.keys() & keys.keys())}")
            known.update(keys)
    return merged


def when(operator: str, keys: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """One operator, applied to these condition keys."""
    return {operator: keys}


def ec2_arn(stack: Stack, kind: str) -> str:
    """Every `volume` or `instance` of the account and Region."""
    return stack.format_arn(service="ec2", resource=kind, resource_name="*")


def snapshot_arn(stack: Stack) -> str:
    """Every snapshot of the Region."""
    return stack.format_arn(service="ec2", account="", resource="snapshot", resource_name="*")


def portions(names: Sequence[str]) -> list[Sequence[str]]:
    """Names in groups of 25: CDK splits a policy that is too long for IAM between statements, not within
    one."""
    return [names[start : start + 25] for start in range(0, len(names), 25)]

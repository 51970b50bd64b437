"""Claims, policies, and what a run of them selects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from snapkeep.domain.backup.selection import Selected, Taken, decide, select, select_for
from snapkeep.domain.claims import Claim, Volume, VolumeKind
from snapkeep.domain.policies import Cluster, Deployment, Method, Policy, Schedule, Selection

EBS = Volume("pv", VolumeKind.EBS_CSI, "ebs.csi.aws.com", "vol-1")
IN_TREE = Volume("pv", VolumeKind.EBS_IN_TREE, "kubernetes.io/aws-ebs", "vol-2")
EFS = Volume("pv", VolumeKind.EFS, "efs.csi.aws.com", "fs-1")


def claim(name: str, namespace: str = "default", size: int = 10, **more: Any) -> Claim:
    """A bound gp3 claim of `size` GiB."""
    facts: dict[str, Any] = {
        "cluster": "myeks",
        "uid": f"uid-{name}",
        "phase": "Bound",
        "requested": f"{size}Gi",
        "requested_bytes": size * 2**30,
        "storage_class": "gp3",
        "access_modes": ("ReadWriteOnce",),
        "volume_mode": "Filesystem",
        "volume": EBS,
    }
    return Claim(name=name, namespace=namespace, **(facts | more))


def policy(name: str = "nightly", method: Method = Method.CSI, group: str = "", **selection: Any) -> Policy:
    """A policy of cluster myeks with that selection."""
    return Policy(
        name=name,
        clusters=("myeks",),
        selection=Selection(**selection),
        schedule=Schedule("rate(1 day)"),
        method=method,
        retention={"last": 3},
        group_label=group,
    )


def run(asking: Policy, *claims: Claim, others: tuple[Policy, ...] = ()) -> Selected:
    """What a run of `asking` selects, in a deployment that has the other policies too."""
    return select_for(asking, Deployment((Cluster("myeks", "ap-northeast-2"),), (asking, *others)), claims)


def exclusive(name: str, *, enabled: bool = True, **selection: Any) -> Policy:
    """A policy that keeps the others off its claims."""
    schedule = Schedule("rate(1 day)", enabled=enabled)
    return replace(policy(name, **selection), exclusive=True, schedule=schedule)


def taken_by(*policies: Policy, one: Claim) -> list[str]:
    """The policies that take a claim."""
    decisions = [decide(one, each, policies) for each in policies]
    taken = [item.policy for item in select([one], policies, "myeks").taken]
    assert taken == sorted(item.policy for item in decisions if isinstance(item, Taken))
    return taken

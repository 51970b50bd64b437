"""A cluster with nothing missing, as the doctor sees it; tests take one thing away."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

from snapkeep_cli.cluster.manifests import snapshot_class
from snapkeep_cli.config.cluster_access import FUNCTIONS, group_name
from snapkeep_cli.doctor.facts import (
    AccessEntry,
    AddOn,
    Caller,
    Controller,
    EksCluster,
    Facts,
    Function,
    Grant,
    Quota,
    Rights,
    SnapshotClass,
    Visit,
    Volume,
    Workload,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
VISIT = Visit("myeks", "eu-west-1", "snapkeep.yaml", "Snapkeep", "snapkeep", 80, NOW)
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"
ROLE = "arn:aws:iam::111122223333:role/"
CLUSTER = EksCluster(
    "ACTIVE", "1.34", "API", True, False, ("0.0.0.0/0",), "vpc-1", "sg-cluster", "https://k8s", "LS0t"
)
CLASS = SnapshotClass(
    "snapkeep-myeks", "ebs.csi.aws.com", "Retain", snapshot_class("myeks")["parameters"], False, True
)
SNAPSHOT_CONTROLLER = Workload("kube-system/snapshot-controller", 2, {"snapshot-controller": ("--v=2",)})
DRIVER_VOLUME = Volume("vol-1", "shop/data", {"ebs.csi.aws.com/cluster": "true"}, KEY)


def rights_of(function: str) -> Rights:
    """The rights that `snapkeep manifests` gives a function's group, and those that everybody has."""
    grants = [Grant((rule.api_group,), rule.resources, rule.verbs) for rule in FUNCTIONS[function]]
    everybody = Grant(("authorization.k8s.io",), ("selfsubjectrulesreviews",), ("create",))
    return Rights((*grants, everybody), "asked as its group")


def healthy(**changes: Any) -> Facts:
    """The facts of a healthy cluster, except for these changes."""
    facts = Facts(
        visit=VISIT,
        caller=Caller("arn:aws:iam::111122223333:user/ada", "111122223333"),
        described=CLUSTER,
        functions={name: Function(name, ROLE + name) for name in FUNCTIONS},
        entries={name: AccessEntry((group_name(name),)) for name in FUNCTIONS},
        open_to_functions=frozenset(),
        rights={name: rights_of(name) for name in FUNCTIONS},
        snapshot_kinds=frozenset({"VolumeSnapshot", "VolumeSnapshotClass", "VolumeSnapshotContent"}),
        controller=Controller(renewed=NOW - timedelta(seconds=3), workload=SNAPSHOT_CONTROLLER),
        driver=Controller(add_on=AddOn("ACTIVE", "v1.48.0-eksbuild.1")),
        classes=(CLASS,),
        other_manifests={"ValidatingAdmissionPolicy snapkeep-cordons": True},
        volumes=(DRIVER_VOLUME,),
        keys={KEY: "Enabled"},
        snapshots=Quota(100_000, 1234, 80_000),
        pending=3,
        served_by="snapkeep",
    )
    return dataclasses.replace(facts, **changes)

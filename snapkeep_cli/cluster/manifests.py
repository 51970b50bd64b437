"""The one step for a cluster admin: what `snapkeep manifests` prints for `kubectl apply -f -`.

Our own VolumeSnapshotClass; for each function that talks to the cluster a ClusterRole bound to the group of
its access entry; and admission policies that limit those groups to the node fields, snapshot objects and
claims that we may write. It runs nothing and contains no secrets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from snapkeep.domain.drivers import DRIVERS, EBS_CSI, Driver
from snapkeep.domain.naming import snapshot_class as snapshot_class_name
from snapkeep.domain.policies import USUAL_NAME
from snapkeep.domain.tags import class_tags
from snapkeep_cli.cluster import node_guards, snapshot_guards
from snapkeep_cli.config.cluster_access import (
    CLUSTER_SCOPED,
    FUNCTIONS,
    SAVE_OBJECTS,
    SECRETS,
    Rule,
    group_name,
)

Manifest = dict[str, Any]

RBAC = "rbac.authorization.k8s.io"
LABELS = {
    "app.kubernetes.io/name": "snapkeep",
    "app.kubernetes.io/part-of": "snapkeep",
    "app.kubernetes.io/managed-by": "snapkeep",
}


Access = Mapping[str, tuple[Rule, ...]]
"""Functions and their rules, as `cluster_access.access_of` tells them of a deployment."""


def cluster_manifests(
    cluster: str, deployment: str = USUAL_NAME, access: Access = FUNCTIONS, objects_in: Sequence[str] = ()
) -> list[Manifest]:
    """Everything the cluster of that name needs, in one list: the same that `kustomization` lists.

    `objects_in` are the namespaces whose objects are saved; none for all.
    """
    made = parts(cluster, deployment, access, objects_in)
    return [manifest for manifests in made.values() for manifest in manifests]


def parts(
    cluster: str, deployment: str = USUAL_NAME, access: Access = FUNCTIONS, objects_in: Sequence[str] = ()
) -> dict[str, list[Manifest]]:
    """The manifests by file name, one for each part that somebody may want to read or change on its own."""
    roles: dict[str, list[Manifest]] = {}
    for name, rules in access.items():
        part, within = f"rbac-{name.replace('_', '-')}", objects_in if name == SAVE_OBJECTS else ()
        secrets = [rule for rule in rules if SECRETS in rule.resources]
        wide = [rule for rule in rules if within and CLUSTER_SCOPED.issuperset(rule.resources)]
        roles[part] = _bound(name, [rule for rule in rules if rule not in (*secrets, *wide)], within=within)
        roles |= {f"{part}-cluster": _bound(name, wide, ":cluster")} if wide else {}
        roles |= {f"{part}-{SECRETS}": _bound(name, secrets, f":{SECRETS}", within)} if secrets else {}
    return {
        "snapshot-class": [snapshot_class(cluster, driver, deployment) for driver in DRIVERS.values()],
        **roles,
        "node-guards": _limits(node_guards.guards()),
        "snapshot-guards": _limits(snapshot_guards.guards(cluster)),
    }


def kustomization(
    cluster: str, deployment: str = USUAL_NAME, access: Access = FUNCTIONS, objects_in: Sequence[str] = ()
) -> dict[str, str]:
    """File name to text of a kustomize base: `kubectl apply -k DIRECTORY`, or a base of overlays.

    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/kustomization/
    """
    made = parts(cluster, deployment, access, objects_in)
    files = {f"{name}.yaml": to_yaml(manifests) for name, manifests in made.items()}
    listing = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(files),
    }
    return {"kustomization.yaml": to_yaml([listing]), **files}


def snapshot_class(cluster: str, driver: Driver = EBS_CSI, deployment: str = USUAL_NAME) -> Manifest:
    """The VolumeSnapshotClass for our points of a driver; never the cluster's default.

    Its deletionPolicy is Retain, so deleting a namespace does not delete its backups. The driver
    puts each `tagSpecification_N` on the EC2 snapshot and fills the templates, if its IAM policy allows it.
    https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
    """
    tags = class_tags(cluster, deployment).items() if driver.class_tags else ()
    parameters = {
        f"tagSpecification_{number}": f"{key}={value}" for number, (key, value) in enumerate(tags, 1)
    }
    return {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshotClass",
        "metadata": _metadata(snapshot_class_name(cluster, driver)),
        "driver": driver.name,
        "deletionPolicy": "Retain",
        **({"parameters": parameters} if parameters else {}),
    }


def to_yaml(manifests: list[Manifest]) -> str:
    """The manifests as one YAML stream, in the order given."""
    return yaml.safe_dump_all(manifests, explicit_start=True, sort_keys=False, width=110)


def _bound(
    function: str, rules: Iterable[Rule], more: str = "", within: Sequence[str] = ()
) -> list[Manifest]:
    """A ClusterRole, and its binding to the group of a function, or one in each of some namespaces. Secrets
    have a role of their own, so that an administrator can leave it out."""
    group = group_name(function)
    name = f"{group}{more}"
    role = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": _metadata(name),
        "rules": [_rule(rule) for rule in rules],
    }
    bound = {
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group}],
    }
    metadata = [_metadata(name) | {"namespace": namespace} for namespace in within] or [_metadata(name)]
    kind = "RoleBinding" if within else "ClusterRoleBinding"
    bindings = [{"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": each, **bound} for each in metadata]
    return [role, *bindings]


def _limits(guards: Mapping[str, Manifest]) -> list[Manifest]:
    """Each policy with the binding that enforces it."""
    made: list[Manifest] = []
    for name, spec in guards.items():
        policy = {
            "apiVersion": f"{node_guards.ADMISSION}/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": _metadata(name),
            "spec": spec,
        }
        bound = {"kind": "ValidatingAdmissionPolicyBinding", "spec": node_guards.binding(name)}
        made += [policy, policy | bound]
    return made


def _rule(rule: Rule) -> Manifest:
    return {"apiGroups": [rule.api_group], "resources": list(rule.resources), "verbs": list(rule.verbs)}


def _metadata(name: str) -> Manifest:
    return {"name": name, "labels": dict(LABELS)}

"""Which function may do what in a cluster: one table, read by `infra` and by the `snapkeep` command.

`infra` writes an EKS access entry for each function that puts its role into the function's group;
`snapkeep manifests` prints the ClusterRole of each function and binds it to the same group. None of
AWS's managed access policies fits: Edit and View do not cover snapshots, AdminView reads Secrets.
https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from snapkeep.domain.objects.kinds import SAVED
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.workloads import WORKLOADS
from snapkeep.domain.policies import Deployment

CORE = ""
STORAGE = "storage.k8s.io"
SNAPSHOTS = "snapshot.storage.k8s.io"
COORDINATION = "coordination.k8s.io"
SECRETS = "secrets"


@dataclass(frozen=True, slots=True)
class Rule:
    """One RBAC rule: these verbs on these resources of one API group, in every namespace."""

    api_group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]


RESTORING = (
    Rule(CORE, ("persistentvolumeclaims",), ("get", "create")),
    Rule(CORE, ("events",), ("list",)),
    Rule(CORE, ("persistentvolumes",), ("get",)),
    Rule(STORAGE, ("storageclasses",), ("get",)),
    Rule(SNAPSHOTS, ("volumesnapshots", "volumesnapshotcontents"), ("get", "create")),
)
"""What a restore creates and watches."""

CLEANING_UP = (
    Rule(CORE, ("persistentvolumeclaims",), ("delete",)),
    Rule(SNAPSHOTS, ("volumesnapshots", "volumesnapshotcontents"), ("delete",)),
)
"""What is removed when a restore fails or no longer needs it. Kubernetes cannot narrow `delete` to objects
created for a restore, so the code deletes by UID, and only objects that name the restore."""

FUNCTIONS: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "plan_backup": (
            Rule(CORE, ("persistentvolumeclaims", "persistentvolumes", "pods"), ("list",)),
            Rule(SNAPSHOTS, ("volumesnapshotclasses",), ("get",)),
        ),
        "write_report": (
            Rule(CORE, ("persistentvolumeclaims", "persistentvolumes", "pods"), ("list",)),
            Rule(STORAGE, ("storageclasses",), ("list",)),
        ),
        "try_config": (
            Rule(CORE, ("persistentvolumeclaims", "persistentvolumes", "pods"), ("list",)),
            Rule(SNAPSHOTS, ("volumesnapshotclasses",), ("get",)),
        ),
        "take_snapshots": (
            Rule(SNAPSHOTS, ("volumesnapshots",), ("get", "create", "delete")),
            Rule(SNAPSHOTS, ("volumesnapshotcontents",), ("get", "list", "delete")),
        ),
        "reconcile": (Rule(SNAPSHOTS, ("volumesnapshots", "volumesnapshotcontents"), ("get",)),),
        "finish_restores": (*RESTORING, *CLEANING_UP),
        "api": (
            *RESTORING,
            Rule(CORE, ("namespaces",), ("get",)),
            Rule(CORE, ("resourcequotas", "limitranges", "nodes"), ("list",)),
            Rule(CORE, ("persistentvolumeclaims", "persistentvolumes", "pods"), ("list",)),
            Rule(STORAGE, ("storageclasses",), ("list",)),
            Rule(COORDINATION, ("leases",), ("get",)),
            Rule(SNAPSHOTS, ("volumesnapshotclasses",), ("get",)),
        ),
        "handle_interruption": (
            Rule(CORE, ("nodes",), ("get", "list", "patch")),
            Rule(CORE, ("events",), ("create",)),
        ),
        "save_node": (
            Rule(CORE, ("nodes",), ("get", "list")),
            Rule(CORE, ("pods",), ("list", "delete")),
            Rule(CORE, ("persistentvolumeclaims", "persistentvolumes"), ("get",)),
            Rule(CORE, ("pods/eviction", "events"), ("create",)),
            Rule(STORAGE, ("volumeattachments",), ("list",)),
        ),
        "release_volumes": (
            Rule(CORE, ("nodes",), ("get", "list", "patch")),
            Rule(CORE, ("pods",), ("list", "delete")),
            Rule(CORE, ("persistentvolumes",), ("get",)),
            Rule(STORAGE, ("volumeattachments",), ("list", "delete")),
        ),
        "prune": (
            Rule(SNAPSHOTS, ("volumesnapshots", "volumesnapshotcontents"), ("get", "list", "delete")),
            Rule(CORE, ("persistentvolumeclaims",), ("list",)),
        ),
    }
)
"""Every function of any deployment that talks to a cluster, and the rules it needs there."""

SAVE_OBJECTS = "save_objects"
"""The function that only a deployment whose policies save objects has; its rules depend on what they save."""

BACK_UP_FILE_SYSTEMS = "back_up_file_systems"
"""The function that only a deployment whose policies back up file systems has."""

FINDING_CLAIMS = (Rule(CORE, ("persistentvolumeclaims", "persistentvolumes"), ("list",)),)
"""What tells which claims a cluster has, and where their volumes are."""

WITH_ACCESS = (*FUNCTIONS, SAVE_OBJECTS, BACK_UP_FILE_SYSTEMS)
"""Every function that may talk to a cluster. Other functions get no access entry."""

NAMED = (
    Rule(CORE, ("namespaces", "persistentvolumes"), ("get",)),
    Rule(STORAGE, ("storageclasses",), ("get",)),
    Rule(CORE, ("configmaps", "persistentvolumeclaims", "serviceaccounts"), ("get",)),
)
"""What objects are read by name."""

CLUSTER_SCOPED = frozenset({"namespaces", "persistentvolumes", "storageclasses"})
"""What of `NAMED` is in no namespace, so that no RoleBinding can allow it."""


def access_of(deployment: Deployment) -> Mapping[str, tuple[Rule, ...]]:
    """Every function of a deployment that talks to a cluster, and the rules it needs there."""
    access = dict(FUNCTIONS)
    if scopes := {policy.objects for policy in deployment.policies} - {None}:
        whole = ObjectScope.NAMESPACE in scopes
        listed = (*SAVED, *deployment.custom_kinds) if whole else (*WORKLOADS, "services")
        access[SAVE_OBJECTS] = (*NAMED, *_listing(listed), *_secrets(deployment))
    if deployment.file_system_policies:
        access[BACK_UP_FILE_SYSTEMS] = FINDING_CLAIMS
    return MappingProxyType(access)


def _secrets(deployment: Deployment) -> Iterator[Rule]:
    """Where a policy saves Secrets: listed with whole namespaces, read by name with workloads."""
    scopes = {policy.objects for policy in deployment.policies if policy.secrets_key}
    verbs = {ObjectScope.WORKLOAD: "get", ObjectScope.NAMESPACE: "list"}
    if given := tuple(verb for scope, verb in verbs.items() if scope in scopes):
        yield Rule(CORE, (SECRETS,), given)


def _listing(kinds: Iterable[str]) -> Iterator[Rule]:
    """A rule for each API group of these kinds (`plural.group`): list, and no more."""
    groups: dict[str, list[str]] = {}
    for kind in kinds:
        plural, _, group = kind.partition(".")
        groups.setdefault(group, []).append(plural)
    yield from (Rule(group, tuple(plurals), ("list",)) for group, plurals in groups.items())


def group_name(function: str) -> str:
    """The Kubernetes group of a function: `plan_backup` is in `snapkeep:plan-backup`.

    Raises KeyError, which lists the functions with access, for a function that has none.
    """
    if function not in WITH_ACCESS:
        raise KeyError(
            f"{function!r} has no access to clusters; these functions do: {', '.join(WITH_ACCESS)}"
        )
    return f"snapkeep:{function.replace('_', '-')}"


def serving_parameter(cluster: str) -> str:
    """The SSM parameter that holds the name of the deployment that serves a cluster."""
    return f"/snapkeep/clusters/{cluster}"
